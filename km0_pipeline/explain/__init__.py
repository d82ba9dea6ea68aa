"""Why a published cell says what it says: the claims behind it, with their words and their place.

Read from `data/warehouse`: the table, the claims of the entity as ranked, and the documents they
stand in. An organisation that one registry row alone speaks of is read from that row. Whole
sentences of articles are for the person at the terminal; of what is published, `limits.quotation`
says how much may be theirs.

Belongs here: finding the row that is meant, and what speaks for and against each of its cells.
What sources say is read in `said`; how it is shown belongs to `cli`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import duckdb

from km0_pipeline.claims import DIGEST_SQL
from km0_pipeline.entities.mentions import known_names
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.explain.said import Said, agree, equal, statements, why
from km0_pipeline.sql import literal
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Column, Table, table
from km0_pipeline.toml_errors import nearest

ENTITIES = {"organisations": "organisation", "people": "person", "places": "place", "events": "event"}
"""Tables with one row an entity -> the kind of entity."""

STATEMENTS = {
    "headcounts": ("organisation_id",),
    "funding": ("funder_id", "recipient_id"),
    "tenancies": ("organisation_id", "host_id"),
    "relationships": ("subject_id", "object_id"),
    "discrepancies": ("entity_id",),
}
"""Tables with one row a statement -> the columns that hold whom it is about, the subject of its claims first."""

OF_ANY_KIND = frozenset({"relationships", "discrepancies"})
"""Those of `STATEMENTS` that may be about people, places and events too; the others are about organisations."""

SEVERAL = frozenset({"other_names", "roles"})
"""Columns that hold several values, side by side."""


class CannotExplain(LookupError):
    """What is asked for is not there, or could mean several; the message says what to ask instead."""


@dataclass(frozen=True)
class Cell:
    """One cell: its value, what it rests on, who else says so, who says otherwise or said so once, why it won, and what is not published."""

    column: Column
    value: str
    rests_on: Said | None
    also: tuple[Said, ...]
    otherwise: tuple[Said, ...]
    gone: tuple[Said, ...]
    why: str
    held: tuple[Said, ...] = ()


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
            entity_id, note = _find(db, project, (table_name,), who)
            return [_entity_row(db, project, spec, entity_id, note, column)]
        return _statement_rows(db, project, spec, who, column)


def _open(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Views of what is read, by the name of table or step. Raises CannotExplain where the pipeline never ran."""
    steps = ["entity_mentions", "press_reviewed", "registry_claims", "register_claims", "address_claims", "hub_claims", "press_documents", "registry_rows", "registry_columns"]
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
        select 'organisation' as kind, organisation_id as entity_id, name, other_names, concat_ws(', ', siren, commune) as hint
        from organisations
        union all select 'person', person_id, name, other_names, roles from people
        union all select 'place', place_id, name, other_names, kind from places
        union all select 'event', event_id, name, null, concat_ws(', ', kind, held_on) from events
        """
    )


def _find(db: duckdb.DuckDBPyConnection, project: Project, tables: tuple[str, ...], who: str) -> tuple[str, str]:
    """Id of the entity in one of `tables` that `who` means, and a note where it is known by another id now."""
    kinds, listed = [ENTITIES[t] for t in tables], " or ".join(tables)
    found = db.execute("select entity_id from names where list_contains(?, kind) and entity_id = ?", [kinds, who]).fetchall()
    if found:
        return str(found[0][0]), ""
    moved = db.execute(
        "select r.new_id from redirects as r join names as n on n.entity_id = r.new_id and list_contains(?, n.kind) "
        "where r.old_id = ? and r.reason = 'merge' order by 1",
        [kinds, who],
    ).fetchall()
    if moved:
        return str(moved[0][0]), f"{who} is now {moved[0][0]}"
    others = [(kind, name, alias) for _, kind, name, alias in known_names(project) if kind in kinds]
    known = {column: [o[n] for o in others] for n, column in enumerate(("known_kinds", "names", "aliases"))}
    found = db.execute(
        """
        with known as (
            select kind, name, key_of(kind, alias) as key
            from (select unnest($known_kinds) as kind, unnest($names) as name, unnest($aliases) as alias)
        ),
        asked as (
            select kind, key_of(kind, $who) as key from (select unnest($kinds) as kind)
        ),
        keys as (
            from asked
            union
            select k.kind, k.key
            from known as k
            join known as w on w.kind = k.kind and w.name = k.name
            join asked as a on a.kind = w.kind and a.key = w.key
        ),
        spelled as (
            select m.entity_id from entity_mentions as m join keys as k on k.kind = m.kind and k.key = m.name_key
            union
            select n.entity_id
            from (select kind, entity_id, unnest(string_split(concat_ws('|', name, other_names), '|')) as name from names) as n
            join keys as k on k.kind = n.kind and k.key = key_of(n.kind, n.name)
        )
        select n.entity_id, n.name, n.hint
        from names as n
        where list_contains($kinds, n.kind) and n.entity_id in (from spelled)
        order by n.name, n.entity_id
        """,
        {"kinds": kinds, "who": who, **known},
    ).fetchall()
    if len(found) == 1:
        return str(found[0][0]), ""
    if found:
        lines = "\n".join(f"  {i}  {name}" + (f" ({hint})" if hint else "") for i, name, hint in found)
        raise CannotExplain(f"{len(found)} rows of {listed} are called {who!r}; give one of these ids:\n{lines}")
    near = db.execute(
        """
        select name, entity_id
        from names
        where list_contains($kinds, kind)
        order by greatest(
            jaro_winkler_similarity(key_of(kind, name), key_of(kind, $who)),
            case when contains(key_of(kind, name), key_of(kind, $who)) then 0.95 else 0 end
        ) desc, name, entity_id
        limit 5
        """,
        {"kinds": kinds, "who": who},
    ).fetchall()
    if not near:
        raise CannotExplain(f"{listed} is empty: no source speaks of any yet.")
    lines = "\n".join(f"  {i}  {name}" for name, i in near)
    raise CannotExplain(f"No row of {listed} is called {who!r} or has that id; the nearest are:\n{lines}")


def _entity_row(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, entity_id: str, note: str, column: str | None) -> Row:
    """The row of an entity, with its cells: those that sources fill, or the one asked for."""
    values = _row(db, spec, entity_id)
    if values.get("closed_version"):
        note = f"no source speaks of it any more since {values['closed_version']}; what the last ones said stands"
    said = statements(db, project, entity_id)
    cells = []
    for field in spec.fields:
        if column is None and (field.property is None or field.name == "other_names"):
            continue
        if column is not None and field.name != column:
            continue
        of_it = [s for s in said if s.property == field.property]
        held = tuple(s for s in of_it if s.held)
        cell = replace(_cell(field, values[field.name], [s for s in of_it if not s.held]), held=held)
        if column is not None or cell.value or cell.otherwise or cell.gone or held:
            cells.append(cell)
    return Row(spec.name, entity_id, values["name"], note, tuple(cells))


def _cell(field: Column, value: str, said: list[Said]) -> Cell:
    """A cell of an entity: the claim of rank 1, and how the others stand to it."""
    now = [s for s in said if not s.gone_since and not s.room]
    gone = tuple(s for s in said if s.gone_since)
    if field.property is None or (value and not said):
        return Cell(field, value, None, (), (), (), _worked_out(field))
    if field.name in SEVERAL:
        shown = tuple(s for s in now if value and (field.name != "other_names" or s.shown in value.split("|")))
        return Cell(field, value, None, shown, (), gone, "each source's own words, side by side" if value else "")
    if not value or not now:
        rooms = tuple(s for s in said if s.room)
        why_not = "said of each space by itself: see tenancies" if rooms else "" if now else "no source says it"
        return Cell(field, value, None, (), (*now, *rooms), gone, why_not)
    chosen, *others = now
    also = tuple(s for s in others if agree(s, chosen))
    otherwise = tuple(s for s in others if not agree(s, chosen))
    return Cell(field, chosen.shown, chosen, also, otherwise, gone, why(chosen, also, otherwise))


def _worked_out(field: Column) -> str:
    return "worked out from the claims: " + field.description.en


def _statement_rows(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, who: str, column: str | None) -> list[Row]:
    """The rows of a table of statements that `who` means: one by its id, or all about an entity."""
    (key,), columns, note = spec.primary_key, STATEMENTS[spec.name], ""
    found = [str(i) for (i,) in db.execute(f"select {key} from {spec.name} where {key} = ?", [who]).fetchall()]
    if not found:
        entity_id, note = _find(db, project, tuple(ENTITIES) if spec.name in OF_ANY_KIND else ("organisations",), who)
        about = " or ".join(f"{c} = $id" for c in columns)
        rows = db.execute(f"select {key} from {spec.name} where {about} order by all", {"id": entity_id}).fetchall()
        found = [str(i) for (i,) in rows]
        if not found:
            raise CannotExplain(f"No row of {spec.name} is about {who!r} ({entity_id}).")
    return [_statement_row(db, project, spec, row_id, note, column) for row_id in found]


def _statement_row(db: duckdb.DuckDBPyConnection, project: Project, spec: Table, row_id: str, note: str, column: str | None) -> Row:
    """One statement of a source, beside what other sources state of the same."""
    values = _row(db, spec, row_id)
    ever = statements(db, project, values[STATEMENTS[spec.name][0]])
    said = [s for s in ever if not s.gone_since and not s.held]
    names = dict(db.execute("select entity_id, name from names").fetchall())
    cells = []
    for field in spec.fields:
        told, value = _property(spec, field, values), values[field.name]
        if (column is None and (told is None or not value)) or (column is not None and field.name != column):
            continue
        same_thing = [s for s in said if s.property == told and _of_the_same(spec, s, values, value)]
        if spec.name == "discrepancies":
            cells.append(_disagreement(field, values, same_thing))
            continue
        mine = [s for s in same_thing if s.value_kind == "mention" or equal(s.value, value)]
        own = [s for s in mine if s.document_id == values["document_id"] or spec.name == "tenancies"]
        # what states an amount states who receives it
        own += [s for s in said if not own and value and s.claim_id == row_id]
        chosen = min(
            own,
            key=lambda s: (s.claim_id != row_id, s.document_id != values["document_id"], not _within(s.locator, values["locator"]), s.rank, s.locator),
            default=None,
        )
        # another space in the same registry is another tenancy
        elsewhere = [s for s in same_thing if s is not chosen and (spec.name != "tenancies" or s.document_id != values["document_id"])]
        also = tuple(s for s in elsewhere if s in mine)
        otherwise = tuple(s for s in elsewhere if s not in mine)
        corrected = (s for s in ever if s.gone_since and chosen and s.superseded_by == chosen.document_id)
        gone = tuple(s for s in corrected if s.property == told and _of_the_same(spec, s, values, value))
        reason = "each source's statement has a row of its own; none is chosen" if spec.name in ("headcounts", "funding") else ""
        if told is None or (value and chosen is None):
            reason = _worked_out(field)
        shown = chosen.shown if chosen and chosen.property == told else names.get(value, value)
        cells.append(Cell(field, shown, chosen, also, otherwise, gone, reason))
    subject = " – ".join(names.get(values[c], values[c]) for c in STATEMENTS[spec.name] if values[c])
    return Row(spec.name, row_id, subject, note, tuple(cells))


def _property(spec: Table, field: Column, values: dict[str, str]) -> str | None:
    """The property that fills a cell: its column's, or the one that the row itself is about."""
    if (spec.name, field.name) == ("relationships", "object_id"):
        return values["relation"]
    if spec.name == "discrepancies" and field.name in ("chosen_value", "other_values"):
        return values["property"]
    return field.property


