"""Organisations without a number: whom the national register knows by name, whom it must not, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from register_world import (
    BOREALE,
    CAMILLE,
    CHIMERE,
    PAUL,
    VERGER,
    given,
    look_up,
    number,
    rows,
    said,
    siret,
    with_stock,
    write,
)  # fmt: skip

from km0_pipeline.claims import Claim, mention_id
from km0_pipeline.decisions import append
from km0_pipeline.entities import candidates
from km0_pipeline.entities.decided import ENTITY
from km0_pipeline.entities.resolve import entity_mentions
from km0_pipeline.register.stock import UNITS
from km0_pipeline.steps import Project, made

LUNE, ETOILE = number("99000010"), number("99000011")
COMPANIES = {LUNE: "FONDERIE LUNAIRE FICTIVE", ETOILE: "IMPRIMERIE STELLAIRE"}
HERE = "68100;Mulhouse"


@pytest.fixture
def stocked(project: Project) -> Project:
    return with_stock(project, companies=COMPANIES)


def linked(project: Project) -> dict[str, str]:
    """SIREN that a name led to -> the name that the register has."""
    return {r["siren"]: r["name"] for r in rows(project, "register_links")}


def asked(project: Project) -> set[tuple[str, str]]:
    """Pairs that wait, by their names, once it is known who is who."""
    entity_mentions(project)
    return {(r["one_name"], r["other_name"]) for r in rows(project, "entity_doubts")}


def entities(project: Project) -> dict[str, tuple[str, str]]:
    """Name of a mention -> its entity, and what it rests on."""
    entity_mentions(project)
    return {m["name"]: (m["entity_id"], m["stage"]) for m in rows(project, "entity_mentions")}


def decide(project: Project, decision: str, one: str, siren: str) -> None:
    about = {"one": one, "one_place": "68224", "one_siren": "", "other": "AS IT WAS CALLED", "other_place": "", "other_siren": siren, "model": "t"}
    append(project.raw, ENTITY, decision, about, by="camille", when=datetime(2026, 3, 1, tzinfo=UTC), why="", score=0.5)


def test_a_name_that_the_register_surely_knows_gets_its_number_and_all_that_it_says(stocked: Project) -> None:
    given(stocked, f"Ateliers Chimère;;;12 rue Imaginaire;{HERE}", f"Personne de connu;;;;{HERE}")
    assert look_up(stocked).figures == {"given": 0, "found": 0, "withheld": 0, "linked": 1, "edition": "2026-05-30"}
    assert said(stocked, CHIMERE) == {
        "legal_name": "ATELIERS CHIMERE SAS", "siren": CHIMERE, "siret": siret(CHIMERE), "legal_form": "SAS", "naf": "62.01Z", "naf25": "62.10Y",
        "size_band": "10-19", "state": "active", "founded_on": "2015-04-01",
    }  # fmt: skip
    claims = {c["property"]: c for c in rows(stocked, "register_claims")}
    assert (claims["siren"]["method"], claims["siren"]["original"]) == ("register-link/1", "ATELIERS CHIMERE SAS")
    assert {c["confidence"] for c in claims.values()} == {0.99}, "nothing that is said is surer than the link"
    found = entities(stocked)
    assert found["Ateliers Chimère"] == (found["ATELIERS CHIMERE SAS"][0], "register")
    assert not asked(stocked)


def test_an_id_that_was_published_stays_when_the_number_is_found(project: Project) -> None:
    given(project, f"Ateliers Chimère;;;;{HERE}")
    look_up(project)
    before = entities(project)["Ateliers Chimère"][0]
    folder = project.published / "2026.3.1"
    folder.mkdir(parents=True)
    import duckdb

    for table, key, columns in (
        ("organisations", "organisation_id", f"'{before}' as organisation_id, 'Ateliers Chimère' as name, null::varchar as other_names, null::varchar as siren, '68224' as commune_code"),
        ("people", "person_id", "'x' as person_id, 'x' as name, null::varchar as other_names, null::varchar as roles"),
        ("places", "place_id", "'x' as place_id, 'x' as name, null::varchar as other_names, null::varchar as commune_code"),
        ("redirects", "", "'x' as old_id, 'x' as new_id, 'merge' as reason"),
    ):  # fmt: skip
        duckdb.connect().execute(f"copy (select {columns} where '{key}' = 'organisation_id') to '{folder / table}.parquet' (format parquet)")
    (project.published / "index.json").write_text('{"latest": "2026.3.1", "versions": [{"version": "2026.3.1"}]}', encoding="utf-8")
    here = with_stock(project)
    look_up(here)
    assert linked(here) and entities(here)["Ateliers Chimère"][0] == before


@pytest.mark.parametrize(
    "name",
    ["Camille Exemple", "Camille dessine", "Boréale Fictive", "Paul Imaginé", "SCI Ateliers Chimère", "Fonderie Lunaire Fictive 2"],
    ids=["a natural person", "a person's sign", "a company that objects", "a person withheld", "another kind of legal form", "another number"],
)
def test_a_name_leads_to_no_person_nor_to_whom_objects_nor_to_another(stocked: Project, name: str) -> None:
    given(stocked, f"{name};;;12 rue Imaginaire;{HERE}")
    look_up(stocked)
    assert not linked(stocked) and not asked(stocked)
    assert not rows(stocked, "register_rows")
    for step in ("register_links", "register_doubts", "register_found", "register_claims"):
        assert not any(siren in str(rows(stocked, step)) for siren in (CAMILLE, PAUL, BOREALE))


def test_a_name_of_a_person_is_not_taken_for_the_company_that_has_it_too(project: Project) -> None:
    here = with_stock(project, companies={LUNE: "CAMILLE EXEMPLE"})
    given(here, f"Camille Exemple;;;;{HERE}")
    look_up(here)
    assert not linked(here), "as likely the one as the other"


def test_two_names_that_differ_do_not_become_one_by_a_number(stocked: Project) -> None:
    given(stocked, f"Chimère;;;12 rue Imaginaire;{HERE}", "La Forge rêvée;;;12 rue Imaginaire;68000;Colmar")
    look_up(stocked)
    assert not linked(stocked)
    assert asked(stocked) == {("Chimère", "CHIMERE"), ("La Forge rêvée", "LA FORGE RÊVÉE")}
    found = entities(stocked)
    assert found["Chimère"][0] != found["La Forge rêvée"][0]


def test_two_spellings_of_one_name_are_linked_together(stocked: Project) -> None:
    given(stocked, f"Ateliers Chimère;;;;{HERE}", f"Atelier Chimère;;;;{HERE}")
    look_up(stocked)
    assert len(rows(stocked, "register_links")) == 2
    found = entities(stocked)
    assert found["Ateliers Chimère"][0] == found["Atelier Chimère"][0]


def test_beside_a_given_number_only_a_name_like_the_one_it_is_given_for_is_linked(stocked: Project) -> None:
    given(stocked, f"Grand Nom Autre;{ETOILE};;;{HERE}", f"Imprimerie Stellaire;;;;{HERE}", f"Inconnu;{CHIMERE};;;{HERE}", f"La Forge rêvée;;;;{HERE}")
    look_up(stocked)
    assert linked(stocked).keys() == {ETOILE}
    assert [c["method"] for c in rows(stocked, "register_claims") if c["value"] == ETOILE] == ["register/1"], "given: no less sure"
    assert asked(stocked) == {("La Forge rêvée", "LA FORGE RÊVÉE")}


def test_what_a_person_decides_of_a_name_and_a_number_holds(stocked: Project) -> None:
    given(stocked, f"La Forge rêvée;;;;{HERE}", f"Chimere Conseil;;;;{HERE}", f"Fonderie Lunaire Fictive;;;;{HERE}", f"Imprimerie Stellaire;;;;{HERE}")
    look_up(stocked)
    assert asked(stocked) == {("Chimere Conseil", "CHIMERE")}
    decide(stocked, "same", "Chimère conseil", CHIMERE)
    decide(stocked, "different", "Fonderie lunaire fictive", LUNE)
    decide(stocked, "unsure", "Imprimerie stellaire", ETOILE)
    look_up(stocked)
    assert linked(stocked) == {CHIMERE: "ATELIERS CHIMERE SAS"}
    (siren,) = [c for c in rows(stocked, "register_claims") if c["property"] == "siren"]
    assert (siren["method"], siren["confidence"]) == ("register-link/1", 1.0)
    assert asked(stocked) == {("La Forge rêvée", "LA FORGE RÊVÉE")}, "it bears the number of another now"
    assert entities(stocked)["Chimere Conseil"][1] == "decision"


def test_no_decision_leads_to_a_person(stocked: Project) -> None:
    given(stocked, f"Atelier de dessin;;;;{HERE}")
    decide(stocked, "same", "Atelier de dessin", CAMILLE)
    look_up(stocked)
    assert not linked(stocked) and not rows(stocked, "register_rows")


@pytest.mark.parametrize(
    ("relation", "kind", "where", "found"),
    [("tenant_of", "organisation", "KM0", True), ("located_in", "place", "Mulhouse", True), ("located_in", "place", "Colmar", False), ("partner_of", "organisation", "KM0", False)],
)
def test_of_the_press_who_is_said_to_be_here_is_looked_up(stocked: Project, relation: str, kind: Mapping[str, str], where: str, found: bool) -> None:
    given(stocked, f"Personne de connu;;;;{HERE}")
    it, there = mention_id("article", "organisation", "lune"), mention_id("article", str(kind), where)  # type: ignore[arg-type]
    press = [
        Claim("article", "char:0-9", it, "organisation", "name", "Fonderie Lunaire Fictive", "Fonderie Lunaire Fictive"),
        Claim("article", "char:20-29", there, kind, "name", where, where),  # type: ignore[arg-type]
        Claim("article", "char:0-29", it, "organisation", relation, there, where),
    ]
    look_up(stocked, press)
    assert (LUNE in linked(stocked)) is found


def test_who_is_known_otherwise_is_not_looked_up(stocked: Project) -> None:
    given(
        stocked, f"Fonderie Lunaire Fictive;{ETOILE};;;{HERE}", f"Fonderie lunaire fictive;;;;{HERE}", f"Ateliers Chimère;{LUNE};{siret(VERGER)};;{HERE}",
    )  # fmt: skip
    look_up(stocked)
    assert made(stocked, "register_links").figures["sought"] == 0, "the name of a number there, and a row whose numbers contradict each other"


def test_only_new_names_are_looked_up_until_the_stock_changes(stocked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[int] = []
    search = candidates.search

    def counted(db, sought, **limits):  # type: ignore[no-untyped-def]
        looked_up.append(db.execute(f"select count(*) from {sought}").fetchall()[0][0])
        search(db, sought, **limits)

    monkeypatch.setattr(candidates, "search", counted)
    names = [f"Ateliers Chimère;;;;{HERE}", f"Personne de connu;;;;{HERE}"]
    given(stocked, *names)
    look_up(stocked)
    given(stocked, *names, f"Imprimerie Stellaire;;;;{HERE}")
    look_up(stocked)
    assert looked_up == [2, 1] and linked(stocked).keys() == {CHIMERE, ETOILE}
    assert made(stocked, "register_lookup_names").reused
    with_stock(stocked, companies={LUNE: "PERSONNE DE CONNU"})
    look_up(stocked)
    assert looked_up == [2, 1, 3] and linked(stocked).keys() == {CHIMERE, LUNE}


def test_nobody_is_asked_about_a_person_whom_the_register_withholds(stocked: Project) -> None:
    others = [f"{name};;;;{HERE}" for name in ("Boulangerie Rhénatruc", "Zigouillon Conseil", "Menuiserie Truc", "Radio Nulle Part", "Institut Trucmuche")]
    given(stocked, f"Atelier Martin;{PAUL};;;{HERE}", f"Atelier Marin;;;;{HERE}", *others)
    look_up(stocked)
    assert not asked(stocked)
    write(stocked.root / "sirene", UNITS, [])
    look_up(stocked)
    assert asked(stocked) == {("Atelier Marin", "Atelier Martin")}, "whom it does not withhold they are asked about"
