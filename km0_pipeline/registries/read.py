"""From the registries in data/raw to one wide row an organisation: steps `registry_files` and `registry_rows`.

Each file is read by the [[registries]] entry of hub.toml whose path it matches. Its rows are
normalised in SQL on their way from the file's cells to Parquet, never one by one in Python. What can't be used goes to
`registry_rejects`: a whole file, a whole row, or one cell, of which the row goes on without it.

Only what changed is read: the rows of a file with the same bytes, the same entry in hub.toml and
the same version of this code are taken from the last run's output.

Belongs here: which files are read, the tables that come out, and the reuse. How a file is taken
apart: `delimited`, `workbook`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.claims import DIGEST_SQL, REJECTS, digest
from km0_pipeline.hub import Registry, nearest
from km0_pipeline.registries import delimited, workbook
from km0_pipeline.registries.cells import Sheet, Unreadable
from km0_pipeline.registries.columns import BY_PROPERTY, PROPERTIES, Mapped, folded, map_columns
from km0_pipeline.registries.values import KINDS, VALUES_SQL, expression
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, code_version, made, make
from km0_pipeline.storage import content_id

FILES_VERSION = "registry_files/3"
VERSION = code_version(__file__)

DELIMITED = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")

FILES = pa.schema([("path", pa.string()), ("bytes", pa.int64()), ("document_id", pa.string()), ("source", pa.string())])
STAMPS = pa.schema([("path", pa.string()), ("stamp", pa.int64())])

OUTPUTS = ("registry_rows", "registry_columns", "registry_documents", "registry_rejects", "registry_keys")
"""What `registry_rows` writes; the last is its own: document_id, and the key it was read under."""

_VALUES = ", ".join(f"{p} varchar, {p}_original varchar" for p in PROPERTIES)
_ROWS = (
    "document_id varchar, source varchar, sheet varchar, row bigint, mention_id varchar, at_hub boolean, stated_on varchar, "
    f"{_VALUES}, headcount_qualifier varchar, refused bigint"
)
_TABLES = f"""
create table rows ({_ROWS});
create table columns (document_id varchar, sheet varchar, position bigint, header varchar, property varchar, locator varchar, how varchar);
create table documents (document_id varchar, path varchar, source varchar, title varchar, publisher varchar, url varchar,
    stated_on varchar, licence varchar, format varchar, rows bigint, at_hub boolean);
create table rejects (document_id varchar, path varchar, locator varchar, reason varchar, sentence varchar, original varchar,
    sheet varchar, row bigint, position bigint);
