"""A project with registries of its own, for tests of what is read of them."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from typing import Any

import duckdb
import openpyxl

from km0_pipeline.hub import Registry
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Made, Project


class Place:
    """A project with registries of its own."""

    def __init__(self, project: Project, **settings: Any) -> None:
        entries = (
            Registry(name="locataires", title="Locataires", path="registries/loc*", **({"headcounts": "exact"} | settings)),
            Registry(name="annuaire", title="Annuaire", path="registries/ann*", at_hub=False, stated_on="2024", headcounts="exact"),
        )
        self.project = Project(project.root, project.hub.model_copy(update={"registries": entries}))
        self.folder = project.raw / "registries"

    def put(self, content: str | bytes, name: str = "loc.csv") -> Place:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def run(self) -> Made:
        registry_files(self.project)
        return registry_rows(self.project)

    def read(self, output: str = "registry_rows") -> list[dict[str, Any]]:
        self.run()
        return self.stored(output)

    def stored(self, output: str) -> list[dict[str, Any]]:
        with duckdb.connect() as db:
            return db.sql(f"from '{self.project.made(output)}'").to_arrow_table().to_pylist()

    def rejects(self) -> list[tuple[str, str]]:
        return [(r["locator"], r["reason"]) for r in self.read("registry_rejects")]


def write_book(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def write_xls(path: Path, rows: list[list[str | float]]) -> None:
    """Write a workbook of Excel 97 to 2003 (BIFF8 in an OLE2 file) with one sheet, "Feuille": its texts and numbers."""

    def record(kind: int, data: bytes) -> bytes:
        return pack("<HH", kind, len(data)) + data

    def text(words: str) -> bytes:
        return b"\x01" + words.encode("utf-16-le")

    def begins(what: int) -> bytes:
        return record(0x809, pack("<HHHHII", 0x600, what, 0x0DBB, 1996, 0, 6))

    cells = b"".join(
        record(0x204, pack("<HHHH", r, c, 0, len(v)) + text(v)) if isinstance(v, str) else record(0x203, pack("<HHHd", r, c, 0, v))
        for r, row in enumerate(rows) for c, v in enumerate(row)
    )
    name = pack("<B", len("Feuille")) + text("Feuille")
    head = begins(0x5) + record(0x42, pack("<H", 1200))
    begin = len(head) + 4 + 6 + len(name) + 4
    book = head + record(0x85, pack("<IH", begin, 0) + name) + record(0xA, b"") + begins(0x10) + cells + record(0xA, b"")
    book = book.ljust(max(4096, -(-len(book) // 512) * 512), b"\0")
    sectors = len(book) // 512
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    fat = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        words = (title + "\0").encode("utf-16-le")
        return words.ljust(64, b"\0") + pack("<HBBIII", len(words), kind, 1, free, free, child) + bytes(36) + pack("<IQ", start, size)

    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + pack("<I", 0) + pack("<I", free) * 108
    directory = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(book)) + bytes(256)
    path.write_bytes(header + pack("<128I", *fat, *[free] * (128 - len(fat))) + directory + book)
