"""Which mentions are the same organisation, person, place or event.

A mention is one subject as one document speaks of it. The stages of `STAGES` are asked in order;
the first that knows decides, and is noted beside the link; what a person decided goes before all:

    hub         its name is the hub's name or an alias of it, at the hub
    identifier  the same SIREN is the same organisation
    register    the SIREN that the national register gives that name at that place, surely or because a person said so (`register.links`)
    form        the same normalised name and kind of legal form at the same place; where one SIREN bears
                that name there without another form, that organisation
    name        the same normalised name at the same place; where one SIREN or one kind of form bears that
                name there, mentions without either are that organisation; where two do, they are neither
    decision    what a person decided, whatever the others say (`nearly`)
    scored      names at one place that nearly agree (`nearly`)

A person, a place is known by its normalised name; an event by what it is, whom it concerns and
its date, but for what happens once (`ONCE`): dates said of an opening are of that one opening,
planned or held, and may disagree. Names that `reference` or hub.toml give as aliases are one name.

Belongs here: the two steps of the package, and the stages. Which mentions there are belongs to `mentions`, when two names
are one to `names`, what id an entity gets to `ids`, when two events are one to `events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from km0_pipeline import claims, hub
from km0_pipeline.claims import claims_table, rejects_table
from km0_pipeline.decisions import path_of
from km0_pipeline.entities import decided, ids, nearly, score
from km0_pipeline.entities.events import EVENTS_SQL
from km0_pipeline.entities.mentions import SOURCES, known_to, load
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, code_version, make, modules_version
from km0_pipeline.storage import content_id

VERSION = code_version(__file__)


class Stage(NamedTuple):
    """How mentions are linked: an update of `mentions` (see `mentions`) that sets the `cluster` and `stage` of those it knows."""

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

create temp table withheld as
from kept_back
union
select cluster from mentions where siren in (select siren from registered where diffusion = 'withheld')
union
-- a row of which the number was refused, since it contradicts another or is shared, names that person all the same
select m.cluster
from read_parquet(getvariable('rows')) as r
join registered as w
    on w.diffusion = 'withheld'
    and (r.siren is null and w.siren = r.siren_original or r.siret is null and w.siren = left(r.siret_original, 9))
join mentions as m on m.mention_id = r.mention_id;

-- nor is a person told apart by a name that the register finds to be somebody else's
insert into withheld
select distinct l.cluster
from (
    select place_key, words_of(name_key) as words
    from mentions
    where kind = 'organisation' and name_key <> '' and cluster in (from withheld) and cluster not in (from kept_back)
) as w
join (select cluster, place_key, words_of(name_key) as words from mentions where stage = 'register') as l
    on l.place_key = w.place_key and nearly_same(l.words, w.words);

insert into doubts
select m.cluster, mint('organisation', 'siren|' || d.siren) as unit, m.name, d.name, d.place_key, coalesce(d.commune, ''), '', d.siren, d.probability
from read_parquet(getvariable('register_doubts')) as d
join (select own, min(cluster) as cluster, min(name) as name from mentions where siren is null group by own) as m on m.own = d.own
where m.cluster not in (select cluster from mentions where siren is not null)
    and (m.cluster, unit) not in (select (one, other) from doubts) and (unit, m.cluster) not in (select (one, other) from doubts)
qualify row_number() over (partition by m.cluster, unit order by d.probability desc, d.own) = 1;

delete from doubts where one in (from withheld) or other in (from withheld);
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
        coalesce(e.entity_id, d.one) as one_id, coalesce(o.entity_id, d.other) as other_id, d.one_name, d.other_name, d.one_place, d.other_place, d.one_siren, d.other_siren,
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
    the national register withholds that natural person, or the only rows that speak of it may not be published: nor is anything asked about them; false where no more
    than what registries said of it is to leave, since the newest edition that lists it refuses. Of `entity_doubts`,
    pairs that wait for a decision, likeliest first: one_id, other_id (of a unit of the register that nothing else speaks of, the id it would have), one_name, other_name, one_place,
    other_place, one_siren, other_siren, probability, model (version of `score`). `entity_rejects` are lines of decisions that can't be used.
    """
    snapshot = project.last_snapshot()
    decisions = path_of(project.raw, decided.ENTITY)
    content = content_id(decisions) if decisions.exists() else ""

    def build(mentions: Path, redirects: Path, withheld: Path, doubts: Path, rejects: Path) -> Mapping[str, Any]:
        import pyarrow.parquet as pq

        pairs, refused = decided.read(project.raw)
        pq.write_table(rejects_table(refused), rejects, compression="zstd")
        with connect(project.warehouse) as db:
            db.execute(f"create temp view registered as from read_parquet({location(project.made('register_rows'))})")
            db.execute(f"create temp view linked_names as from read_parquet({location(project.made('register_links'))})")
            db.execute("set variable register_doubts = ?", [str(project.made("register_doubts"))])
            load(db, project)
            figures = _resolve(db, snapshot, pairs, mentions, redirects, withheld, doubts)
        return figures | {"passing": (content_id(decisions) if decisions.exists() else "") != content}

    return make(
        project,
        ("entity_mentions", "entity_redirects", "entity_withheld", "entity_doubts", "entity_rejects"),
        build,
        inputs=(*SOURCES, "register_rows", "register_links", "register_doubts"),
        version=VERSION,
        parameters=[content, *known_to(project), *ids.identity(snapshot)],
    )


def _resolve(
    db: duckdb.DuckDBPyConnection, snapshot: Path | None, pairs: list[decided.Pair], mentions: Path, redirects: Path, withheld: Path, doubts: Path
) -> dict[str, Any]:
    """Ask the stages, give ids, write the files; returns the number of entities by kind, of pairs `to_review`, and the figures of `nearly`."""
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
