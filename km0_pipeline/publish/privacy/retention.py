"""Files of data/raw whose time is over (STANDARDS R11): `keep_until` and `keep_for` of hub.toml, for press and for each registry.

Nothing goes by itself: `km0 purge` lists them, and deletes them when told to. Belongs here: which files they are, and their deletion.
What was published of them stays, and is closed: how long that is kept is no matter of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow.parquet as pq

from km0_pipeline.press import sidecar
from km0_pipeline.press.document import Unreadable
from km0_pipeline.press.sidecar import Sidecar, beside
from km0_pipeline.steps import Project, is_source
from km0_pipeline.storage import content_id
from km0_pipeline.tables.losses import is_of


class Overdue(NamedTuple):
    """A file below data/raw, the source that it is of, and the last day on which it was to be kept."""

    source: str
    path: str
    until: date


def overdue(project: Project, day: date) -> list[Overdue]:
    """The files that are there on `day` and should not be; a feed's are the feed's, under the limits of press.

    From when `keep_for` counts is the day that the last run read in a file, of a month or year its last; of one that is another since, nothing is known.
    """
    hub = project.hub
    sources = dict.fromkeys(("press", *(f"press/{f.name}" for f in hub.feeds)), hub.press) | {f"registries/{r.name}": r for r in hub.registries}
    days, read = (stated(project), _read(project)) if any(kept.keep_for for kept in sources.values()) else ({}, {})
    found = []
    for file in sorted(p for p in project.raw.rglob("*") if p.is_file() and is_source(p, project.raw)):
        path = file.relative_to(project.raw).as_posix()
        for source, kept in sources.items():
            if is_of(project, source, path):
                ends = [date.fromisoformat(kept.keep_until)] if kept.keep_until else []
                if kept.keep_for and path in days and (end := days[path] + timedelta(days=kept.keep_for)) < day and read.get(path) == content_id(file):
                    ends.append(end)
                if ends and min(ends) < day:
                    found.append(Overdue(source, path, min(ends)))
    return found


def purge(project: Project, files: Iterable[Overdue]) -> None:
    """Delete these files, and the notes beside them. Raises OSError.

    Of the note of a feed's article that stays by which it is known: else the feed, which lists it still, would have it fetched again.
    """
    for file in files:
        path = project.raw / file.path
        path.unlink(missing_ok=True)
        note = None
        with suppress(Unreadable):
            note = sidecar.read(beside(path))
        if note and note.item:
            sidecar.write(beside(path), Sidecar(feed=note.feed, item=note.item, updated=note.updated))
        else:
            beside(path).unlink(missing_ok=True)


def _read(project: Project) -> dict[str, str]:
    """What each file held when the last run read it, by its path."""
    steps = [s for s in ("press_files", "registry_files") if project.made(s).exists()]
    return {r["path"]: r["document_id"] for s in steps for r in pq.read_table(project.made(s), columns=["path", "document_id"]).to_pylist()}


def stated(project: Project) -> dict[str, date]:
    """The last day that what lies in a file may be of, by its path; of several documents in one file the latest."""
    found: dict[str, date] = {}
    for step, column in (("press_documents", "published_on"), ("registry_documents", "stated_on")):
        if not project.made(step).exists():
            continue
        for row in pq.read_table(project.made(step), columns=["path", column]).to_pylist():
            if (day := _last_day(row[column] or "")) is None:
                continue
            for part in (row["path"], *map(str, PurePosixPath(row["path"]).parents)):  # what is attached to an e-mail lies in it
                found[part] = max(found.get(part, day), day)
    return found


def _last_day(stated: str) -> date | None:
    """The last day of a day, month or year in ISO 8601."""
    try:
        if len(stated) == 4:
            return date(int(stated), 12, 31)
        if len(stated) == 7:
            year, month = int(stated[:4]), int(stated[5:])
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date.fromisoformat(stated)
    except ValueError:
        return None
