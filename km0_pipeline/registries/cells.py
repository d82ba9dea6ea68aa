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

import numpy as np
import pyarrow as pa

from km0_pipeline.hub import Registry
from km0_pipeline.registries.columns import rows_above

MOST_COLUMNS = 1000
"""Columns above which a table is none; a registry has some dozens."""


class Unreadable(Exception):
    """A file or sheet that can't be used: `reason` is the code of its reject, `sentence` what to do."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason, sentence)  # both, so that it travels between processes
        self.reason, self.sentence = reason, sentence


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

    `cells` is the relation in which `loading` puts its cells, '' before: `row` BIGINT, the number that a spreadsheet
    shows, and `c1`, `c2`… VARCHAR, one a header, NULL where empty; in the order of the rows, blank
    ones perhaps among them. `refused` is why none of it was read, where other sheets of its file may be. Raises Unreadable
    where it has more columns than a table has.
    """

    name: str
    header_row: int
    headers: tuple[str, ...]
    rejects: list[RowReject] = field(default_factory=list)
    cells: str = ""
    refused: Unreadable | None = None

    def __post_init__(self) -> None:
        check_width(len(self.headers))

    @property
    def prefix(self) -> str:
        """What precedes `row:` or `cell:` in a locator."""
        return f"sheet:{self.name}/" if self.name else ""

    @property
    def header_locator(self) -> str:
        """Where its headers are; of a sheet that has none, the sheet; '' of a file without sheets or header."""
        return f"{self.prefix}row:{self.header_row}" if self.header_row else self.prefix.rstrip("/")

    @property
    def where(self) -> str:
        """What a sentence on the whole sheet has behind the name of its file."""
        return f", sheet “{self.name}”" if self.name else ""

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

    def load(self, path: Path, entry: Registry, scratch: Path) -> Iterable[tuple[Sheet, pa.Table | Path]]:
        """Each sheet of `path` that holds a table, and its cells (`Sheet.cells`), or the file of Arrow that has them.

        `scratch` is a folder for that, and for what it needs on the way. Raises Unreadable where nothing can be
        used, FileNotFoundError where the file has vanished; else it may fail, hang or crash: it runs in `loading`.
        """


def check_width(columns: int) -> None:
    """Raises Unreadable where there are more columns than a table has."""
    if columns > MOST_COLUMNS:
        raise Unreadable("too_wide", f"has more than {MOST_COLUMNS:,} columns: it is no registry, or lies on its side. Keep the columns that matter.")


def cells_table(rows: Sequence[int], columns: Iterable[Sequence[Any]]) -> pa.Table:
    """The cells of rows, given column by column, as text (`cell_text`); '' and None are empty cells."""
    arrays = [row_numbers(rows), *map(_text_array, columns)]
    return pa.table(arrays, names=["row", *(f"c{n}" for n in range(1, len(arrays)))])


def row_numbers(rows: Sequence[int]) -> pa.Array:
    """The numbers of rows. From their bytes: for a list, or an array of numpy, `pa.array` first loads pandas, which takes longer than a registry."""
    numbers = np.arange(rows.start, rows.stop, dtype=np.int64) if isinstance(rows, range) else np.array(rows, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(numbers)])


def _text_array(cells: Sequence[Any]) -> pa.Array:
    """The cells of a column, NULL where empty: from their bytes, for the same reason, and since none of millions is then looked at by itself."""
    try:
        joined = "\0".join(cells)
    except TypeError:  # not all are text
        cells = ["" if cell is None else cell_text(cell) for cell in cells]
        joined = "\0".join(cells)
    data = joined.encode()
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 0)
    if len(ends) != len(cells) - 1:  # no cell, or one with a zero byte of its own
        return pa.array([cell or None for cell in cells], pa.large_string())
    offsets = np.zeros(len(cells) + 1, np.int64)
    offsets[1:-1] = ends - np.arange(len(ends))
    offsets[-1] = len(data) - len(ends)
    filled = np.packbits(np.diff(offsets) > 0, bitorder="little")
    return pa.Array.from_buffers(pa.large_string(), len(cells), [pa.py_buffer(b) for b in (filled, offsets, data.replace(b"\0", b""))])


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
