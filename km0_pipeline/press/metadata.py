"""What a web page says of itself: JSON-LD, OpenGraph and other <meta>, <time>, canonical address.

Each value is taken from the first of these that gives one. Belongs here: reading metadata; the text is `page`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from km0_pipeline.press.dates import publication_date
from km0_pipeline.press.document import plain

_DATES = (
    *(
        "article:published_time",
        "og:published_time",
        "article:published",
        "datepublished",
        "citation_publication_date",
        "citation_date",
    ),
    *(
        "dcterms.issued",
        "dcterms.created",
        "dcterms.date",
        "dc.date.issued",
        "dc.date",
        "dc:date",
        "bepress_citation_date",
    ),
    *(
        "parsely-pub-date",
        "sailthru.date",
        "publishdate",
        "publish-date",
        "pubdate",
        "date",
        "cxenseparse:recs:publishtime",
    ),
)
_CHANGES = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified")
_TITLES = ("og:title", "citation_title", "dc.title", "twitter:title")
_PUBLISHERS = ("og:site_name", "citation_publisher", "dc.publisher", "publisher", "application-name")
_AUTHORS = ("author", "article:author", "citation_author", "dc.creator", "parsely-author")
_TIMES = "//time[not(ancestor::aside or ancestor::footer or ancestor::nav)]"


@dataclass(frozen=True)
class Metadata:
    """What a page says of itself; '' where it says nothing."""

    title: str
    author: str
    publisher: str
    url: str
    published_on: str
    updated: str
    """When it was last changed, ISO 8601 in UTC."""


def metadata(tree: Any, zone: ZoneInfo) -> Metadata:
    """The metadata of a page, parsed by lxml."""
    linked = _linked(tree)
    by_id = {n["@id"]: n for n in linked if isinstance(n.get("@id"), str) and len(n) > 1}
    articles = [n for n in linked if re.search(r"Article|Posting|Report|PressRelease", str(n.get("@type", "")))]
    nodes = [*articles, *(n for n in linked if "WebPage" in str(n.get("@type", "")))]

    def said(key: str, among: list[dict[str, Any]] = nodes) -> Iterator[str]:
        return (name for n in among if (name := _name(n.get(key), by_id)))

    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        names = (element.get(a, "").strip().lower() for a in ("property", "name", "itemprop"))
        for name in filter(None, names):
            meta.setdefault(name, plain(" ".join(element.get("content", "").split())))

    def first(*values: Iterator[str] | tuple[str, ...]) -> str:
        return next((plain(v) for group in values for v in group if v), "")

    def metas(names: tuple[str, ...]) -> Iterator[str]:
        return (meta[n] for n in names if meta.get(n))

    times = [t.get("datetime") or t.text_content() for t in sorted(tree.xpath(_TIMES), key=_off_article)]
    stamped = (e.get("content") or e.get("datetime") or "" for e in tree.xpath("//*[@itemprop='datePublished']"))
    dates = (date_said(v, zone) for group in (said("datePublished"), metas(_DATES), stamped, times) for v in group)
    publisher = first(said("publisher"), metas(_PUBLISHERS))
    title = first(said("headline", articles), metas(_TITLES))
    if publisher:
        title = re.sub(rf"\s+[-–—|·•]\s+{re.escape(publisher)}$", "", title)
    canonical = tuple(str(href).strip() for href in tree.xpath("//link[@rel='canonical']/@href"))
    urls = (*canonical, *metas(("og:url",)), *said("url", articles), *said("mainEntityOfPage", articles))
    return Metadata(
        title,
        first(said("author", articles), (a for a in metas(_AUTHORS) if not a.startswith("http") and "@" not in a)),
        publisher if not publisher.startswith("http") else "",
        next((u for u in urls if re.match(r"https?://[^\s/]+", u)), ""),
        next((d for d in dates if d), ""),
        next((m for m in map(_moment, (*said("dateModified"), *metas(_CHANGES))) if m), ""),
    )


def _linked(tree: Any) -> list[dict[str, Any]]:
    """The objects of the page's JSON-LD, those of an @graph among them."""

    def objects(value: Any) -> Iterator[dict[str, Any]]:
        for v in value if isinstance(value, list) else [value]:
            if isinstance(v, dict):
                yield v
                yield from objects(v.get("@graph", []))

    found: list[dict[str, Any]] = []
    for script in tree.xpath("//script[@type='application/ld+json']"):
        text = re.sub(
            r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)?[\s;]*$", "", script.text or ""
        )
        try:
            found += objects(json.loads(text, strict=False))
        except (ValueError, RecursionError):  # a page's broken JSON-LD is as good as none
            continue
    return found


def _name(value: Any, by_id: dict[str, dict[str, Any]]) -> str:
    """Name of a thing in JSON-LD: said outright, in an object, in the object it refers to, or several."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(n for v in value[:10] if not isinstance(v, list) and (n := _name(v, by_id))))
    if isinstance(value, dict):
        whole = by_id.get(str(value.get("@id")), {}) | value
        named = next((whole[k] for k in ("name", "headline", "@value", "@id") if isinstance(whole.get(k), str)), "")
        return " ".join(named.split())
    return ""


def date_said(value: str, zone: ZoneInfo) -> str:
    """A date as pages write it (ISO 8601, RFC 5322, in French), as EDTF; '' if it is none."""
    value = " ".join(value.split())
    try:
        return publication_date(value, zone) or publication_date(parsedate_to_datetime(value).isoformat(), zone)
    except (ValueError, OverflowError):  # a year of twelve digits
        return ""


def _moment(value: str) -> str:
    """A moment with its time zone as ISO 8601 in UTC; '' if it is none."""
    try:
        at = datetime.fromisoformat(value.strip())
        return at.astimezone(UTC).isoformat(timespec="seconds") if at.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def _off_article(time: Any) -> bool:
    """Whether a <time> stands outside an article's head: those within come first."""
    return not any(a.tag in ("article", "header", "main") for a in time.iterancestors())
