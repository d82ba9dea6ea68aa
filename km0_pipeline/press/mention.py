"""A mention: a subject spoken of at one place of a document.

Belongs here: its shape, and how mentions that overlap are chosen between. How they are found belongs to
`naming`, which of them are the same subject to `joining`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from km0_pipeline.press.known import Known

Letter = Literal["H", "O", "P", "L", "V"]
"""Hub, other organisation, person, place, event."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject spoken of at `start` to `end`.

    `named`: the words are a name (else a pronoun, a title, « le pôle »). `weak`: worth a claim only
    if something is said of it. `part_of`: key of the organisation that a descriptive name contains.
    `noun`: what the text calls it besides its name (folded), `gender`: "m", "f" or "" (see `resumed`).
    """

    start: int
    end: int
    letter: Letter
    key: str
    kind: str = ""
    confidence: float = 0.6
    named: bool = True
    weak: bool = False
    known: Known | None = None
    part_of: str = ""
    noun: str = ""
    gender: str = ""


def merge(chosen: list[Mention], more: Iterable[Mention]) -> list[Mention]:
    """`chosen`, and of `more`, in their order, those that overlap none before them; in the order of the text."""
    kept, more = list(chosen), list(more)
    taken = bytearray(max((m.end for m in (*kept, *more)), default=0))
    for m in kept:
        taken[m.start : m.end] = b"\1" * (m.end - m.start)
    for m in more:
        if taken.find(1, m.start, m.end) < 0:
            taken[m.start : m.end] = b"\1" * (m.end - m.start)
            kept.append(m)
    return sorted(kept, key=lambda m: m.start)
