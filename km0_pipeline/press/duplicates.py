"""The same story in several papers, and the same article corrected: step `press_stories`.

A *story* is told by documents whose words are the same for the most part: a wire report or a press release that papers cut,
retitle and extend. What they share is counted in shingles, runs of three words. MinHash (rensa) finds the few pairs that may
be alike, of whole texts and of their openings, since papers cut from the end (`sketching`); then the shingles themselves are compared. A
document joins a story only if it is alike to each of its first members: two articles that a round-up quotes do not meet.
What follows « À propos de » and « Contact presse » stands below anything and is not compared.

A *version* of an article takes the place of an earlier one (`superseded_by`) only where it is surely the same article: the same
address or the same item of a feed, with a text that is still recognisable; or nearly the same text by the same publisher, under
the same title within days, or that says of itself that it corrects. What recurs (last year's open day, next month's workshop)
stays.

Texts are sketched once; 20,000 of them, a third copies, take 13 s of CPU and 290 MB the first time, of which 8 s are sketches.
Belongs here: what is alike, stories and their ids, versions; what tables make of them is theirs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow as pa

from km0_pipeline.claims import digest
from km0_pipeline.press import folding, sketching
from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.reuse import Previous, write_keys
from km0_pipeline.press.sketching import Bits, Sketch, hashed, shingles, sketches
from km0_pipeline.sql import connect
from km0_pipeline.steps import Made, Project, made, make, modules_version

if TYPE_CHECKING:
    import numpy as np

VERSION = digest(modules_version(__file__, sketching.__file__, folding.__file__), "rensa 0.5")

CROWD = 50
"""Stories from which on what they share is a form of words, and no sign that one is another."""
CORE = 5
"""Members of a story, or versions of an article, that another one is compared with."""

SHARED, OPENED, FEWEST = 0.7, 0.3, 25
"""A story: share of the shorter text's shingles that the longer holds, share of those of its first third, and how many at least."""
LONG, PART = 100, 0.5
"""So many shingles are more than a form of words: then that share is enough, for a paper that adds as much of its own."""
SHORT = 0.7
"""A story of fewer shingles than that: share of all that both have."""
RECOGNISABLE, KEPT = 0.3, 0.5
"""Versions under one address: share of the shorter text that the other holds; length of the later one beside the earlier."""
NEARLY = 0.7
"""Versions known by their text: share of all shingles that both have."""
DAYS, CORRECTED = 6, 92
"""Days within which the same title is the same article (what recurs does so after a week), and within which a correction follows."""

STORIES = pa.schema([("document_id", pa.string()), ("story_id", pa.string()), ("superseded_by", pa.string())])
SKETCHES = pa.schema(
    [("document_id", pa.string()), ("bands", pa.binary()), ("shingles", pa.int64()), ("bits", pa.binary())]
)

_CORRECTS = re.compile(
    r"(?i)(?:^|[\[(|:–-])\W{0,8}(?:(?:cet? )?(?:article|communiqué(?: de presse)?|texte|note)\s+)?"
    r"(?:rectifi(?:catif|cation|ée?)|correcti(?:f|on)|corrigée?|errat(?:um|a)|maj|annule et remplace|corrected|update|berichtigung|korrektur"
    r"|(?:nouvelle )?version (?:corrig|rectifi|actualis)ée"
    # not the line that each page of a site bears
    r"|mise à jour(?!\s*:?\s*(?:le|du)?\s*\d[^.;]{0,40}$))(?!\w)"
    r"|(?:première|précédente) version d(?:e cet article|e ce (?:texte|communiqué)|u communiqué)|annule et remplace"
)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|xtor|at_\w+")


class Alike(NamedTuple):
    """How alike two texts are: share of the shorter's shingles, and of its first third (0 where too few of all), that the other holds;
    of all, that both have; and how many both have."""

    contained: float
    opening: float
    jaccard: float
    shared: int

    @property
    def story(self) -> bool:
        """Whether they tell one story."""
        if self.shared < FEWEST:
            return self.jaccard >= SHORT
        return self.contained >= (PART if self.shared >= LONG else SHARED) and self.opening >= OPENED


