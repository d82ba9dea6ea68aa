"""E-mail addresses, telephone numbers and the like in the texts of sources: kept from every table (STANDARDS R10).

A title, an activity, the words around a name: people write their contacts anywhere. All that tables
read goes through `withheld`, which puts […] in the place of the contact and leaves the rest; so no
honest source stops a publication. That none is left is a check of every text that may leave (`checks`).

Telephone numbers are French ones, however grouped, German and Swiss ones as they are written at home, and any that begin with + or 00
and a country. What tells who somebody is, is withheld with them (`identity`). In what is a web address from end to end digits are no telephone number. Obfuscated addresses (« chez »), numbers in
words and numbers without their 0 are not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import accumulate

import duckdb

from km0_pipeline.registries.columns import COLUMNS
from km0_pipeline.sql import literal
from km0_pipeline.steps import Made
from km0_pipeline.tables.identity import BIRTH, IDENTITY_SQL, SIGNS

# Letters are Latin ones: patterns of \pL take 20 ms to compile, which each column of each query would pay.
_LETTER = "A-Za-zÀ-ÿ"
_DOT = r"(?:\.| ?[\[({] ?(?i:dot|point) ?[\])}] ?)"
_EMAIL = (
    rf"[{_LETTER}0-9._%+-]+ ?(?:@|%40|[\[({{] ?(?i:at|arobase?) ?[\])}}]) ?"
    rf"[{_LETTER}0-9-]+(?:{_DOT}[{_LETTER}0-9-]+)*{_DOT}[{_LETTER}]{{2,}}"
)
_PHONE = "|".join(
    (
        r"(?:\b0|\(0\))[\s\pZ]{0,2}[1-9](?:[\s\pZ]{0,2}[0-9]){8}\b",
        # in pairs; not a mere sequence of digits and signs, which dates may be
        r"\b0[1-9](?:[\s\pZ.]{1,3}[0-9]{2}){4}\b",
        r"\b0[1-9](?: ?[-‐‑–] ?[0-9]{2}){4}\b",
        r"\b0[1-9](?:/[0-9]{2}){4}\b",
        # Germany, where the area is set apart; with a mere space, areas of four digits and those of the Upper Rhine
        r"\b0[2-9][0-9]{2,3} ?[/-] ?[0-9](?:[ -]?[0-9]){4,8}\b",
        r"\b0(?:[2-9][0-9]{2}|76[0-9]{2}) [0-9]{3,4} ?[0-9]{2,5}\b",
        # Switzerland
        r"\b0[1-9][0-9][\s\pZ]{1,2}[0-9]{3}[\s\pZ]{1,2}[0-9]{2}[\s\pZ]{1,2}[0-9]{2}\b",
        r"\b00(?:33|49|41|32|352|39|34|44)(?:[\s\pZ.()/-]{0,3}[0-9]){8,11}\b",
        r"\+[1-9](?:[\s\pZ.()/-]{0,3}[0-9]){8,14}\b",
    )
)
_EITHER = f"{_EMAIL}|{_PHONE}|{BIRTH}"
_SIGNS = rf"@|%40|[\[({{] ?(?i:at|arob)|(?:[0-9][^\n0-9]?[^\n0-9]?[^\n0-9]?){{9}}|{SIGNS}"
"""What no contact lacks."""

CONTACTS_SQL = f"""
{IDENTITY_SQL}
create or replace temp macro may_hold_contact(x) as regexp_matches(x, {literal(_SIGNS)});
create or replace temp macro withheld(x) as case
    when not may_hold_contact(x) then x
    when regexp_full_match(x, '(?i)https?://\\S+') then regexp_replace(x, {literal(_EMAIL)}, '[…]', 'g')
    else regexp_replace(numbers_withheld(x), {literal(_EITHER)}, '[…]', 'g') end;
"""
"""DuckDB macros: `withheld(x)`, a text without its contacts; `may_hold_contact(x)`, whether there may be one in the lines of a text."""

TEXTS = frozenset({"title", "publisher", "url", "path", "sheet", "locator", "value", "original"}) | {
    c.property for c in COLUMNS if c.kind in ("name", "text", "url", "legal_form")
}
"""Columns of steps whose words are those of a source."""


_suspect: dict[tuple[str, str], bool] = {}
"""Whether any text of a column of a file may hold a contact, by the digest of its content and the column: found once a process."""


def kept_from(db: duckdb.DuckDBPyConnection, file: Made, columns: Iterable[str], words: Collection[str]) -> str:
    """The query of a step that has these `columns` and made `file`: those that stand among the `words` of a query, texts without contacts.

    A column in which nothing may be one is taken as it is: DuckDB takes 10 ms to compile what withholds them, for each column and each time that a query
    names the relation. `db` has the macros of `CONTACTS_SQL`.
    """
    source = f"read_parquet({literal(str(file.path))})"
    asked = [c for c in columns if c in words]
    texts = [c for c in asked if c in TEXTS]
    if unknown := [c for c in texts if (file.digest, c) not in _suspect]:
        told = ", ".join(f'exists (from {source} where may_hold_contact("{c}"))' for c in unknown)
        _suspect.update(zip(((file.digest, c) for c in unknown), db.execute(f"select {told}").fetchall()[0], strict=True))
    selected = ", ".join(f'withheld("{c}") as "{c}"' if c in texts and _suspect[file.digest, c] else f'"{c}"' for c in asked)
    return f"select {selected or 'true'} from {source}"


def contacts(db: duckdb.DuckDBPyConnection, text: str) -> list[tuple[int, int]]:
    """Where the contacts in `text` stand, for what is shown of it elsewhere than in a table."""
    if not re.search(_SIGNS, text):
        return []
    mark = "\x01"  # no text that is read holds it
    query = f"select regexp_extract_all($x, {literal(_EITHER)}), string_split(regexp_replace($x, {literal(_EITHER)}, $mark, 'g'), $mark)"
    found, between = db.execute(query, {"x": text, "mark": mark}).fetchall()[0]
    ends = accumulate(len(b) + len(f) for b, f in zip(between, found, strict=False))
    return [(end - len(f), end) for f, end in zip(found, ends, strict=True)]
