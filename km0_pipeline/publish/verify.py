"""A snapshot read back whole, with what is in it alone.

Belongs here: what anyone who downloaded a snapshot may ask of it. Sums and sizes hold, no file
is missing or undeclared, columns are named and typed as declared, rows stand in the order of
their key and no key twice, values keep what datapackage.json promises of them, keys point at rows that are there,
and CSV and Parquet hold the same cells; and of all versions together, that index.json tells what they are.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from km0_pipeline.publish import datapackage
from km0_pipeline.publish.escaping import ESCAPE, unescaped
from km0_pipeline.publish.formats.csv import BATCH
from km0_pipeline.publish.places import INDEX, SUMS, NotThere, Say, read_sums, snapshot
from km0_pipeline.sql import literal, location
from km0_pipeline.storage import sha256
from km0_pipeline.tables.table import TYPES

CONSTRAINTS: dict[str, Callable[[str, Any], str]] = {
    "required": lambda column, _: f"{column} is null",
    "pattern": lambda column, value: f"not regexp_full_match({column}, {literal(str(value))})",
    "enum": lambda column, value: f"{column}::varchar not in ({', '.join(literal(str(v)) for v in value)})",
    "minimum": lambda column, value: f"{column} < {float(value)!r}",
    "maximum": lambda column, value: f"{column} > {float(value)!r}",
    "minLength": lambda column, value: f"length({column}) < {int(value)}",
    "maxLength": lambda column, value: f"length({column}) > {int(value)}",
}
"""Constraint of a Table Schema -> SQL of what breaks it; `unique` is for `_values`."""


def verify(folder: Path, already: Mapping[str, str] | None = None, counted: bool = False) -> list[str]:
    """A sentence for each thing that is wrong with the snapshot in `folder`; none: it is whole.

    `already` gives the SHA-256 of files whose bytes the caller has just read back: they are not
    read a second time for their sum. `counted`: what is promised of values and keys the caller has counted in Parquet
    of the very same sums; it is not counted a second time.
    """
    try:
        package = datapackage.read(folder)
        tables = _tables(package)
    except (OSError, ValueError, LookupError, TypeError) as e:
        return [f"{datapackage.NAME}: can't be read ({e}); take the snapshot again from where it was published."]
    with duckdb.connect() as connection, ThreadPoolExecutor(os.cpu_count()) as pool:
        files = pool.submit(_files, folder, package, already or {})
        cells = pool.map(lambda name: _cells(connection.cursor(), folder, tables[name]), tables)
        found = [*files.result(), *(sentence for sentences in cells for sentence in sentences)]
        if not found and not counted:
            keys = pool.map(lambda name: _values(connection.cursor(), folder, tables[name]["parquet"]) + _foreign_keys(connection.cursor(), folder, tables, name), tables)
            found = [sentence for sentences in keys for sentence in sentences]
    return found


def verify_all(place: str, versions: Sequence[Mapping[str, Any]], say: Say = lambda _: None) -> list[str]:
    """What is wrong with the `versions` that the index.json at `place` (a folder or URL) lists: each whole, and of the sums it tells."""
    found = []
    for version in versions:
        name = version["version"]
        say(f"version {name}")
        try:
            with snapshot(f"{place.rstrip('/')}/{name}", say, {f["path"]: f["bytes"] for f in version["files"]}) as folder:
                wrong = verify(folder)
                there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
                for file in version["files"]:
                    path = there.get(file["path"])
                    if path is None:
                        wrong.append(f"{file['path']}: {INDEX} lists it, but it is missing.")
                    elif path.stat().st_size != file["bytes"] or sha256(path) != file["sha256"]:
                        wrong.append(f"{file['path']}: its size or content is not what {INDEX} says.")
                listed = {file["path"] for file in version["files"]}
                wrong += [f"{path}: {INDEX} does not list it." for path in sorted(there.keys() - listed)]
        except NotThere as e:
            wrong = [str(e)]
        found += [f"{name}: {sentence}" for sentence in dict.fromkeys(wrong)]
    return found


def _tables(package: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Resources by table, then by format."""
    tables: dict[str, dict[str, Any]] = {}
    for resource in package["resources"]:
        if not {"path", "bytes", "hash"} <= resource.keys() or Path(resource["path"]).name != resource["path"]:
            raise ValueError("a resource lacks its path, bytes or hash, or its path leads out of the snapshot")
        if "km0:table" in resource:
            tables.setdefault(resource["km0:table"], {})[resource["format"]] = resource
    for name, formats in tables.items():
        if not {"csv", "parquet"} <= formats.keys():
            raise ValueError(f"the table {name!r} is not there both as CSV and as Parquet")
    return tables


