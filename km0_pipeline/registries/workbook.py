"""Workbooks: .xlsx, .xls and .ods, as python-calamine reads them, whatever the ending says.

The header may stand below a title and take two rows; rows and columns keep the numbers and letters
that the spreadsheet shows. Dates come as ISO text, whole numbers without decimals. Hidden rows are
read as the others (a filter was left on); a hidden sheet is not, unless hub.toml names it. Merged
cells say their value of each of their rows, but for numbers, which are of none of them alone; of an .ods
calamine tells none, and only the first of them has its value. What
a formula failed with (#REF!) is kept as the cell's text where the file is .xlsx or .xlsm, since
calamine leaves it empty.

Belongs here: sheets, headers and cells of workbooks. What the columns mean: `columns`.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile, is_zipfile

import pyarrow as pa

from km0_pipeline.archives import BROKEN
from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import (
    RowReject,
    Sheet,
    Unreadable,
    cell_text,
    cells_table,
    check_width,
    column_letters,
    refused_above,
)
from km0_pipeline.registries.columns import BY_PROPERTY, HEADER_WITHIN, find_header, join_headers, map_columns
from km0_pipeline.toml_errors import nearest

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

Cells = list[list[Any]]


def load(path: Path, entry: Registry, scratch: Path) -> Iterator[tuple[Sheet, pa.Table]]:
    """Each sheet of `path` that holds a table, by name, and its cells.

    Raises Unreadable where the workbook or the sheet that hub.toml names can't be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    if path.stat().st_size == 0:
        raise Unreadable("empty_file", "is empty. Save the registry again, or delete the file.")
    gc.disable()  # looking for cycles among millions of cells, which hold none, would take a third of the time that reading takes
    try:
        with path.open("rb") as f:
            book = CalamineWorkbook.from_filelike(f)
        sheets = {s.name: s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet}
        if entry.sheet and entry.sheet not in sheets:
            raise Unreadable("no_sheet", f"has no sheet {entry.sheet!r}, which hub.toml names; nearest: {nearest(entry.sheet, sheets)}.")
        errors, pictures = _unsaid(path)
        for name in [entry.sheet] if entry.sheet else sorted(sheets):
            source = book.get_sheet_by_name(name)
            rows = source.to_python(skip_empty_area=False)
            for row, column, words in errors.get(name, ()):
                if row <= len(rows) and column <= len(rows[row - 1]):
                    rows[row - 1][column - 1] = words
            hidden = sheets[name].visible != SheetVisibleEnum.Visible and not entry.sheet
            sheet = _sheet(name, rows, entry, source.merged_cell_ranges or [], hidden)
            if sheet is not None:
                yield sheet
            elif name in pictures and not any(map(any, rows)):
                yield _refused(name, 0, Unreadable("only_pictures", "holds pictures and no cells: nothing of it can be read. Type what they show into cells, or delete the sheet."))
            elif entry.sheet:
                raise Unreadable("no_header", f"the sheet “{name}” holds no row of column headers.")
    except PasswordError:
        raise Unreadable("bad_workbook", "is protected by a password. Save it without one.") from None
    except CalamineError as e:
        raise Unreadable(
            "bad_workbook", f"can't be opened as a workbook ({e}): perhaps it was not copied whole, or is text. Save it again as .xlsx."
        ) from None
    finally:
        gc.enable()


def _sheet(name: str, rows: Cells, entry: Registry, merged: Sequence[Any], hidden: bool) -> tuple[Sheet, pa.Table] | None:
    top = [[cell_text(c) for c in row] for row in rows[: max(HEADER_WITHIN, entry.header_row) + 1]]
    index = entry.header_row - 1 if entry.header_row else find_header(top, entry.columns)
    if index is None or index >= len(top) or not any(top[index]):
        return None
    headers, first, last = (top[index], index, index) if entry.header_row else join_headers(top, index)
    headers = [h.strip() for h in headers]
    mapped = map_columns(headers, entry.columns)
    rejects = [] if entry.header_row else refused_above(top, index, first)
    if hidden:
        if not any(c.property == "name" for c in mapped):
            return None
        return _refused(name, last + 1, Unreadable("hidden_sheet", "is hidden, and was not read. Show it, or set sheet in hub.toml; else delete it."))
    kinds = {c.position - 1: BY_PROPERTY[c.property].kind for c in mapped if c.property}
    named = next((c.position - 1 for c in mapped if c.property == "name"), -1)
    rejects += _unmerge(rows, [m for m in merged if m[0][0] > last], kinds, named)
    columns: Sequence[Sequence[Any]] = list(zip(*rows[last + 1 :], strict=True)) or [()] * len(headers)
    while headers and not headers[-1] and {""}.issuperset(columns[len(headers) - 1]):
        headers.pop()
    try:
        check_width(len(headers))
    except Unreadable as e:
        return _refused(name, last + 1, e)
    return Sheet(name, last + 1, tuple(headers), rejects), cells_table(range(last + 2, len(rows) + 1), columns[: len(headers)])


