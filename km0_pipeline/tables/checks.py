"""What a table's YAML promises, counted on the table as made.

One check a promise: the primary key and unique keys, each constraint of a column, each foreign
key, that rows have not vanished since the last snapshot, unless they may (`may_shrink`), and of the table
`freshness` that sources have not (`losses`), and the limits of hub.toml (`limits`). All constraints of single columns are counted in one scan. Belongs here: what is checked, and the
sentence that says what was found; that a failed check stops a publication is the caller's doing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import pyarrow.parquet as pq

from km0_pipeline.claims import digest
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Project, code_version, made
from km0_pipeline.storage import read_json, write_json
from km0_pipeline.tables.build import read
from km0_pipeline.tables.contacts import CONTACTS_SQL
from km0_pipeline.tables.limits import broken
from km0_pipeline.tables.losses import accept, losses, meant
from km0_pipeline.tables.table import Column, Table

VERSION = code_version(__file__)
UNCOUNTED = ("rows", "sources", "limits")
"""Kinds of check that no bad rows are counted for: they compare with the last snapshot, or with hub.toml."""
SAMPLE = 5
"""Keys of bad rows that a result names."""


@dataclass(frozen=True)
class Check:
    """A promise. `bad` is SQL: a condition that a bad row meets, or, of a key, a select of its bad rows."""

    name: str
    description: str
    kind: Literal["row", "text", "unique", "reference", "rows", "sources", "limits"]
    columns: tuple[str, ...] = ()
    bad: str = ""
    others: tuple[str, ...] = ()
    """Other tables that it reads."""


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
    if not table.may_shrink:
        description = "No more rows have gone since the last snapshot than hub.toml allows (limits.row_drop)."
        found.append(Check("rows_not_lost", description, "rows", (), present))
    description = f"Rows and filled cells are within what hub.toml says, [limits.tables.{table.name}]."
    found.append(Check("within_limits", description, "limits"))
    if table.name == "freshness":
        description = "No source gives much less than in the last snapshot (limits.row_drop of hub.toml), and something was read."
        found.append(Check("sources_not_lost", description, "sources"))
    return tuple(found)


def run_checks(project: Project, table: Table, promised: Iterable[Check] | None = None) -> list[CheckResult]:
    """What each check of `checks(table)`, or of those `promised`, finds in the table as made, in that order.

    A check of the kind `reference` needs the tables that are referred to, which may be made later than `table`.
    """
    promised = checks(table) if promised is None else tuple(promised)
    counted = _known(project, table, promised)
    results = []
    for check in promised:
        if check.kind == "rows":
            results.append(_rows(project, table, check, counted[""]))
        elif check.kind in ("sources", "limits"):
            wrong = losses(project) if check.kind == "sources" else broken(project, table)
            sentence = "\n".join(wrong) or f"{table.name}: {check.description}"
            results.append(CheckResult(table.name, check.name, check.description, not wrong, len(wrong), (), sentence))
        else:
            sample = _sample(project, table, check) if counted[check.name] else ()
            results.append(_result(table, check, counted[check.name], sample))
    return results


def _known(project: Project, table: Table, promised: Sequence[Check]) -> dict[str, int]:
    """Bad rows by check; under '' the rows that are not closed. Counted once for a content, and noted beside it.

    So a table that a step has checked need not be read again before it is published.
    """
    digests = {name: made(project, f"table_{name}").digest for name in {table.name, *(n for c in promised for n in c.others)}}
    keys = {c.name: digest(VERSION, repr(c), *(digests[n] for n in (table.name, *c.others))) for c in promised if c.kind not in UNCOUNTED}
    keys[""] = digest(VERSION, digests[table.name])
    path = project.warehouse / f"{table.step}.checks.json"
    note: dict[str, Any] = read_json(path) or {}
    known: dict[str, int] = note["bad_rows"] if note.get("digest") == digests[table.name] else {}
    missing = [c for c in promised if c.kind not in UNCOUNTED and keys[c.name] not in known]
    if missing or keys[""] not in known:
        with connect(project.warehouse) as connection:
            if any(c.kind == "text" for c in missing):
                connection.execute(CONTACTS_SQL)
            read(project, connection, sorted(digests))
            found = _count(connection, table, missing)
        known = known | {keys[name]: bad for name, bad in found.items()}
        write_json(path, {"digest": digests[table.name], "bad_rows": known})
    return {name: known[key] for name, key in keys.items()}


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
    for column in table.texts:
        description = f"{column} holds no e-mail address and no telephone number."
        yield Check(f"{column}_no_contact", description, "text", (column,), f'"{column}" <> withheld("{column}")')


def _unique(name: str, columns: tuple[str, ...]) -> Check:
    return Check(name, f"No two rows have the same {', '.join(columns)}.", "unique", columns)


def _reference(name: str, columns: tuple[str, ...], targets: Sequence[tuple[str, tuple[str, ...]]], condition: str) -> Check:
    """A check that `columns`, where not null, are the key of a row of one of the `targets`."""
    given = " and ".join(f'"{c}" is not null' for c in columns)
    keys = " union all ".join(f"select {_list(key)} from {resource}" for resource, key in targets)
    bad = f"select * from {{table}} where {given}{f' and {condition}' if condition else ''} and ({_list(columns)}) not in ({keys})"
    where = " or ".join(f"{resource}.{', '.join(key)}" for resource, key in targets)
    return Check(name, f"{', '.join(columns)} stands in {where}.", "reference", columns, bad, tuple(sorted({r for r, _ in targets})))


def _count(connection: duckdb.DuckDBPyConnection, table: Table, promised: Iterable[Check]) -> dict[str, int]:
    """Bad rows of each check, those of rows and unique keys in one scan; under '' the rows that are not closed."""
    counts = {"": "count(*) filter (where closed_version is null)" if table.keeps_history else "count(*)"}
    texts = [c for c in promised if c.kind == "text"]
    if texts:  # one look at all texts of a row together, then into each of those rows where there may be something
        counts["may_hold_contact"] = f"count(*) filter (where may_hold_contact(concat_ws(chr(10), {_list(c.columns[0] for c in texts)})))"
    for check in promised:
        if check.kind == "row":
            counts[check.name] = f"count(*) filter (where {check.bad})"
        elif check.kind == "unique":
            value = f'"{check.columns[0]}"' if len(check.columns) == 1 else f"row({_list(check.columns)})"
            given = " and ".join(f'"{c}" is not null' for c in check.columns)
            counts[check.name] = f"count(*) filter (where {given}) - count(distinct {value}) filter (where {given})"
    row = connection.execute(f"select {', '.join(counts.values())} from {table.name}").fetchall()[0]
    found = dict(zip(counts, row, strict=True))
    suspect = found.pop("may_hold_contact", 0)
    for check in promised:
        if check.kind == "reference":
            found[check.name] = _number(connection, f"select count(*) from ({check.bad.format(table=table.name)})")
        elif check.kind == "text":
            found[check.name] = _number(connection, f"select count(*) from {table.name} where {check.bad}") if suspect else 0
    return found


def _sample(project: Project, table: Table, check: Check) -> tuple[str, ...]:
    """Primary keys of the first bad rows; of a key that stands twice, the key."""
    keys = table.primary_key
    if check.kind == "unique":
        keys, given = check.columns, " and ".join(f'"{c}" is not null' for c in check.columns)
        bad = f"select {_list(keys)} from {table.name} where {given} group by all having count(*) > 1"
    elif check.kind in ("row", "text"):
        bad = f"select * from {table.name} where {check.bad}"
    else:
        bad = check.bad.format(table=table.name)
    shown = ", ".join(f'withheld("{c}"::varchar)' for c in keys)
    with connect(project.warehouse) as connection:
        connection.execute(CONTACTS_SQL)
        read(project, connection, (table.name, *check.others))
        rows = connection.execute(f"select {shown} from ({bad}) order by all limit {SAMPLE}").fetchall()
    return tuple("|".join(str(v) for v in row) for row in rows)


def _rows(project: Project, table: Table, check: Check, now: int) -> CheckResult:
    snapshot = project.last_snapshot()
    path = snapshot / f"{table.name}.parquet" if snapshot else None
    if path is None or not path.exists():
        return CheckResult(table.name, check.name, check.description, True, 0, (), f"{table.name}: {now} rows; no snapshot to compare with.")
    meta = pq.read_metadata(path)
    before = meta.num_rows
    if check.bad and "closed_version" in meta.schema.names:
        with connect(project.warehouse) as connection:
            before = _number(connection, f"select count(*) from read_parquet({literal(str(path))}) where {check.bad}")
    limit = project.hub.limits.row_drop
    lost = max(before - now, 0)
    lost_sources = () if lost <= before * limit else meant(project)
    passed = lost <= before * limit or bool(lost_sources) or table.name in project.accepted
    sentence = f"{table.name}: {now} rows, {before} in the last snapshot ({snapshot.name if snapshot else ''})."
    if not passed:
        sentence += (
            f" {lost} have gone, which is more than the share of {limit:g} that limits.row_drop in hub.toml allows. "
            f"Look for a source in data/raw that is missing or cut short; if the loss is meant, say so: {accept(table.name)}."
        )
    elif lost_sources:
        sentence += f" {lost} have gone; they may, with {', '.join(lost_sources)}."
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
