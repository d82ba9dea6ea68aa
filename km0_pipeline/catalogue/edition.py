"""The newest version as the site reads it: its tables, what describes them, the versions before.

Read from data/published alone, as anyone might. Tables are asked in SQL: each is a view by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.hub import Hub
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata.profile import Profile, profile
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Project


@dataclass(frozen=True)
class Edition:
    """`folder` holds the version; `package` is its datapackage.json; `versions` are index.json's, oldest first, this one the last."""

    hub: Hub
    folder: Path
    package: Mapping[str, Any]
    versions: list[dict[str, Any]]
    db: duckdb.DuckDBPyConnection

    @property
    def version(self) -> str:
        return str(self.package["version"])

    @property
    def day(self) -> str:
        """Of the version, YYYY-MM-DD."""
        return str(self.package["created"])[:10]

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """By name, what datapackage.json says of each table (its CSV; title, description, km0:title_en, km0:rows, schema)."""
        return {r["km0:table"]: r for r in self.package["resources"] if "km0:table" in r and r["format"] == "csv"}

    @cached_property
    def files(self) -> dict[str, dict[str, Any]]:
        """By path within the version: bytes and sha256 of each of its files."""
        return {f["path"]: f for f in self.versions[-1]["files"]}

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        return {name: profile(self.db, self.folder / f"{name}.parquet", t["schema"]) for name, t in self.tables.items()}

    @cached_property
    def report(self) -> Mapping[str, Any]:
        """release_report.json: what each rule of the privacy gate kept, masked and withheld."""
        found: Mapping[str, Any] = json.loads((self.folder / "release_report.json").read_text(encoding="utf-8"))
        return found

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query over the published tables; where their order matters the query says it."""
        cursor = self.db.execute(query, values)
        names = [c[0] for c in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, query: str, *values: Any) -> Any:
        """The first cell of a query's first row."""
        return next(iter(self.rows(query, *values)[0].values()))


@contextmanager
def newest(project: Project) -> Iterator[Edition | None]:
    """The version published last; None before the first."""
    folder = project.last_snapshot()
    if folder is None:
        yield None
        return
    with connect(project.warehouse) as db:
        edition = Edition(project.hub, folder, datapackage.read(folder), project.index()["versions"], db)
        for name in edition.tables:
            db.execute(f"create view {name} as from read_parquet({literal(str(folder / f'{name}.parquet'))})")
        yield edition
