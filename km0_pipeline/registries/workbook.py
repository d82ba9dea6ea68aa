"""Workbooks: .xlsx, as python-calamine reads them.

The header may stand below a title; rows and columns keep the numbers and letters that the
spreadsheet shows. Dates come as ISO text, whole numbers without decimals.

Belongs here: sheets, headers and cells of workbooks. What the columns mean: `columns`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.hub import Registry, nearest
from km0_pipeline.registries.cells import Sheet, Unreadable, create_cells, insert_cells, refused_above
from km0_pipeline.registries.columns import HEADER_WITHIN, find_header


def load(db: duckdb.DuckDBPyConnection, table: str, path: Path, entry: Registry) -> Iterator[Sheet]:
    """Each sheet of `path` that holds a table, by name, its cells in `<table>_1`, `<table>_2`…

    Raises Unreadable where the workbook or the sheet that hub.toml names can't be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    if path.stat().st_size == 0:
        raise Unreadable("empty_file", "is empty. Save the registry again, or delete the file.")
    try:
        book = CalamineWorkbook.from_path(path)
        names = [entry.sheet] if entry.sheet else sorted(book.sheet_names)
        if entry.sheet and entry.sheet not in book.sheet_names:
            raise Unreadable(
                "no_sheet", f"has no sheet {entry.sheet!r}, which hub.toml names; nearest: {nearest(entry.sheet, book.sheet_names)}."
            )
        for n, name in enumerate(names, 1):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheet = _sheet(db, f"{table}_{n}", name, rows, entry)
            if sheet is not None:
                yield sheet
            elif entry.sheet:
                raise Unreadable("no_header", f"the sheet “{name}” holds no row of column headers.")
    except CalamineError as e:
        raise Unreadable(
            "bad_workbook", f"can't be opened as a workbook ({e}): perhaps it was not copied whole. Save it again as .xlsx."
        ) from None


def _sheet(db: duckdb.DuckDBPyConnection, table: str, name: str, rows: list[list[Any]], entry: Registry) -> Sheet | None:
    top = [[cell_text(c) for c in row] for row in rows[: max(HEADER_WITHIN, entry.header_row)]]
    index = entry.header_row - 1 if entry.header_row else find_header(top, entry.columns)
    if index is None or index >= len(top) or not any(top[index]):
        return None
    columns = [[cell_text(c) for c in column] for column in zip(*rows[index + 1 :], strict=True)]
    headers = [h.strip() for h in top[index]]
    while headers and not headers[-1] and not (columns and any(columns[len(headers) - 1])):
        headers.pop()
    create_cells(db, table, len(headers))
    if columns:
        insert_cells(db, table, range(index + 2, len(rows) + 1), columns[: len(headers)])
    return Sheet(name, index + 1, tuple(headers), table, [] if entry.header_row else refused_above(top, index))


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
