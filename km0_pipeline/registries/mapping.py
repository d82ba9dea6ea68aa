"""What is made of each column of one registry, before it is dropped anywhere; and its mapping written into hub.toml.

Belongs here: the columns of a file with examples and doubts, and the writing. How that is drawn:
`cli_map`.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from km0_pipeline.claims import PROPERTIES
from km0_pipeline.hub import Hub, Registry
from km0_pipeline.registries.cells import Sheet, Unreadable, column_letters
from km0_pipeline.registries.columns import BY_PROPERTY, Mapped, folded
from km0_pipeline.registries.loading import BY_SUFFIX, loading
from km0_pipeline.registries.looks import TELLING, columns_of
from km0_pipeline.registries.values import KINDS, VALUES_SQL, expression
from km0_pipeline.steps import Project
from km0_pipeline.storage import write_aside
from km0_pipeline.toml_errors import nearest

SAMPLE = 10_000
"""Rows, from the first, by which examples and doubts are found."""
EXAMPLES = 3
SHORT = 40
"""Characters of a cell that are shown."""

_NEVER = ("person", "contact", "free_text", "secret")
_HEADERS = {alias: c.property for c in BY_PROPERTY.values() for alias in c.aliases}


class CannotMap(ValueError):
    """A file or registry that no mapping can be shown or written of; the message says why."""


@dataclass(frozen=True)
class ColumnMade:
    """A column, what is made of it, `examples` as found and as a value ('' where there is none), and `doubts`, sentences."""

    place: str
    mapped: Mapped
    filled: int
    examples: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class SheetMade:
    """A sheet: its name ('' where the file has none), the row of its headers (0: none), rows below them, its columns; or why it is `refused`, a sentence."""

    name: str
    header_row: int
    rows: int
    columns: tuple[ColumnMade, ...]
    refused: str = ""


@dataclass(frozen=True)
class FileMade:
    """A file, the registry of hub.toml it is read as (`known`: there is one), and its sheets."""

    path: Path
    entry: Registry
    known: bool
    sheets: tuple[SheetMade, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Header -> property, '' for what is left out, as hub.toml has it: all those of sheets that name organisations, or of all where none does."""
        named = [sheet for sheet in self.sheets if any(c.mapped.property == "name" for c in sheet.columns)]
        return {c.mapped.header: c.mapped.property for sheet in named or self.sheets for c in sheet.columns if c.mapped.header}


def made_of(project: Project, path: Path, name: str = "") -> FileMade:
    """What is made of the columns of `path`, as the registry `name` of hub.toml, or the one whose path it matches, or a new one.

    Raises CannotMap where the file can't be read, or hub.toml has no registry of that name.
    """
    if path.suffix.lower() not in BY_SUFFIX:
        raise CannotMap(f"{path}: has the ending {path.suffix!r}, which we can't read. Save it as one of {', '.join(BY_SUFFIX)}.")
    entry, known = _entry(project, path, name)
    try:
        with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as db, loading(Path(scratch)) as load:
            db.execute(VALUES_SQL)
            sheets = tuple(_sheet(db, sheet, entry) for sheet in load(db, "cells", path, entry))
    except Unreadable as e:
        raise CannotMap(f"{path}: {e.sentence}") from None
    if not sheets:
        raise CannotMap(f"{path}: holds no table. Give its columns headers, or set sheet and header_row in hub.toml.")
    return FileMade(path, entry, known, sheets)


def _entry(project: Project, path: Path, name: str) -> tuple[Registry, bool]:
    entries = project.hub.registries
    if name:
        if found := [e for e in entries if e.name == name]:
            return found[0], True
        raise CannotMap(f"hub.toml has no registry {name!r}; nearest: {nearest(name, [e.name for e in entries])}.")
    place = path.resolve()
    below = place.relative_to(project.raw).as_posix() if place.is_relative_to(project.raw) else f"registries/{path.name}"
    for entry in entries:
        if fnmatchcase(below, entry.path):
            return entry, True
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in path.stem.lower()).strip("-") or "registre"
    return Registry.model_validate({"name": plain, "title": path.stem, "path": below}), False


