"""Sentences in which every mention, quantity and date is a placeholder, so that rules can be read.

    Le « KM0 » regroupe 570 personnes à Mulhouse (Haut-Rhin).
    Le ‹H0› regroupe ‹K1› à ‹L2› (‹L3›).

Letters: H the hub, O an organisation, P a person, L a place, K a headcount, E an amount in euros,
A an area, D a date, S a century or decade. Quotation marks are left out and runs of spaces are one; `flat` leaves out what
stands in brackets too. Each character knows where it stands in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from km0_pipeline.press.dates import Found
from km0_pipeline.press.folding import straighten
from km0_pipeline.press.naming import Mention
from km0_pipeline.press.quantities import Quantity

Item = Mention | Quantity | Found

_ABBREVIATION = re.compile(r"(?:\b(?:M|MM|Mme|Mlle|Dr|Pr|St|Ste|av|bd|etc|cf|n°|art|env|[A-Z])\.)$")
_END = re.compile(r"[.!?…]+[\"')\]]*(?=\s|$)|\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-•–*#]|\d+[.)]))")
_PRONOUN = re.compile(r"(?:Ils?|Elles?)(?= [a-zà-ÿ])")

# « Il » that stands for no one. « Il y a ouvert une école », « il existe depuis 2019 » and « il est prêt à » speak of someone.
_NOW = r"(?:(?:encore|aussi|également|ainsi|déjà|donc|désormais|bien|très|plus|pas|\w+ment) )*"
_DONE = r"(?!eu\b)(?:[a-zà-ÿ]+é|[a-zà-ÿ]*(?:mis|pris|quis|[fv]ert|fait|dit|[dtc]ruit|duit|crit|bâti|réuni|fini|établi|investi|cueilli|grandi|[eçndtr]u))\b"
_SAID_OF_NO_ONE = (
    "annoncé|admis|agréable|aisé|attendu|autorisé|bon|certain|clair|conseillé|convenu|courant|décidé|demandé|difficile|dit|dommage|écrit|entendu|envisagé|envisageable|"
    "essentiel|établi|étonnant|évident|facile|faux|fréquent|important|impossible|indispensable|interdit|intéressant|inutile|juste|logique|naturel|nécessaire|normal|"
    "obligatoire|permis|possible|précisé|préférable|prévisible|prévu|probable|proposé|question|rappelé|rare|recommandé|regrettable|souhaitable|souhaité|surprenant|"
    "temps|urgent|utile|vrai|vraisemblable"
)
_IMPERSONAL = re.compile(
    rf"Il (?:n'|ne |me |te |nous |vous |lui |leur )*(?:"
    rf"(?:(?:peut|pouvait|pourrait|doit|devait|devrait|va|semble) )?y (?:en )?(?:(?:a|avait|aura|aurait|eut) (?!{_NOW}{_DONE})|avoir\b|a eu\b)"
    r"|faut\b|fallait|faudra|fallut|(?:a|aura|avait) fallu|(?:va|doit|devrait|pourrait) falloir"
    r"|s'agi|s'est agi|se peut|en va\b|en faut\b|en est (?:de même|ainsi)|v(?:aut|alait|audrait) mieux|pleut|neige|fait (?:beau|froid|chaud|nuit|jour)\b"
    r"|(?:conv(?:ient|enait|iendra)|suffi[a-z]*|import(?:e|ait)) (?:d[e'] ?|qu[e'])"
    r"|(?:semble|paraît|apparaît|arrive|advient|ressort|résulte|s'avère|se trouve|se dit) (?:\w+ )?qu[e']"
    rf"|(?:est|était|sera|serait|fut|reste|a été|devient|paraît|semble|s'avère) {_NOW}(?:(?:{_SAID_OF_NO_ONE}) (?:qu[e']|d[e'] ?(?:(?:ne|pas|y|en|les?|la|se|lui|leur) |[lns]')*\w+(?:er|ir|re|oir)\b)"
    r"|à (?:noter|craindre|prévoir|signaler|souhaiter|espérer|parier)\b)"
    rf"|exist[a-z]+ {_NOW}(?:des|une?|plusieurs|beaucoup|peu|de nombreu|d'autres|\d))"
)
_IMPERSONAL_BEFORE_A_QUANTITY = re.compile(
    rf"Il (?:n'|ne |n'en |en |nous |leur |se )*(?:exist|rest|manqu|arriv|vi[e]nt|pass|circul|cré|est {_NOW}{_DONE}|(?:était|sera|a été|fut) {_NOW}{_DONE})[a-zà-ÿ]* {_NOW}"
)


@dataclass(frozen=True)
class Masked:
    """A sentence with placeholders: `text`, and for each of its characters its place in the document."""

    text: str
    at: tuple[int, ...]
    ends: dict[int, int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Range in the document of the range `start` to `end` of `text`, without blanks at its ends."""
        while end > start and self.text[end - 1] in " ,;":
            end -= 1
        while start < end and self.text[start] in " ,;":
            start += 1
        return self.at[start], self.ends.get(end, self.at[end - 1] + 1)


