"""What a reader makes of a file's bytes, and what readers share: decoding, plain letters, dates, places.

A reader is a module with `SUFFIXES`, `FORMAT` and `read(data, hub) -> Document`, which raises
`Unreadable` where there is nothing to read. It may take the time it wants and use libraries that
fail or hang: it runs under a deadline (`deadline`).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from km0_pipeline.encoding import weigh
from km0_pipeline.press import dates


class Unreadable(Exception):
    """A file that can't become a document: a short reason code, and a sentence on what to do about it."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


class Remark(NamedTuple):
    """What a reader left out or does not trust of a file that it did read: as in `Unreadable`, and the words themselves."""

    reason: str
    sentence: str
    original: str = ""


@dataclass(frozen=True)
class Document:
    """Text and metadata of one file; '' where unknown.

    Text, title and publisher are composed (NFC): macOS and PDF write é as e and an accent, which no rule reads.
    `item` is the article's id where its publisher gives it one that outlasts its versions, `updated` when this version of
    it was made (ISO 8601 in UTC). Where the file has pages, each ends with a form feed in `text`. `attachments` are (file name,
    bytes) of files inside this one, which become documents of their own; with some, `text` may be empty.
    """

    text: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    url: str = ""
    published_on: str = ""
    licence: str = ""
    item: str = ""
    updated: str = ""
    language: str = ""
    remarks: tuple[Remark, ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()

    def __post_init__(self) -> None:
        for name in ("text", "title", "publisher"):
            object.__setattr__(self, name, unicodedata.normalize("NFC", getattr(self, name)))


PAGE_END = "\f"


def locator(text: str, start: int, end: int) -> str:
    """Place of a range in `text`: `char:1024-1090`, and where the text has pages `page:2/char:1024-1090`."""
    page = f"page:{text.count(PAGE_END, 0, start) + 1}/" if PAGE_END in text else ""
    return f"{page}char:{start}-{end}"


def title(line: str) -> str:
    """`line`, the first of a text, where it can be a title: short, and no sentence; else '', since the text itself is not published."""
    line = line.strip()
    return "" if len(line) > 150 or re.search(r"[.;](\s|$)|,$", line) else line


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes, declared: str = "") -> str:
    """Bytes as composed text with `\\n` line ends: by byte order mark, else UTF-8, else as `declared`, else Windows-1252.

    Raises Unreadable for an empty or binary file and for UTF-8 broken in places (more characters
    beyond ASCII are well-formed than not: taken for Windows-1252 it would be garbage).
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
        if (text := _as_declared(data, declared)) is not None:
            return _lines(text)
        good, bad = weigh(data.decode("utf-8", "surrogateescape"))
        if good > bad:
            raise _broken("UTF-8", e.start) from None
        try:
            return _lines(data.decode("cp1252"))
        except UnicodeDecodeError as other:
            raise _broken("Windows-1252", other.start) from None


def _as_declared(data: bytes, declared: str) -> str | None:
    """`data` in the encoding that a file names; None where it names none that fits, or one that is tried anyway."""
    try:
        name = codecs.lookup(declared.strip()).name
        return None if name in ("utf-8", "ascii", "iso8859-1", "cp1252") else data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _broken(encoding: str, at: int) -> Unreadable:
    return Unreadable(
        "encoding", f"is not valid {encoding} (byte {at}); open it where it came from and save it as UTF-8."
    )


def _lines(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise Unreadable("empty", "is empty; delete it or put the text into it.")
    return text


_APART = re.compile(r"\s+[|·•–—-]\s+|\s*\|\s*")
_LEAD = re.compile(
    r"(?i)(?:(?:(?:communiqué|dossier)(?: de presse)?|date|publi[ée]+e?|mise? en ligne|mise? à jour|(?:post|envoy|diffus)[ée]e?|paru|parution|[\w'’ -]{2,40},)\s*)?[:–—|-]?\s*(?:le\s|du\s)?\s*"
)
_TAIL = re.compile(
    r"(?i)(?:,? (?:à )?\d{1,2} ?[h:](?: ?\d\d)?(?: ?min)?)?(?:,? (?:mise? à jour|modifié) .*)?(?:,? par [^,;:]{3,50})?(?: \(communiqué(?: de presse)?\)|,? p(?:age|\.) ?\d+)?$"
)
_ISSUED = re.compile(
    r"(?i)(?:^|[|·•–—(\[,.] ?)(?:(?:publi[ée]+e?|mise? en ligne|mise? à jour|(?:post|envoy|diffus|affich)[ée]e?|paru|parution|communiqué(?: de presse)?)(?: par [^.;:]{2,60},)?|édition|(?:sous )?embargo|ne pas diffuser|à diffuser|fait à [\w'’ -]{2,40},|séance)"
    r" ?:? ?(?:(?:à partir|jusqu'?’?|avant) ?)?(?:d?u |au |le )*(?P<on>(?:[a-z]+di |dimanche )?(?:\d{1,2}(?:er)? [^\W\d]+ \d{4}|\d\d?[/.]\d\d?[/.]\d{4}))\b"
)
_HEAD, _FOOT = 15, 6
"""Lines of a text, at its head and its foot, that may say when it was published."""


def dateline(paragraphs: Iterable[str], zone: ZoneInfo) -> str:
    """When a text was published, by a line at its head that says so or of which a part says nothing else, or one at its foot that says so; '' if none does.

    « Mulhouse, le 12 mai 2021 », « Date : 12/05/2021 », « Le Journal | 12 mai 2021 | Par X », « Sous embargo jusqu'au 12 mai 2021, 8 h », « Fait à Colmar, le 12 mai 2021 ».
    """
    lines = [line for p in paragraphs for raw in p.splitlines() if (line := " ".join(raw.split()))]
    for line in lines[:_HEAD]:
        for part in _APART.split(line) if len(line) <= 100 else ():
            rest = _TAIL.sub("", part.rstrip(" ."))
            rest = rest[m.end() :] if (m := _LEAD.match(rest)) else rest
            if re.search(r"\D", rest) and (found := dates.publication_date(rest, zone)):
                return found
        if found := _issued(line, zone):
            return found
    return next((found for line in reversed(lines[_HEAD:][-_FOOT:]) if (found := _issued(line, zone))), "")


def _issued(line: str, zone: ZoneInfo) -> str:
    said = _ISSUED.search(line) if len(line) <= 160 else None
    return dates.publication_date(said["on"], zone) if said else ""


_LIGATURES = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0xFB00, 0xFB07)}
_PLAIN = str.maketrans(_LIGATURES | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""))


def plain(text: str) -> str:
    """`text` without what only printing or breaking lines needs: accents composed, ligatures as letters, no invisible marks."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)
