"""What a step makes, and when it need not be made again.

A step reads files that earlier steps made and writes Parquet of its own in `data/warehouse`.
Beside each output lies `<name>.made.json`: the fingerprint of what it was made from (digests
of its inputs, version of its code, parameters) and the digest of its content. Same
fingerprint: the step is not run again. Same content from other inputs: what follows is not
run again either.

Belongs here: the project's folders, the last published snapshot as an input, and the reuse
rule; no step itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from km0_pipeline.claims import digest
from km0_pipeline.hub import Hub
from km0_pipeline.service_settings import Storage, secret
from km0_pipeline.storage import read_json, sha256, write_aside, write_json
from km0_pipeline.storage.bucket import Bucket
from km0_pipeline.storage.published import Published
from km0_pipeline.storage.warehouse import NOTE, Warehouse
from km0_pipeline.versions import numbered, ordered


class PublishedError(RuntimeError):
    """What stands in data/published can't be gone on from; the message says what to mend."""


@dataclass(frozen=True)
class Project:
    """A hub, the folder it lies in, and the day of the run (None where no one says it): the one thing every step is given.

    `accepted` are the sources and tables whose loss is meant, in this run; `past`: its past is rebuilt in a folder
    of its own, so no feed is asked for what is new, and the buckets that hub.toml names, which hold the present, are left alone.
    """

    root: Path
    hub: Hub
    day: date | None = None
    accepted: frozenset[str] = frozenset()
    past: bool = False

    @classmethod
    def at(cls, root: Path) -> Project:
        """The project in `root`; raises `hub.HubError` if its hub.toml can't be used."""
        return cls(root.resolve(), Hub.load(root / "hub.toml"))

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def warehouse(self) -> Path:
        return self.root / "data" / "warehouse"

    @property
    def published(self) -> Path:
        return self.root / "data" / "published"

    @property
    def database(self) -> Path:
        return self.warehouse / "km0.duckdb"

    @property
    def warehouse_bucket(self) -> Warehouse | None:
        """Where the outputs of steps are kept, if not in `warehouse` alone; None of the past. Raises StorageError or SecretError."""
        settings = self.hub.storage
        return _warehouse(settings, self.warehouse, *_keys(settings)) if settings.warehouse and not self.past else None

    @property
    def published_bucket(self) -> Published | None:
        """Where versions are published, if not in `published` alone; None of the past. Raises StorageError or SecretError."""
        settings = self.hub.storage
        return _published(settings, self.published, *_keys(settings)) if settings.published and not self.past else None

    def address(self, version: str) -> str:
        """Where people find a published version: below the bucket, or below this project's folder."""
        return f"{self.published_bucket.address}{version}" if self.published_bucket else f"data/published/{version}"

    def fetch(self, every_version: bool = False) -> None:
        """Let `warehouse` hold all that its bucket does, and `published` the last version, or every one; nothing to do where they are but folders.

        For who has this project to himself (`storage.sole_use`). Raises StorageError or SecretError.
        """
        if bucket := self.published_bucket:
            bucket.fetch(every_version)
        if outputs := self.warehouse_bucket:
            outputs.fetch()

    def made(self, name: str) -> Path:
        """Where the step called `name` writes: `data/warehouse/<name>.parquet`."""
        return self.warehouse / f"{name}.parquet"

    def index(self) -> dict[str, Any]:
        """`data/published/index.json`: `{"latest": version or None, "versions": [{"version": ..., ...}]}`, oldest first.

        Raises PublishedError if it is broken.
        """
        try:
            found = read_json(self.published / "index.json")
            index: dict[str, Any] = {"latest": None, "versions": []} if found is None else found
            known = [v["version"] for v in index["versions"]]
            if index["latest"] != (known[-1] if known else None):
                raise ValueError("its latest is not the last of its versions")
        except (ValueError, LookupError, TypeError) as e:
            raise PublishedError(
                f"data/published/index.json can't be read ({e}). Put it back from a copy, or delete it: the next `make run` "
                "makes it anew from the versions that lie beside it."
            ) from None
        return index

    def last_snapshot(self) -> Path | None:
        """Folder of the last published snapshot, or None before the first."""
        latest = self.index()["latest"]
        return self.published / latest if latest else None

    def next_version(self, day: date) -> str:
        """The calendar version a snapshot of `day` would get: `2026.11.22`, then `2026.11.22-2`; in a bucket, one that nobody else has begun to send.

        Raises PublishedError if a later day has been published: what is called the latest would not be; StorageError or SecretError.
        """
        latest = self.index()["latest"]
        last, today = ordered(latest) if latest else (0, 0, 0, 0, 0), (day.year, day.month, day.day)
        if last[:3] > today:
            raise PublishedError(
                f"The day {day} is earlier than the last published version, {latest}: versions follow the calendar. "
                "Give that day or a later one (--date), or look at this machine's clock."
            )
        number = last[3] + 1 if last[:3] == today else 1
        return self.published_bucket.next_version(day, number) if self.published_bucket else numbered(day, number)


def is_source(path: Path, folder: Path) -> bool:
    """Whether a file below `folder` was dropped there to be read: not hidden, not the lock of an open workbook, not the README of a folder."""
    parts = path.relative_to(folder).parts
    return not any(part.startswith((".", "~$")) for part in parts) and path.name.upper() != "README.MD"


