"""Reader of web pages: text and metadata by trafilatura, from bytes that are decoded here.

trafilatura guesses short Windows-1252 wrongly, so it is given text.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from km0_pipeline.press.document import Document, Unreadable, decode, publication_date

SUFFIXES = (".html", ".htm")
FORMAT = "html"
_LEAST = 40
"""Characters of running text below which a page is taken for one without an article."""


def read(data: bytes, zone: ZoneInfo) -> Document:
    """The article in the bytes of a web page."""
    import trafilatura

    page = decode(data)
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    article = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, include_tables=False)
    found = article.as_dict() if article else {}
    text = (found.get("text") or "").strip()
    if len(text) < _LEAST or _is_wall(text):
        raise Unreadable(
            "no_text",
            "holds no article (a cookie notice, a wall or a page made by a script); save the page once its text shows.",
        )
    meta = {k: (found.get(k) or "").strip() for k in ("title", "sitename", "url", "date", "license", "author")}
    return Document(
        text,
        title=meta["title"],
        publisher=meta["sitename"],
        url=meta["url"],
        published_on=publication_date(meta["date"], zone),
        licence=meta["license"],
    )


def _is_wall(text: str) -> bool:
    """Whether a short text speaks of cookies or consent and of nothing else."""
    said = len(
        re.findall(r"(?i)cookies?|consentement|vie privée|traceurs|accepter|paramétrer|partenaires|javascript", text)
    )
    return len(text) < 1500 and said >= 3 and said >= len(text.split()) / 25
