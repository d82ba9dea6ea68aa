"""What starts a refresh by itself: the clock, and files that come into data/raw."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.definitions import definitions
from assets.sensors import listing, note_refreshed
from assets.snapshot import VERSION
from km0_pipeline.alerts import Failure
from km0_pipeline.hub import Hub
from km0_pipeline.steps import Project
from km0_pipeline.storage import sole_use, write_aside


def named(parts: Iterable[Any] | None, name: str) -> Any:
    return next(part for part in parts or () if part.name == name)


def look(project: Project, cursor: str | None) -> dg.SensorResult:
    sensor = named(definitions(project.root).sensors, "new_files")
    found = sensor(dg.build_sensor_context(cursor=cursor))
    assert isinstance(found, dg.SensorResult)
    return found


def settled(project: Project) -> str | None:
    """The watch's cursor once it has refreshed and nothing changes any more."""
    seen = look(project, None)
    refreshed = look(project, seen.cursor)
    assert refreshed.run_requests
    return refreshed.cursor


def test_a_new_file_starts_one_refresh(project: Project) -> None:
    cursor = settled(project)
    (project.raw / "press" / "new.md").write_text("Un texte.", encoding="utf-8")
    first = look(project, cursor)
    assert not first.run_requests, "it may still be being copied"
    second = look(project, first.cursor)
    assert second.run_requests is not None and len(second.run_requests) == 1
    third = look(project, second.cursor)
    assert not third.run_requests


def test_what_make_run_has_refreshed_starts_none(project: Project) -> None:
    note_refreshed(project.root, listing(project.root))
    assert "Nothing" in str(look(project, None).skip_reason)
    (project.raw / "press" / "new.md").write_text("Un texte.", encoding="utf-8")
    assert look(project, look(project, None).cursor).run_requests


def test_nothing_is_noted_in_the_warehouse_of_a_run_at_work_which_clears_it_as_it_begins(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with sole_use(project.root):
        note_refreshed(project.root, listing(project.root))
    assert not (project.warehouse / "refreshed.json").exists()

    def begins(path: Path, value: Any) -> None:  # another run, while this one is writing aside
        with write_aside(path) as aside, suppress(BlockingIOError):
            aside.write_text(json.dumps(value), encoding="utf-8")
            with sole_use(project.root, wait=False):
                pass

    monkeypatch.setattr("assets.sensors.write_json", begins)
    note_refreshed(project.root, listing(project.root))
    assert "Nothing" in str(look(project, None).skip_reason)


def test_a_file_that_is_still_growing_is_waited_for(project: Project) -> None:
    cursor = settled(project)
    path = project.raw / "press" / "growing.md"
    for size in (10, 20, 30):
        path.write_text("a" * size, encoding="utf-8")
        found = look(project, cursor)
        assert not found.run_requests
        cursor = found.cursor
    assert look(project, cursor).run_requests


def test_a_file_changed_back_is_a_change_too(project: Project) -> None:
    path = project.raw / "registries" / "list.csv"
    path.write_text("nom\nA\n", encoding="utf-8")
    before = path.stat()
    cursor = settled(project)
    path.unlink()
    cursor = look(project, look(project, cursor).cursor).cursor
    path.write_text("nom\nA\n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert look(project, look(project, cursor).cursor).run_requests


def test_nothing_new_is_said_and_starts_nothing(project: Project) -> None:
    found = look(project, settled(project))
    assert not found.run_requests
    assert found.skip_reason is not None and found.skip_reason.skip_message == "Nothing in data/raw has changed."


def test_hidden_files_start_nothing(project: Project) -> None:
    cursor = settled(project)
    (project.raw / "press" / ".note.md.swp").write_text("x", encoding="utf-8")
    assert look(project, cursor).skip_reason is not None


def test_what_a_feed_brought_starts_nothing_the_refresh_that_fetched_it_has_read_it(project: Project) -> None:
    cursor = settled(project)
    folder = project.raw / "press" / "courrier"
    folder.mkdir()
    for name in ("fete.html", ".fete.html.json", ".feed.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    assert look(project, cursor).skip_reason is not None
    (folder / "mine.html").write_text("Un texte.", encoding="utf-8")
    assert look(project, look(project, cursor).cursor).run_requests


def test_the_daily_refresh_is_on_and_keeps_the_hubs_own_time(project: Project) -> None:
    schedule = named(definitions(project.root).schedules, "daily_refresh")
    assert schedule.cron_schedule == "30 6 * * *"
    assert schedule.execution_timezone == "Europe/Paris"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_the_time_of_the_daily_refresh_is_that_of_hub_toml(project: Project) -> None:
    settings = project.root / "hub.toml"
    text = settings.read_text(encoding="utf-8").replace("daily = 06:30:00", "daily = 23:05:00")
    settings.write_text(text.replace('timezone = "Europe/Paris"', 'timezone = "America/Cayenne"'), encoding="utf-8")
    assert Hub.load(settings).schedule.daily == time(23, 5)
    schedule = named(definitions(project.root).schedules, "daily_refresh")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("5 23 * * *", "America/Cayenne")


def test_watch_and_failure_sensor_are_on(project: Project) -> None:
    made = definitions(project.root)
    for name in ("new_files", "failed_runs"):
        assert named(made.sensors, name).default_status == dg.DefaultSensorStatus.RUNNING
    assert named(made.sensors, "new_files").minimum_interval_seconds == 30


def test_a_failed_run_is_told_in_one_sentence_and_to_whom_hub_toml_names(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Failure] = []
    monkeypatch.setattr("assets.sensors.send", lambda hub, failure: told.append(failure) or ["No mail could be sent."])
    @dg.asset
    def broken() -> None:
        raise dg.Failure("data/raw/press/a.md: can't be read; save it as UTF-8.", allow_retries=False)

    @dg.asset(check_specs=[dg.AssetCheckSpec("unique", asset="doubled", blocking=True)])
    def doubled() -> dg.MaterializeResult:  # type: ignore[type-arg]
        wrong = dg.AssetCheckResult(passed=False, check_name="unique", description="places: 2 rows have the key of another; mend places.sql.")
        return dg.MaterializeResult(check_results=[wrong])

    @dg.asset
    def unforeseen() -> None:
        raise ValueError("could not read « Camille Exemple, 06 12 34 56 78 »")

    sensor = named(definitions(project.root).sensors, "failed_runs")
    job = dg.Definitions([broken, doubled, unforeseen], jobs=[dg.define_asset_job("refresh")]).resolve_job_def("refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        said: list[str] = []
        context.log.error = said.append  # type: ignore[method-assign, assignment]
        sensor(context)
        instance.add_run_tags(result.dagster_run.run_id, {VERSION: "2026.3.1"})  # as where a portal fails, after the publication
        sensor(context)
    assert len(said) == 4 and said[1] == "No mail could be sent."
    assert "Camille Exemple" in said[0] and "Camille Exemple" not in str(told), "who is outside is not shown words of a row"
    assert all("unforeseen: ValueError" in str(f.wrong) for f in told)
    assert [(f.run, f.version, f.published, len(f.wrong)) for f in told] == [(result.dagster_run.run_id, *stands, 3) for stands in ((None, False), ("2026.3.1", True))]
    assert "data/raw/press/a.md: can't be read; save it as UTF-8." in said[0]
    assert "places: 2 rows have the key of another; mend places.sql." in said[0], "a check that stops a run is what there is to mend"
