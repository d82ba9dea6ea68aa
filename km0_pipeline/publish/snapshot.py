"""A snapshot: all tables that may leave, as files that never change, in data/published/<version>/.

    data/published/
        2026.11.22/     <table>.csv, <table>.parquet, those of `files`, all of them in one zip, SHA256SUMS
        2026.11.22-2/   the second of that day
        index.json      every version, oldest first, with its files and what changed: what is published is what stands here
        feed.xml        the same for feed readers, one entry a version
        latest          link to the newest version
        .staging-*      one being written, or left by a killed run: never served, removed by the next
        .lock           held by the one publisher at work; freed by the system when it ends, however it ends

Order of work: what may leave, blocking checks, staging folder, the staging folder read back,
rename, feed.xml, index.json, latest. A run killed before the rename leaves all as it was; killed after
it, the next run begins by entering the whole version that it finds into index.json (a feed may tell of it before). A snapshot that says the same as
the last one is not published again; nor is it written, unless the privacy rules or what they go by have changed: then it must pass them too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.publish import datapackage, feed
from km0_pipeline.publish.archive import bundle
from km0_pipeline.publish.changes import counts
from km0_pipeline.publish.files import descriptor, write_all
from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.places import SUMS, read_sums
from km0_pipeline.publish.privacy import PublicationStopped, Release
from km0_pipeline.publish.privacy.gate import FOLDER, leave, rules_digest
from km0_pipeline.publish.staged import Staged
from km0_pipeline.publish.verify import verify
from km0_pipeline.sql import connect
from km0_pipeline.steps import Project, made
from km0_pipeline.storage import ASIDE, as_json, point, read_json, sha256, sweep, write_json
from km0_pipeline.tables.checks import run_checks
from km0_pipeline.tables.table import Table, all_tables
from km0_pipeline.versions import VERSION, as_published, ordered

STAGING = ".staging-"
RULES_KEPT = "rules_kept.json"
"""Beside what the gate notes: which version was last found to keep which rules. Where they are others now, they are asked again though no table changed."""


class BeingPublished(PublicationStopped):
    """Another process is publishing at this moment."""


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
    before the last version's, or index.json is broken; StorageError if the bucket can't be used or another machine was quicker.
    """
    tables = tuple(all_tables() if tables is None else tables)
    with alone(project.published):
        if announced := settle(project):
            raise PublicationStopped(f"{announced} Run again, so that changes are counted against it.")
        version = project.next_version(day)
        leaving = leave(project, tables, version)
        last, kept = _last(project), project.warehouse / FOLDER / RULES_KEPT
        rules = rules_digest(project)
        if last is not None and read_json(kept) == _kept(last.version, rules) and _says_the_same(project, last.folder, day, leaving):
            return last
        checks = _check(project, tables)
        staging = project.published / f"{STAGING}{version}"
        try:
            staged = write_snapshot(project, staging, version, day, leaving, last.folder if last else None, checks)
            if last is not None and last.content_digest == datapackage.read(staging)["km0:contentDigest"]:
                write_json(kept, _kept(last.version, rules))
                return last
            wrong = verify(staging, {path: digest for path, (_, digest) in staged.written.items()}, _as_checked(staged))
            if wrong:
                raise PublicationStopped("The snapshot could not be read back as it was meant; nothing was published.", *wrong)
            _announce(project, staging, version)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        write_json(kept, _kept(version, rules))
        return _published(project.published / version, True)


def _kept(version: str, rules: str) -> dict[str, str]:
    """What is noted where a version's tables, as they are, have passed the privacy rules as they are."""
    return {"version": version, "rules": rules}


def entry(folder: Path) -> dict[str, Any]:
    """What index.json says of the snapshot in `folder`, from what is in it alone."""
    package = datapackage.read(folder)
    sums = read_sums(folder) | {SUMS: sha256(folder / SUMS)}
    return ({"withdrawn": package["km0:withdrawn"]} if "km0:withdrawn" in package else {}) | {
        "version": package["version"],
        "path": f"{package['version']}/",
        "published_on": package["created"][:10],
        "content_digest": package["km0:contentDigest"],
        "rows": {r["km0:table"]: r["km0:rows"] for r in package["resources"] if "km0:table" in r},
        "files": [{"path": p, "bytes": (folder / p).stat().st_size, "sha256": sums[p]} for p in sorted(sums)],
        "bytes": sum((folder / p).stat().st_size for p in sums),
        **({"changes": changed} if (changed := counts(folder)) else {}),
    }


