"""The stock, reduced once to what is asked of it: step `register_index`.

`register_units`, one row a legal unit:

    siren, diffusion (full; partial: a legal person of which part is withheld; withheld: a natural person, of whom nothing but the
    number is kept, so as to withhold it), person (natural), name (of a legal person), legal_form, naf, naf_nomenclature, naf25,
    size_band, size_year, state (A active, C ceased), since (when that began), created_on, seat (SIRET)

`register_names`, one row a name that an establishment goes by: its own signs and usual name, and its unit's denomination, usual
names and acronym, or a natural person's name:

    siret, siren, name, name_key (`entities.names.name_key`), commune, commune_code, postcode, street, naf, naf_nomenclature,
    legal_form (code), active

Codes are those of the register, dates ISO 8601, and what is not known or not diffused is null. Of the statuses of unit and
establishment the stricter counts, and anything but O, nothing included, is P. `register_drift` (schema `claims.REJECTS`) says what
is new in the stock, and what could not be used of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.claims import Reject, digest, rejects_table
from km0_pipeline.entities import names
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.register import stock
from km0_pipeline.register.files import Stock, stock_of
from km0_pipeline.register.nomenclatures import NAF_2025, NOMENCLATURES, naf_sql
from km0_pipeline.register.stock import ESTABLISHMENTS, FILES, UNITS, USED, Unusable
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Made, Project, made, make, modules_version

MEMORY = "1600MB"
"""What reducing the stock may hold in memory, beside what the process has: the rest is spilled."""
COLUMNS = (
    *("siren", "diffusion", "person", "name", "legal_form", "naf", "naf_nomenclature"),
    *("naf25", "size_band", "size_year", "state", "since", "created_on", "seat"),
)
"""Those of `register_units`."""
VERSION = modules_version(__file__, stock.__file__, names.__file__, str(Path(__file__).with_name("nomenclatures.py")))


def register_index(project: Project) -> Made:
    """Step: `register_units`, `register_names` and `register_drift`; empty where hub.toml names no stock.

    Made again only when the bytes of the stock change. Where a file of it can't be used, what was made of the last that could stays:
    else those whom it withholds would be published. Figures: `edition`, the last day on which the register treated a unit, and
    `document_id`, of both files as one document.
    """
    given = stock_of(project)
    return make(
        project,
        ("register_units", "register_names", "register_drift"),
        lambda *outputs: _build(project, given, *outputs),
        version=VERSION,
        parameters=[str(bool(project.hub.register.stock)), *(s.sha256 for s in given)],
    )


def _build(project: Project, given: list[Stock], units: Path, names: Path, drift: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    scratch = project.warehouse / "register" / "reading"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    figures = {"edition": "", "document_id": digest(*sorted(s.sha256 for s in given))}
    try:
        with connect(project.warehouse, memory=MEMORY) as db:
            db.execute(NAMES_SQL)
            found, rejects = _read(db, given, scratch)
            missing = [f for f in FILES if f not in found]
            before = _before(project) if missing and project.hub.register.stock else None
            if missing and project.hub.register.stock:
                rejects.append(_incomplete(missing, before))
            if before:
                shutil.copyfile(before.path, units)
                shutil.copyfile(project.made("register_names"), names)
                figures = {name: before.figures[name] for name in figures}
            else:
                _empty(db, missing)
                rejects += _reduce(db, units, names)
                latest = f"select coalesce(max(try_cast(left(treated_on, 10) as date))::varchar, '') from {UNITS}"
                figures["edition"] = db.execute(latest).fetchall()[0][0]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    pq.write_table(rejects_table(rejects), drift, compression="zstd")
    return figures


def _read(db: duckdb.DuckDBPyConnection, given: list[Stock], scratch: Path) -> tuple[set[str], list[Reject]]:
    """Make a view of each file that can be used; returns which they are, and what is to be said of them all."""
    found, rejects = set[str](), list[Reject]()
    for entry in given:
        try:
            read = stock.read(db, entry.path, scratch)
        except Unusable as e:
            rejects.append(Reject("", entry.name, "", "bad_stock", str(e)))
        else:
            found.add(read.file)
            rejects += [Reject("", entry.name, "", "stock_drift", sentence) for sentence in read.drift]
    return found, rejects


def _before(project: Project) -> Made | None:
    """What this step made of a whole stock the last time, if it did."""
    try:
        last = made(project, "register_units")
    except FileNotFoundError:
        return None
    return last if last.rows else None


def _incomplete(missing: list[str], before: Made | None) -> Reject:
    then = "what was made of the last whole stock stays" if before else "nothing is taken from the register"
    sentence = f"hub.toml, [register] stock: {' and '.join(missing)} can't be had: {then}."
    return Reject("", "register/stock", "", "bad_stock", sentence)


def _empty(db: duckdb.DuckDBPyConnection, missing: list[str]) -> None:
    """Without both files, neither holds anything: whose a name is, and whether it may be used, would not be known."""
    for file in FILES if missing else ():
        columns = ", ".join(f"null::varchar as {c}" for c in USED[file])
        db.execute(f"create or replace view {file} as select {columns} where false")


def _reduce(db: duckdb.DuckDBPyConnection, units: Path, names: Path) -> list[Reject]:
    db.execute(_JUDGED)
    for sql, out in ((_UNITS, units), (_NAMES, names)):
        db.execute(f"copy ({sql}) to {literal(out)} (format parquet, compression zstd, compression_level 1)")
    return _nomenclatures(db)


def _nomenclatures(db: duckdb.DuckDBPyConnection) -> list[Reject]:
    """What is to be said of codes of activity that are of no nomenclature known here."""
    known = ", ".join(map(literal, NOMENCLATURES))
    found = db.execute(
        f"select naf_nomenclature, count(*) from {UNITS} where naf_nomenclature not in ({known}) and naf is not null group by all order by all"
    ).fetchall()
    said = "are in the nomenclature {!r}, which is not known here: they are kept with it and claimed of nobody."
    return [
        Reject("", UNITS, "", "stock_drift", f"{UNITS}: the activities of {n:,} units {said.format(name)}")
        for name, n in found
    ]


def _distinct(*columns: str) -> str:
    return f"unnest(list_distinct(list_filter([{', '.join(columns)}], lambda x: x is not null)))"


# Lists cost as much as all the rest: they are made for the few that have more than one name.
_JUDGED = f"""
-- units of which some establishment is not fully diffused
create temp table reserved as
select distinct siren from {ESTABLISHMENTS} where status is distinct from 'O';

