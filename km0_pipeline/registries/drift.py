"""Drift: how the columns of a registry differ from those of its edition before.

That edition is the file that lay at the same path when it was last read; else, of several files of
one registry, the one before it by date and path. Reported always; where hub.toml says `strict`, it stops the
run until a person has looked, for good or until `columns` in hub.toml names every column.

Belongs here: the comparison and its sentences. What a column looks like: `looks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from km0_pipeline.hub import Registry
from km0_pipeline.registries.columns import folded
from km0_pipeline.registries.rows import Document
from km0_pipeline.sql import location
from km0_pipeline.steps import Project, made


class ColumnsChanged(RuntimeError):
    """The columns of a registry that is `strict` differ from its edition before; the message has a sentence a change."""


@dataclass(frozen=True)
class Seen:
    """A column as an edition has it: its header, its property ('' for none), what its cells look like."""

    header: str
    property: str
    looks: str


def changes(before: Sequence[Seen], now: Sequence[Seen]) -> Iterator[str]:
    """What became of the columns, each in a few words."""
    old, new = ({folded(c.header): c for c in reversed(columns) if c.header} for columns in (before, now))
    for key, column in sorted(old.items()):
        if key not in new:
            yield f"the column “{column.header}”{_says(column)} is gone"
        elif column.looks and new[key].looks and column.looks != new[key].looks:
            yield f"the column “{column.header}”{_says(new[key])} held {_PLURALS[column.looks]} and now holds {_PLURALS[new[key].looks]}"
    for key, column in sorted(new.items()):
        if key not in old:
            yield f"the column “{column.header}”{_says(column) or ', which is not read,'} is new"


def drift(path: str, entry: Registry, earlier: str, before: Sequence[Seen], now: Sequence[Seen]) -> list[str]:
    """The sentences to report of the file `path`, whose edition before is called `earlier`."""
    named = {folded(h) for h in entry.columns}
    if now and all(folded(c.header) in named for c in now if c.header):
        return []  # a person has decided on each
    return [f"{path}: {change} (before: {earlier})." for change in changes(before, now)]


def compared(db: duckdb.DuckDBPyConnection, project: Project, documents: Iterable[Document]) -> dict[str, list[str]]:
    """How the columns of each document differ from those of its edition before: sentences, by source."""
    asked = "select document_id, header, property, looks from {} order by document_id, sheet, position"
    seen: dict[str, list[Seen]] = {}
    last: dict[str, str] = {}
    try:
        columns, of = (location(made(project, name).path) for name in ("registry_columns", "registry_documents"))
        for document_id, *column in db.execute(asked.format(f"read_parquet({columns})")).fetchall():
            seen.setdefault(document_id, []).append(Seen(*column))
        last = dict(db.execute(f"select path, document_id from read_parquet({of})").fetchall())
    except (FileNotFoundError, duckdb.BinderException):
        pass  # the first run, or the first that notes what columns look like
    anew: dict[str, list[Seen]] = {}
    for document_id, *column in db.execute(asked.format("columns")).fetchall():
        anew.setdefault(document_id, []).append(Seen(*column))
    seen |= anew
    found: dict[str, list[str]] = {}
    before: dict[str, Document] = {}
    for document in sorted(documents, key=lambda d: (d.stated_on, d.path)):
        source, now = document.entry.name, seen.get(document.document_id, [])
        earlier = last.get(document.path, document.document_id)
        if earlier != document.document_id and earlier in seen:
            found.setdefault(source, []).extend(drift(document.path, document.entry, "the file that lay there", seen[earlier], now))
        elif source in before:
            other = before[source]
            found.setdefault(source, []).extend(drift(document.path, document.entry, other.path, seen[other.document_id], now))
        if now:
            before[source] = document
    return found


def stop(found: Mapping[str, Sequence[str]], entries: Mapping[str, Registry]) -> None:
    """Raise ColumnsChanged for the sentences of a source that is strict; `found` is by source."""
    said = [sentence for source, sentences in sorted(found.items()) if entries[source].strict for sentence in sentences]
    if said:
        raise ColumnsChanged(
            "\n".join([*said, "The registry is strict, so nothing was published. Put the columns back, or accept them: "
                       ".venv/bin/km0 map FILE --write names each in hub.toml."])
        )  # fmt: skip


_PLURALS = {
    "siret": "SIRETs", "siren": "SIRENs", "email": "e-mail addresses", "phone": "telephone numbers", "url": "web addresses",
    "date": "dates", "number": "numbers", "text": "text",
}  # fmt: skip


def _says(column: Seen) -> str:
    return f" ({column.property})" if column.property else ""