@contextmanager
def alone(published: Path) -> Iterator[None]:
    """Holds the publisher's lock of this machine; raises BeingPublished if another process has it."""
    published.mkdir(parents=True, exist_ok=True)
    with (published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingPublished(
                "Another run is publishing to data/published at this moment; nothing was published by this one. "
                "Wait until it has ended, then run again."
            ) from None
        yield


def take_up(project: Project) -> str:
    """`settle`, for a run that begins: what it makes is made against the version that a killed run could not announce. '' while another is publishing."""
    try:
        with alone(project.published):
            return settle(project)
    except BeingPublished:
        return ""


def settle(project: Project, every_version: bool = False) -> str:
    """Finish or clear away what a killed run left: staging folders, a version not yet in index.json, an old `latest`.

    Returns a sentence where a version was whole but not yet announced ('' else): tables that were made before are made against the one
    before it. Raises PublicationStopped if one is not whole, or was published by another machine since this run began.
    """
    published, link, bucket = project.published, project.published / "latest", project.published_bucket
    if link.exists() and not link.is_symlink():
        raise PublicationStopped(
            "data/published/latest is not the link to the last version but a copy (`cp -rL` makes one); "
            "delete it and run again: it is made anew. Nothing was published by this run."
        )
    for left in published.glob(f"{STAGING}*"):
        shutil.rmtree(left)
    sweep(published.glob(ASIDE))
    if bucket and bucket.fetch(every_version):
        raise PublicationStopped(
            f"Another machine has published to {bucket.address} since this run began, or this one was killed as it did; "
            "nothing was published now. Run again, so that changes are counted against what is there."
        )
    index = project.index()
    known = {v["version"] for v in index["versions"]}
    found = [p for p in published.iterdir() if p.is_dir() and VERSION.fullmatch(p.name) and p.name not in known]
    found = list({as_published(p.name): p for p in sorted(found, key=lambda p: ordered(p.name))}.values())
    at = {as_published(v["version"]): n for n, v in enumerate(index["versions"])}
    for folder in [p for p in found if as_published(p.name) in at]:  # a version that was being written again
        n = at[as_published(folder.name)]
        if ordered(folder.name) > ordered(index["versions"][n]["version"]) and not verify(folder):
            index["versions"][n] = entry(folder)
            _write_index(project, index["versions"])
        found.remove(folder)
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
    elif index["versions"]:
        feed.write(project.published / feed.NAME, project.hub, index["versions"])
    _point_latest(project)
    for v in index["versions"]:
        _remove_older(project, v["version"])
    if bucket:
        bucket.send_beside()
        bucket.clear()
    names = ", ".join(p.name for p in found)
    return f"A run had been killed before it could announce {names}; index.json lists it now." if found else ""


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


def _as_checked(staged: Staged) -> bool:
    """Whether the Parquet that was written is byte for byte the tables in which `_check` counted what is promised of values and keys."""
    return all(staged.written[f"{r.name}.parquet"][1] == made(staged.project, r.table.step).digest for r in staged.releases)


def write_snapshot(
    project: Project,
    staging: Path,
    version: str,
    day: date,
    leaving: list[Release],
    last: Path | None,
    checks: int,
    withdrawn: Mapping[str, Any] | None = None,
    again: Path | None = None,
) -> Staged:
    """Write every file of the snapshot to `staging`; the arguments are those of `Staged`."""
    staging.mkdir()
    jobs = [(form, release) for form in FORMATS for release in leaving]
    with connect(project.warehouse) as connection, ThreadPoolExecutor(os.cpu_count()) as pool:
        staged = Staged(project, connection, version, day, staging, last, tuple(leaving), _rows(leaving), checks, withdrawn, again)

        def write(job: tuple[Any, Release]) -> None:
            form, release = job
            path = f"{release.name}.{form.name}"
            form.write(connection.cursor(), release, staging / path)
            staged.note(path)

        list(pool.map(write, jobs))
        write_all(staged)
    _write_sums(staged)
    whole = f"{project.hub.publisher.package}.zip"  # with the sums of all that is in it: unpacked, it is the snapshot
    bundle(staging / whole, staging, [*sorted(staged.written), SUMS])
    staged.note(whole)
    _write_sums(staged)
    return staged


def _write_sums(staged: Staged) -> None:
    sums = "".join(f"{digest}  {path}\n" for path, (_, digest) in sorted(staged.written.items()))
    (staged.folder / SUMS).write_text(sums, encoding="utf-8", newline="\n")


def _announce(project: Project, staging: Path, version: str) -> None:
    _put_in_place(project, staging, version, [*project.index()["versions"], entry(staging)])


def replace_version(project: Project, version: str, staging: Path, now: str) -> None:
    """Put what `staging` holds in the place of a published version, called `now`; the folder of the old one goes last."""
    _put_in_place(project, staging, now, [entry(staging) if v["version"] == version else v for v in project.index()["versions"]])
    _remove_older(project, now)


def _put_in_place(project: Project, staging: Path, version: str, versions: list[dict[str, Any]]) -> None:
    """What publishes: the version sent to the bucket, where there is one; then the rename, and the pointers to it."""
    bucket = project.published_bucket
    if bucket:
        bucket.send(staging, version, as_json(_index(versions)))
    try:
        staging.rename(project.published / version)
    except OSError as e:
        if not bucket:
            raise PublicationStopped(f"data/published/{version} could not be put in place ({e.strerror}); nothing was published.") from None
        bucket.fetch()  # it is published; somebody else has fetched it here
    _write_index(project, versions)
    _point_latest(project)
    if bucket:
        bucket.send_beside()
        bucket.clear()


def _remove_older(project: Project, version: str) -> None:
    """Delete what a version was before it was written again."""
    for folder in project.published.glob(f"{as_published(version)}*"):
        if VERSION.fullmatch(folder.name) and as_published(folder.name) == as_published(version) and folder.name != version:
            shutil.rmtree(folder)


def _write_index(project: Project, versions: list[dict[str, Any]]) -> None:
    """The feed first: what stands in index.json is published."""
    feed.write(project.published / feed.NAME, project.hub, versions)
    write_json(project.published / "index.json", _index(versions))


def _index(versions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"latest": versions[-1]["version"], "versions": versions}


def _point_latest(project: Project) -> None:
    """Let `latest` be a link to the last version of index.json, replaced in one step."""
    target = project.index()["latest"]
    if target is not None:
        point(project.published / "latest", target)


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
