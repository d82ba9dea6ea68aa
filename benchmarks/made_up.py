"""What the benchmarks that fill tables themselves need beside them, for `publish` to take what they made for a hub's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.register.statements import ROWS
from km0_pipeline.steps import Project, make

FRESHNESS = {"source": "'press'", "kind": "'press'", "documents": "1", "records": "1", "state": "'unknown'"}
"""Column -> SQL of its value, in the one row of `freshness`: something was read."""


def nobody_withheld(project: Project) -> None:
    """Make the steps that say who may not leave, which the table `changes` reads: nobody."""
    text = pa.string()
    empty = {
        "entity_mentions": pa.table({c: pa.array([], text) for c in ("mention_id", "entity_id", "kind", "name", "siren")}),
        "entity_withheld": pa.table({"entity_id": pa.array([], text), "whole": pa.array([], pa.bool_())}),
        "register_rows": ROWS.empty_table(),
    }
    for step, table in empty.items():
        make(project, step, lambda path, table=table: pq.write_table(table, path), version="0")  # type: ignore[misc]
