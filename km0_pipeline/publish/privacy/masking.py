"""Tables written anew with cells masked and rows withheld; and the names that no text of them may hold (STANDARDS R6).

What is written is a table as the warehouse has it, so that formats and the next run see no difference. Belongs here: that
writing, for every rule that changes what leaves, and the masking of private names in all texts that leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from km0_pipeline.publish.privacy.matching import PLAIN_SQL, Names
from km0_pipeline.publish.privacy.release import Release
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import TYPES, parquet_settings, said_of

BATCH = 100_000
"""Texts looked through at once."""


def rewritten(
    db: duckdb.DuckDBPyConnection, release: Release, folder: Path, rule: str, cells: Mapping[str, str], masked: Mapping[str, int],
    query: str, goes: str = "false", withheld: int = 0,
) -> Release:  # fmt: skip
    """`release` written to `folder` as its `query` gives it without the rows that meet `goes`, its columns as the SQL of `cells` says.

    What `rule` did to it is noted. The same rows, the same bytes.
    """
    table = release.table
    columns = ", ".join(f'({cells.get(f.name, _quoted(f.name))})::{TYPES[f.type][1]} as "{f.name}"' for f in table.fields)
    path = folder / f"{table.name}.parquet"
    aside = path.with_suffix(".new")
    folder.mkdir(parents=True, exist_ok=True)
    db.execute(
        # the empty part makes each column nullable, as in the warehouse
        f"copy (select {columns} from ({query}) where not ({goes}) union all select {', '.join(['null'] * len(table.fields))} from range(0) "
        f"order by {', '.join(_quoted(c) for c in table.primary_key)}) "
        f"to {literal(aside)} ({parquet_settings(table, said_of(release.source))}, compression_level 1)"
    )
    aside.replace(path)
    before = release.masked.get(rule, {})
    cells_masked = {c: before.get(c, 0) + masked.get(c, 0) for c in (*before, *masked)}
    rows_withheld = release.withheld.get(rule, 0) + withheld
    return replace(release, source=path, withheld={**release.withheld, rule: rows_withheld}, masked={**release.masked, rule: cells_masked})


def mask_names(project: Project, releases: Iterable[Release], names: Names, folder: Path, rule: str = "R6") -> list[Release]:
    """`releases` with […] in the place of each of `names`, in every text, as `rule` asks; those in which none stands are given as they were."""
    if not names.count:
        return list(releases)
    with connect(project.warehouse) as db:
        db.execute(PLAIN_SQL)
        return [_masked(db, release, names, folder, rule) for release in releases]


def holders(db: duckdb.DuckDBPyConnection, query: str, columns: Sequence[str], names: Names) -> dict[str, dict[str, list[str]]]:
    """By column, its values in which names stand, with these names; all columns in one look."""
    found: dict[str, dict[str, list[str]]] = {}
    if not columns or not names.count:
        return found
    each = f"select unnest(range({len(columns)})) as n, unnest([{', '.join(map(_quoted, columns))}]) as x from ({query})"
    wanted = f"select distinct n, x from ({each}) where regexp_matches(x, '[^A-Za-z0-9]')"
    for batch in db.sql(f"select n, x, plain(x) as words from ({wanted})").to_arrow_reader(BATCH):
        if names.found("\n".join(batch["words"].to_pylist())):  # none lies across a line end
            for n, value, words in zip(*batch.to_pydict().values(), strict=True):
                if held := names.found(words):
                    found.setdefault(columns[n], {})[value] = held
    return found


def _masked(db: duckdb.DuckDBPyConnection, release: Release, names: Names, folder: Path, rule: str) -> Release:
    cells, masked = {}, {}
    for column, held in holders(db, release.query, release.table.texts, names).items():
        values = sorted(held)
        db.register(f"mask_{column}", pa.table({"old": pa.array(values, pa.string()), "new": pa.array([names.masked(v) for v in values], pa.string())}))
        cells[column] = f'coalesce((select any_value(m.new) from mask_{column} as m where m.old = "{column}"), "{column}")'
        masked[column] = int(db.execute(f'select count(*) from ({release.query}) where "{column}" in (select old from mask_{column})').fetchall()[0][0])
    return rewritten(db, release, folder, rule, cells, masked, release.query) if cells else release


def _quoted(name: str) -> str:
    return f'"{name}"'
