"""Reader of web pages: text by trafilatura, from bytes that are decoded here; metadata by `metadata`.

trafilatura guesses short Windows-1252 wrongly, so it is given text.
"""

from __future__ import annotations

import re

from km0_pipeline.hub import Hub
from km0_pipeline.press.document import Document, Unreadable, decode, plain
from km0_pipeline.press.metadata import metadata

SUFFIXES = (".html", ".htm", ".xhtml")
FORMAT = "html"
_LEAST = 40
"""Characters of running text below which a page is taken for one without an article."""
_LONGEST_WALL = 6000
"""Characters above which a text that speaks of cookies is an article about them."""
_CONSENT = re.compile(
    r"(?i)\bcookies?\b|consent|vie privée|traceurs?\b|partenaires|javascript|données personnelles|privacy|einwillig|datenschutz"
)
_ASKED = re.compile(
    r"(?is)(?=.*(?:cookie|traceur|consent|javascript|einwillig))(?=.*\b(?:accept|refus|paramétr|désactiv|activ(?:er|ez)|reject|akzept|ablehn))"
)


def read(data: bytes, hub: Hub) -> Document:
    """The article in the bytes of a web page."""
    return article(decode(data, declared_charset(data)), hub)


def declared_charset(data: bytes) -> str:
    """The character set that a page names in its first bytes; '' if none."""
    said = re.search(rb"""(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", data[:4096])
    return said[1].decode("ascii") if said else ""


def article(page: str, hub: Hub, tables: bool = False) -> Document:
    """The article in the text of a web page; `tables`: what stands in tables belongs to it."""
    import trafilatura
    from lxml import html

    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    try:
        tree = html.document_fromstring(page)
    except html.etree.ParserError:
        raise Unreadable("no_text", "holds no page; save the page once its text shows.") from None
    long = sum(len(p.text_content()) for p in tree.iter("p"))
    if long > hub.press.max_characters:  # said before minutes are spent on finding the article in it
        size = f"has {long} characters in its paragraphs, more than {hub.press.max_characters}"
        raise Unreadable("too_long", f"{size}; put in the part that matters, or raise press.max_characters.")
    said = metadata(tree, hub.zone)
    extracted = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, include_tables=tables)
    found = extracted.as_dict() if extracted else {}
    text = plain((found.get("text") or "").strip())
    if len(text) < _LEAST or _is_wall(text):
        raise Unreadable(
            "no_text",
            "holds no article (a cookie notice, a wall or a page made by a script); save the page once its text shows.",
        )
    guessed = {k: (found.get(k) or "").strip() for k in ("title", "sitename", "url", "license", "author")}
    return Document(
        text,
        title=said.title or guessed["title"],
        author=said.author or guessed["author"],
        publisher=said.publisher or guessed["sitename"],
        url=said.url or guessed["url"],
        published_on=said.published_on,  # trafilatura would guess one from any year on the page, and by today's date
        licence=guessed["license"],
        updated=said.updated,
    )


def _is_wall(text: str) -> bool:
    """Whether a short text asks for consent to cookies and does nothing else."""
    said = len(_CONSENT.findall(text))
    return len(text) < _LONGEST_WALL and said >= 3 and said >= len(text.split()) / 25 and bool(_ASKED.match(text))
