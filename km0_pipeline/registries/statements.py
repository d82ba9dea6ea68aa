"""From rows to claims: step `registry_claims`.

Each cell that has a value is one claim, at the cell; a row of a registry of the hub's tenants is
one more, at the row: `tenant_of`. With `limits.claims = "shared"` in hub.toml only the rows of
organisations that two or more mentions speak of are turned into claims.

Belongs here: the long form of `registry_rows`. What a cell means was decided in `read`.
"""

from __future__ import annotations

from pathlib import Path

from km0_pipeline.claims import DIGEST_SQL, PROPERTIES
from km0_pipeline.registries import columns
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, code_version, make

VERSION = code_version(__file__)
METHOD = "registry/1"


def registry_claims(project: Project) -> Made:
    """Step: the claims of the registries, `claims.CLAIMS`, sorted by `claim_id`."""
    shared = project.hub.limits.claims == "shared"
    inputs = ["registry_rows", "registry_columns", *(["entity_mentions"] if shared else [])]

    def build(out: Path) -> dict[str, int]:
        with connect(project.warehouse) as db:
            db.execute(DIGEST_SQL)
            for name in inputs:
                db.execute(f"create view {name} as from read_parquet({location(project.made(name))})")
            wanted = "from registry_rows"
            if shared:
                wanted += " where mention_id in (select mention_id from entity_mentions where not single)"
            db.execute(f"create {'table' if shared else 'view'} wanted as {wanted}")
            db.execute(f"copy ({claims_sql(project.hub.mention_id)}) to {literal(str(out))} (format parquet, compression zstd)")
        return {}

    return make(project, "registry_claims", build, inputs=inputs, version=VERSION, parameters=[project.hub.mention_id, str(shared)])


def claims_sql(hub: str) -> str:
    """All claims of the relation `wanted`; `place` is where in a row the column of a property stands."""
    own = [p for p in columns.PROPERTIES if p in PROPERTIES]
    branches = [_cell_sql(p) for p in own]
    branches.append(
        """select document_id, sheet, "row", mention_id, stated_on, 'coordinates' as property, latitude || ',' || longitude as value,
        coalesce(latitude_original, latitude) || ', ' || coalesce(longitude_original, longitude) as original, 'exact' as qualifier, '' as scope,
        'latitude' as said_by
        from wanted where latitude is not null and longitude is not null"""
    )
    branches.append(
        f"""select document_id, sheet, "row", mention_id, stated_on, 'tenant_of' as property, {literal(hub)} as value,
        coalesce(name_original, name) as original, 'exact' as qualifier, '' as scope, null as said_by
        from wanted where at_hub"""
    )
    kinds = " ".join(f"when '{p}' then '{PROPERTIES[p].value_kind}'" for p in (*own, "coordinates", "tenant_of"))
    return f"""
with said as (
    {" union all ".join(branches)}
),
-- where several columns state one property together, the first
places as (
    select document_id, sheet, property, arg_min(locator, position) as place
    from registry_columns
    where property <> ''
    group by all
),
located as (
    select s.*, case
        when p.place is null then if(s.sheet = '', '', 'sheet:' || s.sheet || '/') || 'row:' || s."row"
        when s.sheet = '' then 'row:' || s."row" || '/' || p.place
        else 'sheet:' || s.sheet || '/cell:' || p.place || s."row" end as locator
    from said as s
    left join places as p on p.document_id = s.document_id and p.sheet = s.sheet and p.property = s.said_by
)
select
    digest6(document_id, locator, mention_id, property, value, scope) as claim_id,
    document_id, locator, mention_id as subject_id, 'organisation' as subject_kind, property, value,
    case property {kinds} end as value_kind,
    original, qualifier, scope, '' as as_of, stated_on, '{METHOD}' as method, 1.0::double as confidence, '' as said_by
from located
order by claim_id"""


def _cell_sql(prop: str) -> str:
    """The claims that one property makes. A SIREN taken from the SIRET is said by the SIRET's cell, a legal form in a name by the name's."""
    qualifier = {"headcount": "headcount_qualifier", "size_band": "coalesce(headcount_qualifier, 'exact')"}.get(prop, "'exact'")
    scope = "employees" if prop == "headcount" else ""
    said_by = f"'{prop}'"
    if prop == "size_band":
        said_by = "'headcount'"
    if prop == "siren":
        said_by = "if(siren_original = coalesce(siret_original, siret), 'siret', 'siren')"
    if prop == "legal_form":
        said_by = "if(legal_form_original = coalesce(name_original, name), 'name', 'legal_form')"
    return f"""select document_id, sheet, "row", mention_id, stated_on, {literal(prop)} as property, {prop} as value,
        coalesce({prop}_original, {prop}) as original, {qualifier} as qualifier, {literal(scope)} as scope, {said_by} as said_by
        from wanted where {prop} is not null"""


