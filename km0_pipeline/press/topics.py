"""The organisation a text is about: what « l'entreprise », « sa directrice » and a bare role mean where nothing nearer is named.

It is the one that the title names; else the one named early and far more often than any other. Where two compete there is none.
Belongs here: that choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from km0_pipeline.press.folding import key
from km0_pipeline.press.mention import Mention

_HEAD = 600
"""Characters within which a text names what it is about."""
_LEAST = 3
_LEAD = 2
"""How many times it has to be spoken of, and how many times more than any other; the title counts twice, the head of the text once."""


def topic(title: str, text: str, found: Sequence[Mention]) -> Mention | None:
    """Whom `text` as stored is about, as it first speaks of it; `found` are its mentions, in order."""
    headline = key(title)
    head = _HEAD if len(text) > 2 * _HEAD else len(text) // 2
    spoken: Counter[str] = Counter()
    first: dict[str, Mention] = {}
    titled: dict[str, Mention] = {}
    for m in found:
        if m.letter not in "HO" or m.weak or m.part_of:
            continue
        spoken[m.key] += 1
        if not m.named:
            continue
        first.setdefault(m.key, m)
        if re.search(rf"\b{re.escape(key(text[m.start : m.end]))}\b", headline):
            titled.setdefault(m.key, m)
    if len(titled) == 1:
        return next(iter(titled.values()))
    score = {k: spoken[k] + 2 * (k in titled) + (m.start < head) for k, m in first.items() if m.kind != "media"}
    best, *others = [*sorted(score, key=lambda k: (-score[k], k)), ""][:2]
    lead = score.get(best, 0) - max((score.get(o, 0) for o in others), default=0)
    return first[best] if best and first[best].start < head and score[best] >= _LEAST and lead >= _LEAD else None
