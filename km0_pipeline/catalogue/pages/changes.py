"""What changed: every version, and a page each with the sentences of its CHANGELOG.md and its files.

A page is made of what lies in that version's own folder and of index.json: versions do not change, so their pages don't either, and
however many there are none is compared again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from km0_pipeline.catalogue.addresses import of_table, of_version
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages.tables import ORDER
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.publish.changelog import NAME as CHANGELOG
from km0_pipeline.publish.phrases import NOUNS, Language, counted, headline
from km0_pipeline.tables.table import all_tables
from km0_pipeline.versions import as_published

SECTION = "changes.html"


@dataclass(slots=True)
class Told:
    """A part of a change log: its heading, empty before the first, and its paragraphs and lists in order."""

    heading: str = ""
    blocks: list[Markup | list[Markup]] = field(default_factory=list)


def pages(edition: Edition) -> Iterator[Page]:
    newest = edition.versions[::-1]
    top = edition.folder.parent
    said: dict[str, Any] = {
        "years": [(year, list(some)) for year, some in groupby(newest, key=lambda v: v["published_on"][:4])],
        "sentence": {language: {v["version"]: sentence(v, v is edition.versions[0], language) for v in newest} for language in ("fr", "en")},
        "of_version": of_version, "as_published": as_published,
    }  # fmt: skip
    about = ("Chaque version publiée, ce qui la distingue de la précédente, et ses fichiers.", "Each version published, what sets it apart from the one before, and its files.")
    yield Page(SECTION, "changes.html.j2", ("Changements", "Changes"), said, about, section=SECTION)
    current = {as_published(v["version"]): v["version"] for v in newest}
    titles = {t.name: (t.title.fr, t.title.en) for t in all_tables()}
    for n, v in enumerate(edition.versions):
        log = parts(top / v["path"])
        since = v.get("changes", {}).get("since") or (as_published(edition.versions[n - 1]["version"]) if n else None)
        before = current.get(as_published(since)) if since else None
        files = sorted(v["files"], key=lambda f: (not f["path"].endswith((".csv", ".parquet", ".xlsx", ".zip", ".geojson", ".geoparquet")), f["path"]))
        said = {
            "v": v, "first": n == 0, "since": since, "before": before, "after": edition.versions[n + 1]["version"] if n + 1 < len(edition.versions) else None,
            "log": log, "titles": titles, "rows": _rows(v, edition.versions[n - 1] if n else None), "files": files, "of_version": of_version, "of_table": of_table, "as_published": as_published,
            "sentence": {language: sentence(v, n == 0, language) for language in ("fr", "en")}, "newest": n + 1 == len(edition.versions),
        }  # fmt: skip
        title = (f"Version {v['version']}", f"Version {v['version']}")
        yield Page(of_version(v["version"]), "change.html.j2", title, said, (said["sentence"]["fr"], said["sentence"]["en"]), section=SECTION, own={"dated": False})


def sentence(version: Mapping[str, Any], first: bool, language: Language) -> str:
    """How many rows changed, by table and kind; of the first version what it holds."""
    told = version.get("changes")
    if told:
        return headline(told["tables"], {t.name: t.title.en if language == "en" else t.title.fr for t in all_tables()}, language)
    if not first:
        return "Aucune ligne n’a changé." if language == "fr" else "No row has changed."
    held = ", ".join(counted(version["rows"][name], name, language).lower() for name in NOUNS if version["rows"].get(name))
    return f"{'Première version' if language == 'fr' else 'First version'}{(' : ' if language == 'fr' else ': ') + held if held else ''}."


def parts(folder: Path) -> dict[str, Sequence[Told]]:
    """The change log of the version in `folder`, by language; empty where it has none, or an unreadable one."""
    try:
        text = (folder / CHANGELOG).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {"fr": [], "en": []}
    _, _, body = text.partition("\n## Français\n")
    french, _, english = body.partition("\n## English\n")
    return {"fr": _parts(french), "en": _parts(english)}


def _parts(text: str) -> list[Told]:
    found = [Told()]
    for line in text.splitlines():
        if line.startswith("### "):
            found.append(Told(str(inline(line[4:]).striptags())))
        elif line.startswith("- "):
            last = found[-1].blocks[-1] if found[-1].blocks else None
            if isinstance(last, list):
                last.append(inline(line[2:]))
            else:
                found[-1].blocks.append([inline(line[2:])])
        elif line.strip():
            found[-1].blocks.append(inline(line))
    return [part for part in found if part.blocks]


def inline(text: str) -> Markup:
    """A line of Markdown as `publish.changelog` writes it (bold, code, backslashes before signs) as HTML; all else is text."""
    made = Markup()
    for kind in re.finditer(r"\\(.)|\*\*((?:\\.|[^\\*])+)\*\*|`([^`]+)`|([^\\*`]+|.)", text):
        sign, bold, code, plain = kind.groups()
        made += Markup("<strong>{}</strong>").format(re.sub(r"\\(.)", r"\1", bold)) if bold else Markup("<code>{}</code>").format(code) if code else escape(sign or plain)
    return made


def _rows(version: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[tuple[str, int, int | None, Mapping[str, int]]]:
    """By table: its name, rows, rows of the version before, and how many changed by kind."""
    changed = version.get("changes", {}).get("tables", {})
    names = sorted(version["rows"], key=lambda name: (name not in changed, ORDER.index(name) if name in ORDER else len(ORDER), name))
    return [(name, version["rows"][name], before["rows"].get(name, 0) if before else None, changed.get(name, {})) for name in names]
