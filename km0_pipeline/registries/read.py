"""From the registries in data/raw to one wide row an organisation: steps `registry_files` and `registry_rows`.

Each file is read by the [[registries]] entry of hub.toml whose path it matches. Its rows are
normalised in SQL on their way from the file's cells to Parquet, never one by one in Python. What can't be used goes to
`registry_rejects`: a whole file, a whole row, or one cell, of which the row goes on without it.

Only what changed is read: the rows of a file with the same bytes, the same entry in hub.toml and
the same version of this code are taken from the last run's output.

Belongs here: which files are read, the tables that come out, and the reuse. How a file is taken
apart: `loading`; what its cells become: `rows`; what is refused: `rejects`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.claims import DIGEST_SQL, REJECTS
from km0_pipeline.hub import Registry
from km0_pipeline.registries import swaps
from km0_pipeline.registries.cells import Sheet, Unreadable, column_letters
from km0_pipeline.registries.columns import BY_PROPERTY, PROPERTIES, PUBLISHABLE, Mapped, folded
from km0_pipeline.registries.drift import compared, stop
from km0_pipeline.registries.loading import BY_SUFFIX, Load, loading
from km0_pipeline.registries.looks import columns_of
from km0_pipeline.registries.rejects import check_mapping, refuse, reject_file
from km0_pipeline.registries.rows import VERSION as VERSION
from km0_pipeline.registries.rows import Document, Table, rows_sql, shared_sirets
from km0_pipeline.registries.values import VALUES_SQL
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import REFUSED, Made, Project, is_source, made, make, refusal, shown
from km0_pipeline.storage import content_id

FILES_VERSION = "registry_files/4"

FILES = pa.schema([("path", pa.string()), ("bytes", pa.int64()), ("document_id", pa.string()), ("source", pa.string()), ("refused", pa.string())])
STAMPS = pa.schema([("path", pa.string()), ("stamp", pa.int64())])

OUTPUTS = ("registry_rows", "registry_kept_back", "registry_columns", "registry_documents", "registry_rejects", "registry_keys")
"""What `registry_rows` writes: the rows; those that may not be published, which only tell what is to leave; the last is its own: document_id, path,
the key it was read under, and what `swaps` keeps of it (key '': of a file that lies there no more)."""

_VALUES = ", ".join(f"{p} varchar, {p}_original varchar" for p in PROPERTIES)
_ROWS = (
    "document_id varchar, source varchar, sheet varchar, row bigint, mention_id varchar, at_hub boolean, stated_on varchar, "
    f"{_VALUES}, headcount_qualifier varchar, consented boolean, refused bigint"
)
_TABLES = f"""
create table rows ({_ROWS});
create table kept_back ({_ROWS});
create table columns (document_id varchar, sheet varchar, position bigint, header varchar, property varchar, locator varchar, how varchar, looks varchar);
create table documents (document_id varchar, path varchar, source varchar, title varchar, publisher varchar, url varchar,
    stated_on varchar, licence varchar, format varchar, rows bigint, at_hub boolean, left_after bigint, seen_again varchar);
create table rejects (document_id varchar, path varchar, locator varchar, reason varchar, sentence varchar, original varchar,
    sheet varchar, row bigint, position bigint);
