"""Why a published cell says what it says: the claims behind it, with their words and their place.

Read from `data/warehouse`: the table, the claims of the entity as ranked, and the documents they
stand in. An organisation that one registry row alone speaks of is read from that row. Sentences
of articles are for the person at the terminal; they are never published.

Belongs here: finding the row that is meant, and what speaks for and against each of its cells.
How it is shown belongs to `cli`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

import duckdb

from km0_pipeline.claims import DIGEST_SQL
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.entities.resolve import known_names
from km0_pipeline.hub import nearest
from km0_pipeline.registries import statements
from km0_pipeline.sql import literal
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Column, Table, table

ENTITIES = {"organisations": "organisation", "people": "person", "places": "place", "events": "event"}
"""Tables with one row an entity -> the kind of entity."""

STATEMENTS = {"headcounts": ("organisation_id",), "funding": ("funder_id", "recipient_id"), "tenancies": ("organisation_id",)}
"""Tables with one row a statement -> the columns that hold the organisations it is about, the speaker's subject first."""

SEVERAL = frozenset({"other_names", "roles"})
"""Columns that hold several values, side by side."""


class CannotExplain(LookupError):
    """What is asked for is not there, or could mean several; the message says what to ask instead."""


@dataclass(frozen=True)
class Said:
    """One statement: its value (`shown`: for a relation the other's name), the words it rests on, and where they stand.

    `sentence` is the text before, the words, the text after; empty unless a press document says it. `gone_since` is the
    version since which no source says it any more.
    """

    claim_id: str
    property: str
    value: str
    value_kind: str
    object_id: str
    shown: str
    words: str
    sentence: tuple[str, ...]
    qualifier: str
    scope: str
    stated_on: str
    confidence: float
    rank: int
    source_kind: str
    document_id: str
    title: str
    publisher: str
    published_on: str
    url: str
    path: str
    locator: str
    gone_since: str


@dataclass(frozen=True)
class Cell:
    """One cell: its value, what it rests on, who else says so, who says otherwise or said so once, and why it won."""

    column: Column
    value: str
    rests_on: Said | None
    also: tuple[Said, ...]
    otherwise: tuple[Said, ...]
    gone: tuple[Said, ...]
    why: str


@dataclass(frozen=True)
class Row:
    """One row of a table, with the name it is known by."""

    table: str
    row_id: str
    name: str
    note: str
    cells: tuple[Cell, ...]


def explain(project: Project, table_name: str, who: str, column: str | None = None) -> list[Row]:
    """The row (or the rows, of a table of statements) of `who`, a name or an id; one column, or all that say something.

    Raises CannotExplain with a sentence.
    """
    spec = table(table_name)
    if column is not None and column not in spec.columns:
        raise CannotExplain(f"{table_name} has no column {column!r}; nearest: {nearest(column, spec.columns)}.")
    with duckdb.connect() as db:
        _open(db, project)
        if table_name in ENTITIES:
            entity_id, note = _find(db, project, table_name, who)
            return [_entity_row(db, project, spec, entity_id, note, column)]
        return _statement_rows(db, project, spec, who, column)


