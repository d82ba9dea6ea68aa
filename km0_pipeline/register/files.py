"""The files of the monthly stock, where hub.toml says they are: step `register_files`.

A path counts from the project's folder. What lies at an address is fetched into data/warehouse/register, and again only when its
server says that it has changed; while it can't be had, the copy that is there serves.

Belongs here: having the files, and knowing them by their bytes. What is in them belongs to `stock`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from km0_pipeline import storage
from km0_pipeline.claims import Reject, digest, rejects_table
from km0_pipeline.fetch import Fetcher, Unfetched
from km0_pipeline.steps import Made, Project, make, modules_version

VERSION = modules_version(__file__)
FILES = pa.schema([(name, pa.string()) for name in ("name", "path", "sha256")])
STOCK_MEGABYTES, STOCK_SECONDS = 6000, 3600
"""Largest file of the stock, and longest time that its fetching may take: in 2026 the largest, of establishments, has 2.6 GB."""


class Stock(NamedTuple):
    """A file of the stock: as hub.toml names it, where it lies, and the digest of its bytes."""

    name: str
    path: Path
    sha256: str


def register_files(project: Project) -> Made:
    """Step: the files of the stock that there are (schema `FILES`), and `register_file_rejects` (schema `claims.REJECTS`)."""
    found, rejects = list[Stock](), list[Reject]()
    seen = _Seen(project.warehouse / "register" / "seen.json")
    for name in project.hub.register.stock:
        try:
            path = _fetched(project, name, seen, rejects) if "://" in name else project.root / name
            found.append(Stock(name, path, seen.sha256(path)))
        except OSError as e:
            why = f"can't be read ({e.strerror or e}); correct its path, or put it there."
            rejects.append(Reject("", name, "", "bad_stock", f"hub.toml, [register] stock: {name} {why}"))
    seen.keep()

    def build(out: Path, rejects_out: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        rows = [{"name": s.name, "path": str(s.path), "sha256": s.sha256} for s in found]
        pq.write_table(pa.Table.from_pylist(rows, FILES), out)
        pq.write_table(rejects_table(rejects), rejects_out)
        return {"files": len(rows)}

    outcome = json.dumps([*map(str, found), *map(astuple, rejects)])
    return make(project, ("register_files", "register_file_rejects"), build, version=VERSION, parameters=[outcome])


def stock_of(project: Project) -> list[Stock]:
    """What `register_files` found."""
    import pyarrow.parquet as pq

    return [
        Stock(r["name"], Path(r["path"]), r["sha256"])
        for r in pq.read_table(project.made("register_files")).to_pylist()
    ]


class _Seen:
    """Digests of files as they were when they were last looked at, so that gigabytes are not read to find that nothing has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        with suppress(ValueError):
            self._known = storage.read_json(path) or {}
        self._now: dict[str, Any] = {}

    def sha256(self, path: Path) -> str:
        stat = path.stat()
        stamp = [stat.st_size, stat.st_ctime_ns]  # unlike the date of modification, no copy brings it along
        known = self._known.get(str(path))
        sha = known[1] if known and known[0] == stamp else storage.sha256(path)
        self._now[str(path)] = [stamp, sha]
        return str(sha)

    def keep(self) -> None:
        if self._now != self._known:
            storage.write_json(self._path, self._now)


def _fetched(project: Project, url: str, seen: _Seen, rejects: list[Reject]) -> Path:
    """Where what lies at `url` is kept, fetched if it is new there; what goes wrong is told in `rejects`."""
    path = project.warehouse / "register" / f"stock-{digest(url, length=12)}"
    note = path.with_suffix(".json")
    state: dict[str, str] = {}
    with suppress(ValueError):
        state = (storage.read_json(note) or {}) if path.exists() else {}
    server = project.hub.register.model_copy(update={"max_megabytes": STOCK_MEGABYTES, "max_seconds": STOCK_SECONDS})
    try:
        with Fetcher(project.hub, server, {}) as fetcher, storage.write_aside(path) as aside:
            answer = fetcher.get(url, state, aside)
            if answer.status not in (200, 304):
                raise Unfetched("refused", f"answers HTTP {answer.status}; correct its address in hub.toml.")
            if answer.status == 304:
                path.replace(aside)  # it stays
        if answer.status == 200:
            storage.write_json(note, dict(_validators(answer.headers)))
    except Unfetched as e:
        kept = " The copy fetched before serves meanwhile." if path.exists() else ""
        rejects.append(Reject("", url, "", e.reason, f"hub.toml, [register] stock: {url} {e.sentence}{kept}"))
    return path


def _validators(headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What to ask with the next time, so that the server answers only what is new."""
    for condition, header in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        if headers.get(header, "").isascii() and headers.get(header):
            yield condition, headers[header]
