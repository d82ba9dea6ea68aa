"""An S3 bucket that serves the snapshots as data/published does (STANDARDS 5.3).

    <prefix>/2026.11.22/...    a version: written once, never over another (conditional writes), kept for a year by caches
    <prefix>/feed.xml, ...     what stands beside the versions in data/published, without the site
    <prefix>/index.json        written last, and only if nobody else has written it meanwhile

What it guarantees. A version is there for readers when index.json names it, which is one request after all its bytes have been read back: by
then it is whole. A push that breaks off leaves index.json as it was, and the next one sends what is missing. There is no `latest/`: copies of
many files can't be changed at once; `latest` of index.json says which it is. Of a version that was written again without those who asked
to be left out (2026.11.22+r1) the former goes as soon as index.json names the new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from km0_pipeline.portal_settings import S3
from km0_pipeline.portals.offer import snapshot_folder
from km0_pipeline.portals.outcome import Outcome, PortalError
from km0_pipeline.steps import Project
from km0_pipeline.storage import as_json, sha256
from km0_pipeline.storage.bucket import Bucket
from km0_pipeline.storage.published import SITE
from km0_pipeline.versions import as_published, ordered

INDEX = "index.json"


def push(project: Project, settings: S3, version: str, dry_run: bool, replace: bool, say: Callable[[str], None]) -> Outcome:
    """Let the bucket hold `version`, or every published version where it is empty. Raises PortalError."""
    last = snapshot_folder(project, version).name
    bucket = Bucket(settings, settings.bucket, settings.prefix, section="portals.s3", again="push again")
    index, tag = _index(bucket)
    theirs = {v["version"]: v for v in index}
    ours = {v["version"]: v for v in project.index()["versions"] if v["version"] == last or not version}
    added, replaced, removed = [], [], []
    for name, entry in ours.items():
        there = bucket.listing(f"{name}/")
        wanted = {f"{name}/{f['path']}": project.published / name / f["path"] for f in entry["files"]}
        for file in entry["files"]:
            if sha256(wanted[f"{name}/{file['path']}"]) != file["sha256"]:
                raise PortalError(f"data/published/{name}/{file['path']} is not what index.json says of it; `km0 verify` says more. Nothing was pushed.")
        other = [p for p in wanted if p in there and not bucket.holds(p, there[p], wanted[p])]
        extra = sorted(there.keys() - wanted.keys())
        if name in theirs and (other or extra) and not replace:
            first = (other or extra)[0]
            raise PortalError(
                f"{bucket.address} holds version {name} with other bytes than here ({first} and {len(other) + len(extra) - 1} more), and versions never change. "
                "If it was rebuilt here since, push with --replace; else look who else publishes there."
            )
        added += [(p, wanted[p]) for p in wanted if p not in there]
        replaced += [(p, wanted[p]) for p in other]
        removed += extra
    site = project.published / SITE
    apart = {INDEX, *(site.read_text(encoding="utf-8").splitlines() if site.exists() else [])}
    beside = {p.name: p for p in sorted(project.published.iterdir()) if p.is_file() and not p.is_symlink() and p.name[0] != "." and p.name not in apart}
    for name, path in beside.items():
        meta = bucket.head(name)
        if meta is None or not bucket.holds(name, meta, path):
            (replaced if meta else added).append((name, path))
    former = {name for name in theirs if any(as_published(o) == as_published(name) and ordered(o) > ordered(name) for o in ours)}
    withdrawn = sorted(p for name in former for p in bucket.listing(f"{name}/"))
    versions = sorted(({n: v for n, v in theirs.items() if n not in former} | ours).values(), key=lambda v: ordered(v["version"]))
    described = () if versions == index else (INDEX,)
    outcome = Outcome(
        "s3", bucket.address, last, not index, tuple(p for p, _ in added), tuple(p for p, _ in replaced), (*removed, *withdrawn), described, dry_run=dry_run
    )
    if dry_run or not outcome.changed:
        return outcome
    again = {p.partition("/")[0] for p in (*outcome.replaced, *removed)} & theirs.keys()
    if again:  # not to be read while they are rewritten
        tag = _announce(bucket, [v for v in index if v["version"] not in again], tag)
    for name, path in sorted([*added, *replaced], key=lambda job: job[0] in beside):
        bucket.put(name, path, anew=(name, path) in added, lasting="/" in name)
        say(f"sent {name} ({path.stat().st_size:,} bytes)")
    bucket.delete(removed)
    if described or again:
        _announce(bucket, versions, tag)
        say(f"announced {', '.join(ours)} in {INDEX}")
    bucket.delete(withdrawn)
    return outcome


def _index(bucket: Bucket) -> tuple[list[dict[str, Any]], str | None]:
    """The versions that the bucket's index.json names, and its tag (None: there is none yet)."""
    found = bucket.read(INDEX)
    if found is None:
        return [], None
    with suppress(ValueError, LookupError, TypeError):
        return list(json.loads(found[0])["versions"]), found[1]
    raise PortalError(f"{bucket.address}{INDEX} is not an index of snapshots; is it the right bucket and prefix?")


def _announce(bucket: Bucket, versions: list[dict[str, Any]], tag: str | None) -> str:
    """Write index.json, if it is still the one that `tag` was of; returns its new tag."""
    now = bucket.swap(INDEX, as_json({"latest": versions[-1]["version"] if versions else None, "versions": versions}), tag)
    if now is None:
        raise PortalError(f"{bucket.address}{INDEX} was written by another push meanwhile; push again, and both are in it.", passing=True)
    return now
