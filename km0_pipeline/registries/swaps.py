"""Columns that hold each what the other held in the edition before, under headers that stayed where they were.

What a column looks like (`looks`) tells no name from a town, nor one date from another. So the first rows of each edition are kept, as numbers that stand for
their cells, and laid beside those of the next: a sheet in which what stood in two columns of a row now stands the other way round
is not read. What it is compared with is the edition that `drift` compares it with; for as long as the file at a path is refused, the last one there that was
not.

Belongs here: that comparison, and what is refused by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple
from zlib import crc32

import duckdb

from km0_pipeline.registries.cells import Sheet, column_letters
from km0_pipeline.registries.columns import Mapped
from km0_pipeline.registries.looks import SAMPLE
from km0_pipeline.registries.rejects import reject_file
from km0_pipeline.registries.rows import Document, Table
from km0_pipeline.sql import location
from km0_pipeline.steps import Project, made

REASON = "swapped_columns"
FEWEST, SHARE, TIMES = 3, 0.2, 4
"""How many pairs of cells must be crossed: so many, or all where there are fewer; that share of them; and so many times those that stayed."""
TOLD = ({"siren", "siret"}, {"longitude", "latitude"})
"""Columns of which each cell tells that it was swapped (`rows`): the other cells of its row are good."""

HELD = "struct(sheet varchar, header_row bigint, position bigint, header varchar, property varchar, cells uinteger[])[]"
"""DuckDB's type of the columns that an edition's rows are kept of."""


class Held(NamedTuple):
    """A column that is read: its place, what it states (`space 2`: the second that does), and its first cells, each a number, 0 where empty."""

    sheet: str
    header_row: int
    position: int
    header: str
    property: str
    cells: Sequence[int]


class Swap(NamedTuple):
    """Two columns of a sheet that hold each what the other held in the edition at `earlier`; `there`: at the path of the file itself."""

    one: Held
    other: Held
    earlier: str
    there: bool

    @property
    def words(self) -> str:
        """The two columns, by letter and header."""
        letters = [f"{column_letters(c.position)} " * bool(c.sheet) + f"“{c.header}”" for c in (self.one, self.other)]
        return f"the columns {' and '.join(letters)} hold each what the other held"

    def sentence(self, document: Document) -> str:
        """What to do, for who reads the rejects."""
        source = f"registries/{document.entry.name}"
        if self.there:
            wrong = f'what lay there before was the wrong one, take this one all the same: make run ARGS="--accept-loss {source}"'
        else:
            wrong = "that one is the wrong one, mend it"
        return (
            f"{self.words} in {'the file that lay there' if self.there else self.earlier}: nothing of them was read. Put each under its header, or say in "
            f"hub.toml, in columns of [[registries]] name = \"{document.entry.name}\", what they hold. If {wrong}."
        )


def held(db: duckdb.DuckDBPyConnection, sheet: Sheet, columns: Iterable[Mapped]) -> list[Held]:
    """What is kept of a sheet."""
    rows = db.execute(f"select * exclude (row) from {sheet.cells} limit {SAMPLE}").fetchall()
    found: list[Held] = []
    times: dict[str, int] = {}
    for column in columns:
        if column.property:
            times[column.property] = n = times.get(column.property, 0) + 1
            said = column.property + f" {n}" * (n > 1)
            found.append(Held(sheet.name, sheet.header_row, column.position, column.header, said, [_number(row[column.position - 1]) for row in rows]))
    return found


def _number(cell: str | None) -> int:
    words = " ".join((cell or "").split()).casefold()
    return (crc32(words.encode("utf-8", "surrogatepass")) or 1) if words else 0


def crossed(before: Sequence[Held], now: Sequence[Held]) -> tuple[Held, Held] | None:
    """Two columns of the sheet `now` that hold each what the other held in the sheet `before`, or None."""
    then = {column.property: column.cells for column in before}
    for one, other in combinations([column for column in now if column.property in then], 2):
        if {one.property, other.property} in TOLD:
            continue
        pairs = {(a, b) for a, b in zip(one.cells, other.cells, strict=True) if a and b and a != b}
        had = set(zip(then[one.property], then[other.property], strict=True))
        turned = {(a, b) for a, b in pairs if (b, a) in had and (a, b) not in had}
        if len(turned) >= max(1, min(FEWEST, len(pairs)), SHARE * len(pairs)) and len(turned) > TIMES * len(pairs & had):
            return one, other
    return None


class Editions:
    """What is kept of the editions that there are, and of those that the last run had."""

    def __init__(self, db: duckdb.DuckDBPyConnection, project: Project) -> None:
        asked = "select document_id, path, key, held from {} order by key = '', document_id"
        self._accepted = project.accepted
        self._held: dict[str, list[Held]] = {}
        self._there: dict[str, str] = {}
        try:
            rows = db.execute(asked.format(f"read_parquet({location(made(project, 'registry_keys').path)})")).fetchall()
        except (FileNotFoundError, duckdb.BinderException):
            rows = []  # the first run, or the first that keeps any
        for document_id, path, _, columns in rows:
            self._there[path] = document_id  # last, where there are two, the one that was not refused
            self._held[document_id] = _columns(columns)
        for document_id, _, _, columns in db.execute(asked.format("keys")).fetchall():
            self._held[document_id] = _columns(columns)
        self.carried: dict[str, str] = {}
        """Path -> the document that lay there before the one that is refused: what is kept of it stays."""

    def swaps(self, documents: Iterable[Document]) -> list[tuple[Document, dict[str, Swap]]]:
        """Which sheets of which documents are to be refused, by name."""
        found: list[tuple[Document, dict[str, Swap]]] = []
        before: dict[str, Document] = {}
        for document in sorted(documents, key=lambda d: (d.stated_on, d.path)):
            source, there = document.entry.name, self._there.get(document.path, "")
            other = before.get(source)
            earlier = there if there not in ("", document.document_id) else other.document_id if other else ""
            sheets, then = (_sheets(self._held.get(d, [])) for d in (document.document_id, earlier))
            if f"registries/{source}" in self._accepted:
                then = {}
            swaps = {name: pair for name, now in sheets.items() for b in then.values() if (pair := crossed(b, now))}
            if not swaps:
                if sheets:
                    before[source] = document
                continue
            path = document.path if earlier == there else other.path if other else ""
            found.append((document, {name: Swap(*pair, path, earlier == there) for name, pair in swaps.items()}))
            if earlier == there:
                self.carried[document.path] = there
        return found

    def keep(self, db: duckdb.DuckDBPyConnection) -> None:
        """Let the table `keys` have what stays of documents that lie there no more."""
        for path, document_id in sorted(self.carried.items()):
            db.execute("insert into keys values (?, '', ?, ?)", [document_id, path, [column._asdict() for column in self._held[document_id]]])


def refuse(
    db: duckdb.DuckDBPyConnection, document: Document, tables: dict[str, list[Table]], swapped: Mapping[str, Swap], changed: dict[str, list[str]]
) -> None:
    """Take the sheets that are `swapped` out of `tables`, and say why: in `rejects`, and among what has `changed`."""
    for name, swap in swapped.items():
        for table in (t for t in tables.get(document.document_id, ()) if t.sheet.name == name):
            sheet = table.sheet
            where = sheet.where + (f", row {sheet.header_row}" if sheet.header_row else "")
            reject_file(db, document.document_id, document.path, REASON, swap.sentence(document), locator=sheet.header_locator, where=where)
            changed.setdefault(document.entry.name, []).append(f"{document.path}{where}: {swap.words} (before: {'the file that lay there' if swap.there else swap.earlier}).")
    if document.document_id in tables:
        tables[document.document_id] = [t for t in tables[document.document_id] if t.sheet.name not in swapped]


def _columns(found: Iterable[Mapping[str, Any]]) -> list[Held]:
    return [Held(**column) for column in found]


def _sheets(columns: Iterable[Held]) -> dict[str, list[Held]]:
    sheets: dict[str, list[Held]] = {}
    for column in columns:
        sheets.setdefault(column.sheet, []).append(column)
    return sheets
