"""Feeds of hub.toml -> articles kept in data/raw: step `press_feeds`.

Each feed is asked whether it has changed; the page of each item that is new, or newer than what is
kept, is fetched and kept in the feed's folder of press, with a sidecar. Nothing that is kept is
written again, and what can't be had is told in a sentence while the rest goes on. Belongs here: what
a feed lists, and what is kept of it. Asking servers belongs to `fetch`.

What went wrong stays in `press_feed_rejects` and is not published: it says how the network was that
day, not what the sources say.
"""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from time import struct_time
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pyarrow as pa

from km0_pipeline import storage
from km0_pipeline.claims import Reject, digest, rejects_table
from km0_pipeline.deadline import Crashed, Deadline, Overdue
from km0_pipeline.fetch import Answer, Fetcher, Unfetched, moment
from km0_pipeline.hub import Feed
from km0_pipeline.press import sidecar
from km0_pipeline.press.document import Unreadable
from km0_pipeline.press.metadata import date_said
from km0_pipeline.press.sidecar import Sidecar
from km0_pipeline.steps import Made, Project, make

VERSION = "press_feeds/2"
STATE = ".feed.json"
"""File in the folder of a feed: what its server said for the next time (ETag, Last-Modified, gone, wait until), and since which day it could not be had."""

FEEDS = pa.schema(
    [("name", pa.string()), ("url", pa.string()), ("outcome", pa.string()), ("unreached_since", pa.string())]
    + [(n, pa.int64()) for n in ("listed", "kept", "waiting")]
)
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


