"""When two names are the same name, as DuckDB macros.

`text_key(s)` leaves out what writers vary without meaning it: case, accents and other marks,
punctuation, dots of abbreviations, runs of spaces. `name_key(s)` also leaves out the legal form
at either end of an organisation's name, in letters or in words; `name_form(s)` is what kind of form
that was: two names with one key and two kinds are not one name. Digits and letters are never
taken for one another: that KM0, KMØ and KMO are one hub is said in hub.toml, not here.

Belongs here: what holds for every name. Which names mean the same institution belongs to
`reference`, which mean the hub to hub.toml.
"""

from __future__ import annotations

import duckdb

FORMS: dict[str, tuple[str, ...]] = {
    "association": ("association loi 1901", "association"),
    "civil": ("societe civile immobiliere", "societe civile", "sci", "scp", "scm", "sccv", "scea", "gaec", "earl"),
    "grouping": ("groupement d interet economique", "gie"),
    "public": ("groupement d interet public", "gip", "societe d economie mixte", "societe publique locale", "spl"),
    "sole": ("entreprise individuelle", "eirl"),
    "company": (
        "societe par actions simplifiee unipersonnelle", "societe par actions simplifiee", "societe a responsabilite limitee",
        "entreprise unipersonnelle a responsabilite limitee", "societe anonyme", "societe en nom collectif",
        "societe cooperative d interet collectif", "societe cooperative et participative", "societe cooperative",
        "sasu", "sas", "sarl", "eurl", "selarl", "selas", "sa", "snc", "scop", "scic",
    ),
    "german": ("gmbh",),
}  # fmt: skip
"""Legal forms, after folding, as they stand at the beginning or at the end of a name, by what they make of who bears it.

Forms of one kind follow one another (a SARL becomes a SAS) and sources lag behind; forms of two kinds are two legal persons, such as
a company and the SCI that owns its walls. Abbreviations that are ordinary words are left out (SEM, SE, SpA, e.V.): Zen Spa is not Zen.
"""

FINAL_FORMS: dict[str, tuple[str, ...]] = {
    "association": ("asbl",),
    "sole": ("ei",),
    "german": ("ag", "kg", "ug"),
    "english": ("ltd", "llc", "inc"),
    "belgian": ("bv", "nv", "srl"),
}
"""Forms that are taken for one at the end of a name only: elsewhere they are ordinary words."""

LEGAL_FORMS = tuple(form for forms in FORMS.values() for form in forms)
LAST_FORMS = LEGAL_FORMS + tuple(form for forms in FINAL_FORMS.values() for form in forms)


def _longest_first(forms: tuple[str, ...]) -> str:
    return "|".join(sorted(forms, key=lambda f: (-len(f), f)))


def _form_cases() -> str:
    """Which kind of form a folded name bears. An « association » or a « SCI » says more than a « SA » beside it: in the order of `FORMS`."""
    cases = []
    for kind in dict.fromkeys((*FORMS, *FINAL_FORMS)):
        first, last = FORMS.get(kind, ()), FORMS.get(kind, ()) + FINAL_FORMS.get(kind, ())
        found = [f"^(?:{_longest_first(first)}) "] * bool(first) + [f" (?:{_longest_first(last)})$"]
        cases.append(f"when regexp_matches(k, '{'|'.join(found)}') then '{kind}'")
    return " ".join(cases)


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
    k, '^(?:(?:{_longest_first(LEGAL_FORMS)}) )+', ''), '(?: (?:{_longest_first(LAST_FORMS)}))+$', '');
create or replace macro name_key(s) as without_form(text_key(s));
create or replace macro form_of(k) as case {_form_cases()} end;
create or replace macro name_form(s) as form_of(text_key(s));
create or replace macro key_of(kind, s) as case when kind = 'organisation' then name_key(s) else text_key(s) end;
"""
"""DuckDB macros `text_key(name)`, `name_key(organisation)`, `name_form(organisation)` (kind of legal form, a key of `FORMS` or
`FINAL_FORMS`, or NULL) and `key_of(kind, name)`: VARCHAR in, VARCHAR out."""


def keys(kind: str, names: list[str]) -> list[str]:
    """The normalised form of each of `names`, names of a `kind` (organisation, person, place, event)."""
    with duckdb.connect() as db:
        db.execute(NAMES_SQL)
        found = db.execute("select key_of(?, unnest(?::varchar[]))", [kind, names]).fetchall()
    return [key for (key,) in found]