def _files(folder: Path, package: Mapping[str, Any], already: Mapping[str, str]) -> list[str]:
    """What SHA256SUMS and the descriptor say of the files, against the files."""
    try:
        sums = read_sums(folder)
    except (OSError, ValueError) as e:
        return [f"{SUMS}: can't be read ({e}); take the snapshot again from where it was published."]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    found = [f"{p}: is in the folder, but {SUMS} does not list it; take it away." for p in sorted(there - sums.keys() - {SUMS})]
    found += [f"{p}: {SUMS} lists it, but it is missing." for p in sorted(sums.keys() - there)]
    real = {p: already.get(p) or sha256(folder / p) for p in sorted(sums.keys() & there)}
    found += [f"{p}: its content is not what {SUMS} says; it was changed or cut short." for p in real if real[p] != sums[p]]
    for resource in package["resources"]:
        path = resource["path"]
        if path not in sums:
            found.append(f"{path}: {datapackage.NAME} declares it, but {SUMS} does not list it.")
        if path not in real:
            continue
        size = (folder / path).stat().st_size
        if size != resource["bytes"]:
            found.append(f"{path}: has {size} bytes, but {datapackage.NAME} says {resource['bytes']}.")
        elif f"sha256:{real[path]}" != resource["hash"]:
            found.append(f"{path}: its content is not what {datapackage.NAME} says.")
    declared = {r["path"] for r in package["resources"]}
    data = {p for p in there if Path(p).suffix in (".csv", ".parquet")}
    return found + [f"{p}: {datapackage.NAME} does not declare it; take it away." for p in sorted(data - declared)]


def _cells(connection: duckdb.DuckDBPyConnection, folder: Path, formats: Mapping[str, Any]) -> list[str]:
    """Names, types, number and order of rows, keys, and the cells of the CSV against those of the Parquet."""
    text, typed = formats["csv"], formats["parquet"]
    try:
        return _compared(connection, folder, text, typed)
    except (OSError, ValueError, LookupError, csv.Error, duckdb.Error) as e:
        first = next(iter(str(e).splitlines()), type(e).__name__)
        return [f"{text['path']} and {typed['path']}: can't be read as {datapackage.NAME} declares them: {first}"]


def _compared(connection: duckdb.DuckDBPyConnection, folder: Path, text: Mapping[str, Any], typed: Mapping[str, Any]) -> list[str]:
    parquet = f"read_parquet({location(folder / typed['path'])})"
    declared = [(f["name"], TYPES[f["type"]][1].upper()) for f in typed["schema"]["fields"]]
    if text["schema"] != typed["schema"]:
        return [f"{text['path']} and {typed['path']}: {datapackage.NAME} gives them different schemas."]
    found = []
    made = [(str(r[0]), str(r[1])) for r in connection.execute(f"describe from {parquet}").fetchall()]
    if made != declared:
        found.append(f"{typed['path']}: its columns are {_listed(made)}; {datapackage.NAME} declares {_listed(declared)}.")
    with (folder / text["path"]).open(encoding="utf-8", newline="") as f:
        header = next(csv.reader(f), [])
    if header != [name for name, _ in declared]:
        found.append(f"{text['path']}: its columns are {', '.join(header)}; {datapackage.NAME} declares {', '.join(n for n, _ in declared)}.")
    if found:
        return found
    key = typed["schema"].get("primaryKey", [])
    if key:
        found += _key(connection, parquet, typed["path"], key)
    rows = pq.read_metadata(folder / typed["path"]).num_rows
    schema = pa.schema([(f["name"], TYPES[f["type"]][0]) for f in typed["schema"]["fields"]])
    read, different = _compare(folder / text["path"], folder / typed["path"], schema, ESCAPE.keys() <= text.keys())
    for resource, n in ((text, read), (typed, rows)):
        if n != resource["km0:rows"]:
            found.append(f"{resource['path']}: has {n} rows, but {datapackage.NAME} says {resource['km0:rows']}.")
    if read == rows and different:
        found.append(f"{text['path']} and {typed['path']}: differ in row {different[0]}, column {different[1]}.")
    return found


def _key(connection: duckdb.DuckDBPyConnection, parquet: str, path: str, key: Iterable[str]) -> list[str]:
    """Whether each row's key is greater than the key of the row before: sorted, and no key twice."""
    columns = ", ".join(_quoted(k) for k in key)
    this = f"({columns})" if "," in columns else columns
    found = connection.execute(f"""
        select n, this = before
        from (select row_number() over () as n, {this} as this, lag({this}) over () as before from {parquet})
        where this <= before limit 1""").fetchone()
    if found is None:
        return []
    row, twice = found
    what = "repeats the key of the row before" if twice else "stands before the row above it by their key"
    return [f"{path}: row {row} {what} ({columns})."]


