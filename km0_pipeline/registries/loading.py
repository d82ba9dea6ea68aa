"""A registry's file taken apart into sheets, in a process of its own that is stopped where it takes too much time or memory.

What a file makes its reader do, a stranger may have chosen: a bomb that unpacks without end, a cell a million columns away, a crash of
a library. The cells come back as files of Arrow, which are mapped into memory and not copied.

Belongs here: the readers there are, and the limits they work within. How a format is taken apart: the modules of READERS.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol

import duckdb
import pyarrow as pa

from km0_pipeline.deadline import MEMORY, Crashed, Deadline, Overdue, limit_memory
from km0_pipeline.hub import Registry
from km0_pipeline.registries import columnar, delimited, objects, workbook
from km0_pipeline.registries.cells import Reader, Sheet, Unreadable

READERS: tuple[Reader, ...] = (delimited, workbook, objects, columnar)
"""The formats of registries, one module each."""
BY_SUFFIX = {suffix: reader for reader in READERS for suffix in reader.SUFFIXES}
"""Ending of a file -> its reader."""

SECONDS = 600
"""Longest time that one file may take; a million rows take some seconds."""
MEMORY_A_BYTE = 10
"""Bytes of memory, beyond `deadline.MEMORY`, that a reader may take for each byte of its file."""


class Load(Protocol):
    """Takes a file apart: its sheets, with their cells in relations of `db` whose names begin with `table`."""

    def __call__(self, db: duckdb.DuckDBPyConnection, table: str, path: Path, entry: Registry) -> list[Sheet]:
        """Raises Unreadable where nothing can be used, FileNotFoundError where the file has vanished."""


@contextmanager
def loading(scratch: Path) -> Iterator[Load]:
    """The one way to the sheets of files; `scratch` is a folder for what is needed on the way, as long as the cells are."""
    with Deadline(_sheets, SECONDS) as sheets:

        def load(db: duckdb.DuckDBPyConnection, table: str, path: Path, entry: Registry) -> list[Sheet]:
            try:
                found = sheets(table, path, entry, scratch)
            except Overdue:
                raise Unreadable("too_slow", f"takes more than {SECONDS} s to read. Save it anew and simpler, or in several files.") from None
            except Crashed:
                raise Unreadable("unreadable_file", "makes its reader crash. Save it anew, as CSV (UTF-8).") from None
            if isinstance(found, Exception):
                raise found
            for sheet in found:
                with pa.memory_map(str(scratch / sheet.cells)) as file:
                    db.register(sheet.cells, pa.ipc.open_file(file).read_all())
            return found

        yield load


def _sheets(table: str, path: Path, entry: Registry, scratch: Path) -> list[Sheet] | Exception:
    """The sheets of `path`, each with its cells in a file of `scratch`; or why there are none. Not raised: it goes to another process."""
    suffix = PurePosixPath(path).suffix.lower()
    try:
        limit_memory(MEMORY + MEMORY_A_BYTE * path.stat().st_size)
        sheets = []
        for n, (sheet, cells) in enumerate(BY_SUFFIX[suffix].load(path, entry, scratch), 1):
            name = f"{table}_{n}"
            if isinstance(cells, Path):
                cells.rename(scratch / name)
            else:
                with pa.ipc.new_file(scratch / name, cells.schema) as file:
                    file.write_table(cells)
            sheets.append(replace(sheet, cells=name))
        return sheets
    except (FileNotFoundError, Unreadable) as e:
        return e
    except MemoryError:
        return Unreadable("too_large", "takes more memory to read than any registry of its size. Save what matters of it anew, as CSV (UTF-8).")
    except Exception as e:  # a reader's library failed on this file: the others go on
        why = f"{type(e).__name__}: {e}".replace(f"{path.parent}/", "")[:300]
        return Unreadable("unreadable_file", f"can't be read as {suffix} ({why}). Save it anew, as CSV (UTF-8).")