create table keys (document_id varchar, key varchar);
"""
_FIELDS = {
    "rows": [c.split()[0] for c in _ROWS.split(", ")],
    "columns": ["document_id", "sheet", "position", "header", "property", "locator", "how"],
    "documents": ["document_id", "path", "source", "title", "publisher", "url", "stated_on", "licence", "format", "rows", "at_hub"],
    "rejects": REJECTS.names,
    "keys": ["document_id", "key"],
}

_REPEATED = [
    "document_id", "source", "sheet", "stated_on", "headcount_qualifier",
    *(p for p in PROPERTIES if p not in ("name", "siren", "siret", "website", "space", "contact_name", "email", "phone", "comment")),
]  # fmt: skip
"""Columns of which many rows have the same value: written as a dictionary."""
BATCH = 1 << 17
"""Rows held in memory, and in a row group, at once."""

_CLASH = 1 << 62
"""Bit of `refused` for a SIREN that contradicts its SIRET; bit n is a cell refused for the nth of BY_PROPERTY."""


def registry_files(project: Project) -> Made:
    """Step: `path` (posix, relative to data/raw), `bytes`, `document_id` ('' where it can't be opened), `source` (its entry's name, or '').

    Also makes `registry_stamps`: `path`, and the `stamp` that it had when its bytes were read. Nothing is made again
    for a new stamp alone.
    """
    found = list(_found(project))
    rows = [row for row, _ in found]

    def build(out: Path, stamps: Path) -> dict[str, int]:
        pq.write_table(pa.Table.from_pylist(rows, FILES), out, compression="zstd")
        pq.write_table(pa.table({"path": [r["path"] for r in rows], "stamp": [stamp for _, stamp in found]}, STAMPS), stamps)
        return {"files": len(rows)}

    return make(project, ("registry_files", "registry_stamps"), build, version=FILES_VERSION, parameters=[json.dumps(r) for r in rows])


def _stamp(path: Path) -> int:
    """When the file was last written, renamed or replaced; unlike its date of modification, a copy does not bring it along."""
    return path.stat().st_ctime_ns


def _found(project: Project) -> Iterator[tuple[dict[str, Any], int]]:
    """The files below data/raw/registries and the folders that hub.toml names, hidden ones and Excel's locks apart, by path; each with its stamp."""
    entries = project.hub.registries
    tops = {PurePosixPath(e.path).parent for e in entries} | {PurePosixPath("registries")}
    folders = {project.raw.joinpath(*[p for p in top.parts if not set(p) & set("*?")]) for top in tops}
    paths = {f for folder in folders if folder.is_dir() for f in folder.rglob("*") if f.is_file()}
    for path in sorted(paths, key=lambda p: p.relative_to(project.raw).as_posix()):
        name = path.relative_to(project.raw).as_posix()
        if any(part.startswith((".", "~$")) for part in name.split("/")):
            continue
        source = next((e.name for e in entries if fnmatchcase(normalize("NFC", name), normalize("NFC", e.path))), "")
        if not source and not name.startswith("registries/"):
            continue
        try:
            stamp = _stamp(path)  # before its bytes: what is written meanwhile shows
            yield {"path": name, "bytes": path.stat().st_size, "document_id": content_id(path), "source": source}, stamp
        except FileNotFoundError:
            continue  # gone since it was listed: as if it had never been there
        except OSError:
            yield {"path": name, "bytes": 0, "document_id": "", "source": source}, 0


@dataclass(frozen=True)
class _Document:
    document_id: str
    path: str
    stamp: int
    entry: Registry

    @property
    def key(self) -> str:
        return digest(VERSION, self.document_id, self.path, self.entry.model_dump_json())


@dataclass(frozen=True)
class _Table:
    """A sheet that has a column of names; `stated` gives for each property its columns."""

    document: _Document
    sheet: Sheet
    stated: dict[str, list[Mapped]]


def registry_rows(project: Project) -> Made:
    """Step: the rows of the registries, normalised; also makes the other OUTPUTS.

    Figures: `files`, `read` (files read anew), `rows`, `rejects`, and `unknown_columns`, each
    "path: header". Rows are sorted by document, sheet and row; so are rejects, those of whole
    files that belong to no document after them.
    """
    entries = {e.name: e for e in project.hub.registries}

    def build(*outputs: Path) -> dict[str, Any]:
        stamps = dict(zip(*pq.read_table(made(project, "registry_stamps").path).to_pydict().values(), strict=True))
        files = [f | {"stamp": stamps[f["path"]]} for f in pq.read_table(registry_files_path(project)).to_pylist()]
        documents, unused = _sorted_out(files, entries, project.hub.registries)
        kept = _kept(project, documents)
        with tempfile.TemporaryDirectory(prefix=".registries.", dir=project.warehouse) as scratch, connect(project.warehouse) as db:
            db.execute(DIGEST_SQL + VALUES_SQL + _TABLES)
            tables: dict[str, list[_Table]] = {}
            passing = False
            for document in documents:
                if document.document_id not in kept:
                    try:
                        tables[document.document_id] = _read(db, document, project.raw / document.path, Path(scratch))
                    except _Passing as e:
                        passing = True
                        for name in _FIELDS:
                            db.execute(f"delete from {name} where document_id = {literal(document.document_id)}")
                        _reject(db, document.document_id, document.path, e.reason, str(e))
            for file, reason, sentence in unused:
                _reject(db, file["document_id"], file["path"], reason, sentence)
            order = [d.document_id for d in documents if d.document_id in kept or d.document_id in tables]
            for name, out in zip(OUTPUTS, outputs, strict=True):
                _write(db, project, name, order, tables, out)
                if name == "registry_rows":
                    _refuse(db, out, tables)
            return {"files": len(files), "read": len(tables), **_figures(db, outputs), "passing": passing}

    return make(
        project, OUTPUTS, build, inputs=["registry_files"], version=VERSION,
        parameters=[e.model_dump_json() for e in project.hub.registries],
    )  # fmt: skip


