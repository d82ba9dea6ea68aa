"""What stewards decided of two organisations: the same, different, or that they can't tell.

A line of data/raw/decisions/entities.jsonl speaks of two *sides*, each known by a name (as `names.name_key` writes it), the place it is known at
(`entity_mentions.place_key`) and its SIREN, or '' where it has none; where one has a SIREN that the other has not, it is known by that alone (`sides`). So it
holds in every edition of press, registries and register, and whatever the mentions' ids. Of what one steward
decides of two sides the later line counts. Where two stewards contradict one another, on the same sides or through others (one and two are the same, two
and three are, one and three are not), a reject names both lines: on the same sides neither counts until they agree, nor does
likeness join the two meanwhile; through others *different* does.

Belongs here: which decisions stand. How mentions follow them belongs to `nearly`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from km0_pipeline import decisions
from km0_pipeline.claims import Reject
from km0_pipeline.decisions import FOLDER, Decision, Sort
from km0_pipeline.entities.names import keys

ENTITY = Sort(
    "entity",
    "entities.jsonl",
    ("same", "different", "unsure", "withdraw"),
    ("one", "one_place", "one_siren", "other", "other_place", "other_siren", "model"),
)
"""Decisions on two organisations; `withdraw` takes back what the same steward decided of them, `model` is the version of `score` that was shown."""

WHERE = f"{FOLDER}/{ENTITY.file}"
"""Their file, below data/raw."""

T = TypeVar("T")

Side = tuple[str, str, str]
"""Normalised name, place, SIREN or ''; name and place are '' where the SIREN is what it is known by."""


def sides(one: Side, other: Side) -> tuple[Side, Side]:
    """Two sides as decisions know them: by a SIREN alone, whatever it is called and wherever, which the other has not."""
    first, second = ((("", "", side[2]) if side[2] and one[2] != other[2] else side) for side in (one, other))
    return first, second


@dataclass(frozen=True)
class Pair:
    """A decision that stands, and its line."""

    line: int
    decision: str
    one: Side
    other: Side


def read(raw: Path) -> tuple[list[Pair], list[Reject]]:
    """The decisions that stand, in the order of their lines, and the lines that can't be used or contradict one another."""
    found, rejects = decisions.read(raw, ENTITY)
    names = keys("organisation", [d.about[side] for d in found for side in ("one", "other")]) if found else []
    last: dict[tuple[frozenset[Side], str], tuple[Decision, Side, Side]] = {}
    for d, one_key, other_key in zip(found, names[::2], names[1::2], strict=True):
        one, other = (
            (one_key, d.about["one_place"], d.about["one_siren"]),
            (other_key, d.about["other_place"], d.about["other_siren"]),
        )
        if one == other:
            rejects.append(
                _reject(d.line, "its two sides have the same name, place and SIREN: no decision can tell them apart. Delete it; the other decisions count.")
            )
        else:
            one, other = sides(one, other)
            last[frozenset((one, other)), d.by] = (d, one, other)
    stand: dict[frozenset[Side], Pair] = {}
    refused: set[frozenset[Side]] = set()
    for (both, _), (d, one, other) in sorted(last.items(), key=lambda entry: entry[1][0].line):
        before = stand.get(both)
        if d.decision == "withdraw" or both in refused:
            continue
        if before is None or before.decision == "unsure":
            stand[both] = Pair(d.line, d.decision, one, other)
        elif d.decision not in (before.decision, "unsure"):
            refused.add(both)
            wrong = (
                f"it says {d.decision} where line {before.line}, of another steward, says {before.decision}. Neither of the two counts "
                "until they agree: delete the one that is wrong."
            )
            rejects.append(_reject(d.line, wrong, "contradicting_decisions"))
            stand[both] = Pair(before.line, "unsure", one, other)
    pairs, through = _consistent(sorted(stand.values(), key=lambda p: p.line))
    return pairs, rejects + through


def _consistent(pairs: list[Pair]) -> tuple[list[Pair], list[Reject]]:
    """The pairs less each *same* that would join, through others, what a *different* keeps apart."""
    group: dict[Side, Side] = {}
    # of each group, from which others it is to stay apart, and which line says so first
    apart: defaultdict[Side, dict[Side, int]] = defaultdict(dict)
    for pair in pairs:
        if pair.decision == "different":
            apart[pair.one][pair.other] = apart[pair.other][pair.one] = pair.line
    kept: list[Pair] = []
    rejects: list[Reject] = []
    for pair in pairs:
        if pair.decision == "same":
            one, other = sorted((find(group, pair.one), find(group, pair.other)), key=lambda side: len(apart[side]))
            if other in apart[one]:
                line = apart[one][other]
                wrong = f"with the lines before it, it joins what line {line} says is different. It does not count: delete it, or line {line} where that one is wrong."
                rejects.append(_reject(pair.line, wrong, "contradicting_decisions"))
                continue
            if one != other:
                group[one] = other
                for third, line in apart.pop(one).items():
                    del apart[third][one]
                    apart[third][other] = apart[other][third] = min(line, apart[other].get(third, line))
        kept.append(pair)
    return kept, rejects


def find(group: dict[T, T], member: T) -> T:
    """Whom `member` is one with, in `group`: each is mapped to another of its group, the last to itself or nowhere; shortens the way there."""
    while (above := group.get(member, member)) != member:
        group[member] = member = group.get(above, above)
    return member


def _reject(line: int, wrong: str, reason: str = "bad_decision") -> Reject:
    return Reject("", WHERE, f"line:{line}", reason, f"data/raw/{WHERE}, line {line}: {wrong}")


def settled(pairs: Iterable[Pair]) -> set[frozenset[Side]]:
    """Sides (as `sides` gives them) of which something was decided, be it that one can't tell: they are not asked again."""
    return {frozenset((p.one, p.other)) for p in pairs}
