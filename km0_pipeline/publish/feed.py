"""feed.xml: an Atom feed (RFC 4287) with one entry a version, made from index.json and hub.toml alone.

A version keeps its id and its time: its address where hub.toml gives a `base_url`, else a tag (RFC 4151); midnight UTC of its
day, a second more for each further version of that day, so that readers keep their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from km0_pipeline.hub import Hub
from km0_pipeline.publish.changelog import NAME as CHANGELOG
from km0_pipeline.publish.changelog import clipped
from km0_pipeline.publish.phrases import NOUNS, Language, counted, headline, of
from km0_pipeline.storage import write_aside
from km0_pipeline.tables.table import all_tables

NAME = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"


def write(path: Path, hub: Hub, versions: Sequence[Mapping[str, Any]]) -> None:
    """Write the feed of these `versions` (of index.json, oldest first), by rename, unless it is there as it is."""
    made = feed(hub, versions)
    if not path.is_file() or path.read_bytes() != made:
        with write_aside(path) as aside:
            aside.write_bytes(made)


def feed(hub: Hub, versions: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed: UTF-8, newest version first."""
    from lxml import etree

    publisher, base = hub.publisher, hub.publisher.base_url
    top = etree.Element(f"{{{ATOM}}}feed", {f"{{{XML}}}lang": "fr"}, nsmap={None: ATOM})

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = None if text is None else _plain(text)
        return element

    add(top, "title", publisher.title)
    add(top, "subtitle", f"{publisher.title_en}")
    add(top, "id", base or _tag(hub, versions[0]["published_on"], ""))
    add(top, "updated", _moment(versions[-1]))
    author = add(top, "author")
    add(author, "name", publisher.name)
    if publisher.contact:
        add(author, "email", publisher.contact)
    if hub.hub.website:
        add(author, "uri", hub.hub.website)
    add(top, "rights", publisher.licence_title)
    if base:
        add(top, "link", rel="self", type="application/atom+xml", href=f"{base}{NAME}")
    add(top, "link", rel="alternate", type="application/json", href=f"{base}index.json")
    for n, version in reversed(list(enumerate(versions))):
        entry = add(top, "entry")
        add(entry, "title", f"Version {version['version']}")
        add(entry, "id", f"{base}{version['path']}" if base else _tag(hub, version["published_on"], f"/{version['version']}"))
        add(entry, "updated", _moment(version))
        add(entry, "published", _moment(version))
        add(entry, "summary", "\n\n".join(_summary(version, n == 0, language) for language in ("fr", "en")))
        files = {f["path"]: f for f in version["files"]}
        add(entry, "link", rel="alternate", type="text/markdown", href=f"{base}{version['path']}README.md", title="README.md")
        for path, kind in ((CHANGELOG, "text/markdown"), ("datapackage.json", "application/json")):
            if path in files:
                add(entry, "link", rel="related", type=kind, href=f"{base}{version['path']}{path}", title=path)
        for path, file in files.items():
            if path.endswith(".csv"):
                add(entry, "link", rel="enclosure", type="text/csv", href=f"{base}{version['path']}{path}", title=path, length=str(file["bytes"]))
    made: bytes = etree.tostring(top, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made


def _summary(version: Mapping[str, Any], first: bool, language: Language) -> str:
    """How many rows changed, or where that is not known how many there are."""
    told = version.get("changes")
    if told:
        titles = {t.name: of(language, (t.title.fr, t.title.en)) for t in all_tables()}
        return of(language, ("Depuis la version ", "Since version ")) + f"{told['since']}. {headline(told['tables'], titles, language)}"
    start = of(language, ("Première version", "First version") if first else ("Cette version contient", "This version holds"))
    rows = [counted(version["rows"][name], name, language).lower() for name in NOUNS if version["rows"].get(name)]
    return f"{start}{of(language, (' : ', ': '))}{', '.join(rows)}." if rows else f"{start}."


def _moment(version: Mapping[str, Any]) -> str:
    """When the version is of, RFC 3339."""
    again = re.search(r"-(\d+)", version["version"])
    second = int(again[1]) - 1 if again else 0
    return f"{version['published_on']}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def _tag(hub: Hub, day: str, what: str) -> str:
    authority = urlsplit(hub.hub.website or "").hostname or hub.publisher.contact.rpartition("@")[2] or "km0.invalid"
    return f"tag:{authority},{day}:{hub.publisher.package}{what}"


def _plain(text: str) -> str:
    """`text` without what XML can't hold."""
    return "\n\n".join(clipped(part, None) for part in text.split("\n\n"))
