"""Organisations without a number that the register knows by name: step `register_links`.

Looked up are names, each at its place, of rows that give no SIREN, and of organisations of which the press says that they are tenants of the hub or lie in its
commune or department. Not looked up is who is known otherwise: the hub, institutions (`reference`), products and programmes, a name that
someone with a SIREN bears at that place (`entities.resolve` finds that they are one), a row whose number was refused, which has to be mended.

A name is linked where `lookup` is sure, or a person said so: as in all of `entities`, what people decided goes first. A link says of a name that it is a
unit's, so two names of one unit are one organisation: hence two that are sure are only linked where they nearly agree, too, with one another, with the
unit's legal name or with a name that a registry gives beside that SIREN. The others, and what is likely and not sure, wait for a person.

    register_links   own (`entities.mentions`: a name at a place), siren, name (as the register has it), probability (1 where a person said so), decided, at_hub
    register_doubts  own, place_key, and `lookup.FOUND` but for key: pairs to decide on, of which `entity_doubts` asks
    register_found   `lookup.FOUND`, kept so that only new names are looked up
    register_link_rejects   what the service could not be asked

Where hub.toml names no register, all four are empty. Belongs here: whom to look up, and what follows from what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from km0_pipeline.claims import REJECTS, rejects_table
from km0_pipeline.decisions import path_of
from km0_pipeline.entities import decided, mentions
from km0_pipeline.entities.score import SURE
from km0_pipeline.register import lookup, service
from km0_pipeline.register.lookup import BLOCK_SQL, FOUND
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Made, Project, made, make, modules_version
from km0_pipeline.storage import content_id

VERSION = modules_version(__file__, decided.__file__, mentions.__file__) + lookup.VERSION
OUTPUTS = ("register_links", "register_doubts", "register_found", "register_link_rejects")

_TEXT = pa.string()
LINKS = pa.schema(
    [*((n, _TEXT) for n in ("own", "siren", "name")), ("probability", pa.float64()), ("decided", pa.bool_()), ("at_hub", pa.bool_())]
)
_EVIDENCE = tuple(n for n in FOUND.names if n != "key")
DOUBTS = pa.schema([("own", _TEXT), ("place_key", _TEXT), *(FOUND.field(n) for n in _EVIDENCE)])

Found = dict[str, Any]
"""A row of `lookup.FOUND`."""


class Name(NamedTuple):
    """A name at a place that is looked up: the id it would mint, how decisions know it, the name as written, and the key of what was asked."""

    own: str
    side: decided.Side
    name: str
    key: str


class Judged(NamedTuple):
    """A name that a unit may have."""

    name: Name
    found: Found
    decided: bool = False


def register_links(project: Project) -> Made:
    """Step: whom the register means by names without a number (see the module). Figures: how many names were `sought`, `linked`, `doubtful`."""
    settings, hub = project.hub.register, project.hub.hub
    if not (settings.stock or settings.service):
        return make(project, OUTPUTS, _nothing, version=VERSION)
    decisions = path_of(project.raw, decided.ENTITY)
    content = content_id(decisions) if decisions.exists() else ""
    stock = VERSION + settings.spark + made(project, lookup.INDEX["names"]).digest if settings.stock else ""

    def build(links: Path, doubts: Path, found: Path, rejected: Path) -> dict[str, Any]:
        with connect(project.warehouse) as db:
            names = _sought(db, project)
            rejects = lookup.find(db, project, _before(project, stock))
            sure, waiting = _judge(db, project, names, decided.read(project.raw)[0])
            db.execute(f"copy (from likely order by all) to {literal(found)} (format parquet, compression zstd)")
        linked = [
            {"own": j.name.own, "siren": j.found["siren"], "name": j.found["name"], "probability": round(j.found["probability"], 2), "decided": j.decided,
             "at_hub": j.name.side[1] == hub.commune}
            for j in sure
        ]  # fmt: skip
        doubtful = [{"own": j.name.own, "place_key": j.name.side[1]} | j.found for j in waiting]
        _write((links, doubts, rejected), pa.Table.from_pylist(linked, LINKS), pa.Table.from_pylist(doubtful, DOUBTS), rejects_table(rejects))
        # the service may say something else the next time
        passing = not stock or (content_id(decisions) if decisions.exists() else "") != content
        return {"sought": len(names), "linked": len(linked), "doubtful": len(doubtful), "stock": stock, "passing": passing}

    inputs = (*mentions.SOURCES, "register_units", *lookup.INDEX.values())
    return make(project, OUTPUTS, build, inputs=inputs, version=VERSION, parameters=[content, stock, settings.service, *mentions.known_to(project)])


def _nothing(*outputs: Path) -> dict[str, Any]:
    _write(outputs, *(schema.empty_table() for schema in (LINKS, DOUBTS, FOUND, REJECTS)))
    return {"sought": 0, "linked": 0, "doubtful": 0}


def _write(outputs: Iterable[Path], *tables: pa.Table) -> None:
    import pyarrow.parquet as pq

    for path, table in zip(outputs, tables, strict=True):
        pq.write_table(table, path, compression="zstd")


def _before(project: Project, stock: str) -> Path | None:
    """What was found the last time, in the same stock by the same rules."""
    with suppress(FileNotFoundError):
        if stock and made(project, "register_links").figures.get("stock") == stock:
            return made(project, "register_found").path
    return None


# `mentions` of organisations that may be looked up, and what is known of where each of their names is.
_SOUGHT = """
create temp table nameless as
with numbered as (
    select distinct place_key, key from mentions where kind = 'organisation' and siren is not null
),
formed as (
    select distinct place_key, key from mentions where kind = 'organisation' and form is not null
),
-- what is refused contradicts something, and has no SIREN as other rows: its own mention alone
refused as (
    select mention_id from read_parquet(getvariable('rows')) where siren is null and siren_original is not null or siret is null and siret_original is not null
),
no_company as (
    select subject_id from claim where property = 'kind' and value in ('programme', 'product', 'event', 'hub')
)
select m.own, any_value(m.name_key) as name_key, any_value(m.place_key) as place_key, min(m.name) as name
from mentions as m
left join numbered as n on n.place_key = m.place_key and n.key = m.key
left join formed as f on f.place_key = m.place_key and f.key = m.key
where m.kind = 'organisation' and m.siren is null and m.name_key <> '' and m.place_key <> '' and n.key is null
    -- a name without a form follows the one that bears it with one
    and (m.form is not null or f.key is null)
    and not (m.place_key = getvariable('commune') and m.key = getvariable('hub_key'))
    and (m.kind, m.name_key) not in (select (kind, alias) from aliases)
