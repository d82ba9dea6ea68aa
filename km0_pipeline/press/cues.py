"""Words without which a pattern can't match: found for all patterns at once, so that most are not tried.

Hundreds of rules read each sentence, and few have a word in it. From the parsed pattern come sets of strings of each of which a match
holds one (`required`); for which patterns such strings stand in a sentence is told by one pass over it (Aho-Corasick). Belongs
here: that; nothing of what the words mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SHORTEST = 2
"""Letters of a string that is worth looking for."""
MOST = 32
"""Strings that a run is told apart into: `l[eè]v` holds « lev » or « lèv »."""
SETS = 5
"""Sets of strings that are looked for, of one pattern."""


def required(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of strings of each of which every match of `pattern` holds one at least, as `plain` has it; the `SETS` that tell most, best first."""
    found = dict.fromkeys(_sets(_parser.parse(pattern)))
    return tuple(sorted(found, key=_telling, reverse=True)[:SETS])


def plain(text: str) -> str:
    """`text` in small letters, as far as patterns tell no case: for `re` i and ı, s and ſ are one."""
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")


def _telling(strings: frozenset[str]) -> tuple[int, int]:
    return min(len(s.strip()) for s in strings), -len(strings)


def _sets(parsed: Any) -> Iterator[frozenset[str]]:
    """The sets of strings of each of which a match of the sequence holds one."""
    runs = {""}
    for what, value in [*parsed, (None, None)]:
        if what in (op.AT, op.ASSERT, op.ASSERT_NOT):  # of no width
            continue
        letters = [value] if what is op.LITERAL else [v for _, v in value] if what is op.IN and all(kind is op.LITERAL for kind, _ in value) else []
        if letters and len(letters) * len(runs) <= MOST:
            runs = {r + plain(chr(letter)) for r in runs for letter in letters}
            continue
        if min(len(r.strip()) for r in runs) >= SHORTEST:
            yield frozenset(runs)
        runs = {""}
        if what is op.SUBPATTERN:
            yield from _sets(value[3])
        elif what in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0]:
            yield from _sets(value[2])
        elif what is op.BRANCH:
            best = [max(_sets(branch), key=_telling, default=None) for branch in value[1]]
            if None not in best:
                yield frozenset[str]().union(*(b for b in best if b))


class Cues:
    """Which of some patterns may match a text, as a number: bit n for pattern n. `needs` are the sets of strings (`required`) of each."""

    def __init__(self, needs: Sequence[Iterable[frozenset[str]]]) -> None:
        import ahocorasick

        self._free = [0] * SETS  # patterns that have no such set
        held: dict[str, list[int]] = {}
        for n, sets in enumerate(needs):
            ordered = list(sets)
            for k in range(SETS):
                for word in ordered[k] if k < len(ordered) else ():
                    held.setdefault(word, [0] * SETS)[k] |= 1 << n
                if k >= len(ordered):
                    self._free[k] |= 1 << n
        self._automaton: Any = ahocorasick.Automaton()
        for word, masks in held.items():
            self._automaton.add_word(word, tuple(masks))
        self._automaton.make_automaton()

    def within(self, text: str) -> int:
        """The patterns of each of whose sets a string stands in `text`, case aside."""
        held: set[tuple[int, ...]] = {masks for _, masks in self._automaton.iter(plain(text))} if len(self._automaton) else set()
        possible = -1
        for masks in zip(self._free, *held, strict=True):
            some = 0
            for mask in masks:
                some |= mask
            possible &= some
        return possible
