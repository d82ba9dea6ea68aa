"""Which mentions are the same organisation, person, place or event.

A mention is one subject as one document speaks of it. The stages of `STAGES` are asked in order;
the first that knows decides, and is noted beside the link; what a person decided goes before all:

    hub         its name is the hub's name or an alias of it, at the hub
    identifier  the same SIREN is the same organisation
    form        the same normalised name and kind of legal form at the same place; where one SIREN bears
                that name there without another form, that organisation
    name        the same normalised name at the same place; where one SIREN or one kind of form bears that
                name there, mentions without either are that organisation; where two do, they are neither
    decision    what a person decided, whatever the others say (`nearly`)
    scored      names at one place that nearly agree (`nearly`)

A person, a place is known by its normalised name; an event by what it is, whom it concerns and
its date, but for what happens once (`ONCE`): dates said of an opening are of that one opening,
planned or held, and may disagree. Names that `reference` or hub.toml give as aliases are one name.

Belongs here: the two steps of the package, and the stages. When two names are one belongs to
`names`, what id an entity gets to `ids`, when two events are one to `events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from km0_pipeline import claims, hub
from km0_pipeline.claims import DIGEST_SQL, claims_table, rejects_table
from km0_pipeline.decisions import path_of
from km0_pipeline.entities import decided, ids, nearly, score
from km0_pipeline.entities.events import EVENTS_SQL, ONCE
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.reference import institutions, places
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Made, Project, code_version, make, modules_version
from km0_pipeline.storage import content_id

VERSION = code_version(__file__)


class Stage(NamedTuple):
    """How mentions are linked: an update of `mentions` (see `_MENTIONS`) that sets the `cluster` and `stage` of those it knows."""

    name: str
    sql: str


STAGES: tuple[Stage, ...] = (
    Stage(
        "hub",
        """
        with named as (
            select mention_id, siren
            from mentions
            where kind = 'organisation' and place_key = getvariable('commune') and key = getvariable('hub_key')
        )
        update mentions set cluster = getvariable('hub_id'), stage = 'hub'
        where mention_id in (select mention_id from named) or siren in (select siren from named where siren is not null)
        """,
    ),
    Stage(
        "form",
        """
        with sought as (
            select place_key, key, form, count(*) over (partition by place_key, key) as forms
            from mentions
            where stage is null and form is not null
            group by place_key, key, form
        ),
        -- entities that bear the name of a mention with a form, at its place: with that form, or with none where it is the only one
        bearers as (
            select s.place_key, s.key, s.form, m.cluster
            from sought as s
            join mentions as m on m.kind = 'organisation' and m.place_key = s.place_key and m.key = s.key and m.stage is not null
            group by s.place_key, s.key, s.form, s.forms, m.cluster
            having coalesce(bool_or(name_form(m.name) = s.form), s.forms = 1)
        ),
        borne as (
            select place_key, key, form, min(cluster) as bearer
            from bearers
            group by all
            having min(cluster) = max(cluster)
        )
        update mentions set cluster = b.bearer
        from borne as b
        where stage is null and b.place_key = mentions.place_key and b.key = mentions.key and b.form = mentions.form
        """,
    ),
    Stage(
        "name",
        """
        -- names that one entity alone already bears at a place
        with borne as (
            select kind, place_key, key, min(cluster) as bearer
            from mentions
            where (stage is not null or form is not null)
                and (kind, place_key, key) in (select (kind, place_key, key) from mentions where stage is null and form is null)
            group by all
            having min(cluster) = max(cluster)
        )
        update mentions set cluster = b.bearer
        from borne as b
        where stage is null and form is null and b.kind = mentions.kind and b.place_key = mentions.place_key and b.key = mentions.key
        """,
    ),
)
"""After the identifier, which a mention is known by from the start."""

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
    union select document_id from read_parquet(getvariable('register')) order by document_id
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
        from read_parquet(getvariable('register'))
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
    mention_id, document_id::document as document_id, kind, coalesce(name, '') as name, coalesce(kept_back, false) as kept_back, name_key, place_key, siren, key, form, own, own as cluster,
    case when siren is not null then 'identifier' end as stage
from owned;
"""