create table keys (document_id varchar, key varchar, path varchar, held {swaps.HELD});
"""
_FIELDS = {
    "rows": [c.split()[0] for c in _ROWS.split(", ")],
    "kept_back": [c.split()[0] for c in _ROWS.split(", ")],
    "columns": ["document_id", "sheet", "position", "header", "property", "locator", "how", "looks"],
    "documents": ["document_id", "path", "source", "title", "publisher", "url", "stated_on", "licence", "format", "rows", "at_hub", "left_after", "seen_again"],
    "rejects": REJECTS.names,
    "keys": ["document_id", "key", "path", "held"],
}

_REPEATED = [
    "document_id", "source", "sheet", "stated_on", "headcount_qualifier",
    *(p for p in PROPERTIES if p not in ("name", "siren", "siret", "website", "space", "contact_name", "email", "phone", "comment")),
]  # fmt: skip
"""Columns of which many rows have the same value: written as a dictionary."""
BATCH = 1 << 17
"""Rows held in memory, and in a row group, at once."""

def registry_files(project: Project) -> Made:
    """Step: `path` (posix, relative to data/raw), `bytes`, `document_id` ('' where it can't be opened), `source` (its entry's name, or ''), why it is `refused` (`steps.refusal`).

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
    """The files below data/raw/registries and the folders that hub.toml names, hidden ones, Excel's locks and READMEs apart, by path; each with its stamp."""
    entries = project.hub.registries
    tops = {PurePosixPath(e.path).parent for e in entries} | {PurePosixPath("registries")}
    folders = {project.raw.joinpath(*[p for p in top.parts if not set(p) & set("*?")]) for top in tops}
    paths = {f for folder in folders if folder.is_dir() for f in folder.rglob("*") if f.is_file()}
    for path in sorted(paths, key=lambda p: p.relative_to(project.raw).as_posix()):
        name = shown(path.relative_to(project.raw).as_posix())
        if not is_source(path, project.raw):
            continue
        source = next((e.name for e in entries if fnmatchcase(normalize("NFC", name), normalize("NFC", e.path))), "")
        if not source and not name.startswith("registries/"):
            continue
        row = {"path": name, "bytes": 0, "document_id": "", "source": source, "refused": refusal(path, project.raw, *folders)}
        if row["refused"]:
            yield row, 0
            continue
        try:
            stamp = _stamp(path)  # before its bytes: what is written meanwhile shows
            yield row | {"bytes": path.stat().st_size, "document_id": content_id(path)}, stamp
        except FileNotFoundError:
            continue  # gone since it was listed: as if it had never been there
        except OSError:
            yield row, 0


def registry_rows(project: Project) -> Made:
    """Step: the rows of the registries, normalised; also makes the other OUTPUTS.

    Figures: `files`, `read` (files read anew), `rows`, `rejects`, `unknown_columns`, each
    "path: header", `normalised` (property -> cells whose value is not what was written, which stands
    beside it as `<property>_original`) and `drift`, sentences. Raises ColumnsChanged where a registry that is `strict` drifted. Rows are sorted by document, sheet and row; so are rejects, those of whole
    files that belong to no document after them.
    """
    entries = {e.name: e for e in project.hub.registries}

    def build(*outputs: Path) -> dict[str, Any]:
        stamps = dict(zip(*pq.read_table(made(project, "registry_stamps").path).to_pydict().values(), strict=True))
        files = [f | {"stamp": stamps[f["path"]]} for f in pq.read_table(registry_files_path(project)).to_pylist()]
        documents, unused = _sorted_out(files, entries, project.hub.registries)
        kept = _kept(project, documents)
        with (
            tempfile.TemporaryDirectory(prefix=".registries.", dir=project.warehouse) as scratch,
            connect(project.warehouse) as db,
            loading(Path(scratch)) as load,
        ):
            db.execute(DIGEST_SQL + VALUES_SQL + _TABLES)
            tables: dict[str, list[Table]] = {}
            passing = False

            def read(document: Document) -> None:
                nonlocal passing
                try:
                    tables[document.document_id] = _read(db, document, project.raw / document.path, load)
                except _Passing as e:
                    passing = True
                    for name in _FIELDS:
                        db.execute(f"delete from {name} where document_id = {literal(document.document_id)}")
                    reject_file(db, document.document_id, document.path, e.reason, e.sentence)

            for document in documents:
                if document.document_id not in kept:
                    read(document)
            for file, reason, sentence in unused:
                reject_file(db, file["document_id"], file["path"], reason, sentence)
            present = [d for d in documents if d.document_id in kept or d.document_id in tables]
            changed = compared(db, project, present)
            editions = swaps.Editions(db, project)
            for document, refused in editions.swaps(present):
                if document.document_id not in tables:  # what was taken for its edition before has changed
                    read(document)
                swaps.refuse(db, document, tables, refused, changed)
            editions.keep(db)
            stop(changed, entries)
            order = [d.document_id for d in present if d.document_id in kept or d.document_id in tables]
            for name, out in zip(OUTPUTS, outputs, strict=True):
                _write(db, project, name, order, tables, out)
                if name == "registry_rows":
                    refuse(db, out, tables)
            return {"files": len(files), "read": len(tables), **_figures(db, outputs), "drift": [s for _, said in sorted(changed.items()) for s in said], "passing": passing}

    return make(
        project, OUTPUTS, build, inputs=["registry_files"], version=VERSION,
        parameters=[*(e.model_dump_json() for e in project.hub.registries), *sorted(project.accepted & {f"registries/{e.name}" for e in project.hub.registries})],
    )  # fmt: skip


