"""A snapshot: all tables that may leave, as files that never change, in data/published/<version>/.

    data/published/
        2026.11.22/     <table>.csv, <table>.parquet, datapackage.json, README.md, SHA256SUMS
        2026.11.22-2/   the second of that day
        index.json      every version, oldest first, with its files: what is published is what stands here
        latest          link to the newest version
        .staging-*      one being written, or left by a killed run: never served, removed by the next
        .lock           held by the one publisher at work; freed by the system when it ends, however it ends

Order of work: what may leave, blocking checks, staging folder, the staging folder read back,
rename, index.json, latest. A run killed before the rename leaves all as it was; killed after
it, the next run enters the whole version that it finds into index.json. A snapshot that says the same as
the last one is not published again.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.publish import datapackage
from km0_pipeline.publish.files import descriptor, write_all
from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.privacy import PublicationStopped, Release, releases
from km0_pipeline.publish.staged import Staged
from km0_pipeline.publish.verify import SUMS, read_sums, verify
from km0_pipeline.sql import connect
from km0_pipeline.steps import Project
from km0_pipeline.storage import sha256, write_json
from km0_pipeline.tables.checks import run_checks
from km0_pipeline.tables.table import Table, all_tables

VERSION = re.compile(r"\d{4}\.[1-9]\d?\.[1-9]\d?(-[1-9]\d*)?")
STAGING = ".staging-"


@dataclass(frozen=True)
class Published:
    """The snapshot that is now the latest; `new` is False if it was there before and nothing changed.

    `checks` is how many its tables passed before it was published.
    """

    version: str
    folder: Path
    new: bool
    rows: dict[str, int]
    content_digest: str
    files: int
    bytes: int
    checks: int


def publish(project: Project, day: date, tables: Iterable[Table] | None = None) -> Published:
    """Publish the released tables (all of the library's, unless given) as a snapshot of `day`.

    Raises PublicationStopped, with nothing published, if a check fails, a column may not leave,
    what was written can't be read back, or someone else is publishing; PublishedError if `day` is
    before the last version's, or index.json is broken.
    """
    tables = tuple(all_tables() if tables is None else tables)
    project.published.mkdir(parents=True, exist_ok=True)
    with _alone(project.published):
        _settle(project)
        version = project.next_version(day)
        leaving = releases(project, tables)
        last = _last(project)
        if last is not None and _says_the_same(project, last.folder, day, leaving):
            return last
        checks = _check(project, tables)
        staging = project.published / f"{STAGING}{version}"
        try:
            staged = _write(project, staging, version, day, leaving, last.folder if last else None, checks)
            if last is not None and last.content_digest == datapackage.read(staging)["km0:contentDigest"]:
                return last
            wrong = verify(staging, {path: digest for path, (_, digest) in staged.written.items()})
            if wrong:
                raise PublicationStopped("The snapshot could not be read back as it was meant; nothing was published.", *wrong)
            _announce(project, staging, version)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return _published(project.published / version, True)


def entry(folder: Path) -> dict[str, Any]:
    """What index.json says of the snapshot in `folder`, from what is in it alone."""
    package = datapackage.read(folder)
    sums = read_sums(folder) | {SUMS: sha256(folder / SUMS)}
    return {
        "version": package["version"],
        "path": f"{package['version']}/",
        "published_on": package["created"][:10],
        "content_digest": package["km0:contentDigest"],
        "rows": {r["km0:table"]: r["km0:rows"] for r in package["resources"] if "km0:table" in r},
        "files": [{"path": p, "bytes": (folder / p).stat().st_size, "sha256": sums[p]} for p in sorted(sums)],
    }


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    """Holds the publisher's lock; raises PublicationStopped if another process has it."""
    with (published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublicationStopped(
                "Another run is publishing to data/published at this moment; nothing was published by this one. "
                "Wait until it has ended, then run again."
            ) from None
        yield


def _settle(project: Project) -> None:
    """Finish or clear away what a killed run left: staging folders, a version not yet in index.json, an old `latest`.

    Raises PublicationStopped if a version was found whole but not yet announced and tables were
    therefore made against the one before it.
    """
    published, link = project.published, project.published / "latest"
    if link.exists() and not link.is_symlink():
        raise PublicationStopped(
            "data/published/latest is not the link to the last version but a copy (`cp -rL` makes one); "
            "delete it and run again: it is made anew. Nothing was published by this run."
        )
    for left in published.glob(f"{STAGING}*"):
        shutil.rmtree(left)
    for left in published.glob(".index.json.*"):
        left.unlink()
    index = project.index()
    known = {v["version"] for v in index["versions"]}
    found = [p for p in published.iterdir() if p.is_dir() and VERSION.fullmatch(p.name) and p.name not in known]
    found.sort(key=lambda p: in_order(p.name))
    for folder in found:
        wrong = verify(folder)
        if wrong:
            raise PublicationStopped(
                f"data/published/{folder.name} is not in index.json and is not whole; "
                "move it elsewhere (nothing was published by this run).",
                *wrong,
            )
        index["versions"].append(entry(folder))
    if found:
        _write_index(project, index["versions"])
    _point_latest(project)
    if found:
        names = ", ".join(p.name for p in found)
        raise PublicationStopped(
            f"A run had been killed before it could announce {names}; index.json lists it now. "
            "Run again, so that changes are counted against it."
        )


def _last(project: Project) -> Published | None:
    """The snapshot published last, if any. Raises PublicationStopped if it is damaged."""
    folder = project.last_snapshot()
    if folder is None:
        return None
    try:
        return _published(folder, False)
    except (OSError, ValueError, LookupError) as e:
        raise PublicationStopped(
            f"data/published/{folder.name}, which index.json lists as the latest, can't be read ({type(e).__name__}: {e}); "
            "put it back from a copy, or take it out of index.json, and run again."
        ) from None


def _check(project: Project, tables: Iterable[Table]) -> int:
    """Number of checks that passed; raises PublicationStopped with the sentences of those that block."""
    results = [result for table in tables for result in run_checks(project, table)]
    failed = [r.sentence for r in results if r.blocking and not r.passed]
    if failed:
        raise PublicationStopped(*failed)
    return sum(r.passed for r in results)


def _write(project: Project, staging: Path, version: str, day: date, leaving: list[Release], last: Path | None, checks: int) -> Staged:
    """Write every file of the snapshot to `staging`."""
    staging.mkdir()
    jobs = [(form, release) for form in FORMATS for release in leaving]
    with connect(project.warehouse) as connection, ThreadPoolExecutor(os.cpu_count()) as pool:
        staged = Staged(project, connection, version, day, staging, last, tuple(leaving), _rows(leaving), checks)

        def write(job: tuple[Any, Release]) -> None:
            form, release = job
            path = f"{release.name}.{form.name}"
            form.write(connection.cursor(), release, staging / path)
            staged.note(path)

        list(pool.map(write, jobs))
        write_all(staged)
    sums = "".join(f"{digest}  {path}\n" for path, (_, digest) in sorted(staged.written.items()))
    (staging / SUMS).write_text(sums, encoding="utf-8", newline="\n")
    return staged


def _announce(project: Project, staging: Path, version: str) -> None:
    """The rename that publishes, then the two pointers to it."""
    try:
        staging.rename(project.published / version)
    except OSError as e:
        raise PublicationStopped(f"data/published/{version} could not be put in place ({e.strerror}); nothing was published.") from None
    _write_index(project, [*project.index()["versions"], entry(project.published / version)])
    _point_latest(project)


def _write_index(project: Project, versions: list[dict[str, Any]]) -> None:
    write_json(project.published / "index.json", {"latest": versions[-1]["version"], "versions": versions})


def _point_latest(project: Project) -> None:
    """Let `latest` be a link to the last version of index.json, replaced in one step."""
    target = project.index()["latest"]
    link = project.published / "latest"
    if target is None or (link.is_symlink() and str(link.readlink()) == target):
        return
    aside = project.published / ".latest"
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def _says_the_same(project: Project, last: Path, day: date, leaving: list[Release]) -> bool:
    """Whether the last snapshot is what these tables would give, as far as their bytes tell; nothing is written.

    Its checks passed then. False where only writing the tables would tell.
    """
    package = datapackage.read(last)
    files = {r["path"]: (r["bytes"], r["hash"].removeprefix("sha256:")) for r in package["resources"]}
    if {r["path"] for r in package["resources"] if "km0:table" in r} != {f"{r.name}.{form.name}" for r in leaving for form in FORMATS}:
        return False
    moving = [r for r in leaving if r.name not in datapackage.HISTORY]
    if any(files[f"{r.name}.parquet"] != (r.source.stat().st_size, sha256(r.source)) for r in moving):
        return False
    same = descriptor(project, package["version"], day, leaving, _rows(leaving), files, 0)
    return bool(same["km0:contentDigest"] == package["km0:contentDigest"])


def _rows(leaving: list[Release]) -> dict[str, int]:
    import pyarrow.parquet as pq

    return {r.name: pq.read_metadata(r.source).num_rows for r in leaving}


def _published(folder: Path, new: bool) -> Published:
    found, package = entry(folder), datapackage.read(folder)
    sizes = [f["bytes"] for f in found["files"]]
    return Published(folder.name, folder, new, found["rows"], found["content_digest"], len(sizes), sum(sizes), package["km0:checks"])


def in_order(version: str) -> tuple[int, ...]:
    """The version as numbers: 2026.11.22-10 comes after 2026.11.22-9."""
    return tuple(int(n) for n in re.split(r"[.-]", version))
