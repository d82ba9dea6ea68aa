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
_NO_WORD = re.compile(r"\W")
_HEADLINES = re.compile(r"(?:[^\n]{0,110}[^\n.](?:\n+|$)){1,8}")

_IN_A_SENTENCE = re.compile(r"[^>•·|]{0,3} [a-zà-ÿ]{2,} [^>•·|]*$")
"""After a name in a title that is no paper's own and no path of a site: « … lève 2 millions »."""


def topic(title: str, text: str, found: Sequence[Mention]) -> Mention | None:
    """Whom `text` as stored is about, as it first speaks of it; `found` are its mentions, in order."""
    heads = _HEADLINES.match(text)
    below = heads.end() if heads else 0
    headline = _words(title)
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
        if _words(text[m.start : m.end]) in headline:
            titled.setdefault(m.key, m)
    for k, m in titled.items() if len(titled) == 1 else ():
        again = spoken[k] > 1 or _IN_A_SENTENCE.match(title, title.find(text[m.start : m.end]) + m.end - m.start)
        if again and max(spoken.values()) - spoken[k] < _LEAD:
            return m
    score = {k: spoken[k] + 2 * (k in titled or m.start < below) for k, m in first.items() if spoken[k] > 1}
    best, *others = sorted(score, key=lambda k: (-score[k], k)) or [""]
    lead = score.get(best, 0) - max((score[o] for o in others), default=0)
    return first[best] if best and first[best].start < _HEAD and score[best] >= _LEAST and lead >= _LEAD else None


def _words(text: str) -> str:
    """The words of `text`, folded, a space around each."""
    return f" {' '.join(_NO_WORD.sub(' ', key(text)).split())} "
ASIDE = frozenset({"public_body", "bank", "media", "event"})
"""Kinds that texts name beside whom they are about: they fund, they report, they are held."""
_NEARLY = 400
_PAPER = re.compile(
    r"(?:gazette|courrier|lettre|journal|echos?|depeche|phare|populaire|mag|magazine|tribune|voix|fil|progres|presse|bulletin|quotidien|hebdo|independant|telegramme|republicain|nouvelles|radio|"
    r"carnet|canard|chronique|feuille|newsletter|revue|eveil|alsace|dna)\b"
)


def is_paper(m: Mention) -> bool:
    """Whether `m` is a paper, a station: by its kind or its name."""
    return m.kind == "media" or bool(_PAPER.match(m.key) or _PAPER.match(m.key.rsplit(" ", 1)[-1]))


def paper(text: str, found: Sequence[Mention]) -> Mention | None:
    """The paper in which `text` stands, if its first lines name it: a medium, or a name that papers have."""
    head = min(250, max(120, text.find("\n\n")))
    return next((m for m in found if m.letter == "O" and m.named and m.start < head and is_paper(m)), None)


def focus(text: str, found: Sequence[Mention]) -> Mention | None:
    """Whom `text` seems to be about where `topic` is not sure: whom it names first or in its headlines, and most often, of those who may do something."""
    heads = _HEADLINES.match(text)
    below = heads.end() if heads else 0
    spoken: Counter[str] = Counter()
    first: dict[str, Mention] = {}
    own = paper(text, found)
    for m in found:
        if m.letter in "HO" and not m.weak and not m.part_of and m.kind not in ASIDE and (own is None or m.key != own.key):
            spoken[m.key] += 1
            if m.named:
                first.setdefault(m.key, m)
    score = {k: spoken[k] + 2 * (m.start < below) for k, m in first.items()}
    best, *others = sorted(score, key=lambda k: (-score[k], first[k].start)) or [""]
    if not best or (others and score[others[0]] == score[best] and spoken[best] < 2):
        return None
    return first[best] if score[best] > 2 or (not others and first[best].start < _NEARLY) else None


def hero(found: Sequence[Mention]) -> Mention | None:
    """The person of whom the text speaks more often than of any other, if it is so."""
    spoken = Counter(m.key for m in found if m.letter == "P")
    (best, most), *others = [*spoken.most_common(2), ("", 0)]
    return next(m for m in found if m.key == best) if most > max(1, others[0][1] if others else 0) else None
