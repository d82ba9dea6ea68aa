"""What the register says of the numbers that registries give, and of those that names were linked to: step `register_claims`.

An organisation whose SIREN, or SIRET, a registry gives is looked up in the stock, or asked of the service; what the register says of
it are claims of a document of kind `register`: the edition of the stock, or the answer. They link by the number, so the register's
mention is the same entity. So it is with whom `links` knows by name; but then all that is claimed is no surer than the link, and the claim of
its SIREN, by the method `register-link/1`, has as its words the name that the register has. `register_rows`, one row a legal unit that was found:

    mention_id, document_id, name (legal name; none of natural persons), siren, siret, commune_code, at_hub (a tenant of the hub has
    its number, or its name), diffusion (as in `index`; of a withheld person the number is all there is)

Natural persons get no name from the register: whether theirs may be published it does not say (STANDARDS R5). Addresses of the
register are not claimed: it knows where a seat is, not who is at the hub.

Belongs here: the long form, the documents, and what could not be found. Codes in words belong to `nomenclatures`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from km0_pipeline.claims import CLAIMS, DIGEST_SQL, PROPERTIES, Reject, rejects_table
from km0_pipeline.register import nomenclatures, service, stock
from km0_pipeline.register.index import COLUMNS
from km0_pipeline.register.nomenclatures import NAF_2025, NAF_REV2, legal_form_sql, naf_sql, size_band_sql
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, made, make, modules_version
from km0_pipeline.storage import content_id

VERSION = modules_version(__file__, nomenclatures.__file__, service.__file__, stock.__file__)
METHOD, LINKED = "register/1", "register-link/1"
LICENCE = "etalab-2.0"
STOCK_URL = "https://www.data.gouv.fr/datasets/base-sirene-des-entreprises-et-de-leurs-etablissements-siren-siret"

_TEXT = pa.string()
DOCUMENTS = pa.schema(
    [(n, _TEXT) for n in ("document_id", "path", "title", "publisher", "url", "stated_on", "licence", "format")]
)
ROWS = pa.schema(
    [
        *((n, _TEXT) for n in ("mention_id", "document_id", "name", "siren", "siret", "commune_code", "diffusion")),
        ("at_hub", pa.bool_()),
    ]
)
_UNITS = tuple(c for c in COLUMNS if c != "person")
_FOUND = pa.schema([(n, _TEXT) for n in (*_UNITS, "document_id")])
_ESTABLISHMENTS = pa.schema([(n, _TEXT) for n in ("siret", "siren", "commune_code")])
OUTPUTS = ("register_claims", "register_rows", "register_documents", "register_rejects")


class Said(NamedTuple):
    """A property that the register states: its value and the register's own, in SQL of a unit; where in the stock and in an answer it stands."""

    property: str
    value: str
    original: str
    column: str
    field: str
    as_of: str = "''"


def _day(column: str) -> str:
    return f"try_cast(left({column}, 10) as date)::varchar"


SAID = (
    Said("legal_name", "name", "name", "denominationUniteLegale", "nom_raison_sociale"),
    Said("siren", "siren", "coalesce(linked_name, siren)", "siren", "siren"),
    Said("siret", "siret", "siret", "siret", "siret"),
    Said("legal_form", legal_form_sql("legal_form"), "legal_form", "categorieJuridiqueUniteLegale", "nature_juridique"),
    Said("naf", naf_sql("naf", "naf_nomenclature", *NAF_REV2), "naf", "activitePrincipaleUniteLegale", "activite_principale"),
    Said("naf25", f"coalesce(naf25, {naf_sql('naf', 'naf_nomenclature', *NAF_2025)})", "coalesce(naf25, naf)", "activitePrincipaleNAF25UniteLegale", "activite_principale_naf25"),
    Said("size_band", size_band_sql("size_band"), "size_band", "trancheEffectifsUniteLegale", "tranche_effectif_salarie", "coalesce(left(size_year, 4), '')"),
    Said("state", "case state when 'A' then 'active' when 'C' then 'ceased' end", "state", "etatAdministratifUniteLegale", "etat_administratif"),
    Said("founded_on", _day("created_on"), "created_on", "dateCreationUniteLegale", "date_creation"),
    Said("ceased_on", f"case when state = 'C' then {_day('since')} end", "since", "dateDebut", "date_fermeture"),
)  # fmt: skip


