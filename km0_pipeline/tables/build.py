"""Tables made: each one's SQL run over upstream Parquet, and km0.duckdb assembled from them all.

A table's SQL sees these relations: other tables and steps by name; `previous_<table>` as the
last published snapshot has it (empty before the first); `vocabulary`, the properties of
`claims.py`; `hub_sources`, the sources of hub.toml; `decided`, the files of decisions; `differences`, what differs from the last snapshot in tracked tables (both as
they leave: the privacy gate hands them over). And these
variables, by `getvariable`: those of `_variables`. A table is made again when its files, what it
reads or a variable that it names has changed. Belongs here: running SQL; what is promised of its
result is in `table` and `checks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.claims import DIGEST_SQL, PROPERTIES, RELEASABLE, digest
from km0_pipeline.decisions import counts
from km0_pipeline.hub import Hub
from km0_pipeline.reference import public_roles
from km0_pipeline.sql import connect, literal, settings
from km0_pipeline.steps import Made, Project, code_version, made, make
from km0_pipeline.storage import read_json, sha256, write_aside, write_json
from km0_pipeline.tables.contacts import CONTACTS_SQL, kept_from
from km0_pipeline.tables.differences import differences, view
from km0_pipeline.tables.inputs import DERIVED, STEPS, hub_sources
from km0_pipeline.tables.table import (
    TYPES,
    Table,
    TableError,
    all_tables,
    ddl,
    parquet_settings,
    relations,
    variables,
)
from km0_pipeline.tables.table import table as by_name
from km0_pipeline.versions import as_published, ordered

VERSION = code_version(__file__)
FOREIGN_KEY_ROWS = 200_000
"""Rows up to which km0.duckdb declares a table's foreign keys. DuckDB looks each one up row by row, 6 s for a key of a
million rows; `checks` counts the same in one join, 0.3 s, before anything is published. The primary key is always there."""


def build_table(project: Project, table: Table, *, version: str, leaving: Mapping[str, Path] | None = None) -> Made:
    """Make `data/warehouse/table_<name>.parquet`, typed as the YAML says and sorted by primary key.

    `version` is the version that a snapshot of this run would get (`Project.next_version`). Tables named in `leaving` are
    read from the Parquet there, as the privacy gate wrote them. Raises
    TableError, naming the table's files, if the SQL fails or a value does not fit its type.
    """
    said = _said(project, table)
    parameters = [table.sql, table.model_dump_json(include={"fields", "primary_key"}), *said.values()]
    if table.previous:
        parameters.append(project.index()["latest"] or "")
    if "vocabulary" in relations(table):
        parameters += [f"{row[0]} {row[2]}" for row in _vocabulary()]
    if "hub_sources" in relations(table):
        parameters += map(str, hub_sources(project.hub))
    if "decided" in relations(table):
        parameters += map(str, _decided(project))
    known = _variables(project, version)
    asked = {name: known.get(name) for name in variables(table)}
    parameters += [f"{name}={value}" for name, value in asked.items()]
    leaving = leaving or {}
    parameters += [f"{name} {sha256(path)}" for name, path in sorted(leaving.items())]
    inputs = [n if n in STEPS else f"table_{n}" for n in table.upstream if n not in leaving]
    build = partial(_build, project, table, asked, said, leaving)
    return make(project, table.step, build, inputs=inputs, version=VERSION, parameters=parameters)


def assemble(project: Project) -> Made:
    """Put every table into `data/warehouse/km0.duckdb`, with keys and comments, unless none has changed.

    Tables of more than `FOREIGN_KEY_ROWS` rows get no foreign keys. Raises TableError, naming the table, if a row
    breaks a key; the database that was there stays.
    """
    tables = all_tables()
    parts = [made(project, t.step) for t in tables]
    path, note = project.database, project.database.with_suffix(".made.json")
    fingerprint = digest(VERSION, *(ddl(t) for t in tables), *(p.digest for p in parts), length=64)
    found = read_json(note) if path.exists() else None
    rows = sum(p.rows for p in parts)
    if found is not None and found["fingerprint"] == fingerprint:
        return Made("km0", path, fingerprint, rows, True)
    with write_aside(path) as aside:
        with duckdb.connect(aside, config=settings(project.warehouse)) as connection:
            # it makes a large database a third of the size, and takes 8 of 22 s of a million organisations to do so
            connection.execute("set disabled_compression_methods = 'dict_fsst'")
            for table, part in zip(tables, parts, strict=True):
                try:
                    connection.execute(ddl(table, primary_key=False, foreign_keys=part.rows <= FOREIGN_KEY_ROWS))
                    connection.execute(f"insert into {table.name} select * from read_parquet({literal(str(part.path))})")
                    # a third of what it costs to keep while the rows come in
                    connection.execute(f"alter table {table.name} add primary key ({', '.join(table.primary_key)})")
                except (duckdb.IOException, duckdb.OutOfMemoryException):  # nothing of the table
                    raise
                except duckdb.Error as e:
                    raise TableError(f"km0.duckdb: the table {table.name} breaks what {table.name}.yaml promises: {e}") from None
        note.unlink(missing_ok=True)
    write_json(note, {"fingerprint": fingerprint, "rows": rows})
    return Made("km0", path, fingerprint, rows, False)


def read(project: Project, connection: duckdb.DuckDBPyConnection, names: Any, sql: str = "", leaving: Mapping[str, Path] | None = None) -> None:
    """Let the tables and steps `names` be views of their Parquet; of a table, where it is named there, of that in `leaving`.

    Of a step a view has those columns that `sql` names, their texts without e-mail addresses and telephone numbers (needs `contacts.CONTACTS_SQL`).
    """
    words = frozenset(re.findall(r"\w+", sql))
    for name in names:
        if name in STEPS:
            query = kept_from(connection, made(project, name), STEPS[name], words)
        else:
            query = f"from read_parquet({literal(str((leaving or {}).get(name) or project.made(f'table_{name}')))})"
        connection.execute(f"create or replace view {name} as {query}")


def _variables(project: Project, version: str) -> dict[str, Any]:
    """What a table's SQL may ask for by `getvariable`; `unchanged` is set by `_differences`."""
    hub = project.hub
    day = ordered(version)
    return {
        "version": version,
        "previous_version": as_published(last) if (last := project.index()["latest"]) else None,
        "day": f"{day[0]:04}-{day[1]:02}-{day[2]:02}",
        "hub_name": hub.hub.name,
        "website": hub.hub.website,
        "commune": hub.hub.commune,
        "commune_name": hub.hub.commune_name,
        "publisher": hub.publisher.name,
        "licence": hub.publisher.licence,
        "quotation": str(hub.limits.quotation),
        "banded": banded(hub),
        "public_roles": public_roles(),
    }


