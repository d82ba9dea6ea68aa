"""Who asks to be left out is left out: of the next snapshot and of those published before, and the list names nobody."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_tables_build import ARTICLE, LOCATAIRES, World, entity, fictional

from km0_pipeline.cli import main
from km0_pipeline.publish import snapshot
from km0_pipeline.publish.privacy import PublicationStopped, optout
from km0_pipeline.publish.privacy.private import refuse_opted_out
from km0_pipeline.publish.rebuild import rebuild
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json, sole_use
from km0_pipeline.versions import as_published, ordered, rebuilt

SECRET = "0123456789abcdef" * 4
WHO = "Dominique Exemple"
FOUNDER = entity("person", WHO)
TOLD, TO_COME = "Jeanne Habitante", "Paule Tardive"
"""Somebody of whom a text alone speaks, and somebody of whom nothing does yet."""
INTRODUCED = "Paulette Nommée"
"""Named by hub.toml alone, in what it says of the data."""
FIRST, SECOND, THIRD = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(optout.VARIABLE, SECRET)


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two published versions, in both of which the founder stands; a text of the second names somebody whom no table knows."""
    from tests.conftest import hub_toml

    root = tmp_path_factory.mktemp("two-versions")
    hub_toml(root)
    settings = root / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('description = "Qui est', f'description = "{INTRODUCED} présente qui est'), encoding="utf-8")
    world = fictional(Project.at(root))
    publish_of(world, FIRST)
    world.row(LOCATAIRES, 9, name="Cabinet Rêvé", activity=f"conseil, voir {TOLD}")
    publish_of(world, SECOND)
    return root


@pytest.fixture
def project(two_versions: Path, tmp_path: Path) -> Project:
    shutil.copytree(two_versions, tmp_path / "hub", symlinks=True)
    return Project.at(tmp_path / "hub")


@pytest.fixture
def one_version(project: Project) -> Project:
    """The same with the first version alone."""
    shutil.rmtree(project.published / "2026.11.23")
    (project.published / "latest").unlink()
    (project.published / "index.json").write_text(json.dumps({"latest": "2026.11.22", "versions": project.index()["versions"][:1]}))
    return project


def publish_of(world: World, day: date) -> snapshot.Published:
    world.build(world.project.next_version(day))
    return publish(world.project, day)


def asks(project: Project, who: str = WHO, kind: str = "person") -> None:
    assert optout.add(project.raw, SECRET.encode(), kind, who, SECOND)


def held(folder: Path) -> bytes:
    return b"\n".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def tables_hold(folder: Path, *words: str) -> list[str]:
    """Files of a snapshot that hold one of `words`; Parquet read, since it is packed."""
    import pyarrow.parquet as pq

    texts = {p: str(pq.read_table(p).to_pylist()) if p.suffix == ".parquet" else p.read_text(encoding="utf-8", errors="ignore") for p in folder.iterdir()}
    return sorted(p.name for p, text in texts.items() if any(w in text for w in words))


def run(project: Project, *arguments: str, typed: str = "") -> Any:
    return CliRunner().invoke(main, ["--root", str(project.root), *arguments], input=typed)


def test_the_world_names_the_founder_in_both_versions(project: Project) -> None:
    for version in ("2026.11.22", "2026.11.23"):
        assert {"people.csv", "people.parquet", "claims.parquet"} <= set(tables_hold(project.published / version, WHO))


def test_the_list_says_nobody_s_name(project: Project) -> None:
    asks(project)
    asks(project, "732829320", "organisation")
    text = optout.path_of(project.raw).read_text(encoding="utf-8")
    assert "Dominique" not in text and "732829320" not in text and SECRET not in text
    assert [json.loads(line).get("kind") for line in text.splitlines()] == [None, "person", "organisation"]


@pytest.mark.parametrize("written", ["Dominique EXEMPLE", "EXEMPLE Dominique", "  dominique   exemple "])
def test_a_name_is_the_same_however_it_is_written(project: Project, written: str) -> None:
    asks(project, written)
    assert not optout.add(project.raw, SECRET.encode(), "person", WHO, THIRD), "twice on the list"
    named = [(FOUNDER, "person", WHO, None), ("per-2", "person", "Dominique Exemplet", None), ("org-1", "organisation", WHO, None)]
    assert optout.found(optout.read(project.raw), SECRET.encode(), named) == {FOUNDER}


def test_an_organisation_is_known_by_its_siren(project: Project) -> None:
    asks(project, "732 829 320", "organisation")
    named = [("org-1", "organisation", "Fabrique", "732829320"), ("org-2", "organisation", "Fabrique", None)]
    assert optout.found(optout.read(project.raw), SECRET.encode(), named) == {"org-1"}


def test_the_next_snapshot_holds_nothing_of_them(project: Project) -> None:
    asks(project)
    world = fictional(project)
    made = publish_of(world, THIRD)
    assert made.new and tables_hold(made.folder, WHO, FOUNDER) == []
    assert verify(made.folder) == []


