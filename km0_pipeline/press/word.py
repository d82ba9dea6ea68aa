"""Reader of Word documents (.docx): paragraphs and rows of tables in order, metadata from its core properties.

What tracked changes took out, headers and footers are left out; macros are never run.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from km0_pipeline.archives import BROKEN
from km0_pipeline.hub import Hub
from km0_pipeline.press.dates import publication_date
from km0_pipeline.press.document import Document, Remark, Unreadable, dateline, plain

SUFFIXES = (".docx", ".docm")
FORMAT = "docx"
_LARGEST = 100_000_000
"""Bytes of XML, unpacked, from which on the file is a bomb and no text: a novel takes 5 million."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_IGNORED = {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", _W + "moveFrom"}
_BLANKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_TITLES = re.compile(r"(?i)title|titre|heading ?1$")
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "author": "{http://purl.org/dc/elements/1.1/}creator",
    "created": "{http://purl.org/dc/terms/}created",
    "modified": "{http://purl.org/dc/terms/}modified",
}


def read(data: bytes, hub: Hub) -> Document:
    """The document in the bytes of a .docx or .docm file."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE container: what Word encrypts into, and its format before 2007
        raise Unreadable(
            "password", "asks for a password or is in Word's old format; save a copy as .docx without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _part(archive, "word/document.xml")
            core = _part(archive, "docProps/core.xml") if "docProps/core.xml" in archive.namelist() else None
            macros = any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    except (*BROKEN, KeyError, ValueError):
        raise Unreadable("damaged", "is damaged or not a Word document; save it as .docx anew.") from None
    blocks = [(style, text) for style, text in _blocks(body) if text]
    text = "\n\n".join(t for _, t in blocks)
    if not text:
        raise Unreadable("no_text", "holds no text, perhaps only pictures; put in its text.")
    said = (
        {name: core.findtext(tag) or "" for name, tag in _CORE.items()}
        if core is not None
        else dict.fromkeys(_CORE, "")
    )
    headed = next((t for style, t in blocks if _TITLES.match(style)), blocks[0][1])
    warned = Remark("macros", "holds macros; they were not run, and its text was read. Save it as .docx without them.")
    return Document(
        text,
        title=said["title"].strip() or headed.splitlines()[0][:300],
        author=said["author"].strip(),
        published_on=dateline((t for _, t in blocks), hub.zone)
        or publication_date(said["modified"], hub.zone)
        or publication_date(said["created"], hub.zone),
        remarks=(warned,) if macros else (),
    )


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    if archive.getinfo(name).file_size > _LARGEST:
        raise Unreadable(
            "too_large", f"unpacks to more than {_LARGEST // 1_000_000} MB of text; put in the text that matters."
        )
    try:
        return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise Unreadable(
            "damaged", "is damaged (its XML is not well-formed); open it in Word and save it anew."
        ) from None


def _blocks(within: Any) -> Iterator[tuple[str, str]]:
    """(name of its style, text) of each paragraph, and ("", cells) of each row of a table, in order."""
    for child in within:
        if child.tag == _W + "p":
            style = child.find(f"{_W}pPr/{_W}pStyle")
            yield (style.get(_W + "val", "") if style is not None else ""), _text(child)
            for box in child.iter(_W + "txbxContent"):
                if not any(a.tag in _IGNORED for a in box.iterancestors()):
                    yield from _blocks(box)
        elif child.tag == _W + "tr":
            own = [cell for cell in child.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is child]
            cells = (" ".join(t for _, t in _blocks(cell) if t) for cell in own)
            yield "", " | ".join(c for c in cells if c)
        elif child.tag not in _IGNORED and isinstance(child.tag, str):
            yield from _blocks(child)


def _text(paragraph: Any) -> str:
    """Text of a paragraph, without that of text boxes that hang on it."""
    found: list[str] = []

    def walk(element: Any) -> None:
        for child in element:
            if child.tag == _W + "t":
                found.append(child.text or "")
            elif child.tag in _BLANKS:
                found.append(_BLANKS[child.tag])
            elif child.tag not in _IGNORED and child.tag != _W + "txbxContent":
                walk(child)

    walk(paragraph)
    return re.sub(r"[ \t\xa0]*\n[ \t]*", "\n", plain("".join(found))).strip()
