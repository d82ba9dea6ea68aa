"""A project with registries of its own, for tests of what is read of them."""

from __future__ import annotations

from pathlib import Path
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
