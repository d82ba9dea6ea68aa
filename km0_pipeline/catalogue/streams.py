"""Rows of several queries walked together, key by key, so that no page asks a question of its own.

Belongs here: that, and which share of the pages a process makes; nothing of what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any

import duckdb

BATCH = 2000

Row = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """The pages that one of `of` processes makes: each `of`-th, from `first` on. A page says no more of it."""

    first: int = 0
    of: int = 1

    def has(self, number: int) -> bool:
        return number % self.of == self.first


class Streams:
    """Opens queries that are read side by side; closes them all at its end."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db, self._open = db, list[duckdb.DuckDBPyConnection]()

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for cursor in self._open:
            cursor.close()

    def rows(self, query: str) -> Iterator[Row]:
        """Its rows, as they come."""
        cursor = self._db.cursor()
        self._open.append(cursor)
        row = self._db.execute("select current_catalog()").fetchone()
        cursor.execute(f"use {row[0] if row else 'memory'}")
        cursor.execute(query)
        names = [c[0] for c in cursor.description or ()]
        while batch := cursor.fetchmany(BATCH):
            for values in batch:
                yield dict(zip(names, values, strict=True))

    def keyed(self, query: str) -> Keyed:
        """Of a query whose rows come in the order of their column `key`."""
        return Keyed(self.rows(query))


class Keyed:
    """Rows in the order of their `key`, handed out one key after the other."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, key: str) -> list[Row]:
        """The rows of `key`; those of keys before it are passed over. Keys must be asked for in order."""
        while self._next is not None and self._next["key"] < key:
            self._next = next(self._rows, None)
        found: list[Row] = []
        while self._next is not None and self._next["key"] == key:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def pieces(self, key: str, size: int) -> Iterator[list[Row]]:
        """The rows of `key`, at most `size` at a time."""
        rows = iter(self.take(key))
        while found := list(islice(rows, size)):
            yield found

    def all(self) -> Iterator[tuple[str, list[Row]]]:
        """Every key with its rows."""
        while self._next is not None:
            key = self._next["key"]
            yield key, self.take(key)
