"""Names without a number, looked up with the search service: a server on this machine that answers as its specification says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from press_site import Reply, Site, send, site
from register_world import BOREALE, CAMILLE, CHIMERE, PAUL, asked, given, look_up, rows, said, siret
from test_register_service import result

from km0_pipeline.entities.resolve import entity_mentions
from km0_pipeline.register.lookup import named_of, question
from km0_pipeline.steps import Project, made

HERE = "68100;Mulhouse"


def bearer(siren: str, name: str, status: str = "O", sign: str = "", **more: Any) -> dict[str, Any]:
    """A result with what a search by name shows."""
    place = {
        "siret": siret(siren), "commune": "68224", "libelle_commune": "MULHOUSE", "code_postal": "68100", "adresse": "12 RUE IMAGINAIRE 68100 MULHOUSE", "etat_administratif": "A",
        "activite_principale": "62.01Z", "activite_principale_naf25": "62.10Y", "liste_enseignes": [sign] if sign else None, "nom_commercial": None, "statut_diffusion_etablissement": status,
    }  # fmt: skip
    return result(siren, status, siege=place, matching_etablissements=[], nom_raison_sociale=name, nom_complet=name, **more)


RESULTS = [
    bearer(CHIMERE, "ATELIERS CHIMERE", sign="LA FORGE REVEE"),
    bearer(CAMILLE, "CAMILLE EXEMPLE", nature_juridique="1000"),
    bearer(PAUL, "[NON-DIFFUSIBLE]", "P", nature_juridique="1000"),
    bearer(BOREALE, "BOREALE FICTIVE", "P"),
]


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        here.otherwise = answer()
        yield here


def answer(total: int = 0) -> Any:
    """What the service answers: to a number its unit, to a name all units that share a word with it."""

    def said(handler: BaseHTTPRequestHandler) -> None:
        (q,) = parse_qs(urlsplit(handler.path).query)["q"]
        words = set(q.replace("è", "e").replace("é", "e").upper().split())
        found = [r for r in RESULTS if r["siren"] == q or words & set(f"{r['nom_complet']} {r['siege']['liste_enseignes']}".replace("'", " ").split())]
        payload = {"results": found, "total_results": max(total, len(found)), "page": 1, "per_page": 25, "total_pages": 1}
        send(handler, Reply(json.dumps(payload).encode(), 200, {"Content-Type": "application/json"}))

    return said


def queries(web: Site) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(path).query) for path in web.paths]


def test_a_name_is_asked_for_in_its_department_and_a_sure_one_by_its_number(project: Project, web: Site) -> None:
    here = asked(project, service=web.url)
    given(here, f"Ateliers Chimère;;;12 rue Imaginaire;{HERE}", f"Personne de connu;;;;{HERE}")
    assert look_up(here).figures["linked"] == 1
    assert (said(here, CHIMERE)["siren"], said(here, CHIMERE)["legal_form"], said(here, CHIMERE)["naf25"]) == (CHIMERE, "SAS", "62.10Y")
    (claim,) = [c for c in rows(here, "register_claims") if c["property"] == "siren"]
    assert (claim["method"], claim["original"], claim["confidence"]) == ("register-link/1", "ATELIERS CHIMERE", 0.99)
    by_name, number = queries(web)[:2], queries(web)[2]
    assert sorted(q["q"][0] for q in by_name) == ["Ateliers Chimère", "Personne de connu"] and {q["departement"][0] for q in by_name} == {"68"}
    assert number["q"] == [CHIMERE]
    look_up(here)
    assert len(web.asked) == 3, "answers are kept"


@pytest.mark.parametrize("name", ["Camille Exemple", "Paul Imaginé", "Boréale Fictive"])
def test_a_name_leads_to_no_person_nor_to_whom_objects(project: Project, web: Site, name: str) -> None:
    here = asked(project, service=web.url)
    given(here, f"{name};;;;{HERE}")
    look_up(here)
    assert not rows(here, "register_links") and not rows(here, "register_doubts") and not rows(here, "register_rows")
    kept = "".join(p.read_text(encoding="utf-8") for p in (here.warehouse / "register" / "answers").glob("*.json"))
    assert PAUL not in kept and "NON-DIFFUSIBLE" not in kept and "ODILE" not in kept


def test_a_name_that_more_bear_than_it_shows_is_not_sure(project: Project, web: Site) -> None:
    web.otherwise = answer(total=26)
    here = asked(project, service=web.url)
    given(here, f"Ateliers Chimère;;;12 rue Imaginaire;{HERE}")
    look_up(here)
    assert not rows(here, "register_links")
    entity_mentions(here)
    assert [(r["one_name"], r["other_siren"]) for r in rows(here, "entity_doubts")] == [("Ateliers Chimère", CHIMERE)]


def test_a_service_that_fails_is_told_of_and_asked_again_at_the_next_refresh(project: Project, web: Site) -> None:
    here = asked(project, service=web.url)
    given(here, f"Ateliers Chimère;;;;{HERE}")
    works, web.otherwise = web.otherwise, Reply(b"", 503)
    look_up(here)
    (reject,) = [r for r in rows(here, "register_link_rejects") if r["locator"]]
    assert "asked for « Ateliers Chimère »" in reject["sentence"] and reject["reason"] == "unavailable"
    web.otherwise = works
    look_up(here)
    assert made(here, "register_links").figures["linked"] == 1 and not rows(here, "register_link_rejects")


def test_departments_are_called_as_the_service_calls_them() -> None:
    assert question("x", "20", "20000").query["departement"] == "2A,2B"
    assert question("x", "97", "97400").query["departement"] == "974"
    assert "departement" not in question("x", "", "").query


def test_what_is_withheld_of_an_establishment_is_not_taken_from_its_answer() -> None:
    unit = named_of(bearer(CHIMERE, "ATELIERS CHIMERE", sigle="ACH"))
    assert unit["names"] == [[name, "MULHOUSE", "68100", "12 RUE IMAGINAIRE", "62.01Z", "68", True] for name in ("ACH", "ATELIERS CHIMERE")]
    assert {n[0] for n in named_of(bearer(BOREALE, "BOREALE FICTIVE", "P", sigle="BFI"))["names"]} == {"BOREALE FICTIVE"}
    assert named_of(RESULTS[2]) == {}
