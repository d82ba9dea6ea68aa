"""Where bytes lie: write aside, verify, rename; say what a file is by its content.

Belongs here: everything that touches a file system in a way that must survive a kill or a
second process. For now a folder on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


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