def _compare(text: Path, typed: Path, declared: pa.Schema, escapes: bool) -> tuple[int, tuple[int, str] | None]:
    """Rows of the CSV, and row and column of a first cell that is another in the Parquet; never its value.

    Read by pyarrow, in less than half the time that DuckDB takes, a batch of each at a time. `escapes`: texts of the CSV are escaped.
    """
    lines = pc.open_csv(
        text,
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types=declared, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""],
            true_values=["true"], false_values=["false"],
        ),
    )  # fmt: skip
    groups = pq.ParquetFile(typed).iter_batches(BATCH)
    read, different, rest = 0, None, declared.empty_table()
    for batch in lines:
        while rest.num_rows < batch.num_rows and (group := next(groups, None)) is not None:
            rest = pa.concat_tables([rest, pa.Table.from_batches([group]).cast(declared)])
        left, right = pa.Table.from_batches([batch]), rest.slice(0, batch.num_rows)
        for n, field in enumerate(declared if escapes else ()):
            if field.type == pa.string():
                left = left.set_column(n, field, unescaped(left[n]))
        if different is None and not left.equals(right):
            different = _first_difference(left, right, read)
        read, rest = read + batch.num_rows, rest.slice(batch.num_rows)
    return read, different


def _first_difference(left: pa.Table, right: pa.Table, before: int) -> tuple[int, str] | None:
    for name in left.column_names:
        pairs = zip(left[name].to_pylist(), right[name].to_pylist(), strict=False)
        row = next((n for n, (a, b) in enumerate(pairs, before + 1) if a != b), None)
        if row is not None:
            return row, name
    return None


def _values(connection: duckdb.DuckDBPyConnection, folder: Path, resource: Mapping[str, Any]) -> list[str]:
    """Rows that break what the schema promises of the values of a column, or that have a unique key of another."""
    schema = resource["schema"]
    bad: dict[tuple[str, str], str] = {}
    for field in schema["fields"]:
        column, promised = _quoted(field["name"]), field.get("constraints", {})
        bad |= {(field["name"], name): f"count(*) filter (where {CONSTRAINTS[name](column, value)})" for name, value in promised.items() if name in CONSTRAINTS and value is not False}
        if promised.get("unique"):
            bad[field["name"], "unique"] = f"count({column}) - count(distinct {column})"
    for key in schema.get("uniqueKeys", ()):
        row = f"row({', '.join(map(_quoted, key))})"
        given = " and ".join(f"{_quoted(c)} is not null" for c in key)
        bad[", ".join(key), "uniqueKeys"] = f"count(*) filter (where {given}) - count(distinct {row}) filter (where {given})"
    if not bad:
        return []
    try:
        counts = connection.execute(f"select {', '.join(bad.values())} from read_parquet({location(folder / resource['path'])})").fetchall()[0]
    except duckdb.Error as e:
        return [f"{resource['path']}: what {datapackage.NAME} promises of its values can't be checked: {str(e).splitlines()[0]}"]
    told = zip(bad, counts, strict=True)
    return [f"{resource['path']}: {n} {'row breaks' if n == 1 else 'rows break'} what {datapackage.NAME} promises of {column} ({name})." for (column, name), n in told if n]


def _foreign_keys(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Mapping[str, Any], name: str) -> list[str]:
    found = []
    resource = tables[name]["parquet"]
    child = location(folder / resource["path"])
    for key in resource["schema"].get("foreignKeys", ()):
        target = key["reference"].get("resource") or name
        if target not in tables:
            found.append(f"{datapackage.NAME}: a foreign key of {name} refers to {target}, which is not in the snapshot.")
            continue
        parent = location(folder / tables[target]["parquet"]["path"])
        columns = [_quoted(c) for c in key["fields"]]
        pairs = zip(columns, map(_quoted, key["reference"]["fields"]), strict=True)
        lost = connection.execute(f"""
            select count(*) from read_parquet({child}) c
            anti join read_parquet({parent}) p on {" and ".join(f"c.{a} = p.{b}" for a, b in pairs)}
            where {" and ".join(f"c.{a} is not null" for a in columns)}""").fetchone()
        if lost and lost[0]:
            found.append(f"{resource['path']}: {lost[0]} rows name a {', '.join(key['fields'])} that {target} does not hold.")
    present = "closed_version is null and" if any(f["name"] == "closed_version" for f in resource["schema"]["fields"]) else ""
    for field in resource["schema"]["fields"]:  # a key of one of several tables
        targets = [r.partition(".")[::2] for r in field.get("km0:references", ())]
        if targets and all(t in tables for t, _ in targets):
            column = _quoted(field["name"])
            keys = " union all ".join(f"select {_quoted(c)} from read_parquet({location(folder / tables[t]['parquet']['path'])})" for t, c in targets)
            lost = connection.execute(f"select count(*) from read_parquet({child}) where {present} {column} is not null and {column} not in ({keys})").fetchone()
            if lost and lost[0]:
                found.append(f"{resource['path']}: {lost[0]} rows name a {field['name']} that none of {', '.join(t for t, _ in targets)} holds.")
    return found


def _listed(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
