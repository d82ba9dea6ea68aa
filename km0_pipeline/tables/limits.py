"""How many rows a table is to have, and what share of each column is to be filled: [limits.tables] of hub.toml.

Belongs here: what breaks these limits, in sentences that stop a publication (`checks`); and limits
suggested from what the versions published so far had. Rows are those not closed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from km0_pipeline.hub import Hub, HubError, TableLimits
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Project
from km0_pipeline.storage import write_aside
from km0_pipeline.tables.table import Table, all_tables
from km0_pipeline.toml_errors import nearest

MARGIN = 0.1
"""By how much less than the worst seen a share may be."""
GROWTH = 2
"""How many times the most rows seen a table may have."""
FEW = 10
"""Rows below which a share says little: none is suggested."""


@dataclass(frozen=True)
class Seen:
    """What the versions published so far had of a table: the least and the most rows, and the least and greatest share filled by column."""

    table: str
    versions: int
    rows: tuple[int, int]
    filled: dict[str, tuple[float, float]]
    suggested: TableLimits


def check_names(hub: Hub) -> None:
    """Raise HubError, a sentence each, for tables and columns of [limits.tables] that there are not."""
    tables = {t.name: t.columns for t in all_tables()}
    wrong = []
    for name, limits in hub.limits.tables.items():
        where = f"hub.toml, [limits.tables.{name}]"
        if name not in tables:
            wrong.append(f"{where}: there is no such table; nearest: {nearest(name, tables)}.")
            continue
        for column in sorted(limits.filled.keys() - set(tables[name])):
            wrong.append(f"{where}: filled.{column}: {name} has no such column; nearest: {nearest(column, tables[name])}.")
    if wrong:
        raise HubError("\n".join(wrong))


def broken(project: Project, table: Table) -> list[str]:
    """Where the table as made is not within its limits: table, column, what was found, the limit, and where to change it."""
    limits = project.hub.limits.tables.get(table.name)
    if limits is None:
        return []
    with connect(project.warehouse) as connection:
        rows, filled = _counts(connection, project.made(table.step), [c for c in limits.filled if c in table.columns])
    mend = f"change it in hub.toml, [limits.tables.{table.name}]; `km0 limits` shows what earlier versions had."
    said = []
    if limits.rows is not None and not limits.rows[0] <= rows <= limits.rows[1]:
        said.append(f"{table.name}: {rows} rows, which is not between {limits.rows[0]} and {limits.rows[1]} (rows). Look at its sources; if it is right, {mend}")
    for column, n in filled.items():
        if rows and n / rows < limits.filled[column]:
            share = math.floor(n / rows * 100) / 100
            said.append(
                f"{table.name}.{column}: {n} of {rows} cells are filled, a share of {share:g}, which is less than {limits.filled[column]:g} "
                f"(filled.{column}). Look whether a source has lost that column; if it is right, {mend}"
            )
    return said


def seen(project: Project) -> list[Seen]:
    """What each released table had in every version that index.json lists, and limits that this suggests. Raises steps.PublishedError."""
    found = []
    folders = [project.published / v["version"] for v in project.index()["versions"]]
    with connect(project.warehouse) as connection:
        for table in all_tables():
            optional = [f.name for f in table.fields if not f.constraints.required]
            paths = [p for folder in folders if (p := folder / f"{table.name}.parquet").exists()]
            counts = [_counts(connection, p, optional) for p in paths if table.released]
            if any(rows for rows, _ in counts):
                found.append(_seen(table, counts, project.hub.limits.row_drop))
    return found


def write(path: Path, suggested: Iterable[Seen]) -> list[str]:
    """Put what is suggested into hub.toml, `path`, for each table that it sets no limits for; returns their names. The rest stays as it is."""
    import tomlkit

    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    limits = document.setdefault("limits", tomlkit.table())
    tables = limits.setdefault("tables", tomlkit.table(is_super_table=True))
    anew = [s for s in suggested if s.table not in tables]
    for one in anew:
        tables[one.table] = _toml(one.suggested)
    with write_aside(path) as aside:
        aside.write_text(tomlkit.dumps(document), encoding="utf-8")
        check_names(Hub.load(aside))
    return [s.table for s in anew]


def _toml(limits: TableLimits) -> Any:
    import tomlkit

    table = tomlkit.table()
    assert limits.rows is not None
    table["rows"] = list(limits.rows)
    for column, share in limits.filled.items():
        table.append(tomlkit.key(["filled", column]), share)
    return table


def _seen(table: Table, counts: list[tuple[int, dict[str, int]]], row_drop: float) -> Seen:
    rows = [n for n, _ in counts]
    shares: dict[str, list[float]] = {}
    for n, filled in counts:
        for column, cells in filled.items() if n else ():
            shares.setdefault(column, []).append(cells / n)
    least = {c: math.floor((min(s) - MARGIN) * 100 + 1e-9) / 100 for c, s in shares.items()} if min(rows) >= FEW else {}
    suggested = TableLimits(
        rows=(0 if table.may_shrink else math.floor(min(rows) * (1 - row_drop)), max(rows) * GROWTH + FEW), filled={c: share for c, share in least.items() if share > 0}
    )
    return Seen(table.name, len(counts), (min(rows), max(rows)), {c: (min(s), max(s)) for c, s in shares.items()}, suggested)


def _counts(connection: duckdb.DuckDBPyConnection, path: Path, columns: Iterable[str]) -> tuple[int, dict[str, int]]:
    """Rows that are not closed, and filled cells of those columns that there are."""
    there = pq.read_schema(path).names
    known = [c for c in columns if c in there]
    asked = ", ".join(["count(*)", *(f'count("{c}")' for c in known)])
    present = " where closed_version is null" if "closed_version" in there else ""
    rows, *filled = connection.execute(f"select {asked} from read_parquet({literal(str(path))}){present}").fetchall()[0]
    return rows, dict(zip(known, filled, strict=True))
