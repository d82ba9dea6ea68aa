"""Which mentions there are: one row a subject as one document speaks of it, in the table `mentions`.

    mention_id, document_id, kind, name, kept_back (of a row that may not be published), name_key, place_key, siren (as its source gives it), key (name_key, or
    what it is an alias of), form (kind of legal form in its name, where it has no SIREN), own (the id it alone would mint: of mentions without SIREN, that of
    all that have its name and form at its place), cluster (of whom it is one, to begin with), stage (why, or NULL)

Belongs here: what sources say of subjects, made rows of one shape, and names known beforehand. Which are one is for `resolve`; which of them the national
register knows, for `register.links`.
"""

from __future__ import annotations

import duckdb

from km0_pipeline.claims import DIGEST_SQL
from km0_pipeline.entities import ids
from km0_pipeline.entities.events import ONCE
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.reference import institutions, places
from km0_pipeline.steps import Project

SOURCES = ("hub_claims", "press_reviewed", "registry_rows", "registry_kept_back")
"""Steps whose mentions these are, besides the national register."""

# A name that could mean two is no alias; what hub.toml says goes before `reference`.
_ALIASES = """
create temp table aliases as
with means as (
    select own, kind, key_of(kind, alias) as alias, key_of(kind, name) as key from known_names
),
meant as (
    select own, kind, alias, case when bool_or(alias = key) then alias when min(key) = max(key) then min(key) end as key
    from means
    group by own, kind, alias
)
select kind, alias, arg_max(key, own) as key
from meant
group by kind, alias;
"""

# One row a mention: of hub.toml and the press by their claims, of a registry by its rows. `own` is what it would be alone,
# `form` the kind of legal form that its name bears, where it has no SIREN.
_MENTIONS = """
create temp table claim as
select document_id, subject_id, subject_kind, property, value, value_kind, original, scope
from read_parquet(getvariable('claims'), union_by_name = true)
where coalesce(status, 'accepted') = 'accepted';

-- a document's id is long, and sorted with each row: as a number it costs nothing; numbered in order, as the numbers are written
create type document as enum (
    select document_id from claim union select document_id from read_parquet(getvariable('rows')) union select document_id from read_parquet(getvariable('kept_back'))
    union select document_id from registered order by document_id
);

create temp table mentions as
with subjects as (
    select
        subject_id as mention_id, min(document_id) as document_id, min(subject_kind) as kind,
        -- the fullest of the names it has in the document
        first(value order by length(text_key(value)) desc, value) filter (where property = 'name') as name,
        coalesce(max(value) filter (where property = 'siren'), left(max(value) filter (where property = 'siret'), 9)) as siren
    from claim
    group by subject_id
),
-- what claims only point at
objects as (
    select
        mention_id, min(document_id) as document_id, min(kind) as kind, min(name) as name, null as siren
    from (
        select
            value as mention_id, document_id, case property when 'located_in' then 'place' else 'organisation' end as kind,
            original as name
        from claim
        where value_kind = 'mention'
        union all
        select scope as mention_id, document_id, 'organisation' as kind, '' as name
        from claim
        where property = 'funding_eur' and scope <> ''
    )
    where mention_id not in (select subject_id from claim)
    group by mention_id
),
named as (
    select *, key_of(kind, coalesce(name, '')) as name_key, getvariable('commune') as place_key
    from (from subjects union all by name from objects)
    union all by name
    select
        mention_id, document_id, 'organisation' as kind, name, kept_back, name_key(name) as name_key,
        case
            when at_hub then getvariable('commune')
            when commune_code is not null then commune_code
            when text_key(commune) = getvariable('commune_key') and coalesce(starts_with(postcode, getvariable('department')), true)
                then getvariable('commune')
            else coalesce(postcode, text_key(commune), '')
        end as place_key,
        coalesce(siren, left(siret, 9)) as siren
    from (
        select *, false as kept_back from read_parquet(getvariable('rows'))
        union all by name
        select *, true as kept_back from read_parquet(getvariable('kept_back'))
        union all by name
        select mention_id, document_id, name, siren, siret, commune_code, at_hub
        from registered
        where mention_id is not null
    )
),
keyed as (
    -- a name without a letter or a digit is nobody else's
    select
        n.*, coalesce(a.key, nullif(n.name_key, ''), n.mention_id) as key,
        case when n.kind = 'organisation' and n.siren is null and a.key is null then name_form(n.name) end as form
    from named as n
    left join aliases as a on a.kind = n.kind and a.alias = n.name_key
),
owned as (
    select *, mint(kind, case when siren is null then known_by(place_key, key, form) else 'siren|' || siren end) as own
    from keyed
)
select
    o.mention_id, o.document_id::document as document_id, o.kind, coalesce(o.name, '') as name, coalesce(o.kept_back, false) as kept_back, o.name_key, o.place_key, o.siren, o.key, o.form,
    o.own, case when l.siren is null then o.own else mint(o.kind, 'siren|' || l.siren) end as cluster,
    case when o.siren is not null then 'identifier' when l.decided then 'decision' when l.siren is not null then 'register' end as stage
from owned as o
left join linked_names as l on l.own = o.own and o.siren is null;
"""


