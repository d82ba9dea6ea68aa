"""`make run`: the refresh job, in this process, kept in the history that the UI shows.

Belongs here: what the person at the terminal sees. One line a step while it goes, then the
summary of what was published; where something went wrong, the sentences that say what, and exit
status 1.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:  # Dagster takes a second to import: not before the arguments have been read
    import dagster as dg

ROOT = Path(__file__).resolve().parent.parent
STARTED_HERE = "km0/make_run"  # tag of a run: the folder that it refreshes


def main(arguments: list[str] | None = None) -> int:
    """Refresh, and say how it went. Returns the exit status: 0, 1 with sentences on stderr, 130 if stopped with Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m assets.run", description="Refresh: from data/raw to a snapshot in data/published.")
    parser.add_argument("--date", type=date.fromisoformat, help="day of the snapshot, YYYY-MM-DD (default: today, where the hub is)")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the project, with its hub.toml (default: this checkout)")
    parser.add_argument(
        "--accept-loss", action="append", default=[], metavar="NAME",
        help="publish although this source (such as press or registries/NAME) or table has lost much since the last snapshot; can be repeated",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(ROOT / ".dagster")))
    home.mkdir(exist_ok=True)
    if not (home / "dagster.yaml").exists():  # without it Dagster would send telemetry
        shutil.copy(ROOT / "assets" / "dagster.yaml", home)
    root = given.root.resolve()
    print(f"Refreshing {root}", flush=True)
    import dagster as dg

    try:
        wrong, summary = refresh(root, str(given.date or ""), given.accept_loss)
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        print("Stopped. What was published before still stands; the next refresh takes up what was made.", file=sys.stderr)
        return 130
    for sentence in wrong:
        print(f"\n{sentence}", file=sys.stderr)
    print(f"\n{summary or 'Nothing was published; what was published before still stands.'}")
    return 1 if wrong else 0


def refresh(root: Path, day: str, accept_loss: Sequence[str] = ()) -> tuple[list[str], str]:
    """Run the refresh job. Returns what went wrong, a sentence each, and the summary of what was published."""
    import dagster as dg

    from assets.definitions import definitions
    from assets.history import end_killed_runs, failures, kept_open
    from assets.sensors import listing, note_refreshed
    from km0_pipeline.hub import HubError
    from km0_pipeline.storage import sole_use
    from km0_pipeline.tables.table import TableError

    @dg.logger
    def progress(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("progress")
        logger.addHandler(Progress())
        return logger

    try:
        job = definitions(root, day, accept_loss, loggers={"progress": progress}).resolve_job_def("refresh")
    except (HubError, TableError) as e:
        return [str(e)], ""
    here = {STARTED_HERE: str(root)}
    with dg.DagsterInstance.get() as instance, kept_open(instance):
        try:
            with sole_use(root, wait=False):
                end_killed_runs(instance, here)
        except BlockingIOError:
            print("Another refresh is at work on this project; this one starts when that has ended.", flush=True)
        before = listing(root)
        result = job.execute_in_process({"loggers": {"progress": {}}}, instance, raise_on_error=False, tags=here)
    published = result.asset_materializations_for_node("snapshot")
    if published:  # though a portal may not have got it
        note_refreshed(root, before)
    return failures(result.all_events), str(published[0].metadata["summary"].value) if published else ""


class Progress(logging.Handler):
    """One line for each step that ends, on the terminal even while a step's own output is captured."""

    def __init__(self) -> None:
        super().__init__()
        self.terminal: TextIO = os.fdopen(os.dup(1), "w")
        self.made: dict[str, Any] = {}

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_event", None)
        if event is None or event.step_key is None:
            return
        if event.event_type_value == "ASSET_MATERIALIZATION":
            self.made.setdefault(event.step_key, event.step_materialization_data.materialization.metadata)
        elif event.is_step_success or event.is_step_failure:
            made = self.made.get(event.step_key, {})
            how = "failed" if event.is_step_failure else "reused" if made["unchanged"].value else "made"
            rows = f"{made['dagster/row_count'].value:,} rows" if "dagster/row_count" in made else ""
            seconds = f"{event.event_specific_data.duration_ms / 1000:.1f} s" if event.is_step_success else ""
            print(f"{event.step_key:<24}{rows:>16}{seconds:>10}  {how}", file=self.terminal, flush=True)


if __name__ == "__main__":
    sys.exit(main())