def register_claims(project: Project) -> Made:
    """Step: the claims of the register (`claims.CLAIMS`, sorted by claim_id), `register_rows`, `register_documents` and `register_rejects`.

    Figures: how many numbers registries give (`given`), how many the register knows (`found`), of how many nothing may be said (`withheld`); how many it
    knows by name (`linked`).
    """
    settings = project.hub.register
    answers, parameters = service.Answers({}, []), list[str]()
    edition = {name: made(project, "register_units").figures[name] for name in ("edition", "document_id")}
    if settings.stock:
        parameters = list(edition.values())
    elif settings.service:
        answers = service.ask(project, _numbers(project))
        parameters = [json.dumps([answers.said, [astuple(r) for r in answers.rejects]], sort_keys=True)]

    def build(*outputs: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        if not parameters:
            for path, schema in zip(outputs, (CLAIMS, ROWS, DOCUMENTS, rejects_table([]).schema), strict=True):
                pq.write_table(schema.empty_table(), path)
            return {"given": 0, "found": 0, "withheld": 0, "linked": 0, "edition": ""}
        with connect(project.warehouse) as db:
            db.execute(DIGEST_SQL)
            _wanted(db, project)
            _from_stock(db, project, edition) if settings.stock else _from_service(db, answers.said)
            counts = _write(db, outputs, bool(settings.stock), answers.rejects)
        return counts | {"edition": edition["edition"]}

    inputs = ("registry_rows", "registry_documents", "register_units", "register_names", "register_links")
    return make(project, OUTPUTS, build, inputs=inputs, version=VERSION, parameters=parameters)


_WANTED = """
create temp table given as
select coalesce(siren, left(siret, 9)) as siren, siret, at_hub, document_id, sheet, "row"
from read_parquet({rows})
where siren is not null or siret is not null;

-- a number that a registry gives is no less sure for a name that leads there too
create temp table wanted as
select
    siren, bool_or(at_hub) as at_hub, bool_or(name is null) as is_given, max(probability) as confidence,
    case when not is_given then arg_max(name, (probability, name)) end as linked_name
from (
    select siren, at_hub, 1.0::double as probability, null as name from given
    union all
    select siren, at_hub, probability, name from read_parquet({links})
)
group by siren;

-- numbers that were refused, since they contradict each other or are shared: asked for only to know whom the register withholds
create temp table refused as
select siren_original as siren from read_parquet({rows}) where siren is null and siren_original is not null
union
select left(siret_original, 9) from read_parquet({rows}) where siret is null and siret_original is not null
except
select siren from wanted;
"""


def _wanted(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Tables `given`, the numbers of each row of registries that has one, `wanted`, one row a SIREN, given or linked, and `refused`, SIRENs of rows that were refused."""
    db.execute(_WANTED.format(rows=location(project.made("registry_rows")), links=location(project.made("register_links"))))
    db.execute(
        f"create temp view registry_documents as from read_parquet({location(project.made('registry_documents'))})"
    )


def _numbers(project: Project) -> list[str]:
    """What the service is asked for: each SIRET that registries give, and each SIREN, given or linked, of which they give no SIRET."""
    with connect(project.warehouse) as db:
        _wanted(db, project)
        rows = db.execute(
            "select siret from given where siret is not null union select siren from wanted where siren not in (select siren from given where siret is not null) union from refused order by all"
        )
        return [number for (number,) in rows.fetchall()]


def _from_stock(db: duckdb.DuckDBPyConnection, project: Project, edition: dict[str, str]) -> None:
    """Tables `units`, `establishments` and `documents` of what is wanted, from the index of the stock."""
    columns = ", ".join(_UNITS)
    units, names = (location(project.made(n)) for n in ("register_units", "register_names"))
    db.execute(
        f"create temp table units as select {columns}, $id as document_id from read_parquet({units}) where siren in (from refused union select siren from wanted)",
        {"id": edition["document_id"]},
    )
    db.execute(
        f"create temp table establishments as select distinct siret, siren, commune_code from read_parquet({names}) where siren in (select siren from wanted)"
    )
    day = edition["edition"]
    title = "Base Sirene des entreprises et de leurs établissements" + (f", stock traité jusqu'au {day}" if day else "")
    document = (edition["document_id"], "register/sirene", title, "INSEE", STOCK_URL, day, LICENCE, "parquet")
    db.register("documents", pa.Table.from_pylist([dict(zip(DOCUMENTS.names, document, strict=True))], DOCUMENTS))


def _from_service(db: duckdb.DuckDBPyConnection, said: dict[str, dict[str, Any]]) -> None:
    """The same, from answers. Each is a document, known by what it says."""
    units, establishments, documents = (
        dict[str, dict[str, Any]](),
        dict[str, tuple[str, str, str]](),
        list[dict[str, str]](),
    )
    for unit in (said[number] for number in sorted(said)):
        if unit:
            if unit["siren"] not in units or unit["diffusion"] == "withheld":
                units[unit["siren"]] = unit
            establishments |= {
                siret: (siret, unit["siren"], commune) for siret, commune in unit.get("establishments", ())
            }
    for siren, unit in units.items():
        unit["document_id"] = content_id(json.dumps(unit, sort_keys=True).encode())
        url = f"https://annuaire-entreprises.data.gouv.fr/entreprise/{siren}"
        document = (
            unit["document_id"],
            f"register/{siren}",
            f"Recherche d'entreprises, SIREN {siren}",
            "DINUM et INSEE",
            url,
            unit.get("treated_on", ""),
            LICENCE,
            "json",
        )
        documents.append(dict(zip(DOCUMENTS.names, document, strict=True)))
    rows = [{n: u.get(n) or None for n in _FOUND.names} for u in units.values()]
    db.register("units", pa.Table.from_pylist(rows, _FOUND))
    db.register(
        "establishments",
        pa.Table.from_pylist(
            [dict(zip(_ESTABLISHMENTS.names, e, strict=True)) for e in establishments.values()], _ESTABLISHMENTS
        ),
    )
    db.register("documents", pa.Table.from_pylist(documents, DOCUMENTS))
    db.register("answered", pa.table({"number": pa.array(sorted(said), _TEXT)}))


# Of several establishments that registries name, each is claimed; of none that the register knows, the seat is.
_KNOWN = """
create temp table named as
select distinct g.siren, e.siret, e.commune_code from given as g join establishments as e on e.siren = g.siren and e.siret = g.siret;

create temp table known as
select
    'm' || left(digest3(u.document_id, 'organisation', 'siren:' || u.siren), 19) as mention_id, u.*,
    coalesce(n.siret, u.seat) as siret, coalesce(n.commune_code, s.commune_code) as commune_code, w.at_hub, w.confidence, w.linked_name, d.stated_on
from units as u
join wanted as w on w.siren = u.siren
join documents as d on d.document_id = u.document_id
left join named as n on n.siren = u.siren
left join establishments as s on s.siret = u.seat
where u.diffusion <> 'withheld';
"""

_ROWS = """
select mention_id, document_id, name, siren, min(siret) as siret, min_by(commune_code, siret) as commune_code, diffusion, at_hub
from known group by all
union all
select null, document_id, null, siren, null, null, diffusion, null from units where diffusion = 'withheld'
order by siren
"""

_UNKNOWN = """
with missing as (
    select siren as number, 'SIREN' as what, min_by(g, (document_id, sheet, "row")) as place
    from given as g where siren not in (select siren from units) {asked} group by siren
    union all
    select siret, 'SIRET', min_by(g, (document_id, sheet, "row"))
    from given as g
    where siret not in (select siret from establishments) and siren in (select siren from establishments) {asked}
    group by siret
)
select
    m.place.document_id, d.path, case m.place.sheet when '' then '' else 'sheet:' || m.place.sheet || '/' end || 'row:' || m.place."row",
    'unknown_number',
    d.path || case m.place.sheet when '' then '' else ', sheet ' || m.place.sheet end || ', row ' || m.place."row" || ': the register has no ' || m.what || ' ' || m.number
        || '; look it up, and correct the cell.',
    m.number
from missing as m
join registry_documents as d on d.document_id = m.place.document_id
order by all
"""


def _write(
    db: duckdb.DuckDBPyConnection, outputs: tuple[Path, ...], from_stock: bool, rejects: Iterable[Reject]
) -> dict[str, int]:
    import pyarrow.parquet as pq

    claims, rows, documents, rejected = outputs
    db.execute(_KNOWN)
    # of the service, what could not be asked for is no unknown number
    asked = "" if from_stock else "and (siren in (from answered) or siret in (from answered))"
    parts = {
        claims: _claims_sql(from_stock),
        rows: _ROWS,
        documents: f"select {', '.join(DOCUMENTS.names)} from documents where document_id in (select document_id from known) order by document_id",
    }
    for path, sql in parts.items():
        db.execute(f"copy ({sql}) to {literal(path)} (format parquet, compression zstd)")
    unknown = [Reject(*row) for row in db.execute(_UNKNOWN.format(asked=asked)).fetchall()]
    pq.write_table(rejects_table([*rejects, *unknown]), rejected, compression="zstd")
    counts = db.execute(
        """
        select
            count(*) filter (is_given), count(*) filter (is_given and diffusion is not null), (select count(*) from units where diffusion = 'withheld'),
            count(*) filter (not is_given and diffusion is not null)
        from wanted left join units using (siren)
        """
    ).fetchall()[0]
    return dict(zip(("given", "found", "withheld", "linked"), counts, strict=True))


def _claims_sql(from_stock: bool) -> str:
    """The claims of the table `known`."""
    branches = [
        f"select distinct document_id, mention_id, siren, stated_on, confidence, linked_name, {literal(s.property)} as property, {s.value} as value, {literal(PROPERTIES[s.property].value_kind)} as value_kind, "
        f"{s.original} as original, {s.as_of} as as_of, {literal(s.column if from_stock else s.field)} as place from known"
        for s in SAID
    ]
    return f"""
with said as (
    {" union all ".join(branches)}
),
located as (
    select *, 'siren:' || siren || '/' || {"'column:'" if from_stock else "'field:'"} || place as locator from said where value is not null
)
select
    digest6(document_id, locator, mention_id, property, value, '') as claim_id,
    document_id, locator, mention_id as subject_id, 'organisation' as subject_kind, property, value, value_kind,
    original, 'exact' as qualifier, '' as scope, as_of, stated_on,
    case when property = 'siren' and linked_name is not null then '{LINKED}' else '{METHOD}' end as method, confidence::double as confidence, '' as said_by
from located
order by claim_id"""
