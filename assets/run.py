"""`make run`: the refresh job, in this process, kept in the history that the UI shows.

Belongs here: what the person at the terminal sees. One line a step while it goes, then the
summary of what was published; where something went wrong, the sentences that say what, and exit
status 1.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from assets.home import HomeError, prepare

if TYPE_CHECKING:  # Dagster takes a second to import: not before the arguments have been read
    import dagster as dg

ROOT = Path(__file__).resolve().parent.parent
GARBAGE = 10_000
"""Objects made from which on Python looks for cycles among the young ones: at its own 700, modules, patterns and events of a run keep it looking a fifth of the time."""


def main(arguments: list[str] | None = None) -> int:
    """Refresh, and say how it went. Returns the exit status: 0, 1 with sentences on stderr, 130 if stopped with Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m assets.run", description="Refresh: from data/raw to a snapshot in data/published.")
    parser.add_argument("--date", type=date.fromisoformat, help="day of the snapshot, YYYY-MM-DD (default: today, where the hub is)")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the project, with its hub.toml (default: this checkout)")
    parser.add_argument(
        "--accept-loss", action="append", default=[], metavar="NAME",
        help="publish although this source (such as press or registries/NAME) or table has lost much since the last snapshot; can be repeated",
    )  # fmt: skip
    parser.add_argument("--history", type=Path, metavar="FOLDER", help="rebuild the past there: a version for each day that files of data/raw state")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.max, metavar="DAY", help="with --history: up to this day, YYYY-MM-DD")
    given = parser.parse_args(arguments)
    try:
        prepare(Path(os.environ.setdefault("DAGSTER_HOME", str(ROOT / ".dagster"))))
    except HomeError as e:
        print(e, file=sys.stderr)
        return 1
    root = given.root.resolve()
    print(f"Refreshing {root}", flush=True)
    gc.set_threshold(GARBAGE)
    import dagster as dg
    import sqlalchemy.exc

    from km0_pipeline.storage.hindrance import hindrance

    try:
        if given.history:
            return history(root, given.history.resolve(), given.as_of)
        wrong, summary = refresh(root, str(given.date or ""), given.accept_loss)
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        print("Stopped. What was published before still stands; the next refresh takes up what was made.", file=sys.stderr)
        return 130
    except (OSError, sqlalchemy.exc.OperationalError) as e:
        if not (sentence := hindrance(e)):
            raise
        wrong, summary = [sentence], ""
    for sentence in wrong:
        print(f"\n{sentence}", file=sys.stderr)
    print(f"\n{summary or 'Nothing was published; what was published before still stands.'}")
    return 1 if wrong else 0


def history(root: Path, folder: Path, until: date) -> int:
    """Rebuild in `folder` the past of the project in `root`, a refresh a day (`km0_pipeline.backfill`). Returns the exit status, as `main`."""
    from km0_pipeline.backfill import BackfillError, days, lay_out, undated
    from km0_pipeline.hub import HubError
    from km0_pipeline.steps import Project, PublishedError

    try:
        project = Project.at(root)
        todo = days(project, folder, until)
    except (HubError, BackfillError) as e:
        print(e, file=sys.stderr)
        return 1
    except PublishedError as e:
        print(f"{folder}: {e}", file=sys.stderr)
        return 1
    for day in todo:
        print(f"\n{day}", flush=True)
        lay_out(project, folder, day)
        wrong, _ = refresh(folder, day.isoformat(), past=True)
        if wrong:
            print("\n".join(wrong), f"\nMend that, and say it again: it goes on from {day}.", file=sys.stderr)
            return 1
    made = Project.at(folder).index()["versions"] if todo else []
    print(f"\n{len(made)} versions in {folder / 'data' / 'published'}; {len(undated(project))} files of data/raw state no day and are in none of them.")
    return 0


def refresh(root: Path, day: str, accept_loss: Sequence[str] = (), past: bool = False) -> tuple[list[str], str]:
    """Run the refresh job. Returns what went wrong, a sentence each, and the summary of what was published."""
    import dagster as dg

    from assets.definitions import definitions
    from assets.history import failures, kept_open
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
        job = definitions(root, day, accept_loss, past, loggers={"progress": progress}).resolve_job_def("refresh")
    except (HubError, TableError) as e:
        return [str(e)], ""
    with dg.DagsterInstance.ephemeral() if past else dg.DagsterInstance.get() as instance, kept_open(instance):  # the past is no news in the hub's record
        try:
            with sole_use(root, wait=False):
                pass
        except BlockingIOError:
            print("Another refresh is at work on this project; this one starts when that has ended.", flush=True)
        before = listing(root)
        result = job.execute_in_process({"loggers": {"progress": {}}}, instance, raise_on_error=False)
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
        if event is None and record.levelno >= logging.WARNING:
            print(getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage(), file=self.terminal, flush=True)
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
