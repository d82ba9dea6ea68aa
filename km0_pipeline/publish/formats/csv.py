"""CSV: RFC 4180, UTF-8 without a byte order mark, comma, LF, texts in quotes, ISO dates, true/false, empty where unknown; no text is a formula (`escaping`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import duckdb

from km0_pipeline.publish.escaping import ESCAPE, escaped
from km0_pipeline.publish.privacy import Release
from km0_pipeline.tables.table import arrow_schema

BATCH = 100_000
"""Rows held in memory at once."""


class Csv:
    """The canonical files: the content of a snapshot is what they hold."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV"
    resource: ClassVar[dict[str, Any]] = {
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True, "lineTerminator": "\n"},
        **ESCAPE,
    }

    def write(self, connection: duckdb.DuckDBPyConnection, release: Release, path: Path) -> None:
        from pyarrow.csv import CSVWriter, WriteOptions

        texts = ", ".join(f'{escaped(_quoted(c))} as "{c}"' for c in release.table.texts)
        query = f"select * replace ({texts}) from ({release.query})" if texts else release.query
        rows = connection.sql(query).to_arrow_reader(BATCH)
        schema = arrow_schema(release.table).remove_metadata()
        # a quarter of the time that DuckDB takes; texts all in quotes, as only then it does not look into each
        with CSVWriter(path, schema, write_options=WriteOptions(quoting_style="needed", quoting_header="none")) as writer:
            for batch in rows:
                writer.write_batch(batch.cast(schema))


def _quoted(name: str) -> str:
    return f'"{name}"'