def registry_files_path(project: Project) -> Path:
    """Output of `registry_files`; raises FileNotFoundError if it never ran."""
    return made(project, "registry_files").path


def _sorted_out(
    files: Iterable[dict[str, Any]], entries: Mapping[str, Registry], listed: Iterable[Registry]
) -> tuple[list[Document], list[tuple[dict[str, Any], str, str]]]:
    """The documents to read, by id; and the files that are none, each with reason and sentence."""
    documents: dict[str, Document] = {}
    unused: list[tuple[dict[str, Any], str, str]] = []
    paths = ", ".join(e.path for e in listed) or "none"
    for file in files:
        path, suffix = file["path"], PurePosixPath(file["path"]).suffix.lower()
        if why := file["refused"]:
            unused.append((file, why, REFUSED[why]))
        elif not file["source"]:
            unused.append((file, "no_registry", "belongs to no registry of hub.toml. Give it a name that matches the path of a "
                           f"[[registries]] entry, or add one; paths now: {paths}."))  # fmt: skip
        elif not file["document_id"]:
            unused.append((file, "unreadable_file", "can't be opened. Give everyone the right to read it."))
        elif suffix not in BY_SUFFIX:
            known = ", ".join(BY_SUFFIX)
            unused.append((file, "unknown_format", f"has the ending {suffix!r}, which we can't read. Save it as one of {known}."))
        else:
            document = Document(file["document_id"], path, file["stamp"], entries[file["source"]])
            first = documents.setdefault(document.document_id, document)
            if first is document:
                continue
            # handed in again unchanged, at another date: who is listed there was there then too
            early, late = sorted((first, document), key=lambda d: d.stated_on)
            if first.entry == document.entry and early.stated_on and late.stated_on not in (early.stated_on, *first.seen_again):
                documents[first.document_id] = replace(early, seen_again=tuple(sorted({*first.seen_again, late.stated_on})))
            else:
                unused.append((file, "same_file", f"has the same content as {first.path} and was not read twice. Delete one of them, or say in its name "
                               "of which date it is, where nothing had changed."))  # fmt: skip
    return [documents[i] for i in sorted(documents)], unused


def _kept(project: Project, documents: Iterable[Document]) -> frozenset[str]:
    """Ids of the documents whose rows in the last output still hold."""
    try:  # a run killed while it wrote left no note of each output: nothing of it is trusted
        paths = [made(project, name).path for name in OUTPUTS]
    except FileNotFoundError:
        return frozenset()
    with connect(project.warehouse) as db:
        # what was refused for another edition's sake is judged anew
        refused = f"select document_id from read_parquet({location(paths[-2])}) where reason = {literal(swaps.REASON)}"
        before = dict(db.execute(f"select document_id, key from read_parquet({location(paths[-1])}) where document_id not in ({refused})").fetchall())
    return frozenset(d.document_id for d in documents if before.get(d.document_id) == d.key)


class _Passing(Unreadable):
    """The bytes that were listed are not there to be read, now; perhaps the next time."""


def _read(db: duckdb.DuckDBPyConnection, document: Document, path: Path, load: Load) -> list[Table]:
    """Load one file; what is wrong with it becomes rejects. Raises _Passing where it is not, or no more, the file that was listed."""
    try:
        tables = _load(db, document, path, load)
        # a large file takes seconds to hash: not where nothing has touched it
        if _stamp(path) == document.stamp or content_id(path) == document.document_id:
            return tables
    except FileNotFoundError:
        raise _Passing("vanished", "was there and is gone. Put it back, or run again without it.") from None
    raise _Passing("changed_file", "was changed while it was read. Run again.")


