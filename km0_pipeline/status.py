"""How a hub is doing, on one screen: what was published last, how its sources are, what waits for a person, what failed.

Belongs here: that picture, read from what lies in data/; and the note of the last run that is part of it. Nothing is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from km0_pipeline.explain.pairs import doubts
from km0_pipeline.explain.waiting import CannotReview, waiting
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json, write_json


@dataclass(frozen=True)
class LastRun:
    """When it began, and what went wrong, a sentence each; `failed` is None of one that has not ended: at work, or killed."""

    began_at: datetime
    failed: tuple[str, ...] | None


@dataclass(frozen=True)
class Source:
    """A source as the last version's table `freshness` has it; `due_on` is when something new was to be there, if hub.toml says.

    `unreached_since`: the day since which a feed can't be had, as the last run found it.
    """

    name: str
    documents: int
    records: int
    last_new_on: date | None
    due_on: date | None
    unreached_since: str = ""

    def late(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class Status:
    """`version` is None before the first; `claims` and `pairs` wait for a person, None where nothing has been made yet; `rejects` by reason."""

    version: str | None
    published_on: date | None
    versions: int
    sources: tuple[Source, ...]
    claims: int | None
    pairs: int | None
    rejects: tuple[tuple[str, int], ...]
    run: LastRun | None


def status(project: Project) -> Status:
    """How the hub is doing. Raises PublishedError if index.json is broken."""
    versions = project.index()["versions"]
    last = project.last_snapshot()
    with connect(project.warehouse) as db:

        def rows(path: Path, query: str) -> list[tuple[object, ...]]:
            return db.execute(query.format(location(path))).fetchall() if path.is_file() else []

        fresh = rows(last / "freshness.parquet", "select source, documents, records, last_new_on, due_on from read_parquet({}) where kind <> 'decisions' order by source") if last else []
        rejects = rows(last / "rejects.parquet", "select reason, sum(rejects)::bigint from read_parquet({}) group by 1 order by 2 desc, 1") if last else []
    unreached = _unreached(project)
    return Status(
        last.name if last else None,
        date.fromisoformat(versions[-1]["published_on"]) if versions else None,
        len(versions),
        tuple(Source(*(*row, unreached.get(str(row[0]), ""))) for row in fresh),  # type: ignore[arg-type]
        _counted(project, waiting), _counted(project, doubts),
        tuple((str(reason), int(str(n))) for reason, n in rejects),
        _last_run(project),
    )  # fmt: skip


def note_run(root: Path, began_at: datetime, failed: Sequence[str] | None) -> None:
    """Note how the run that began then goes: None while it is at work, then what went wrong."""
    write_json(_noted(root), {"began_at": began_at.isoformat(timespec="seconds"), "failed": failed})


def _unreached(project: Project) -> dict[str, str]:
    """Since when feeds can't be had. Of the step, since a feed that is down makes no new version."""
    path = project.made("press_feeds")
    return {f"press/{r['name']}": r.get("unreached_since") or "" for r in pq.read_table(path).to_pylist()} if path.is_file() else {}


def _last_run(project: Project) -> LastRun | None:
    found = read_json(_noted(project.root))
    return found and LastRun(datetime.fromisoformat(found["began_at"]).astimezone(project.hub.zone), None if found["failed"] is None else tuple(found["failed"]))


def _noted(root: Path) -> Path:
    return root / "data" / "warehouse" / "last_run.json"


def _counted(project: Project, what: Callable[[Project], Sized]) -> int | None:
    try:
        return len(what(project))
    except CannotReview:
        return None