def registry_files_path(project: Project) -> Path:
    """Output of `registry_files`; raises FileNotFoundError if it never ran."""
    return made(project, "registry_files").path


def _sorted_out(
    files: Iterable[dict[str, Any]], entries: Mapping[str, Registry], listed: Iterable[Registry]
) -> tuple[list[_Document], list[tuple[dict[str, Any], str, str]]]:
    """The documents to read, by id; and the files that are none, each with reason and sentence."""
    documents: dict[str, _Document] = {}
    unused: list[tuple[dict[str, Any], str, str]] = []
    paths = ", ".join(e.path for e in listed) or "none"
    for file in files:
        path, suffix = file["path"], PurePosixPath(file["path"]).suffix.lower()
        if not file["source"]:
            unused.append((file, "no_registry", "belongs to no registry of hub.toml. Give it a name that matches the path of a "
                           f"[[registries]] entry, or add one; paths now: {paths}."))  # fmt: skip
        elif not file["document_id"]:
            unused.append((file, "unreadable_file", "can't be opened. Give everyone the right to read it."))
        elif suffix not in (*DELIMITED, *WORKBOOKS):
            unused.append((file, "unknown_format", f"has the ending {suffix!r}, which we can't read. Save it as .csv or .xlsx."))
        elif file["document_id"] in documents:
            first = documents[file["document_id"]].path
            unused.append((file, "same_file", f"has the same content as {first} and was not read twice. Delete one of them."))
        else:
            documents[file["document_id"]] = _Document(file["document_id"], path, file["stamp"], entries[file["source"]])
    return [documents[i] for i in sorted(documents)], unused


def _kept(project: Project, documents: Iterable[_Document]) -> frozenset[str]:
    """Ids of the documents whose rows in the last output still hold."""
    try:  # a run killed while it wrote left no note of each output: nothing of it is trusted
        paths = [made(project, name).path for name in OUTPUTS]
    except FileNotFoundError:
        return frozenset()
    with connect(project.warehouse) as db:
        before = dict(db.execute(f"from read_parquet({location(paths[-1])})").fetchall())
    return frozenset(d.document_id for d in documents if before.get(d.document_id) == d.key)


class _Passing(Unreadable):
    """The bytes that were listed are not there to be read, now; perhaps the next time."""


def _read(db: duckdb.DuckDBPyConnection, document: _Document, path: Path, scratch: Path) -> list[_Table]:
    """Load one file; what is wrong with it becomes rejects. Raises _Passing where it is not, or no more, the file that was listed."""
    try:
        tables = _load(db, document, path, scratch)
        # a large file takes seconds to hash: not where nothing has touched it
        if _stamp(path) == document.stamp or content_id(path) == document.document_id:
            return tables
    except FileNotFoundError:
        raise _Passing("vanished", "was there and is gone. Put it back, or run again without it.") from None
    raise _Passing("changed_file", "was changed while it was read. Run again.")


