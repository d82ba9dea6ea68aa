"""Every document that the data rest on: lists of them, and a page each with all that it says, in the order in which it says it.

A list or a document that is long goes on, on further pages, so that each page stays light.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from km0_pipeline.catalogue import evidence
from km0_pipeline.catalogue.addresses import of_entity, of_source
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.evidence import PER_PART
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.catalogue.streams import Row, Share, Streams

SECTION = "sources.html"
PER_LIST = 250
"""Documents on one list; where there are more in all, each year has lists of its own."""
UNDATED = "undated"

_LISTED = """
with given as (select document_id, count(*) as claims, count(distinct entity_id) as entities from claims group by document_id)
select s.*, coalesce(g.claims, 0) as claims, coalesce(g.entities, 0) as entities,
    case when s.kind <> 'press' then '' when regexp_matches(s.published_on, '^[0-9]{4}') then left(s.published_on, 4) else 'undated' end as year
from sources as s left join given as g on g.document_id = s.document_id
order by s.kind = 'press', year = 'undated', year desc, s.published_on desc nulls last, coalesce(s.publisher, s.title), s.document_id
"""


def pages(edition: Edition, share: Share) -> Iterator[Page]:
    """Lists, and the documents that are this process's share."""
    if share.first == 0:
        yield from _lists(edition)
    evidence.prepare(edition)
    known = evidence.sources(edition)
    stories: dict[str, list[str]] = {}
    for s in known.values():
        stories.setdefault(s.story, []).append(s.document_id)
    rejects: dict[str, list[Row]] = {}
    for r in edition.rows("select document_id, reason, rejects, first_locator from rejects where document_id is not null order by document_id, reason"):
        rejects.setdefault(r["document_id"], []).append(r)
    with Streams(edition.db) as streams:
        claims = streams.keyed(evidence.OF_SOURCES)
        for number, row in enumerate(streams.rows("select *, document_id as key from sources order by document_id")):
            if not share.has(number):
                continue
            pieces = list(claims.pieces(row["key"], PER_PART)) or [[]]
            told = [d for d in stories[known[row["key"]].story] if d != row["key"]]
            said: dict[str, Any] = {
                "row": row, "story": [known[d] for d in told], "known": known, "rejects": rejects.get(row["key"], []), "parts": len(pieces),
                "total": sum(map(len, pieces)), "of_entity": of_entity, "of_source": of_source, "PER_PART": PER_PART,
            }  # fmt: skip
            title = row["title"]
            for part, piece in enumerate(pieces, 1):
                more = (f"{title}, page {part}", f"{title}, page {part}") if part > 1 else (title, title)
                yield Page(
                    of_source(row["key"], part), "source.html.j2", more, said | {"part": part, "places": _places(piece)},
                    (f"Ce que les données tiennent de ce document : {title}.", f"What the data hold of this document: {title}."), section=SECTION,
                    scripts=("provenance.js",), own={"indexed": part == 1, "dated": False},
                )  # fmt: skip


def _places(claims: list[Row]) -> list[tuple[str, str, list[Row]]]:
    """Claims that rest on the same words: where they stand, the words, the claims; of a registry, a row's together."""

    def where(c: Row) -> tuple[str, str]:
        stem, row, _ = str(c["locator"]).partition("row:")
        if row:
            return stem + row + c["locator"][len(stem) + len(row) :].split("/")[0], ""
        return c["locator"], c["original"] or ""

    return [(place, words, list(same)) for (place, words), same in groupby(claims, key=where)]


def _lists(edition: Edition) -> Iterator[Page]:
    rows = edition.rows(_LISTED)
    groups = [(year, list(of_year)) for year, of_year in groupby(rows, key=lambda r: r["year"])]
    title = ("Les sources", "Sources")
    about = (
        "Chaque document sur lequel reposent les données : qui l’a publié, quand, et ce qu’il a donné.",
        "Every document that the data rest on: who published it, when, and what it gave.",
    )
    publishers: dict[str, int] = {}
    for r in rows:
        if r["kind"] == "press":
            publishers[r["publisher"] or ""] = publishers.get(r["publisher"] or "", 0) + 1
    said: dict[str, Any] = {"of_source": of_source, "count": len(rows), "claims": sum(r["claims"] for r in rows), "publishers": sorted(publishers.items(), key=lambda p: (-p[1], p[0]))}
    if len(rows) <= PER_LIST:
        yield Page(SECTION, "sources.html.j2", title, said | {"groups": groups, "years": []}, about, section=SECTION)
        return
    years: list[tuple[str, int, str]] = []
    for year, of_year in groups:
        if not year and len(of_year) <= PER_LIST:
            continue
        for part, start in enumerate(range(0, len(of_year), PER_LIST), 1):
            address = f"sources/{year or 'registries'}{f'-{part}' if part > 1 else ''}.html"
            piece = of_year[start : start + PER_LIST]
            years.append((year, len(piece), address))
            heading = (f"Sources, {year if year != UNDATED else 'sans date'}", f"Sources, {year if year != UNDATED else 'undated'}") if year else ("Registres", "Registries")
            yield Page(address, "sources.html.j2", heading, said | {"groups": [(year, piece)], "years": [], "publishers": []}, about, section=SECTION)
    first = [(year, of_year) for year, of_year in groups if not year and len(of_year) <= PER_LIST]
    yield Page(SECTION, "sources.html.j2", title, said | {"groups": first, "years": years}, about, section=SECTION)
