"""The hub in the national schemas of economic sites: valid by them, or not there; nothing is made up, and no contact leaves."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, FRESH, fill, fill_steps
from register_world import number, siret

from km0_pipeline.economic_site import OWNERS, STATES, TYPES, USES, EconomicSite
from km0_pipeline.hub import Hub, HubError
from km0_pipeline.publish import national
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.summary import summary
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables, arrow_schema, table
from tests.conftest import ROOT

PERIMETER = '{"type": "Polygon", "coordinates": [[[7.33, 47.74], [7.34, 47.74], [7.34, 47.75], [7.33, 47.74]]]}'
GIVEN = EconomicSite(
    id="68224_SITE-ECO_00001", pole_id="68224_POLE-ECO_00001", terrain_ids=("68224_TERRAIN-ECO_00001", "68224_TERRAIN-ECO_00002"),
    type="site économique historique hors ZAE", use="tertiaire", state="existant et actif", owner="société d'économie mixte", area_ha=1.25,
    usable_area_ha=1, identified_on="2024-01-31", perimeter=PERIMETER, epci_name="Mulhouse Alsace Agglomération", epci_siren="200066009",
)  # fmt: skip
SIREN = number("99000012")
REGISTRY, PRESS, SIRENE = "a" * 20, "b" * 20, "c" * 20


def organisation(n: int, **cells: Any) -> dict[str, Any]:
    return {
        "organisation_id": f"org-{n:016x}", "name": f"Atelier Fictif {n}", "is_hub": False, "sources": 1, "first_document_id": PRESS, "first_locator": "char:0-9",
        "siren": SIREN, "siret": siret(SIREN, f"{n:04}"), "legal_name": "ATELIER FICTIF SAS", "legal_form": "SAS", "naf_code": "62.01Z", "activity": "logiciels",
        "size_band": "6-9", "state": "active", "address": "3 rue du Hub", "postcode": "68100", "commune": "Mulhouse", "commune_code": "68224",
        "latitude": 47.742, "longitude": 7.331,
    } | cells  # fmt: skip


def tenancy(n: int, **cells: Any) -> dict[str, Any]:
    return {
        "tenancy_id": f"ten-{n:016x}-00000000", "organisation_id": f"org-{n:016x}", "host_id": f"org-{0:016x}", "status": "current", "basis": "registry",
        "valid_from": "2021-09-01", "document_id": REGISTRY, "locator": "row:2",
    } | cells  # fmt: skip


def claim(n: int, key: int, prop: str, value: str, original: str, method: str = "register/1", **cells: Any) -> dict[str, Any]:
    return {
        "claim_id": f"{100 * n + key:020x}", "document_id": SIRENE, "locator": "siren", "subject_id": f"m{n:019x}", "subject_kind": "organisation",
        "entity_id": f"org-{n:016x}", "property": prop, "value": value, "value_kind": "text", "original": original, "qualifier": "exact", "method": method,
        "confidence": 1.0, "first_version": "2026.11.22",
    } | cells  # fmt: skip


def claims(n: int, legal_form: str) -> list[dict[str, Any]]:
    return [
        claim(n, 1, "legal_form", legal_form, "1000" if legal_form == "entreprise individuelle" else "5710"),
        claim(n, 2, "size_band", "6-9", "03", as_of="2023"),
        claim(n, 3, "coordinates", "47.742000,7.331000", "3 Rue du Hub 68100 Mulhouse", "geocoder/1", locator="ban:68224_0001_00003"),
    ]


Tenant = tuple[dict[str, Any], dict[str, Any]]


def rows(*tenants: Tenant, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Rows by table of a hub that these organisations and tenancies are in; `without` leaves out their claims of these properties."""

    def source(document: str, kind: str, title: str) -> dict[str, Any]:
        return {"document_id": document, "kind": kind, "title": title, "format": "csv", "path": f"{document}.csv", "publisher": "Fictif", "licence": "etalab-2.0", "first_version": "2026.3.1-2"}

    host = organisation(0, is_hub=True, name="Hub Fictif", siren=None, siret=None)
    return {
        "sources": [source(REGISTRY, "registry", "Locataires"), source(PRESS, "press", "Fictive, la gazette"), source(SIRENE, "register", "Base Sirene, stock de 2026-05-30")],
        "organisations": [host, *(o for o, _ in tenants)],
        "tenancies": [t for _, t in tenants],
        "claims": [c for o, _ in tenants for c in claims(int(o["organisation_id"][4:], 16), o["legal_form"]) if c["property"] not in without],
    }


