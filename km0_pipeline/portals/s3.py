"""An S3 bucket that serves the snapshots as data/published does (STANDARDS 5.3).

    <prefix>/2026.11.22/...    a version: written once, never over another (conditional writes), kept for a year by caches
    <prefix>/feed.xml, ...     what stands beside the versions in data/published
    <prefix>/index.json        written last, and only if nobody else has written it meanwhile

What it guarantees. A version is there for readers when index.json names it, which is one request after all its bytes have been read back: by
then it is whole. A push that breaks off leaves index.json as it was, and the next one sends what is missing. There is no `latest/`: copies of
many files can't be changed at once; `latest` of index.json says which it is. Of a version that was written again without those who asked
to be left out (2026.11.22+r1) the former goes as soon as index.json names the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km0_pipeline.portal_settings import S3
from km0_pipeline.portals.http import HERE, secret
from km0_pipeline.portals.offer import MEDIA_TYPES, snapshot_folder
from km0_pipeline.portals.outcome import Outcome, PortalError
from km0_pipeline.steps import Project
from km0_pipeline.storage import as_json, sha256
from km0_pipeline.versions import as_published, ordered

if TYPE_CHECKING:
    from obstore.store import S3Config

INDEX = "index.json"


def push(project: Project, settings: S3, version: str, dry_run: bool, replace: bool, say: Callable[[str], None]) -> Outcome:
    """Let the bucket hold `version`, or every published version where it is empty. Raises PortalError."""
    last = snapshot_folder(project, version).name
    bucket = _Bucket(settings)
    index, tag = bucket.index()
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
    beside = {p.name: p for p in sorted(project.published.iterdir()) if p.is_file() and not p.is_symlink() and p.name[0] != "." and p.name != INDEX}
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
        tag = bucket.announce([v for v in index if v["version"] not in again], tag)
    for name, path in sorted([*added, *replaced], key=lambda job: job[0] in beside):
        bucket.put(name, path, anew=(name, path) in added)
        say(f"sent {name} ({path.stat().st_size:,} bytes)")
    for name in removed:
        bucket.delete(name)
    if described or again:
        bucket.announce(versions, tag)
        say(f"announced {', '.join(ours)} in {INDEX}")
    for name in withdrawn:
        bucket.delete(name)
    return outcome


class _Bucket:
    """The bucket of `settings`, with errors as sentences and without keys in them."""

    def __init__(self, settings: S3) -> None:
        from obstore.store import S3Store

        endpoint = settings.endpoint
        if endpoint.startswith("http://") and endpoint.removeprefix("http://").partition("/")[0].rpartition(":")[0] not in HERE:
            raise PortalError(f"{endpoint}: data would go there unencrypted; give endpoint with https in hub.toml.")
        prefix = settings.prefix.strip("/")
        self.address = f"s3://{settings.bucket}/{prefix}" + ("/" if prefix else "")
        self._secrets = (secret(settings.key, "secret key of the bucket"), secret(settings.key_id, "id of the bucket's key"))
        self._settings = settings
        config: S3Config = {"region": settings.region, "access_key_id": self._secrets[1], "secret_access_key": self._secrets[0]}
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(
            settings.bucket, prefix=prefix or None, config=config,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=settings.max_seconds)},
            retry_config={"max_retries": settings.attempts - 1, "backoff": {"init_backoff": timedelta(seconds=settings.pause_seconds)}},
        )  # fmt: skip

    def index(self) -> tuple[list[dict[str, Any]], str | None]:
        """The versions that the bucket's index.json names, and its tag (None: there is none yet)."""
        import obstore

        with self._plainly(INDEX):
            try:
                got = obstore.get(self._store, INDEX)
            except FileNotFoundError:
                return [], None
            with suppress(ValueError, LookupError, TypeError):
                return list(json.loads(bytes(got.bytes()))["versions"]), got.meta["e_tag"]
        raise PortalError(f"{self.address}{INDEX} is not an index of snapshots; is it the right bucket and prefix?")

    def listing(self, folder: str) -> dict[str, Any]:
        """What lies below `folder`, by path."""
        import obstore

        with self._plainly(folder):
            return {meta["path"]: meta for batch in obstore.list(self._store, folder) for meta in batch}

    def head(self, path: str) -> Any:
        """What is known of an object, or None."""
        import obstore

        with self._plainly(path):
            try:
                return obstore.head(self._store, path)
            except FileNotFoundError:
                return None

    def holds(self, path: str, meta: Any, local: Path) -> bool:
        """Whether an object has the bytes of a file: by size and MD5, where its tag is one, or else by reading it."""
        import obstore

        if meta["size"] != local.stat().st_size:
            return False
        tag = (meta["e_tag"] or "").strip('"')
        if tag == hashlib.md5(local.read_bytes(), usedforsecurity=False).hexdigest():
            return True
        with self._plainly(path):
            digest = hashlib.sha256()
            for chunk in obstore.get(self._store, path):
                digest.update(chunk)
            return digest.hexdigest() == sha256(local)

    def put(self, path: str, local: Path, anew: bool) -> None:
        """Write a file, read back what the bucket made of it; `anew`: only if nothing is there."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        lasting = "public, max-age=31536000, immutable" if "/" in path else "no-cache"
        attributes = {"Content-Type": MEDIA_TYPES.get(local.suffix[1:], "text/plain"), "Cache-Control": lasting, "sha256": sha256(local)}
        with self._plainly(path), suppress(AlreadyExistsError):  # by another push since we looked: right, if it holds the same
            obstore.put(self._store, path, local, attributes=attributes, mode="create" if anew else "overwrite", use_multipart=False)
        meta = self.head(path)
        if meta is None or not self.holds(path, meta, local):
            raise PortalError(f"{self.address}{path}: the bucket took it but holds something else; {INDEX} does not name this version yet. Push again.", passing=True)

    def delete(self, path: str) -> None:
        import obstore

        with self._plainly(path):
            obstore.delete(self._store, path)

    def announce(self, versions: list[dict[str, Any]], tag: str | None) -> str | None:
        """Write index.json, if it is still the one that `tag` was of, and read it back; returns its new tag."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        content = as_json({"latest": versions[-1]["version"] if versions else None, "versions": versions})
        with self._plainly(INDEX):
            try:
                attributes = {"Content-Type": MEDIA_TYPES["json"], "Cache-Control": "no-cache"}
                obstore.put(self._store, INDEX, content, attributes=attributes, mode={"e_tag": tag} if tag else "create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                raise PortalError(f"{self.address}{INDEX} was written by another push meanwhile; push again, and both are in it.", passing=True) from None
            stored = obstore.get(self._store, INDEX)
            if bytes(stored.bytes()) == content:
                return stored.meta["e_tag"]
        raise PortalError(f"{self.address}{INDEX} is not what was just written; push again.", passing=True)

    @contextmanager
    def _plainly(self, path: str) -> Iterator[None]:
        """Errors of the store as a sentence, without the keys."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        why, passing = "", False
        try:
            yield
        except (BaseError, OSError) as e:
            passing = not isinstance(e, (PermissionDeniedError, UnauthenticatedError, FileNotFoundError))
            why = " ".join(str(e).partition("Debug source")[0].split())
            for known in self._secrets:
                why = why.replace(known, "(the key)")
        if why:
            todo = "push again later" if passing else f"check bucket and endpoint in [portals.s3], and the keys in {self._settings.key_id} and {self._settings.key}"
            raise PortalError(f"{self.address}{path}: {why[:400]}; {todo}.", passing=passing) from None
