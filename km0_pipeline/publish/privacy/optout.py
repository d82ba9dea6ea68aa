"""The opt-out list: who asked to be left out of everything (STANDARDS R7), as keyed hashes that say nobody's name.

    data/raw/decisions/optout.jsonl
    {"list": "km0 opt-out", "check": "…"}                     the first line: by it a wrong key is known
    {"on": "2026-11-23", "kind": "person", "digest": "…"}

A digest is HMAC-SHA256, by the secret in the environment variable `KM0_OPTOUT_KEY`, of the words of a name in small letters, without
accents and sorted (so « EXEMPLE Camille » is Camille Exemple), or of a SIREN. Without the secret nobody can try names on the list, and
nothing can be published. Belongs here: the list; taking people out is for `suppression`, out of snapshots of old for `publish.rebuild`.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from stdnum.fr import siren as siren_number

from km0_pipeline.claims import digest
from km0_pipeline.decisions import FOLDER
from km0_pipeline.publish.privacy.matching import plain

FILE = "optout.jsonl"
VARIABLE = "KM0_OPTOUT_KEY"
KINDS = ("person", "organisation")
SHORTEST = 32
"""Characters that the secret has at least."""
LIST = "km0 opt-out"

Named = tuple[str, str, str | None, str | None]
"""Id, kind, name and SIREN of somebody."""


class OptOutError(RuntimeError):
    """The list can't be used; the message says what to mend."""


@dataclass(frozen=True)
class Entry:
    """Somebody on the list: since when, person or organisation, and the digest."""

    on: str
    kind: str
    digest: str


def path_of(raw: Path) -> Path:
    """The list, below `raw` (data/raw)."""
    return raw / FOLDER / FILE


def read(raw: Path) -> list[Entry]:
    """The list; empty where there is none. Raises OptOutError, naming the line that can't be read."""
    return [Entry(r["on"], r["kind"], r["digest"]) for r in _records(raw)[1:]]


def key(raw: Path) -> bytes:
    """The secret. Raises OptOutError where it is not set, is too short, or is not the one that the list was made with."""
    secret = os.environ.get(VARIABLE, "").strip()
    if len(secret) < SHORTEST:
        raise OptOutError(
            f"The environment variable {VARIABLE} must hold the secret of the opt-out list, {SHORTEST} characters or more; without it nobody can be "
            "left out, and nothing is published. It stands where your hub keeps its secrets; for a first list make one with `openssl rand -hex 32`, and keep it."
        )
    records = _records(raw)
    if records and not hmac.compare_digest(records[0]["check"], _keyed(secret.encode(), LIST)):
        raise OptOutError(
            f"{VARIABLE} is not the secret with which data/raw/{FOLDER}/{FILE} was made; set that one. "
            "If it is lost, those who are on the list must be asked for anew: delete the file, then `km0 optout add` each of them."
        )
    return secret.encode()


def add(raw: Path, secret: bytes, kind: str, who: str, on: date) -> bool:
    """Put a person or an organisation (its name or SIREN) on the list, on disk before this returns; False if it stands there already."""
    path = path_of(raw)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        listed = read(raw)
        new = _digest(secret, kind, who)
        if any(e.digest == new for e in listed):
            return False
        lines = [] if path.stat().st_size else [{"list": LIST, "check": _keyed(secret, LIST)}]
        file.write("".join(json.dumps(line) + "\n" for line in [*lines, asdict(Entry(on.isoformat(), kind, new))]))
        file.flush()
        os.fsync(file.fileno())
    return True


def listed_as(raw: Path, secret: bytes, who: str) -> list[Entry]:
    """The entries that mean `who`, as a person or an organisation."""
    meant = {_digest(secret, kind, who) for kind in KINDS}
    return [e for e in read(raw) if e.digest in meant]


def found(listed: Sequence[Entry], secret: bytes, named: Iterable[Named]) -> frozenset[str]:
    """Ids of those who are on the list. Namesakes are left out with them: the list can't tell them apart."""
    digests = {e.digest for e in listed}
    return frozenset(
        who
        for who, kind, name, siren in named
        if any(word and _digest(secret, kind, word) in digests for word in (name, siren if kind == "organisation" else None))
    )


def among(listed: Sequence[Entry], secret: bytes, words: Iterable[str]) -> frozenset[str]:
    """Those of `words`, each some words as `matching.plain` gives them, that are a name on the list."""
    digests, kinds = {e.digest for e in listed}, sorted({e.kind for e in listed})
    return frozenset(w for w in words if any(_keyed(secret, f"{kind}|{' '.join(sorted(w.split()))}") in digests for kind in kinds))


def digest_of(listed: Iterable[Entry]) -> str:
    """What is told of the list: the same for the same list, whatever the order of its lines."""
    return digest("opt-out list", *sorted(e.digest for e in listed), length=64)


def _digest(secret: bytes, kind: str, who: str) -> str:
    number = "".join(who.split())
    if kind == "organisation" and siren_number.is_valid(number):
        return _keyed(secret, f"siren|{number}")
    words = plain(who).split()
    if not words:
        raise OptOutError(f"{who!r} holds no letter and no digit: no name can be made of it.")
    return _keyed(secret, f"{kind}|{' '.join(sorted(words))}")


def _keyed(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()


def _records(raw: Path) -> list[dict[str, str]]:
    """The lines of the list, checked."""
    try:
        lines = path_of(raw).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        lines = ["not UTF-8"]
    records = []
    for number, line in enumerate(lines, 1):
        fields = {"list", "check"} if number == 1 else {"on", "kind", "digest"}
        try:
            record = json.loads(line)
            if record.keys() != fields or (number > 1 and (record["kind"] not in KINDS or len(record["digest"]) != 64)):
                raise ValueError
            if number > 1:
                date.fromisoformat(record["on"])
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise OptOutError(
                f"data/raw/{FOLDER}/{FILE}, line {number}, is none that `km0 optout add` writes; put the file back from a copy. "
                "Nothing is published as long as the list can't be read: somebody who asked to be left out might be in it."
            ) from None
        records.append(record)
    return records