def banded(hub: Hub) -> str:
    """Pattern of the paths of registries whose exact headcounts do not leave."""
    return "|".join(re.escape(r.path).replace(r"\*", ".*").replace(r"\?", ".") for r in hub.registries if r.headcounts == "bands")


def _vocabulary() -> list[tuple[str, str, bool]]:
    return [(p.name, p.value_kind, p.privacy in RELEASABLE) for p in PROPERTIES.values()]


def _decided(project: Project) -> list[tuple[str, int]]:
    """The files of decisions that hold any, as sources, and how many each holds."""
    return [(f"decisions/{name}", n) for name, n in counts(project.raw).items() if n]


def _said(project: Project, table: Table) -> dict[str, str]:
    """What a file of the table says of itself where it lies without the others; no version: the same rows are the same bytes."""
    publisher = project.hub.publisher
    texts = {"title": table.title.fr, "title_en": table.title.en, "description": table.description.fr, "description_en": table.description.en}
    return texts | {"publisher": publisher.name, "licence": publisher.licence, "licence_url": publisher.licence_url}


def _build(project: Project, table: Table, asked: dict[str, Any], said: dict[str, str], leaving: Mapping[str, Path], path: Path) -> None:
    names = relations(table)
    with connect(project.warehouse) as connection:
        connection.execute((DIGEST_SQL if "digest" in table.sql else "") + CONTACTS_SQL)
        for name, value in asked.items():
            connection.execute(f"set variable {name} = {'null' if value is None else literal(value)}")
        read(project, connection, table.upstream, table.sql, leaving)
        for name in table.previous:
            snapshot = project.last_snapshot()
            view(connection, f"previous_{name}", by_name(name), snapshot / f"{name}.parquet" if snapshot else None)
        if "vocabulary" in names:
            rows = ", ".join(f"({literal(p)}, {literal(kind)}, {releasable})" for p, kind, releasable in _vocabulary())
            connection.execute(f"create table vocabulary as from (values {rows}) as v({', '.join(DERIVED['vocabulary'])})")
        if "hub_sources" in names:
            columns = ", ".join(f"{c} varchar" for c in DERIVED["hub_sources"])
            connection.execute(f"create table hub_sources ({columns})")
            connection.executemany("insert into hub_sources values (?, ?, ?, withheld(?), ?)", hub_sources(project.hub))
        if "decided" in names:
            connection.execute(f"create table decided ({DERIVED['decided'][0]} varchar, {DERIVED['decided'][1]} bigint)")
            for row in _decided(project):
                connection.execute("insert into decided values (?, ?)", row)
        if "differences" in names:
            _differences(project, connection, table, leaving)
        columns = ", ".join(f'cast("{f.name}" as {TYPES[f.type][1]}) as "{f.name}"' for f in table.fields)
        try:
            connection.execute(
                # the empty part makes each column nullable; else it is so or not as the planner knows its values, in other bytes
                f"copy (select {columns} from ({table.sql}) union all select {', '.join(['null'] * len(table.fields))} from range(0) "
                f"order by {', '.join(table.primary_key)}) to {literal(str(path))} "
                f"({parquet_settings(table, said)}, compression_level 1)"
            )
        except (duckdb.IOException, duckdb.OutOfMemoryException):  # nothing of the table
            raise
        except duckdb.Error as e:
            raise TableError(f"{table.name}.sql and {table.name}.yaml: the table can't be made: {e}") from None


def _differences(project: Project, connection: duckdb.DuckDBPyConnection, table: Table, leaving: Mapping[str, Path]) -> None:
    """Make the relation `differences`, and the variable `unchanged`: every table is as it was in the last snapshot."""
    snapshot = project.last_snapshot()
    compared = [t for t in all_tables() if t.name in table.previous and t.name != table.name] if snapshot else []
    moved = [t for t in compared if snapshot and not _same_bytes(snapshot / f"{t.name}.parquet", leaving.get(t.name) or project.made(t.step))]
    differences(connection, (t for t in moved if t.tracked))
    unchanged = snapshot is not None and not any(_differs(connection, t) for t in moved if not t.tracked)
    connection.execute(f"set variable unchanged = {unchanged} and not exists (from differences)")


def _same_bytes(path: Path, other: Path) -> bool:
    return path.exists() and path.stat().st_size == other.stat().st_size and sha256(path) == sha256(other)


def _differs(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    sides = (f"(from {table.name} except all from previous_{table.name})", f"(from previous_{table.name} except all from {table.name})")
    return any(connection.execute(f"select exists ({side})").fetchall()[0][0] for side in sides)
