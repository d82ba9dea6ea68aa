"""Who is left out of everything (STANDARDS R5, R7; R7 is the last rule that is applied to what leaves).

`suppression` says whom the opt-out list names, `sole_traders` who may be published only if they said so; `gone` says what goes with them, and `without` takes it
out of tables, wherever the tables lie, so the same works on the warehouse and on a snapshot of old (`suppress` does both). A row goes with what it cannot be without: the person, then the claims, relationships, discrepancies and
changes that speak of them. What a row can be without is emptied: the organisation's edge stays. Their names are
masked in the texts of others. Belongs here: that closure, in SQL that knows a table by its YAML alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from km0_pipeline.publish.privacy import optout
from km0_pipeline.publish.privacy.masking import rewritten
from km0_pipeline.publish.privacy.matching import MASK, PLAIN_SQL, plain
from km0_pipeline.publish.privacy.release import PublicationStopped, Release
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Column, Table


@dataclass(frozen=True)
class Suppression:
    """Ids of entities of which nothing may leave, and a digest of the list that says so: what is told of it is the digest."""

    ids: frozenset[str]
    digest: str


def suppression(project: Project) -> Suppression:
    """Whom the opt-out list of `project` names, among all that its sources and its last snapshot name.

    Raises PublicationStopped where the list can't be used: what can't be left out must not leave.
    """
    try:
        listed = optout.read(project.raw)
        if not listed:
            return Suppression(frozenset(), optout.digest_of([]))
        key = optout.key(project.raw)
    except optout.OptOutError as e:
        raise PublicationStopped(str(e)) from None
    said = project.made("entity_mentions")
    named = list(_named_in(project.last_snapshot()))
    if said.exists():
        with connect(project.warehouse) as db:
            named += db.execute(
                f"select distinct entity_id, kind, name, siren from read_parquet({location(said)}) where kind in ('person', 'organisation')"
            ).fetchall()
    return Suppression(optout.found(listed, key, named), optout.digest_of(listed))


def suppression_of(snapshot: Path, listed: Sequence[optout.Entry], key: bytes) -> Suppression:
    """Whom the list names among those whom a snapshot names."""
    return Suppression(optout.found(listed, key, _named_in(snapshot)), optout.digest_of(listed))


def _named_in(snapshot: Path | None) -> list[optout.Named]:
    """Id, kind, name and SIREN of the people and organisations of a snapshot, once for each name they go by."""
    found: list[optout.Named] = []
    for kind, table in (("person", "people"), ("organisation", "organisations")):
        path = snapshot / f"{table}.parquet" if snapshot else None
        if path is not None and path.exists():
            with duckdb.connect() as db:
                there = {row[0] for row in db.execute(f"describe from read_parquet({literal(path)})").fetchall()}
                siren, others = ("siren" if "siren" in there else "null"), ("other_names" if "other_names" in there else "null")
                names = f"unnest(string_split(concat_ws('|', name, {others}), '|'))"
                found += db.execute(f"select {kind}_id, {literal(kind)}, {names}, {siren} from read_parquet({literal(path)})").fetchall()
    return found


_UNASKED = """
with traders as (
    select organisation_id from ({organisations})
    where regexp_matches(lower(strip_accents(legal_form)),
        '^(ei|eirl|entreprise individuelle|entrepreneur individuel|(micro|auto)[ -]?entrepr[a-z]*|profession liberale|artisan|einzelunternehmen)\\b')
)
from traders where organisation_id not in (
    select m.entity_id
    from read_parquet({entity_mentions}) as m
    join read_parquet({registry_rows}) as r on r.mention_id = m.mention_id
    where r.consented and m.entity_id in (from traders)
)
"""


def sole_traders(project: Project, releases: Iterable[Release]) -> frozenset[str]:
    """Ids of sole traders, who are natural persons, of whom no registry says that they may be published (R5).

    Of whom the national register withholds there is no row at all (`entity_withheld`).
    """
    organisations = next((r for r in releases if r.name == "organisations"), None)
    steps = {s: project.made(s) for s in ("entity_mentions", "registry_rows")}
    if organisations is None or not all(p.exists() for p in steps.values()):
        return frozenset()
    with connect(project.warehouse) as db:
        query = _UNASKED.format(organisations=organisations.query, **{s: location(p) for s, p in steps.items()})
        return frozenset(i for (i,) in db.execute(query).fetchall())


@dataclass(frozen=True)
class Gone:
    """What goes: ids of entities, of rows that can't be without them and of their mentions (one column, `id`); and the entities' names, plain."""

    ids: pa.Table
    names: tuple[str, ...]


def suppress(project: Project, releases: Iterable[Release], ids: Iterable[str], folder: Path, rule: str = "R7") -> list[Release]:
    """`releases` without the entities of these `ids` and all that goes with them, as `without` does it."""
    releases = list(releases)
    return without(project, releases, gone(project, releases, ids), folder, rule)


def gone(project: Project, releases: Iterable[Release], ids: Iterable[str]) -> Gone:
    """What goes of `releases` with the entities of these `ids`."""
    ids, releases = sorted(ids), list(releases)
    if not ids:
        return Gone(pa.table({"id": pa.array([], pa.string())}), ())
    with connect(project.warehouse) as db:
        db.execute(PLAIN_SQL)
        for release in releases:
            db.execute(f"create view {release.name} as {release.query}")
        _close(db, [r.table for r in releases], ids)
        return Gone(db.sql("select id from gone order by id").to_arrow_table(), tuple(_names(db, [r.table for r in releases])))


def without(project: Project, releases: Iterable[Release], left: Gone, folder: Path, rule: str) -> list[Release]:
    """`releases` without what goes, as `rule` asks: tables that change are written anew to `folder`, as `<table>.parquet`.

    The others are those given. Same tables, same list: same bytes. Referential integrity holds after it as before.
    """
    if not left.ids.num_rows:
        return list(releases)
    with connect(project.warehouse) as db:
        db.execute(PLAIN_SQL)
        db.register("leaving", left.ids)
        db.execute("create table gone as from leaving; alter table gone add primary key (id)")
        return [_without(db, release, left.names, folder, rule) for release in releases]


def _close(db: duckdb.DuckDBPyConnection, tables: Sequence[Table], ids: Iterable[str]) -> None:
    """Table `gone` of all ids that go: those given, the rows that can't be without them, and the mentions whose claims went."""
    db.execute("create table gone (id varchar primary key)")
    db.executemany("insert into gone values (?)", [[i] for i in ids])
    before, now = -1, 0
    while before != now:
        before = now
        for table in tables:
            key = table.primary_key[0]
            if table.field(key).type == "string":
                db.execute(f'insert or ignore into gone select distinct "{key}" from {table.name} where {_goes(table)}')
            if {"subject_id", "entity_id"} <= set(table.columns):  # claims: other claims name the mention as who says so, or receives
                db.execute(f"insert or ignore into gone select distinct subject_id from {table.name} where entity_id in (from gone)")
        now = int(db.execute("select count(*) from gone").fetchall()[0][0])