def _of_the_same(spec: Table, s: Said, values: dict[str, str], value: str) -> bool:
    """Whether a statement of the property is one about the same as the row."""
    if spec.name == "headcounts":
        return s.scope == values["scope"]
    if spec.name == "funding":
        return s.object_id == values["recipient_id"]
    if spec.name == "discrepancies":
        return values["scope"] == (s.scope or s.room)
    return s.value_kind != "mention" or s.object_id == value


def _disagreement(field: Column, values: dict[str, str], said: list[Said]) -> Cell:
    """The two sides of a discrepancy."""
    chosen = next((s for s in said if s.claim_id == values["claim_id"]), None)
    if chosen is None:
        return Cell(field, values[field.name], None, (), (), (), _worked_out(field))
    also = tuple(s for s in said if s is not chosen and agree(s, chosen))
    otherwise = tuple(s for s in said if s is not chosen and not agree(s, chosen))
    if field.name == "other_values":
        return Cell(field, values[field.name], None, (), otherwise or also, (), "")
    return Cell(field, chosen.shown, chosen, also, otherwise, (), why(chosen, also, otherwise))


def _within(locator: str, row: str) -> bool:
    """Whether a place is that of the row, or a cell of it: `sheet:A/cell:C12` is in `sheet:A/row:12`."""
    return locator == row or locator.startswith(f"{row}/") or ("/cell:" in locator and re.sub("cell:[A-Z]+", "row:", locator) == row)


def _row(db: duckdb.DuckDBPyConnection, spec: Table, row_id: str) -> dict[str, str]:
    """The cells of a row as text, empty where nothing is known."""
    columns = ", ".join(f"coalesce({c}::varchar, '')" for c in spec.columns)
    found = db.execute(f"select {columns} from {spec.name} where {spec.primary_key[0]} = ?", [row_id]).fetchone()
    assert found is not None, f"{row_id} was found in {spec.name} a moment ago"
    return dict(zip(spec.columns, found, strict=True))
