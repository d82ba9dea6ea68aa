"""What differs between two published versions, from their folders alone.

The table `changes` of a snapshot tells it against the version before; here it is told of any two. They are
compared themselves, and the deltas between them not composed, which comes to the same: what came and went in between is not
told, of what changed twice the first value and the last are, a merged id leads to where it leads in the newer
one (`redirects` forget none). So no version in between need be kept. Belongs here: the comparison and its counts; words are for `changelog`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from km0_pipeline.sql import literal
from km0_pipeline.tables.contacts import CONTACTS_SQL
from km0_pipeline.tables.differences import differences, view
from km0_pipeline.tables.inputs import DERIVED
from km0_pipeline.tables.table import all_tables, table

NAME = "changes.parquet"


class Change(NamedTuple):
    """One difference, as a row of the table `changes` tells it."""

    table_name: str
    row_id: str
    change: str
    column_name: str | None
    old_value: str | None
    new_value: str | None


def files() -> tuple[str, ...]:
    """Files of a snapshot that are read to compare it with another."""
    return tuple(f"{t.name}.parquet" for t in all_tables() if t.tracked or t.name == "redirects")


def between(old: Path, new: Path) -> list[Change]:
    """What differs in the snapshot in `new` from that in `old`, by table, row and column. Raises OSError or duckdb.Error."""
    with compared(old, new) as connection:
        return [Change(*row) for row in connection.execute("select * from differences order by all").fetchall()]


@contextmanager
def compared(old: Path | None, new: Path, told: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with each compared table as it is in `new`, as `previous_<table>` in `old`, and the table `differences`.

    The differences are those that the file `told` tells, where it is given.
    """
    with duckdb.connect() as connection:
        connection.execute(CONTACTS_SQL)
        tracked = [t for t in all_tables() if t.tracked]
        for t in (*tracked, table("redirects")):
            view(connection, t.name, t, new / f"{t.name}.parquet")
            view(connection, f"previous_{t.name}", t, old / f"{t.name}.parquet" if old else None)
        if told:
            columns = ", ".join(DERIVED["differences"])
            connection.execute(f"create view differences as select {columns} from read_parquet({literal(str(told))})")
        else:
            differences(connection, (t for t in tracked if (new / f"{t.name}.parquet").exists()))
        yield connection


def reshaped(old: Path, new: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Of each compared table whose columns are others in `new` than in `old`: those that came, and those that went."""
    import pyarrow.parquet as pq

    found = {}
    for name in (t.name for t in all_tables() if t.tracked):
        paths = [folder / f"{name}.parquet" for folder in (old, new)]
        if all(p.is_file() for p in paths):
            before, now = (pq.read_schema(p).names for p in paths)
            if set(before) != set(now):
                found[name] = ([c for c in now if c not in before], [c for c in before if c not in now])
    return found


def counts(folder: Path) -> dict[str, Any] | None:
    """How many rows of each table changed in the snapshot in `folder`, by kind, since which version; None where it tells of no change."""
    path = folder / NAME
    if not path.is_file():
        return None
    source = f"read_parquet({literal(str(path))})"
    with duckdb.connect() as connection:
        if not {"table_name", "change", "row_id", "since_version"} <= {str(r[0]) for r in connection.execute(f"describe from {source}").fetchall()}:
            return None  # a table of that name, but not ours
        since = connection.execute(f"select min(since_version) from {source}").fetchall()[0][0]
        tables = counted_by_kind(connection, source)
    return {"since": since, "tables": tables} if tables else None


def counted_by_kind(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, dict[str, int]]:
    """How many rows changed in `relation`, by table and kind of change."""
    rows = connection.execute(f"select table_name, change, count(distinct row_id) from {relation} group by all order by all").fetchall()
    tables: dict[str, dict[str, int]] = {}
    for name, kind, n in rows:
        tables.setdefault(name, {})[kind] = n
    return tables
