"""Reader of Markdown with YAML front matter: title, publisher, url, published, licence, language."""

from __future__ import annotations

import re

import yaml

from km0_pipeline.hub import Hub
from km0_pipeline.press.dates import publication_date
from km0_pipeline.press.document import Document, Remark, Unreadable, decode
from km0_pipeline.press.document import title as title_of

SUFFIXES = (".md", ".markdown")
FORMAT = "md"


def read(data: bytes, hub: Hub) -> Document:
    """The document in the bytes of a Markdown file; front matter may be left out."""
    text = decode(data)
    match = re.match(r"---[ \t]*\n(.*?)(?:\n)?---[ \t]*(?:\n|$)", text, re.S)
    if text.startswith("---\n") and not match:
        raise Unreadable(
            "front_matter", "has front matter that does not end; close it with a line of three hyphens (---)."
        )
    meta = _front_matter(match[1]) if match else {}
    body = (text[match.end() :] if match else text).strip("\n")
    if not body.strip():
        raise Unreadable("no_text", "has front matter but no text below it; add the text.")
    heading = re.search(r"^#\s+(.+)$", body, re.M)
    remarks: tuple[Remark, ...] = ()
    said = _text(meta.get("published"))
    published = publication_date(said, hub.zone)
    if said and not published:
        sentence = f"gives published: {said!r}, which is not a date; write YYYY-MM-DD, YYYY-MM or YYYY."
        remarks = (Remark("bad_date", sentence, said),)
    return Document(
        body,
        title=_text(meta.get("title")) or (heading[1].strip() if heading else title_of(body.strip().splitlines()[0])),
        publisher=_text(meta.get("publisher")),
        url=_text(meta.get("url")),
        published_on=published,
        licence=_text(meta.get("licence", meta.get("license"))),
        language=_text(meta.get("language", meta.get("lang")))[:2].lower(),
        remarks=remarks,
    )


LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Makes only text, lists and mappings; in C where there is one."""


def _front_matter(text: str) -> dict[str, object]:
    try:
        meta = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as e:
        line = getattr(getattr(e, "problem_mark", None), "line", 0) + 2
        raise Unreadable(
            "front_matter",
            f"has front matter that is not YAML (line {line}); put values with : or quotes between quotes.",
        ) from None
    if meta in (None, ""):
        return {}
    if not isinstance(meta, dict):
        raise Unreadable(
            "front_matter", "has front matter that is not `key: value` lines; write title, publisher, url, published."
        )
    return meta


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
