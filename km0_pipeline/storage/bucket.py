"""A bucket of an object store: what a folder does by rename, it does by conditional writes.

Belongs here: single objects, by path below a prefix, and errors as sentences without keys in them. Which objects there are, and in
which order they are written, is for `warehouse`, `published` and `portals.s3`. Source of the conditions: If-None-Match and If-Match
of PutObject, which Amazon's S3 heeds since 2024.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km0_pipeline.service_settings import HERE, Service, secret
from km0_pipeline.storage import StorageError, sha256, write_aside

if TYPE_CHECKING:
    from obstore.store import S3Config

MEDIA_TYPES = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "html": "text/html",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "ttl": "text/turtle",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
}
LASTING, CHANGING = "public, max-age=31536000, immutable", "no-cache"
"""How long caches may keep what never changes, and what does."""


class Bucket:
    """The objects of a bucket below a prefix; `section` of hub.toml says where it is, `again` what to do where something passed went wrong.

    Every method raises StorageError where the store can't be reached or refuses.
    """

    def __init__(self, service: Service, bucket: str, prefix: str, *, section: str, again: str) -> None:
        from obstore.store import S3Store

        endpoint = service.endpoint
        if endpoint.startswith("http://") and endpoint.removeprefix("http://").partition("/")[0].rpartition(":")[0] not in HERE:
            raise StorageError(f"{endpoint}: data would go there unencrypted; give endpoint with https in hub.toml, [{section}].")
        prefix = prefix.strip("/")
        self.address = f"s3://{bucket}/{prefix}" + ("/" if prefix else "")
        self._service, self._section, self._again = service, section, again
        self._secrets = (secret(service.key, "secret key of the bucket"), secret(service.key_id, "id of the bucket's key"))
        config: S3Config = {"region": service.region, "access_key_id": self._secrets[1], "secret_access_key": self._secrets[0]}
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(
            bucket, prefix=prefix or None, config=config,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=service.max_seconds)},
            retry_config={"max_retries": service.attempts - 1, "backoff": {"init_backoff": timedelta(seconds=service.pause_seconds)}},
        )  # fmt: skip

    def read(self, path: str) -> tuple[bytes, str | None] | None:
        """The bytes of an object and its tag, or None."""
        import obstore

        with self._plainly(path):
            try:
                got = obstore.get(self._store, path)
            except FileNotFoundError as e:
                if "NoSuchBucket" in str(e):
                    raise
                return None
            return bytes(got.bytes()), got.meta["e_tag"]

    def fetch(self, path: str, into: Path) -> bool:
        """Write an object to a file, by rename; False where there is none."""
        import obstore

        with self._plainly(path):
            try:
                got = obstore.get(self._store, path)
            except FileNotFoundError:
                return False
            with write_aside(into) as aside, aside.open("wb") as f:
                for chunk in got:
                    f.write(chunk)
            return True

    def listing(self, folder: str) -> dict[str, Any]:
        """What is known of each object below `folder`, by path: `size`, `e_tag`, `last_modified`."""
        import obstore

        with self._plainly(folder):
            return {meta["path"]: meta for batch in obstore.list(self._store, folder) for meta in batch}

    def top(self) -> tuple[list[str], dict[str, Any]]:
        """Folders at the top, and what is known of each object there."""
        import obstore

        with self._plainly(""):
            found = obstore.list_with_delimiter(self._store)
            return list(found["common_prefixes"]), {meta["path"]: meta for meta in found["objects"]}

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
        with local.open("rb") as f:
            if (meta["e_tag"] or "").strip('"') == hashlib.file_digest(f, lambda: hashlib.md5(usedforsecurity=False)).hexdigest():
                return True
        with self._plainly(path):
            digest = hashlib.sha256()
            for chunk in obstore.get(self._store, path):
                digest.update(chunk)
            return digest.hexdigest() == sha256(local)

    def put(self, path: str, local: Path, anew: bool, lasting: bool = True) -> None:
        """Write a file, read back what the bucket made of it; `anew`: only if nothing is there (right, if it holds the same)."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        attributes = {"Content-Type": _media_type(path), "Cache-Control": LASTING if lasting else CHANGING, "sha256": sha256(local)}
        with self._plainly(path), suppress(AlreadyExistsError):  # by somebody else since we looked
            obstore.put(self._store, path, local, attributes=attributes, mode="create" if anew else "overwrite", use_multipart=False)
        meta = self.head(path)
        if meta is None or not self.holds(path, meta, local):
            raise StorageError(f"{self.address}{path}: the bucket took it but holds something else, or another writer was at work; {self._again}.", passing=True)

    def swap(self, path: str, content: bytes, tag: str | None, lasting: bool = False) -> str | None:
        """Write an object if it is still the one that `tag` was of (None: if there is none), and read it back.

        Returns its new tag; None where somebody else has written it meanwhile.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        attributes = {"Content-Type": _media_type(path), "Cache-Control": LASTING if lasting else CHANGING}
        with self._plainly(path), suppress(AlreadyExistsError, PreconditionError):  # or by us, and the answer was lost
            obstore.put(self._store, path, content, attributes=attributes, mode={"e_tag": tag} if tag else "create", use_multipart=False)
        now = self.read(path)
        return now[1] if now and now[0] == content else None

    def delete(self, paths: Iterable[str]) -> None:
        """Remove objects, one after the other."""
        import obstore

        for path in paths:
            with self._plainly(path), suppress(FileNotFoundError):
                obstore.delete(self._store, path)

    @contextmanager
    def _plainly(self, path: str) -> Iterator[None]:
        """Errors of the store as a sentence, without the keys."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        why, passing = "", False
        try:
            yield
        except (BaseError, OSError) as e:
            why = " ".join(str(e).partition("Debug source")[0].split())
            passing = not (isinstance(e, (PermissionDeniedError, UnauthenticatedError, FileNotFoundError)) or "NoSuchBucket" in why)
            for known in self._secrets:
                why = why.replace(known, "(the key)")
        if why:
            mend = f"check bucket and endpoint in hub.toml, [{self._section}], and the keys in {self._service.key_id} and {self._service.key}"
            raise StorageError(f"{self.address}{path}: {why[:400]}; {f'{self._again} later' if passing else mend}.", passing=passing) from None


def _media_type(path: str) -> str:
    return MEDIA_TYPES.get(path.rpartition("/")[2].rpartition(".")[2], "text/plain")
