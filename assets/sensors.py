"""What starts or follows a run by itself: files that came into data/raw, and runs that failed."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC
from pathlib import Path

import dagster as dg

from assets.history import failures_of
from assets.jobs import refresh
from assets.snapshot import VERSION
from km0_pipeline.alerts import Failure, send
from km0_pipeline.claims import digest
from km0_pipeline.hub import Hub, HubError
from km0_pipeline.press import sidecar
from km0_pipeline.steps import Project, PublishedError
from km0_pipeline.storage import read_json, sole_use, write_json


def sensors(root: Path, hub: Hub) -> list[dg.SensorDefinition]:
    """The watch on `root`/data/raw and hub.toml, and the one that says why a run failed; on from the start."""

    @dg.sensor(
        name="new_files",
        job=refresh,
        minimum_interval_seconds=hub.schedule.watch_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refresh when files in data/raw, or hub.toml, are new, changed or gone, and have stopped changing.\n\n"
        "Rafraîchir quand des fichiers de data/raw, ou hub.toml, arrivent, changent ou partent, une fois stables.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = json.loads(context.cursor or "{}")
        now = listing(root)
        if now in (cursor.get("refreshed"), read_json(_noted(root))):
            return dg.SensorResult(skip_reason="Nothing in data/raw has changed.")
        if now != cursor.get("seen"):  # perhaps still being copied: look once more
            return dg.SensorResult(
                skip_reason="Files in data/raw have changed; a refresh starts when they no longer do.",
                cursor=json.dumps({**cursor, "seen": now}),
            )
        return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=json.dumps({"seen": now, "refreshed": now}))

    @dg.run_failure_sensor(
        name="failed_runs",
        monitor_all_code_locations=True,  # those of `make run` too, which belong to none; a record holds one hub's (`history.claim`)
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Say why a run failed, and tell those whom [alerts] of hub.toml names, by mail or webhook.\n\n"
        "Dire pourquoi une exécution a échoué, et prévenir ceux que nomme [alerts] de hub.toml, par courriel ou webhook.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        why = failures_of(context.instance, run.run_id)
        context.log.error(f"The run {run.run_id} failed: {' '.join(why) or context.failure_event.message}")
        told = failures_of(context.instance, run.run_id, outside=True) or [context.failure_event.message or ""]
        record = context.instance.get_run_record_by_id(run.run_id)
        began = record.create_timestamp.replace(tzinfo=UTC).astimezone(hub.zone) if record else None
        published = record.dagster_run.tags.get(VERSION) if record else None
        for unsent in send(hub, Failure(run.run_id, f"{began:%Y-%m-%d %H:%M}" if began else "–", tuple(told), published or _standing(root), bool(published))):
            context.log.error(unsent)

    return [new_files, failed_runs]


def _standing(root: Path) -> str | None:
    """The version that people see; None where there is none, or index.json can't be read."""
    try:
        return Project.at(root).index()["latest"]  # type: ignore[no-any-return]
    except (HubError, PublishedError):
        return None


def note_refreshed(root: Path, seen: str) -> None:
    """Tell the watch that `make run` has refreshed what `listing` gave before it began: none is needed for that. Of a run that has begun since, it is its to tell."""
    with suppress(BlockingIOError), sole_use(root, wait=False):
        write_json(_noted(root), seen)


def _noted(root: Path) -> Path:
    return root / "data" / "warehouse" / "refreshed.json"


def listing(root: Path) -> str:
    """Digest of the path, size and time of change of hub.toml and of each file below data/raw.

    Without what feeds brought: it was read by the refresh that fetched it.
    """
    seen = []
    for path in sorted([root / "hub.toml", *(root / "data" / "raw").rglob("*")]):
        try:
            stat = path.stat()
        except OSError:  # gone since it was listed, or a link that leads nowhere
            continue
        if path.is_file() and not path.name.startswith(".") and not sidecar.beside(path).exists():
            seen += [path.relative_to(root).as_posix(), str(stat.st_size), str(stat.st_mtime_ns)]
    return digest(*seen)