def _load(db: duckdb.DuckDBPyConnection, document: _Document, path: Path, scratch: Path) -> list[_Table]:
    reject = partial(_reject, db, document.document_id, document.path)
    entry, suffix = document.entry, path.suffix.lower()
    tables: list[_Table] = []
    nameless: list[tuple[Sheet, list[Mapped]]] = []
    seen: set[str] = set()
    try:
        cells = f"cells_{document.document_id}"
        for sheet in [delimited.load(db, cells, path, entry, scratch)] if suffix in DELIMITED else workbook.load(db, cells, path, entry):
            columns = map_columns(sheet.headers, entry.columns)
            seen |= {folded(h) for h in sheet.headers}
            stated = {p: [c for c in columns if c.property == p] for p in BY_PROPERTY}
            if stated["name"]:
                tables.append(_Table(document, sheet, {p: cs for p, cs in stated.items() if cs}))
                _note_columns(db, document, sheet, columns)
            elif len(columns) > 1 or not sheet.name:
                nameless.append((sheet, columns))
        if not tables and not nameless:
            raise Unreadable("no_header", "holds no table. Give its columns headers, or set sheet and header_row in hub.toml.")
        for sheet, columns in nameless if not tables else ():
            _note_columns(db, document, sheet, columns)
            reject(
                "no_name_column",
                "has no column that we know for the name of the organisation. Its headers are "
                f"{', '.join(f'“{h}”' for h in sheet.headers)}; say which is the name in hub.toml, under [[registries]] "
                f'name = "{entry.name}": columns = {{"…" = "name"}}.',
                locator=f"{_prefix(sheet)}row:{sheet.header_row}",
                where=f", sheet “{sheet.name}”" if sheet.name else "",
            )
        _check_mapping(document, seen, reject)
    except Unreadable as e:
        reject(e.reason, str(e))
    record = (
        document.document_id, document.path, entry.name, entry.title, entry.publisher, entry.url, entry.stated_on, entry.licence,
        suffix.removeprefix("."), 0, entry.at_hub,
    )  # fmt: skip
    db.execute(f"insert into documents values ({', '.join('?' * len(record))})", record)
    db.execute("insert into keys values (?, ?)", [document.document_id, document.key])
    return tables


def _check_mapping(document: _Document, seen: set[str], reject: Any) -> None:
    for header, prop in document.entry.columns.items():
        if folded(header) not in seen:
            reject("no_such_column", f"has no column “{header}”, which hub.toml maps. Mend the name of the column there.")
        elif prop and prop not in BY_PROPERTY:
            reject(
                "bad_mapping",
                f"hub.toml maps its column “{header}” to {prop}, which no registry states; nearest: {nearest(prop, PROPERTIES)}.",
            )


def _reject(
    db: duckdb.DuckDBPyConnection, document_id: str, path: str, reason: str, sentence: str, *, locator: str = "", where: str = ""
) -> None:
    db.execute(
        "insert into rejects values (?, ?, ?, ?, ?, '', '', 0, 0)", [document_id, path, locator, reason, f"{path}{where}: {sentence}"]
    )


def _prefix(sheet: Sheet) -> str:
    """What precedes `row:` or `cell:` in a locator."""
    return f"sheet:{sheet.name}/" if sheet.name else ""


def _labels(sheet: Sheet) -> list[str]:
    """A name for each column that no other has: its header, with its number where needed; its number where it has none."""
    taken: set[str] = set()
    labels = []
    for position, header in enumerate(sheet.headers, 1):
        label = header or str(position)
        if label.casefold() in taken:
            label = f"{label} ({position})"
        taken.add(label.casefold())
        labels.append(label)
    return labels


def _note_columns(db: duckdb.DuckDBPyConnection, document: _Document, sheet: Sheet, columns: list[Mapped]) -> None:
    for column, label in zip(columns, _labels(sheet), strict=True):
        locator = workbook.column_letters(column.position) if sheet.name else f"column:{label}"
        db.execute(
            "insert into columns values (?, ?, ?, ?, ?, ?, ?)",
            [document.document_id, sheet.name, column.position, column.header, column.property, locator, column.how],
        )


