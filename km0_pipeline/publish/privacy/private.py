"""The private list: names of people who are known here and not published, and the texts that hold one (STANDARDS R6, R10).

Whom the press names without a public role, contact persons of registries, and whom a registry or the national register keeps
back. The list lives in memory: nothing writes it. Names of what is published may stand: an organisation, a street may be called
like somebody. Belongs here: whose names they are; how a name is found in a text, `matching`.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from km0_pipeline.publish.privacy.matching import Names, plain
from km0_pipeline.publish.privacy.release import Release
from km0_pipeline.reference import first_names
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project

# Whoever a person has said to be no person (a rejected name) is none.
_NAMED = """select distinct value from read_parquet({press_reviewed})
where subject_kind = 'person' and property = 'name' and not (status = 'rejected' and reason = 'decision')"""
# A contact may be « Service communication »: a person has a first name. A registry may name a million, so they are looked through where they lie.
_CONTACTS = """select contact_name from read_parquet({registry_rows}) where {person} union select contact_name from read_parquet({registry_kept_back}) where {person}"""
_KEPT_BACK = "select distinct name from read_parquet({registry_kept_back})"
_WITHHELD = """select distinct r.name from read_parquet({registry_rows}) as r
join read_parquet({register_rows}) as w on w.diffusion = 'withheld' and w.siren in (r.siren, r.siren_original, left(r.siret_original, 9))"""


def private_names(project: Project, releases: Iterable[Release]) -> Names:
    """The names that no text may hold, as far as the warehouse of `project` knows; names in columns of names of `releases` may stand."""
    with connect(project.warehouse) as db:
        contacts = _CONTACTS.replace("{person}", has_first_name("contact_name"))
        named = {name for query in (_NAMED, contacts, _KEPT_BACK, _WITHHELD) for name in _asked(db, project, query)}
        columns = [(r, f.name) for r in releases for f in r.table.fields if f.property in ("name", "legal_name")] if named else []
        each = " union ".join(f'select unnest(string_split("{column}", \'|\')) from ({release.query})' for release, column in columns)
        published = {name for (name,) in db.execute(each).fetchall() if name} if each else set()
    return Names(named, published)


def has_first_name(column: str) -> str:
    """SQL of whether a first name stands in the column's text, whole, accents and case aside."""
    names = "|".join(sorted({"[^a-z0-9]+".join(plain(name).split()) for name in first_names()}))
    return f"regexp_matches(lower(strip_accents({column})), '(?:^|[^a-z0-9])(?:{names})(?:[^a-z0-9]|$)')"


def _asked(db: duckdb.DuckDBPyConnection, project: Project, query: str) -> set[str]:
    steps = ("press_reviewed", "registry_rows", "registry_kept_back", "register_rows")
    asked = [s for s in steps if "{" + s + "}" in query]
    if not all(project.made(s).exists() for s in asked):
        return set()
    return {name for (name,) in db.execute(query.format(**{s: location(project.made(s)) for s in asked})).fetchall() if name}
