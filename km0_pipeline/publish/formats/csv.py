"""CSV: RFC 4180 quoting, UTF-8 without a byte order mark, comma, LF, ISO dates, true/false, empty where unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import duckdb

from km0_pipeline.publish.privacy import Release
from km0_pipeline.sql import literal


class Csv:
    """The canonical files: the content of a snapshot is what they hold."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV"
    resource: ClassVar[dict[str, Any]] = {
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True, "lineTerminator": "\n"},
    }

    def write(self, connection: duckdb.DuckDBPyConnection, release: Release, path: Path) -> None:
        settings = "format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr ''"
        connection.execute(f"copy ({release.query}) to {literal(str(path))} ({settings})")
