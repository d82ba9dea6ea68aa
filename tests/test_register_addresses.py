"""Where addresses lie: asked of a geocoder on this machine that answers as the public one does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from press_site import Reply, Site, send, site
from register_world import BOREALE, PAUL, given, look_up, rows, sentences, with_stock

from km0_pipeline.entities.resolve import hub_claims
from km0_pipeline.hub import Geocoder
from km0_pipeline.hub import Site as HubSite
from km0_pipeline.register.addresses import address_claims
from km0_pipeline.steps import Made, Project

MULHOUSE = {"citycode": "68224", "postcode": "68100", "city": "Mulhouse"}
ELSEWHERE = {"citycode": "68066", "postcode": "68000", "city": "Colmar"}
KNOWN: dict[str, dict[str, Any]] = {
    "30 rue du Hub": {"type": "housenumber", "score": 0.97, **MULHOUSE},
    "allée Fictive": {"type": "street", "score": 0.8, **MULHOUSE},
    "rue Vague": {"type": "street", "score": 0.69, **MULHOUSE},
    "Mulhouse": {"type": "municipality", "score": 0.99, **MULHOUSE},
    "rue Ailleurs": {"type": "street", "score": 0.95, **ELSEWHERE},
}
"""What the geocoder finds, by what it is asked for."""


def found(asked_for: str) -> tuple[str, dict[str, Any]] | None:
    return next(((words, place) for words, place in KNOWN.items() if asked_for.startswith(words)), None)


def geocoder(handler: BaseHTTPRequestHandler) -> None:
    """Answers of /search and /search/csv."""
    if handler.path.startswith("/geocodage/search?"):
        hit = found(parse_qs(urlsplit(handler.path).query)["q"][0])
        features = (
            [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [7.33, 47.74]},
                    "properties": {"label": hit[0], "id": "68224_1", "banId": "b-1", **hit[1]},
                }
            ]
            if hit
            else []
        )
        send(handler, Reply(json.dumps({"type": "FeatureCollection", "features": features}).encode()))
        return
    out = io.StringIO()
    given_rows = list(
        csv.DictReader(io.StringIO(posted(handler.server.here.posted[-1], handler.headers["Content-Type"])["data"]))
    )  # type: ignore[attr-defined]
    names = ["label", "type", "score", "citycode", "postcode", "city"]
    writer = csv.DictWriter(
        out,
        [
            *given_rows[0],
            "latitude",
            "longitude",
            "result_id",
            "result_banId",
            "result_status",
            *(f"result_{n}" for n in names),
        ],
        restval="",
    )
    writer.writeheader()
    for row in given_rows:
        hit = found(row["address"])
        place = {"label": hit[0], **hit[1]} if hit else {}
        extra = (
            {
                "latitude": "47.74",
                "longitude": "7.33",
                "result_id": "68224_1",
                "result_banId": "",
                "result_status": "ok",
            }
            if hit
            else {}
        )
        writer.writerow(row | extra | {f"result_{k}": str(v) for k, v in place.items()})
    send(handler, Reply(out.getvalue().encode()))


def posted(content: bytes, content_type: str) -> dict[str, str]:
    """Fields of a form, the last of each name."""
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + content)
    return {
        str(p.get_param("name", header="content-disposition")): p.get_payload(decode=True).decode()
        for p in form.get_payload()
    }  # type: ignore[union-attr]


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        here.otherwise = lambda handler: (setattr(handler.server, "here", here), geocoder(handler))[1]
        yield here


def located(project: Project, web: Site, **settings: Any) -> Made:
    quick = {"allow_private": True, "pause_seconds": 0, "max_seconds": 30, "attempts": 2, "url": f"{web.url}/geocodage"}
    here = replace(project, hub=project.hub.model_copy(update={"geocoder": Geocoder(**quick | settings)}))
    hub_claims(here)
    look_up(here)
    return address_claims(here)


def places(project: Project) -> dict[str, str]:
    """Words of the geocoder -> coordinates."""
    return {c["original"]: c["value"] for c in rows(project, "address_claims")}


def test_an_address_is_believed_from_a_score_on_to_the_street_and_in_its_commune(project: Project, web: Site) -> None:
    given(
        project,
        "A;;;30 rue du Hub;68100;Mulhouse",
        "B;;;allée Fictive;;",
        "C;;;rue Vague;68100;",
        "D;;;Mulhouse;68100;",
        "E;;;rue Ailleurs;68100;",
        "F;;;nulle part;;",
    )
    made = located(project, web)
    assert places(project) == {"30 rue du Hub": "47.740000,7.330000", "allée Fictive": "47.740000,7.330000"}
    assert made.figures == {"given": 6, "found": 2, "not asked": 0}
    (document,) = rows(project, "address_documents")
    claims = rows(project, "address_claims")
    assert {c["document_id"] for c in claims} == {document["document_id"]} and {c["locator"] for c in claims} == {
        "ban:b-1"
    }
    queries = {q["q"][0]: q for q in (parse_qs(urlsplit(p).query) for p in web.paths)}
    assert queries["30 rue du Hub Mulhouse"]["citycode"] == ["68224"], "the hub's commune is known by name"
    assert queries["allée Fictive"]["citycode"] == ["68224"], "a tenant without a commune is at the hub"
    assert "citycode" not in queries["rue Vague"] and queries["rue Vague"]["postcode"] == ["68100"]
    assert located(project, web, min_score=0.9).figures["found"] == 1


def test_many_addresses_are_sent_as_one_table_with_the_same_result(project: Project, web: Site) -> None:
    given(
        project,
        "A;;;30 rue du Hub;68100;Mulhouse",
        "B;;;rue Ailleurs;68000;Colmar",
        "C;;;rue Ailleurs;68100;Mulhouse",
        *(f"N{n};;;{n} rue Inconnue;68100;Mulhouse" for n in range(1, 20)),
    )
    assert located(project, web).figures == {"given": 22, "found": 2, "not asked": 0}
    assert web.paths == ["/geocodage/search/csv"]
    form = posted(web.posted[0], web.asked[0][1]["Content-Type"])
    assert (form["postcode"], form["citycode"], form["columns"]) == ("postcode", "citycode", "commune")
    assert places(project).keys() == {"30 rue du Hub", "rue Ailleurs"}


def test_no_address_is_sent_twice_nor_whose_name_stands_beside_it(project: Project, web: Site) -> None:
    given(project, "Camille Exemple;;;30 rue du Hub;68100;Mulhouse", "Ateliers;;;30 rue du Hub;68100;Mulhouse")
    located(project, web)
    located(project, web)
    assert len(web.asked) == 1 and "Camille" not in web.paths[0]
    assert len(rows(project, "address_claims")) == 2


def test_sites_of_the_hub_are_looked_up(project: Project, web: Site) -> None:
    sites = (HubSite(id="b1", name="Halle fictive", address="30 rue du Hub", postcode="68100"),)
    located(replace(project, hub=project.hub.model_copy(update={"sites": sites})), web)
    assert [c["subject_kind"] for c in rows(project, "address_claims")] == ["place"]


def test_addresses_of_who_objects_to_diffusion_are_not_sent(project: Project, web: Site) -> None:
    given(
        project,
        f"Paul Imaginé;{PAUL};;30 rue du Hub;68100;Mulhouse",
        f"Boréale;{BOREALE};;allée Fictive;68100;Mulhouse",
    )
    located(with_stock(project), web)
    assert not web.asked


@pytest.mark.parametrize(
    "reply",
    [Reply(b"", 503), Reply(b"", 429, {"Retry-After": "3600"}), Reply(b"<html>", 200), Reply(b"", 404)],
    ids=str,
)
@pytest.mark.parametrize("many", [1, 12])
def test_a_geocoder_that_fails_stops_nothing_and_is_asked_at_the_next_refresh(
    project: Project, web: Site, reply: Reply, many: int
) -> None:
    given(project, *(f"N{n};;;{n}0 rue du Hub;68100;Mulhouse" for n in range(3, 3 + many)))
    answers, web.otherwise = web.otherwise, reply
    assert located(project, web).figures == {"given": many, "found": 0, "not asked": many}
    (told,) = rows(project, "address_rejects")
    assert "it is not known yet where they lie" in told["sentence"] and told["reason"] in ("unavailable", "refused")
    web.otherwise = answers
    assert located(project, web).figures["found"] == 1
    assert not rows(project, "address_rejects") and not sentences(project)


def test_without_an_address_of_a_geocoder_nobody_is_asked(project: Project, web: Site) -> None:
    given(project, "A;;;30 rue du Hub;68100;Mulhouse")
    assert located(project, web, url="").figures == {"given": 0, "found": 0, "not asked": 0}
    assert not web.asked
