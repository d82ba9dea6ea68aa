"""The id an entity gets once and keeps.

An id is minted from what the entity is known by: its SIREN, else its normalised name, kind of legal
form and place; never from a document, a date, a file's name or an order. So the same world gives the same ids,
and a new edition of a registry changes none. What has been published is kept: an entity of the
last snapshot is found again, in this order, by

    1  its SIREN
    2  a mention that alone would mint its id
    3  a mention that alone would mint an id redirected to it
    4  its name or another of its names, where neither SIREN, legal form nor commune contradicts

and it keeps its id. Two published ids on one entity: the smaller stays, the other redirects to
it (`merge`). A mention that would mint a published id, in another entity than the one that kept
it: the new entity's id is noted beside the old one (`split`). Redirects of earlier snapshots
are carried on and lead to where they lead today.

Belongs here: minting and keeping. Which mentions are one entity belongs to `resolve`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from km0_pipeline.storage import sha256

KINDS = {
    "organisation": ("org-", "organisations", "organisation_id"),
    "person": ("per-", "people", "person_id"),
    "place": ("pla-", "places", "place_id"),
    "event": ("evt-", "events", "event_id"),
}
"""Kind of entity -> prefix of its ids, the published table that holds it, and that table's key."""

MACROS = f"""
create or replace macro mint(kind, known_by) as
    case kind {" ".join(f"when '{k}' then '{prefix}'" for k, (prefix, _, _) in KINDS.items())} end || left(digest2(kind, known_by), 16);
create or replace macro known_by(place_key, key, form) as concat_ws('|', place_key, key, form);
"""
"""DuckDB macros: the id of an entity of a kind from what it is known by; what it is known by without a SIREN."""

# `linked`: one row a mention, with kind, own (the id it alone would mint), key (its name, normalised), form, place_key, siren, and
# cluster: the id that the mentions of its entity would mint together.
_CLUSTERS = """
create or replace temp table clusters as
select cluster, min(kind) as kind, min(siren) as siren, count(*) as mentions
from linked
group by cluster;

-- clusters whose id is another than they would mint
create or replace temp table renamed (cluster varchar, entity_id varchar);
"""

_PREVIOUS = """
create or replace temp table previous (entity_id varchar, kind varchar, siren varchar, commune_code varchar, names varchar[], key varchar);
create or replace temp table previous_redirects (old_id varchar, new_id varchar, reason varchar);
"""

_OWNERS = """
-- entities of the last snapshot that nothing speaks of otherwise than then: nearly all
create or replace temp table owners as
select p.entity_id, c.cluster
from previous as p
join clusters as c on c.cluster = p.entity_id
where p.siren is not distinct from c.siren;

create or replace temp table unsettled as
select * from previous where entity_id not in (select entity_id from owners);

create or replace temp table evidence as
select u.entity_id, c.cluster, 1 as rank
from unsettled as u join clusters as c on c.kind = u.kind and c.siren = u.siren
union
select u.entity_id, l.cluster, 2 as rank
from unsettled as u join linked as l on l.own = u.entity_id
union
select u.entity_id, l.cluster, 3 as rank
from unsettled as u
join previous_redirects as r on r.new_id = u.entity_id and r.reason = 'merge'
join linked as l on l.own = r.old_id;

insert into owners
select entity_id, arg_min(cluster, rank || cluster)
from evidence
group by entity_id;

-- by name: what is found in no better way, on both sides; or at the very place that its id was minted from
insert into owners
with lost as (
    select entity_id, kind, siren, commune_code, coalesce(key, key_of(kind, name)) as key, case when kind = 'organisation' then name_form(name) end as form
    from (select *, unnest(names) as name from unsettled)
    where entity_id not in (select entity_id from owners)
),
known as (
    select l.* replace (coalesce(a.key, l.key) as key, case when a.key is null then l.form end as form)
    from lost as l
    left join aliases as a on a.kind = l.kind and a.alias = l.key
)
select k.entity_id, min(l.cluster)
from known as k
join linked as l on l.kind = k.kind and l.key = k.key
join clusters as c on c.cluster = l.cluster
where (k.siren is null or c.siren is null or k.siren = c.siren)
    and coalesce(k.form = coalesce(l.form, name_form(l.name)), true)
    and (
        mint(k.kind, known_by(l.place_key, k.key, k.form)) = k.entity_id
        or (
            l.cluster not in (select cluster from owners)
            and (k.commune_code is null or k.kind <> 'organisation' or k.commune_code = l.place_key)
        )
    )
group by k.entity_id;
"""

