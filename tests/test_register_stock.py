"""The national register's stock: what it says of tenants whose number is known, whom it withholds, and what may change in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from press_site import Reply, Site, site
from register_world import (
    BOREALE,
    CAMILLE,
    CHIMERE,
    COLUMNS,
    NOBODY,
    PAUL,
    VERGER,
    asked,
    establishments,
    given,
    look_up,
    rows,
    said,
    sentences,
    siret,
    units,
    with_stock,
    write,
)  # fmt: skip

from km0_pipeline.register.stock import ESTABLISHMENTS, UNITS
from km0_pipeline.steps import Project, made


@pytest.fixture(params=["parquet", "csv in a zip"])
def stocked(project: Project, request: pytest.FixtureRequest) -> Project:
    return with_stock(project, zipped=request.param != "parquet")


def test_what_the_register_says_of_a_number_becomes_claims_of_the_edition(stocked: Project) -> None:
    given(stocked, f"Ateliers Chimère;{CHIMERE};;;;", f"Le Verger;{VERGER};;;;")
    found = look_up(stocked)
    assert found.figures == {"given": 2, "found": 2, "withheld": 0, "linked": 0, "edition": "2026-05-30"}
    assert said(stocked, CHIMERE) == {
        "legal_name": "ATELIERS CHIMERE SAS", "siren": CHIMERE, "siret": siret(CHIMERE), "legal_form": "SAS", "naf": "62.01Z", "naf25": "62.10Y",
        "size_band": "10-19", "state": "active", "founded_on": "2015-04-01",
    }  # fmt: skip
    ceased = said(stocked, VERGER)
    assert (ceased["state"], ceased["ceased_on"], ceased["legal_form"]) == ("ceased", "2023-06-30", "association")
    assert "founded_on" not in ceased, "the register's 30 February is no day"
    (document,) = rows(stocked, "register_documents")
    claims = rows(stocked, "register_claims")
    assert {c["document_id"] for c in claims} == {document["document_id"]} and document["stated_on"] == "2026-05-30"
    (form,) = [c for c in claims if c["value"] == "SAS"]
    assert (form["locator"], form["original"]) == (f"siren:{CHIMERE}/column:categorieJuridiqueUniteLegale", "5710")
    assert [c["as_of"] for c in claims if c["property"] == "size_band"] == ["2024"]


def test_the_establishment_that_a_registry_names_is_claimed_else_the_seat(stocked: Project) -> None:
    given(stocked, f"La Forge;;{siret(CHIMERE, '0002')};;;")
    look_up(stocked)
    assert said(stocked, CHIMERE)["siret"] == siret(CHIMERE, "0002")
    given(stocked, f"La Forge;;{siret(CHIMERE, '0009')};;;")
    look_up(stocked)
    assert said(stocked, CHIMERE)["siret"] == siret(CHIMERE)
    assert (
        f"locataires.csv, row 2: the register has no SIRET {siret(CHIMERE, '0009')}"
        in sentences(stocked)["unknown_number"]
    )


def test_a_number_that_the_register_has_not_is_told_with_its_row(stocked: Project) -> None:
    given(stocked, f"Ateliers Chimère;{CHIMERE};;;;", f"Personne;{NOBODY};;;;")
    assert look_up(stocked).figures["found"] == 1
    assert (
        f"registries/locataires.csv, row 3: the register has no SIREN {NOBODY}" in sentences(stocked)["unknown_number"]
    )


def test_the_index_has_one_row_for_each_name_that_an_establishment_goes_by(stocked: Project) -> None:
    look_up(stocked)
    index = rows(stocked, "register_names")
    forge = {r["name"]: r["name_key"] for r in index if r["siret"] == siret(CHIMERE, "0002")}
    assert forge == {
        "ATELIERS CHIMERE SAS": "ateliers chimere",
        "CHIMERE": "chimere",
        "ACH": "ach",
        "LA FORGE RÊVÉE": "la forge revee",
    }
    (seat,) = [r for r in index if r["siret"] == siret(CHIMERE) and r["name"] == "CHIMERE"]
    assert {k: seat[k] for k in ("siren", "commune", "commune_code", "postcode", "street", "legal_form", "active")} == {
        "siren": CHIMERE, "commune": "MULHOUSE", "commune_code": "68224", "postcode": "68100", "street": "12 RUE IMAGINAIRE", "legal_form": "5710", "active": True,
    }  # fmt: skip
    assert {r["name"] for r in index if r["siren"] == CAMILLE} == {"CAMILLE EXEMPLE", "CAMILLE DESSINE"}


def test_of_a_person_who_objects_nothing_is_kept_but_the_number(stocked: Project) -> None:
    given(stocked, f"Paul Imaginé;{PAUL};;1 rue Inventée;68100;Mulhouse")
    assert look_up(stocked).figures["withheld"] == 1
    (unit,) = [u for u in rows(stocked, "register_units") if u["siren"] == PAUL]
    assert {k for k, v in unit.items() if v is not None} == {"siren", "diffusion"}
    assert not [r for r in rows(stocked, "register_names") if r["siren"] == PAUL]
    assert not rows(stocked, "register_claims") and not rows(stocked, "register_documents")


def test_a_person_of_whom_one_establishment_objects_is_withheld_and_so_is_one_whose_status_is_empty(
    project: Project,
) -> None:
    places = [e | {"statutDiffusionEtablissement": "P"} if e["siren"] == CAMILLE else e for e in establishments()]
    paths = [write(project.root / "s", UNITS, units()), write(project.root / "s", ESTABLISHMENTS, places)]
    here = asked(project, stock=tuple(map(str, paths)))
    look_up(here)
    assert {u["siren"] for u in rows(here, "register_units") if u["diffusion"] == "withheld"} == {PAUL, CAMILLE}
    write(project.root / "s", UNITS, [u | {"statutDiffusionUniteLegale": ""} for u in units()])
    look_up(here)
    assert {u["siren"]: u["diffusion"] for u in rows(here, "register_units")} == {
        CHIMERE: "partial", CAMILLE: "withheld", PAUL: "withheld", BOREALE: "partial", VERGER: "partial",
    }  # fmt: skip


def test_a_company_that_objects_keeps_its_name_but_neither_acronym_nor_address(stocked: Project) -> None:
    given(stocked, f"Boréale;{BOREALE};;;;")
    look_up(stocked)
    (name,) = [r for r in rows(stocked, "register_names") if r["siren"] == BOREALE]
    assert (name["name"], name["commune"], name["postcode"], name["street"]) == (
        "BOREALE FICTIVE",
        "MULHOUSE",
        None,
        None,
    )
    assert said(stocked, BOREALE)["legal_name"] == "BOREALE FICTIVE"
    assert "[ND]" not in str([rows(stocked, n) for n in ("register_units", "register_names", "register_claims")])


def test_a_natural_person_gets_no_name_from_the_register(stocked: Project) -> None:
    given(stocked, f"Camille dessine;{CAMILLE};;;;")
    look_up(stocked)
    assert said(stocked, CAMILLE) == {
        "siren": CAMILLE,
        "siret": siret(CAMILLE),
        "legal_form": "entreprise individuelle",
        "naf": "74.10Z",
        "state": "active",
    }
    assert [r["name"] for r in rows(stocked, "register_rows")] == [None]


def test_in_2027_the_main_activity_is_of_another_nomenclature_and_columns_come_and_go(project: Project) -> None:
    after = [
        u | {"activitePrincipaleUniteLegale": "62.10Y", "nomenclatureActivitePrincipaleUniteLegale": "NAF2025"}
        for u in units()
    ]
    after[-1]["nomenclatureActivitePrincipaleUniteLegale"] = "NAF2032"
    names = [c for c in COLUMNS[UNITS] if "NAF25" not in c] + ["empreinteCarboneUniteLegale"]
    paths = [
        write(project.root / "s", UNITS, after, names),
        write(project.root / "s", ESTABLISHMENTS, establishments()),
    ]
    here = asked(project, stock=tuple(map(str, paths)))
    given(here, f"Ateliers Chimère;{CHIMERE};;;;", f"Le Verger;{VERGER};;;;")
    look_up(here)
    found = said(here, CHIMERE)
    assert found["naf25"] == "62.10Y" and "naf" not in found
    assert not {"naf", "naf25"} & said(here, VERGER).keys()
    drift = " ".join(r["sentence"] for r in rows(here, "register_drift"))
    for words in (
        "new columns, which are not read: empreinteCarboneUniteLegale",
        "no longer has activitePrincipaleNAF25UniteLegale",
        "the activities of 1 unit",
        "'NAF2032'",
    ):
        assert words in drift


@pytest.mark.parametrize(
    ("damage", "words"),
    {
        "half a zip": (lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), "fetch it anew"),
        "another table": (lambda p: p.write_text("a,b\n1,2\n", encoding="utf-8"), "is neither StockUniteLegale nor StockEtablissement"),
        "no status": (lambda p: p.write_text("siren,denominationUniteLegale,categorieJuridiqueUniteLegale\n1,2,3\n", encoding="utf-8"), "lacks statutDiffusionUniteLegale"),
        "nothing": (lambda p: p.unlink(), "correct its path"),
    }.values(),
    ids=["half a zip", "another table", "no status", "nothing"],
)  # fmt: skip
def test_a_bad_file_is_told_of_and_nothing_is_taken_from_the_register(
    project: Project, damage: object, words: str
) -> None:
    here = with_stock(project, zipped=True)
    damage(project.root / here.hub.register.stock[0])  # type: ignore[operator]
    given(here, f"Ateliers Chimère;{CHIMERE};;;;")
    look_up(here)
    assert not rows(here, "register_claims")
    told = " ".join(r["sentence"] for name in ("register_file_rejects", "register_drift") for r in rows(here, name))
    assert words in told and "StockUniteLegale can't be had" in told


def test_who_is_withheld_stays_so_while_the_stock_can_not_be_read(project: Project) -> None:
    here = with_stock(project)
    given(here, f"Paul Imaginé;{PAUL};;;;", f"Ateliers Chimère;{CHIMERE};;;;")
    look_up(here)
    before = rows(here, "register_claims")
    (here.root / here.hub.register.stock[0]).unlink()
    found = look_up(here)
    assert (found.figures["withheld"], found.figures["edition"]) == (1, "2026-05-30")
    assert rows(here, "register_claims") == before
    told = [r["sentence"] for r in rows(here, "register_drift")]
    assert told == [
        "hub.toml, [register] stock: StockUniteLegale can't be had: what was made of the last whole stock stays."
    ]
    look_up(asked(here))
    assert made(here, "register_units").rows == 0, "switched off"


def test_the_stock_is_read_again_only_when_its_bytes_change(stocked: Project) -> None:
    look_up(stocked)
    first = made(stocked, "register_units")
    for name in stocked.hub.register.stock:
        (stocked.root / name).touch()
    look_up(stocked)
    assert made(stocked, "register_units").reused and not first.reused
    write(stocked.root / "sirene", UNITS, units()[:2], zipped=stocked.hub.register.stock[0].endswith("zip"))
    look_up(stocked)
    assert made(stocked, "register_units").rows == 2


def test_without_settings_nothing_is_read_and_every_step_leaves_an_empty_file(project: Project) -> None:
    given(project, f"Ateliers Chimère;{CHIMERE};;;;")
    look_up(project)
    for name in (
        "register_files",
        "register_units",
        "register_names",
        "register_drift",
        "register_lookup_names",
        "register_links",
        "register_doubts",
        "register_claims",
        "register_rows",
        "register_documents",
    ):
        assert made(project, name).rows == 0


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        yield here


def test_a_stock_by_address_is_fetched_once_and_its_copy_serves_while_its_server_fails(
    project: Project, web: Site, tmp_path: Path
) -> None:
    for file, content in ((UNITS, units()), (ESTABLISHMENTS, establishments())):
        web.routes[f"/{file}"] = [
            Reply(write(tmp_path / "s", file, content).read_bytes(), 200, {"ETag": f'"{file}"'}),
            Reply(b"", 304),
            Reply(b"", 404),
        ]
    here = asked(project, stock=tuple(f"{web.url}/{f}" for f in (UNITS, ESTABLISHMENTS)))
    given(here, f"Ateliers Chimère;{CHIMERE};;;;")
    assert look_up(here).figures["found"] == 1
    assert look_up(here).figures["found"] == 1 and web.asked[2][1]["If-None-Match"] == f'"{UNITS}"'
    assert made(here, "register_units").reused
    assert look_up(here).figures["found"] == 1
    assert "The copy fetched before serves meanwhile" in sentences(here)["refused"]


def test_the_columns_known_are_those_of_the_standard(shared: Path) -> None:
    standard = json.loads((shared / "standards" / "sirene_columns.json").read_text(encoding="utf-8"))
    assert {file: [c["name"] for c in standard[file]] for file in (UNITS, ESTABLISHMENTS)} == COLUMNS


def test_the_index_does_not_depend_on_how_the_stock_is_packed(project: Project) -> None:
    def index(zipped: bool) -> list[set[str]]:
        look_up(with_stock(project, zipped))
        return [set(map(str, rows(project, n))) for n in ("register_units", "register_names")]

    assert index(zipped=True) == index(zipped=False)
