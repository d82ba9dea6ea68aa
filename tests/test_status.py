"""`km0 status`: one screen that says how the hub is doing, and an exit status that a monitor can ask."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from km0_pipeline.cli import main
from km0_pipeline.steps import Project
from tests.test_pipeline import NOTE, make_run


def asked(project: Project) -> Result:
    return CliRunner().invoke(main, ["--root", str(project.root), "status"])


def test_before_the_first_run_it_says_what_to_type(project: Project) -> None:
    said = asked(project)
    assert said.exit_code == 1
    assert "none yet: `make run` makes the first" in said.output
    assert "not known before the first run" in said.output


@pytest.mark.pipeline
def test_it_tells_of_the_last_version_its_sources_and_a_run_that_failed(project: Project) -> None:
    hub = project.root / "hub.toml"
    hub.write_text(hub.read_text().replace('[press]\n', '[press]\nexpected_every = "P1M"\n', 1))
    note = project.raw / "press" / "note.md"
    note.write_text(NOTE.format("Une note", "2026-02-01", "Ateliers Chimère est locataire du KM0. Le KM0 accueille 570 personnes."), encoding="utf-8")
    day = date.today() - timedelta(days=400)  # noqa: DTZ011
    assert make_run(project.root, day.isoformat()).returncode == 0
    said = asked(project)
    assert said.exit_code == 1  # nothing new for more than a month
    assert f"{day.year}.{day.month}.{day.day}, published {day}" in said.output
    assert "ended well" in said.output
    assert "1 late" in said.output and "LATE: expected by" in said.output

    note.unlink()
    failed = make_run(project.root, (day + timedelta(days=1)).isoformat())
    assert failed.returncode == 1
    said = asked(project)
    assert "failed:" in said.output
    assert json.loads((project.warehouse / "last_run.json").read_text())["failed"][0].split(":")[0] in said.output


def test_a_run_that_never_ended_is_not_taken_for_one_that_did(project: Project, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from km0_pipeline.status import note_run

    note_run(project.root, datetime(2026, 3, 1, 5, 30, tzinfo=UTC), None)
    assert "2026-03-01 06:30 and has not ended" in asked(project).output


def test_a_feed_that_is_down_is_told_though_no_version_came_of_it_and_decisions_are_no_source(project: Project) -> None:
    folder = project.published / "2026.3.1"
    folder.mkdir(parents=True)
    index = {"latest": "2026.3.1", "versions": [{"version": "2026.3.1", "published_on": "2026-03-01"}]}
    (project.published / "index.json").write_text(json.dumps(index), encoding="utf-8")
    given = {"documents": 2, "records": 9, "last_new_on": date(2026, 3, 1), "due_on": None}
    pq.write_table(pa.Table.from_pylist([{"source": "press/journal", "kind": "feed"} | given, {"source": "decisions/claims", "kind": "decisions"} | given]), folder / "freshness.parquet")
    pq.write_table(pa.Table.from_pylist([{"reason": "empty", "rejects": 1}]), folder / "rejects.parquet")
    project.warehouse.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([{"name": "journal", "unreached_since": "2026-03-05"}]), project.made("press_feeds"))
    said = asked(project).output
    assert "press/journal" in said and "can't be had since 2026-03-05" in said
    assert "decisions/claims" not in said


def test_files_that_are_kept_too_long_are_counted(project: Project) -> None:
    assert "km0 purge" not in asked(project).output
    hub = project.root / "hub.toml"
    hub.write_text(hub.read_text().replace("[press]\n", '[press]\nkeep_until = "2020-12-31"\n', 1))
    (project.raw / "press" / "note.md").write_text("Un texte.", encoding="utf-8")
    assert "1 file of data/raw is kept longer than hub.toml says: km0 purge" in asked(project).output