group by m.own
having not bool_and(m.kept_back) and not bool_or(m.mention_id in (from refused)) and not bool_or(m.mention_id in (from no_company));

create temp table placed as
with rows_placed as (
    select
        n.own, r.address as street, r.naf,
        coalesce(r.commune_code = getvariable('commune') or r.at_hub and coalesce(r.commune, r.commune_code, r.postcode) is null, false) as here,
        coalesce(r.commune, case when here then getvariable('commune_name') end) as commune,
        coalesce(r.postcode, case when here then getvariable('postcode') end) as postcode,
        block_of(coalesce(r.postcode, r.commune_code, case when here or text_key(r.commune) = getvariable('commune_key') then getvariable('commune') end)) as block
    from read_parquet(getvariable('rows')) as r
    join mentions as m on m.mention_id = r.mention_id
    join nameless as n on n.own = m.own
    where r.commune is not null or r.commune_code is not null or r.postcode is not null or r.at_hub
),
-- whom the press places: a tenant of the hub, or in one of its sites, its commune or its department
said as (
    select
        n.own, o.kind = 'organisation' or list_contains(getvariable('site_keys'), o.key) as on_site, on_site or o.key = getvariable('commune_key') as here
    from claim as c
    join mentions as m on m.mention_id = c.subject_id
    join nameless as n on n.own = m.own
    join mentions as o on o.mention_id = c.value
    where c.property = 'tenant_of' and o.kind = 'organisation' and o.key = getvariable('hub_key')
        or c.property = 'located_in' and o.kind = 'place'
            and (list_contains(getvariable('site_keys'), o.key) or o.key in (getvariable('commune_key'), text_key(getvariable('department_name'))))
),
press_placed as (
    select
        own, case when bool_or(here) then getvariable('commune_name') end as commune, case when bool_or(on_site) then getvariable('postcode') end as postcode,
        block_of(getvariable('commune')) as block
    from said
    group by own
)
select own, commune, postcode, street, naf, block from rows_placed
union all by name
select own, commune, postcode, null as street, null as naf, block from press_placed where own not in (select own from rows_placed);

-- of several rows the one that says most
create temp table to_look_up as
select
    n.*, p.* exclude (own),
    digest6(n.name, coalesce(p.commune, ''), coalesce(p.postcode, ''), coalesce(p.street, ''), coalesce(p.naf, ''), coalesce(p.block, '')) as asked
from nameless as n
join placed as p on p.own = n.own
where length(n.name_key) > 2
qualify row_number() over (
    partition by n.own
    order by (p.commune is not null)::int + (p.postcode is not null)::int + (p.street is not null)::int + (p.naf is not null)::int desc,
        p.postcode, p.commune, p.street, p.naf, p.block
) = 1;

