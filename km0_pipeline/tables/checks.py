"""What a table's YAML promises, counted on the table as made.

One check a promise: the primary key and unique keys, each constraint of a column, each foreign
key, and that rows have not vanished since the last snapshot. All constraints of single columns
are counted in one scan. Belongs here: what is checked, and the sentence that says what was found;
that a failed check stops a publication is the caller's doing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from km0_pipeline.sql import literal
from km0_pipeline.steps import Project
from km0_pipeline.tables.build import connect, read
from km0_pipeline.tables.table import Column, Table

SAMPLE = 5
"""Keys of bad rows that a result names."""


@dataclass(frozen=True)
class Check:
    """A promise. `bad` is SQL: a condition that a bad row meets, or, of a key, a select of its bad rows."""

    name: str
    description: str
    kind: Literal["row", "unique", "reference", "rows"]
    columns: tuple[str, ...] = ()
    bad: str = ""


@dataclass(frozen=True)
class CheckResult:
    """What a check found: how many rows are bad, the keys of a few of them, and a sentence for the steward."""

    table: str
    name: str
    description: str
    passed: bool
    bad_rows: int
    sample: tuple[str, ...]
    sentence: str
    blocking: bool = True


def checks(table: Table) -> tuple[Check, ...]:
    """The checks of a table, as its YAML promises them."""
    found = [_unique("primary_key", table.primary_key)]
    found += [_unique(f"unique_{'_'.join(key)}", key) for key in table.unique_keys]
    for field in table.fields:
        if field.constraints.unique:
            found.append(_unique(f"unique_{field.name}", (field.name,)))
        found += _constraints(field)
    for key in table.foreign_keys:
        to = key.reference
        found.append(_reference(f"{'_'.join(key.fields)}_in_{to.resource}", key.fields, [(to.resource, to.fields)], ""))
    present = "closed_version is null" if table.keeps_history else ""
    for field in table.fields:
        if field.references:
            targets = [(r.partition(".")[0], (r.partition(".")[2],)) for r in field.references]
            found.append(_reference(f"{field.name}_exists", (field.name,), targets, present))
    found += _contacts(table) if table.released else ()
    found.append(
        Check("rows_not_lost", "No more rows have gone since the last snapshot than hub.toml allows (limits.row_drop).", "rows", (), present)
    )
    return tuple(found)


def run_checks(project: Project, table: Table, promised: Iterable[Check] | None = None) -> list[CheckResult]:
    """What each check of `checks(table)`, or of those `promised`, finds in the table as made, in that order.

    A check of the kind `reference` needs the tables that are referred to, which may be made later than `table`.
    """
    promised = checks(table) if promised is None else tuple(promised)
    others = {k.reference.resource for k in table.foreign_keys} | {r.partition(".")[0] for f in table.fields for r in f.references}
    if not any(c.kind == "reference" for c in promised):
        others = set()
    with connect(project) as connection:
        read(project, connection, sorted({table.name, *others}))
        counted = _count(connection, table, [c for c in promised if c.kind in ("row", "unique")])
        results = []
        for check in promised:
            if check.kind == "rows":
                results.append(_rows(project, connection, table, check, counted[""]))
                continue
            if check.kind == "reference":
                counted[check.name] = _number(connection, f"select count(*) from ({check.bad.format(table=table.name)})")
            bad = counted[check.name]
            sample = _sample(connection, table, check) if bad else ()
            results.append(_result(table, check, bad, sample))
    return results


def _constraints(field: Column) -> Iterable[Check]:
    limits, column = field.constraints, f'"{field.name}"'
    if limits.required:
        yield Check(f"{field.name}_required", f"{field.name} is never empty.", "row", (field.name,), f"{column} is null")
    if limits.enum is not None:
        values = ", ".join(literal(v) for v in limits.enum)
        description = f"{field.name} is one of: {', '.join(limits.enum)}."
        yield Check(f"{field.name}_enum", description, "row", (field.name,), f"{column} not in ({values})")
    if limits.pattern is not None:
        description = f"{field.name} matches {limits.pattern} from end to end."
        yield Check(f"{field.name}_pattern", description, "row", (field.name,), f"not regexp_full_match({column}, {literal(limits.pattern)})")
    if limits.minimum is not None:
        yield Check(f"{field.name}_minimum", f"{field.name} is {limits.minimum:g} or more.", "row", (field.name,), f"{column} < {limits.minimum}")
    if limits.maximum is not None:
        yield Check(f"{field.name}_maximum", f"{field.name} is {limits.maximum:g} or less.", "row", (field.name,), f"{column} > {limits.maximum}")
    if limits.max_length is not None:
        description = f"{field.name} has {limits.max_length} characters at most."
        yield Check(f"{field.name}_max_length", description, "row", (field.name,), f"length({column}) > {limits.max_length}")


def _contacts(table: Table) -> Iterable[Check]:
    """One scan of all texts of a row together, which is cheap, then of those of a row where there may be something."""
    row = f"may_hold_contact(concat_ws(chr(10), {_list(table.texts)}))"
    for column in table.texts:
        description = f"{column} holds no e-mail address and no telephone number."
        bad = f'case when {row} then "{column}" <> withheld("{column}") else false end'
        yield Check(f"{column}_no_contact", description, "row", (column,), bad)


def _unique(name: str, columns: tuple[str, ...]) -> Check:
    return Check(name, f"No two rows have the same {', '.join(columns)}.", "unique", columns)


def _reference(name: str, columns: tuple[str, ...], targets: Sequence[tuple[str, tuple[str, ...]]], condition: str) -> Check:
    """A check that `columns`, where not null, are the key of a row of one of the `targets`."""
    given = " and ".join(f'"{c}" is not null' for c in columns)
    keys = " union all ".join(f"select {_list(key)} from {resource}" for resource, key in targets)
    bad = f"select * from {{table}} where {given}{f' and {condition}' if condition else ''} and ({_list(columns)}) not in ({keys})"
    where = " or ".join(f"{resource}.{', '.join(key)}" for resource, key in targets)
    return Check(name, f"{', '.join(columns)} stands in {where}.", "reference", columns, bad)


def _count(connection: duckdb.DuckDBPyConnection, table: Table, promised: list[Check]) -> dict[str, int]:
    """Bad rows of each check of a row or a unique key, counted in one scan; under '' the rows that are not closed."""
    counts = ["count(*) filter (where closed_version is null)" if table.keeps_history else "count(*)"]
    for check in promised:
        if check.kind == "row":
            counts.append(f"count(*) filter (where {check.bad})")
        else:
            value = f'"{check.columns[0]}"' if len(check.columns) == 1 else f"row({_list(check.columns)})"
            given = " and ".join(f'"{c}" is not null' for c in check.columns)
            counts.append(f"count(*) filter (where {given}) - count(distinct {value}) filter (where {given})")
    row = connection.execute(f"select {', '.join(counts)} from {table.name}").fetchall()[0]
    return dict(zip(["", *(c.name for c in promised)], row, strict=True))


def _sample(connection: duckdb.DuckDBPyConnection, table: Table, check: Check) -> tuple[str, ...]:
    """Primary keys of the first bad rows; of a key that stands twice, the key."""
    keys = table.primary_key
    if check.kind == "unique":
        keys, given = check.columns, " and ".join(f'"{c}" is not null' for c in check.columns)
        bad = f"select {_list(keys)} from {table.name} where {given} group by all having count(*) > 1"
    elif check.kind == "row":
        bad = f"select * from {table.name} where {check.bad}"
    else:
        bad = check.bad.format(table=table.name)
    shown = ", ".join(f'withheld("{c}"::varchar)' for c in keys)
    rows = connection.execute(f"select {shown} from ({bad}) order by all limit {SAMPLE}").fetchall()
    return tuple("|".join(str(v) for v in row) for row in rows)


def _rows(project: Project, connection: duckdb.DuckDBPyConnection, table: Table, check: Check, now: int) -> CheckResult:
    snapshot = project.last_snapshot()
    path = snapshot / f"{table.name}.parquet" if snapshot else None
    if path is None or not path.exists():
        return CheckResult(table.name, check.name, check.description, True, 0, (), f"{table.name}: {now} rows; no snapshot to compare with.")
    columns = {str(row[0]) for row in connection.execute(f"describe from read_parquet({literal(str(path))})").fetchall()}
    condition = f"where {check.bad}" if check.bad and "closed_version" in columns else ""
    before = _number(connection, f"select count(*) from read_parquet({literal(str(path))}) {condition}")
    limit = project.hub.limits.row_drop
    lost = max(before - now, 0)
    passed = lost <= before * limit
    sentence = f"{table.name}: {now} rows, {before} in the last snapshot ({snapshot.name if snapshot else ''})."
    if not passed:
        sentence += (
            f" {lost} have gone, which is more than the share of {limit:g} that limits.row_drop in hub.toml allows. "
            "Look for a source in data/raw that is missing or cut short; if the loss is meant, raise limits.row_drop for this run."
        )
    return CheckResult(table.name, check.name, check.description, passed, lost, (), sentence)


def _result(table: Table, check: Check, bad: int, sample: tuple[str, ...]) -> CheckResult:
    if not bad:
        return CheckResult(table.name, check.name, check.description, True, 0, (), f"{table.name}: {check.description}")
    rows = "1 row breaks" if bad == 1 else f"{bad} rows break"
    keys = f"{', '.join(sample)}{'…' if bad > len(sample) else ''}"
    sentence = (
        f"{table.name}: {rows} the promise \"{check.description}\" ({', '.join(check.columns if check.kind == 'unique' else table.primary_key)}: "
        f"{keys}). Mend the source or {table.name}.sql, or the promise in {table.name}.yaml."
    )
    return CheckResult(table.name, check.name, check.description, False, bad, sample, sentence)


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _list(columns: Iterable[str]) -> str:
    return ", ".join(f'"{c}"' for c in columns)