_RENAMED = """
insert into renamed
with kept as (
    select cluster, min(entity_id) as entity_id
    from owners
    where cluster <> entity_id or cluster in (select cluster from owners where cluster <> entity_id)
    group by cluster
)
select cluster, entity_id
from kept
where entity_id <> cluster
union all
-- the id it would mint has been published and is another's now
select cluster, mint(kind, cluster || ', apart')
from clusters
where cluster in (select entity_id from owners where entity_id <> cluster)
    and cluster not in (select cluster from owners);

insert into redirects
with changed as (
    select o.entity_id, coalesce(r.entity_id, o.cluster) as now
    from owners as o
    left join renamed as r on r.cluster = o.cluster
),
merged as (
    select entity_id as old_id, now as new_id from changed where entity_id <> now
),
parted as (
    select v.entity_id as old_id, coalesce(r.entity_id, v.cluster) as new_id
    from evidence as v
    left join renamed as r on r.cluster = v.cluster
    where v.rank > 1 and v.cluster not in (select cluster from owners)
),
carried as (
    select r.old_id, coalesce(m.new_id, r.new_id) as new_id, r.reason
    from previous_redirects as r
    left join merged as m on m.old_id = r.new_id
),
alive as (
    select coalesce(r.entity_id, c.cluster) as entity_id
    from clusters as c
    left join renamed as r on r.cluster = c.cluster
    where coalesce(r.entity_id, c.cluster) in (select old_id from previous_redirects)
)
select old_id, new_id, 'merge' as reason from merged
union
select old_id, new_id, 'split' as reason from parted
union
-- unless the id that had been joined to another is an entity again
select old_id, new_id, reason
from carried
where old_id <> new_id and (reason <> 'merge' or old_id not in (select entity_id from alive));
"""


def identity(snapshot: Path | None) -> list[str]:
    """What of the last snapshot decides ids: digests of the files that `assign` reads."""
    if snapshot is None:
        return []
    names = [*(table for _, table, _ in KINDS.values()), "redirects"]
    return [f"{n}:{sha256(snapshot / f'{n}.parquet')}" for n in names if (snapshot / f"{n}.parquet").is_file()]


def assign(db: duckdb.DuckDBPyConnection, mentions: str, entities: str, kinds: tuple[str, ...], snapshot: Path | None) -> dict[str, int]:
    """Give each cluster of mentions its id.

    Reads the relation `mentions` (those of these `kinds`; its columns stand at `_CLUSTERS`) and `aliases`; makes
    table `entities` (cluster, mentions, entity_id) of the clusters with several mentions, or with an id that is not the
    cluster's own, and adds to `redirects` (old_id, new_id, reason). Returns the number of clusters by kind.
    """
    db.execute(f"create or replace temp view linked as from {mentions}")
    db.execute(_CLUSTERS)
    if snapshot is not None:
        db.execute(_PREVIOUS)
        for kind in kinds:
            _, table, key = KINDS[kind]
            if (snapshot / f"{table}.parquet").is_file():
                _load(db, snapshot / f"{table}.parquet", kind, key)
        if (snapshot / "redirects.parquet").is_file():
            db.execute(
                "insert into previous_redirects select old_id, new_id, reason from read_parquet(?) where list_contains(?, left(old_id, 4))",
                [str(snapshot / "redirects.parquet"), [KINDS[k][0] for k in kinds]],
            )
        db.execute(_OWNERS)
        db.execute(_RENAMED)
    db.execute(
        f"""
        create temp table {entities} as
        select c.cluster, c.mentions, coalesce(r.entity_id, c.cluster) as entity_id
        from clusters as c
        left join renamed as r on r.cluster = c.cluster
        where c.mentions > 1 or r.cluster is not null
        """
    )
    return dict(db.execute("select kind, count(*) from clusters group by kind order by kind").fetchall())


def _load(db: duckdb.DuckDBPyConnection, path: Path, kind: str, id_column: str) -> None:
    """The entities of one published table, into `previous`."""
    columns = {name for name, *_ in db.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()}
    siren, commune_code, other_names = (c if c in columns else "null" for c in ("siren", "commune_code", "other_names"))
    names, key, joined = f"string_split(concat_ws('|', name, {other_names}), '|')", "null", ""
    if kind == "event":  # known by what it is, whom it concerns and when; that organisation may have another id today
        date = "case when kind in (select unnest(getvariable('once'))) then '' else coalesce(held_on, '') end"
        key = f"concat_ws('|', kind, coalesce(r.new_id, organisation_id, ''), {date})"
        joined = "left join redirects as r on r.old_id = organisation_id and r.reason = 'merge'"
    db.execute(
        f"insert into previous select {id_column}, ?, {siren}, {commune_code}, {names}, {key} from read_parquet(?) {joined}",
        [kind, str(path)],
    )
