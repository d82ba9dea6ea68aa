"""What each source gave and when, and that what is lost of them is never published unawares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from press_site import item, page, rss, site
from test_tables_build import ANNUAIRE, LOCATAIRES, World, fictional

from km0_pipeline.hub import Feed, Geocoder
from km0_pipeline.press.feeds import press_feeds
from km0_pipeline.steps import Project
from km0_pipeline.storage import write_json
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.checks import checks, run_checks
from km0_pipeline.tables.table import table

TABLES = ("sources", "freshness")


@pytest.fixture
def world(project: Project) -> World:
    """The fictional world, and files in data/raw where it says that they lie."""
    w = fictional(project)
    for document in (*w.documents, *w.registries):
        (w.project.raw / document["path"]).touch()
    return w


def expecting(world: World, **every: str) -> None:
    """Let hub.toml expect something new of `press` or of a registry that often."""
    hub = world.project.hub
    press = hub.press.model_copy(update={"expected_every": every.pop("press", "")})
    registries = tuple(r.model_copy(update={"expected_every": every.get(r.name, "")}) for r in hub.registries)
    world.project = replace(world.project, hub=hub.model_copy(update={"press": press, "registries": registries}))


def build(world: World, version: str) -> dict[str, dict[str, Any]]:
    """The freshness of each source, as a run of that version makes it."""
    world.write()
    for name in TABLES:
        build_table(world.project, table(name), version=version)
    return {r["source"]: r for r in world.rows_of("freshness")}


def publish(world: World, version: str) -> None:
    """What publication leaves of these tables, as far as the next run sees it."""
    folder = world.project.published / version
    folder.mkdir(parents=True)
    for name in TABLES:
        (folder / f"{name}.parquet").write_bytes(world.project.made(f"table_{name}").read_bytes())
    versions = [*world.project.index()["versions"], {"version": version}]
    write_json(world.project.published / "index.json", {"latest": version, "versions": versions})


def lost(world: World, version: str, *accepted: str) -> str:
    """What the check of sources says of that run, in which these losses are meant; '' where it passes."""
    build(world, version)
    (check,) = (c for c in checks(table("freshness")) if c.name == "sources_not_lost")
    (result,) = run_checks(replace(world.project, accepted=frozenset(accepted)), table("freshness"), [check])
    return "" if result.passed else result.sentence


def without(world: World, *documents: str, files: bool = True) -> None:
    """Let these documents not be read, and, unless `files` is false, their files not be there."""
    if files:
        for document in (*world.documents, *world.registries):
            if document["document_id"] in documents:
                (world.project.raw / document["path"]).unlink(missing_ok=True)
    world.rows = [r for r in world.rows if r["document_id"] not in documents]
    world.registries = [r for r in world.registries if r["document_id"] not in documents]
    world.documents = [d for d in world.documents if d["document_id"] not in documents]
    world.press = [c for c in world.press if c.document_id not in documents]
    world.mentions = {m: v for m, v in world.mentions.items() if v["document_id"] not in documents}


def test_each_source_says_what_it_gave_and_when_it_last_gave_something_new(world: World) -> None:
    first = build(world, "2026.11.22")
    assert list(first) == ["press", "registries/annuaire", "registries/locataires"]
    registry = first["registries/locataires"]
    assert (registry["kind"], registry["documents"], registry["newest_on"], registry["last_new_on"]) == ("registry", 1, "2026-01", date(2026, 11, 22))
    assert first["press"]["documents"] == len(world.documents) and first["press"]["records"] == len(world.press)
    publish(world, "2026.11.22")
    world.article("a" * 20, "autre", "2026-12-01")
    later = build(world, "2026.12.3-2")
    assert (later["press"]["last_new_on"], later["press"]["newest_on"]) == (date(2026, 12, 3), "2026-12-01")
    assert later["registries/locataires"]["last_new_on"] == date(2026, 11, 22)


def test_a_source_is_late_when_nothing_new_came_for_longer_than_hub_toml_expects(world: World) -> None:
    expecting(world, locataires="P1M", press="P2W")
    found = build(world, "2026.11.22")
    assert {s: (r["due_on"], r["state"]) for s, r in found.items()} == {
        "press": (date(2026, 12, 6), "fresh"),
        "registries/annuaire": (None, "unknown"),
        "registries/locataires": (date(2026, 12, 22), "fresh"),
    }
    publish(world, "2026.11.22")
    assert {s: r["state"] for s, r in build(world, "2026.12.6").items()}["press"] == "fresh", "the last day on which it may come"
    assert {s: r["state"] for s, r in build(world, "2026.12.7").items()} == {"press": "late", "registries/annuaire": "unknown", "registries/locataires": "fresh"}


def test_a_day_without_news_makes_the_same_table(world: World) -> None:
    expecting(world, locataires="P1Y")
    build(world, "2026.11.22")
    before = world.project.made("table_freshness").read_bytes()
    publish(world, "2026.11.22")
    build(world, "2026.11.23")
    assert world.project.made("table_freshness").read_bytes() == before


def test_articles_of_a_feed_are_of_the_feed(world: World) -> None:
    feed = Feed(name="courrier", url="https://courrier.example/flux.xml", publisher="Le Courrier inventé")
    world.project = replace(world.project, hub=world.project.hub.model_copy(update={"feeds": (feed,), "geocoder": Geocoder(url="https://geo.example/")}))
    world.article("f" * 20, "courrier/nouvelle", "2026-11-01")
    found = build(world, "2026.11.22")
    assert (found["press/courrier"]["documents"], found["press/courrier"]["title"]) == (1, "Le Courrier inventé")
    assert found["press"]["documents"] == len(world.documents) - 1
    assert (found["geocoder"]["documents"], found["geocoder"]["state"]) == (0, "unknown")


def test_a_source_that_is_gone_stops_and_names_its_files_and_what_to_do(world: World) -> None:
    build(world, "2026.11.22")
    publish(world, "2026.11.22")
    assert lost(world, "2026.11.23") == ""
    rows = len([r for r in world.registries if r["document_id"] == LOCATAIRES])
    without(world, LOCATAIRES)
    said = lost(world, "2026.11.23")
    assert said.startswith("registries/locataires: 0 documents could be used and 0 rows read; ")
    assert f"1 and {rows} in the last snapshot (2026.11.22)" in said
    assert "Gone from data/raw: registries/locataires.csv" in said and "--accept-loss registries/locataires" in said
    assert lost(world, "2026.11.23", "registries/locataires") == "", "it may be meant"
    assert "nearest: registries/locataires" in lost(world, "2026.11.23", "registries/locatairs")


def test_files_that_are_there_and_were_refused_are_not_called_gone(world: World) -> None:
    build(world, "2026.11.22")
    publish(world, "2026.11.22")
    without(world, *(d["document_id"] for d in world.documents), files=False)
    said = lost(world, "2026.11.23")
    assert said.startswith("press: 0 documents") and "Its files are there" in said and "Gone" not in said


def test_a_folder_that_is_not_mounted_is_asked_for(world: World) -> None:
    build(world, "2026.11.22")
    publish(world, "2026.11.22")
    without(world, LOCATAIRES, ANNUAIRE, *(d["document_id"] for d in world.documents))
    said = lost(world, "2026.11.23").splitlines()
    assert "is the folder that it lies in there, and mounted?" in said[0]
    assert [line.partition(":")[0] for line in said[1:]] == ["press", "registries/annuaire", "registries/locataires"]


def test_a_registry_cut_short_stops_and_a_single_article_taken_back_does_not(world: World) -> None:
    for title in "abc":
        world.article(title * 20, title, "2026-10-01")
    world.registries[0]["rows"] = 10
    build(world, "2026.11.22")
    publish(world, "2026.11.22")
    without(world, "b" * 20)
    assert lost(world, "2026.11.23") == ""
    world.registries[0]["rows"] = 6
    assert "6 rows read; 1 and 10 in the last snapshot" in lost(world, "2026.11.23")


def test_a_source_taken_out_of_hub_toml_is_no_loss_and_rows_may_go_with_it(world: World) -> None:
    build(world, "2026.11.22")
    publish(world, "2026.11.22")
    without(world, LOCATAIRES, ANNUAIRE)
    rows = {c.name: c for c in checks(table("sources"))}["rows_not_lost"]
    build(world, "2026.11.23")
    (stopped,) = run_checks(world.project, table("sources"), [rows])
    assert not stopped.passed and "--accept-loss sources" in stopped.sentence
    (meant,) = run_checks(replace(world.project, accepted=frozenset({"sources"})), table("sources"), [rows])
    assert meant.passed
    world.project = replace(world.project, hub=world.project.hub.model_copy(update={"registries": ()}))
    assert lost(world, "2026.11.23") == ""
    (passed,) = run_checks(world.project, table("sources"), [rows])
    assert passed.passed and "they may, with registries/annuaire, registries/locataires" in passed.sentence


def test_where_nothing_was_ever_read_nothing_is_published(project: Project) -> None:
    said = lost(World(project), "2026.11.22")
    assert "Nothing was read, so there is nothing to publish" in said and "data/raw/registries/locataires*.csv" in said


def asked_on(world: World, day: date) -> None:
    """What a refresh of that day does first: ask the feeds."""
    press_feeds(replace(world.project, day=day))


def test_a_feed_that_is_down_stops_nothing_and_says_since_when_and_what_it_gave_stays(world: World) -> None:
    with site() as web:
        web.routes |= {"/flux": rss(item("/a")), "/a": page()}
        quick = Feed(name="courrier", url=f"{web.url}/flux", allow_private=True, pause_seconds=0, max_seconds=30, attempts=1)
        world.project = replace(world.project, hub=world.project.hub.model_copy(update={"feeds": (quick,)}))
        asked_on(world, date(2026, 11, 22))
        (kept,) = (p for p in (world.project.raw / "press/courrier").iterdir() if not p.name.startswith("."))
        world.article("f" * 20, f"courrier/{kept.stem}", "2026-11-01")
        world.documents[-1]["path"] = f"press/courrier/{kept.name}"
        assert build(world, "2026.11.22")["press/courrier"]["unreached_since"] is None
        publish(world, "2026.11.22")
    for day in (23, 24):  # its server is down
        asked_on(world, date(2026, 11, day))
        assert lost(world, f"2026.11.{day}") == ""
        found = {r["source"]: r for r in world.rows_of("freshness")}["press/courrier"]
        assert (found["documents"], found["unreached_since"]) == (1, date(2026, 11, 23))
    kept.unlink()
    without(world, "f" * 20)
    assert f"Gone from data/raw: press/courrier/{kept.name}" in lost(world, "2026.11.24"), "content is lost only where what it gave is"


def test_where_the_only_source_was_never_reached_the_sentence_says_so(project: Project) -> None:
    down = Feed(name="courrier", url="http://127.0.0.1:9/flux", allow_private=True, max_seconds=2, attempts=1)
    world = World(replace(project, hub=project.hub.model_copy(update={"feeds": (down,)})))
    asked_on(world, date(2026, 11, 22))
    said = lost(world, "2026.11.22")
    assert "Nothing was read" in said and "press/courrier could not be reached." in said


@pytest.mark.parametrize("name", ["claims", "optout"])
def test_decisions_that_are_gone_stop_and_one_more_does_not(world: World, name: str) -> None:
    path = world.project.raw / "decisions" / f"{name}.jsonl"
    path.write_text('{"n": 1}\n{"n": 2}\n', encoding="utf-8")
    assert build(world, "2026.11.22")[f"decisions/{name}"]["records"] == 2
    publish(world, "2026.11.22")
    path.write_text('{"n": 1}\n{"n": 2}\n{"n": 3}\n', encoding="utf-8")
    assert lost(world, "2026.11.23") == "" and {r["source"]: r for r in world.rows_of("freshness")}[f"decisions/{name}"]["last_new_on"] == date(2026, 11, 23)
    path.write_text('{"n": 1}\n{"n"', encoding="utf-8")
    assert f"data/raw/decisions/{name}.jsonl holds 1 line, 2 in the last snapshot (2026.11.22)" in lost(world, "2026.11.23")
    path.unlink()
    said = lost(world, "2026.11.23")
    assert "holds 0 lines" in said and f"--accept-loss decisions/{name}" in said and ("asked to be left out" in said) is (name == "optout")
    path.parent.rmdir()
    assert lost(world, "2026.11.23") == said
    assert lost(world, "2026.11.23", f"decisions/{name}") == ""
    rows = {c.name: c for c in checks(table("sources"))}["rows_not_lost"]
    without(world, LOCATAIRES, ANNUAIRE)
    build(world, "2026.11.23")
    assert not run_checks(world.project, table("sources"), [rows])[0].passed, "nor are rows of tables let go with them unsaid"
