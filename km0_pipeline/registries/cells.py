"""What a reader of files hands over: one sheet, its header, and where in DuckDB its cells lie.

Belongs here: that agreement between readers and `read`, and the cells they fill; nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from km0_pipeline.registries.columns import rows_above


class Unreadable(Exception):
    """A file or sheet that can't be used: `reason` is the code of its reject, the message what to do."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class RowReject:
    """A row that could not be taken apart; `original` is the whole of it as found."""

    row: int
    reason: str
    sentence: str
    original: str


def refused_above(rows: Sequence[Sequence[str]], header: int) -> list[RowReject]:
    """The rows above the header that may be no title, as rejects; `rows` begins with the file's first."""
    advice = f"stands above row {header + 1}, which was taken for the headers, and was not read. If it should have been, set header_row in hub.toml"
    return [RowReject(n + 1, "above_header", f"{advice}.", " | ".join(row)) for n, row in rows_above(rows, header)]


@dataclass(frozen=True)
class Sheet:
    """A table in a file: `name` is '' in a delimited file; `header_row` counts from 1.

    `cells` is a relation (a table or a subquery) of `row` BIGINT, the number that a spreadsheet
    shows, and `c1`, `c2`… VARCHAR, one a header, NULL where empty; in the order of the rows, blank
    ones perhaps among them.
    """

    name: str
    header_row: int
    headers: tuple[str, ...]
    cells: str
    rejects: list[RowReject] = field(default_factory=list)


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
