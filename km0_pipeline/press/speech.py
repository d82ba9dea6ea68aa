"""Who says what: the words between quotation marks and after « selon X », and whose they are.

A statement in them is attributed (`said_by` of its claim), not the document's own. Short words between quotation marks are a
name or a title, and nobody's speech.

Belongs here: where speech begins and ends, and its speaker. What speech makes of a claim belongs to `statements`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from km0_pipeline.press.folding import straighten
from km0_pipeline.press.mention import Mention


@dataclass(frozen=True, slots=True)
class Speech:
    """Characters `start` to `end` of a text, said by `speaker` (None: the text does not say who)."""

    start: int
    end: int
    speaker: Mention | None


_STEMS = (
    r"(?:affirm|ajout|analys|annonc|assur|avanc|avou|commen[tç]|complèt|confi|confirm|conclu|constat|dé[cd]lar|détaill|estim|expliqu|gliss|indiqu|insist|interrog|jug|justifi|lanc|martel|"
    r"martèl|not|observ|précis|rappel|racont|regrett|relèv|relat|remarqu|renchéri|résum|révèl|sourit?|soulign|souri|témoign|tempèr|plaid|salu|s'enthousiasm|s'exclam|poursui|prévien|prévenu|"
    r"promet|reconnaî|reconnu|reprend|répond|répondu|soutien|se félicit|se réjoui|s'est réjoui|s'est félicité|di)"
)
_SAYS = rf"(?:l'a |a |avait |ont )?{_STEMS}(?:e|ent|é|t|it|is|s|ait|aient|ée|u)?(?:-t)?\b"
_QUOTED = re.compile(r"«([^«»]{25,2000})»|“([^“”]{25,2000})”|(?<!\w)\"([^\"\n]{25,2000})\"(?!\w)")
_AFTER = re.compile(rf"[\s,»]*(?P<verb>{_SAYS})(?P<self>-(?:il|elle|ils|elles|on)\b)?(?P<rest>[^.!?«“\n]{{0,160}})")
_BEFORE = re.compile(rf"{_SAYS}[^.!?»”]{{0,60}}[:,]\s*$|:\s*$")
_ACCORDING = re.compile(
    r"\b(?:[Ss]elon|[Dd]'après|[Aa]ux dires d[eu']|[Aa]ux yeux d[eu'])(?: l[ea]s?| les)?(?= |')|(?:^|(?<=[.!?]\s))Pour (?=M\.|Mme|[A-ZÀ-Ý])"
)
_THAT = re.compile(rf"\b{_SAYS} qu(?:e\b|')")
_END = re.compile(r"[.!?](?=\s|$)|\n\s*\n")


def speeches(text: str, found: Sequence[Mention]) -> list[Speech]:
    """The speech of `text` as stored, in order, without overlap."""
    straight = straighten(text)
    starts = [m.start for m in found]

    def said_by(start: int, end: int) -> Mention | None:
        """The first person between two places, else the first organisation."""
        inside = [
            m
            for m in found[bisect_left(starts, start) : bisect_left(starts, end)]
            if m.letter in "PHO" and m.end <= end
        ]
        return next((m for m in inside if m.letter == "P"), inside[0] if inside else None)

    made: list[Speech] = []
    for m in _QUOTED.finditer(text):
        start, end = m.start() + 1, m.end() - 1
        if len(re.findall(r"\w+", m[0])) < 5:
            continue
        speaker: Mention | None = None
        after = _AFTER.match(straight, m.end())
        line = max(straight.rfind("\n", 0, m.start()), _last_end(straight, m.start())) + 1
        if after:
            speaker = None if after["self"] else said_by(after.start("rest"), after.end())
            speaker = speaker or _former(made, found, starts, m.start())
        elif _BEFORE.search(straight, line, m.start()):
            speaker = said_by(line, m.start())
        elif made and "\n" not in text[made[-1].end : m.start()]:
            speaker = made[-1].speaker
        made.append(Speech(start, end, speaker))
    for s in _reported(straight, said_by):
        if not any(s.start < o.end and o.start < s.end for o in made):
            made.append(s)
    return sorted(made, key=lambda s: s.start)


def speaker_of(said: Sequence[Speech], start: int, end: int) -> Mention | None:
    """Who says the words from `start` to `end`, if not the document itself."""
    n = bisect_right(said, start, key=lambda s: s.start) - 1
    return said[n].speaker if n >= 0 and end <= said[n].end + 1 else None


def _last_end(straight: str, before: int) -> int:
    ends = [straight.rfind(c, 0, before - 1) for c in (". ", "! ", "? ")]
    return max(ends)


def _former(made: list[Speech], found: Sequence[Mention], starts: list[int], before: int) -> Mention | None:
    """Whom « ajoute-t-elle » means: who spoke last, else who was named last."""
    if made and made[-1].speaker:
        return made[-1].speaker
    return next((m for m in reversed(found[: bisect_left(starts, before)]) if m.letter == "P"), None)


def _reported(straight: str, said_by: Callable[[int, int], Mention | None]) -> Iterator[Speech]:
    """« Selon X, … » to the end of the sentence, « X explique que … »."""
    for m in _ACCORDING.finditer(straight):
        end = _sentence_end(straight, m.end())
        comma = straight.find(",", m.end(), end)
        speaker = said_by(m.end(), comma if comma > 0 else end)
        if m[0].startswith("Pour") and speaker and speaker.letter != "P":
            continue
        if speaker and comma > 0:
            yield Speech(speaker.end, end, speaker)
        elif speaker:  # « …, selon X. »
            yield Speech(_last_end(straight, m.start()) + 1, m.start(), speaker)
    for m in _THAT.finditer(straight):
        line = max(straight.rfind("\n", 0, m.start()), _last_end(straight, m.start())) + 1
        if speaker := said_by(line, m.start()):
            yield Speech(m.end(), _sentence_end(straight, m.end()), speaker)


def _sentence_end(straight: str, start: int) -> int:
    end = _END.search(straight, start)
    return end.start() if end else len(straight)