create temp view judged as
select
    *, coalesce(legal_form = '1000' or starts_with(legal_form, '2'), denomination is null) as person,
    case
        when person and (status is distinct from 'O' or siren in (from reserved)) then 'withheld'
        when status is distinct from 'O' then 'partial'
        else 'full'
    end as diffusion,
    case when person then coalesce(usual_first_name, first_name) || ' ' || coalesce(usual_family_name, family_name) else denomination end as called
from {UNITS}
where siren is not null;

-- names of units, to be normalised once for all their establishments
create temp view unit_names as
with also as (
    select
        siren, legal_form, diffusion, called,
        {
    _distinct(
        "usual1",
        "usual2",
        "usual3",
        "case when diffusion = 'full' then acronym end",
        "case when person then coalesce(usual_first_name, first_name) || ' ' || family_name end",
    )
} as name
    from judged
    where diffusion <> 'withheld'
        and (coalesce(usual1, usual2, usual3, acronym) is not null or person and usual_family_name is not null)
)
select siren, legal_form, diffusion, called as name, name_key(called) as name_key
from judged
where called is not null and diffusion <> 'withheld'
union all
select siren, legal_form, diffusion, name, name_key(name) as name_key
from also
where name is distinct from called;
"""

_UNITS = f"""
with kept as (
    select
        siren, diffusion, person, case when not person then denomination end as name, legal_form, naf, naf_nomenclature,
        coalesce(naf25, {naf_sql("naf", "naf_nomenclature", *NAF_2025)}) as naf25,
        size_band, size_year, state, since, created_on, siren || seat as seat
    from judged
)
select siren, diffusion, {", ".join(f"case when diffusion <> 'withheld' then {c} end as {c}" for c in COLUMNS[2:])}
from kept
"""

_NAMES = f"""
with placed as (
    select
        siret, siren, commune, commune_code, naf, naf_nomenclature, state = 'A' as active,
        case when status = 'O' then postcode end as postcode,
        case when status = 'O' then nullif(concat_ws(' ', number, repetition, street_type, street_name), '') end as street,
        sign1, sign2, sign3, usual
    from {ESTABLISHMENTS}
    where siret is not null
),
own as (
    select *, {_distinct("sign1", "sign2", "sign3", "usual")} as name
    from placed
    where coalesce(sign1, sign2, sign3, usual) is not null
),
named as (
    select e.*, n.name, n.name_key, n.legal_form, n.diffusion
    from placed as e
    join unit_names as n on n.siren = e.siren
    union all by name
    select o.*, name_key(o.name) as name_key, u.legal_form, u.diffusion
    from own as o
    join judged as u on u.siren = o.siren and u.diffusion <> 'withheld'
)
select
    siret, siren, name, name_key, commune, commune_code, case when diffusion = 'full' then postcode end as postcode,
    case when diffusion = 'full' then street end as street, naf, naf_nomenclature, legal_form, active
from named
order by siret, name -- several names of a unit come from its join in any order
"""