REFUSED = {
    "outside": "is a link to what lies outside data/raw, which is not followed: who may drop a file there could have any file of this machine read. Put the file itself there.",
    "bad_name": "has a name that is no text (UTF-8). Rename it.",
}
"""Why a file is not opened at all -> a sentence."""


def refusal(path: Path, *folders: Path) -> str:
    """Why the file at `path`, found below one of `folders` (which may be links), is not opened: a key of `REFUSED`, or ''."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "bad_name"
    inside = not path.is_symlink() or any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)
    return "" if inside else "outside"


def shown(path: str) -> str:
    """`path` as text: bytes of it that are none as \\xE9."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Made:
    """What a step made: digest of its content, its rows, whether it was reused, and figures to show."""

    name: str
    path: Path
    digest: str
    rows: int
    reused: bool
    figures: dict[str, Any] = field(default_factory=dict)


def made(project: Project, name: str) -> Made:
    """What the step called `name` made last, and whether its last run reused it; raises FileNotFoundError if it never ran."""
    found = _read(project.made(name))
    if found is None:
        raise FileNotFoundError(f"the step {name!r} has not been run yet: {project.made(name)} is missing")
    return Made(name, project.made(name), found["digest"], found["rows"], found.get("reused", False), found["figures"])


def make(
    project: Project,
    outputs: str | tuple[str, ...],
    build: Callable[..., Mapping[str, Any] | None],
    *,
    inputs: Iterable[str] = (),
    version: str,
    parameters: Iterable[str] = (),
) -> Made:
    """Make `data/warehouse/<output>.parquet` for each output, unless nothing it depends on changed.

    `build` is called with one path an output and writes Parquet there; it may return figures to
    show (JSON values), and `passing`: true where it met what may be otherwise the next time though
    nothing that it depends on is (a file gone while it was read), so that it is made again. `inputs` are names of steps whose output it reads, `version` the version
    of its code, `parameters` anything else that decides its content. Returns what was made for
    the first output; the others are had by `made`.
    """
    import pyarrow.parquet as pq

    names, inputs = (outputs,) if isinstance(outputs, str) else outputs, tuple(inputs)
    bucket = project.warehouse_bucket
    if bucket:
        bucket.fetch((*names, *inputs))
    paths = [project.made(n) for n in names]
    fingerprint = digest(*names, version, *(made(project, i).digest for i in inputs), *parameters, length=64)
    notes = [_read(p) for p in paths]
    if all(n is not None and n["fingerprint"] == fingerprint for n in notes):
        for p, n in zip(paths, notes, strict=True):
            if n is not None and not n.get("reused"):
                write_json(_note(p), n | {"reused": True})
        return made(project, names[0])
    with ExitStack() as stack:
        aside = [stack.enter_context(write_aside(p)) for p in paths]
        figures = dict(build(*aside) or {})
        if figures.pop("passing", False):
            fingerprint = ""
        notes = [
            {"fingerprint": fingerprint, "digest": sha256(a), "rows": pq.read_metadata(a).num_rows, "figures": figures if n == 0 else {}}
            for n, a in enumerate(aside)
        ]
        for p in paths:  # killed between here and the last line: made again, never trusted by mistake
            _note(p).unlink(missing_ok=True)
    if bucket:
        bucket.send({name: note for name, note in zip(names, notes, strict=True) if note is not None})
    for p, note in zip(paths, notes, strict=True):
        write_json(_note(p), note)
    first = made(project, names[0])
    return Made(first.name, first.path, first.digest, first.rows, False, first.figures)


@cache
def code_version(module_file: str) -> str:
    """Version of the code of a package: digest of its source files (Python, SQL, tables of reference).

    To be called with `__file__`, so that no one has to remember to count a version up.
    """
    folder = Path(module_file).parent
    sources = sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".sql", ".yaml", ".csv"))
    return digest(*(part for p in sources for part in (p.relative_to(folder).as_posix(), sha256(p))))


@cache
def modules_version(*module_files: str) -> str:
    """Version of the code of single modules, given by their `__file__`, where a whole package is more than a step rests on."""
    return digest(*(sha256(Path(f)) for f in module_files))


def _keys(settings: Storage) -> tuple[str, str]:
    """The keys as they are now: what was opened with others is not used again."""
    return secret(settings.key, "secret key of the bucket"), secret(settings.key_id, "id of the bucket's key")


def _bucket(settings: Storage, address: str) -> Bucket:
    name, _, prefix = address.removeprefix("s3://").partition("/")
    return Bucket(settings, name, prefix, section="storage", again="run again")


@cache
def _warehouse(settings: Storage, folder: Path, *_: str) -> Warehouse:
    return Warehouse(_bucket(settings, settings.warehouse), folder)


@cache
def _published(settings: Storage, folder: Path, *_: str) -> Published:
    return Published(_bucket(settings, settings.published), folder)


def _note(path: Path) -> Path:
    return path.with_suffix(NOTE)


def _read(path: Path) -> dict[str, Any] | None:
    note: dict[str, Any] | None = read_json(_note(path)) if path.exists() else None
    return note