def load_named(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Make the table `mentions` of what sources other than the national register say: to be looked up there."""
    db.execute(
        """
        create temp view registered as
        select null::varchar as mention_id, '' as document_id, '' as name, '' as siren, '' as siret, '' as commune_code, false as at_hub where false;
        create temp view linked_names as select '' as own, '' as siren, false as decided where false
        """
    )
    load(db, project)


def load(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Make the table `mentions`, before any stage is asked, and what the stages use: macros, variables, `aliases`. Reads the views `registered` and `linked_names`."""
    hub, known = project.hub.hub, known_names(project)
    db.execute(DIGEST_SQL + NAMES_SQL + ids.MACROS)
    variables = {
        "commune": hub.commune,
        "commune_name": hub.commune_name,
        "department": hub.commune[:2].replace("2A", "20").replace("2B", "20"),
        "hub_name": hub.name,
        "claims": [str(project.made("hub_claims")), str(project.made("press_reviewed"))],
        "rows": str(project.made("registry_rows")),
        "kept_back": str(project.made("registry_kept_back")),
        "once": list(ONCE),
    }
    for name, value in variables.items():
        db.execute(f"set variable {name} = ?", [value])
    db.execute(
        """
        set variable commune_key = text_key(getvariable('commune_name'));
        set variable hub_key = name_key(getvariable('hub_name'));
        set variable hub_id = mint('organisation', getvariable('commune') || '|' || getvariable('hub_key'));
        create temp table redirects (old_id varchar, new_id varchar, reason varchar);
        create temp table known_names as
        select unnest(?) as own, unnest(?) as kind, unnest(?) as name, unnest(?) as alias
        """,
        [list(column) for column in zip(*known, strict=True)],
    )
    db.execute(_ALIASES)
    db.execute(_MENTIONS)


def known_to(project: Project) -> list[str]:
    """What mentions rest on besides `SOURCES`, as parameters of a step: what hub.toml says of the hub, and names known beforehand."""
    return [project.hub.document_id, *(f"{own}|{kind}|{name}|{alias}" for own, kind, name, alias in known_names(project))]


def known_names(project: Project) -> list[tuple[bool, str, str, str]]:
    """Names known beforehand: whether hub.toml says so, kind of entity, name, and a name that means it (itself among them)."""
    hub = project.hub
    entries = [
        *((False, "organisation", i.name, i.aliases) for i in institutions()),
        *((False, "place", p.name, p.aliases) for p in places()),
        (True, "organisation", hub.hub.name, (*hub.hub.aliases, hub.hub.legal_name)),
        *((True, "place", s.name, s.aliases) for s in hub.sites),
    ]
    return [(own, kind, name, alias) for own, kind, name, aliases in entries for alias in (name, *aliases) if alias]
