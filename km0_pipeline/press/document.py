"""What a reader makes of a file's bytes, and the decoding that all readers share.

A reader is a module with `SUFFIXES`, `FORMAT` and `read(data, zone) -> Document`, which raises
`Unreadable` where there is nothing to read.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from km0_pipeline.press import dates


class Unreadable(Exception):
    """A file that can't become a document: a short reason code, and a sentence on what to do about it."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True)
class Document:
    """Text and metadata of one file; '' where unknown. `remarks` are (reason, sentence, original) of what was left out."""

    text: str
    title: str = ""
    publisher: str = ""
    url: str = ""
    published_on: str = ""
    licence: str = ""
    language: str = ""
    remarks: tuple[tuple[str, str, str], ...] = field(default=())


def title(line: str) -> str:
    """`line`, the first of a text, where it can be a title: short, and no sentence; else '', since the text itself is not published."""
    line = line.strip()
    return "" if len(line) > 150 or re.search(r"[.;](\s|$)|,$", line) else line


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes) -> str:
    """Bytes as text with `\\n` line ends: by byte order mark, else UTF-8, else Windows-1252.

    Raises Unreadable for an empty or binary file and for UTF-8 broken in places (more well-formed
    than broken multi-byte characters: taken for Windows-1252 it would be garbage).
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return _lines(data[len(bom) :].decode(encoding))
            except UnicodeDecodeError as e:
                raise _broken(encoding.upper(), e.start + len(bom)) from None
    if not data.strip():
        raise Unreadable("empty", "is empty; delete it or put the text into it.")
    if b"\0" in data or sum(b < 32 and b not in b"\t\n\f\r\x1b" for b in data[:4096]) > len(data[:4096]) / 50:
        raise Unreadable(
            "binary", "holds binary data, not text; save it as text, or give it the ending of its real format."
        )
    try:
        return _lines(data.decode("utf-8"))
    except UnicodeDecodeError as e:
        if re.search(rb"[\xc3\xc5][\x80-\xbf]|\xe2\x80[\x80-\xbf]", data):
            raise _broken("UTF-8", e.start) from None
        try:
            return _lines(data.decode("cp1252"))
        except UnicodeDecodeError as other:
            raise _broken("Windows-1252", other.start) from None


def _broken(encoding: str, at: int) -> Unreadable:
    return Unreadable(
        "encoding", f"is not valid {encoding} (byte {at}); open it where it came from and save it as UTF-8."
    )


def _lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Unreadable("empty", "is empty; delete it or put the text into it.")
    return text


def publication_date(value: str, zone: ZoneInfo) -> str:
    """A metadata date as EDTF (day, month or year), '' if it is none; instants become days in `zone`."""
    return dates.metadata(value, zone)