def _sheet(db: duckdb.DuckDBPyConnection, sheet: Sheet, entry: Registry) -> SheetMade:
    if sheet.refused:
        return SheetMade(sheet.name, sheet.header_row, 0, (), sheet.refused.sentence)
    columns = columns_of(db, sheet, entry)
    db.execute(f"create or replace temp table sample as select * from {sheet.cells} limit {SAMPLE}")
    (rows,) = db.execute(f"select count(*) from {sheet.cells}").fetchall()[0]
    made = []
    for column in columns:
        cell, kind = f"c{column.position}", BY_PROPERTY[column.property].kind if column.property else ""
        value = expression(kind, cell) if kind else "null"
        found = db.execute(
            f"""select cell, value, n, sum(n) over () as filled, says_nothing(cell) as nothing
            from (select {cell} as cell, any_value({value}) as value, count(*) as n, min(row) as first from sample where {cell} is not null group by 1)
            order by first"""
        ).fetchall()
        good = [(c, v or "") for c, v, _, _, _ in found if v is not None or not kind]
        bad = [(c, n) for c, v, n, _, nothing in found if v is None and kind and not nothing]
        mended = [pair for pair in good if pair[1] and pair[0] != pair[1]]
        examples = list(dict.fromkeys([*mended[:1], *good]))[:EXAMPLES]
        filled = int(found[0][3]) if found else 0
        place = column_letters(column.position) if sheet.name else str(column.position)
        shown = tuple((_short(c), _short(v)) for c, v in examples)
        made.append(ColumnMade(place, column, filled, shown, tuple(_doubts(column, columns, kind, filled, bad))))
    return SheetMade(sheet.name, sheet.header_row, rows, tuple(made))


def _doubts(column: Mapped, columns: Sequence[Mapped], kind: str, filled: int, bad: Sequence[tuple[str, int]]) -> Iterator[str]:
    """What a person should look at, in sentences."""
    if not filled:
        yield "is empty."
    if bad:
        what = KINDS[kind].expects or "a text"
        shown = ", ".join(f"“{_short(c)}”" for c, _ in bad[:EXAMPLES]) if KINDS[kind].quoted else "not shown: they may be personal"
        yield f"{sum(n for _, n in bad):,} of {filled:,} cells are not {what}: {shown}."
    if column.how == "content":
        yield "its header is not known; it was taken for what its cells look like."
    if column.property in PROPERTIES and PROPERTIES[column.property].privacy in _NEVER:
        yield "is never published."
    if column.how != "unmapped" or not column.header:
        return
    if column.looks in TELLING:
        yield f"its cells look like a {column.looks}, which another column says already, or which is not of the organisation alone."
    close = difflib.get_close_matches(column.header.lower(), _HEADERS, n=1, cutoff=0.75)
    if rival := [c.header for c in columns if close and c.property == _HEADERS[close[0]]]:
        yield f"is not read: “{rival[0]}” says {_HEADERS[close[0]]} already."
    elif close:
        yield f"is not read: no property has this header. Perhaps {_HEADERS[close[0]]}?"
    else:
        yield "is not read: no property has this header. Say in hub.toml what it is, if it matters."


def _short(cell: str) -> str:
    text = " ".join(cell.split())
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def write(path: Path, made: FileMade) -> None:
    """Put the mapping of each column into hub.toml, `path`: the rest of it, comments included, stays as it is.

    What was mapped there already keeps its property; a registry that is not there is added at the end.
    """
    import tomlkit

    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    registries = document.setdefault("registries", tomlkit.aot())
    entry = next((e for e in registries if e["name"] == made.entry.name), None)
    if entry is None:
        entry = tomlkit.table()
        for key in ("name", "title", "path"):
            entry[key] = getattr(made.entry, key)
        registries.append(entry)
    if "columns" not in entry:
        entry["columns"] = tomlkit.table()
    named = {folded(header) for header in entry["columns"]}
    for header, prop in made.columns.items():
        if folded(header) not in named:
            entry["columns"][header] = prop
    with write_aside(path) as aside:
        aside.write_text(tomlkit.dumps(document), encoding="utf-8")
        Hub.load(aside)
