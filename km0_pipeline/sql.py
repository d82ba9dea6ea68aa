"""Text and paths as SQL strings, wherever SQL is put together."""

from __future__ import annotations

from glob import escape
from pathlib import Path


def literal(text: str | Path) -> str:
    """`text` as an SQL string; of a path, the file to write."""
    return "'" + str(text).replace("'", "''") + "'"


def location(path: Path) -> str:
    """`path` as an SQL string for DuckDB's readers, in which * ? [ stand for themselves."""
    return literal(escape(str(path)))
