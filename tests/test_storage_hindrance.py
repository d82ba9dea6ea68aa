"""What keeps the machine from its work is a sentence that says where and what to do, whoever met it."""

from __future__ import annotations

import errno
import os
import sqlite3

import duckdb
import pytest
from xlsxwriter.exceptions import FileCreateError

from km0_pipeline.storage.hindrance import hindrance


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/hub/data"), "The disk is full: /hub/data. Free some space there"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "/hub/data"), "The file system can only be read: /hub/data. Mount it for writing"),
        (PermissionError(errno.EACCES, "Permission denied", "/hub/data"), "The right to read or write is missing: /hub/data. Let the user"),
        (duckdb.IOException('IO Error: Could not write file "/hub/a.parquet": No space left on device'), "The disk is full: /hub/a.parquet."),
        (duckdb.OutOfMemoryException("Out of Memory Error"), "too little memory"),
        (sqlite3.OperationalError("database or disk is full"), "The disk is full. Free"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "The file system can only be read."),
        (MemoryError(), "too little memory"),
        (FileCreateError(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))), "The disk is full. Free"),
    ],
)
def test_it_is_said_in_a_sentence(error: BaseException, said: str) -> None:
    assert said in hindrance(error)
    assert hindrance(error).endswith("then run again; what was published before still stands.")


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), ValueError("disk is full of mistakes"), duckdb.IOException("No files found")])
def test_another_error_is_left_as_it_is(error: BaseException) -> None:
    assert hindrance(error) == ""
