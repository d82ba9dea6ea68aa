"""Files of data/raw whose time is over (STANDARDS R11): `keep_until` and `keep_for` of hub.toml, for press and for each registry.

Nothing goes by itself: `km0 purge` lists them, and deletes them when told to. Belongs here: which files they are, and their deletion.
What was published of them stays, and is closed: how long that is kept is no matter of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow.parquet as pq

from km0_pipeline.press.sidecar import beside
from km0_pipeline.steps import Project
from km0_pipeline.tables.losses import is_of


class Overdue(NamedTuple):
    """A file below data/raw, the source that it is of, and the last day on which it was to be kept."""

    source: str
    path: str
    until: date


def overdue(project: Project, day: date) -> list[Overdue]:
    """The files that are there on `day` and should not be. From when `keep_for` counts is the day that the last run read in a file: of a month or year its last."""
    sources = {"press": project.hub.press} | {f"registries/{r.name}": r for r in project.hub.registries}
    stated = _stated(project) if any(kept.keep_for for kept in sources.values()) else {}
    found = []
    for path in sorted(p.relative_to(project.raw).as_posix() for p in project.raw.rglob("*") if p.is_file() and not p.name.startswith(".")):
        for source, kept in sources.items():
            if is_of(project, source, path) or (source == "press" and path.startswith(f"{project.hub.press.path}/")):
                ends = [date.fromisoformat(kept.keep_until)] if kept.keep_until else []
                ends += [stated[path] + timedelta(days=kept.keep_for)] if kept.keep_for and path in stated else []
                if ends and min(ends) < day:
                    found.append(Overdue(source, path, min(ends)))
    return found


def purge(project: Project, files: Iterable[Overdue]) -> None:
    """Delete these files, and the notes beside them. Raises OSError."""
    for file in files:
        path = project.raw / file.path
        path.unlink(missing_ok=True)
        beside(path).unlink(missing_ok=True)


def _stated(project: Project) -> dict[str, date]:
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
