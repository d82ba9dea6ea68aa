"""The formats a snapshot is written in: one small writer a file.

To add one, write its module and put it in `FORMATS`. A writer gets a connection of its own, a
table as it may leave, and the path to write; same rows, same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Protocol

import duckdb

from km0_pipeline.publish.formats.csv import Csv
from km0_pipeline.publish.formats.parquet import Parquet
from km0_pipeline.publish.privacy import Release


class Format(Protocol):
    """A format that each table is written in, one file a table."""

    name: ClassVar[str]
    """As in the Data Package's `format`, and the file's suffix."""
    title: ClassVar[str]
    resource: ClassVar[dict[str, Any]]
    """What a Data Package says of each such file, beside its path and schema."""

    def write(self, connection: duckdb.DuckDBPyConnection, release: Release, path: Path) -> None:
        """Write the table's rows, in their order, to `path`."""


FORMATS: tuple[Format, ...] = (Csv(), Parquet())
