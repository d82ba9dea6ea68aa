"""Dates as exact as their sources are (EDTF, ISO 8601-2:2019): which days they cover. How they are said stands in `words`.

The forms are those that the tables allow: a year, a month, a day, a season (21 to 24), a quarter (33 to 36), a half (40, 41),
with X for a digit that nobody said, and two of these with a slash between them.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

PARTS = {
    21: (3, 5),
    22: (6, 8),
    23: (9, 11),
    24: (12, 14),
    33: (1, 3),
    34: (4, 6),
    35: (7, 9),
    36: (10, 12),
    40: (1, 6),
    41: (7, 12),
}
"""Season, quarter or half -> its first and last month; 14 is February of the year after."""


def span(edtf: str | None) -> tuple[date, date] | None:
    """First and last day that a date may mean; None where it says no year, or is no such date."""
    first, slash, last = (edtf or "").partition("/")
    try:
        start = _span(first)
        end = _span(last) if slash else start
    except ValueError:
        return None
    return (start[0], end[1]) if start and end and start[0] <= end[1] else None


def _span(one: str) -> tuple[date, date] | None:
    """The days of a date without a slash; raises ValueError where the calendar has no such day."""
    year, month, day = (*one.split("-"), "", "")[:3]
    if not year[:3].isdigit() or len(year) != 4:
        return None
    if year[3] == "X":
        return date(int(year[:3] + "0"), 1, 1), date(int(year[:3] + "9"), 12, 31)
    y = int(year)
    if not month.isdigit():
        return date(y, 1, 1), date(y, 12, 31)
    first, last = PARTS.get(int(month), (int(month), int(month)))
    if day.isdigit():
        exact = date(y, int(month), int(day))
        return exact, exact
    end, in_it = y + (last > 12), (last - 1) % 12 + 1
    return date(y, first, 1), date(end, in_it, monthrange(end, in_it)[1])