# Of natural persons who object to the register's diffusion nothing is published, whatever source names them; nor of whom only
# rows speak that their registry keeps back. Who is named otherwise, and kept back by the newest edition that lists it, is withdrawn: what earlier
# editions say of it may not be published either.
_WITHHELD = """
create temp table withdrawn as
with answers as (
    select m.cluster, r.source, r.stated_on, m.kept_back
    from (
        select mention_id, source, stated_on from read_parquet(getvariable('rows'))
        union all
        select mention_id, source, stated_on from read_parquet(getvariable('kept_back'))
    ) as r
    join mentions as m on m.mention_id = r.mention_id
    where m.cluster in (select cluster from mentions where kept_back)
    qualify rank() over (partition by m.cluster, r.source order by coalesce(r.stated_on, '') desc) = 1
)
select cluster, source, bool_and(kept_back) as whole
from answers
group by cluster, source
having bool_or(kept_back);

update mentions set kept_back = true
where cluster in (select cluster from withdrawn where whole) and mention_id in (
    select r.mention_id
    from read_parquet(getvariable('rows')) as r
    join withdrawn as w on w.whole and w.source = r.source and w.cluster = mentions.cluster
);

create temp table kept_back as
select distinct cluster from mentions where kept_back and cluster not in (select cluster from mentions where not kept_back);

delete from doubts where one in (from kept_back) or other in (from kept_back);

create temp table withheld as
from kept_back
union
select cluster from mentions where siren in (select siren from read_parquet(getvariable('register')) where diffusion = 'withheld')
union
-- a row of which the number was refused, since it contradicts another or is shared, names that person all the same
select m.cluster
from read_parquet(getvariable('rows')) as r
join read_parquet(getvariable('register')) as w
    on w.diffusion = 'withheld'
    and (r.siren is null and w.siren = r.siren_original or r.siret is null and w.siren = left(r.siret_original, 9))
join mentions as m on m.mention_id = r.mention_id;
"""

_ENTITY_MENTIONS = """
copy (
    with linked as (
        from named_mentions union all from event_mentions
    ),
    entities as (
        from named_entities union all from event_entities
    )
    select
        m.mention_id, m.document_id, m.kind, m.name, m.name_key, m.place_key, m.siren, coalesce(e.entity_id, m.cluster) as entity_id,
        case when m.stage = 'hub' then 'hub' when coalesce(e.mentions, 1) = 1 then 'only' else coalesce(m.stage, 'name') end as stage,
        coalesce(e.mentions, 1) = 1 as single,
        m.cluster = getvariable('hub_id') as is_hub
    from linked as m
    left join entities as e on e.cluster = m.cluster
    where not m.kept_back and m.cluster not in (from withheld)
    order by m.mention_id
) to {path} (format parquet, compression zstd, compression_level 1)
"""

_ENTITY_WITHHELD = """
copy (
    select coalesce(e.entity_id, w.cluster) as entity_id, bool_or(w.whole) as whole
    from (select cluster, true as whole from withheld union all select cluster, false from withdrawn) as w
    left join named_entities as e on e.cluster = w.cluster
    group by all
    order by all
) to {path} (format parquet, compression zstd)
"""

_ENTITY_DOUBTS = """
copy (
    select
        coalesce(e.entity_id, d.one) as one_id, coalesce(o.entity_id, d.other) as other_id, d.one_name, d.other_name, d.place, d.one_siren, d.other_siren,
        round(d.probability, 4) as probability, ? as model
    from doubts as d
    left join named_entities as e on e.cluster = d.one
    left join named_entities as o on o.cluster = d.other
    order by probability desc, one_id, other_id
) to {path} (format parquet, compression zstd)
"""


def hub_claims(project: Project) -> Made:
    """What hub.toml says of the hub, as claims: the step `hub_claims`."""

    def build(path: Path) -> None:
        import pyarrow.parquet as pq

        pq.write_table(claims_table(project.hub.claims()), path, compression="zstd")

    return make(project, "hub_claims", build, version=modules_version(hub.__file__, claims.__file__), parameters=[project.hub.document_id])


