"""Machines that never saw the hub find its data: each description is valid by its own standard, and says what datapackage.json says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publish_world import DAY, TABLES, fill_library, fill_world

from km0_pipeline.hub import Hub, HubError
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata import schema_org
from km0_pipeline.publish.metadata.profile import profile
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from tests.conftest import hub_toml

SERVED = {"base_url": "https://data.example/", "bbox": (7.27, 47.72, 7.38, 47.78), "frequency": "monthly"}
SH = "http://www.w3.org/ns/shacl#"
NAMED = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix a: <http://publications.europa.eu/resource/authority/> .
<http://publications.europa.eu/resource/authority/language/ENG> a dct:LinguisticSystem, skos:Concept ; skos:prefLabel "English"@en ; skos:inScheme a:language .
<http://publications.europa.eu/resource/authority/file-type/GEOJSON> a dct:MediaTypeOrExtent, skos:Concept ; skos:prefLabel "GeoJSON"@en ; skos:inScheme a:file-type .
<http://publications.europa.eu/resource/authority/file-type/XLSX> a dct:MediaTypeOrExtent, skos:Concept ; skos:prefLabel "XLSX"@en ; skos:inScheme a:file-type .
<https://www.iana.org/assignments/media-types/application/geo+json> a dct:MediaType .
<https://www.iana.org/assignments/media-types/application/vnd.openxmlformats-officedocument.spreadsheetml.sheet> a dct:MediaType .
"""
"""What the stub of STANDARDS 2.5 lacks of the European lists."""


def with_publisher(project: Project, **settings: Any) -> Project:
    publisher = project.hub.publisher.model_copy(update=settings)
    return replace(project, hub=project.hub.model_copy(update={"publisher": publisher}))


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The library's tables published where they are served at an address, twice there, and where they are not."""
    found = {}
    for name, settings in (("served", SERVED), ("unserved", {})):
        root = tmp_path_factory.mktemp(name)
        hub_toml(root)
        project = with_publisher(Project.at(root), **settings)
        fill_library(project)
        found[name] = publish(project, DAY).folder
    project = with_publisher(project.at(found["served"].parents[2]), **SERVED, keywords=("essai",))
    found["second"] = publish(project, date(2026, 12, 1)).folder
    return found


def violations(catalogue: str, shapes: Path, *files: str) -> tuple[list[str], list[str]]:
    """What DCAT-AP's shapes find in a catalogue in Turtle, by severity: violations and warnings, as the path and the value."""
    from pyshacl import validate
    from rdflib import RDF, Graph, URIRef

    rules = Graph()
    for file in files:
        rules.parse(shapes / "dcat-ap-3.0.1" / "html-shacl" / file)
    for shape in {s for s in rules.subjects() if "Checksum_ShapeCV" in s}:  # it wants https where SPDX has http
        rules.remove((shape, None, None))
    data = Graph().parse(data=catalogue, format="turtle", publicID="https://data.example/2026.11.22/")
    mine = set(data.subjects())
    data.parse(shapes / "examples" / "vocab_stub.ttl").parse(data=NAMED, format="turtle")
    _, report, _ = validate(data, shacl_graph=rules, inference="none", allow_warnings=True, do_owl_imports=False)
    found: dict[str, list[str]] = {"Violation": [], "Warning": []}
    for whole in report.subjects(RDF.type, URIRef(SH + "ValidationReport")):
        for result in report.objects(whole, URIRef(SH + "result")):
            node, path, value, severity = (report.value(result, URIRef(SH + p)) for p in ("focusNode", "resultPath", "value", "resultSeverity"))
            if node in mine:
                found[str(severity).removeprefix(SH)].append(f"{path} {value}")
    return sorted(found["Violation"]), sorted(found["Warning"])


@pytest.mark.shared
@pytest.mark.parametrize("where", ["served", "unserved", "second"])
@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_the_catalogue_is_dcat_ap(snapshots: dict[str, Path], shared: Path, where: str, form: str) -> None:
    text = (snapshots[where] / f"catalog.{form}").read_text()
    if form == "jsonld":
        from rdflib import Graph

        text = Graph().parse(data=text, format="json-ld", base="https://data.example/2026.11.22/").serialize(format="turtle")
    broken, warned = violations(text, shared / "standards", "shapes.ttl", "shapes_recommended.ttl")
    assert broken == []
    recommended = {w.split()[0].rpartition("/")[2] for w in warned}
    assert recommended <= {"type", "dcat#centroid", "dcat#bbox", "temporal"}  # the publisher's kind, the place; these tables have no dates
    if where != "unserved":
        assert violations(text, shared / "standards", "shapes.ttl", "range.ttl")[0] == []
        assert violations(text, shared / "standards", "mdr-vocabularies.shape.ttl")[0] == []
        assert violations(text, shared / "standards", "deprecateduris.ttl")[0] == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("good", "bad", "where"),
    [
        ("dcat:accessURL", "dcat:accesURL", "accessURL"),
        ("dcterms:title", "dcterms:titre", "title"),
        ('"^^xsd:hexBinary', '"', "checksumValue"),
        ("dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ECON>", 'dcat:theme "économie"', "theme"),
        ("frequency/MONTHLY", "frequency/SOMETIMES", "accrualPeriodicity"),
    ],
)
def test_the_shapes_see_what_is_broken(snapshots: dict[str, Path], shared: Path, good: str, bad: str, where: str) -> None:
    text = (snapshots["served"] / "catalog.ttl").read_text()
    assert good in text
    found, _ = violations(text.replace(good, bad), shared / "standards", "shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl")
    assert any(where in f for f in found)


