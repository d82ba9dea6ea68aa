"""Dagster's own record of runs, in SQLite below .dagster: what `make run` does for it before and while it runs.

Belongs here: dealings with Dagster's storage. They lean on its insides (the version is locked) and do
nothing where the storage is another than SQLite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine


@contextmanager
def kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep the files of the history open while this lasts.

    Dagster opens and closes them for each event. When the last connection to it closes, SQLite folds
    the log of the file back into it and waits for the disk, and the next one reads and compiles all
    anew: three quarters of the time of an empty run. (In the UI this is how it sees that a file has
    grown, so there it stays so.)
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
        with storage._db_lock, engines[shard].begin() as connection:
            yield connection

    storage._connect = connect
    try:
        yield
    finally:
        storage._connect = once
        for engine in engines.values():
            engine.dispose()


def end_killed_runs(instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    """Mark as failed the runs with these tags that are said to be running; for callers who know that none is."""
    for run in instance.get_runs(dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.STARTED])):
        instance.report_run_failed(run, "The process was killed.")


def failures_of(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """`failures` of a run that is recorded."""
    events = instance.all_logs(run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION})
    return failures(e.get_dagster_event() for e in events)


def failures(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """What went wrong in a run: the sentence of each failed check, and of each step that failed for another reason."""
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
                found.append(f"{event.step_key}: {error.message.strip()} (`make ui` shows where)")
    return found
