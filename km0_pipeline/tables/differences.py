"""What differs between two versions of the tables, row by row and column by column.

`tables/changes.sql` tells it of what was just made against the last snapshot, `publish.changes` of any two
snapshots. Only rows are compared, of tables whose YAML says `tracked`: a row is the one with the same primary key; a column
that one side lacks is empty there. A row that came has change `add`, one that went `remove`: what they held stands in the
table; of one that stayed each column that is another is a `modify`, its values as text. An id that went because
it was joined to another is a `merge`; a new id that was part of an old one is told beside its `add` as a `split` of the old.
Applied to the old rows: remove what is removed or merged, take what is added from the new table, set what is modified.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from km0_pipeline.entities.ids import KINDS
from km0_pipeline.sql import literal
from km0_pipeline.tables.inputs import DERIVED
from km0_pipeline.tables.table import TYPES, Column, Table

ENTITIES = {table: prefix for prefix, table, _ in KINDS.values()}
"""Tables of entities, and how their ids begin."""


def view(connection: duckdb.DuckDBPyConnection, name: str, table: Table, path: Path | None) -> None:
    """Let `name` be the `table` as it was published in the Parquet at `path`: empty where there is none, null where it lacks a column.

    Its texts come without e-mail addresses and telephone numbers (needs `contacts.CONTACTS_SQL`): it may have been
    published before these were withheld.
    """
    there: set[str] = set()
    if path is not None and path.exists():
        there = {str(row[0]) for row in connection.execute(f"describe from read_parquet({literal(str(path))})").fetchall()}
    columns = ", ".join(_column(table, f, f.name in there) for f in table.fields)
    source = f"from read_parquet({literal(str(path))})" if there >= set(table.primary_key) else "where false"
    connection.execute(f"create or replace view {name} as select {columns} {source}")


def differences(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make the table `differences` of those `tables` (tracked ones) that are compared.

    Reads, of each of them and of `redirects`, the relation of that name, and the older one as `previous_<name>`; to tell
    merges, the tables of entities too.
    """
    columns = ", ".join(f"{c} varchar" for c in DERIVED["differences"])
    connection.execute(f"create or replace table differences ({columns})")
    names = []
    for table in tables:
        _compare(connection, table)
        names.append(table.name)
    for name in names:
        if name in ENTITIES:
            _redirect(connection, name, ENTITIES[name])


def _column(table: Table, field: Column, there: bool) -> str:
    kept = f"withheld({field.name})" if field.name in table.texts else f'"{field.name}"'
    return f'try_cast({kept if there else "null"} as {TYPES[field.type][1]}) as "{field.name}"'


def _compare(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Add what differs of one table: adds, removes and modifies."""
    key = table.primary_key[0]
    fields = [f for f in table.fields if f.name != key]
    other = " or ".join(f'n."{f.name}" is distinct from o."{f.name}"' for f in fields)
    connection.execute(f"""
        create or replace temp table pair as
        select n.{key} as new_key, o.{key} as old_key, n as new_row, o as old_row
        from {table.name} as n
        full join previous_{table.name} as o on o.{key} = n.{key}
        where n.{key} is null or o.{key} is null or {other or "false"}
    """)
    name = literal(table.name)
    parts = [
        f"select {name}, coalesce(new_key, old_key), case when old_key is null then 'add' else 'remove' end, null, null, null "
        "from pair where new_key is null or old_key is null"
    ]
    parts += [
        f"select {name}, new_key, 'modify', {literal(f.name)}, {_text(f, 'old_row')}, {_text(f, 'new_row')} "
        f'from pair where new_key = old_key and new_row."{f.name}" is distinct from old_row."{f.name}"'
        for f in fields
    ]
    connection.execute(f"insert into differences {' union all '.join(parts)}; drop table pair")


def _text(field: Column, row: str) -> str:
    """The value as it stands in the CSV."""
    text = f'{row}."{field.name}"::varchar'
    return f"regexp_replace({text}, '\\.0$', '')" if field.type == "number" else text


def _redirect(connection: duckdb.DuckDBPyConnection, name: str, prefix: str) -> None:
    """Let ids that went into another be merges, and add the splits that are new, of one table of entities."""
    key = next(key for _, table, key in KINDS.values() if table == name)
    connection.execute(f"""
        update differences set change = 'merge', old_value = row_id, new_value = joined.new_id
        from (
            -- where an id was joined twice, the one that is there
            select old_id, arg_min(new_id, (new_id not in (select {key} from {name}), new_id)) as new_id
            from redirects
            where reason = 'merge' and starts_with(old_id, {literal(prefix)})
            group by old_id
        ) as joined
        where table_name = {literal(name)} and change = 'remove' and row_id = joined.old_id;

        insert into differences
        select {literal(name)}, r.old_id, 'split', null, r.old_id, r.new_id
        from redirects as r
        join differences as d on d.table_name = {literal(name)} and d.change = 'add' and d.row_id = r.new_id
        where r.reason = 'split'
            and r.old_id in (select {key} from previous_{name})
            and not exists (select 1 from previous_redirects as b where b.old_id = r.old_id and b.new_id = r.new_id)
    """)