def test_turtle_and_json_ld_say_the_same(snapshots: dict[str, Path]) -> None:
    from rdflib import Graph
    from rdflib.compare import isomorphic

    graphs = [Graph().parse(snapshots["unserved"] / name, publicID="https://data.example/") for name in ("catalog.ttl", "catalog.jsonld")]
    assert len(graphs[0]) > 300
    assert isomorphic(*graphs)


def test_the_catalogue_gives_each_file_with_its_size_sum_and_address(snapshots: dict[str, Path]) -> None:
    for where, base in (("served", "https://data.example/2026.11.22/"), ("unserved", "")):
        folder = snapshots[where]
        data = json.loads((folder / "catalog.jsonld").read_text())["dcat:dataset"]
        given = {d["dct:identifier"]: d for d in data["dcat:distribution"]}
        resources = datapackage.read(folder)["resources"]
        assert given.keys() == {r["path"] for r in resources}
        for r in resources:
            one = given[r["path"]]
            assert one["dcat:downloadURL"] == base + r["path"]
            assert (int(one["dcat:byteSize"]), one["spdx:checksum"]["spdx:checksumValue"]["@value"]) == (r["bytes"], r["hash"].removeprefix("sha256:"))


def test_a_later_version_is_the_same_dataset_and_leads_to_the_one_before(snapshots: dict[str, Path]) -> None:
    first, second = (json.loads((snapshots[n] / "catalog.jsonld").read_text())["dcat:dataset"] for n in ("served", "second"))
    assert first["dct:identifier"] == second["dct:identifier"] == "https://data.example/#dataset"
    assert (first["dct:issued"], first["dct:modified"]) == ("2026-11-22", "2026-11-22")
    assert (second["dct:issued"], second["dct:modified"], second["dcat:version"]) == ("2026-11-22", "2026-12-01", "2026.12.1")
    assert second["dcat:hasVersion"]["dcat:previousVersion"] == first["dcat:hasVersion"]["@id"] == "https://data.example/2026.11.22/"
    assert "dcat:previousVersion" not in first["dcat:hasVersion"]


def test_without_an_address_names_are_urns_that_stay_and_there_is_nothing_to_harvest(snapshots: dict[str, Path], project: Project) -> None:
    data = json.loads((snapshots["unserved"] / "catalog.jsonld").read_text())["dcat:dataset"]
    assert data["@id"].startswith("urn:uuid:")
    assert not (snapshots["unserved"] / "catalog-harvest.ttl").exists()
    fill_world(project)
    other = publish(project, date(2027, 1, 1), TABLES).folder
    assert json.loads((other / "catalog.jsonld").read_text())["dcat:dataset"]["@id"] == data["@id"]


def test_the_harvest_is_what_data_gouv_fr_can_save_and_its_addresses_stay(snapshots: dict[str, Path]) -> None:
    from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

    addresses = []
    for where in ("served", "second"):
        text = (snapshots[where] / "catalog-harvest.ttl").read_text()
        assert "hexBinary" not in text
        graph = Graph().parse(data=text, format="turtle")
        [dataset] = graph.subjects(RDF.type, DCAT.Dataset)
        assert str(graph.value(dataset, DCTERMS.identifier)) == "https://data.example/#dataset"
        assert [t.language for t in graph.objects(dataset, DCTERMS.title)] == ["fr"]
        place = graph.value(dataset, DCTERMS.spatial)
        assert str(graph.value(place, DCAT.bbox)) == "POLYGON((7.27 47.72,7.38 47.72,7.38 47.78,7.27 47.78,7.27 47.72))"
        assert {str(o) for o in graph.objects(None, DCTERMS.license)} == {"https://www.etalab.gouv.fr/licence-ouverte-open-licence"}
        assert graph.value(dataset, DCTERMS.accrualPeriodicity) == URIRef("http://publications.europa.eu/resource/authority/frequency/MONTHLY")
        addresses.append({str(o) for o in graph.objects(None, DCAT.downloadURL)})
    assert addresses[0] == addresses[1]
    assert "https://data.example/latest/organisations.csv" in addresses[0]