def _rows_sql(table: _Table) -> str:
    """The usable rows of a sheet, as `registry_rows` has them. `x_` is a cell as found, `v_` its value."""
    document, sheet, stated = table.document, table.sheet, table.stated
    found, numbers = [], []
    for prop, columns in stated.items():
        kind = BY_PROPERTY[prop].kind
        cells = [f"c{c.position}" for c in columns]
        if len(cells) == 1:
            number = ""
            if KINDS[kind].numbered:
                number = f"n{columns[0].position}"
                numbers.append(f", try_cast({cells[0]} as bigint) as {number}")
            found += [f"{cells[0]} as x_{prop}", f"{expression(kind, cells[0], number)} as v_{prop}"]
        else:
            parts = ", ".join(expression(kind, c) for c in cells)
            found += [f"nullif(concat_ws(', ', {', '.join(cells)}), '') as x_{prop}", f"nullif(concat_ws(', ', {parts}), '') as v_{prop}"]
    value = {p: f"v_{p}" for p in stated}
    original = {p: f"case when x_{p} <> v_{p} then x_{p} end" for p in stated}
    refused = [
        f"case when v_{p} is null and x_{p} is not null and not says_nothing(x_{p}) then {1 << n} else 0 end"
        for n, p in enumerate(BY_PROPERTY)
        if p in stated and KINDS[BY_PROPERTY[p].kind].reason
    ]
    if {"siren", "siret"} <= stated.keys():
        clash = "v_siren <> left(v_siret, 9)"
        refused.append(f"case when {clash} then {_CLASH} else 0 end")
        value["siren"] = f"case when {clash} then null else coalesce(v_siren, left(v_siret, 9)) end"
        value["siret"] = f"case when {clash} then null else v_siret end"
        taken = "v_siren is null and v_siret is not null"
        original["siren"] = f"case when {clash} then null when {taken} then x_siret when x_siren <> v_siren then x_siren end"
        original["siret"] = f"case when {clash} then null when x_siret <> v_siret then x_siret end"
    elif "siret" in stated:
        value["siren"], original["siren"] = "left(v_siret, 9)", "case when v_siret is not null then x_siret end"
    edition = literal(document.entry.stated_on)
    outputs = ", ".join(f"{value.get(p, 'null')}::varchar as {p}, {original.get(p, 'null')}::varchar as {p}_original" for p in PROPERTIES)
    return f"""
with numbered as (
    select *{"".join(numbers)} from {sheet.cells}
),
found as (
    select row, {", ".join(found)} from numbered
)
select
    {literal(document.document_id)} as document_id, {literal(document.entry.name)} as source, {literal(sheet.name)} as sheet, row,
    'm' || left(digest3({literal(document.document_id)}, 'organisation', {literal(_prefix(sheet) + "row:")} || row), 19) as mention_id,
    {document.entry.at_hub} as at_hub, {f"coalesce(v_stated_on, {edition})" if "stated_on" in stated else edition} as stated_on,
    {outputs},
    {"case when v_headcount is not null then count_qualifier(x_headcount) end" if "headcount" in stated else "null"} as headcount_qualifier,
    ({" + ".join(refused) or "0"})::bigint as refused
from found
where v_name <> {literal(stated["name"][0].header)} and not ({_sums_up(table, "v_name", lambda p: f"v_{p}")})"""


def _sums_up(table: _Table, name: str, value: Callable[[str], str]) -> str:
    """SQL of whether a row is a total and no organisation; `value` gives the SQL of a property's value."""
    known = [f" and {value(p)} is null" for p in ("siren", "siret") if p in table.stated]
    return f"sums_up({name}){''.join(known)}"