def test_apply_takes_them_out_of_every_version_and_says_how_many_rows(project: Project) -> None:
    asks(project)
    done = rebuild(project)
    assert [(r.version, r.now) for r in done] == [("2026.11.22", "2026.11.22+r1"), ("2026.11.23", "2026.11.23+r1")]
    assert sorted(p.name for p in project.published.iterdir() if p.is_dir() and not p.is_symlink()) == ["2026.11.22+r1", "2026.11.23+r1"]
    for r, version in zip(done, project.index()["versions"], strict=True):
        folder = project.published / r.now
        assert r.rows > 0 and verify(folder) == [] and tables_hold(folder, WHO, FOUNDER) == []
        assert version["version"] == r.now
        assert version["withdrawn"] == {"rows": r.rows, "cells": r.cells, "on": "2026-11-23"}
    assert (project.published / "latest").readlink() == Path("2026.11.23+r1")
    index = read_json(project.published / "index.json")
    assert WHO not in json.dumps(index) and FOUNDER not in json.dumps(index)
    assert rebuild(project) == [], "a second time changes nothing"
    asks(project, "Banque Fictive", "organisation")
    assert [r.now for r in rebuild(project)] == ["2026.11.22+r2", "2026.11.23+r2"], "who comes later is taken out of what was rebuilt before"
    assert tables_hold(project.published / "latest", WHO, "Banque Fictive") == []


def test_after_it_the_same_content_publishes_nothing_and_new_content_the_next_version(project: Project) -> None:
    asks(project)
    rebuild(project)
    world = fictional(project)
    world.row(LOCATAIRES, 9, name="Cabinet Rêvé", activity=f"conseil, voir {TOLD}")
    same = publish_of(world, THIRD)
    assert not same.new and same.version == "2026.11.23+r1"
    world.row(LOCATAIRES, 10, name="Maison Imaginée")
    made = publish_of(world, SECOND)
    assert made.new and made.version == "2026.11.23-2"
    assert tables_hold(made.folder, WHO, FOUNDER) == []


def test_a_name_that_a_text_alone_tells_and_one_that_comes_later_are_left_out_too(project: Project) -> None:
    second = project.published / "2026.11.23"
    assert {"organisations.parquet", "organisations.csv"} <= set(tables_hold(second, TOLD))
    asks(project, f"{TOLD.split()[1].upper()} {TOLD.split()[0]}")
    asks(project, TO_COME)
    (done,) = rebuild(project)
    assert (done.now, done.rows) == ("2026.11.23+r1", 0) and done.cells > 0
    assert tables_hold(project.published / done.now, TOLD) == [] and verify(project.published / done.now) == []
    assert rebuild(project) == [], "a second time changes nothing"
    world = fictional(project)
    world.row(LOCATAIRES, 9, name="Cabinet Rêvé", activity=f"conseil, voir {TOLD}, ou {TO_COME}")
    world.said(ARTICLE, "person", TO_COME, "founder_of", next(iter(world.mentions)), 300, original=f"fondé par {TO_COME}")
    made = publish_of(world, THIRD)
    assert made.new and tables_hold(made.folder, TOLD, TO_COME) == []


def test_a_name_in_hub_toml_is_to_be_taken_out_there_and_then_leaves_the_versions(one_version: Project) -> None:
    settings = one_version.root / "hub.toml"
    assert {"README.md", "datapackage.json", "catalog.ttl"} <= set(tables_hold(one_version.published / "2026.11.22", INTRODUCED))
    asks(one_version, INTRODUCED)
    with pytest.raises(PublicationStopped, match=r"hub\.toml, publisher\.description: names somebody who asked to be left out") as e:
        rebuild(one_version)
    assert INTRODUCED not in str(e.value)
    settings.write_text(settings.read_text(encoding="utf-8").replace(INTRODUCED, "Ceci"), encoding="utf-8")
    mended = Project.at(one_version.root)
    assert [(r.now, r.rows, r.cells) for r in rebuild(mended)] == [("2026.11.22+r1", 0, 0)]
    assert tables_hold(mended.published / "latest", INTRODUCED) == [] and verify(mended.published / "latest") == []
    assert rebuild(mended) == [], "a second time changes nothing"


def test_a_body_that_bears_the_name_of_somebody_on_the_list_may_be_the_publisher(project: Project) -> None:
    asks(project)
    publisher = project.hub.publisher.model_copy(update={"name": f"Fondation {WHO}"})
    refuse_opted_out(Project(project.root, project.hub.model_copy(update={"publisher": publisher})), [])
    alone = project.hub.publisher.model_copy(update={"name": WHO})
    with pytest.raises(PublicationStopped, match=r"publisher\.name"):
        refuse_opted_out(Project(project.root, project.hub.model_copy(update={"publisher": alone})), [])