def _open(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Views of what is read, by the name of table or step. Raises CannotExplain where the pipeline never ran."""
    steps = ["entity_mentions", "press_claims", "registry_claims", "hub_claims", "press_documents", "registry_rows", "registry_columns"]
    tables = ["claims", "ranked_claims", "sources", "redirects", *ENTITIES, *STATEMENTS]
    db.execute(DIGEST_SQL + NAMES_SQL)
    for name, step in [*((s, s) for s in steps), *((t, f"table_{t}") for t in tables)]:
        path = project.made(step)
        if not path.is_file():
            raise CannotExplain(f"{path} is missing: nothing has been made yet in {project.root}; run `make run` first.")
        db.execute(f"create view {name} as from read_parquet({literal(str(path))})")
    db.execute(
        """
        create view names as
        select 'organisations' as table_name, organisation_id as entity_id, name, other_names, concat_ws(', ', siren, commune) as hint
        from organisations
        union all select 'people', person_id, name, other_names, roles from people
        union all select 'places', place_id, name, other_names, kind from places
        union all select 'events', event_id, name, null, concat_ws(', ', kind, held_on) from events
        """
    )


def _find(db: duckdb.DuckDBPyConnection, project: Project, table_name: str, who: str) -> tuple[str, str]:
    """Id of the entity that `who` means, and a note where it is known by another id now."""
    kind = ENTITIES[table_name]
    found = db.execute("select entity_id from names where table_name = ? and entity_id = ?", [table_name, who]).fetchall()
    if found:
        return str(found[0][0]), ""
    moved = db.execute(
        "select r.new_id from redirects as r join names as n on n.entity_id = r.new_id and n.table_name = ? "
        "where r.old_id = ? and r.reason = 'merge' order by 1",
        [table_name, who],
    ).fetchall()
    if moved:
        return str(moved[0][0]), f"{who} is now {moved[0][0]}"
    others = [(name, alias) for _, k, name, alias in known_names(project) if k == kind]
    found = db.execute(
        """
        with known as (
            select unnest($names) as name, key_of($kind, unnest($aliases)) as key
        ),
        keys as (
            select key_of($kind, $who) as key
            union
            select key from known where name in (select name from known where key = key_of($kind, $who))
        ),
        spelled as (
            select entity_id from entity_mentions where kind = $kind and name_key in (from keys)
            union
            select entity_id
            from (
                select entity_id, unnest(string_split(concat_ws('|', name, other_names), '|')) as name
                from names
                where table_name = $table_name
            )
            where key_of($kind, name) in (from keys)
        )
        select n.entity_id, n.name, n.hint
        from names as n
        where n.table_name = $table_name and n.entity_id in (from spelled)
        order by n.name, n.entity_id
        """,
        {"kind": kind, "who": who, "table_name": table_name, "names": [n for n, _ in others], "aliases": [a for _, a in others]},
    ).fetchall()
    if len(found) == 1:
        return str(found[0][0]), ""
    if found:
        lines = "\n".join(f"  {i}  {name}" + (f" ({hint})" if hint else "") for i, name, hint in found)
        raise CannotExplain(f"{len(found)} rows of {table_name} are called {who!r}; give one of these ids:\n{lines}")
    near = db.execute(
        """
        select name, entity_id
        from names
        where table_name = $table_name
        order by greatest(
            jaro_winkler_similarity(key_of($kind, name), key_of($kind, $who)),
            case when contains(key_of($kind, name), key_of($kind, $who)) then 0.95 else 0 end
        ) desc, name, entity_id
        limit 5
        """,
        {"kind": kind, "who": who, "table_name": table_name},
    ).fetchall()
    if not near:
        raise CannotExplain(f"{table_name} is empty: no source speaks of any yet.")
    lines = "\n".join(f"  {i}  {name}" for name, i in near)
    raise CannotExplain(f"No row of {table_name} is called {who!r} or has that id; the nearest are:\n{lines}")


def _entity_row(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, entity_id: str, note: str, column: str | None) -> Row:
    """The row of an entity, with its cells: those that sources fill, or the one asked for."""
    values = _row(db, spec, entity_id)
    if values.get("closed_version"):
        note = f"no source speaks of it any more since {values['closed_version']}; what the last ones said stands"
    said = _statements(db, project, entity_id)
    cells = []
    for field in spec.fields:
        if column is None and (field.property is None or field.name == "other_names"):
            continue
        if column is not None and field.name != column:
            continue
        cell = _cell(field, values[field.name], [s for s in said if s.property == field.property])
        if column is not None or cell.value or cell.otherwise or cell.gone:
            cells.append(cell)
    return Row(spec.name, entity_id, values["name"], note, tuple(cells))


def _cell(field: Column, value: str, said: list[Said]) -> Cell:
    """A cell of an entity: the claim of rank 1, and how the others stand to it."""
    now = [s for s in said if not s.gone_since]
    gone = tuple(s for s in said if s.gone_since)
    if field.property is None:
        return Cell(field, value, None, (), (), (), "worked out from the claims: " + field.description.en)
    if field.name in SEVERAL:
        listed = value.split("|")
        return Cell(field, value, None, tuple(s for s in now if s.shown in listed), (), gone, "each source's own words, side by side" if value else "")
    chosen = next((s for s in now if value), None)
    if chosen is None:
        return Cell(field, value, None, (), tuple(now), gone, "no source says it" if not now else "")
    also = tuple(s for s in now if s is not chosen and _agree(s, chosen))
    otherwise = tuple(s for s in now if s is not chosen and not _agree(s, chosen))
    return Cell(field, chosen.shown, chosen, also, otherwise, gone, _why(chosen, also, otherwise))


def _statement_rows(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, who: str, column: str | None) -> list[Row]:
    """The rows of a table of statements that `who` means: one by its id, or all about an organisation."""
    (key,), columns, note = spec.primary_key, STATEMENTS[spec.name], ""
    found = [str(i) for (i,) in db.execute(f"select {key} from {spec.name} where {key} = ?", [who]).fetchall()]
    if not found:
        entity_id, note = _find(db, project, "organisations", who)
        about = " or ".join(f"{c} = $id" for c in columns)
        rows = db.execute(f"select {key} from {spec.name} where {about} order by all", {"id": entity_id}).fetchall()
        found = [str(i) for (i,) in rows]
        if not found:
            raise CannotExplain(f"No row of {spec.name} is about {who!r} ({entity_id}).")
    return [_statement_row(db, project, spec, row_id, note, column) for row_id in found]


def _statement_row(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, row_id: str, note: str, column: str | None) -> Row:
    """One statement of a source, beside what other sources state of the same."""
    values = _row(db, spec, row_id)
    said = [s for s in _statements(db, project, values[STATEMENTS[spec.name][0]]) if not s.gone_since]
    names = dict(db.execute("select entity_id, name from names where table_name = 'organisations'").fetchall())
    cells = []
    for field in spec.fields:
        value = values[field.name]
        if (column is None and (field.property is None or not value)) or (column is not None and field.name != column):
            continue
        same_thing = [
            s
            for s in said
            if s.property == field.property
            and (s.value_kind != "mention" or s.object_id == value)
            and (field.property != "headcount" or s.scope == values["scope"])
        ]
        mine = [s for s in same_thing if s.document_id == values["document_id"] and (s.value_kind == "mention" or _equal(s.value, value))]
        chosen = min(mine, key=lambda s: (s.claim_id != row_id, s.locator != values["locator"], s.locator), default=None)
        # another space in the same registry is another tenancy
        elsewhere = [s for s in same_thing if s is not chosen and (spec.name != "tenancies" or s.document_id != values["document_id"])]
        also = tuple(s for s in elsewhere if s.value_kind == "mention" or _equal(s.value, value))
        otherwise = tuple(s for s in elsewhere if s not in also)
        why = "each source's statement has a row of its own; none is chosen" if spec.name != "tenancies" else ""
        if field.property is None:
            why = "worked out from the claims: " + field.description.en
        cells.append(Cell(field, chosen.shown if chosen else names.get(value, value), chosen, also, otherwise, (), why))
    subject = " – ".join(names.get(values[c], values[c]) for c in STATEMENTS[spec.name] if values[c])
    return Row(spec.name, row_id, subject, note, tuple(cells))


def _row(db: duckdb.DuckDBPyConnection, spec: Table, row_id: str) -> dict[str, str]:
    """The cells of a row as text, empty where nothing is known."""
    columns = ", ".join(f"coalesce({c}::varchar, '')" for c in spec.columns)
    found = db.execute(f"select {columns} from {spec.name} where {spec.primary_key[0]} = ?", [row_id]).fetchone()
    assert found is not None, f"{row_id} was found in {spec.name} a moment ago"
    return dict(zip(spec.columns, found, strict=True))


_SAID = """
with ranked as (
    select
        r.claim_id, r.property, r.value, r.value_kind, coalesce(r.object_entity_id, '') as object_id, r.qualifier,
        coalesce(r.scope, '') as scope, coalesce(r.stated_on, '') as stated_on, r.confidence, r.rank, r.document_id, r.locator,
        coalesce(w.original, '') as words, '' as gone_since
    from ranked_claims as r
    left join (
        select claim_id, original from press_claims
        union all select claim_id, original from registry_claims
        union all select claim_id, original from hub_claims
    ) as w on w.claim_id = r.claim_id
    where r.entity_id = $id
),
gone as (
    select
        claim_id, property, value, value_kind, coalesce(object_entity_id, '') as object_id, qualifier, coalesce(scope, '') as scope,
        coalesce(stated_on, '') as stated_on, confidence, 0 as rank, document_id, locator, coalesce(original, '') as words,
        closed_version as gone_since
    from claims
    where entity_id = $id and closed_version is not null
),
said as (
    from ranked union all from gone union all by name from registered
)
select
    s.claim_id, s.property, s.value, s.value_kind, s.object_id,
    coalesce(n.name, case when s.scope = '' or s.property = 'funding_eur' then s.value else s.value || ' ' || s.scope end) as shown,
    s.words,
    case when d.document_id is null or not starts_with(s.locator, 'char:') then [] else [d.text] end as sentence,
    s.qualifier, s.scope, s.stated_on, s.confidence, s.rank, coalesce(o.kind, '') as source_kind, s.document_id,
    coalesce(o.title, ''), coalesce(o.publisher, ''), coalesce(o.published_on, ''), coalesce(o.url, ''), coalesce(o.path, ''), s.locator, s.gone_since
from said as s
left join names as n on n.entity_id = s.object_id
left join sources as o on o.document_id = s.document_id
left join (select document_id, any_value(text) as text from press_documents group by document_id) as d on d.document_id = s.document_id
order by s.property, s.rank, s.scope, s.claim_id
"""


def _statements(db: duckdb.DuckDBPyConnection, project: Project, entity_id: str) -> list[Said]:
    """All that sources say of an entity, the claims that win first."""
    # rows of registries whose claims the claims table leaves out (limits.claims) are made into claims here
    db.execute(
        """
        create or replace temp table wanted as
        select * from registry_rows
        where mention_id in (select mention_id from entity_mentions where entity_id = $id)
            and mention_id not in (select subject_id from registry_claims)
        """,
        {"id": entity_id},
    )
    db.execute(
        f"""
        create or replace temp table registered as
        select
            c.claim_id, c.property, c.value, c.value_kind, coalesce(m.entity_id, '') as object_id, c.qualifier, c.scope, c.stated_on,
            c.confidence, 1 as rank, c.document_id, c.locator, c.original as words, '' as gone_since
        from ({statements.claims_sql(project.hub.mention_id)}) as c
        left join entity_mentions as m on c.value_kind = 'mention' and m.mention_id = c.value
        """
    )
    found = []
    for row in db.execute(_SAID, {"id": entity_id}).fetchall():
        said = Said(*row)
        if said.sentence:
            said = replace(said, sentence=_sentence(said.sentence[0], said.locator))
        found.append(said)
    return found


def _sentence(text: str, locator: str) -> tuple[str, str, str]:
    """The sentence around `char:a-b` in `text`: before the words, the words, after them; at most 200 characters each side."""
    start, end = (int(n) for n in locator.removeprefix("char:").split("-"))
    ends = list(re.finditer(r"(?<=[.!?…])\s+(?=[A-ZÀ-Ý«\"“])|\n\s*", text))
    left = max((m.end() for m in ends if m.end() <= start), default=0)
    right = min((m.start() for m in ends if m.start() >= end), default=len(text))
    before, after = text[left:start], text[end:right]
    if len(before) > 200:
        before = "…" + before[-200:].partition(" ")[2]
    if len(after) > 200:
        after = after[:200].rpartition(" ")[0] + "…"
    before, words, after = (re.sub(r"\s+", " ", part) for part in (before, text[start:end], after))
    return before.lstrip(), words, after.rstrip()


def _plain(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)).lower()


def _equal(a: str, b: str) -> bool:
    """Whether two values are the same value, written alike or not."""
    try:
        return float(a) == float(b)
    except ValueError:
        return _plain(a) == _plain(b)


def _agree(a: Said, b: Said) -> bool:
    """Whether two statements can both be true: the same, or a year and a day of that year."""
    if a.scope != b.scope or a.value_kind == "mention":
        return a.scope == b.scope and a.object_id == b.object_id
    if a.value_kind == "date" and (a.value.startswith(f"{b.value}-") or b.value.startswith(f"{a.value}-")):
        return True
    return _equal(a.value, b.value) and (a.property != "name" or a.value == b.value)


_SOURCES = {"hub": "hub.toml", "register": "the national register", "registry": "a registry", "press": "the press"}


def _why(chosen: Said, also: tuple[Said, ...], otherwise: tuple[Said, ...]) -> str:
    """Why the chosen claim stands before the others: the rule of `tables/ranked_claims.sql` that decided, in words."""
    if not otherwise:
        sources = len({s.document_id for s in (chosen, *also)})
        return "the only source that says it" if sources == 1 else f"all {sources} sources that say it agree"
    other = min(otherwise, key=lambda s: s.rank)
    if chosen.source_kind != other.source_kind:
        return f"{_SOURCES[chosen.source_kind]} goes before {_SOURCES[other.source_kind]}"
    # X: a digit that is not known
    if chosen.stated_on.replace("X", "0") > other.stated_on.replace("X", "0"):
        return f"said later: {chosen.stated_on}, after {other.stated_on or 'what bears no date'}"
    if chosen.confidence > other.confidence:
        return f"read with more certainty: {chosen.confidence:.2f} against {other.confidence:.2f}"
    return "nothing sets one before the other; the claim with the smaller id stands, so that it is always the same"