def published(project: Project, *tenants: Tenant) -> Path:
    said = rows(*tenants)
    fill_steps(project)
    for each in all_tables():
        fill(project, each, said.get(each.name, [FRESH] if each.name == "freshness" else []))
    return publish(project, DAY).folder


def found(tmp_path: Path, *tenants: Tenant, site: EconomicSite = GIVEN, without: tuple[str, ...] = ()) -> national.Made:
    """The establishments of such a hub, from its tables alone."""
    for name, said in rows(*tenants, without=without).items():
        pq.write_table(pa.Table.from_pylist(said, arrow_schema(table(name))), tmp_path / f"{name}.parquet")
    return national.exports(tmp_path, hub(site), DAY)[national.ESTABLISHMENTS]


def hub(site: EconomicSite) -> Hub:
    return Hub.load(ROOT / "hub.toml").model_copy(update={"economic_site": site})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of a hub of which hub.toml says all, with two tenants of which all is known."""
    root = tmp_path_factory.mktemp("national")
    tenants = [(organisation(1), tenancy(1)), (organisation(2, name='Fabrique "Imaginaire", l\'essai'), tenancy(2))]
    return published(Project(root, hub(GIVEN)), *tenants)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def errors(path: Path, schema: Path) -> list[str]:
    """What frictionless finds wrong with a CSV file by a schema."""
    from frictionless import Resource, Schema

    with_schema = Resource(path=path.name, basepath=str(path.parent), schema=Schema.from_descriptor(json.loads(schema.read_text(encoding="utf-8"))))
    return [error.message for task in with_schema.validate().tasks for error in task.errors]


def schema_of(shared: Path, name: str) -> Path:
    return shared / "standards" / "schema.data.gouv.fr" / "cnigfr" / name / "schema.json"


def test_a_tenant_of_which_all_is_known_is_an_establishment(snapshot: Path) -> None:
    row, _ = read(snapshot, national.ESTABLISHMENTS)
    filled = {k: v for k, v in row.items() if v}
    assert filled == {
        "SIRET": siret(SIREN, "0001"), "SIREN": SIREN, "terr_id": "68224_TERRAIN-ECO_00001|68224_TERRAIN-ECO_00002", "ban-id": "68224_0001_00003",
        "etab_adresse": "3 rue du Hub, 68100 Mulhouse", "etab_raison_sociale": "ATELIER FICTIF SAS", "etab_nat_juridique": "5710", "etab_nom": "Atelier Fictif 1",
        "epci_nom": "Mulhouse Alsace Agglomération", "epci_siren": "200066009", "comm_nom": "Mulhouse", "comm_insee": "68224",
        "etab_creation_date": "2021-09-01", "etab_identif_date": "2026-03-01", "etab_actu_date": "2026-11-22", "etab_actif": "oui", "etab_activite_code": "6201Z",
        "etab_activite_libelle": "logiciels", "etab_effectif_code": "03", "etab_effectif_libelle": "6 à 9 salariés", "etab_effectif_annee": "2023",
        "etab_source_info": "Base Sirene, stock de 2026-05-30 ; Locataires", "geocodage_qualite": "localisation à la plaque adresse",
        "etab_geompoint": '{"type": "MultiPoint", "coordinates": [[7.331, 47.742]]}',
    }  # fmt: skip


@pytest.mark.shared
def test_both_files_are_valid_by_their_schemas(snapshot: Path, shared: Path) -> None:
    for name in (national.ESTABLISHMENTS, national.SITE):
        assert errors(snapshot / f"{name}.csv", schema_of(shared, name)) == []


def test_both_files_are_part_of_the_whole(snapshot: Path) -> None:
    assert verify(snapshot) == []
    said = {r["name"]: r for r in json.loads((snapshot / "datapackage.json").read_text())["resources"]}
    schema = "https://schema.data.gouv.fr/schemas/cnigfr/sites-economiques-site-eco/1.0.1/schema.json"
    assert said[national.SITE]["schema"] == schema
    assert schema in (snapshot / "catalog.ttl").read_text()
    assert (snapshot / "README.md").read_text().count("](sites-economiques-site-eco.csv)") == 2
    [site] = read(snapshot, national.SITE)
    assert (site["site_id"], site["site_surf_brute"], site["site_surf_utile"], site["site_nom"]) == ("68224_SITE-ECO_00001", "1.25", "1", "KM0")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (national.ESTABLISHMENTS, "2021-09-01", "2021"),
        (national.ESTABLISHMENTS, "5710", ""),
        (national.ESTABLISHMENTS, '""MultiPoint""', '""Nowhere""'),
        (national.SITE, "2024-01-31", "en 2024"),
        (national.SITE, "1.25", "un hectare"),
        (national.SITE, "68224_POLE-ECO_00001", ""),
    ],
)
def test_the_schemas_see_what_is_broken(snapshot: Path, tmp_path: Path, shared: Path, name: str, good: str, bad: str) -> None:
    text = (snapshot / f"{name}.csv").read_text(encoding="utf-8")
    assert good in text
    path = tmp_path / f"{name}.csv"
    path.write_text(text.replace(good, bad), encoding="utf-8")
    assert errors(path, schema_of(shared, name))


@pytest.mark.shared
def test_columns_and_words_are_those_of_the_schemas(shared: Path) -> None:
    enums = {}
    for name in (national.ESTABLISHMENTS, national.SITE):
        fields = json.loads(schema_of(shared, name).read_text(encoding="utf-8"))["fields"]
        assert tuple(f["name"] for f in fields) == national.COLUMNS[name]
        assert tuple(f["name"] for f in fields if f["constraints"]["required"]) == national.REQUIRED[name]
        enums |= {f["name"]: tuple(f["enum"]) for f in fields if "enum" in f}
    assert (enums["site_type"], enums["site_vocadomi"], enums["site_etat"], enums["site_moa_type"]) == (TYPES, USES, STATES, OWNERS)


@pytest.mark.parametrize(
    ("cells", "since", "without", "lacking"),
    [
        ({"siret": None}, "2021-09-01", (), ["SIREN", "SIRET"]),
        ({"legal_name": None}, "2021-09-01", (), ["etab_raison_sociale"]),
        ({"activity": None, "naf_code": None}, "2021-09-01", (), ["etab_activite_code", "etab_activite_libelle"]),
        ({"size_band": None}, "2021-09-01", (), ["etab_effectif_annee", "etab_effectif_code", "etab_effectif_libelle"]),
        ({"size_band": "10-19"}, "2021-09-01", (), ["etab_effectif_annee"]),
        ({"latitude": None, "longitude": None}, "2021-09-01", (), ["etab_geompoint"]),
        ({}, "2021", (), ["etab_creation_date"]),
        ({}, "2021-03-01/2021-09-01", (), ["etab_creation_date"]),
        ({}, None, (), ["etab_creation_date"]),
        ({}, "2021-09-01", ("legal_form",), ["etab_nat_juridique"]),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_made_up(tmp_path: Path, cells: dict[str, Any], since: str | None, without: tuple[str, ...], lacking: list[str]) -> None:
    made = found(tmp_path, (organisation(1, **cells), tenancy(1, valid_from=since)), without=without)
    assert (made.rows, made.candidates, sorted(made.lacking)) == ([], 1, lacking)


def test_only_current_tenants_in_the_commune_that_are_no_natural_persons_are_establishments(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        (organisation(1), tenancy(1)),
        (organisation(2), tenancy(2, status="left")),
        (organisation(3, commune_code="67482", commune="Strasbourg"), tenancy(3)),
        (organisation(4, state="ceased"), tenancy(4)),
        (organisation(5), tenancy(5, closed_version="2026.11.22")),
        (organisation(6, legal_form="entreprise individuelle"), tenancy(6)),
    )
    assert [row["etab_nom"] for row in made.rows] == ["Atelier Fictif 1"]
    assert found(tmp_path, (organisation(2), tenancy(2, status="left"))).lack == "a current tenant"


def test_no_contact_is_ever_given(snapshot: Path) -> None:
    rows = read(snapshot, national.ESTABLISHMENTS)
    assert len(rows) == 2
    assert {(row["etab_contact_mail"], row["etab_contact_tel"]) for row in rows} == {("", "")}


def test_a_place_that_a_registry_gives_does_not_pass_for_the_geocoder_s(tmp_path: Path) -> None:
    made = found(tmp_path, (organisation(1), tenancy(1)), (organisation(2, latitude=47.75), tenancy(2)))
    assert [(row["ban-id"], row["geocodage_qualite"]) for row in made.rows] == [("68224_0001_00003", "localisation à la plaque adresse"), ("", "inconnu")]


def test_without_settings_there_are_no_files_and_nothing_is_said_of_them(project: Project) -> None:
    folder = published(project, (organisation(1), tenancy(1)))
    assert not list(folder.glob("sites-economiques*"))
    assert "sites-economiques" not in (folder / "README.md").read_text()
    assert "national" not in summary(project, publish(project, DAY))


def test_with_some_settings_the_summary_says_what_lacks(project: Project) -> None:
    some = replace(project, hub=hub(EconomicSite(id="1", epci_name="Inventée")))
    folder = published(some, (organisation(1), tenancy(1)))
    assert not list(folder.glob("sites-economiques*"))
    assert (
        "national      sites-economiques-etablissement.csv: not written; lacking: epci_siren, terr_id\n"
        "              sites-economiques-site-eco.csv: not written; lacking: pole_id, site_epci_siren, site_etat, site_geomsurf, site_identif_date, "
        "site_moa_type, site_surf_brute, site_surf_utile, site_type, site_vocadomi\n"
    ) in summary(some, publish(some, DAY))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("type = 'zone inventée'", "economic_site.type: found 'zone inventée'; expected: one of: zone d'activité économique;"),
        ("perimeter = '{\"type\": \"Point\", \"coordinates\": [7, 47]}'", "economic_site.perimeter"),
        ("perimeter = '{\"type\": \"Polygon\", \"coordinates\": [[[7, 47], [8, 47], [8, 48]]]}'", "a Polygon or MultiPolygon in GeoJSON, each ring closed"),
        ("perimeter = 'ici'", "a Polygon or MultiPolygon in GeoJSON"),
        ("identified_on = '2024-02-30'", "economic_site.identified_on"),
        ("epci_siren = '2000'", "economic_site.epci_siren: found '2000'"),
        ("surface = 1", "economic_site.surface: no such setting; did you mean"),
    ],
)
def test_a_setting_that_the_standard_does_not_know_is_refused_with_its_line(project: Project, setting: str, sentence: str) -> None:
    path = project.root / "hub.toml"
    text = path.read_text(encoding="utf-8") + f"\n[economic_site]\n{setting}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HubError) as e:
        Hub.load(path)
    assert f"hub.toml, line {len(text.splitlines())}: " in str(e.value)
    assert sentence in str(e.value)


def test_what_is_said_of_the_site_makes_hub_toml_another_document() -> None:
    assert hub(GIVEN).document_id != hub(EconomicSite()).document_id
    assert hub(GIVEN).mention_id == hub(EconomicSite()).mention_id


def test_bands_of_employees_are_said_as_the_register_says_them() -> None:
    said = {band: national._employees(band) for band in ("0", "1-2", "3-5", "10000+", "")}
    assert said == {"0": "0 salarié", "1-2": "1 ou 2 salariés", "3-5": "3 à 5 salariés", "10000+": "10000 salariés et plus", "": ""}
