"""The past rebuilt from dated files: the same versions as if the hub had been refreshed then."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest
from runs import make_run

from assets.definitions import definitions
from assets.resources import ProjectResource
from assets.run import main
from km0_pipeline.backfill import BackfillError, days, lay_out, undated
from km0_pipeline.press.feeds import press_feeds
from km0_pipeline.steps import Project
from tests.conftest import hub_toml

REGISTRY = "Dénomination;Activité;Effectif\nTisserands du Futur;Textile;12\nAteliers Zéphyr;Mécanique;5\n"
NOTE = """---
title: Une fête au hub
publisher: Gazette des Essais
url: https://gazette.example/fete-{month}
published: 2026-{month}-10
licence: etalab-2.0
---

Le KM0 accueille Nuage Bleu. Nuage Bleu est installé au KM0 et emploie {month} salariés.
"""


def decision(when: str) -> str:
    about = {"claim": "tenant_of", "subject": "Personne", "value": "KM0", "title": "", "publisher": ""}
    return json.dumps({"decision": "accept", "by": "une gestionnaire", "when": when, "why": "", "score": 0.5, "claim": about}) + "\n"


def put(project: Project, path: str, text: str) -> None:
    (project.raw / path).parent.mkdir(parents=True, exist_ok=True)
    (project.raw / path).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A hub that was refreshed in January and in February, when their files came; and a file that states no day."""
    root = tmp_path_factory.mktemp("lived")
    hub_toml(root)
    project = Project.at(root)
    put(project, "registries/locataires-2026-01.csv", REGISTRY)
    ran = make_run(root, "2026-01-31")
    assert ran.returncode == 0, ran.stderr
    put(project, "press/fevrier.md", NOTE.format(month="02"))
    ran = make_run(root, "2026-02-10")
    assert ran.returncode == 0, ran.stderr
    put(project, "press/sans-date.md", "Le KM0 accueille Ateliers Zéphyr.\n")
    return project


def bytes_of(project: Project) -> dict[str, bytes]:
    files = (p for p in project.published.rglob("*") if p.is_file() and p.relative_to(project.published).parts[0][:2] == "20")
    return {p.relative_to(project.published).as_posix(): p.read_bytes() for p in (*files, project.published / "index.json", project.published / "feed.xml")}


