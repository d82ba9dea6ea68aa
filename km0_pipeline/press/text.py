"""Reader of plain text. Its title is its first line, where that can be one; its date, what `dateline` finds."""

from __future__ import annotations

from km0_pipeline.hub import Hub
from km0_pipeline.press.document import Document, dateline, decode
from km0_pipeline.press.document import title as title_of

SUFFIXES = (".txt",)
FORMAT = "txt"


def read(data: bytes, hub: Hub) -> Document:
    """The document in the bytes of a .txt file."""
    text = decode(data)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = lines[1] if len(lines) > 1 and lines[0] != lines[1] and lines[0].endswith(lines[1]) else lines[0]
    return Document(text, title=title_of(title), published_on=dateline(lines, hub.zone))