def test_each_table_is_a_dataset_of_schema_org_with_what_search_engines_ask_for(snapshots: dict[str, Path]) -> None:
    for where, base in (("served", "https://data.example/2026.11.22/"), ("unserved", "")):
        folder = snapshots[where]
        found = json.loads((folder / "schema.jsonld").read_text())
        assert found["@context"] == "https://schema.org/"
        whole, *tables = found["@graph"]
        assert [{"@id": t["@id"]} for t in tables] == whole["hasPart"]
        assert len(tables) == len({r["km0:table"] for r in datapackage.read(folder)["resources"] if "km0:table" in r})
        for one in (whole, *tables):
            assert one["@type"] == "Dataset"
            assert one["name"]
            assert 50 <= len(one["description"]) <= 5000
            assert one["license"].startswith("https://")
            assert one["creator"]["name"] == "KM0"
            assert one["version"] == "2026.11.22"
            assert one["spatialCoverage"]["name"] == "Mulhouse"
        [organisations] = [t for t in tables if t["distribution"][0]["name"] == "organisations.csv"]
        assert [d["contentUrl"] for d in organisations["distribution"]] == [f"{base}organisations.csv", f"{base}organisations.parquet"]
        assert "siren" in [v["name"] for v in organisations["variableMeasured"]]


def test_a_short_or_endless_description_still_fits_search_engines(project: Project) -> None:
    fill_world(project)
    folder = publish(project, DAY, TABLES).folder
    package = datapackage.read(folder)
    nothing = profile(duckdb.connect(), folder / "visits.parquet", package["resources"][0]["schema"])
    for description in ("Court.", "mot " * 3000):
        package["resources"][0]["description"] = description
        assert 50 <= len(schema_org.of_table(project.hub, package, package["resources"][0]["km0:table"], nothing)["description"]) <= 5000


def test_csvw_and_croissant_tell_the_types_keys_and_sums_of_the_table_schemas(snapshots: dict[str, Path]) -> None:
    folder = snapshots["served"]
    resources = {r["path"]: r for r in datapackage.read(folder)["resources"]}
    csvw = json.loads((folder / "csv-metadata.json").read_text())
    for table in csvw["tables"]:
        schema = resources[table["url"]]["schema"]
        assert [c["name"] for c in table["tableSchema"]["columns"]] == [f["name"] for f in schema["fields"]]
        assert table["tableSchema"]["primaryKey"] == schema["primaryKey"]
        for key in table["tableSchema"].get("foreignKeys", ()):
            assert (folder / key["reference"]["resource"]).exists()
    columns = {c["name"]: c for t in csvw["tables"] if t["url"] == "organisations.csv" for c in t["tableSchema"]["columns"]}
    assert columns["siren"]["datatype"] == {"base": "string", "format": "[0-9]{9}"}
    assert columns["area_m2"]["datatype"] == {"base": "double", "minimum": 0}
    assert (columns["name"]["required"], columns["siren"]["required"]) == (True, False)
    croissant = json.loads((folder / "croissant.json").read_text())
    assert {f["@id"]: f["sha256"] for f in croissant["distribution"]} == {
        p: r["hash"].removeprefix("sha256:") for p, r in resources.items() if r["format"] == "parquet" and "km0:table" in r
    }
    ids = {f["@id"] for records in croissant["recordSet"] for f in records["field"]}
    assert {k["@id"] for records in croissant["recordSet"] for k in records["key"]} <= ids


def test_the_hub_s_settings_of_the_catalogue_make_new_content(project: Project) -> None:
    fill_world(project)
    publish(project, DAY, TABLES)
    assert not publish(project, DAY, TABLES).new
    assert publish(with_publisher(project, frequency="monthly"), DAY, TABLES).new


def test_odd_words_of_hub_toml_come_back_from_turtle_as_they_were(project: Project) -> None:
    from rdflib import DCAT, DCTERMS, RDF, Graph

    odd = 'L\'« essai » \\ "cité" <b>\n\u202e🚀 http://snapshot.example/'
    here = with_publisher(project, title=odd, title_en=odd, keywords=(odd,))
    fill_world(here)
    graph = Graph().parse(publish(here, DAY, TABLES).folder / "catalog.ttl", publicID="https://data.example/")
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        assert {str(o) for o in graph.objects(dataset, DCTERMS.title)} == {str(o) for o in graph.objects(dataset, DCAT.keyword)} == {odd}


@pytest.mark.parametrize(
    ("setting", "bad"),
    [
        ('website = "https://km0.info"', 'website = "https://km0.info/{page}"'),
        ('base_url = ""', "base_url = 'https://data.example/\"x\"/'"),
        ('contact = "donnees@km0.example"', 'contact = "<donnees@km0.example>"'),
    ],
)
def test_an_address_that_no_catalogue_can_name_is_refused_when_hub_toml_is_read(project: Project, setting: str, bad: str) -> None:
    path = project.root / "hub.toml"
    text = path.read_text(encoding="utf-8")
    assert setting in text
    path.write_text(text.replace(setting, bad), encoding="utf-8")
    with pytest.raises(HubError, match=bad.split(" ")[0]):
        Hub.load(path)
