"""Whom a pronoun, a bare noun or nobody at all means, by what the sentence and the two before it name.

`Sentence.before` knows whom a text is about, and forgets it where it is in doubt. Rules know more: a founder is a person, what is
incubated is none. Of those that may be meant the one that began a sentence goes before others, a near sentence before one farther off.
What is so found is less sure than a name. Belongs here: that choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from km0_pipeline.press.grammar import Reader
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.resumed import may_be
from km0_pipeline.press.sentences import Masked, Sentence
from km0_pipeline.press.topics import ASIDE

LESS_SURE = 0.68
"""Score of a bond one end of which is found here."""
_FAR = 350
"""Characters after which a sentence is too far off."""
_GENDER = {"il": "m", "elle": "f", "ils": "m", "elles": "f"}
_BEGINS = re.compile(r"[^‹]{0,12}(?:[^‹,;:]{0,40}(?:‹[DSL]\d+›[^‹,;:]{0,10})?, )?[^‹,;:]{0,25}?(?P<people>‹P\d+›(?:(?:, (?:[^‹,;:]{0,30}‹[HOL]\d+›)?,?| et)[^‹,;:]{0,25}‹P\d+›){0,3})")
_NUMBERED = re.compile(r"‹([HOP])(\d+)›")
_TOGETHER = re.compile(r"‹[HO]\d+›,? (?:et|ou) (?:l[ae]s? |l')?(?:[a-zà-ÿ-]+ ){0,2}‹[HO]\d+›")
_QUALIFIES = re.compile(r"(?:\b(?:d[eu]s?|de la|de l'|aux?|à|chez|avec|par|pour|dans|contre|selon) |d'|l')(?:l[ae]s? |l')?(?:[a-zà-ÿ-]+ ){0,2}$")


def he(r: Reader, masked: Masked, before: int, pronoun: str = "") -> list[Mention]:
    """The person, or for « ils » the people, whom a pronoun before which `masked` has `before` characters means: who begins the sentence or
    those before, else whom the text speaks of most."""
    for sentence, text in _places(r, masked.text[:before]):
        m = _BEGINS.match(text)
        items = r.items if sentence is None else sentence.items
        some = [i for n in re.findall(r"‹P(\d+)›", m["people"]) if isinstance(i := items[int(n)], Mention)] if m else []
        if pronoun.endswith("s") and len(some) > 1:
            return some
        if not pronoun.endswith("s") and len(some) == 1 and some[0].gender in ("", _GENDER.get(pronoun, some[0].gender)):
            return some
    hero = r.hero if not pronoun.endswith("s") and not r.sentence.item else None
    return [hero] if hero is not None and hero.gender in ("", _GENDER.get(pronoun, hero.gender)) else []


def it(r: Reader, masked: Masked, before: int, pronoun: str = "", noun: str = "", besides: frozenset[str] = frozenset()) -> Mention | None:
    """The organisation that is meant, if no other may be: by its gender, by the `noun` that takes it up, and not one of `besides`."""
    if r.sentence.within is not None or r.sentence.item:
        return r.sentence.within
    for sentence, text in _places(r, masked.text[:before]):
        some = [
            m
            for m in _named(r, sentence, text, "HO", _GENDER.get(pronoun, ""))
            if m.key not in besides and m.kind not in ASIDE and (not noun or may_be(m, noun)) and (r.paper is None or m.key != r.paper.key)
        ]
        if len(some) > 1 and _TOGETHER.search(text):
            return None
        if some:
            about = sentence.about if sentence is not None else None
            return next((m for m in some if about is not None and m.key == about.key), some[0] if len(some) == 1 else None)
    return None


def _places(r: Reader, own: str) -> list[tuple[Sentence | None, str]]:
    """Where they may be named, the nearest first: before it in its own sentence (None), in those before."""
    found: list[tuple[Sentence | None, str]] = [(None, own)]
    if not r.sentence.item:
        found += [(s, s.flat.text) for s in reversed(r.earlier) if r.sentence.start - s.end < _FAR]
    return found


def _named(r: Reader, sentence: Sentence | None, text: str, letters: str, gender: str) -> list[Mention]:
    """Those with one of these letters, once each: whom the sentence begins with first, then those who hang on no other word."""
    first: list[Mention] = []
    others: list[Mention] = []
    items = r.items if sentence is None else sentence.items
    for m in _NUMBERED.finditer(text):
        item = items[int(m[2])]
        if not isinstance(item, Mention) or m[1] not in letters or item.gender not in ("", gender or item.gender):
            continue
        (others if _QUALIFIES.search(text[max(0, m.start() - 40) : m.start()]) else first).append(item)
    return _once([*first, *others])


def _once(some: Sequence[Mention]) -> list[Mention]:
    return list({m.key: m for m in reversed(some)}.values())[::-1]
