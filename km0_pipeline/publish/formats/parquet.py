"""Parquet: zstd, sorted by key, codes as text, dates as date32, no index column, and what the table is and its licence in the file's own metadata."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from km0_pipeline.publish.privacy import Release
from km0_pipeline.sql import literal
from km0_pipeline.tables.table import arrow_schema, parquet_settings, said_of


class Parquet:
    """The same rows for programs: typed, each column described, and a fraction of the size."""

    name: ClassVar[str] = "parquet"
    title: ClassVar[str] = "Parquet"
    resource: ClassVar[dict[str, Any]] = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}

    def write(self, connection: duckdb.DuckDBPyConnection, release: Release, path: Path) -> None:
        if _ready(connection, release):
            shutil.copyfile(release.source, path)
            return
        connection.execute(f"copy ({release.query}) to {literal(str(path))} ({parquet_settings(release.table, said_of(release.source))})")


def _ready(connection: duckdb.DuckDBPyConnection, release: Release) -> bool:
    """Whether the warehouse's file can leave as it is: the declared columns in their order, zstd, no empty text."""
    import pyarrow.parquet as pq

    meta = pq.read_metadata(release.source)
    there, meant = ([(f.name, f.type, f.metadata) for f in schema] for schema in (meta.schema.to_arrow_schema(), arrow_schema(release.table)))
    if there != meant:
        return False
    unknown = set()
    for group in range(meta.num_row_groups if meta.num_rows else 0):
        for n, field in enumerate(release.table.fields):
            column = meta.row_group(group).column(n)
            if column.compression != "ZSTD":
                return False
            least = column.statistics.min if column.statistics and column.statistics.has_min_max else None
            if field.type == "string" and not least:  # no statistics of long texts: look
                unknown.add(field.name)
    if not unknown:
        return True
    empty = " or ".join(f"\"{name}\" = ''" for name in sorted(unknown))
    found = connection.execute(f"select exists (from read_parquet({literal(str(release.source))}) where {empty})").fetchone()
    return found == (False,)
