"""Dagster's own record of runs: which is at work, what failed, which are old; and how it is kept open while `make run` writes it.

Belongs here: dealings with Dagster's storage. Where they lean on the insides of its SQLite (the version is locked) they do
nothing where the storage is another.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.event import listen

AT_WORK = "km0/at_work"
"""Tag of a run that has its project to itself: the folder (`here`); another value once it has done its work."""
OWNER = "km0/hub"
"""Under which a record of runs says whose it is."""
KILLED = "The process was killed, or the machine was switched off. What was made is taken up by the next run."
MOST = 50
"""Runs that are deleted at once: half a second, and three open files each as long as they are `kept_open`."""


@contextmanager
def kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep the files of the history open while this lasts.

    Dagster opens and closes them for each event. When the last connection to it closes, SQLite folds
    the log of the file back into it and waits for the disk, and the next one reads and compiles all
    anew: three quarters of the time of an empty run. (In the UI this is how it sees that a file has
    grown, so there it stays so.) Nor is the disk waited for at each event: what a killed run noted is there, and only when the
    machine goes down may the last notes be lost, never the file (`synchronous` of SQLite).
    """
    if not isinstance(instance.event_log_storage, SqliteEventLogStorage):
        yield
        return
    storage: Any = instance.event_log_storage
    once, engines = storage._connect, dict[str, Engine]()

    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        if shard not in engines:
            with once(shard):  # makes the file, if need be
                pass
            engines[shard] = create_engine(storage.conn_string_for_shard(shard))
            listen(engines[shard], "connect", lambda opened, _: opened.execute("pragma synchronous = normal"))
        with storage._db_lock, engines[shard].begin() as connection:
            yield connection

    storage._connect = connect
    try:
        yield
    finally:
        storage._connect = once
        for engine in engines.values():
            engine.dispose()


class NotOurs(RuntimeError):
    """The record of runs is another hub's; the message says what to do."""


def claim(instance: dg.DagsterInstance, hub: str) -> None:
    """Let the record of runs be that of `hub`, by the name of its data package. Raises NotOurs.

    Assets, schedules and sensors have the same names in every hub: two that shared a record would take each other's runs for their own, tell of
    them, and miss failures that the other has seen first. A record in SQLite lies in a hub's own folder, and nobody else's.
    """
    if isinstance(instance.event_log_storage, SqliteEventLogStorage):
        return
    known = instance.run_storage.get_cursor_values({OWNER}).get(OWNER, hub)
    if known != hub:
        raise NotOurs(
            f"The database that KM0_POSTGRES names holds the record of the hub {known!r}, and this is {hub!r} (publisher.package in hub.toml). "
            "Give each hub a database of its own (createdb), and name it in KM0_POSTGRES; a hub that has changed its name begins a new one."
        )
    instance.run_storage.set_cursor_values({OWNER: hub})


def here(root: Path) -> str:
    """The folder `root` of this machine: one of the same path on another, which may share the record of runs, is another."""
    return f"{platform.node()}:{root}"


def at_work(instance: dg.DagsterInstance, run_id: str, root: Path) -> None:
    """Note that this run has the project in `root` to itself, and mark as failed each that was said to: it was killed. For who holds `storage.sole_use`."""
    tags = {AT_WORK: here(root)}
    for run in instance.get_runs(dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.STARTED])):
        instance.report_run_failed(run, KILLED)
    instance.add_run_tags(run_id, tags)


def done(instance: dg.DagsterInstance, run_id: str) -> None:
    """Note that this run no longer has its project to itself: it is not yet said to have ended, but was not killed."""
    instance.add_run_tags(run_id, {AT_WORK: "no more"})


def trim(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete what is kept of the runs that were created before that moment, and have ended; returns how many there were.

    What an asset was like last stays, and so do the events of sources, which belong to no run.
    """
    ended = [status for status in dg.DagsterRunStatus if status in FINISHED_STATUSES]
    runs = instance.get_runs(dg.RunsFilter(statuses=ended, created_before=before), limit=MOST)
    storage = instance.event_log_storage
    for run in runs:
        instance.delete_run(run.run_id)
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        shutil.rmtree(Path(instance.storage_directory()) / run.run_id, ignore_errors=True)
        if isinstance(storage, SqliteEventLogStorage):  # it leaves the file of the run there, empty
            for end in ("", "-wal", "-shm"):
                Path(storage.path_for_shard(run.run_id) + end).unlink(missing_ok=True)
    return len(runs)


def failures_of(instance: dg.DagsterInstance, run_id: str, *, outside: bool = False) -> list[str]:
    """`failures` of a run that is recorded."""
    events = instance.all_logs(run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION})
    return failures((e.get_dagster_event() for e in events), outside=outside)


def failures(events: Iterable[dg.DagsterEvent], *, outside: bool = False) -> list[str]:
    """What went wrong in a run: the sentence of each failed check, and of each step that failed for another reason.

    For people `outside`, by mail or webhook, an error that nobody foresaw is named and not quoted: its words may hold those of a row.
    """
    found = []
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed:
                found.append(check.description or check.check_name)
        elif event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data is not None:
                found.append(f"{event.step_key}: {data.user_failure_data.description}")
            elif data.error is not None and data.error.cls_name != "DagsterAssetCheckFailedError":
                error = data.error.cause or data.error
                found.append(f"{event.step_key}: {error.cls_name if outside else error.message.strip()} (`make ui` shows {'what and ' if outside else ''}where)")
    return found
