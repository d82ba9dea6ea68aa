"""What starts or follows a run by itself: files that came into data/raw, and runs that failed."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg

from assets.history import failures_of
from assets.jobs import refresh
from km0_pipeline.claims import digest
from km0_pipeline.hub import Hub
from km0_pipeline.press import sidecar
from km0_pipeline.storage import read_json, write_json


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
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Say in one sentence why a run failed.\n\nDire en une phrase pourquoi une exécution a échoué.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        why = " ".join(failures_of(context.instance, context.dagster_run.run_id))
        context.log.error(f"The run {context.dagster_run.run_id} failed: {why or context.failure_event.message}")

    return [new_files, failed_runs]


def note_refreshed(root: Path, seen: str) -> None:
    """Tell the watch that `make run` has refreshed what `listing` gave before it began: none is needed for that."""
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
        except FileNotFoundError:  # gone since it was listed
            continue
        if path.is_file() and not path.name.startswith(".") and not sidecar.beside(path).exists():
            seen += [path.relative_to(root).as_posix(), str(stat.st_size), str(stat.st_mtime_ns)]
    return digest(*seen)
