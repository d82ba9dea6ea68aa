"""Outputs of steps in a bucket, which several machines may share.

    <name>.made.json            the note of a step's output, as it lies in data/warehouse: it says by its digest which bytes count
    <name>/<digest>.parquet     these bytes, under their SHA-256: written before the note that names them, never over others

Belongs here: what is fetched and sent, and in which order. Of the outputs of one step the note of the first is taken away first and written
last, as it is in a folder: a step killed in between has made nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from km0_pipeline.storage import StorageError, as_json, read_json, sha256, write_json
from km0_pipeline.storage.bucket import Bucket

NOTE = ".made.json"
AT_ONCE = 8
"""Requests made at the same time."""


class Warehouse:
    """A bucket, and the folder that is this machine's copy of it. Every method raises StorageError."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket, self._folder = bucket, folder
        self._tags: dict[str, str] = {}  # of the notes that were looked at last

    @property
    def address(self) -> str:
        return self._bucket.address

    def fetch(self, names: Iterable[str] | None = None) -> None:
        """Let the folder hold these outputs (else all) as the bucket has them; what it lacks counts as not made here either."""
        tags = {path.removesuffix(NOTE): meta["e_tag"] for path, meta in self._bucket.top()[1].items() if re.fullmatch(rf"\w+{re.escape(NOTE)}", path)}
        here = {path.stem for path in self._folder.glob("*.parquet")}
        wanted = set(tags) | here if names is None else set(names)
        for name in wanted - tags.keys():
            self._tags.pop(name, None)
            self._note(name).unlink(missing_ok=True)
        moved = [n for n in sorted(wanted & tags.keys()) if self._tags.get(n) != tags[n] or n not in here or not self._note(n).exists()]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._fetch, moved))

    def send(self, notes: Mapping[str, Mapping[str, Any]]) -> None:
        """Let the bucket hold the outputs of a step as they lie in the folder, by name their notes; what they replace goes last."""
        paths = {name: f"{name}/{note['digest']}.parquet" for name, note in notes.items()}
        for name, path in paths.items():
            self._bucket.put(path, self._folder / f"{name}.parquet", anew=True, lasting=False)
        replaced = notes.keys() & self._tags.keys()
        first, *others = notes
        if others:
            self._swap(first, {"writing": notes[first]["fingerprint"]})
        for name in (*others, first):
            self._swap(name, notes[name])
        for name in sorted(replaced):
            self._bucket.delete(p for p in self._bucket.listing(f"{name}/") if p != paths[name])

    def _swap(self, name: str, note: Mapping[str, Any]) -> None:
        tag = self._bucket.swap(f"{name}{NOTE}", as_json(note), self._tags.get(name))
        if tag is None:
            raise StorageError(
                f"{self.address}{name}{NOTE} was written by another run meanwhile; two runs that share this storage can't make the same step at once. "
                "Wait until the other has ended, then run again.",
                passing=True,
            )
        self._tags[name] = tag

    def _fetch(self, name: str) -> None:
        """One output. Twice, if it is replaced while it is fetched; what then is not there is to be made again, as what is damaged, which goes."""
        path, note = self._folder / f"{name}.parquet", self._note(name)
        for _ in range(2):
            found = self._bucket.read(f"{name}{NOTE}")
            said = json.loads(found[0]) if found else {}
            if found is None:
                self._tags.pop(name, None)
            else:
                self._tags[name] = found[1] or ""
            here = read_json(note) if path.exists() else None
            if here is not None and (here["fingerprint"], here["digest"]) == (said.get("fingerprint"), said.get("digest")):
                return
            note.unlink(missing_ok=True)
            if "digest" not in said:
                return
            bytes_of_it = f"{name}/{said['digest']}.parquet"
            if self._bucket.fetch(bytes_of_it, path):
                if sha256(path) == said["digest"]:
                    write_json(note, said)
                    return
                self._bucket.delete([bytes_of_it])

    def _note(self, name: str) -> Path:
        return self._folder / f"{name}{NOTE}"
