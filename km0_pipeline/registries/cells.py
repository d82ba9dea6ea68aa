"""What a reader of files hands over: one sheet, its header, and where in DuckDB its cells lie.

Belongs here: that agreement between readers and `read`, and the cells they fill; nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from km0_pipeline.hub import Registry
from km0_pipeline.registries.columns import rows_above


class Unreadable(Exception):
    """A file or sheet that can't be used: `reason` is the code of its reject, the message what to do."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class RowReject:
    """A row that could not be taken apart, or its cell in `column` (from 1; 0: the whole); `original` is it as found."""

    row: int
    reason: str
    sentence: str
    original: str
    column: int = 0


def refused_above(rows: Sequence[Sequence[str]], header: int, first: int) -> list[RowReject]:
    """The rows above the header, of which the `first` may be one more, that may be no title, as rejects; `rows` begins with the file's first."""
    advice = f"stands above row {header + 1}, which was taken for the headers, and was not read. If it should have been, set header_row in hub.toml"
    return [RowReject(n + 1, "above_header", f"{advice}.", " | ".join(row)) for n, row in rows_above(rows, header, first)]


@dataclass(frozen=True)
class Sheet:
    """A table in a file: `name` is '' where it has no sheets; `header_row`, the last of them, counts from 1, or is 0 where there is none.

    `cells` is a relation (a table or a subquery) of `row` BIGINT, the number that a spreadsheet
    shows, and `c1`, `c2`… VARCHAR, one a header, NULL where empty; in the order of the rows, blank
    ones perhaps among them.
    """

    name: str
    header_row: int
    headers: tuple[str, ...]
    cells: str
    rejects: list[RowReject] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What precedes `row:` or `cell:` in a locator."""
        return f"sheet:{self.name}/" if self.name else ""

    @cached_property
    def labels(self) -> list[str]:
        """A name for each column that no other has: its header, with its number where needed; its number where it has none."""
        taken: set[str] = set()
        labels = []
        for position, header in enumerate(self.headers, 1):
            label = header or str(position)
            if label.casefold() in taken:
                label = f"{label} ({position})"
            taken.add(label.casefold())
            labels.append(label)
        return labels


class Reader(Protocol):
    """A module that reads a format."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:
        """Endings of its files, in lower case, with their dot."""

    def load(self, db: duckdb.DuckDBPyConnection, table: str, path: Path, entry: Registry, scratch: Path) -> Iterable[Sheet]:
        """Each sheet of `path` that holds a table, its cells in relations of `db` whose names begin with `table`.

        `scratch` is a folder for what it needs on the way. Raises Unreadable where nothing can be
        used, FileNotFoundError where the file has vanished.
        """


def create_cells(db: duckdb.DuckDBPyConnection, table: str, width: int) -> None:
    """An empty table for cells of `width` columns."""
    columns = "".join(f", c{n} varchar" for n in range(1, width + 1))
    db.execute(f"create or replace table {table} (row bigint{columns})")


def insert_cells(db: duckdb.DuckDBPyConnection, table: str, rows: Sequence[int], columns: Iterable[Sequence[str | None]]) -> None:
    """Append rows, given column by column; '' is an empty cell."""
    arrays = [pa.array(rows, pa.int64()), *(pa.array([cell or None for cell in column], pa.string()) for column in columns)]
    batch = pa.table(arrays, names=["row", *(f"c{n}" for n in range(1, len(arrays)))])
    db.register("batch", batch)
    db.execute(f"insert into {table} from batch")
    db.unregister("batch")


def cell_text(value: Any) -> str:
    """A cell as text: ISO dates (with the time where it is not midnight), numbers as short as they can be."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def column_letters(position: int) -> str:
    """The letters of a column of a spreadsheet: 1 is A, 27 is AA."""
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
