"""Decisions of stewards: files of `data/raw/decisions`, one JSON object a line, replayed on every run.

    {"decision": "accept", "by": "…", "when": "2026-11-23T09:30:00+00:00", "why": "", "score": 0.71, "claim": {…}}

What is decided on stands under the name of its sort (`claim`), in words, as it was when it was decided. A file only
grows: of two lines that speak of the same, the later one counts. Who decided, when and why stay in the file; no step
publishes them. Belongs here: reading and writing lines; whom a decision concerns is for the step that replays it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from km0_pipeline.claims import Reject

FOLDER = "decisions"
"""Below data/raw."""


@dataclass(frozen=True)
class Sort:
    """A sort of decision: its file, what may be decided, and the texts by which what is decided on is known."""

    name: str
    file: str
    choices: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One line: its number in the file, what was decided, by whom, and on what."""

    line: int
    decision: str
    by: str
    about: Mapping[str, str]


def path_of(raw: Path, sort: Sort) -> Path:
    """The file of a sort of decision, below `raw` (data/raw)."""
    return raw / FOLDER / sort.file


def read(raw: Path, sort: Sort) -> tuple[list[Decision], list[Reject]]:
    """The lines of a file, in order, and those that can't be used; nothing where there is no file."""
    try:
        content = path_of(raw, sort).read_bytes()
    except FileNotFoundError:
        return [], []
    found: list[Decision] = []
    rejects: list[Reject] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        wrong = ""
        try:
            record = json.loads(line)
            wrong = next(_mistakes(record, sort), "")
        except (ValueError, RecursionError):  # nor is it UTF-8
            wrong = "it is not one JSON object"
        if wrong:
            where = f"{FOLDER}/{sort.file}"
            sentence = (
                f"data/raw/{where}, line {number}: {wrong}. Mend that line or delete it; the other decisions count."
            )
            rejects.append(Reject("", where, f"line:{number}", "bad_decision", sentence, line.decode(errors="replace")))
        else:
            found.append(Decision(number, record["decision"], record["by"], record[sort.name]))
    return found, rejects


def counts(raw: Path) -> dict[str, int]:
    """How many lines that are JSON objects each file of decisions holds, by its name without `.jsonl`."""
    found = {}
    for path in sorted((raw / FOLDER).glob("*.jsonl")):
        found[path.stem] = sum(_is_object(line) for line in path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    return found


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _mistakes(record: Any, sort: Sort) -> Iterator[str]:
    """What is wrong with a line, in words that follow its number."""
    if not isinstance(record, dict):
        yield "it is not one JSON object"
        return
    known = ("decision", "by", "when", "why", "score", sort.name)
    if missing := [k for k in known if k not in record]:
        yield f"{', '.join(missing)} missing"
        return
    if unknown := sorted(record.keys() - set(known)):
        yield f"{', '.join(unknown)} unknown; expected: {', '.join(known)}"
    if record["decision"] not in sort.choices:
        yield f"decision is none of {', '.join(sort.choices)}"
    if not all(isinstance(record[k], str) for k in ("by", "when", "why")):
        yield "by, when and why must be texts"
        return
    try:
        dated = datetime.fromisoformat(record["when"]).tzinfo is not None
    except ValueError:
        dated = False
    if not dated:
        yield "when is no moment with its time zone, such as 2026-11-23T09:30:00+00:00"
    score = record["score"]
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        yield "score is no number from 0 to 1"
    about = record[sort.name]
    if (
        not isinstance(about, dict)
        or set(about) != set(sort.fields)
        or not all(isinstance(v, str) for v in about.values())
    ):
        yield f"{sort.name} must hold the texts {', '.join(sort.fields)}, and nothing else"


def append(
    raw: Path, sort: Sort, decision: str, about: Mapping[str, str], *, by: str, when: datetime, why: str, score: float
) -> None:
    """Add a line, whole and on disk before this returns, whoever else is adding one. Raises OSError if it can't be written."""
    record = {"decision": decision, "by": by, "when": when.isoformat(timespec="seconds"), "why": why, "score": score}
    record[sort.name] = {f: about[f] for f in sort.fields}
    line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    path = path_of(raw, sort)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # mended by hand: its last line has no end
                line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