def _refused(name: str, header_row: int, why: Unreadable) -> tuple[Sheet, pa.Table]:
    """A sheet that is not read, though others may be."""
    return Sheet(name, header_row, (), refused=why), cells_table([], [])


def _unmerge(rows: Cells, merged: Sequence[Any], kinds: dict[int, str], named: int) -> Iterator[RowReject]:
    """Write what merged cells say into each of their rows; what heads a group of rows, and a number of several rows, is taken out."""
    names = {(top, bottom) for (top, left), (bottom, right) in merged if left <= named <= right}
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or (value := rows[top][left]) == "":
            continue
        if top == bottom:
            if left <= named < right and right - left >= 2 and all(c == "" for n, c in enumerate(rows[top]) if not left <= n <= right):
                rows[top][left] = ""
                yield RowReject(top + 1, "heading_row", "is a heading across the columns, not an organisation; it was set aside.", cell_text(value))
        elif kinds.get(left) not in ("count", "decimal"):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = value
        elif (top, bottom) not in names:
            rows[top][left] = ""
            where = f"{column_letters(left + 1)}{top + 1} to {column_letters(left + 1)}{bottom + 1}"
            sentence = f"the merged cells {where} give one number for several rows. Give each its own: the rows were kept without it."
            yield RowReject(top + 1, "merged_number", sentence, cell_text(value), left + 1)


_ERROR = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]* t="e"[^>]*>(?:(?!</c>).)*?<v>(#[^<]+)</v>', re.DOTALL)
_CHUNK, _OVERLAP = 1 << 20, 4096


def _unsaid(path: Path) -> tuple[dict[str, set[tuple[int, int, str]]], set[str]]:
    """What calamine does not say of an .xlsx: the cells whose formula failed, by sheet (row and column from 1, and what it shows); and the sheets with pictures."""
    from lxml import etree

    found: dict[str, set[tuple[int, int, str]]] = {}
    pictures: set[str] = set()
    if not is_zipfile(path):
        return found, pictures
    try:
        with ZipFile(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return found, pictures
            safe = etree.XMLParser(resolve_entities=False, no_network=True)
            targets = {
                r.get("Id"): PurePosixPath("/xl") / r.get("Target", "")
                for r in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), safe).iterfind("{*}Relationship")
            }
            for sheet in etree.fromstring(archive.read("xl/workbook.xml"), safe).iterfind("{*}sheets/{*}sheet"):
                name, part = sheet.get("name", ""), targets.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), ""))
                if part is not None and str(part)[1:] in archive.namelist():
                    found[name] = set(_failed(archive, str(part)[1:]))
                    beside = f"{str(part.parent)[1:]}/_rels/{part.name}.rels"
                    if beside in archive.namelist() and b'/relationships/drawing"' in archive.read(beside):
                        pictures.add(name)
    except (*BROKEN, KeyError, etree.XMLSyntaxError):
        return {}, set()  # calamine says what is wrong with it
    return found, pictures


def _failed(archive: ZipFile, part: str) -> Iterator[tuple[int, int, str]]:
    rest = b""
    with archive.open(part) as f:
        while chunk := f.read(_CHUNK):
            if b"<v>#" in chunk or b"<v>#" in rest + chunk[:3]:
                for letters, row, words in _ERROR.findall(rest + chunk):
                    column = 0
                    for letter in letters:
                        column = 26 * column + letter - 64
                    yield int(row), column, words.decode()
            rest = chunk[-_OVERLAP:]
