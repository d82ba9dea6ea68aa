"""What the cells of a column look like, by their first rows: the second way to know what a column says.

A column whose header nobody knows is taken for what its cells look like where that leaves no doubt
(a SIRET, a SIREN, an e-mail address, a telephone number). What columns look like is kept with them:
an edition in which it changed is a drift.

Belongs here: those shapes, and the columns of a sheet by header and shape. What a cell must be to be
a value: `values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import duckdb
from stdnum.fr import siren, siret

from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import Sheet
from km0_pipeline.registries.columns import Mapped, map_columns

SAMPLE = 200
"""Rows, from the first, that are looked at."""
SHARE = 0.9
"""Share of the filled cells that must have a shape for the column to have it."""
FEWEST = 3
"""Fewest filled cells by which a column may be taken for what it looks like."""

_date = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?"


def _matches(pattern: str) -> Callable[[str], bool]:
    whole = re.compile(pattern, re.IGNORECASE)
    return lambda cell: bool(whole.fullmatch(cell))


def _number(check: Callable[[str], bool], digits: int) -> Callable[[str], bool]:
    return lambda cell: len(bare := re.sub(r"\.0$|[\s.]", "", cell)) == digits and bare.isdecimal() and bool(int(bare)) and check(bare)


SHAPES: dict[str, Callable[[str], bool]] = {
    "siret": _number(siret.is_valid, 14),
    "siren": _number(siren.is_valid, 9),
    "email": _matches(r"(mailto:)?[^@\s]+@[^@\s]+\.[a-z]{2,}"),
    "phone": _matches(r"(\+ ?33|0033|0)[ .]?(\(0\))?[ .-]?[1-9]([ .-]?[0-9]{2}){4}"),
    "url": _matches(r"(https?://|www\.)\S+"),
    "date": _matches(_date),
    "number": _matches(r"-?[0-9][0-9 \u00a0\u202f]*([.,][0-9]+)?"),
}
"""Shapes of cells, the narrower first; a column of none is text."""

TELLING = ("siret", "siren", "email", "phone")
"""Shapes that say which property a column states, each by the name of that property."""


def look(cells: Sequence[str | None]) -> str:
    """The shape that nearly all filled `cells` have, else "text"; "" where none is filled."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    shapes = (shape for shape, has in SHAPES.items() if sum(map(has, filled)) >= SHARE * len(filled))
    return next(shapes, "text") if filled else ""


def columns_of(db: duckdb.DuckDBPyConnection, sheet: Sheet, entry: Registry) -> list[Mapped]:
    """What each column of a sheet states, by what hub.toml says, its header, or what its cells look like."""
    rows = db.execute(f"select * exclude (row) from {sheet.cells} limit {SAMPLE}").fetchall()
    cells = list(zip(*rows, strict=True)) or [()] * len(sheet.headers)
    columns = [replace(c, looks=look(cells[c.position - 1])) for c in map_columns(sheet.headers, entry.columns)]
    stated = {c.property for c in columns}
    for n, column in enumerate(columns):
        shape, filled = column.looks, [cell for cell in cells[n] if cell]
        own = shape not in ("siren", "siret") or len(set(filled)) >= SHARE * len(filled)  # a number of many rows is another's
        if column.how == "unmapped" and shape in TELLING and shape not in stated and len(filled) >= FEWEST and own:
            columns[n] = replace(column, property=shape, how="content")
            stated.add(shape)
    return columns