def _refuse(db: duckdb.DuckDBPyConnection, rows: Path, tables: Mapping[str, list[_Table]]) -> None:
    """Put what the rows just written refuse into `rejects`, and their number into `documents`."""
    db.execute(
        f"""update documents set rows = counted.rows
        from (select document_id, count(*) as rows from read_parquet({location(rows)}) group by document_id) as counted
        where documents.document_id = counted.document_id"""
    )
    for table in [t for ts in tables.values() for t in ts]:
        document, sheet = table.document, table.sheet
        db.execute(
            f"""create or replace table refused as select row, refused from read_parquet({location(rows)})
            where document_id = {literal(document.document_id)} and sheet = {literal(sheet.name)} and refused <> 0"""
        )
        (used,), (found,) = (
            db.execute(f"select count(*) from {rows_of}").fetchall()[0]
            for rows_of in (f"read_parquet({location(rows)}) where document_id = {literal(document.document_id)} and sheet = {literal(sheet.name)}", sheet.cells)
        )
        whole, *cells = _rejects_sql(table)
        for statement in cells if used == found else (whole, *cells):
            db.execute(statement)
        if sheet.rejects:
            where = f"{document.path}, sheet “{sheet.name}”" if sheet.name else document.path
            broken = pa.table(
                {
                    "row": pa.array([r.row for r in sheet.rejects], pa.int64()),
                    "reason": [r.reason for r in sheet.rejects],
                    "sentence": [f"{where}, row {r.row}: {r.sentence}" for r in sheet.rejects],
                    "original": [r.original for r in sheet.rejects],
                }
            )
            db.register("broken", broken)
            db.execute(
                f"insert into rejects select {literal(document.document_id)}, {literal(document.path)}, "
                f"{literal(_prefix(sheet) + 'row:')} || row, reason, sentence, original, {literal(sheet.name)}, row, 0 from broken"
            )
            db.unregister("broken")


def _rejects_sql(table: _Table) -> Iterator[str]:
    """The statements that put a sheet's rows without name (the first), and the cells that `refused` marks, into `rejects`."""
    document, sheet, stated = table.document, table.sheet, table.stated
    labels = _labels(sheet)
    where = f"{document.path}, sheet “{sheet.name}”, " if sheet.name else f"{document.path}, "
    head = f"insert into rejects select {literal(document.document_id)}, {literal(document.path)}"
    row_locator = f"{literal(_prefix(sheet) + 'row:')} || c.row"
    whole = "json_object(" + ", ".join(f"{literal(label)}, coalesce(c{n}, '')" for n, label in enumerate(labels, 1)) + ")"
    cells = ", ".join(f"c{n}" for n in range(1, len(labels) + 1))
    name = stated["name"][0]
    name_value = expression("text", f"c{name.position}")
    nameless = literal(f": has no name of an organisation in the column “{name.header}”. Fill it in: the row was set aside whole.")
    again = literal(": is the header again. Delete the row: it was set aside whole.")
    total = literal(": sums up other rows and was set aside whole. If it is an organisation, give its SIREN.")
    sums_up = _sums_up(table, "name", lambda p: expression(p, f"c{stated[p][0].position}"))

    def one_of(nameless: str, again: str, total: str) -> str:
        return f"case when name is null then {nameless} when name = {literal(name.header)} then {again} else {total} end"

    yield f"""{head}, {row_locator}, {one_of("'no_name'", "'header_again'", "'total_row'")},
        {literal(where + "row ")} || c.row || {one_of(nameless, again, total)}, {whole}, {literal(sheet.name)}, c.row, 0
    from (select *, {name_value} as name from {sheet.cells}) as c
    where name = {literal(name.header)} or (name is null and text_mended(concat({cells})) <> '') or ({sums_up})"""

    def cell(bit: int, column: Mapped, reason: str, sentence: str, original: str) -> str:
        if sheet.name:
            letters = workbook.column_letters(column.position)
            locator = f"{literal(f'{_prefix(sheet)}cell:{letters}')} || c.row"
            place = f"{literal(f'{where}cell {letters}')} || c.row || {literal(f', column “{column.header}”: ')}"
        else:
            locator = f"{row_locator} || {literal(f'/column:{labels[column.position - 1]}')}"
            place = f"{literal(where + 'row ')} || c.row || {literal(f', column “{column.header}”: ')}"
        return f"""{head}, {locator}, {literal(reason)}, {place} || {sentence}, {original}, {literal(sheet.name)}, c.row, {column.position}
    from refused as r join {sheet.cells} as c on c.row = r.row where r.refused & {bit} <> 0"""

    for n, (prop, declared) in enumerate(BY_PROPERTY.items()):
        kind = KINDS[declared.kind]
        if prop in stated and kind.reason:
            at = stated[prop][0]
            shown = f"'“' || left(c.c{at.position}, 60) || '”'" if kind.quoted else "'the cell'"
            advice = literal(f" is not {kind.expects}. Correct the cell: the row was kept without it.")
            yield cell(1 << n, at, kind.reason, f"{shown} || {advice}", f"c.c{at.position}")
    if {"siren", "siret"} <= stated.keys():
        siren, siret = f"c.c{stated['siren'][0].position}", f"c.c{stated['siret'][0].position}"
        sentence = f"'the SIRET “' || {siret} || '” is not of the SIREN “' || {siren} || '”. Correct one: the row was kept without both.'"
        yield cell(_CLASH, stated["siret"][0], "siren_siret", sentence, f"{siren} || ' / ' || {siret}")