@pytest.mark.pipeline
def test_the_past_rebuilt_is_the_past_as_it_was(lived: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    status = main(["--root", str(lived.root), "--history", str(tmp_path / "past")])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert "2 versions in" in said.out and "1 files of data/raw state no day" in said.out
    with dg.DagsterInstance.get() as instance:
        assert not instance.get_runs(), "else the hub's record would show the past as what was made last, and its sources as fresh"
    then, now = bytes_of(lived), bytes_of(Project.at(tmp_path / "past"))
    assert {path.split("/")[0] for path in then} == {"2026.1.31", "2026.2.10", "index.json", "feed.xml"}
    assert [path for path in then if then[path] != now.get(path)] == [] and now.keys() == then.keys()
    assert days(lived, tmp_path / "past", date.max) == [date(2026, 2, 10)], "told again, it goes on from the last day"


def test_what_was_there_on_a_day_is_what_states_it_or_an_earlier_one(lived: Project, tmp_path: Path) -> None:
    assert days(lived, tmp_path / "new", date.max) == [date(2026, 1, 31), date(2026, 2, 10)]
    assert days(lived, tmp_path / "new", date(2026, 1, 31)) == [date(2026, 1, 31)]
    assert undated(lived) == ["press/sans-date.md"]
    (lived.raw / "decisions").mkdir()
    put(lived, "decisions/claims.jsonl", decision("2026-01-02T09:00:00+01:00") + decision("2026-02-01T09:00:00+01:00"))
    put(lived, "decisions/optout.jsonl", '{"when": "2026-03-01"}\n')
    lay_out(lived, tmp_path / "new", date(2026, 1, 31))
    laid = {p.relative_to(tmp_path / "new").as_posix(): len(p.read_bytes().splitlines()) for p in (tmp_path / "new" / "data").rglob("*") if p.is_file()}
    assert laid == {"data/raw/registries/locataires-2026-01.csv": 3, "data/raw/decisions/claims.jsonl": 1, "data/raw/decisions/optout.jsonl": 1}


def test_the_hub_itself_and_a_folder_of_something_else_are_left_alone(lived: Project, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    for folder in (lived.root, tmp_path):
        with pytest.raises(BackfillError, match="empty folder"):
            days(lived, folder, date.max)


def test_a_past_whose_index_is_broken_is_told_in_a_sentence(lived: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    past = tmp_path / "past"
    (past / "data" / "published").mkdir(parents=True)
    (past / "hub.toml").write_bytes((lived.root / "hub.toml").read_bytes())
    (past / "data" / "published" / "index.json").write_text("{", encoding="utf-8")
    assert main(["--root", str(lived.root), "--history", str(past)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{past}: data/published/index.json can't be read") and "delete it" in said and said.count("\n") == 1


def test_the_stock_of_the_register_is_that_of_today(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("km0_pipeline.backfill.stated", lambda _: {"press/a.md": date(2026, 1, 31)})
    path, text = project.root / "hub.toml", (project.root / "hub.toml").read_text(encoding="utf-8")
    path.write_text(text + '[register]\nstock = ["data/sirene/unites.zip", "data/sirene/absent.zip"]\n', encoding="utf-8")
    put(project, "../sirene/unites.zip", "essai")
    past, hub = tmp_path / "deep" / "past", Project.at(project.root)
    assert days(hub, past, date.max) == [date(2026, 1, 31)]
    for _ in range(2):
        lay_out(hub, past, date(2026, 1, 31))
    assert (past / "data/sirene/unites.zip").read_text(encoding="utf-8") == "essai" and not (past / "data/sirene/absent.zip").exists()
    put(project, "../../../ailleurs.zip", "essai")
    path.write_text(text + '[register]\nstock = ["../ailleurs.zip"]\n', encoding="utf-8")
    with pytest.raises(BackfillError, match="counts from the project's folder"):
        days(Project.at(project.root), past, date.max)
    assert days(Project.at(project.root), project.root.parent / "past", date.max)


def test_no_feed_is_asked_for_the_past(project: Project) -> None:
    path = project.root / "hub.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[[feeds]]\nname = "gazette"\nurl = "https://gazette.invalid/flux.xml"\n', encoding="utf-8")
    then = replace(Project.at(project.root), past=True)
    assert press_feeds(then).rows == 1
    (row,) = pq.read_table(then.made("press_feeds")).to_pylist()
    assert (row["outcome"], row["unreached_since"]) == ("unchanged", "") and pq.read_metadata(then.made("press_feed_rejects")).num_rows == 0


def test_of_the_past_nothing_is_sent_to_the_buckets_and_portals_of_the_present(project: Project) -> None:
    path = project.root / "hub.toml"
    named = '[storage]\npublished = "s3://hub/published"\nwarehouse = "s3://hub/warehouse"\n[portals.ckan]\nurl = "https://ckan.invalid"\norganisation = "hub"\n'
    path.write_text(path.read_text(encoding="utf-8") + named, encoding="utf-8")
    given: list[Project] = []

    @dg.asset
    def first(project: ProjectResource) -> None:
        given.append(project.project())  # where there is a bucket, it is fetched

    with dg.DagsterInstance.ephemeral() as instance:
        assert definitions(project.root, past=True, assets=[first]).resolve_job_def("refresh").execute_in_process(instance=instance).success
    (then,) = given
    assert then.past and then.published_bucket is None and then.warehouse_bucket is None
    keys = [{key for asset in definitions(project.root, past=past).assets or () for key in getattr(asset, "keys", ())} for past in (False, True)]
    assert keys[0] - keys[1] == {dg.AssetKey("ckan")} and keys[1] < keys[0]
