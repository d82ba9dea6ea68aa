"""The national register in the whole pipeline: what is published once it is switched on, and what no longer is.

Two `make run` of one hub, the second with a stock in hub.toml.
"""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner
from register_world import BOREALE, CHIMERE, PAUL, VERGER, given, number, siret, with_stock

from km0_pipeline.cli import main
from km0_pipeline.explain import explain
from km0_pipeline.steps import Project
from tests.conftest import hub_toml
from tests.runs import Ran, make_run, rows

pytestmark = pytest.mark.pipeline
LUNE, ETOILE = number("99000010"), number("99000011")
Runs = tuple[Project, Ran, Ran]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    for folder in ("press", "registries", "decisions"):
        (root / "data" / "raw" / folder).mkdir(parents=True)
    settings = root / "hub.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("row_drop = 0.3", "row_drop = 1"), encoding="utf-8"
    )
    project = Project.at(root)
    given(
        project,
        f"Chimère;{CHIMERE};;3 rue du Hub;68100;Mulhouse",
        f"Paul Imaginé;{PAUL};;1 rue Inventée;68100;Mulhouse",
        "Paul Imaginé;;;2 rue Inventée;68100;Mulhouse",
        f"Boréale;{BOREALE};;9 rue Cachée;68100;Mulhouse",
        f"Le Verger;{VERGER};;;;",
        "Sans Numéro Fictif;;;;;",
        f"Atelier Secret;{PAUL};{siret(VERGER)};;68100;Mulhouse",
        "Fonderie lunaire fictive;;;;68100;Mulhouse",
        "Stellaire Conseil;;;;68100;Mulhouse",
    )
    off = make_run(root)
    assert off.returncode == 0, off.stdout + off.stderr
    stock = ", ".join(f'"{path}"' for path in with_stock(project, companies={LUNE: "FONDERIE LUNAIRE FICTIVE", ETOILE: "STELLAIRE"}).hub.register.stock)
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[register]\nstock = [{stock}]\n", encoding="utf-8")
    on = make_run(root, "2026-03-02")
    assert on.returncode == 0, on.stdout + on.stderr
    return Project.at(root), off, on


def test_the_summary_says_what_was_left_out_or_found(runs: Runs) -> None:
    _, off, on = runs
    assert "register      left out: no number is looked up" in off.stdout
    assert "register      4 of 4 SIREN numbers found, stock of 2026-05-30; 1 more linked by name; 1 withheld, at that person's wish" in on.stdout
    assert "1 pair of organisations may be one; to decide: .venv/bin/km0 review entities" in on.stdout


def test_organisations_have_what_the_register_says_and_keep_the_name_they_are_known_by(runs: Runs) -> None:
    project, *_ = runs
    found = {r["name"]: r for r in rows(project, "organisations")}
    chimere, verger = found["Chimère"], found["Le Verger"]
    assert {k: chimere[k] for k in ("legal_name", "siret", "legal_form", "naf_code", "naf25_code", "size_band", "state", "founded_on", "address")} == {
        "legal_name": "ATELIERS CHIMERE SAS", "siret": siret(CHIMERE), "legal_form": "SAS", "naf_code": "62.01Z", "naf25_code": "62.10Y", "size_band": "10-19",
        "state": "active", "founded_on": "2015-04-01", "address": "3 rue du Hub",
    }  # fmt: skip
    assert (verger["state"], verger["ceased_on"]) == ("ceased", "2023-06-30")
    assert found["Sans Numéro Fictif"]["state"] == ""


def test_who_has_no_number_gets_it_by_name_and_it_is_said_why(runs: Runs) -> None:
    project, *_ = runs
    (lune,) = [r for r in rows(project, "organisations") if r["name"] == "Fonderie lunaire fictive"]
    assert (lune["siren"], lune["legal_name"], lune["legal_form"]) == (LUNE, "FONDERIE LUNAIRE FICTIVE", "SAS")
    (row,) = explain(project, "organisations", "Fonderie lunaire fictive", "siren")
    (cell,) = row.cells
    assert cell.rests_on is not None and (cell.rests_on.words, cell.rests_on.confidence) == ("FONDERIE LUNAIRE FICTIVE", 0.99)
    (claim,) = [c for c in rows(project, "claims") if c["value"] == LUNE]
    assert claim["method"] == "register-link/1"
    before, now = ({r["organisation_id"] for r in csv.DictReader((project.published / v / "organisations.csv").open(encoding="utf-8")) if r["name"] == lune["name"]} for v in ("2026.3.1", "2026.3.2"))
    assert before == now, "its id stays"


def test_what_the_register_may_mean_is_shown_beside_the_name(runs: Runs) -> None:
    project, *_ = runs
    shown = CliRunner(env={"COLUMNS": "100"}).invoke(main, ["--root", str(project.root), "review", "entities", "--list"]).output
    assert "1 pair waits for a decision." in shown and "Stellaire Conseil  |  STELLAIRE" in shown
    for evidence in (ETOILE, "SAS", "12 RUE IMAGINAIRE", "MULHOUSE"):
        assert evidence in shown


def test_a_value_of_the_register_leads_back_to_the_edition(runs: Runs) -> None:
    project, *_ = runs
    (row,) = explain(project, "organisations", "Chimère", "siren")
    (cell,) = row.cells
    assert (
        cell.rests_on is not None
        and cell.rests_on.source_kind == "register"
        and cell.rests_on.locator == f"siren:{CHIMERE}/column:siren"
    )
    (source,) = [s for s in rows(project, "sources") if s["kind"] == "register"]
    assert "2026-05-30" in source["title"] and (source["publisher"], source["licence"]) == ("INSEE", "etalab-2.0")
    assert len([r for r in rows(project, "tenancies") if r["organisation_id"] == row.row_id]) == 1, (
        "the register makes no tenancy"
    )


def test_a_person_who_objects_leaves_every_table_and_a_company_that_does_its_address(runs: Runs) -> None:
    project, *_ = runs
    before, now = (project.published / v for v in ("2026.3.1", "2026.3.2"))
    assert "Paul Imaginé" in (before / "organisations.csv").read_text(encoding="utf-8")
    assert "rue Cachée" in (before / "organisations.csv").read_text(encoding="utf-8")
    assert "Atelier Secret" in (before / "organisations.csv").read_text(encoding="utf-8")
    for path in now.glob("*.csv"):
        for private in ("Paul Imaginé", "Atelier Secret", PAUL, "rue Inventée", "rue Cachée"):
            assert private not in path.read_text(encoding="utf-8"), f"{path.name} holds {private}"
    assert "Boréale" in (now / "organisations.csv").read_text(encoding="utf-8")