create temp table to_find as select distinct asked as key, name, commune, postcode, street, naf, block from to_look_up;
"""


def _sought(db: duckdb.DuckDBPyConnection, project: Project) -> list[Name]:
    """Make the table `to_find` of the names that are looked up; returns them."""
    hub = project.hub
    postcodes = {site.postcode for site in hub.sites if site.postcode}
    db.execute(BLOCK_SQL)
    mentions.load_named(db, project)
    variables = {
        "department_name": hub.hub.department,
        "postcode": postcodes.pop() if len(postcodes) == 1 else None,
        "sites": [site.name for site in hub.sites],
    }
    for name, value in variables.items():
        db.execute(f"set variable {name} = ?", [value])
    db.execute("set variable site_keys = list_transform(getvariable('sites')::varchar[], lambda s: text_key(s))")
    db.execute(_SOUGHT)
    rows = db.execute("select own, name_key, place_key, name, asked from to_look_up order by own").fetchall()
    return [Name(own, (name_key, place, ""), name, key) for own, name_key, place, name, key in rows]


# Which names that a unit would bear nearly agree: of those that are sure, and, own '', of the unit, of rows that give its number, of those decided.
_AGREED = """
with borne as (
    select siren, own, name from claimants
    union
    select siren, '' as own, legal_name as name from claimants
    union
    select coalesce(r.siren, left(r.siret, 9)) as siren, '' as own, r.name
    from read_parquet(getvariable('rows')) as r
    where coalesce(r.siren, left(r.siret, 9)) in (select siren from claimants)
),
keyed as (
    select siren, own, text_key(name) as key, name_form(name) as form, words_of(name_key(name)) as words from borne where name is not null
)
select distinct a.siren, a.own, b.own
from keyed as a
join keyed as b on b.siren = a.siren and b.own <> a.own
where a.own <> '' and numbers_in(a.key) = numbers_in(b.key) and coalesce(a.form = b.form, true) and nearly_same(a.words, b.words)
"""

_CLAIMANTS = pa.schema([(n, _TEXT) for n in ("siren", "own", "name", "legal_name")])


def _judge(
    db: duckdb.DuckDBPyConnection, project: Project, names: list[Name], pairs: list[decided.Pair]
) -> tuple[list[Judged], list[Judged]]:
    """Which names are linked, and which are to be asked about, of what is `likely` and decided; by name and, of one name, likeliest first."""
    rows = db.execute("from likely where siren is not null order by key, probability desc, siren")
    columns = [d[0] for d in rows.description or ()]
    found: dict[str, list[Found]] = defaultdict(list)
    for row in rows.fetchall():
        unit = dict(zip(columns, row, strict=True))
        found[unit.pop("key")].append(unit)
    said: dict[decided.Side, dict[str, str]] = defaultdict(dict)
    for p in pairs:
        for side, other in ((p.one, p.other), (p.other, p.one)):
            if other[2] and not side[2]:
                said[side][other[2]] = p.decision
    same = {n: next((s for s, d in said[n.side].items() if d == "same"), "") for n in names}
    units = _units(db, project, {siren for siren in same.values() if siren})
    linked = [Judged(n, {"siren": s, "name": units[s], "probability": 1.0}, True) for n, s in same.items() if s in units]
    rest = [Judged(n, unit) for n in names if not same[n] for unit in found[n.key] if unit["siren"] not in said[n.side]]
    sure = [j for j in rest if j.found["probability"] >= SURE]
    agreed = _agreed(db, sure, linked)
    linked += agreed
    settled = {j.name.own for j in agreed}
    return sorted(linked, key=lambda j: j.name), [j for j in rest if j.name.own not in settled]


def _units(db: duckdb.DuckDBPyConnection, project: Project, sirens: set[str]) -> dict[str, str]:
    """The names of those of `sirens` that a name may lead to: of legal persons who object to nothing."""
    if not project.hub.register.stock:
        answers = service.ask(project, sirens).said.values()
        return {u["siren"]: u["name"] for u in answers if u and u["diffusion"] == "full" and not u["person"]}
    sql = "select siren, name from read_parquet($units) where list_contains($sirens, siren) and diffusion = 'full' and not person"
    return dict(db.execute(sql, {"units": str(project.made("register_units")), "sirens": sorted(sirens)}).fetchall()) if sirens else {}


def _agreed(db: duckdb.DuckDBPyConnection, sure: list[Judged], linked: list[Judged]) -> list[Judged]:
    """Those of `sure` whose names agree with what else their unit is called, so that no two that differ become one by a wrong number."""
    if not sure:
        return []
    sirens = {j.found["siren"] for j in sure}
    claimants = [(j.found["siren"], j.name.own, j.name.name, j.found["legal_name"]) for j in sure]
    claimants += [(j.found["siren"], "", j.name.name, j.found["name"]) for j in linked if j.found["siren"] in sirens]
    db.register("claimants", pa.Table.from_pylist([dict(zip(_CLAIMANTS.names, c, strict=True)) for c in claimants], _CLAIMANTS))
    near: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for siren, own, other in db.execute(_AGREED).fetchall():
        near[siren].add((own, other))
    taken = {s for (s,) in db.execute("select distinct coalesce(siren, left(siret, 9)) from read_parquet(getvariable('rows'))").fetchall()}
    taken |= {j.found["siren"] for j in linked}
    claiming = defaultdict(list)
    for j in sure:
        claiming[j.found["siren"]].append(j)
    agreed: list[Judged] = []
    for siren, group in claiming.items():
        known = [j for j in group if (j.name.own, "") in near[siren]]
        alike = all((a.name.own, b.name.own) in near[siren] for a in group for b in group if a is not b)
        agreed += known if known or siren in taken else group if alike else []
    return agreed
