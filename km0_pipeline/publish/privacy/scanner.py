"""Every text of every file that was written, read once more before anyone else can (STANDARDS R10).

Looked for: what `tables.contacts` withholds (e-mail addresses, telephone numbers, NIR, IBAN, dates of birth), and the names of the
private list. Sources that hold such things stop nothing, since they are masked on the way; a hit here is a hole in that way, so
it stops the publication. What was found is never repeated: file, column and row are.

A table is read as Parquet: that its CSV holds the same cells `verify` says before anything is published. Columns that a pattern, a
list of values or a key closes hold no words. Other CSV and Parquet is read cell by cell, JSON text by text, workbooks and archives
member by member, all else line by line. The publisher's own mailbox may stand, and
the URNs of a catalogue.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.privacy.masking import holders
from km0_pipeline.publish.privacy.matching import PLAIN_SQL, Names
from km0_pipeline.publish.privacy.release import Release
from km0_pipeline.publish.staged import Staged
from km0_pipeline.sql import literal
from km0_pipeline.tables.contacts import CONTACTS_SQL

URN = re.compile(r"\burn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""What parts of a catalogue without an address are called (`metadata.addresses`): digits that may look like a telephone number's."""
SHOWN = 5
"""Hits that are named; the rest are counted."""
BATCH = 100_000
"""Texts of small files that are looked through together."""


class Text(NamedTuple):
    """A text in a file, and where: its column, key or member, and its row or line."""

    file: str
    column: str
    row: str
    text: str


def scan(staged: Staged, names: Names) -> tuple[dict[str, int], list[str]]:
    """Number of texts read by file, and a sentence for each that holds what may not leave."""
    with staged.connection.cursor() as db:
        db.execute(CONTACTS_SQL + PLAIN_SQL)
        read, sentences = {}, []
        for release in staged.releases:
            path = f"{release.name}.parquet"
            read[path] = staged.rows[release.name] * len(release.table.texts)
            sentences += _table(db, release, f"read_parquet({literal(staged.folder / path)})", path, names)
        tables = {f"{r.name}.{form.name}" for r in staged.releases for form in FORMATS}
        sums = {digest for _, digest in staged.written.values()}
        mailbox = staged.project.hub.publisher.contact
        together: list[Text] = []
        for path in sorted(staged.written.keys() - tables):
            texts = [_bare(t, mailbox) for t in texts_of(path, (staged.folder / path).read_bytes(), sums)]
            read[path] = len(texts)
            together += texts
            if len(together) > BATCH:
                sentences += _free(db, together, names)
                together = []
        sentences += _free(db, together, names)
    return read, sentences


def _bare(text: Text, mailbox: str) -> Text:
    """Without what may stand: the publisher's mailbox, and the URNs of a catalogue."""
    if mailbox not in text.text and "urn:uuid:" not in text.text:
        return text
    return text._replace(text=URN.sub("", text.text.replace(mailbox, "")))


def _table(db: duckdb.DuckDBPyConnection, release: Release, source: str, path: str, names: Names) -> list[str]:
    """The hits in a table: rows in which there may be one are found in one look at all their texts."""
    table, sentences = release.table, []
    if not table.texts:
        return []
    columns = ", ".join(f'"{c}"' for c in table.texts)
    suspect = db.execute(f"select exists (from {source} where may_hold_contact(concat_ws(chr(10), {columns})))").fetchall()[0][0]
    numbered = f"select *, row_number() over () as scanned_row from {source}"
    keys = [c for c in table.primary_key if c not in table.texts]
    row = f"concat_ws('|', {', '.join(keys)})" if len(keys) == len(table.primary_key) else "'number ' || scanned_row"
    held = holders(db, f"from {source}", table.texts, names)
    for column in table.texts:
        wrong = []
        if suspect:
            wrong.append((f'"{column}" <> withheld("{column}")', "what tells how to reach somebody, or who they are"))
        if column in held:
            db.register("held_names", pa.table({"x": pa.array(sorted(held[column]), pa.string())}))
            wrong.append((f'"{column}" in (select x from held_names)', "the name of somebody who is not published"))
        for condition, what in wrong:
            found = [str(r) for (r,) in db.execute(f"select {row} from ({numbered}) where {condition} order by 1 limit {SHOWN + 1}").fetchall()]
            sentences += _sentences(path, column, found, what)
    return sentences


def _free(db: duckdb.DuckDBPyConnection, texts: list[Text], names: Names) -> list[str]:
    if not texts:
        return []
    db.register("free_texts", pa.table({"n": pa.array(range(len(texts))), "x": pa.array([t.text for t in texts], pa.string())}))
    found = [texts[n] for (n,) in db.execute("select n from free_texts where may_hold_contact(x) and x <> withheld(x) order by n").fetchall()]
    sentences = _grouped(found, "what tells how to reach somebody, or who they are")
    held = holders(db, "from free_texts", ["x"], names).get("x", {})
    return sentences + _grouped([t for t in texts if t.text in held], "the name of somebody who is not published")


def _grouped(found: Iterable[Text], what: str) -> list[str]:
    places: dict[tuple[str, str], list[str]] = {}
    for text in found:
        places.setdefault((text.file, text.column), []).append(text.row)
    return [s for (file, column), rows in places.items() for s in _sentences(file, column, rows, what)]


def _sentences(file: str, column: str, rows: list[str], what: str) -> list[str]:
    if not rows:
        return []
    shown = f"{', '.join(rows[:SHOWN])}{'…' if len(rows) > SHOWN else ''}"
    where = f"{f'column {column}, ' if column else ''}row {shown}"
    return [f"{file}: {where}: holds {what} (rule R10); nothing was published. Mend the source, or reject the claim it comes from (km0 review claims)."]


def texts_of(path: str, content: bytes, known: Iterable[str] = ()) -> Iterator[Text]:
    """The texts of a file; what an archive holds that lies beside it already is not read again."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline="")))
        for n, row in enumerate(rows[1:], 2):
            yield from (Text(path, name, str(n), cell) for name, cell in zip(rows[0], row, strict=False) if cell)
    elif suffix == ".parquet":
        yield from _parquet(path, content)
    elif suffix in (".json", ".jsonld", ".geojson"):
        yield from (Text(path, where, "1", text) for where, text in _strings(json.loads(content), ""))
    elif suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                inside = archive.read(member)
                if not member.is_dir() and hashlib.sha256(inside).hexdigest() not in known:
                    yield from (t._replace(file=path, column=f"{member.filename} {t.column}".strip()) for t in texts_of(member.filename, inside, known))
    elif suffix in (".xml", ".rels", ".html", ".svg"):
        parts = re.split(r"<[^>]*>", content.decode("utf-8", "replace"))
        yield from (Text(path, "", str(n), unescape(part)) for n, part in enumerate(parts, 1) if part.strip())
    else:
        yield from (Text(path, "", str(n), line) for n, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1))


def _parquet(path: str, content: bytes) -> Iterator[Text]:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    for name in (f.name for f in table.schema if pa.types.is_string(f.type)):
        yield from (Text(path, name, str(n), value) for n, value in enumerate(table[name].to_pylist(), 1) if value)


def _strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _strings(inner, f"{where}/{n}")