@pytest.mark.parametrize("kill", ["_write_index", "_point_latest", "_remove_older"])
def test_killed_while_it_replaces_a_version_it_is_ended_by_the_next_run(one_version: Project, monkeypatch: pytest.MonkeyPatch, kill: str) -> None:
    project = one_version
    asks(project)
    with monkeypatch.context() as m:
        m.setattr(snapshot, kill, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rebuild(project)
    rebuild(project)
    assert [v["version"] for v in project.index()["versions"]] == ["2026.11.22+r1"]
    assert sorted(p.name for p in project.published.glob("2026*")) == ["2026.11.22+r1"]
    assert WHO.encode() not in held(project.published)


@pytest.mark.parametrize(("given", "said"), [(None, "must hold the secret"), ("short", "32 characters"), ("another secret" * 5, "is not the secret")])
def test_without_the_right_secret_nothing_is_published(project: Project, monkeypatch: pytest.MonkeyPatch, given: str | None, said: str) -> None:
    asks(project)
    monkeypatch.delenv(optout.VARIABLE)
    if given:
        monkeypatch.setenv(optout.VARIABLE, given)
    with pytest.raises(PublicationStopped, match=said) as stopped:
        publish(project, THIRD)
    assert not given or given not in str(stopped.value)


@pytest.mark.parametrize("line", ["{", '{"on": "2026-11-23", "kind": "cat", "digest": "%s"}' % ("0" * 64), "[]"])
def test_a_broken_list_publishes_nothing_and_the_sentence_names_the_line(project: Project, line: str) -> None:
    asks(project)
    with optout.path_of(project.raw).open("a", encoding="utf-8") as f:
        f.write(line + "\n")
    with pytest.raises(PublicationStopped, match=r"optout\.jsonl, line 3"):
        publish(project, THIRD)


def test_the_commands_do_it_and_no_name_is_typed_on_the_line(one_version: Project) -> None:
    project = one_version
    assert "Nobody is on the list" in run(project, "optout", "list").output
    assert "Added" in run(project, "optout", "add", "person", typed=f"{WHO}\n").output
    assert "already" in run(project, "optout", "add", "person", "EXEMPLE Dominique").output
    assert "person        1" in run(project, "optout", "list").output
    assert "On the list since" in run(project, "optout", "list", WHO).output
    assert "Not on the list" in run(project, "optout", "list", "Paule Inventée").output
    applied = run(project, "optout", "apply")
    assert applied.exit_code == 0 and "2026.11.22 is now 2026.11.22+r1" in applied.output and WHO not in applied.output
    assert "Nobody of the list" in run(project, "optout", "apply").output
    assert run(project, "optout", "add", "person", "!!!").exit_code == 1


def test_versions_are_in_the_order_of_the_calendar_and_of_their_rebuilding() -> None:
    names = ["2026.9.30", "2026.11.22", "2026.11.22+r1", "2026.11.22+r2", "2026.11.22-2", "2026.11.22-10", "2026.11.22-10+r1", "2027.1.1"]
    assert max(names, key=ordered) == "2027.1.1" and [ordered(n) for n in names] == sorted(map(ordered, names))
    assert rebuilt("2026.11.22-10") == "2026.11.22-10+r1" and rebuilt("2026.11.22+r1") == "2026.11.22+r2"
    assert as_published("2026.11.22-2+r3") == "2026.11.22-2"


def test_whoever_a_published_version_knows_by_another_name_is_found(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from km0_pipeline.publish.privacy.suppression import suppression_of

    people = {"person_id": ["per-1", "per-2"], "name": ["D. Exemple", "Paule Inventée"], "other_names": ["Dominique Exemple|Exemple", None]}
    pq.write_table(pa.table(people), tmp_path / "people.parquet")
    optout.add(tmp_path, SECRET.encode(), "person", WHO, SECOND)
    assert suppression_of(tmp_path, optout.read(tmp_path), SECRET.encode()).ids == {"per-1"}


def test_where_a_version_can_t_be_written_again_the_pages_still_follow_those_that_were(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: Project) -> None:
        raise PublicationStopped("2026.11.22 could not be written again; it stays as it was.")

    made: list[Project] = []
    monkeypatch.setattr("km0_pipeline.publish.rebuild.rebuild", stopped)
    monkeypatch.setattr("km0_pipeline.catalogue.site.build", made.append)
    said = run(project, "optout", "apply")
    assert said.exit_code == 1 and "it stays as it was" in said.output
    assert len(made) == 1


def test_versions_are_not_rewritten_while_a_refresh_is_at_work(project: Project) -> None:
    before = read_json(project.published / "index.json")
    with sole_use(project.root):
        done = CliRunner().invoke(main, ["--root", str(project.root), "optout", "apply"])
    assert done.exit_code == 1 and "A refresh is at work" in done.output and read_json(project.published / "index.json") == before
