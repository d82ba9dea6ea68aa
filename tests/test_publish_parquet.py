"""A published Parquet file is for programs: zstd, typed, described, without an index, the same whether it was copied or written anew."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, TABLES, WORKSHOPS, fill_world

from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project, make
from km0_pipeline.tables.table import arrow_schema, parquet_settings

SAID = {"title": "Ateliers", "description": "Ce que l'un et l'autre « disent »", "licence": "etalab-2.0"}


def rewrite(project: Project) -> Path:
    """The workshops of the world as `tables.build` would have written them."""
    there = project.made(WORKSHOPS.step)
    rows = pq.read_table(there)

    def write(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.register("given", rows)
            connection.execute(f"copy (from given) to '{path}' ({parquet_settings(WORKSHOPS, SAID)})")

    make(project, WORKSHOPS.step, write, version="built")
    return there


@pytest.mark.parametrize(("name", "copied"), [("Atelier Fictif", True), ("", False)])
def test_a_file_says_what_it_is_whether_copied_or_written_anew(project: Project, name: str, copied: bool) -> None:
    fill_world(project, [name] * 9)
    source = rewrite(project)
    path = publish(project, DAY, TABLES).folder / "workshops.parquet"
    assert (path.read_bytes() == source.read_bytes()) is copied
    schema = pq.read_schema(path)
    assert schema.metadata == {k.encode(): v.encode() for k, v in SAID.items()}, "and no index of pandas"
    assert schema.equals(arrow_schema(WORKSHOPS), check_metadata=False)
    assert schema.field("name").metadata == arrow_schema(WORKSHOPS).field("name").metadata
    assert duckdb.execute("select count(*) from parquet_kv_metadata(?) where decode(key) = 'licence'", [str(path)]).fetchall() == [(1,)]
    group = pq.read_metadata(path).row_group(0)
    assert {group.column(n).compression for n in range(group.num_columns)} == {"ZSTD"}


def test_a_file_does_not_say_its_version_so_that_the_same_rows_are_the_same_bytes(project: Project) -> None:
    fill_world(project, ["Atelier Fictif"])
    rewrite(project)
    content = publish(project, DAY, TABLES).folder / "workshops.parquet"
    assert b"2026.11.22" not in content.read_bytes()
