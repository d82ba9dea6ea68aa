"""Delimited text: .csv, .tsv, .txt, as spreadsheets save it.

Two ways to the same cells. The fast way is pyarrow's reader, taken where its result is certain:
as many records as lines, and nothing it objects to. Else the careful way, Python's `csv` line by
line, finds the rows that are broken, sets each aside with its number and its text, and goes on
with the next line. Either writes the cells to a file as they come: gigabytes take no memory. Files in another encoding are first copied as UTF-8.

Belongs here: encoding, delimiter, header and rows of delimited files. What the columns mean:
`columns`.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from km0_pipeline.encoding import BROKEN, weigh
from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import (
    RowReject,
    Sheet,
    Unreadable,
    cells_table,
    check_width,
    refused_above,
    row_numbers,
)
from km0_pipeline.registries.columns import HEADER_WITHIN, find_header, join_headers, map_columns

SUFFIXES = (".csv", ".tsv", ".txt")
DELIMITERS = ";,\t|"
HEAD = 1 << 20
"""Bytes of the file from which encoding, delimiter and header are found."""
LONGEST_RECORD = 200
"""Lines that one record may span; past that a quote was never closed."""
BATCH = 50_000
SHOWN = 10_000
"""Characters of a broken line that are kept."""
BINARY = 0.05
"""Share of control characters above which a file is no text; in text, a stray one is taken out of its cell (`values`)."""
_CONTROLS = bytes({*range(32)} - set(b"\t\n\v\f\r"))

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_USUAL = frozenset("éèêëàâäáçîïíôöóûüùúñœæßÉÈÊËÀÂÄÇÎÏÔÖÛÜÙŒÆ’‘“”«»–—…•·°²³€§µ×±½¼ªº©®\u00a0\u00ad\u202f\u2011")
"""What stands beyond ASCII in French, German and English text; another encoding read as cp1252 gives other signs."""


def load(path: Path, entry: Registry, scratch: Path) -> list[tuple[Sheet, Path]]:
    """The one sheet of `path`, and the file of `scratch` that has its cells. A copy in UTF-8 may lie there too.

    Raises Unreadable where nothing of it can be used, FileNotFoundError where it has vanished.
    """
    with path.open("rb") as f:
        head = f.read(HEAD)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise Unreadable("empty_file", "is empty. Save the registry again, or delete the file.")
    encoding = _encoding(path, head, entry.encoding)
    source = path if encoding == "utf-8" else _as_utf8(path, encoding, scratch)
    text = _head_text(source)
    check_width(max(text.replace("\r", "\n").partition("\n")[0].count(d) for d in entry.delimiter or DELIMITERS) + 1)
    delimiter = entry.delimiter or _delimiter(text, entry)
    records = _records(text, delimiter)
    check_width(max((len(r) for r, _ in records), default=0))
    index = entry.header_row - 1 if entry.header_row else find_header([r for r, _ in records], entry.columns)
    if index is None or index >= len(records) or not any(records[index][0]):
        raise Unreadable("no_header", "holds no row of column headers. Give the columns headers, or set header_row in hub.toml.")
    joined, first, last = (records[index][0], index, index) if entry.header_row else join_headers([r for r, _ in records], index)
    headers, lines = joined, records[last][1]
    if len(headers) > 1 and not headers[-1].strip() and all(len(r) < len(headers) or not r[-1] for r, _ in records[last:]):
        headers = headers[:-1]  # each line ends with a delimiter
    header_row, headers = last + 1, [h.strip() for h in headers]
    above = [] if entry.header_row else refused_above([r for r, _ in records], index, first)
    cells = scratch / "cells"
    if _fast(source, delimiter, len(headers), lines, header_row, cells):
        return [(Sheet("", header_row, tuple(headers), above), cells)]
    if source == path:
        encoding = _encoding(path, None, entry.encoding)
        source = path if encoding in ("utf-8", "broken utf-8") else _as_utf8(path, encoding, scratch)
    broken = _careful(source, delimiter, len(headers), header_row, cells)
    return [(Sheet("", header_row, tuple(headers), above + broken), cells)]


def _fast(source: Path, delimiter: str, width: int, skip: int, header_row: int, cells: Path) -> bool:
    """Write the cells, in the order of the rows, by pyarrow's reader; false where it refuses the file or may read it otherwise than `csv`."""
    from pyarrow import compute as pc
    from pyarrow import csv as arrow

    names = [f"c{n}" for n in range(1, width + 1)]
    lines = _lines(source)
    if lines < 0:
        return False
    row = header_row
    try:
        batches = arrow.open_csv(
            source,
            read_options=arrow.ReadOptions(column_names=names, skip_rows=skip, block_size=4 * HEAD),
            parse_options=arrow.ParseOptions(delimiter=delimiter),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
        with pa.ipc.new_file(cells, pa.schema([("row", pa.int64()), *batches.schema])) as file:
            for batch in batches:
                if any(pc.any(pc.starts_with(c, " ")).as_py() and pc.any(pc.match_substring_regex(c, '^ +"')).as_py() for c in batch.columns):
                    return False  # to `csv` a space before a quotation mark is none of the cell's
                numbers = row_numbers(range(row + 1, row + 1 + batch.num_rows))
                file.write_batch(pa.record_batch([numbers, *batch.columns], names=["row", *names]))
                row += batch.num_rows
    except pa.ArrowInvalid:
        return False
    return row - header_row == lines - skip  # else a line was passed over, or a cell has several


def _lines(source: Path) -> int:
    """Lines in a file, blank ones at its end apart; -1 where its line ends are mixed."""
    newlines = returns = 0
    tail = b""
    with source.open("rb") as f:
        while chunk := f.read(HEAD):
            newlines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            tail = chunk[-4096:] if len(chunk) > 4096 else (tail + chunk)[-4096:]
    if returns not in (0, newlines):
        return -1
    ending = tail[len(tail.rstrip(b"\r\n")) :]
    return newlines - ending.count(b"\n") + 1


def _careful(source: Path, delimiter: str, width: int, header_row: int, cells: Path) -> list[RowReject]:
    """Write the cells by Python's `csv`; returns the rows that can't be taken apart."""
    rejects: list[RowReject] = []
    numbers: list[int] = []
    batch: list[list[str]] = []

    def flush() -> None:
        if batch:
            out.write_table(cells_table(numbers, zip(*batch, strict=True)))
        numbers.clear()
        batch.clear()

    with (
        source.open(encoding="utf-8", errors="surrogateescape", newline="") as f,
        pa.ipc.new_file(cells, cells_table([], [[]] * width).schema) as out,
    ):
        lines = _Lines(_bounded(f))
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        row = 0
        while True:
            row += 1
            lines.taken.clear()
            try:
                record = next(reader)
            except StopIteration:
                break
            except (csv.Error, _TooLong):
                record = []
                sentence = "opens a quotation mark that is never closed"
            else:
                if row <= header_row or not any(cell.strip() for cell in record):
                    continue
                if len(record) > width and not any(record[width:]):
                    del record[width:]
                several = len(record) != width and len(lines.taken) > 1
                sentence = (
                    "opens a quotation mark that is never closed" if several else f"has {len(record)} cells where the header has {width}"
                )
            first = lines.taken[0]
            if len(record) != width:
                lines.give_back()
                rejects.append(RowReject(row, "ragged_row", f"{sentence}. Mend the row: it was set aside whole.", _shown(first)))
            elif any(BROKEN.search(line) for line in lines.taken if not line.isascii()):
                rejects.append(
                    RowReject(row, "bad_encoding", "holds bytes that are not UTF-8 as the rest of the file is. Type its accents again: "
                              "it was set aside whole.", "".join(map(_shown, lines.taken)))
                )  # fmt: skip
            else:
                numbers.append(row)
                batch.append(record)
                if len(batch) == BATCH:
                    flush()
        flush()
    return rejects


def _shown(line: str) -> str:
    """A line as found, without its end and what is too long to look at; bytes that are not UTF-8 as \\xE9."""
    return line[:SHOWN].rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _bounded(file: TextIO) -> Iterator[str]:
    """The lines of a file, of one that is longer than any row its first `HEAD` characters: it is no row, and set aside as one."""
    while line := file.readline(HEAD):
        yield line
        while len(line) == HEAD and line[-1] not in "\r\n":
            line = file.readline(HEAD)


class _TooLong(Exception):
    """A record spans more lines than a cell with line breaks would."""


class _Lines:
    """Lines for csv.reader; those of a record that went wrong can be given back, but for the first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) == LONGEST_RECORD:
            raise _TooLong
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))


def _encoding(path: Path, head: bytes | None, declared: str) -> str:
    """Encoding of a file, from its `head` where that is enough, else (None) from all its bytes.

    "utf-8", "broken utf-8" (nearly all of it is), or the name of another for `codecs`.
    """
    with path.open("rb") as f:
        start = f.read(HEAD)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name if name != "utf-8" or head is not None else _utf8_or_other(path, start)
    if declared:
        try:
            "".encode(declared)  # refuses what is unknown, and codecs that are no encoding of text (base64)
            return codecs.lookup(declared).name
        except (LookupError, ValueError):
            raise Unreadable(
                "bad_encoding", f"hub.toml gives it the encoding {declared!r}, which is none of text; write utf-8, cp1252 or utf-16."
            ) from None
    if b"\0" in start:
        if start.startswith(b"PK\x03\x04"):
            raise Unreadable("not_text", "is a workbook, not text. Give it the ending .xlsx.")
        if not start[1:200:2].strip(b"\0"):
            return "utf-16-le"
        if not start[0:200:2].strip(b"\0"):
            return "utf-16-be"
        if len(start) - len(start.translate(None, _CONTROLS)) > len(start) * BINARY:
            raise Unreadable("not_text", "holds binary data, not text. Save the registry as CSV (UTF-8), or delete the file.")
    if head is not None:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(start)
            return "utf-8"
        except UnicodeDecodeError:
            pass
    return _utf8_or_other(path, start)


def _utf8_or_other(path: Path, start: bytes) -> str:
    """Encoding of text by the whole of it: UTF-8 if most of what is beyond ASCII is, then cp1252, then a guess."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sample = b""
    with path.open("rb") as f:
        while chunk := f.read(HEAD):
            text = decoder.decode(chunk)
            whole, broken = weigh(text)
            good, bad = good + whole, bad + broken
            sample = sample if broken == 0 or sample else chunk
    if not bad:
        return "utf-8"
    if good > bad:
        return "broken utf-8"
    sample = sample or start
    try:
        beyond = [c for c in sample.decode("cp1252") if not c.isascii()]
        if sum(c in _USUAL for c in beyond) >= 0.8 * len(beyond):
            return "cp1252"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise Unreadable("bad_encoding", "is in an encoding we can't tell. Save it as UTF-8, or set encoding in hub.toml.")
    return str(best.encoding)


def _as_utf8(path: Path, encoding: str, scratch: Path) -> Path:
    """A copy of `path` in UTF-8, of which the line ends are kept."""
    copy = scratch / "utf8.csv"
    if encoding == "broken utf-8":
        return path
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as old, copy.open("w", encoding="utf-8", newline="") as new:
            while text := old.read(HEAD):
                number += text.count("\n")
                new.write(text)
    except UnicodeError:
        raise Unreadable(
            "bad_encoding", f"is not {encoding} after line {number + 1}. Save it as UTF-8, or set encoding in hub.toml."
        ) from None
    return copy


def _head_text(source: Path) -> str:
    """The first whole lines of a UTF-8 file, without byte-order mark."""
    with source.open("rb") as f:
        head = f.read(HEAD)
        more = bool(f.read(1))
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return text[: text.rfind("\n") + 1] or text if more else text


def _records(text: str, delimiter: str, most: int = 2 * HEADER_WITHIN) -> list[tuple[list[str], int]]:
    """The first records of `text`, each with the number of lines up to its end."""
    found: list[tuple[list[str], int]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for record in reader:
            found.append((record, reader.line_num))
            if len(found) == most:
                break
    except csv.Error:
        pass
    return found


def _delimiter(text: str, entry: Registry) -> str:
    """The delimiter under which rows have the same width, and the header names that are known."""

    def score(delimiter: str) -> float:
        rows = [r for r, _ in _records(text, delimiter) if len(r) > 1]
        if not rows:
            return 0.0
        width, times = Counter(len(r) for r in rows).most_common(1)[0]
        header = find_header(rows, entry.columns)
        known = 0 if header is None else sum(bool(c.property) for c in map_columns(rows[header], entry.columns))
        return (times / len(rows)) ** 2 * math.log2(width) + known

    return max(DELIMITERS, key=score)
