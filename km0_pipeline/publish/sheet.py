"""A sheet of a workbook whose cells are what they are: a text never a formula, a link or a layout, a number with all its digits.

What a spreadsheet can't hold:

    a text of more than 32,767 characters (as UTF-16)    is cut and ends in …; `Sheet.cut` counts them
    a number of more than 15 digits, infinite or none    is a text, as in the CSV
    a date before 1900-03-01                             is a text, ISO, as in the CSV
    a control character                                  is `_x0000_` in the file, as the format has it: a reader gets it back

Belongs here: how cells are written into what xlsxwriter (imported with this module) makes of a sheet. It writes cells itself, but 16
digits of a number, takes a text between <r> and </r> for a layout, and needs four times as long. What stands in them is in `workbook`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

MAX_TEXT = 32_767
"""UTF-16 units that a cell holds."""
FIRST_DAY, DAY_ZERO = date(1900, 3, 1), date(1899, 12, 30)
"""A day is a number, counted from the second; before the first spreadsheets disagree: one of them knows a 29 February 1900."""
ESCAPED = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet to which rows are written from the top down, in a workbook with `constant_memory`."""

    cut = 0
    """Texts that did not fit into their cell."""

    def put_rows(self, start: int, rows: Iterable[Sequence[Any]], looks: Sequence[Format]) -> None:
        """Write `rows` from row `start` (0: the first) on, each column in its look; None is an empty cell."""
        self._write_single_row(start)  # what stands above
        heads = [(xl_col_to_name(n), f'" s="{look._get_xf_index()}"') for n, look in enumerate(looks)]
        row = start
        for row, values in enumerate(rows, start + 1):
            cells = (f'<c r="{name}{row}{style}{self._cell(v)}</c>' for (name, style), v in zip(heads, values, strict=False) if v is not None)
            self.fh.write(f'<row r="{row}">{"".join(cells)}</row>')
        self._check_dimensions(max(row - 1, 0), len(looks) - 1)

    def _cell(self, value: Any) -> str:
        if isinstance(value, bool):
            return f' t="b"><v>{value:d}</v>'
        if isinstance(value, date) and value >= FIRST_DAY:
            return f"><v>{(value - DAY_ZERO).days}</v>"
        if isinstance(value, int) and abs(value) < 10**15:
            return f"><v>{value}</v>"
        if isinstance(value, float) and math.isfinite(value):
            return f"><v>{value!r}</v>"
        return f' t="inlineStr"><is><t xml:space="preserve">{ESCAPED.sub(_escape, self._fitting(str(value)))}</t></is>'

    def _fitting(self, text: str) -> str:
        if len(text) <= MAX_TEXT // 2:
            return text
        units = text.encode("utf-16-le")
        if len(units) <= MAX_TEXT * 2:
            return text
        self.cut += 1
        return units[: MAX_TEXT * 2 - 2].decode("utf-16-le", "ignore") + "…"


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return MARKUP.get(character) or f"_x{ord(character):04X}_"