def _load(db: duckdb.DuckDBPyConnection, document: Document, path: Path, load: Load) -> list[Table]:
    reject = partial(reject_file, db, document.document_id, document.path)
    entry, suffix = document.entry, path.suffix.lower()
    tables: list[Table] = []
    nameless: list[tuple[Sheet, list[Mapped]]] = []
    kept: list[swaps.Held] = []
    seen: set[str] = set()
    refused = False
    try:
        for sheet in load(db, f"cells_{document.document_id}", path, entry):
            if sheet.refused:
                refused = True
                reject(sheet.refused.reason, sheet.refused.sentence, locator=sheet.header_locator, where=sheet.where)
                continue
            columns = columns_of(db, sheet, entry)
            seen |= {folded(h) for h in sheet.headers}
            stated = {p: [c for c in columns if c.property == p] for p in BY_PROPERTY}
            if stated["name"]:
                said = {p: cs for p, cs in stated.items() if cs}
                tables.append(Table(document, sheet, said, shared_sirets(db, sheet, said) if entry.at_hub else ()))
                _note_columns(db, document, sheet, columns)
                kept += swaps.held(db, sheet, columns)
            elif len(columns) > 1 or not sheet.name or db.execute(f"select 1 from {sheet.cells} limit 1").fetchall():
                nameless.append((sheet, columns))
        if not (tables or nameless or refused):
            raise Unreadable("no_header", "holds no table. Give its columns headers, or set sheet and header_row in hub.toml.")
        for sheet, columns in nameless:
            mapping = f'under [[registries]] name = "{entry.name}": columns = {{"…" = "name"}}'
            if tables:  # it may be a legend, or notes, of which nothing is to be repeated
                advice = f"and was not read. If it lists organisations, say in hub.toml which column names them, {mapping}; else hide it."
                reject("no_name_column", f"has no column that we know for the name of the organisation, {advice}", locator=sheet.header_locator, where=sheet.where)
                continue
            _note_columns(db, document, sheet, columns)
            headers = ", ".join(f"“{h}”" for h in sheet.headers)
            advice = f"Its headers are {headers}; say which is the name in hub.toml, {mapping}."
            reject("no_name_column", f"has no column that we know for the name of the organisation. {advice}", locator=sheet.header_locator, where=sheet.where)
        if not refused:  # else its columns may stand there
            check_mapping(document, seen, reject)
    except Unreadable as e:
        reject(e.reason, e.sentence)
    record = (
        document.document_id, document.path, entry.name, entry.title, entry.publisher, entry.url, document.stated_on, entry.licence,
        suffix.removeprefix("."), 0, entry.at_hub, entry.left_after, "|".join(document.seen_again),
    )  # fmt: skip
    db.execute(f"insert into documents values ({', '.join('?' * len(record))})", record)
    db.execute("insert into keys values (?, ?, ?, ?)", [document.document_id, document.key, document.path, [column._asdict() for column in kept]])
    return tables


def _note_columns(db: duckdb.DuckDBPyConnection, document: Document, sheet: Sheet, columns: list[Mapped]) -> None:
    for column, label in zip(columns, sheet.labels, strict=True):
        locator = column_letters(column.position) if sheet.name else f"column:{label}"
        db.execute(
            "insert into columns values (?, ?, ?, ?, ?, ?, ?, ?)",
            [document.document_id, sheet.name, column.position, column.header, column.property, locator, column.how, column.looks],
        )


def _write(
    db: duckdb.DuckDBPyConnection, project: Project, output: str, order: list[str], tables: Mapping[str, list[Table]], out: Path
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
        elif name in ("rows", "kept_back"):
            branches += [rows_sql(table, name == "kept_back") for i in ids for table in tables[i] if name == "rows" or PUBLISHABLE.property in table.stated]
        else:
            by = "document_id, sheet, row, position, reason" if name == "rejects" else ", ".join(_FIELDS[name][:3])
            same = " and reason <> 'same_file'" if name == "rejects" else ""
            branches.append(f"select {fields} from {name} where {these}{same} order by {by}")
    if name == "keys":
        branches.append(f"select {fields} from keys where key = ''")
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
    rows, _, columns, documents, rejects, _ = outputs
    unknown = db.execute(
        f"""select distinct d.path || ': ' || c.header from read_parquet({location(columns)}) as c
        join read_parquet({location(documents)}) as d using (document_id)
        where c.how = 'unmapped' and c.header <> '' order by all"""
    ).fetchall()
    of_rows = pq.read_metadata(rows)
    return {
        "rows": of_rows.num_rows,
        "normalised": _normalised(of_rows),
        "unknown_columns": [header for (header,) in unknown],
        "rejects": pq.read_metadata(rejects).num_rows,
    }


def _normalised(metadata: Any) -> dict[str, int]:
    """Property -> how many of its cells keep beside them what was written, by the counts that Parquet holds."""
    found: dict[str, int] = {}
    for group in (metadata.row_group(n) for n in range(metadata.num_row_groups)):
        for column in (group.column(n) for n in range(group.num_columns)):
            name, end, _ = column.path_in_schema.partition("_original")
            if end and (count := group.num_rows - column.statistics.null_count):
                found[name] = found.get(name, 0) + count
    return found
