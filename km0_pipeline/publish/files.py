"""The files of a snapshot that are not one table's own, in the order in which they are written.

`DATA` hold data, and datapackage.json declares them; `ABOUT` say what the snapshot is, and may
tell of every file before them. To add one, write its function where it belongs and put it in the
list: it gets the snapshot as written so far (`Staged`) and the path to write, and returns False
where the hub has nothing for it (then there is no such file). Same tables, same bytes. What makes
a new version is in the tables: no file may hold what they don't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.publish import changelog, datapackage, readme
from km0_pipeline.publish.privacy import Release
from km0_pipeline.publish.staged import Staged
from km0_pipeline.steps import Project


@dataclass(frozen=True)
class File:
    """A file of the snapshot at `path`, and how it is written."""

    path: str
    write: Callable[[Staged, Path], bool]
    resource: Mapping[str, Any] | None = None
    """Of data: what datapackage.json says of it beside path, bytes and hash: name, format, mediatype, title (French), km0:title_en..."""


DATA: tuple[File, ...] = ()

def _datapackage(staged: Staged, path: Path) -> bool:
    datapackage.write(path, descriptor(staged.project, staged.version, staged.day, staged.releases, staged.rows, staged.written, staged.checks))
    return True


ABOUT: tuple[File, ...] = (
    File(datapackage.NAME, _datapackage),
    File(changelog.NAME, changelog.write),
    File("README.md", readme.write),
)


def descriptor(
    project: Project, version: str, day: date, releases: Iterable[Release], rows: Mapping[str, int], files: Mapping[str, tuple[int, str]], checks: int
) -> dict[str, Any]:
    """What datapackage.json says of a snapshot of which these `files` (bytes and SHA-256 by path) hold the data."""
    exports = {f.path: f.resource or {} for f in DATA}
    return datapackage.descriptor(project.hub, version, day, releases, rows, files, checks, exports)


def write_all(staged: Staged) -> None:
    """Write every file of `DATA` and `ABOUT` that this hub has something for."""
    for file in (*DATA, *ABOUT):
        if file.write(staged, staged.folder / file.path):
            staged.note(file.path)
