"""A snapshot read back whole, with what is in it alone.

Belongs here: what anyone who downloaded a snapshot may ask of it. Sums and sizes hold, no file
is missing or undeclared, columns are named and typed as declared, rows stand in the order of
their key and no key twice, foreign keys point at rows that are there, and CSV and Parquet hold
the same cells. Constraints on values are checked before a table is written, in `tables`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.publish import datapackage
from km0_pipeline.sql import literal
from km0_pipeline.storage import sha256
from km0_pipeline.tables.table import TYPES

SUMS = "SHA256SUMS"


def verify(folder: Path, already: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each thing that is wrong with the snapshot in `folder`; none: it is whole.

    `already` gives the SHA-256 of files whose bytes the caller has just read back: they are not
    read a second time for their sum.
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
        if not found:
            keys = pool.map(lambda name: _foreign_keys(connection.cursor(), folder, tables, name), tables)
            found = [sentence for sentences in keys for sentence in sentences]
    return found


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 by path, as SHA256SUMS says. Raises OSError or ValueError."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    if not all(line[64:66] == "  " for line in lines):
        raise ValueError("each line is 64 digits, two spaces and a path")
    return {line[66:]: line[:64] for line in lines}


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
    parquet = f"read_parquet({literal(str(folder / typed['path']))})"
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
    names = ", ".join(_quoted(n) for n, _ in declared)
    delimited = _read_csv(folder / text["path"], declared)
    rows, cells = zip(
        *(connection.execute(f"select count(*), sum(hash({names})) from {source}").fetchall()[0] for source in (delimited, parquet)),
        strict=True,
    )
    for resource, n in zip((text, typed), rows, strict=True):
        if n != resource["km0:rows"]:
            found.append(f"{resource['path']}: has {n} rows, but {datapackage.NAME} says {resource['km0:rows']}.")
    if rows[0] == rows[1] and cells[0] != cells[1]:
        found.append(_first_difference(connection, delimited, parquet, text["path"], typed["path"], [n for n, _ in declared]))
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


def _first_difference(
    connection: duckdb.DuckDBPyConnection, delimited: str, parquet: str, text: str, typed: str, names: Iterable[str]
) -> str:
    """Names the first cell that differs by its row and column; never its value."""
    for name in names:
        row = connection.execute(f"""
            select n from (select row_number() over () as n, {_quoted(name)} as typed from {parquet})
            positional join (select {_quoted(name)} as delimited from {delimited})
            where typed is distinct from delimited limit 1""").fetchone()
        if row is not None:
            return f"{text} and {typed}: differ in row {row[0]}, column {name}."
    return f"{text} and {typed}: hold different rows."


def _foreign_keys(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Mapping[str, Any], name: str) -> list[str]:
    found = []
    resource = tables[name]["parquet"]
    child = literal(str(folder / resource["path"]))
    for key in resource["schema"].get("foreignKeys", ()):
        target = key["reference"].get("resource") or name
        if target not in tables:
            found.append(f"{datapackage.NAME}: a foreign key of {name} refers to {target}, which is not in the snapshot.")
            continue
        parent = literal(str(folder / tables[target]["parquet"]["path"]))
        columns = [_quoted(c) for c in key["fields"]]
        pairs = zip(columns, map(_quoted, key["reference"]["fields"]), strict=True)
        lost = connection.execute(f"""
            select count(*) from read_parquet({child}) c
            anti join read_parquet({parent}) p on {" and ".join(f"c.{a} = p.{b}" for a, b in pairs)}
            where {" and ".join(f"c.{a} is not null" for a in columns)}""").fetchone()
        if lost and lost[0]:
            found.append(f"{resource['path']}: {lost[0]} rows name a {', '.join(key['fields'])} that {target} does not hold.")
    return found


def _read_csv(path: Path, columns: Iterable[tuple[str, str]]) -> str:
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns)
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', "
        f"dateformat='%Y-%m-%d', allow_quoted_nulls=false, columns={{{types}}})"
    )


def _listed(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
