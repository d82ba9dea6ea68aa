"""Whom the register means by a name: step `register_lookup`, and `find`.

The step makes an index of all names of the stock (`entities.candidates`), once an edition: `register_lookup_names`, `_postings`, `_words` and `_variants`; empty
where hub.toml names no stock. `find` asks it, or else the search service: a request for each name, of its department, whose answers are kept as those to
numbers are. Of either the names that are found are scored alike (`entities.score`); but what the service returns is no sample of the register and says
nothing of how rare a word is there: a word is taken to be borne by `BEARERS`, and a name that more bear than it shows is never sure.

Natural persons, and who objects to diffusion as far as the name is known, are looked for like the others, so that a name that is theirs is nobody
else's; but they are never what is found: a name leads to no natural person, and to no unit of which anything is withheld (STANDARDS 6.2).

Belongs here: names of the register that may be meant, and how likely each is. Which names are looked up, and what follows, belongs to `links`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from km0_pipeline.claims import Reject, digest
from km0_pipeline.entities import candidates, names, nearly, score
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.register import nomenclatures, service, spark
from km0_pipeline.register.index import MEMORY
from km0_pipeline.register.nomenclatures import NAF_REV2, legal_form_sql, naf_sql
from km0_pipeline.register.service import Question
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Made, Project, make, modules_version

VERSION = modules_version(__file__, candidates.__file__, names.__file__, nearly.__file__, score.__file__, nomenclatures.__file__, service.__file__, spark.__file__)
INDEX = {relation: f"register_lookup_{relation}" for relation in candidates.INDEX}

NAMES = 5_000_000
"""How many names there are to choose from at least: as many as the weights were learnt with, though a stock be a department's or an answer's."""
BEARERS = 500
"""In how many names a word stands at least, as far as the search service can tell."""
SUREST = 0.99
"""Most that the name and place of a unit are believed: of those surer than `score.SURE` 99 in 100 were right."""
SHOWN = 25
"""Most units that it shows."""
BATCH = 10_000
"""Names that are looked up at once: what they are compared with fits in memory."""

FOUND = pa.schema([*((n, pa.string()) for n in ("key", "siren", "name", "commune", "postcode", "street", "naf", "legal_form", "legal_name")), ("probability", pa.float64())])
"""Of a name that was looked up (`key`: what was asked) each unit that it may mean, if only at `score.DOUBTFUL` (then as alike as `nearly` asks about); one row without siren where there is none.
The name as the register has it, with the place of that establishment; legal_form in words."""
NAME = pa.schema([*((n, pa.string()) for n in ("owner", "name", "commune", "postcode", "street", "naf", "block")), ("active", pa.bool_())])
UNIT = pa.schema([*((n, pa.string()) for n in ("siren", "diffusion", "name", "legal_form")), ("person", pa.bool_())])

BLOCK_SQL = "create or replace macro block_of(code) as left(replace(replace(code, '2A', '20'), '2B', '20'), 2);"
"""DuckDB macro `block_of(postcode or code of a commune)`: where a name is looked for first, its department as postcodes write it."""


def register_lookup(project: Project) -> Made:
    """Step: the index of `register_names`, to look names up in; a file for each of `candidates.INDEX`."""

    def build(*outputs: Path) -> None:
        with connect(project.warehouse, memory=MEMORY) as db:
            db.execute(BLOCK_SQL)
            naf = naf_sql("naf", "naf_nomenclature", *NAF_REV2)
            candidates.prepare(
                db,
                f"(select siren as owner, name, commune, postcode, street, {naf} as naf, active, block_of(coalesce(postcode, commune_code)) as block "
                f"from read_parquet({location(project.made('register_names'))}))",
                dict(zip(INDEX, outputs, strict=True)),
            )

    return make(project, tuple(INDEX.values()), build, inputs=("register_names",), version=VERSION)


# A link needs more than that one is likeliest: names that nearly agree, and a place of the unit in the department that was said. In real registries (`benchmarks/linkage_real.py`)
# what else was as likely was another company of the group, of the place or of the trade once in six times; a person decides.
_CAPPED = f"""case when e.same_block = 1 and nearly_same(words_of(name_key(w.name)), words_of(name_key(n.name))) then {{probability}} else least({{probability}}, {score.SURE} - 0.01) end"""

# What a name may not be: one of another number, or of another kind of legal form, which the unit has.
_FOUND = f"""
insert into likely
select w.key, u.siren, n.name, n.commune, n.postcode, n.street, n.naf, u.legal_form, u.name as legal_name, round(least({_CAPPED}, {SUREST}), 4) as probability
from scored as e
join sought as w on w.sought = e.sought
join candidates as n on n.sought = e.sought and n.id = e.id
join (
    select * replace ({legal_form_sql("legal_form")} as legal_form) from units where siren in (select owner from scored where probability >= {score.DOUBTFUL})
) as u on u.siren = e.owner
where e.probability >= {score.DOUBTFUL} and (e.probability >= {score.SURE} or e.likeness >= {nearly.LIKE} or e.ours_left = 0 or e.theirs_left = 0)
    and u.diffusion = 'full' and not u.person
    and numbers_in(text_key(w.name)) = numbers_in(text_key(n.name))
    and coalesce(name_form(w.name) = coalesce(name_form('x ' || u.legal_form), name_form(n.name)), true);

