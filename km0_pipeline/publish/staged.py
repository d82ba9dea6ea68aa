"""A snapshot while it is written: what it is of, and which files of it there are so far.

What every file that is not one table's own is written from (`files`); writing it is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.publish.metadata.profile import Profile, profile
from km0_pipeline.publish.privacy import Release
from km0_pipeline.steps import Project
from km0_pipeline.storage import sha256


@dataclass(frozen=True)
class Staged:
    """The snapshot `version` of `day` in the making.

    `folder` is where it is written, `last` the folder of the snapshot before it (None: the first),
    `rows` how many each table has, `checks` how many they passed; `written` gives bytes and SHA-256 of the files there are, by path.
    `withdrawn` is set where a version of old is written again without those who asked to be left out: rows and cells, and on which day (`on`);
    `again` is then its folder.
    `connection` belongs to who writes one file after the other; threads take a `cursor()` of it.
    """

    project: Project
    connection: duckdb.DuckDBPyConnection
    version: str
    day: date
    folder: Path
    last: Path | None
    releases: tuple[Release, ...]
    rows: Mapping[str, int]
    checks: int
    withdrawn: Mapping[str, Any] | None = None
    again: Path | None = None
    written: dict[str, tuple[int, str]] = field(default_factory=dict)

    def release(self, table: str) -> Release | None:
        """The table of that name as it leaves, or None if it doesn't."""
        return next((r for r in self.releases if r.name == table), None)

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """What the rows written say of each table, by its name."""
        return {r.name: profile(self.connection, self.folder / f"{r.name}.parquet", r.schema) for r in self.releases}

    def note(self, path: str) -> None:
        """Read back the file that has just been written at `path`, and note its bytes and sum."""
        file = self.folder / path
        self.written[path] = (file.stat().st_size, sha256(file))