@dataclass(frozen=True)
class Article:
    """A document as it is compared: what `press_documents` says of it."""

    document_id: str
    title: str
    publisher: str
    url: str
    published_on: str
    item: str
    updated: str
    text: str

    @cached_property
    def shingles(self) -> np.ndarray[Any, Any]:
        return hashed([shingles(self.text)])[0]

    @property
    def since(self) -> tuple[str, str]:
        """Articles in the order in which they came out; those without a date last."""
        return self.published_on or "9", self.document_id

    @property
    def made_on(self) -> str:
        """When this version was made, or else published."""
        return self.updated or self.published_on

    @cached_property
    def headline(self) -> str:
        """The title without figures and what says that it corrects."""
        words = _CORRECTS.sub(" ", straighten(self.title).strip())
        return " ".join(re.findall(r"\w+", re.sub(r"\d+", "0", key(words))))

    @cached_property
    def corrects(self) -> bool:
        """Whether it says of itself that it corrects an earlier one: in its title, its first lines or its last."""
        lines = [straighten(line).strip() for line in self.text.splitlines() if line.strip()]
        return any(_CORRECTS.search(line[:300]) for line in (straighten(self.title).strip(), *lines[:3], *lines[-3:]))

    def alike(self, other: Article) -> Alike:
        short, long = sorted((self, other), key=lambda a: len(a.shingles))
        all_, held = _held(short), _held(long)
        if not all_:
            return Alike(0, 0, 0, 0)
        shared = len(all_ & held)
        contained = shared / len(all_)
        opening = short.shingles[: -(-len(short.shingles) // 3)].tolist() if contained >= PART else []
        return Alike(
            contained,
            sum(s in held for s in opening) / max(len(opening), 1),
            shared / (len(all_) + len(held) - shared),
            shared,
        )


@lru_cache(maxsize=4096)
def _held(article: Article) -> frozenset[int]:
    return frozenset(article.shingles.tolist())


def press_stories(project: Project) -> Made:
    """Step: the story of each press document, and the later version that takes its place, if there is one (schema `STORIES`)."""
    published = published_stories(project)

    def build(stories_out: Path, sketches_out: Path, keys_out: Path) -> dict[str, int]:
        import pyarrow.parquet as pq

        columns = ["document_id", "title", "publisher", "url", "published_on", "item", "updated", "text"]
        articles = [
            Article(**r) for r in pq.read_table(made(project, "press_documents").path, columns=columns).to_pylist()
        ]
        keys = {a.document_id: digest(VERSION, a.text, length=64) for a in articles}
        previous = Previous(project, "press_sketched", keys, "press_sketches")
        new = [a for a in articles if a.document_id not in previous.same]
        drawn = zip(*sketches([a.text for a in new]), strict=True) if new else ([], [], [])
        fresh = pa.table([[a.document_id for a in new], *drawn], SKETCHES)
        kept = previous.rows("press_sketches", "document_id", SKETCHES)
        sketched = pa.concat_tables([kept, fresh]).sort_by("document_id")
        articles.sort(key=lambda a: a.document_id)
        columns = [sketched[n].to_pylist() for n in SKETCHES.names[1:]]
        told = stories(articles, [Sketch(*row) for row in zip(*columns, strict=True)])
        found = versions(articles, told)
        rows = identified(articles, told, found, published)
        pq.write_table(pa.Table.from_pylist(rows, STORIES), stories_out, compression="zstd")
        pq.write_table(sketched, sketches_out, compression="zstd")
        write_keys(keys_out, keys)
        return {
            "documents": len(articles),
            "stories": len({r["story_id"] for r in rows}),
            "superseded": len(found),
            "compared anew": len(new),
        }

    return make(
        project,
        ("press_stories", "press_sketches", "press_sketched"),
        build,
        inputs=["press_documents"],
        version=VERSION,
        parameters=[digest(*chain.from_iterable(sorted(published.items())))],
    )


def published_stories(project: Project) -> dict[str, str]:
    """Document -> story of the press in the last published snapshot."""
    snapshot = project.last_snapshot()
    path = snapshot / "sources.parquet" if snapshot else None
    if path is None or not path.exists():
        return {}
    with connect(project.warehouse) as db:
        there = {row[0] for row in db.execute("describe from read_parquet(?)", [str(path)]).fetchall()}
        if "story_id" not in there:
            return {}
        found = "select document_id, story_id from read_parquet(?) where story_id is not null"
        return dict(db.execute(found, [str(path)]).fetchall())


def stories(articles: Sequence[Article], drawn: Sequence[Sketch]) -> list[list[Article]]:
    """Articles by story, each in the order in which they came out; `drawn` are their sketches, article by article."""
    import numpy as np

    bands = b"".join(s.bands for s in drawn)
    keys = np.frombuffer(bands, "<u4").reshape(len(articles), -1) if articles else np.zeros((0, 1), np.uint32)
    bits = [Bits.of(s) for s in drawn]
    ordered = np.sort(keys, axis=None)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    rows, columns = np.nonzero(np.isin(keys, several))
    seen: dict[int, list[int]] = defaultdict(list)
    for n, k in zip(rows.tolist(), keys[rows, columns].tolist(), strict=True):
        seen[n].append(k)
    told: list[list[int]] = []
    holders: dict[int, list[int]] = defaultdict(list)
    for n in sorted(range(len(articles)), key=lambda n: articles[n].since):
        crowd = [holders[k] for k in seen.get(n, ())]
        candidates = sorted({s for held in crowd if len(held) < CROWD for s in held})
        joined = next(
            (
                s
                for s in candidates
                if all(bits[n].may_share(bits[m], PART) for m in told[s][:CORE])
                and all(articles[n].alike(articles[m]).story for m in told[s][:CORE])
            ),
            len(told),
        )
        if joined == len(told):
            told.append([])
        told[joined].append(n)
        for held in crowd:
            if joined not in held and len(held) < CROWD:
                held.append(joined)
    return [[articles[n] for n in members] for members in told]


def versions(articles: Iterable[Article], told: Iterable[list[Article]]) -> dict[str, str]:
    """Of each article that a later version takes the place of, the version that stands: document id -> document id."""
    named: dict[str, list[Article]] = defaultdict(list)
    for a in articles:
        for name in filter(None, (a.item, _address(a.url))):
            named[name].append(a)
    after: dict[str, str] = {}
    for same in (s for s in named.values() if len(s) > 1):
        _follow(sorted(same, key=lambda a: (a.made_on, a.document_id)), _same_place, after)
    for story in told:
        by: dict[str, list[Article]] = defaultdict(list)
        for a in story:
            if a.publisher:
                by[key(a.publisher)].append(a)
        for same in (s for s in by.values() if len(s) > 1):
            _follow(sorted(same, key=lambda a: (a.published_on, a.corrects, a.document_id)), _same_text, after)

    def last(i: str) -> str:
        while i in after:
            i = after[i]
        return i

    return {i: last(i) for i in sorted(after)}


def _follow(same: list[Article], supersedes: Callable[[Article, Article], bool], after: dict[str, str]) -> None:
    """Note in `after` which of `same`, in their order, takes the place of which that still stands."""
    standing: list[Article] = []
    for a in same:
        for earlier in standing[-CORE:]:
            if earlier.document_id not in after and supersedes(a, earlier):
                after[earlier.document_id] = a.document_id
        standing = [e for e in standing if e.document_id not in after]
        standing.append(a)


def _same_place(later: Article, earlier: Article) -> bool:
    """Whether what lies at the same address, or is the same item of a feed, is a later version of the same article."""
    return (
        _after(later.made_on, earlier.made_on)
        and _whole(later, earlier)
        and later.alike(earlier).contained >= RECOGNISABLE
    )


def _same_text(later: Article, earlier: Article) -> bool:
    """Whether nearly the same text by the same publisher is a later version of the same article."""
    days = _days(earlier.published_on, later.published_on)
    if days is None or days < 0:
        return False
    retold = 0 < days <= DAYS and bool(later.headline) and later.headline == earlier.headline
    corrected = days <= CORRECTED and later.corrects and (days > 0 or not earlier.corrects)
    return (retold or corrected) and _whole(later, earlier) and later.alike(earlier).jaccard >= NEARLY


def _whole(later: Article, earlier: Article) -> bool:
    """Whether the later text is no mere beginning of the earlier one, as a site shows to those who do not subscribe."""
    return len(later.shingles) >= KEPT * len(earlier.shingles)


def _after(later: str, earlier: str) -> bool:
    """Whether one moment (a day, or a second) is surely after another; EDTF that leaves anything open never is."""
    if not (re.match(r"\d{4}-\d\d-\d\d", later) and re.match(r"\d{4}-\d\d-\d\d", earlier)):
        return False
    least = min(len(later), len(earlier))
    return later[:least] > earlier[:least]


def _days(earlier: str, later: str) -> int | None:
    try:
        return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
    except ValueError:
        return None


def _address(url: str) -> str:
    """What tells a page from others in its address; '' for none, and for that of a whole site."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)])
    path = parts.path.rstrip("/")
    return f"{parts.netloc.lower().removeprefix('www.')}{path}?{query}" if path or query else ""


def identified(
    articles: Sequence[Article], told: Iterable[list[Article]], after: Mapping[str, str], published: Mapping[str, str]
) -> list[dict[str, str]]:
    """A row an article (schema `STORIES`). An earlier version is of the story of the one that stands.

    A story keeps the id under which it was published; a new one has that of the document which came out first.
    """
    of = {a.document_id: n for n, story in enumerate(told) for a in story}
    members: dict[int, list[Article]] = defaultdict(list)
    for a in sorted(articles, key=lambda a: a.since):
        members[of[after.get(a.document_id, a.document_id)]].append(a)
    names: dict[int, str] = {}
    taken: set[str] = set()
    for known in (published, {a.document_id: a.document_id for a in articles}):
        for n, story in members.items():
            free = [i for a in story if (i := known.get(a.document_id, "")) and i not in taken]
            if n not in names and free:
                names[n] = free[0]
                taken.add(free[0])
    rows = []
    for n, story in members.items():
        name = names.get(n) or digest(story[0].document_id)  # each of its documents names another story by now
        rows += [(a.document_id, name, after.get(a.document_id, "")) for a in story]
    return [dict(zip(STORIES.names, row, strict=True)) for row in sorted(rows)]
