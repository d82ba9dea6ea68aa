"""Published versions in a bucket, for readers as data/published is.

    <version>/...     the files of a version: SHA256SUMS first, created and never written over: whoever creates it has the name
    index.json        which versions there are: written on condition that nobody else has since it was read; that publishes
    feed.xml, latest  after it; `latest` holds the name of the last version, since nothing in a bucket can be a link
    .site             the pages that are made of all this, with their SHA-256: they lie beside it, and are sent last, each where it changed

Two writers that mean the same version by the same content send the same bytes; one of other content finds the name taken and stops, and its next run takes
the next name of that day: a name that was claimed is never another content's. Which name a run has chosen is noted in `.next` of its folder, so that all its steps, and
the run that goes on from it when it was killed, mean the same. A version that index.json does not list may be one that is being sent. It is cleared away when it can no longer be listed (a later one is), or
when nothing has been written to it for an hour: a writer gives up by itself when it has written nothing for half an hour, and clocks that differ by
more than a quarter of an hour are refused by the store.

Belongs here: what is fetched and sent, and in which order; what a version is made of is for `publish.snapshot`.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from km0_pipeline.storage import StorageError, point, safe, sha256, write_aside
from km0_pipeline.storage.bucket import Bucket
from km0_pipeline.versions import VERSION, as_published, numbered, ordered

INDEX, SUMS, FEED, LATEST, SITE, NEXT = "index.json", "SHA256SUMS", "feed.xml", "latest", ".site", ".next"
ABANDONED = timedelta(hours=1)
"""How long nothing has been written to a version that nobody is sending any more."""
AT_ONCE = 8
"""Requests made at the same time."""


class Published:
    """A bucket, and the folder that is this machine's copy of it. Every method raises StorageError."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket, self._folder = bucket, folder
        self._tag: str | None = None  # of index.json, as the folder has it
        self._versions: list[dict[str, Any]] = []
        self._beside: dict[str, Any] = {}
        self._sent_at = 0.0

    @property
    def address(self) -> str:
        return self._bucket.address

    def fetch(self, every_version: bool = False) -> bool:
        """Let the folder hold index.json as the bucket has it, and its last version, or every one, without what versions were before they were rebuilt.

        Returns whether it is another index.json than the folder had.
        """
        found = self._bucket.read(INDEX)
        self._versions, self._tag = self._listed(found[0]) if found else [], found[1] if found else None
        self._beside = {name: meta["e_tag"] for name, meta in self._bucket.top()[1].items()}
        self._folder.mkdir(parents=True, exist_ok=True)
        index = self._folder / INDEX
        former = self._former(index)
        moved = (index.read_bytes() if index.exists() else None) != (found[0] if found else None)
        for version in self._versions if every_version else self._versions[-1:]:
            self._fetch(version)
        if moved and found:
            if FEED in self._beside:
                self._bucket.fetch(FEED, self._folder / FEED)
            with write_aside(index) as aside:
                aside.write_bytes(found[0])
        elif moved:
            index.unlink()
        if self._versions:
            point(self._folder / LATEST, self._versions[-1]["version"])
        for folder in former:
            shutil.rmtree(folder)
        return moved

    def next_version(self, day: date, number: int) -> str:
        """What a version is called that would be the `number`th of `day`, or where somebody has begun to send that one, a later one.

        What this machine has once chosen stays chosen, until it is published or `send` finds that it is another's.
        """
        note = self._folder / NEXT
        kept = note.read_text(encoding="utf-8") if note.exists() else ""
        if VERSION.fullmatch(kept) and kept == numbered(day, chosen := ordered(kept)[3]) and chosen >= number:
            return kept
        taken = {as_published(name) for name in self._bucket.top()[0]}
        found = next(name for name in (numbered(day, n) for n in count(number)) if name not in taken)
        with write_aside(note) as aside:
            aside.write_text(found, encoding="utf-8")
        return found

    def send(self, folder: Path, version: str, index: bytes) -> None:
        """Publish the version that lies in `folder`: its files, then `index`, which lists it, if nobody else has published since `fetch`.

        Else nothing is published, what was sent is removed, and StorageError says so.
        """
        self._send_files(folder, f"{version}/")
        if time.time() - self._sent_at > ABANDONED.total_seconds() / 2:
            raise StorageError(f"{self.address}{version}: reading back what was sent took half an hour, and others may hold it for abandoned; nothing was published. Run again.", passing=True)
        tag = self._bucket.swap(INDEX, index, self._tag)
        if tag is None:
            found = self._bucket.read(INDEX)
            if version not in {v["version"] for v in (self._listed(found[0]) if found else [])}:
                self._remove(version, self._bucket.listing(f"{version}/"))
            raise StorageError(
                f"{self.address}{INDEX} was written by another run meanwhile; nothing was published by this one. Run again, so that changes are counted against what the other has published.",
                passing=True,
            )
        self._tag, self._versions = tag, self._listed(index)

    def send_beside(self) -> None:
        """Let feed.xml and `latest` tell of what index.json lists, unless somebody has written them since `fetch`: that one knows more."""
        content = {LATEST: f"{self._versions[-1]['version']}\n".encode(), FEED: (self._folder / FEED).read_bytes()} if self._versions else {}
        for name in sorted(content):
            there = self._bucket.read(name)
            if there is None or there[0] != content[name]:
                self._bucket.swap(name, content[name], self._beside.get(name))

    def send_site(self, paths: Iterable[str]) -> None:
        """Let the bucket hold these files of the folder, in this order, and none that an earlier site had beside them.

        They are pages of the versions that the folder has: where index.json says others by now, who has published those sends theirs. `.site` says what lies
        there, without a sum what may: it is written before the first page and after the last, on condition that nobody else has. Two that send
        at once may each have written over the other's pages, so who finds that takes back the sums of his, stops, and the next one sends them again.
        """
        if (head := self._bucket.head(INDEX)) is not None and head["e_tag"] != self._tag:
            raise StorageError(f"{self.address}{INDEX} was written by another run meanwhile; the pages of this one were not sent. Run again, if the other did not make them.", passing=True)
        found = self._bucket.read(SITE)
        there = dict(_site(found[0]) if found else [])
        here = {path: sha256(self._folder / path) for path in paths}
        if here == there:
            return
        known = {path: there[path] for path in there.keys() & here.keys() if there[path] == here[path]}
        tag = self._bucket.swap(SITE, _listing({path: known.get(path, "") for path in there.keys() | here.keys()}), found[1] if found else None)
        if tag is not None:
            for path in here:
                if path not in known:
                    self._bucket.put(path, self._folder / path, anew=False, lasting=path.startswith("assets/"))
            self._bucket.delete(sorted(there.keys() - here.keys()))
            tag = self._bucket.swap(SITE, _listing(here), tag)
            if tag is None:
                self._take_back(here.keys() - known.keys())
        if tag is None:
            raise StorageError(f"{self.address}{SITE} was written by another run meanwhile: two sent their pages at once. Run again, so that they are those of one.", passing=True)

    def _take_back(self, paths: Iterable[str]) -> None:
        """Let `.site` say of no one's page that it lies there as it should, where two have written it."""
        for _ in range(AT_ONCE):
            found = self._bucket.read(SITE)
            sums = dict(_site(found[0]) if found else []) | dict.fromkeys(paths, "")
            if self._bucket.swap(SITE, _listing(sums), found[1] if found else None):
                return

    def clear(self) -> None:
        """Remove what index.json does not list and nobody can be sending: what a killed run left, and what a version was before it was rebuilt."""
        now = datetime.now(UTC)
        for name in self._bucket.top()[0]:
            if VERSION.fullmatch(name) and name not in {v["version"] for v in self._versions}:
                there = self._bucket.listing(f"{name}/")
                if self._past(name) or all(meta["last_modified"] < now - ABANDONED for meta in there.values()):
                    self._remove(name, there)

    def wrong(self, version: Mapping[str, Any]) -> list[str]:
        """In what the bucket does not hold a version as it lies in the folder: a sentence each."""
        name = version["version"]
        there, found = self._bucket.listing(f"{name}/"), []
        for path in (f"{name}/{file['path']}" for file in version["files"]):
            meta = there.pop(path, None)
            if meta is None:
                found.append(f"{self.address}{path}: is missing, though {INDEX} lists it.")
            elif not self._bucket.holds(path, meta, self._folder / path):
                found.append(f"{self.address}{path}: holds other bytes than {INDEX} says.")
        return found + [f"{self.address}{path}: is not listed in {INDEX}." for path in sorted(there)]

    def _send_files(self, folder: Path, prefix: str) -> None:
        """SHA256SUMS, which says by its bytes whose version this is, then what is missing."""
        if self._bucket.swap(prefix + SUMS, (folder / SUMS).read_bytes(), None, lasting=True) is None:
            (self._folder / NEXT).unlink(missing_ok=True)
            raise StorageError(
                f"{self.address}{prefix}: another run is publishing this version with other content, or was killed as it did; nothing was published by this one. "
                "Run again: it then takes the next name of that day.",
                passing=True,
            )
        self._sent_at, there = time.time(), self._bucket.listing(prefix)
        for local in sorted(p for p in folder.rglob("*") if p.is_file()):
            path = prefix + local.relative_to(folder).as_posix()
            meta = there.pop(path, None)
            if meta is None or not self._bucket.holds(path, meta, local):
                self._bucket.put(path, local, anew=meta is None)
                self._sent_at = time.time()
        self._bucket.delete(there)

    def _fetch(self, version: Mapping[str, Any]) -> None:
        name = version["version"]
        if (self._folder / name).is_dir():
            return
        with write_aside(self._folder / name) as aside, ThreadPoolExecutor(AT_ONCE) as pool:
            shutil.rmtree(aside, ignore_errors=True)

            def one(file: Mapping[str, Any]) -> None:
                path = aside / file["path"]
                if not self._bucket.fetch(f"{name}/{file['path']}", path) or sha256(path) != file["sha256"]:
                    raise StorageError(f"{self.address}{name}/{file['path']}: is missing or not what {INDEX} says of it; put it back from a copy, then say it again.")

            list(pool.map(one, version["files"]))

    def _former(self, index: Path) -> list[Path]:
        """Folders of versions that the bucket lists as rebuilt; a folder that is no copy of the bucket is left as it is, and StorageError says so."""
        there = {as_published(v["version"]): v for v in self._versions}
        here = {v["version"]: v for v in (self._listed(index.read_bytes()) if index.exists() else [])}
        former = []
        for name in sorted({p.name for p in self._folder.iterdir() if p.is_dir() and not p.is_symlink() and VERSION.fullmatch(p.name)} | here.keys()):
            now = there.get(as_published(name))
            if now is None or ordered(now["version"]) < ordered(name) or (now["version"] == name and here.get(name, now) != now):
                raise StorageError(
                    f"{self._folder / name} is not the version of that name in {self.address}, so this folder is no copy of that bucket. Move it elsewhere; or, to begin the bucket with it, leave "
                    "published out of [storage] once, and push with [portals.s3] (`km0 push s3`) to the same place."
                )
            if now["version"] != name and (self._folder / name).is_dir():
                former.append(self._folder / name)
        return former

    def _past(self, name: str) -> bool:
        """Whether no writer can have index.json list this version any more: one after it is listed."""
        now = next((v["version"] for v in self._versions if as_published(v["version"]) == as_published(name)), None)
        if now is not None:
            return ordered(now) > ordered(name)
        return bool(self._versions) and ordered(self._versions[-1]["version"]) > ordered(name)

    def _remove(self, name: str, there: Mapping[str, Any]) -> None:
        """SHA256SUMS last: as long as anything lies there, nobody else has the name."""
        self._bucket.delete(sorted(there, key=lambda path: path == f"{name}/{SUMS}"))

    def _listed(self, index: bytes) -> list[dict[str, Any]]:
        try:
            versions: list[dict[str, Any]] = json.loads(index)["versions"]
            for version in versions:
                if not VERSION.fullmatch(version["version"]):
                    raise ValueError(version["version"])
                for file in version["files"]:
                    safe(file["path"])
        except (ValueError, LookupError, TypeError):
            raise StorageError(f"{self.address}{INDEX} is not an index of snapshots; give the right place in hub.toml, [storage].") from None
        return versions


def _site(content: bytes) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of each file that a `.site` lists."""
    for line in content.decode().splitlines():
        digest, _, path = line.partition("  ")
        yield path, digest


def _listing(sums: Mapping[str, str]) -> bytes:
    """A `.site`: the inverse of `_site`."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()
