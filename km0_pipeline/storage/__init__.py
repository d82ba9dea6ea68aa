"""Where bytes lie: write aside, verify, rename; say what a file is by its content. In a folder, or in a bucket of an object store.

Every step and every reader works on files below data/warehouse and data/published. Where `[storage]` of hub.toml names a
bucket, that is where the data are kept, and the folder is this machine's copy of as much as it needs:

    bucket      single objects: conditional writes, read back; errors without keys
    warehouse   outputs of steps: fetched before a step reads them, sent when it has made them
    published   versions: fetched when index.json names them, sent before it does

What a folder does by rename, a bucket does by naming: new bytes lie first under a name that nobody reads (a version that index.json does not list,
an output under its own digest), then one conditional write of one small object (index.json; the note of a step's output) lets all of them
count. Who finds that another has written it meanwhile has lost, says so, and takes away what is his. A run killed anywhere
leaves what counted before; the next one takes up what the same content has sent, and clears away the rest when nobody can be at work on it.

Not kept in a bucket, because they are made again from what is: km0.duckdb, counts of checks, answers of the register and the geocoder.

Belongs here: everything that touches a file system or an object store in a way that must survive a kill or a
second process. In this file: a folder on this machine.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ASIDE = ".*.tmp*"
"""Names of what is being written (`write_aside`), or was when a process was killed; DuckDB writes a log beside its file."""


class StorageError(RuntimeError):
    """A bucket can't be used, or another writer was quicker; the message says what, where and what to do.

    `passing`: the same may go well later, with nothing mended.
    """

    def __init__(self, sentence: str, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def content_id(content: Path | bytes) -> str:
    """What a document is known by: the first 20 digits of the SHA-256 of its bytes, as long as the id of a claim."""
    return (sha256(content) if isinstance(content, Path) else hashlib.sha256(content).hexdigest())[:20]


@contextmanager
def write_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; renamed over it on success, removed on failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield aside
        aside.replace(path)
    finally:
        if aside.is_dir():
            shutil.rmtree(aside)
        else:
            aside.unlink(missing_ok=True)


def sweep(paths: Iterable[Path]) -> None:
    """Remove, of these, what a process that was killed in `write_aside` left. For who alone writes there."""
    for path in sorted(paths):
        if re.fullmatch(r"\..+\.\d+\.tmp(\.wal)?", path.name) and not path.is_symlink():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def as_json(value: Any) -> bytes:
    """Indented UTF-8 JSON with sorted keys and a final newline."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def write_json(path: Path, value: Any) -> None:
    """Write `as_json`, by rename."""
    with write_aside(path) as aside:
        aside.write_bytes(as_json(value))


def read_json(path: Path) -> Any:
    """The JSON in `path`, or None where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def point(link: Path, target: str) -> None:
    """Let `link` be a symbolic link to `target`, replaced in one step."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    aside = link.with_name(f".{link.name}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


@contextmanager
def sole_use(root: Path, *, wait: bool = True) -> Iterator[None]:
    """The project in `root` to oneself: two runs at once would write over each other. What a killed run left in data/warehouse goes, and
    with it whatever is being written there meanwhile: so nobody else writes there.

    The lock goes with the process, so a killed run leaves none behind. Raises BlockingIOError
    where another run holds it and `wait` is false.
    """
    path = root / "data" / "warehouse" / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        sweep(path.parent.rglob(ASIDE))
        yield


def safe(path: str) -> str:
    """`path`, if it is one below the folder it is meant for, on any system; raises ValueError."""
    parts = path.split("/")
    if len(path) > 200 or not all(re.fullmatch(r"[^\\/:\x00-\x1f\x7f*?\"<>|]+", p) and not p.startswith(".") for p in parts):
        raise ValueError(f"the path {path[:80]!r} leads out of the snapshot, or is none")
    return path
