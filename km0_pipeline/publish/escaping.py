"""Texts of CSV that no spreadsheet takes for a formula, and back.

A spreadsheet runs a cell that begins with = + - or @ ("=HYPERLINK(...)" as the name of a tenant), however it is quoted. A
French one opens our commas as one column and parts the line at each semicolon or line end it finds in a text instead, so a
formula may begin there too ("x;=1+1;y"). So in CSV an apostrophe is put before each such sign, at the beginning of a text
and after each semicolon, tab and line end in it; also before an apostrophe there, and before a tab or line end at the
beginning. To take one apostrophe away at each of these places gives the text back, always: no other apostrophe is touched.
Numbers are no texts and keep their sign.

Why this: to leave such cells out loses names that are honest ("@home", "+33 Studio"); a space or tab in front is not seen, and not
told from the text's own; only quoting does nothing; to publish no CSV would leave out who reads it by program.
The cost is an apostrophe to take off for whoever reads CSV by program and meets one of the few such cells; Parquet has the
texts as they are. datapackage.json says so of each CSV (`km0:escape`), README.md how to undo it, and `km0 verify` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from km0_pipeline.sql import literal

SIGNS = "=+\\-@'＝＋－＠"
"""Signs that begin a formula, the wide ones of East Asian keyboards too, and the apostrophe itself."""
_BREAKS, _WIDE = ";\t\r\n", min(sign for sign in SIGNS if not sign.isascii())
"""Signs after which a formula may begin within a text; the first of the wide signs."""
_FIRST = rf"^([\t\r\n{SIGNS}])"
_WITHIN = rf"([;\t\r\n])([{SIGNS}])"
_ANY = rf"^[\t\r\n{SIGNS}]|[;\t\r\n][{SIGNS}]"

ESCAPE = {"km0:escape": {"character": "'", "undo": [{"pattern": r"([;\t\r\n])'", "replacement": "$1"}, {"pattern": "^'", "replacement": ""}]}}
"""What datapackage.json says of a CSV: the patterns to replace everywhere in a text, one after the other, to have it back."""


def escaped(column: str) -> str:
    """SQL of the column's text as it stands in CSV."""
    within = f"regexp_replace(regexp_replace({column}, {literal(_FIRST)}, '''\\1'), {literal(_WITHIN)}, '\\1''\\2', 'g')"
    first = f"{column} < '0' or {column} >= ':' and {column} < 'A' or {column} >= '{_WIDE}'"  # nearly every text begins otherwise, and holds none of these signs
    return f"case when ({first} or {' or '.join(f'contains({column}, chr({ord(sign)}))' for sign in _BREAKS)}) and regexp_matches({column}, {literal(_ANY)}) then {within} else {column} end"


def escaped_text(text: str) -> str:
    """The same of one text that stands in no table."""
    return re.sub(_WITHIN, r"\1'\2", re.sub(_FIRST, r"'\1", text))


def unescaped(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts as they were before `escaped`."""
    import pyarrow.compute as pc

    bytes_ = (buffer for chunk in texts.chunks if (buffer := chunk.buffers()[2]) is not None)
    if not any(b"'" in b.to_pybytes() for b in bytes_):  # of most columns; a tenth of what it costs to look into each text
        return texts
    if not pc.any(pc.match_substring_regex(texts, r"^'|[;\t\r\n]'")).as_py():
        return texts
    within = pc.replace_substring_regex(texts, r"([;\t\r\n])'", r"\1")
    return pc.replace_substring_regex(within, r"\A'", "")


def widened(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`schema` with lengths that hold for escaped texts too: of a text at most every second character gets an apostrophe."""
    fields = [dict(f) for f in schema["fields"]]
    for field in fields:
        if "maxLength" in (limits := field.get("constraints", {})):
            field["constraints"] = {**limits, "maxLength": limits["maxLength"] + limits["maxLength"] // 2 + 1}
    return {**schema, "fields": fields}
