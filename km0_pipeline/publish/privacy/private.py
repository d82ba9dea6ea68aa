"""The private list: names of people who are known here and not published, and the texts that hold one (STANDARDS R6, R10).

Whom the opt-out list names, where a text does, though no table knows whose name it is (R7). Whom the press names without a public role, contact persons of registries, and whom a registry or the national register keeps
back. The list lives in memory: nothing writes it. Names of what is published may stand: an organisation, a street may be called
like somebody. Texts that are published beside those of the tables are hub.toml's own: no rule masks them, so a name of the opt-out list there stops the
publication. Belongs here: whose names they are, and which texts are looked through; how a name is found in a text, `matching`.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from km0_pipeline.hub import Hub
from km0_pipeline.publish.privacy import optout
from km0_pipeline.publish.privacy.masking import BATCH
from km0_pipeline.publish.privacy.matching import PLAIN_SQL, Names, plain
from km0_pipeline.publish.privacy.release import PublicationStopped, Release
from km0_pipeline.reference import first_names
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project

NAMES = ("name", "legal_name")
"""Properties of columns of names."""
LONGEST = 5
"""Words of the longest name that is looked for in texts by its digest."""

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
        return Names(named, _published(db, releases) if named else ())


def opted_out(project: Project, releases: Iterable[Release], beside: Iterable[Release] = ()) -> Names:
    """Names of the opt-out list, of two to `LONGEST` words, that stand in texts of `releases`; those in columns of names of these and of `beside` may stand.

    Whose rows they are is known elsewhere (`suppression`): here are those of whom a text alone speaks, the list being of digests. Raises OptOutError.
    """
    listed, releases, found = optout.read(project.raw), list(releases), set[str]()
    if not listed:
        return Names(())
    key = optout.key(project.raw)
    with connect(project.warehouse) as db:
        db.execute(PLAIN_SQL)
        columns = [(r, f'plain("{c}")') for r in releases for c in r.table.texts if r.table.field(c).property not in NAMES]
        each = " union ".join(f"select {text} as x from ({r.query})" for r, text in columns) or "select null as x"
        db.execute(f"create temp table texts as select string_split(trim(x), ' ') as w from ({each})")
        for n in range(2, LONGEST + 1):
            parts = db.sql(f"select distinct array_to_string(w[i:i + {n} - 1], ' ') as x from (select w, unnest(range(1, len(w) - {n} + 2)) as i from texts)")
            for batch in parts.to_arrow_reader(BATCH):
                found |= optout.among(listed, key, batch["x"].to_pylist())
        return Names(found, _published(db, [*releases, *beside]) if found else ())


def refuse_opted_out(project: Project, releases: Iterable[Release]) -> None:
    """Raises PublicationStopped where hub.toml's own texts name somebody of the opt-out list, with the keys and never the name; OptOutError."""
    texts = [
        (f"{section}.{key}", text)
        for section, values in project.hub.published.items()
        for key, value in values.items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    ]
    if found := naming_opted_out(project, texts, releases):
        raise PublicationStopped(
            *(f"hub.toml, {key}: names somebody who asked to be left out (rules R7 and R10); nothing was published. Take the name out of it, and run again." for key in found)
        )


def naming_opted_out(project: Project, texts: Iterable[tuple[str, str]], releases: Iterable[Release]) -> list[str]:
    """Of these texts, each after where it stands, where those stand that hold a name of the opt-out list; names in `releases`, and longer ones of the hub, may.

    Raises OptOutError.
    """
    listed, texts = optout.read(project.raw), list(texts)
    if not listed:
        return []
    split = [plain(text).split() for _, text in texts]
    parts = {" ".join(words[i : i + n]) for words in split for n in range(2, LONGEST + 1) for i in range(len(words) - n + 1)}
    found = optout.among(listed, optout.key(project.raw), sorted(parts))
    if not found:
        return []
    with connect(project.warehouse) as db:
        names = Names(found, {*_published(db, releases), *(n for n in _own_names(project.hub) if plain(n).strip() not in found)})
    return list(dict.fromkeys(where for where, text in texts if names.found(plain(text))))


def _own_names(hub: Hub) -> tuple[str, ...]:
    """What the hub and its publisher are called."""
    return (*hub.names, hub.hub.legal_name, hub.publisher.name)


def _published(db: duckdb.DuckDBPyConnection, releases: Iterable[Release]) -> set[str]:
    """What stands in columns of names."""
    columns = [(r, f.name) for r in releases for f in r.table.fields if f.property in NAMES]
    each = " union ".join(f'select unnest(string_split("{column}", \'|\')) from ({release.query})' for release, column in columns)
    return {name for (name,) in db.execute(each).fetchall() if name} if each else set()


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