def _write(
    db: duckdb.DuckDBPyConnection, project: Project, output: str, order: list[str], tables: Mapping[str, list[_Table]], out: Path
) -> None:
    """Write one output: the documents of `order` one after the other, those not read anew from the last output."""
    name = output.removeprefix("registry_")
    fields = ", ".join(_FIELDS[name])
    branches = []
    for anew, group in groupby(order, key=tables.__contains__):
        ids = list(group)
        these = f"document_id in ({', '.join(map(literal, ids))})"
        if not anew:
            same = " and reason <> 'same_file'" if name == "rejects" else ""
            branches.append(f"select {fields} from read_parquet({location(project.made(output))}) where {these}{same}")
        elif name == "rows":
            branches += [_rows_sql(table) for i in ids for table in tables[i]]
        else:
            by = "document_id, sheet, row, position, reason" if name == "rejects" else ", ".join(_FIELDS[name][:3])
            same = " and reason <> 'same_file'" if name == "rejects" else ""
            branches.append(f"select {fields} from {name} where {these}{same} order by {by}")
    if name == "rejects":  # files that are no documents
        known = ", ".join(map(literal, order)) or "''"
        branches.append(f"select {fields} from rejects where document_id not in ({known}) or reason = 'same_file' order by path, reason")
    query = " union all ".join(f"({branch})" for branch in branches) or f"select {fields} from {name}"
    if name != "rows":
        db.execute(f"copy ({query}) to {literal(str(out))} (format parquet, compression zstd, compression_level 1)")
        return
    # DuckDB computes while pyarrow writes: half the time of its own COPY of so many columns
    batches = db.sql(query).to_arrow_reader(BATCH)
    with pq.ParquetWriter(out, batches.schema, compression="zstd", compression_level=1, use_dictionary=_REPEATED) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _figures(db: duckdb.DuckDBPyConnection, outputs: tuple[Path, ...]) -> dict[str, Any]:
    rows, columns, documents, rejects, _ = outputs
    unknown = db.execute(
        f"""select distinct d.path || ': ' || c.header from read_parquet({location(columns)}) as c
        join read_parquet({location(documents)}) as d using (document_id)
        where c.how = 'unmapped' and c.header <> '' order by all"""
    ).fetchall()
    return {
        "rows": pq.read_metadata(rows).num_rows,
        "unknown_columns": [header for (header,) in unknown],
        "rejects": pq.read_metadata(rejects).num_rows,
    }
