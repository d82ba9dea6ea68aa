"""Words without which a pattern can't match: found for all patterns at once, so that most are not tried.

A hundred rules read each sentence, and few have a word in it. From the parsed pattern comes a set of strings of which each match
holds one (`required`); which of all such strings stand in a sentence is told by one pass over it (Aho-Corasick). Belongs
here: that; nothing of what the words mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True, eq=False)
class Cue:
    """What a pattern requires: told when a text is first read, since to parse a hundred patterns takes seconds."""

    pattern: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The strings of `required`."""
        return required(self.pattern)


class Cues:
    """Cues looked for together."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []
        self._automaton: Any = None

    def of(self, pattern: str) -> Cue:
        """What `pattern` requires, looked for from now on."""
        self._cues.append(Cue(pattern))
        self._automaton = None
        return self._cues[-1]

    def within(self, text: str) -> frozenset[str]:
        """Which of the strings of all cues stand in `text`, case aside."""
        if self._automaton is None:
            import ahocorasick

            self._automaton = ahocorasick.Automaton()
            for word in sorted({word for cue in self._cues for word in cue.words}):
                self._automaton.add_word(word, word)
            self._automaton.make_automaton()
        return frozenset(word for _, word in self._automaton.iter(text.lower())) if len(self._automaton) else frozenset()
