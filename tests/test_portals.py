"""What a push promises, on portals that answer as told; the real ones: tests/portals."""

from __future__ import annotations

import json
import logging
import re
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from portal_pushes import DATASETS, FIRST, SECOND, VARIABLES, WORLDS, Pushed, at
from portal_world import (
    KEY,
    LICENCE,
    ORGANISATION,
    Fault,
    Portal,
    Said,
    served,
    snapshot_files,
    two_versions,
)

from km0_pipeline.cli import main
from km0_pipeline.portals import push
from km0_pipeline.portals.outcome import PortalError
from km0_pipeline.publish.privacy import optout
from km0_pipeline.publish.rebuild import rebuild
from km0_pipeline.steps import Project
from tests.conftest import hub_toml


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two versions of the library's tables."""
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    project = Project.at(root)
    two_versions(project)
    return project


@pytest.fixture(params=WORLDS)
def any_portal(request: pytest.FixtureRequest, published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    with at(request.param, published, monkeypatch) as pushed:
        yield pushed


@pytest.fixture(params=DATASETS)
def pushed(request: pytest.FixtureRequest, published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    with at(request.param, published, monkeypatch) as pushed:
        yield pushed

def test_a_first_push_shows_the_snapshot_and_a_second_changes_nothing_and_says_so(any_portal: Pushed) -> None:
    outcome = any_portal.push()
    assert outcome.created and outcome.version == SECOND
    assert any_portal.shows(SECOND)
    again = any_portal.push()
    assert not again.changed and "nothing was changed" in "\n".join(again.lines())
    assert any_portal.portal.changes() == []


def test_a_dry_run_says_what_it_would_do_and_does_nothing(any_portal: Pushed) -> None:
    planned = any_portal.push(dry_run=True)
    assert any_portal.portal.changes() == [] and "would be" in "\n".join(planned.lines())
    done = any_portal.push()
    assert (planned.added, planned.replaced, planned.removed) == (done.added, done.replaced, done.removed)


def test_only_what_differs_is_sent(any_portal: Pushed) -> None:
    any_portal.push(FIRST)
    outcome = any_portal.push(SECOND)
    first, second = (snapshot_files(any_portal.project, v) for v in (FIRST, SECOND))
    differ = {p for p in second if first[p] != second[p] and any_portal.takes(p)}
    sent = {p.removeprefix(f"{SECOND}/") for p in (*outcome.added, *outcome.replaced)}
    assert sent == (set(second) if any_portal.name == "s3" else differ)
    assert any_portal.shows(SECOND)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (Said(500, {"message": "broken"}), "500"),
        ("drop", "can't be reached|error sending|HTTP error"),
        ("late", "can't be reached|error|time"),
    ],
    ids=["500", "dropped at nine tenths", "late"],
)
def test_a_push_that_breaks_off_anywhere_shows_nothing_half_and_the_next_completes_it(any_portal: Pushed, how: Said | str, words: str) -> None:
    any_portal.set(attempts=1)
    any_portal.push(FIRST)
    requests = len(Probe(any_portal).changing(SECOND))
    for nth in {requests // 2 or 1} if how == "late" else sorted({1, requests // 2 or 1, requests}):
        any_portal.push(FIRST) if any_portal.name != "s3" else forget(any_portal, SECOND)
        any_portal.portal.faults = [Fault("^(PUT|POST|DELETE)", how, nth, times=99)]
        any_portal.set(attempts=1, **{"max_seconds": 0.4} if how == "late" else {})
        error = any_portal.refused(SECOND)
        any_portal.portal.faults = []
        any_portal.set(attempts=1)
        assert error.passing and re.search(words, str(error)), error
        if any_portal.name == "s3":
            assert b"2026.11.23" not in any_portal.portal.files["index.json"]
        else:
            assert any_portal.hidden() or any_portal.shows(FIRST) or any_portal.shows(SECOND), nth
            assert ("the dataset is hidden" in str(error)) is any_portal.hidden()
        any_portal.push(SECOND)
        assert any_portal.shows(SECOND) and (any_portal.name == "s3" or not any_portal.hidden())


def test_what_passes_is_asked_for_again(any_portal: Pushed) -> None:
    any_portal.portal.faults = [Fault("", Said(503), nth=2), Fault("", Said(429, {}, {"Retry-After": "0"}), nth=5)]
    any_portal.push() if any_portal.name == "s3" else forgiving(any_portal)
    assert any_portal.shows(SECOND)


def test_a_portal_that_stores_something_else_is_found_out_and_the_next_push_mends_it(any_portal: Pushed) -> None:
    any_portal.push(FIRST)
    any_portal.portal.stores = lambda content: content[:-1] + b"?" if b"autrement" in content else content
    error = any_portal.refused(SECOND)
    assert re.search("something else", str(error)) and re.search("organisations|zip|changes|CHANGELOG", str(error))
    assert any_portal.name != "s3" or b"2026.11.23" not in any_portal.portal.files["index.json"]
    any_portal.portal.stores = lambda content: content
    any_portal.push(SECOND)
    assert any_portal.shows(SECOND)


def test_without_a_key_it_says_which_variable_is_to_be_set(any_portal: Pushed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLES[any_portal.name])
    assert f"set {VARIABLES[any_portal.name]}" in str(any_portal.refused())
    assert any_portal.portal.asked == []


def test_no_key_goes_unencrypted_to_another_machine(any_portal: Pushed) -> None:
    any_portal.set(**{"endpoint" if any_portal.name == "s3" else "url": "http://portal.example"})
    assert "https" in str(any_portal.refused())


def test_the_key_is_seen_nowhere(any_portal: Pushed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    any_portal.push(FIRST)
    seen = [*any_portal.said, caplog.text]
    echo = Said(403, {"message": f"no such key: {KEY}", "error": f"{KEY}"})
    for how in (echo, Said(400, {"message": KEY}), Said(302, None, {"Location": f"https://elsewhere.example/?key={KEY}"}), Said(200, b"no JSON " + KEY.encode()), "drop"):
        any_portal.set(attempts=1)
        any_portal.portal.faults = [Fault("", how, times=99)]
        error = any_portal.refused(SECOND)
        seen += ["".join(traceback.format_exception(error)), repr(error)]
        context: BaseException | None = error
        while context is not None:
            seen += [str(vars(context)), repr(getattr(getattr(context, "request", None), "headers", ""))]
            context = context.__context__
        done = CliRunner().invoke(main, ["--root", str(any_portal.project.root), "push", any_portal.name])
        assert done.exit_code == 1
        seen += [done.output, repr(done.exc_info)]
    found = [text for text in (*seen, caplog.text) if KEY in text]
    assert not found, found[0][:2000]


def test_the_command_prints_what_changed_and_where_to_look(any_portal: Pushed) -> None:
    run = ["--root", str(any_portal.project.root), "push", any_portal.name]
    first, second = (CliRunner().invoke(main, run) for _ in range(2))
    assert first.exit_code == second.exit_code == 0
    assert "made anew" in first.output and "nothing was changed" in second.output


def test_a_version_that_there_is_not_and_a_snapshot_that_is_damaged_are_refused(any_portal: Pushed) -> None:
    assert SECOND in str(any_portal.refused("2026.1.1"))
    damaged: Path = any_portal.project.published / SECOND / "places.csv"
    content = damaged.read_bytes()
    try:
        damaged.write_bytes(content + b"x")
        assert "places.csv" in str(any_portal.refused())
    finally:
        damaged.write_bytes(content)


def forgiving(pushed: Pushed) -> None:
    """Push until it goes well: what may have been done is not asked for twice in one push."""
    for _ in range(3):
        try:
            pushed.push()
        except PortalError as e:
            assert e.passing
        else:
            return
    raise AssertionError("it never went well")


def forget(pushed: Pushed, version: str) -> None:
    """Take a version out of the bucket."""
    pushed.portal.files = {k: v for k, v in pushed.portal.files.items() if not k.startswith(version)}
    pushed.portal.files["index.json"] = pushed.portal.files.get("first index", pushed.portal.files["index.json"])


class Probe:
    """Which requests a push makes, on the portal itself, which has then made them."""

    def __init__(self, pushed: Pushed) -> None:
        self.pushed = pushed

    def changing(self, version: str) -> list[str]:
        files = self.pushed.portal.files
        if self.pushed.name == "s3":
            files["first index"] = files["index.json"]
        self.pushed.push(version)
        return self.pushed.portal.changes()
def test_ids_stay_and_what_people_put_there_stays(pushed: Pushed) -> None:
    pushed.push(FIRST)
    before = pushed.ids()
    pushed.dataset["resources"].insert(0, {"id": "of-people", "title": "Un lien", "filetype": "remote", "url": "https://hub.example/", "name": "Un lien"})
    pushed.push(SECOND)
    assert pushed.ids() == before
    assert [r["id"] for r in pushed.dataset["resources"]][-1] == "of-people"


def test_what_was_changed_by_hand_is_put_right_and_a_hidden_dataset_stays_hidden(pushed: Pushed) -> None:
    pushed.push()
    pushed.dataset["title"] = "Autre chose"
    pushed.dataset["private"] = True
    assert pushed.push().described == ("title",)
    assert pushed.dataset["title"] == pushed.project.hub.publisher.title and pushed.dataset["private"]


def test_a_file_that_is_gone_from_the_snapshot_goes_from_the_portal(pushed: Pushed) -> None:
    pushed.push(FIRST)
    resource = next(r for r in pushed.dataset["resources"] if r["id"] == pushed.ids()["people.csv"])
    twin = {**resource, "id": "twin", "extras": {**resource.get("extras", {}), "km0:path": "gone.csv"}, "km0_path": "gone.csv"}
    pushed.dataset["resources"].append(twin)
    assert pushed.push(SECOND).removed == ("gone.csv",)
    assert "gone.csv" not in pushed.ids() and pushed.shows(SECOND)


def test_what_is_too_large_and_what_moved_are_told_in_a_sentence(pushed: Pushed) -> None:
    pushed.portal.faults = [Fault("POST .*(upload|revise)", Said(413), times=99)]
    assert 'files = "link"' in str(pushed.refused())
    pushed.portal.faults = [Fault("", Said(301, None, {"Location": "https://elsewhere.example/api"}), times=99)]
    assert "https://elsewhere.example/api" in str(pushed.refused())
    pushed.portal.faults = [Fault("", Said(429, None, {"Retry-After": "3600"}), times=99)]
    assert "3600 seconds" in str(pushed.refused()) and len(pushed.portal.asked) == 1
    pushed.portal.faults = [Fault("", Said(200, {"hello": "world"}), times=99)]
    assert pushed.refused()


def test_links_are_changed_in_one_request_once_they_lead_somewhere(pushed: Pushed) -> None:
    class Files(Portal):
        def answer(self, asked: Any) -> Said:
            path = pushed.project.published / asked.path.lstrip("/")
            return Said(200, path.read_bytes()) if path.is_file() and SECOND not in str(path) else Said(404)

    files = Files()
    with served(files):
        pushed.set(files="link", base_url=f"{files.url}/")
        pushed.push(FIRST)
        assert {r["url"] for r in pushed.dataset["resources"]} == {f"{files.url}/{FIRST}/{p}" for p in snapshot_files(pushed.project, FIRST)}
        before = pushed.ids()
        assert "SHA256SUMS" in str(pushed.refused(SECOND)), "base_url does not have that version yet"
        files.answer = lambda asked: Said(200, (pushed.project.published / asked.path.lstrip("/")).read_bytes())  # type: ignore[method-assign]
        pushed.push(SECOND)
        assert len(pushed.portal.changes()) == 1
        assert pushed.ids() == before
        assert not any(KEY in str(a.headers) for a in files.asked), "the key went to another host"
        assert not pushed.push(SECOND).changed


@pytest.fixture
def udata(published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    with at("datagouv", published, monkeypatch) as pushed:
        yield pushed


def test_udata_is_asked_which_files_it_takes_and_what_it_does_not_is_left_out_or_linked(udata: Pushed) -> None:
    outcome = udata.push()
    assert any("places.parquet" in s and "base_url" in s for s in outcome.left_out)
    assert {"README.md", "SHA256SUMS"} <= udata.ids().keys(), "plain text goes as .txt"


def test_a_licence_that_udata_does_not_know_is_refused_before_anything_is_changed(udata: Pushed) -> None:
    path = udata.project.root / "hub.toml"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace(LICENCE, "https://licence.example/"), encoding="utf-8")
        udata.set()
        assert "lov2" in str(udata.refused()) and udata.portal.changes() == []
    finally:
        path.write_text(text, encoding="utf-8")
    udata.set(licence="lov2")
    assert udata.push().created


def test_a_dataset_is_hidden_only_while_more_than_one_file_is_put_in_place(udata: Pushed) -> None:
    udata.push(FIRST)
    udata.push(SECOND)
    private = [a.json["private"] for a in udata.portal.asked if a.method == "PUT" and a.path.endswith(f"/{udata.dataset['id']}/")]
    assert private == [True, False] and not udata.dataset["private"]
    order = [str(a) for a in udata.portal.asked if a.method == "POST"]
    first = next(n for n, a in enumerate(udata.portal.asked) if a.method == "PUT")
    assert all("file" in a.form for a in udata.portal.asked[:first] if a.method == "POST"), "all bytes are sent before it is hidden"
    assert not any("file" in a.form for a in udata.portal.asked[first:] if a.method == "POST") and order


def test_a_dataset_that_a_person_has_hidden_is_not_shown_by_the_push_after_one_that_broke_off(udata: Pushed) -> None:
    udata.push(FIRST)
    udata.dataset["private"] = True
    resource = next(r for r in udata.dataset["resources"] if r["id"] == udata.ids()["people.csv"])
    udata.dataset["resources"].append({**resource, "id": "twin", "extras": {"km0:path": "gone.csv"}})
    udata.portal.faults = [Fault("DELETE", Said(400), times=99)]
    assert "hidden" not in str(udata.refused(SECOND))
    udata.portal.faults = []
    udata.push(SECOND)
    assert udata.shows(SECOND) and udata.dataset["private"]


def test_a_dataset_that_udata_has_but_no_push_made_is_taken_over_only_where_hub_toml_names_it(udata: Pushed) -> None:
    udata.portal.datasets["theirs"] = {"id": "theirs", "resources": [], "private": False, "title": "x", "extras": {"note": "kept"}, "organization": ORGANISATION, "acronym": "KM"}
    udata.push()
    assert len(udata.portal.datasets) == 2
    del udata.portal.datasets[next(k for k in udata.portal.datasets if k != "theirs")]
    udata.set(dataset="theirs")
    udata.push()
    assert udata.dataset["id"] == "theirs" and udata.dataset["extras"]["note"] == "kept" and udata.dataset["acronym"] == "KM"
    udata.set(dataset="nowhere")
    assert "nowhere" in str(udata.refused())


@pytest.fixture
def bucket(published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    with at("s3", published, monkeypatch) as pushed:
        yield pushed


def test_a_bucket_holds_every_version_and_the_same_index(bucket: Pushed) -> None:
    bucket.push()
    assert bucket.shows(FIRST) and bucket.shows(SECOND)
    assert bucket.portal.files["index.json"] == (bucket.project.published / "index.json").read_bytes()
    assert bucket.portal.changes()[-1] == "PUT /bucket/index.json"


def test_half_a_site_is_not_pushed(bucket: Pushed) -> None:
    pages = {name: bucket.project.published / name for name in ("index.html", ".site")}
    pages["index.html"].write_text("<!doctype html>", encoding="utf-8")
    pages[".site"].write_text("index.html\n", encoding="utf-8")
    try:
        bucket.push()
    finally:
        for path in pages.values():
            path.unlink()
    assert "feed.xml" in bucket.portal.files and not pages.keys() & bucket.portal.files.keys()


def test_a_version_never_changes_unless_it_is_said_to_have_been_rebuilt(bucket: Pushed) -> None:
    bucket.push()
    bucket.portal.files[f"{FIRST}/places.csv"] = b"other"
    bucket.portal.files[f"{FIRST}/more.csv"] = b"more"
    assert "--replace" in str(bucket.refused()) and bucket.portal.changes() == []
    bucket.push(replace=True)
    assert bucket.shows(FIRST)
    assert bucket.portal.files["index.json"] == (bucket.project.published / "index.json").read_bytes()
    rewritten = [a for a in bucket.portal.asked if a.method == "PUT"]
    assert rewritten[0].path.endswith("index.json") and FIRST not in {v["version"] for v in json.loads(rewritten[0].body)["versions"]}, "it is not to be read meanwhile"


def test_who_asked_to_be_left_out_goes_from_a_bucket_with_the_former_version(bucket: Pushed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.push()
    shutil.copytree(bucket.project.root, tmp_path / "hub", symlinks=True)
    bucket.project = replace(bucket.project, root=tmp_path / "hub")
    monkeypatch.setenv(optout.VARIABLE, "0123456789abcdef" * 4)
    optout.add(bucket.project.raw, optout.key(bucket.project.raw), "organisation", "Atelier tout autrement nommé", date(2026, 11, 24))
    assert [r.now for r in rebuild(bucket.project)] == [f"{SECOND}+r1"]
    outcome = bucket.push()
    assert bucket.portal.files["index.json"] == (bucket.project.published / "index.json").read_bytes()
    assert f"{SECOND}/organisations.csv" in outcome.removed
    assert {path.partition("/")[0] for path in bucket.portal.files if "/" in path} == {FIRST, f"{SECOND}+r1"}
    assert not bucket.push().changed


def test_of_two_pushes_at_once_one_writes_the_index_and_the_other_says_so(bucket: Pushed) -> None:
    bucket.push(FIRST)
    once = bucket.portal.stores

    def other_writes(content: bytes) -> bytes:
        bucket.portal.files["index.json"] = b'{"latest": null, "versions": []}'
        return content

    bucket.portal.stores = other_writes
    assert "another push" in str(bucket.refused(SECOND))
    bucket.portal.stores = once
    bucket.push(SECOND)
    assert bucket.shows(SECOND)


def test_a_portal_that_hub_toml_does_not_name_is_told_in_a_sentence(published: Project) -> None:
    path = published.root / "hub.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("\n[portals.")[0], encoding="utf-8")
    with pytest.raises(PortalError, match=r"\[portals.ckan\]"):
        push(Project.at(published.root), "ckan")
