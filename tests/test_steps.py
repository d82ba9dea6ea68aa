"""Only what changed is done again, and a killed write leaves what was there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from km0_pipeline.steps import Made, Project, code_version, made, make
from km0_pipeline.storage import sole_use, write_aside, write_json


def write(path: Path, value: int) -> dict[str, int]:
    duckdb.execute(f"copy (select {value} as n) to '{path}' (format parquet)")
    return {"value": value}


def source(project: Project, value: int, parameter: str = "") -> Made:
    return make(project, "source", lambda p: write(p, value), version="1", parameters=[parameter])


def test_a_step_whose_inputs_did_not_change_is_not_run_again(project: Project) -> None:
    assert not source(project, 1).reused
    again = source(project, 2)  # same version and parameters: not even looked at
    assert again.reused
    assert again.figures == {"value": 1}


def test_a_step_runs_again_when_a_parameter_its_code_or_its_output_changes(project: Project) -> None:
    source(project, 1)
    assert not source(project, 2, "other").reused
    assert not make(project, "source", lambda p: write(p, 3), version="2", parameters=["other"]).reused
    project.made("source").unlink()
    assert not make(project, "source", lambda p: write(p, 3), version="2", parameters=["other"]).reused


def test_the_same_content_from_other_inputs_stops_the_wave(project: Project) -> None:
    def after() -> Made:
        return make(project, "after", lambda p: write(p, 9), inputs=["source"], version="1")

    source(project, 1)
    assert not after().reused
    source(project, 1, "new parameter, same content")
    assert after().reused
    source(project, 2, "new content")
    assert not after().reused


def test_what_met_something_passing_stands_and_is_made_again(project: Project) -> None:
    def gone(path: Path) -> dict[str, object]:
        return write(path, 0) | {"passing": True}

    met = make(project, "source", gone, version="1", parameters=[""])
    assert met.rows == 1 and "passing" not in met.figures
    assert not source(project, 1).reused, "the same version and parameters"
    assert source(project, 1).reused


def test_a_step_that_fails_leaves_its_last_output_and_nothing_else(project: Project) -> None:
    before = source(project, 1)

    def fails(path: Path) -> None:
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        make(project, "source", fails, version="2")
    assert made(project, "source").digest == before.digest
    assert sorted(p.name for p in project.warehouse.iterdir()) == ["source.made.json", "source.parquet"]


def test_two_outputs_are_made_together(project: Project) -> None:
    def both(one: Path, two: Path) -> None:
        write(one, 1)
        write(two, 2)

    assert make(project, ("one", "two"), both, version="1").name == "one"
    assert made(project, "two").rows == 1
    project.made("two").unlink()
    assert not make(project, ("one", "two"), both, version="1").reused


def test_what_was_never_made_is_named(project: Project) -> None:
    with pytest.raises(FileNotFoundError, match="'press_claims' has not been run yet"):
        made(project, "press_claims")


def test_versions_are_calendar_dates_that_count_on_within_a_day(project: Project) -> None:
    day = date(2026, 1, 5)
    assert project.next_version(day) == "2026.1.5"
    write_json(project.published / "index.json", {"latest": "2026.1.5", "versions": [{"version": "2026.1.5"}]})
    assert project.next_version(day) == "2026.1.5-2"
    write_json(project.published / "index.json", {"latest": "2026.1.5-3+r1", "versions": [{"version": "2026.1.5-3+r1"}]})
    assert (project.next_version(day), project.next_version(date(2026, 1, 6))) == ("2026.1.5-4", "2026.1.6")
    write_json(project.published / "index.json", {"latest": "2026.1.5", "versions": [{"version": "2026.1.5"}]})
    assert project.last_snapshot() == project.published / "2026.1.5"


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "index.json"
    target.write_text("old")
    with pytest.raises(KeyError), write_aside(target) as aside:
        aside.write_text("new")
        raise KeyError
    assert [p.name for p in tmp_path.iterdir()] == ["index.json"]
    assert target.read_text() == "old"


def test_what_a_killed_process_was_writing_goes_and_nothing_else(project: Project) -> None:
    kept = {".feed.json", ".tmp", ".lock", "notes.12.tmp", ".notes.tmp"}
    for name in (*kept, ".km0.duckdb.12.tmp", ".km0.duckdb.12.tmp.wal", ".claims.parquet.7.tmp"):
        path = project.warehouse / "deeper" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (project.warehouse / ".2026.3.1.9.tmp").mkdir()
    with sole_use(project.root):
        assert {p.name for p in project.warehouse.rglob("*")} == kept | {"deeper"}


def test_the_version_of_a_package_is_that_of_its_source_files(tmp_path: Path) -> None:
    module = tmp_path / "read.py"
    module.write_text("a = 1")
    before = code_version.__wrapped__(str(module))
    (tmp_path / "notes.txt").write_text("not code")
    assert code_version.__wrapped__(str(module)) == before
    (tmp_path / "query.sql").write_text("select 1")
    assert code_version.__wrapped__(str(module)) != before
