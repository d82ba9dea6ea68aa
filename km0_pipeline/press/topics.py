"""The organisation a text is about: what « l'entreprise », « sa directrice » and a bare role mean where nothing nearer is named.

It is the one that the title names, if the text does not speak far more often of another; else the one named early and far more often than any other. Where two compete there is none.
Belongs here: that choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from km0_pipeline.press.folding import key
from km0_pipeline.press.mention import Mention

_HEAD = 700
"""Characters within which a text names what it is about."""
_LEAST, _LEAD = 3, 2
"""How many times it has to be spoken of, and how many times more than another that is spoken of again; a headline counts twice."""
_HEADLINES = re.compile(r"(?:[^\n]{0,110}[^\n.](?:\n+|$)){1,8}")

_IN_A_SENTENCE = re.compile(r"[^>•·|]{0,3} [a-zà-ÿ]{2,} [^>•·|]*$")
"""After a name in a title that is no paper's own and no path of a site: « … lève 2 millions »."""


def topic(title: str, text: str, found: Sequence[Mention]) -> Mention | None:
    """Whom `text` as stored is about, as it first speaks of it; `found` are its mentions, in order."""
    heads = _HEADLINES.match(text)
    below = heads.end() if heads else 0
    headline = key(title)
    spoken: Counter[str] = Counter()
    first: dict[str, Mention] = {}
    titled: dict[str, Mention] = {}
    for m in found:
        if m.letter not in "HO" or m.weak or m.part_of or m.kind == "media":
            continue
        spoken[m.key] += 1
        if not m.named:
            continue
        first.setdefault(m.key, m)
        if re.search(rf"\b{re.escape(key(text[m.start : m.end]))}\b", headline):
            titled.setdefault(m.key, m)
    for k, m in titled.items() if len(titled) == 1 else ():
        again = spoken[k] > 1 or _IN_A_SENTENCE.match(title, title.find(text[m.start : m.end]) + m.end - m.start)
        if again and max(spoken.values()) - spoken[k] < _LEAD:
            return m
    score = {k: spoken[k] + 2 * (k in titled or m.start < below) for k, m in first.items() if spoken[k] > 1}
    best, *others = sorted(score, key=lambda k: (-score[k], k)) or [""]
    lead = score.get(best, 0) - max((score[o] for o in others), default=0)
    return first[best] if best and first[best].start < _HEAD and score[best] >= _LEAST and lead >= _LEAD else None
