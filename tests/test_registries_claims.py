"""From rows to claims: one a cell, each at its place in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from km0_pipeline import claims
from km0_pipeline.hub import Registry
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.registries.statements import registry_claims
from km0_pipeline.steps import Project, make

CSV = """Nom;SIRET;Bâtiment;Étage;Effectif;E-mail
Atelier Fictif;732 829 320 00074;B23;2;env. 20;camille@exemple.fr
Forge Fictive;;B23;;;
"""


def _project(project: Project, **limits: Any) -> Project:
    entries = (
        Registry(name="locataires", title="Locataires", path="registries/loc*", stated_on="2019-09", headcounts="exact"),
        Registry(name="annuaire", title="Annuaire", path="registries/ann*", at_hub=False, headcounts="exact"),
    )
    hub = project.hub.model_copy(update={"registries": entries, "limits": project.hub.limits.model_copy(update=limits)})
    return Project(project.root, hub)


def _claims(project: Project) -> list[dict[str, Any]]:
    registry_files(project)
    registry_rows(project)
    return pq.read_table(registry_claims(project).path).to_pylist()


@pytest.fixture
def said(project: Project) -> list[dict[str, Any]]:
    (project.raw / "registries" / "loc.csv").write_text(CSV, encoding="utf-8")
    return _claims(_project(project))


def test_each_cell_is_a_claim_at_its_place(said: list[dict[str, Any]]) -> None:
    first = {(c["property"], c["locator"], c["value"], c["original"]) for c in said if c["locator"].startswith("row:2")}
    assert first == {
        ("name", "row:2/column:Nom", "Atelier Fictif", "Atelier Fictif"),
        ("siret", "row:2/column:SIRET", "73282932000074", "732 829 320 00074"),
        ("siren", "row:2/column:SIRET", "732829320", "732 829 320 00074"),
        ("space", "row:2/column:Bâtiment", "B23, 2", "B23, 2"),
        ("headcount", "row:2/column:Effectif", "20", "env. 20"),
        ("email", "row:2/column:E-mail", "camille@exemple.fr", "camille@exemple.fr"),
        ("tenant_of", "row:2", next(c["value"] for c in said if c["property"] == "tenant_of"), "Atelier Fictif"),
    }


def test_claims_have_the_shape_and_the_ids_of_claims(project: Project, said: list[dict[str, Any]]) -> None:
    schema = pq.read_schema(project.made("registry_claims"))
    assert [(f.name, f.type) for f in schema] == [(f.name, f.type) for f in claims.CLAIMS]
    for c in said:
        again = claims.Claim(**{k: v for k, v in c.items() if k not in ("claim_id", "value_kind")})
        assert (c["claim_id"], c["value_kind"]) == (again.claim_id, again.value_kind)
    ids = [c["claim_id"] for c in said]
    assert ids == sorted(set(ids))


def test_a_headcount_counts_employees_and_keeps_its_qualifier(said: list[dict[str, Any]]) -> None:
    (headcount,) = [c for c in said if c["property"] == "headcount"]
    assert (headcount["scope"], headcount["qualifier"], headcount["stated_on"]) == ("employees", "about", "2019-09")
    assert {(c["scope"], c["qualifier"]) for c in said if c is not headcount} == {("", "exact")}


def test_tenants_are_said_to_be_tenants_of_the_hub(project: Project) -> None:
    for name in ("loc.csv", "ann.csv"):
        (project.raw / "registries" / name).write_text(CSV if name == "loc.csv" else "Nom;Ville\nMoulin Fictif;Colmar\n", encoding="utf-8")
    tenants = [c for c in _claims(_project(project)) if c["property"] == "tenant_of"]
    assert {(c["original"], c["value"]) for c in tenants} == {(n, project.hub.mention_id) for n in ("Atelier Fictif", "Forge Fictive")}


def test_claims_of_a_workbook_stand_at_its_cells(project: Project) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Locataires"
    for row in (["Titre"], ["Nom", None, "Effectif"], ["Atelier Fictif", None, 12]):
        book.worksheets[0].append(row)
    book.save(project.raw / "registries" / "loc.xlsx")
    assert {(c["property"], c["locator"]) for c in _claims(_project(project))} == {
        ("name", "sheet:Locataires/cell:A3"), ("headcount", "sheet:Locataires/cell:C3"), ("tenant_of", "sheet:Locataires/row:3"),
    }  # fmt: skip


def test_every_locator_leads_back_to_what_was_written(project: Project, said: list[dict[str, Any]]) -> None:
    lines = [line.split(";") for line in CSV.splitlines()]
    for c in said:
        if c["property"] not in ("tenant_of", "space"):
            row, column = c["locator"].removeprefix("row:").split("/column:")
            assert lines[int(row) - 1][lines[0].index(column)] == c["original"]


def test_in_shared_mode_only_organisations_of_several_sources_have_claims(project: Project) -> None:
    (project.raw / "registries" / "loc.csv").write_text(CSV, encoding="utf-8")
    project = _project(project, claims="shared")
    registry_files(project)
    rows = registry_rows(project)
    with duckdb.connect() as db:
        ids = db.execute(f"select mention_id, row from '{rows.path}'").fetchall()

    def mentions(out: Path) -> None:
        pq.write_table(pa.table({"mention_id": [i for i, _ in ids], "single": [row == 2 for _, row in ids]}), out)

    make(project, "entity_mentions", mentions, version="test")
    said = pq.read_table(registry_claims(project).path).to_pylist()
    assert {c["locator"].split("/")[0] for c in said} == {"row:3"}
    assert {c["property"] for c in said} == {"name", "space", "tenant_of"}


def test_r8_a_registry_that_keeps_its_headcounts_states_bands_and_no_row_holds_the_number(project: Project) -> None:
    lines = ["Nom;Effectif", "Atelier Fictif;env. 20", "Forge Fictive;10-19", "Moulin Fictif;moins de 10", "Verrerie Fictive;", "Tisserands Fictifs;0"]
    (project.raw / "registries" / "loc.csv").write_text("\n".join(lines), encoding="utf-8")
    entry = Registry(name="locataires", title="Locataires", path="registries/loc*")
    claims = _claims(Project(project.root, project.hub.model_copy(update={"registries": (entry,)})))
    assert not [c for c in claims if c["property"] == "headcount"]
    assert {(c["locator"], c["value"], c["original"], c["qualifier"]) for c in claims if c["property"] == "size_band"} == {
        ("row:2/column:Effectif", "20-49", "20-49", "about"), ("row:3/column:Effectif", "10-19", "10-19", "at_least"), ("row:6/column:Effectif", "0", "0", "exact"),
    }  # fmt: skip
    assert {r["headcount"] for r in pq.read_table(project.made("registry_rows")).to_pylist()} == {None}
