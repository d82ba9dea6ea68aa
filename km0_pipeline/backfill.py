"""The past of a hub, rebuilt: the versions that would have been published, had it been refreshed on each day of which its files are.

A folder is laid out as the project was on a day, by the day that each file of data/raw states (of a month or year: its last), and refreshed as of that
day; then the next day's files are added, and so on. No step knows of it, so each version is the one that such a refresh gives. A file that states no
day is in none of them. Decisions count from when they were taken; whoever asked to be left out is left out from the first.

Belongs here: which days there are, and what the folder holds on each. The refreshes are `make run ARGS="--history FOLDER"`.
"""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from pathlib import Path

from km0_pipeline.decisions import FOLDER
from km0_pipeline.press.sidecar import beside
from km0_pipeline.publish.privacy.retention import stated
from km0_pipeline.steps import Project, is_source
from km0_pipeline.versions import ordered

OPTOUT = "optout.jsonl"


class BackfillError(RuntimeError):
    """The past can't be rebuilt there; the message says what to do."""


def days(project: Project, folder: Path, until: date) -> list[date]:
    """The days up to `until` for which `folder` lacks a version, oldest first. Raises BackfillError."""
    if folder.resolve() == project.root or (folder.is_dir() and any(folder.iterdir()) and not (folder / "hub.toml").is_file()):
        raise BackfillError(f"{folder}: name an empty folder, or one that was begun so; the hub's own stays as it is.")
    for name in _stock(project):
        if ".." in Path(name).parts and not (folder / name).resolve().exists():
            raise BackfillError(f"hub.toml, [register] stock: {name} counts from the project's folder, and from {folder} it leads to nothing; name a folder beside the hub's, or give its whole path.")
    found = stated(project)
    if not found:
        raise BackfillError("No file of data/raw is known to state a day: refresh first (`make run`), which reads it.")
    done = Project(folder, project.hub).last_snapshot()
    return sorted({day for day in found.values() if day <= until and (done is None or (day.year, day.month, day.day) >= ordered(done.name)[:3])})


def undated(project: Project) -> list[str]:
    """The files of data/raw that state no day, by path: they are in no version that is rebuilt."""
    known = stated(project)
    files = (p.relative_to(project.raw).as_posix() for p in project.raw.rglob("*") if p.is_file() and is_source(p, project.raw))
    return sorted(path for path in files if path not in known and not path.startswith(f"{FOLDER}/"))


def lay_out(project: Project, folder: Path, day: date) -> None:
    """Let `folder` be the project as it was on `day`: hub.toml and the national register's stock as they are, and of data/raw what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(project.root / "hub.toml", folder)
    raw = folder / "data" / "raw"
    for path, since in stated(project).items():
        file, target = project.raw / path, raw / path
        if since <= day and file.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
            if beside(file).is_file():
                shutil.copy2(beside(file), beside(target))
    for name in _stock(project):
        if not (folder / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(project.root / name)
    for file in sorted((project.raw / FOLDER).glob("*.jsonl")):
        lines = [line for line in file.read_bytes().splitlines(keepends=True) if file.name == OPTOUT or _taken(line, day, project)]
        (raw / FOLDER).mkdir(parents=True, exist_ok=True)
        (raw / FOLDER / file.name).write_bytes(b"".join(lines))


def _stock(project: Project) -> list[str]:
    """The files of the national register that there are, by their paths from the project's folder: of its past nothing is known."""
    return [name for name in project.hub.register.stock if "://" not in name and (project.root / name).exists()]


def _taken(line: bytes, day: date, project: Project) -> bool:
    """Whether a line of decisions had been written on that day; one that can't be read counts, so that it is told."""
    try:
        return datetime.fromisoformat(json.loads(line)["when"]).astimezone(project.hub.zone).date() <= day
    except (ValueError, LookupError, TypeError):
        return True
