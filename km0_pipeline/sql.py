"""DuckDB as the steps use it: one instance a process, in memory, and in it a catalogue for each use.

To start an instance takes 20 to 40 ms, which tens of small queries would each pay; a catalogue
costs nothing and lets none see the views, tables and macros of another. What does not fit in
memory is spilled below the warehouse of the project. Belongs here: that, and how text and paths are
written in SQL; nothing of what is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from glob import escape
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

MEMORY = "2GB"
"""What all queries of a process together may hold in memory."""

_numbers = count(1)


@contextmanager
def connect(warehouse: Path, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an empty catalogue in memory, gone when it is closed; it spills to `.duckdb` below `warehouse`.

    While it is open all queries together hold `memory` at most.
    """
    name = f"use{next(_numbers)}"
    with _instance(warehouse).cursor() as connection:
        connection.execute(f"attach ':memory:' as {name}; use {name}; set memory_limit = {literal(memory)}")
        try:
            yield connection
        finally:
            with suppress(duckdb.Error):  # a query that broke off may still hold it; it goes with the process
                connection.execute(f"set memory_limit = '{MEMORY}'; use memory; detach {name}")


def settings(warehouse: Path) -> dict[str, Any]:
    """How an instance is configured."""
    return {"memory_limit": MEMORY, "temp_directory": str(warehouse / ".duckdb")}


@lru_cache(maxsize=1)
def _instance(warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config=settings(warehouse))


_inherited: list[Any] = []


def _start_anew() -> None:
    """In a forked process: an instance of its own. The parent's, whose threads stayed behind, is kept and neither used nor closed."""
    global _instance
    _inherited.append(_instance)
    _instance = lru_cache(maxsize=1)(_instance.__wrapped__)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def literal(text: str | Path) -> str:
    """`text` as an SQL string; of a path, the file to write."""
    return "'" + str(text).replace("'", "''") + "'"


def location(path: Path) -> str:
    """`path` as an SQL string for DuckDB's readers, in which * ? [ stand for themselves."""
    return literal(escape(str(path)))
