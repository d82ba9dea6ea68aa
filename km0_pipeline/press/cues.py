"""Words without which a pattern can't match: found for all patterns at once, so that most are not tried.

A hundred rules read each sentence, and few have a word in it. From the parsed pattern comes a set of strings of which each match
holds one (`required`); which of all such strings stand in a sentence is told by one pass over it (Aho-Corasick). Belongs
here: that; nothing of what the words mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SHORTEST = 3
"""Letters of a string that is worth looking for."""
MOST = 32
"""Strings that a run is told apart into: `l[eè]v` holds « lev » or « lèv »."""


def required(pattern: str) -> frozenset[str]:
    """Strings, in small letters, of which each match of `pattern` holds one at least, case aside; none where that can't be told."""
    return _best(_parser.parse(pattern)) or frozenset()


def _best(parsed: Any) -> frozenset[str] | None:
    """Of the sets of strings of which a match of the sequence holds one, that whose shortest is longest."""
    found: list[frozenset[str]] = []
    runs = {""}

    def end() -> None:
        nonlocal runs
        if min(len(r.strip()) for r in runs) >= SHORTEST:
            found.append(frozenset(runs))
        runs = {""}

    for what, value in parsed:
        if what is op.LITERAL:
            runs = {r + chr(value).lower() for r in runs}
            continue
        if what is op.IN and len(value) * len(runs) <= MOST and all(kind is op.LITERAL for kind, _ in value):
            runs = {r + chr(letter).lower() for r in runs for _, letter in value}
            continue
        if what in (op.AT, op.ASSERT, op.ASSERT_NOT):  # of no width
            continue
        end()
        inner: list[frozenset[str] | None] = []
        if what is op.SUBPATTERN:
            inner = [_best(value[3])]
        elif what in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0]:
            inner = [_best(value[2])]
        elif what is op.BRANCH:
            inner = [_best(branch) for branch in value[1]]
        if inner and all(inner):
            found.append(frozenset[str]().union(*(i for i in inner if i)))
    end()
    return max(found, key=lambda s: (min(len(w.strip()) for w in s), -len(s)), default=None)


class Cues:
    """`words`, in small letters, looked for together."""

    def __init__(self, words: Iterable[str]) -> None:
        import ahocorasick

        self._automaton: Any = ahocorasick.Automaton()
        for word in sorted(set(words)):
            self._automaton.add_word(word, word)
        self._automaton.make_automaton()

    def within(self, text: str) -> frozenset[str]:
        """Which of the words stand in `text`, case aside."""
        return frozenset(word for _, word in self._automaton.iter(text.lower()))