@dataclass(frozen=True)
class Sentence:
    """A sentence: its range in the document, its items by number, and its two masked forms."""

    start: int
    end: int
    items: dict[int, Item]
    full: Masked
    flat: Masked
    subject: Mention | None


def split(text: str) -> list[tuple[int, int]]:
    """Ranges of the sentences of `text` as stored; a single line end inside a sentence is a blank."""
    found, start = [], 0
    for m in _END.finditer(text):
        if m[0].startswith(".") and (
            _ABBREVIATION.search(text[max(0, m.start() - 5) : m.start() + 1])
            or re.match(r"\s+[a-zà-ÿ]", text[m.end() :])
        ):
            continue
        found.append((start, m.end()))
        start = m.end()
    found.append((start, len(text)))
    return [(a, b) for a, b in found if text[a:b].strip()]


def sentences(
    text: str, mentions: list[Mention], quantities: Iterable[Quantity], dates: Iterable[Found]
) -> list[Sentence]:
    """The sentences of `text`, in order, with their items."""
    straight = straighten(text)
    placed: list[Item] = []
    covered = 0
    for m in mentions:  # the outermost of nested ones comes first
        if m.start >= covered:
            placed.append(m)
            covered = m.end
    others: list[Item] = [*quantities, *dates]
    taken = bytearray(len(text))
    for p in placed:
        taken[p.start : p.end] = b"\1" * (p.end - p.start)
    for item in others:
        if taken.find(1, item.start, item.end) < 0:
            taken[item.start : item.end] = b"\1" * (item.end - item.start)
            placed.append(item)
    placed.sort(key=lambda i: i.start)
    made: list[Sentence] = []
    subject: Mention | None = None
    numbered = list(enumerate(placed))
    next_item = 0
    for start, end in split(text):
        while next_item < len(numbered) and numbered[next_item][1].start < start:
            next_item += 1
        inside = []
        k = next_item
        while k < len(numbered) and numbered[k][1].end <= end:
            inside.append(numbered[k])
            k += 1
        lead = start + len(straight[start:end]) - len(straight[start:end].lstrip(' \n"-–•'))
        if subject and (said := _PRONOUN.match(straight, lead)) and not _impersonal(straight[lead:end], lead, inside):
            pronoun = Mention(
                said.start(),
                said.end(),
                subject.letter,
                subject.key,
                subject.kind,
                subject.confidence * 0.95,
                named=False,
                known=subject.known,
            )
            inside.insert(0, (len(placed) + len(made), pronoun))
        items: dict[int, Item] = dict(inside)
        sentence = Sentence(
            start,
            end,
            items,
            _mask(straight, start, end, items, False),
            _mask(straight, start, end, items, True),
            subject,
        )
        made.append(sentence)
        subject = _subject(sentence) or (subject if not re.search(r"‹[HO]", sentence.full.text) else None)
    return made


def _impersonal(words: str, at: int, inside: list[tuple[int, Item]]) -> bool:
    """Whether the « Il » that `words` begin with, at `at`, stands for no one: « Il y a », « Il est prévu de », « Il manque 40 salariés »."""
    words = words.replace("\n", " ")
    counted = _IMPERSONAL_BEFORE_A_QUANTITY.match(words)
    return bool(_IMPERSONAL.match(words)) or bool(
        counted and any(isinstance(i, Quantity) and i.start == at + counted.end() for _, i in inside)
    )


def _subject(sentence: Sentence) -> Mention | None:
    m = re.match(r"[^‹]{0,25}‹[HO](\d+)›", sentence.flat.text)
    item = sentence.items[int(m[1])] if m else None
    return item if isinstance(item, Mention) else None


def letter(item: Item) -> str:
    """The letter of an item's placeholder."""
    if isinstance(item, Mention):
        return item.letter
    if isinstance(item, Quantity):
        return {"count": "K", "eur": "E", "m2": "A"}[item.unit]
    return "S" if item.value.endswith("X") else "D"


def _mask(straight: str, start: int, end: int, items: dict[int, Item], flat: bool) -> Masked:
    chars: list[str] = []
    at: list[int] = []
    ends: dict[int, int] = {}
    starts = {i.start: (n, i) for n, i in items.items()}
    skip_until = -1
    p = start
    while p < end:
        if flat and straight[p] == "(" and (close := straight.find(")", p, min(end, p + 300))) > 0:
            p = close + 1
            while chars and chars[-1] == " " and p < end and straight[p] in " ,.;:":
                chars.pop()
                at.pop()
            continue
        if p in starts and p >= skip_until:
            n, item = starts[p]
            mark = f"‹{letter(item)}{n}›"
            chars += mark
            at += [item.start] * len(mark)
            ends[len(chars)] = item.end
            p = skip_until = item.end
            continue
        c = straight[p]
        c = " " if c == "\n" else c
        if c != '"' and not (c == " " and (not chars or chars[-1] == " ")):
            chars.append(c)
            at.append(p)
        p += 1
    return Masked("".join(chars), tuple(at), ends)