def entity_mentions(project: Project) -> Made:
    """Which entity each mention is: the steps `entity_mentions`, `entity_redirects`, `entity_withheld`, `entity_doubts` and `entity_rejects`.

    Mentions are those of hub.toml, the registries, the national register and, where its claims are accepted, the press. Columns of `entity_mentions`, sorted by mention_id:
    mention_id, document_id, kind, name, name_key, place_key, siren, entity_id, stage (the stage that linked it, or `only`
    where nothing else speaks of the entity), single (the entity has no other mention), is_hub. Of `entity_redirects`:
    old_id, new_id, reason (`merge`, `split`). Of `entity_withheld`: entity_id, and whole: true where `entity_mentions` says nothing of it, since
    the national register withholds that natural person, or the only rows that speak of it may not be published; false where no more than what registries
    said of it is to leave, since the newest edition that lists it refuses. Of `entity_doubts`, pairs that wait for a decision, likeliest first: one_id, other_id, one_name,
    other_name, place, one_siren, other_siren, probability, model (version of `score`). `entity_rejects` are lines of decisions that can't be used.
    """
    known, snapshot = known_names(project), project.last_snapshot()
    decisions = path_of(project.raw, decided.ENTITY)
    content = content_id(decisions) if decisions.exists() else ""

    def build(mentions: Path, redirects: Path, withheld: Path, doubts: Path, rejects: Path) -> Mapping[str, Any]:
        import pyarrow.parquet as pq

        pairs, refused = decided.read(project.raw)
        pq.write_table(rejects_table(refused), rejects, compression="zstd")
        with connect(project.warehouse) as db:
            _prepare(db, project, known)
            figures = _resolve(db, snapshot, pairs, mentions, redirects, withheld, doubts)
        return figures | {"passing": (content_id(decisions) if decisions.exists() else "") != content}

    return make(
        project,
        ("entity_mentions", "entity_redirects", "entity_withheld", "entity_doubts", "entity_rejects"),
        build,
        inputs=("hub_claims", "press_reviewed", "registry_rows", "registry_kept_back", "register_rows"),
        version=VERSION,
        parameters=[content, project.hub.document_id, *(f"{own}|{kind}|{name}|{alias}" for own, kind, name, alias in known), *ids.identity(snapshot)],
    )


def _prepare(db: duckdb.DuckDBPyConnection, project: Project, known: list[tuple[bool, str, str, str]]) -> None:
    """The macros, variables and aliases that the SQL above uses."""
    hub = project.hub.hub
    db.execute(DIGEST_SQL + NAMES_SQL + ids.MACROS)
    variables = {
        "commune": hub.commune,
        "commune_name": hub.commune_name,
        "department": hub.commune[:2].replace("2A", "20").replace("2B", "20"),
        "hub_name": hub.name,
        "claims": [str(project.made("hub_claims")), str(project.made("press_reviewed"))],
        "rows": str(project.made("registry_rows")),
        "kept_back": str(project.made("registry_kept_back")),
        "register": str(project.made("register_rows")),
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


def _resolve(
    db: duckdb.DuckDBPyConnection, snapshot: Path | None, pairs: list[decided.Pair], mentions: Path, redirects: Path, withheld: Path, doubts: Path
) -> dict[str, Any]:
    """Ask the stages, give ids, write the files; returns the number of entities by kind, of pairs `to_review`, and the figures of `nearly`."""
    db.execute(_MENTIONS)
    for stage in STAGES:
        db.execute(stage.sql)
    figures = nearly.join(db, pairs)
    db.execute("create temp view named_mentions as select * from mentions where kind <> 'event'")
    found = ids.assign(db, "named_mentions", "named_entities", ("organisation", "person", "place"), snapshot)
    db.execute(EVENTS_SQL)
    found |= ids.assign(db, "event_mentions", "event_entities", ("event",), snapshot)
    db.execute(_WITHHELD)
    db.execute(_ENTITY_MENTIONS.format(path=literal(mentions)))
    db.execute(_ENTITY_WITHHELD.format(path=literal(withheld)))
    db.execute(f"copy (from redirects order by all) to {literal(redirects)} (format parquet, compression zstd)")
    db.execute(_ENTITY_DOUBTS.format(path=literal(doubts)), [score.version()])
    ((waiting,),) = db.execute("select count(*) from doubts").fetchall()
    return {"entities": found, "to_review": waiting, **figures}


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