def _goes(table: Table) -> str:
    """SQL of whether a row goes: a cell that it can't be without holds what is gone."""
    return " or ".join(f'coalesce("{f.name}" in (from gone), false)' for f in table.fields if _binding(table, f)) or "false"


def _binding(table: Table, field: Column) -> bool:
    """Whether a row can't be without what the cell names: it must be filled, is one end of a relation, or is what changed."""
    return field.type == "string" and (field.constraints.required or bool(field.references) or field.name in ("old_value", "new_value"))


def _names(db: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> list[str]:
    """Names of what goes, plain, without repeats; single words of less than five letters, which may mean anything, aside."""
    found: set[str] = set()
    for table in tables:
        for field in table.fields:
            if field.property == "name":
                rows = db.execute(f'select distinct unnest(string_split("{field.name}", \'|\')) from {table.name} where {_goes(table)}')
                found |= {plain(name) for (name,) in rows.fetchall() if name}
    return sorted(name for name in found if " " in name.strip() or len(name.strip()) > 4)


def _without(db: duckdb.DuckDBPyConnection, release: Release, names: Sequence[str], folder: Path, rule: str) -> Release:
    table = release.table
    masks = _masks(table, names)
    asked = ", ".join(f'{mask} as "mask {column}"' for column, mask in {"": _goes(table), **masks}.items())
    db.execute(f"create or replace temp table marked as select *, {asked} from ({release.query})")  # each asked once
    counted = ", ".join(['count(*) filter (where "mask ")', *(f'count(*) filter (where not "mask " and "mask {column}")' for column in masks)])
    withheld, *masked = (int(n) for n in db.execute(f"select {counted} from marked").fetchall()[0])
    if not withheld and not any(masked):
        return release
    cells = {c: f"case when \"mask {c}\" then {literal(MASK) if table.field(c).constraints.required else 'null'} else \"{c}\" end" for c in masks}
    found = {c: n for c, n in zip(masks, masked, strict=True) if n}
    return rewritten(db, release, folder, rule, cells, found, "from marked", '"mask "', withheld)


def _masks(table: Table, names: Sequence[str]) -> dict[str, str]:
    """SQL, by column, of whether its cell is emptied: it names what is gone, or stands beside an id that does, or words of it hold a name."""
    found: dict[str, str] = {}
    for field in table.fields:
        if field.type != "string" or _binding(table, field):
            continue
        found[field.name] = f'coalesce("{field.name}" in (from gone), false)'
    for field in table.fields:
        of = field.name.removesuffix("_name") + "_id"
        if field.name.endswith("_name") and of in found:
            found[field.name] = found[of]
        elif field.name in table.texts and field.property != "name" and field.name not in table.primary_key and names:
            held = " or ".join(f"contains(plain(\"{field.name}\"), {literal(name)})" for name in names)
            found[field.name] = f"({found.get(field.name, 'false')} or coalesce({held}, false))"
    return found