insert into likely (key) select key from sought where key not in (select key from likely);
"""

_TO_ASK = "create or replace temp table sought as select *, null::varchar as owner from to_find where sought >= {first} and sought < {first} + {batch}"


def find(db: duckdb.DuckDBPyConnection, project: Project, before: Path | None) -> list[Reject]:
    """Make the table `likely` (`FOUND`) of each row of the table `to_find`: key, name, commune, postcode, street, naf, block; returns what went wrong.

    `before` is what was found in the same stock: of that nothing is looked up again.
    """
    db.execute(NAMES_SQL + candidates.WORDS_SQL + nearly.NEARLY_SQL)
    db.register("nothing_found", FOUND.empty_table())
    earlier = f"select f.* from read_parquet({location(before)}) as f where f.key in (select key from to_find)" if before else "from nothing_found"
    db.execute(f"create or replace temp table likely as {earlier}")
    db.execute(
        "create or replace temp table to_find as select (row_number() over (order by key) - 1)::integer as sought, * "
        "from (select distinct * from to_find where key not in (select key from likely))"
    )
    ((new,),) = db.execute("select count(*) from to_find").fetchall()
    rejects: list[Reject] = []
    probability = "e.probability"
    if not new:
        return rejects
    settings, index = project.hub.register, {relation: project.made(step) for relation, step in INDEX.items()}
    if settings.stock:
        candidates.use(db, index)
        db.execute(f"create or replace temp view units as from read_parquet({location(project.made('register_units'))})")
    else:
        rejects = _answered(db, project)
        probability = f"case when w.key in (from crowded) then least(e.probability, {score.SURE} - 0.01) else e.probability end"
    db.execute(f"set variable names = greatest(getvariable('names'), {NAMES})")
    for first in range(0, new, BATCH):
        db.execute(_TO_ASK.format(first=first, batch=BATCH))
        if settings.stock and settings.spark:
            spark.search(db, "(select * exclude (key) from sought)", index, settings.spark)
        else:
            candidates.search(db, "(select * exclude (key) from sought)")
        score.score(db)
        db.execute(_FOUND.format(probability=probability))
    return rejects


def _answered(db: duckdb.DuckDBPyConnection, project: Project) -> list[Reject]:
    """Ask the service; make of what it says the index, `units`, and `crowded`: keys of names that more bear than it shows."""
    asked = {key: question(name, block, postcode) for key, name, block, postcode in db.execute("select key, name, coalesce(block, ''), coalesce(postcode, '') from to_find").fetchall()}
    said, rejects = service.answers(project, asked.values(), "names")
    units = {u["siren"]: u for key in sorted(said) for u in said[key]["units"]}
    crowded = [key for key, q in asked.items() if q.key in said and said[q.key]["total"] > SHOWN]
    rows = [dict(zip(NAME.names, (siren, *name), strict=True)) for siren, u in sorted(units.items()) for name in u["names"]]
    db.register("answered_names", pa.Table.from_pylist(rows, NAME))
    db.register("units", pa.Table.from_pylist([{n: u[n] for n in UNIT.names} for u in units.values()], UNIT))
    db.register("crowded", pa.table({"key": pa.array(crowded, pa.string())}))
    candidates.prepare(db, "answered_names")
    db.execute(f"update words set bearers = greatest(bearers, {BEARERS})")
    # of what could not be asked nothing is known: it is looked up again the next time
    db.execute("delete from to_find where not list_contains($keys, key)", {"keys": [key for key, q in asked.items() if q.key in said]})
    return rejects


def question(name: str, block: str, postcode: str) -> Question:
    """Who bears a name in a department, as the service is asked."""
    overseas = block in ("97", "98")
    department = {"20": "2A,2B"}.get(block, postcode[:3] if overseas else block)
    query = {"q": name, "per_page": str(SHOWN), **({"departement": department} if department else {})}
    return Question("name-" + digest(name, department), f"« {name} »", query, _named)


def _named(payload: dict[str, Any]) -> dict[str, Any]:
    return {"total": payload["total_results"], "units": [unit for result in payload["results"] if (unit := named_of(result))]}


def named_of(result: dict[str, Any]) -> dict[str, Any]:
    """A unit of an answer (`UNIT`), with `names` (`NAME` without owner); {} of a person whom the register withholds. Raises LookupError, TypeError or AttributeError where it is none."""
    unit = service.said_of(result, result["siren"])
    if unit["diffusion"] == "withheld":
        return {}
    shown = [e for e in (result.get("siege"), *(result.get("matching_etablissements") or ())) if e and e.get("siret")]
    own = [result.get("nom_complet")] if unit["person"] else [unit["name"], result.get("sigle") if unit["diffusion"] == "full" else ""]
    found = {}
    for e in shown:
        for name in (*own, e.get("nom_commercial"), *(e.get("liste_enseignes") or ())):
            if service.text(name):
                found[service.text(name), str(e["siret"])] = _place(e)
    return {n: unit[n] for n in UNIT.names} | {"names": [[name, *place] for (name, _), place in sorted(found.items())]}


def _place(establishment: dict[str, Any]) -> Iterable[Any]:
    """Commune, postcode, street, activity, block and whether it is active, of an establishment of an answer."""
    commune, postcode, code = (service.text(establishment.get(f)) for f in ("libelle_commune", "code_postal", "commune"))
    street = re.sub(rf"\s+{postcode}\b.*$", "", service.text(establishment.get("adresse"))) if postcode else ""
    naf = service.text(establishment.get("activite_principale")) if "activite_principale_naf25" in establishment else ""
    block = (postcode or code).replace("2A", "20").replace("2B", "20")[:2]
    active = service.text(establishment.get("etat_administratif")) in ("", "A")
    return [*(part or None for part in (commune, postcode, street, naf, block)), active]
