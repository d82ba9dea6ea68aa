"""When two names are the same name, as DuckDB macros.

`text_key(s)` leaves out what writers vary without meaning it: case, accents and other marks,
punctuation, dots of abbreviations, runs of spaces. `name_key(s)` also leaves out the legal form
at either end of an organisation's name, in letters or in words. Digits and letters are never
taken for one another: that KM0, KMØ and KMO are one hub is said in hub.toml, not here.

Belongs here: what holds for every name. Which names mean the same institution belongs to
`reference`, which mean the hub to hub.toml.
"""

from __future__ import annotations

import duckdb

LEGAL_FORMS: tuple[str, ...] = (
    "societe par actions simplifiee unipersonnelle",
    "societe par actions simplifiee",
    "societe a responsabilite limitee",
    "entreprise unipersonnelle a responsabilite limitee",
    "societe anonyme",
    "societe civile immobiliere",
    "societe civile",
    "societe en nom collectif",
    "societe cooperative d interet collectif",
    "societe cooperative et participative",
    "societe cooperative",
    "societe d economie mixte",
    "societe publique locale",
    "groupement d interet economique",
    "groupement d interet public",
    "entreprise individuelle",
    "association loi 1901",
    "association",
    *("sasu", "sas", "sarl", "eurl", "eirl", "earl", "selarl", "selas", "sa", "snc", "sci", "scp", "scm", "scop", "scic"),
    *("scea", "gaec", "gie", "gip", "sem", "sccv", "spl", "gmbh"),
)
"""Legal forms as they stand after folding, at the beginning or at the end of a name."""

FINAL_FORMS: tuple[str, ...] = ("ei", "se", "ag", "kg", "ug", "ltd", "llc", "inc", "bv", "nv", "srl", "spa", "asbl", "ev")
"""Forms that are taken for one at the end of a name only: elsewhere they are ordinary words."""


def _longest_first(forms: tuple[str, ...]) -> str:
    return "|".join(sorted(forms, key=lambda f: (-len(f), f)))


# Most names need nothing but lower case, é and è: what costs more is asked of the others only. A name that is nothing
# but a legal form stays: each pattern wants another word beside it.
NAMES_SQL = rf"""
create or replace macro lowered(s) as replace(replace(lower(s), 'é', 'e'), 'è', 'e');
create or replace macro unmarked(s) as strip_accents(translate(replace(replace(replace(s, 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'),
    'øłđı’' || chr(173) || chr(8203) || chr(8288) || chr(65279), 'oldi '));
create or replace macro words(s) as trim(regexp_replace(
    replace(replace(unmarked(s), '.', ''), '&', ' et '), '[^\p{{L}}\p{{N}}]+', ' ', 'g'));
create or replace macro text_key(s) as
    case when regexp_matches(lowered(s), '[^a-z0-9 ]|  |^ | $') then words(lowered(s)) else lowered(s) end;
create or replace macro without_form(k) as regexp_replace(regexp_replace(
    k, '^(?:(?:{_longest_first(LEGAL_FORMS)}) )+', ''), '(?: (?:{_longest_first(LEGAL_FORMS + FINAL_FORMS)}))+$', '');
create or replace macro name_key(s) as without_form(text_key(s));
create or replace macro key_of(kind, s) as case when kind = 'organisation' then name_key(s) else text_key(s) end;
"""
"""DuckDB macros `text_key(name)`, `name_key(organisation)` and `key_of(kind, name)`: VARCHAR in, VARCHAR out."""


def keys(kind: str, names: list[str]) -> list[str]:
    """The normalised form of each of `names`, names of a `kind` (organisation, person, place, event)."""
    with duckdb.connect() as db:
        db.execute(NAMES_SQL)
        found = db.execute("select key_of(?, unnest(?::varchar[]))", [kind, names]).fetchall()
    return [key for (key,) in found]
