"""Files of each format that the tests of press read, made here: nothing in them is anyone's."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from email.message import EmailMessage

import docx
from reportlab.pdfgen.canvas import Canvas

Draw = Callable[[Canvas], None]
LEFT, RIGHT, TOP = 60, 320, 700


def pdf(*pages: Draw, **options: str) -> bytes:
    """A PDF of these pages; its own dates and titles are left empty unless `options` (`title`, `encrypt`) say them."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, encrypt=options.get("encrypt"))
    canvas.setTitle(options.get("title", ""))
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def column(canvas: Canvas, lines: Sequence[str], x: float = LEFT, y: float = TOP, size: float = 11) -> None:
    """Lines one below the other."""
    text = canvas.beginText(x, y)
    text.setFont("Helvetica", size, leading=size * 1.25)
    text.textLines(list(lines))
    canvas.drawText(text)


def written(*paragraphs: str) -> Draw:
    """A page of these paragraphs, one line each."""
    return lambda canvas: [column(canvas, [p], y=TOP - 30 * n) for n, p in enumerate(paragraphs)] and None


def word(paragraphs: Sequence[str], title: str = "", author: str = "") -> docx.document.Document:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    for p in paragraphs:
        document.add_paragraph(p)
    return document


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def message(text: str = "", html: str = "", **headers: str) -> EmailMessage:
    """An e-mail; `headers` replace those of a release that a shared mailbox sends."""
    said = {
        "From": "Service presse <presse@atelier-fictif.example>",
        "To": "camille.exemple@gazette.example",
        "Subject": "Fwd: Un atelier ouvre",
        "Date": "Thu, 02 May 2024 23:30:00 +0000",
    }
    found = EmailMessage()
    for name, value in (said | headers).items():
        found[name] = value
    if text:
        found.set_content(text)
    if html:
        found.add_alternative(html, subtype="html") if text else found.set_content(html, subtype="html")
    return found


def attach(to: EmailMessage, name: str, content: bytes, kind: str = "application/octet-stream") -> EmailMessage:
    main, sub = kind.split("/")
    to.add_attachment(content, main, sub, filename=name)
    return to
