"""The public search service, against a server on this machine that answers as its specification says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from press_site import Reply, Site, send, site
from register_world import (
    BOREALE,
    CAMILLE,
    CHIMERE,
    NOBODY,
    PAUL,
    VERGER,
    asked,
    given,
    look_up,
    rows,
    said,
    sentences,
    siret,
)

from km0_pipeline.register.service import said_of
from km0_pipeline.steps import Project, made


def result(siren: str, status: str = "O", nics: tuple[str, ...] = ("0001",), **more: Any) -> dict[str, Any]:
    """One result, with the fields that matter and some that must not be kept."""
    place = {
        "commune": "68224",
        "code_postal": "68100",
        "adresse": "12 RUE IMAGINAIRE 68100 MULHOUSE",
        "statut_diffusion_etablissement": status,
    }
    places = [place | {"siret": siret(siren, nic)} for nic in nics]
    known = {
        "siren": siren, "nom_complet": "ATELIERS CHIMERE (ACH)", "nom_raison_sociale": "ATELIERS CHIMERE", "nature_juridique": "5710", "statut_diffusion": status,
        "activite_principale": "62.01Z", "activite_principale_naf25": "62.10Y", "tranche_effectif_salarie": "11", "annee_tranche_effectif_salarie": "2024",
        "etat_administratif": "A", "date_creation": "2015-04-01", "date_fermeture": None, "date_mise_a_jour_insee": "2026-05-30T10:00:00", "siege": places[0],
        "matching_etablissements": places[1:], "dirigeants": [{"nom": "EXEMPLE", "prenoms": "ODILE", "date_de_naissance": "1970-01"}],
    }  # fmt: skip
    return known | more


RESULTS = {
    CHIMERE: result(CHIMERE),
    siret(CHIMERE, "0002"): result(CHIMERE, nics=("0001", "0002")),
    PAUL: result(
        PAUL, "P", nature_juridique="1000", nom_complet="[NON-DIFFUSIBLE]", nom_raison_sociale="[NON-DIFFUSIBLE]"
    ),
    CAMILLE: result(CAMILLE, nature_juridique="1000", nom_complet="CAMILLE EXEMPLE", nom_raison_sociale=None),
    BOREALE: result(BOREALE, "P", nom_raison_sociale="BOREALE FICTIVE"),
    VERGER: result(
        VERGER,
        etat_administratif="C",
        date_fermeture="2023-06-30",
        nature_juridique="9260",
        tranche_effectif_salarie="NN",
    ),
}


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        here.otherwise = answer
        yield here


def answer(handler: BaseHTTPRequestHandler) -> None:
    """What the service answers: a payload of at most one result."""
    query = parse_qs(urlsplit(handler.path).query)
    found = [RESULTS[q] for q in query["q"] if q in RESULTS]
    payload = {"results": found, "total_results": len(found), "page": 1, "per_page": 1, "total_pages": len(found)}
    send(handler, Reply(json.dumps(payload).encode(), 200, {"Content-Type": "application/json"}))


def queries(web: Site) -> list[str]:
    return [parse_qs(urlsplit(path).query)["q"][0] for path in web.paths]


def served(project: Project, web: Site, **settings: Any) -> Project:
    return asked(project, service=web.url, **settings)


def test_each_number_is_asked_for_once_and_its_answer_becomes_a_document(project: Project, web: Site) -> None:
    here = served(project, web)
    given(here, f"La Forge;;{siret(CHIMERE, '0002')};;;", f"Le Verger;{VERGER};;;;", f"Encore lui;{VERGER};;;;")
    assert look_up(here).figures["found"] == 2
    assert said(here, CHIMERE) == {
        "legal_name": "ATELIERS CHIMERE", "siren": CHIMERE, "siret": siret(CHIMERE, "0002"), "legal_form": "SAS", "naf": "62.01Z", "naf25": "62.10Y",
        "size_band": "10-19", "state": "active", "founded_on": "2015-04-01",
    }  # fmt: skip
    ceased = said(here, VERGER)
    assert (ceased["state"], ceased["ceased_on"]) == ("ceased", "2023-06-30") and "size_band" not in ceased
    documents = {d["path"]: d for d in rows(here, "register_documents")}
    assert documents.keys() == {f"register/{CHIMERE}", f"register/{VERGER}"}
    assert documents[f"register/{VERGER}"]["stated_on"] == "2026-05-30"
    assert queries(web) == sorted((siret(CHIMERE, "0002"), VERGER))
    look_up(here)
    assert len(web.asked) == 2, "answers are kept"


def test_who_asks_is_said_and_the_pace_is_kept(project: Project, web: Site) -> None:
    here = served(project, web, pause_seconds=0.15)
    given(here, *(f"Nom {n};{siren};;;;" for n, siren in enumerate((CHIMERE, VERGER, CAMILLE, BOREALE))))
    look_up(here)
    assert "km0_pipeline/" in web.asked[0][1]["User-Agent"] and "donnees@km0.example" in web.asked[0][1]["User-Agent"]
    assert min(b - a for (*_, a), (*_, b) in pairwise(web.asked)) >= 0.14, "seven a second"


def test_of_a_person_who_objects_nothing_is_kept_and_managers_of_nobody(project: Project, web: Site) -> None:
    here = served(project, web)
    given(here, f"Paul Imaginé;{PAUL};;;;", f"Camille;{CAMILLE};;;;", f"Boréale;{BOREALE};;;;")
    assert look_up(here).figures["withheld"] == 1
    assert not said(here, PAUL) and "legal_name" not in said(here, CAMILLE)
    assert said(here, BOREALE)["legal_name"] == "BOREALE FICTIVE"
    kept = {p.stem: p.read_text(encoding="utf-8") for p in (here.warehouse / "register" / "answers").glob("*.json")}
    assert json.loads(kept[PAUL])["said"] == {"siren": PAUL, "diffusion": "withheld"}
    for private in ("ODILE", "EXEMPLE", "IMAGINAIRE", "NON-DIFFUSIBLE"):
        assert private not in "".join(kept.values())


def test_numbers_that_do_not_exist_are_told_and_a_siren_is_not_blamed_for_its_siret(
    project: Project, web: Site
) -> None:
    here = served(project, web)
    given(here, f"Chimère;;{siret(CHIMERE, '0009')};;;", f"Personne;{NOBODY};;;;")
    assert look_up(here).figures["found"] == 1
    told = sorted(r["sentence"] for r in rows(here, "register_rejects"))
    assert (
        f"row 2: the register has no SIRET {siret(CHIMERE, '0009')}" in told[0]
        and f"row 3: the register has no SIREN {NOBODY}" in told[1]
    )
    assert said(here, CHIMERE)["siret"] == siret(CHIMERE)


def test_what_is_busy_for_a_moment_is_asked_again(project: Project, web: Site) -> None:
    replies = [Reply(b"", 429, {"Retry-After": "1"})]

    def busy(handler: BaseHTTPRequestHandler) -> None:
        send(handler, replies.pop()) if replies else answer(handler)

    web.otherwise = busy
    here = served(project, web)
    given(here, f"Ateliers Chimère;{CHIMERE};;;;")
    assert look_up(here).figures["found"] == 1
    assert web.asked[1][2] - web.asked[0][2] >= 1


def test_who_asks_to_be_left_alone_for_long_is_and_the_run_goes_on(project: Project, web: Site) -> None:
    web.otherwise = Reply(b"", 429, {"Retry-After": "3600"})
    here = served(project, web)
    given(here, f"Ateliers Chimère;{CHIMERE};;;;", f"Le Verger;{VERGER};;;;")
    assert look_up(here).figures == {"given": 2, "found": 0, "withheld": 0, "linked": 0, "edition": ""}
    assert "1 of 2 numbers are not asked for in this refresh" in " ".join(
        r["sentence"] for r in rows(here, "register_rejects")
    )
    assert "unknown_number" not in sentences(here), "nobody knows"
    look_up(here)
    assert len(web.asked) == 1, "not before it said"


@pytest.mark.parametrize(
    "reply",
    [Reply(b"", 503), Reply(b"<html>", 200), Reply(b'{"erreur": "non"}', 400), Reply(b'{"results": [{}]}', 200)],
    ids=str,
)
def test_a_service_that_fails_stops_nothing_and_what_it_said_before_serves(
    project: Project, web: Site, reply: Reply
) -> None:
    here = served(project, web)
    given(here, f"Ateliers Chimère;{CHIMERE};;;;")
    look_up(here)
    before = made(here, "register_claims").digest
    web.otherwise = reply
    for path in (here.warehouse / "register" / "answers").glob("*.json"):
        path.write_text(
            json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"ask_from": "2020-01-01"}), encoding="utf-8"
        )
    look_up(here)
    assert made(here, "register_claims").digest == before
    assert {"unavailable", "refused"} & sentences(here).keys()


def test_an_answer_without_the_field_of_naf_2025_is_in_naf_2025() -> None:
    after = {k: v for k, v in result(CHIMERE, activite_principale="62.10Y").items() if k != "activite_principale_naf25"}
    found = said_of(after, CHIMERE)
    assert (found["naf25"], found["naf_nomenclature"]) == ("62.10Y", "NAF2025")


def test_an_answer_about_another_number_is_none() -> None:
    with pytest.raises(ValueError, match="speaks of"):
        said_of(result(CHIMERE), VERGER)
