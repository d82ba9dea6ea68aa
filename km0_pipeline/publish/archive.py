"""Zip files that are the same bytes on any machine: the snapshot in one file, and the container of a workbook.

Python's own `zipfile` deflates with whatever zlib the interpreter was built with, and zlib-ng gives
other bytes than zlib; it also notes the clock and the rights of files. So `bundle` does not compress
(Parquet and workbooks are compressed as they are, and of a million rows CSV alone takes longer
to deflate than all else takes to write), and `pack` compresses with the zlib that pyarrow brings,
whose version the lock file pins. Times are 1980-01-01, the first that a zip can tell.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zlib import crc32

import pyarrow as pa

UNIX_FILE = 0o100644 << 16
"""A file that all may read, as a zip notes it."""


def bundle(path: Path, folder: Path, names: Iterable[str]) -> None:
    """Write the files `names` of `folder` to the zip `path`, uncompressed, in this order."""
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name in names:
            member = ZipInfo(name)
            member.create_system, member.external_attr = 3, UNIX_FILE
            member.file_size = (folder / name).stat().st_size  # beyond 4 GiB the member's head must say so
            with (folder / name).open("rb") as source, archive.open(member, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def pack(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write names (ASCII) and contents to the zip `path`, deflated, in this order; less than 4 GiB in all."""
    deflate, heads = pa.Codec("gzip", compression_level=6), []
    with path.open("wb") as file:
        for name, content in members:
            packed = deflate.compress(content, asbytes=True)[10:-8]  # what a gzip holds is the raw deflate
            # version 2.0, no flags, deflated, midnight of 1980-01-01
            common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc32(content), len(packed), len(content), len(name), 0)
            heads.append(b"PK\1\2" + struct.pack("<H", 3 << 8 | 20) + common + struct.pack("<HHHII", 0, 0, 0, UNIX_FILE, file.tell()) + name.encode())
            file.write(b"PK\3\4" + common + name.encode() + packed)
        start, directory = file.tell(), b"".join(heads)
        file.write(directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(heads), len(heads), len(directory), start, 0))
