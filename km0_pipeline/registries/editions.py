"""Editions: the same registry at later dates, one file or several a date.

Belongs here: the date of a file. What the editions tell together, one after the other, is
`tables/listings.sql`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from unicodedata import normalize

from km0_pipeline.registries.values import MONTHS

_MONTH = {name: f"{n:02}" for n, names in enumerate(MONTHS, 1) for name in names.split("|")}
_Y, _M, _D, _SIGN = r"(?P<y>(?:19|20)\d\d)", r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>\d\d?)", r"[-_. ]"
_WORD = rf"(?<![a-z])(?P<w>{'|'.join(sorted(_MONTH, key=len, reverse=True))})\.?"
_FORMS = (
    rf"{_Y}{_SIGN}{_M}{_SIGN}{_D}", rf"{_Y}{_M}(?P<d>\d\d)", rf"{_D}{_SIGN}{_M}{_SIGN}{_Y}", rf"{_Y}{_SIGN}{_M}", rf"{_M}{_SIGN}{_Y}",
    rf"(?:{_D}(?:er)?{_SIGN})?{_WORD}{_SIGN}?{_Y}", rf"{_Y}{_SIGN}?{_WORD}(?![a-z])", _Y,
)  # fmt: skip
# a group's name may stand once in an expression: that of the nth form ends in n
_DATE = re.compile("|".join(r"(?<!\d)" + form.replace(">", f"{n}>") + r"(?!\d)" for n, form in enumerate(_FORMS)))


def edition_date(path: str, stated_on: str) -> str:
    """Date of the file at `path`: that in its name, else in the name of a folder above it, else `stated_on`; YYYY, YYYY-MM, YYYY-MM-DD or ''.

    A name that holds two dates, or one that the calendar lacks, states none.
    """
    parts = PurePosixPath(path).with_suffix("").parts
    return next((found for part in reversed(parts) if (found := _in_name(part))), stated_on)


def _in_name(name: str) -> str:
    folded = "".join(c for c in normalize("NFKD", name).casefold() if c.isascii())
    found = [{k[0]: v for k, v in m.groupdict().items() if v} for m in _DATE.finditer(folded)]
    if len(found) != 1:
        return ""
    (part,) = found
    month = _MONTH[part["w"]] if "w" in part else part.get("m", "")
    stated = "-".join(p for p in (part["y"], month, part["d"].zfill(2) if "d" in part else "") if p)
    try:
        date.fromisoformat(stated + "2000-01-01"[len(stated) :])
    except ValueError:
        return ""
    return stated