_UNMARKED = {b"\0<": "utf-16-be", b"<\0": "utf-16-le"}
"""First bytes of a feed in UTF-16 without the mark that it should begin with."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "’": "'"})


class Item(NamedTuple):
    """What a feed says of one article; '' where it says nothing. `updated` is ISO 8601 in UTC."""

    id: str
    url: str
    title: str
    published: str
    publisher: str
    updated: str


class Listing(NamedTuple):
    """What a feed lists, newest first; why it is not well-formed, and whether it breaks off."""

    items: list[Item]
    damage: str
    cut: bool


def press_feeds(project: Project) -> Made:
    """Step: one row a feed (schema `FEEDS`) on how it went, and `press_feed_rejects` (schema `claims.REJECTS`).

    `outcome` is `read`, `unchanged`, `gone`, `resting` (its server asked to be left alone) or
    `failed`; `unreached_since` is the day of the first refresh of those in a row that could not have it ('' where this one could; a server that
    asked to be left alone leaves it as it was); `waiting` are items that are to be fetched at a later refresh.
    """
    asked: dict[str, float] = {}
    visits = [_Visit(project, feed, asked) for feed in project.hub.feeds]
    for visit in visits:
        visit.make()
    rows = [visit.row for visit in visits]
    rejects = [r for visit in visits for r in visit.rejects]

    def build(feeds_out: Path, rejects_out: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows, FEEDS), feeds_out, compression="zstd")
        pq.write_table(rejects_table(rejects), rejects_out, compression="zstd")
        return {"kept": sum(r["kept"] for r in rows), "to mend": [r.sentence for r in rejects]}

    outcome = json.dumps([rows, [astuple(r) for r in rejects]])
    return make(project, ("press_feeds", "press_feed_rejects"), build, version=VERSION, parameters=[outcome])


class _Visit:
    """One look at one feed: what came of it is in `row` and `rejects`."""

    def __init__(self, project: Project, feed: Feed, asked: dict[str, float]) -> None:
        self.project, self.feed, self.asked = project, feed, asked
        self.folder = project.raw / project.hub.press.path / feed.name
        self.row: dict[str, Any] = {"name": feed.name, "url": feed.url, "listed": 0, "kept": 0, "waiting": 0}
        self.rejects: list[Reject] = []

    def make(self) -> None:
        """Ask the feed, keep what is new, and note what its server said for the next time."""
        storage.sweep(self.folder.glob(storage.ASIDE))
        before = self._state()
        state = dict(before)
        if self.project.past:
            self.row["outcome"] = "unchanged"
        elif state.get("gone"):
            self._gone()
        elif state.get("not_before", "") > moment():
            self.row["outcome"] = "resting"
            self._reject("unavailable", f"asked to be left alone until {state['not_before']}; it is asked again then.")
        else:
            state.pop("not_before", None)
            try:
                with Fetcher(self.project.hub, self.feed, self.asked) as fetcher:
                    self._ask(fetcher, state)
            except Unfetched as e:
                self.row["outcome"] = "failed"
                self._unfetched(e, state)
        if self.row["outcome"] in ("failed", "gone"):
            state.setdefault("unreached_since", self.project.day.isoformat() if self.project.day else moment()[:10])
        elif self.row["outcome"] != "resting":
            state.pop("unreached_since", None)
        self.row["unreached_since"] = state.get("unreached_since", "")
        if state != before:
            storage.write_json(self.folder / STATE, state)

    def _state(self) -> dict[str, Any]:
        """What was noted the last time, if that was of the same address."""
        with suppress(ValueError):
            state: dict[str, Any] = storage.read_json(self.folder / STATE) or {}
            if state.get("url") == self.feed.url:
                return state
        return {"url": self.feed.url}

    def _ask(self, fetcher: Fetcher, state: dict[str, Any]) -> None:
        told = {"If-None-Match": state.get("etag"), "If-Modified-Since": state.get("last_modified")}
        answer = fetcher.get(self.feed.url, {k: v for k, v in told.items() if v})
        if answer.status == 304:
            self.row["outcome"] = "unchanged"
        elif answer.status == 410:
            state["gone"] = True
            self._gone()
        else:
            listing = self._listing(answer)
            self.row |= {"outcome": "read", "listed": len(listing.items)}
            state.pop("etag", None)
            state.pop("last_modified", None)
            if self._keep_new(fetcher, listing.items, state) and not listing.cut:  # else it is asked for in full again
                said = {"etag": answer.headers.get("etag", ""), "last_modified": answer.headers.get("last-modified", "")}
                state |= {k: v for k, v in said.items() if v and v.isascii()}

    def _listing(self, answer: Answer) -> Listing:
        if answer.status != 200:
            raise Unfetched("refused", f"answers HTTP {answer.status}; correct its address in hub.toml, or leave it out.")
        import feedparser  # noqa: F401  # here, and not within the seconds that `parse` may take

        try:
            with Deadline(parse, self.feed.max_seconds) as parsing:
                listing = parsing(answer.body, answer.headers.get("content-type", ""), answer.url)
        except (Overdue, Crashed):
            listing = None
        if listing is None:
            sentence = "is no feed that can be read; look on its site for the address of its RSS or Atom feed."
            raise Unfetched("not_a_feed", sentence)
        if listing.damage:
            rest = "what stands before that is taken" if listing.cut else "what can be read is taken"
            self._reject("feed_damaged", f"is not well-formed ({listing.damage}); {rest}, tell its publisher.")
        return listing

    def _keep_new(self, fetcher: Fetcher, items: list[Item], state: dict[str, Any]) -> bool:
        """Fetch and keep what is new, as far as settings and servers allow; whether nothing remains to be fetched."""
        known, bytes_kept = self._kept()
        new = [i for i in items if i.url and (i.id not in known or i.updated > known[i.id])]
        for item in items:
            if not item.url:
                words = f"lists {item.title!r} without an address; put that article into data/raw/press by hand."
                self._reject("no_link", words, item.id)
        late = 0  # in a row
        for item in new[: self.feed.max_items]:
            try:
                page = fetcher.get(item.url)
                if page.status != 200 or not page.body:
                    what = "is empty" if page.status == 200 else f"answers HTTP {page.status}"
                    raise Unfetched("refused", f"{what}; put that article into data/raw/press by hand, if it matters.")
            except Unfetched as e:
                self._unfetched(e, state, item)
                late = late + 1 if e.passing else 0
                if late == self.feed.attempts or "not_before" in state:
                    break
            else:
                late = 0
                self._keep(item, page, bytes_kept)
                self.row["kept"] += 1
        self.row["waiting"] = len(new) - self.row["kept"]
        return not self.row["waiting"]

    def _kept(self) -> tuple[dict[str, str], dict[str, str]]:
        """Of what is kept: when each item was last changed, and the file that holds the bytes of a digest."""
        known, files = dict[str, str](), dict[str, str]()
        for path in sorted(self.folder.glob(".*.json")):
            note = None
            if path.name != STATE:
                with suppress(Unreadable):  # press_documents says so
                    note = sidecar.read(path)
            if note is not None:
                known[note.item] = max(known.get(note.item, ""), note.updated)
                files.setdefault(note.sha256, note.same_as or path.name[1 : -len(".json")])
        return known, files

    def _keep(self, item: Item, page: Answer, bytes_kept: dict[str, str]) -> None:
        """Write the page under a name of its own, and its sidecar; the sidecar alone where the same bytes are kept."""
        sha = sha256(page.body).hexdigest()
        type_ = page.headers.get("content-type", "")
        day = date_said(item.published, self.project.hub.zone) or item.updated[:10] or "nd"
        stem = f"{day}-{_slug(item.title)}-{digest(item.id, item.updated, length=8)}"
        file = self.folder / f"{stem}{_suffix(type_, page.url)}"
        if file.exists() and storage.sha256(file) != sha:  # of a run that was killed before it wrote the sidecar
            file = file.with_stem(f"{stem}-{sha[:8]}")
        same = bytes_kept.setdefault(sha, file.name)
        if same == file.name and not file.exists():
            with storage.write_aside(file) as aside:
                aside.write_bytes(page.body)
        note = Sidecar(
            url=page.url,
            title=item.title,
            published=item.published,
            publisher=self.feed.publisher or item.publisher,
            licence=self.feed.licence,
            feed=self.feed.url,
            item=item.id,
            updated=item.updated,
            fetched_at=moment(),
            content_type=type_,
            sha256=sha,
            same_as="" if same == file.name else same,
        )
        sidecar.write(sidecar.beside(file), note)

    def _gone(self) -> None:
        self.row["outcome"] = "gone"
        self._reject("feed_gone", "is gone, says its server (HTTP 410); take it out of hub.toml, or give its new address.")

    def _unfetched(self, problem: Unfetched, state: dict[str, Any], item: Item | None = None) -> None:
        self._reject(problem.reason, problem.sentence, item.url if item else "")
        if problem.wait > self.feed.max_seconds:
            state["not_before"] = moment(timedelta(seconds=problem.wait))

    def _reject(self, reason: str, sentence: str, item: str = "") -> None:
        feed = f"The feed {self.feed.name} ({self.feed.url})"
        path = self.folder.relative_to(self.project.raw).as_posix()
        who = f"{feed}: {item}" if item and reason != "no_link" else feed
        self.rejects.append(Reject("", path, item, reason, f"{who} {sentence}"))


def parse(data: bytes, content_type: str, url: str) -> Listing | None:
    """What the feed in `data`, found at `url`, lists; None if it is no feed."""
    import feedparser

    data = data.lstrip()
    if encoding := _UNMARKED.get(data[:2]):
        data = data.decode(encoding, "replace").encode()
    # as a stream: what feedparser is given as text it takes for an address or a file to open
    found = feedparser.parse(BytesIO(data), response_headers={"content-type": content_type, "content-location": url})
    if not found.get("version"):
        return None
    from xml.sax import SAXException

    error = found.get("bozo_exception")
    damage = error.getMessage() if isinstance(error, SAXException) else ""
    cut = bool(damage) and not re.search(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", data.replace(b"\0", b"")[-2000:], re.I)
    entries = found.entries[:-1] if cut else found.entries  # of the last one, what it holds may be half of it
    items: dict[str, Item] = {}
    for item in sorted((_item(e, found.feed, url) for e in entries), key=lambda i: i.updated, reverse=True):
        items.setdefault(item.id, item)
    return Listing(list(items.values()), damage, cut)


def _item(entry: Any, feed: Any, url: str) -> Item:
    def moment(name: str) -> str:
        at: struct_time | None = entry[name] if name in entry else None  # noqa: SIM401  # get() answers one date with another
        return datetime(*at[:6], tzinfo=UTC).isoformat() if at else ""

    link = str(entry.get("link") or "").strip()
    with suppress(ValueError):
        link = urljoin(url, link) if link else ""
    source = entry.get("source") or {}
    title = _plain(entry.get("title"))
    published = entry.get("published") or entry.get("updated")
    publisher = _plain(source.get("title")) or _plain(feed.get("title"))
    updated = max(moment("updated_parsed"), moment("published_parsed"))
    return Item(_plain(entry.get("id")) or link or title, link, title, _plain(published), publisher, updated)


def _plain(value: Any) -> str:
    """Text in one line, without marks of HTML and without what is no text."""
    text = re.sub(r"<[^>]*>", "", value if isinstance(value, str) else "")
    return " ".join(text.encode("utf-8", "ignore").decode().split())


def _slug(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS))
    words = re.findall("[a-z0-9]+", letters.encode("ascii", "ignore").decode())
    return "-".join(words)[:60].strip("-") or "article"


def _suffix(content_type: str, url: str) -> str:
    """Ending of the file: as the server declares it, else that of the address, else .html."""
    declared = _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), "")
    ending = PurePosixPath(urlsplit(url).path).suffix.lower()
    return declared or (ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ".html")
