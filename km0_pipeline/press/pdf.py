"""Reader of PDF: text in reading order by `layout`, from the letters and boxes that PDFium finds.

Each page of the text ends with a form feed, so a place in the text tells its page. A scan, a file
that asks for a password and one whose fonts do not say which letters they hold can't be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.press.dates import publication_date
from km0_pipeline.press.document import Document, Remark, Unreadable, dateline, plain
from km0_pipeline.press.layout import Line, running_text

SUFFIXES = (".pdf",)
FORMAT = "pdf"
_LEAST = 40
"""Letters below which a whole file is taken for pictures of pages."""
_GUTTER = 1.5
"""Heights of a letter from which on a gap in a row is no blank: between columns, between cells."""
_NO_TITLE = re.compile(
    r"(?i)microsoft |untitled|anonymous|unspecified|sans titre|présentation powerpoint|document\d|\.(?:docx?|indd|pptx?|odt|pdf|pages)\b"
)
_HYPHEN = "\x02"  # PDFium's mark for a hyphen at the end of a line
_GARBLED = 0.3
"""Share of letters without a meaning from which on the text can't be trusted."""

Glyph = tuple[str, float, float, float, float]


def read(data: bytes, hub: Hub) -> Document:
    """The document in the bytes of a PDF."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as e:
        if getattr(e, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise Unreadable(
                "password", "asks for a password; save a copy without one and put it in its place."
            ) from None
        raise Unreadable(
            "damaged", "is damaged beyond repair or not a PDF; open it where it came from and save it as PDF anew."
        ) from None
    count, most = len(pdf), hub.press.max_pages
    if count > most:
        raise Unreadable(
            "too_long", f"has {count} pages, more than {most}; put in the pages that matter, or raise press.max_pages."
        )
    pages = [_lines(_glyphs(pdf, n)) for n in range(count)]
    text = running_text(pages)
    if text.count("\ufffd") > _GARBLED * sum(not c.isspace() for c in text):
        raise Unreadable(
            "garbled",
            "has fonts that do not say which letters they hold; save it as PDF anew, or run text recognition (OCR) on it.",
        )
    if sum(map(str.isalpha, text)) < _LEAST:
        raise Unreadable(
            "scanned",
            f"has {count} pages without text, probably a scan; run text recognition (OCR) on it and put in the result.",
        )
    meta = pdf.get_metadata_dict()
    heads = [p.strip() for p in text.split("\n\n") if p.strip()]
    return Document(
        text,
        title=_title(meta["Title"], pages) or heads[0][:300],
        author="" if _NO_TITLE.search(meta["Author"]) else meta["Author"],
        published_on=dateline(heads, hub.zone) or publication_date(_made_on(meta["CreationDate"]), hub.zone),
        remarks=tuple(_remarks(data, text, count)),
    )


def _remarks(data: bytes, text: str, count: int) -> Iterator[Remark]:
    empty = [str(n) for n, page in enumerate(text.split("\f")[:count], 1) if not page.strip()]
    if empty:
        where = f"{len(empty)} of its {count} pages ({', '.join(empty[:10])})"
        yield Remark(
            "pages_without_text", f"has no text on {where}; if they are scans, run text recognition (OCR) on it."
        )
    said = re.findall(rb"startxref\s+(\d+)", data)
    start = max(data.find(b"%PDF-"), 0) + int(said[-1]) if said else -1
    if not re.match(rb"\s*(?:xref|\d+\s+\d+\s+obj)", data[start : start + 30] if start >= 0 else b""):
        sentence = "is damaged (its list of contents is wrong) and was repaired while it was read; check its text, or save it as PDF anew."
        yield Remark("damaged", sentence)


def _glyphs(pdf: Any, page_number: int) -> list[Glyph]:
    """Letters of a page in the order of the file, and their boxes, turned so that most of them stand upright.

    Letters that stand at another angle (a picture's credit along its side) are left out; a line end is "\\n".
    """
    import math

    from pypdfium2 import PdfiumError, raw

    try:
        page = pdf[page_number]
        text = page.get_textpage()
    except PdfiumError:  # a page that is damaged: as if it were empty
        return []
    box, read = raw.FS_RECTF(), text.raw
    found: list[tuple[int, Glyph]] = []
    for n in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(read, n)
        if 0xDC00 <= code < 0xE000:
            continue  # the second half of a letter that UTF-16 writes in two
        if 0xD800 <= code < 0xDC00:
            code = 0x10000 + ((code & 0x3FF) << 10) + (raw.FPDFText_GetUnicode(read, n + 1) & 0x3FF)
        letter = chr(code) if code <= 0x10FFFF else "\ufffd"
        if letter in "\r\n ":
            found.append((-1, ("\n" if letter in "\r\n" else " ", 0, 0, 0, 0)))
            continue
        if letter != _HYPHEN and raw.FPDFText_HasUnicodeMapError(read, n):
            letter = "\ufffd"
        raw.FPDFText_GetLooseCharBox(read, n, box)
        angle = raw.FPDFText_GetCharAngle(read, n)
        turn = round(math.degrees(angle) / 90) % 4 if 0 <= angle < 7 else 0  # else it is not known
        x1, y1, x2, y2 = box.left, box.bottom, box.right, box.top
        turned = [(x1, y1, x2, y2), (-y2, x1, -y1, x2), (-x2, -y2, -x1, -y1), (y1, -x2, y2, -x1)][turn]
        found.append((turn, ("-" if letter == _HYPHEN else letter, *turned)))
    text.close()
    page.close()
    turns = Counter(turn for turn, _ in found if turn >= 0)
    upright = max(turns, key=lambda t: (turns[t], -t), default=0)
    return [glyph for turn, glyph in found if turn in (-1, upright)]


def _lines(glyphs: list[Glyph]) -> list[Line]:
    """Letters that follow each other on one row, at one size and without a gutter, as lines."""
    found: list[Line] = []
    row: list[Glyph] = []
    blank = False

    def end() -> None:
        text = plain("".join(g[0] for g in row)).strip()
        if text:
            boxes = [g for g in row if g[0] != " "]
            found.append(
                Line(
                    re.sub(r"\s+", " ", text),
                    min(g[1] for g in boxes),
                    median(g[2] for g in boxes),
                    max(g[3] for g in boxes),
                    median(g[4] for g in boxes),
                )
            )
        row.clear()

    for glyph in glyphs:
        letter, left, bottom, _, top = glyph
        if letter == "\n":
            end()
        if letter in "\n ":
            blank = letter == " "
            continue
        if not top > bottom:  # no box, or one that is no number
            continue
        if row:
            _, _, low, last, high = row[-1]
            height = min(top - bottom, high - low)
            shared = min(top, high) - max(bottom, low)
            sized = max(top - bottom, high - low) < 1.6 * height
            if not (sized and shared > height / 2 and -height < left - last < _GUTTER * height):
                end()
            elif blank:
                row.append((" ", last, low, left, high))
        blank = False
        row.append(glyph)
    end()
    return found


def _title(said: str, pages: list[list[Line]]) -> str:
    """The title that the file names, if it is one; else the largest letters of the first page."""
    if said.strip() and not _NO_TITLE.search(said):
        return said.strip()
    lines = [x for x in pages[0] if len(x.text) > 3] if pages else []
    usual = median(x.height for x in lines) if lines else 0.0
    largest = max((x.height for x in lines), default=0.0)
    if largest < 1.15 * usual:
        return ""
    first = sorted((x for x in lines if x.height > 0.95 * largest), key=lambda x: -x.top)
    return " ".join(x.text for x in first[:4])[:300]


def _made_on(date: str) -> str:
    """`D:20201116122545+01'00'` as `2020-11-16T12:25:45+01:00`."""
    m = re.match(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-]\d\d)'?(\d\d))?", date)
    return f"{m[1]}-{m[2]}-{m[3]}T{m[4]}:{m[5]}:{m[6]}{m[7] + ':' + m[8] if m[7] else ''}" if m else date[2:10]
