"""Sentences in which every mention, quantity and date is a placeholder, so that rules can be read.

    Le « KM0 » regroupe 570 personnes à Mulhouse (Haut-Rhin).
    Le ‹H0› regroupe ‹K1› à ‹L2› (‹L3›).

Letters: H the hub, O an organisation, P a person, L a place, K a headcount, E an amount in euros,
A an area, D a date, S a century or decade. Quotation marks are left out and runs of spaces are one; `flat` leaves out what
stands in brackets too. Each character knows where it stands in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from km0_pipeline.press.dates import Found
from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.lines import BULLET, begins_line, begins_paragraph, is_heading, split
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.quantities import Quantity
from km0_pipeline.press.resumed import ANY, gender_of, may_be

Item = Mention | Quantity | Found

_PRONOUN = re.compile(r"(?:Ils?|Elles?)(?= [a-zà-ÿ])|C'(?=est une? [^.\n]{3,60}\bqui\b)")

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
        last = max((doc for at, doc in self.ends.items() if start < at <= end), default=0)
        return min(self.at[start:end]), max(last, max(self.at[start:end]) + 1)


@dataclass(frozen=True)
class Sentence:
    """A sentence: its range in the document, its items by number, and its two masked forms.

    `before` are those whom the text was about before it, the last one first: whom its pronouns may mean; `listed` the mentions
    of the list that it announces (« … : »), `within` the organisation of whose entry in a list it is a further sentence, `item` whether it is one of an entry, known or not.
    """

    start: int
    end: int
    items: dict[int, Item]
    full: Masked
    flat: Masked
    before: tuple[Mention, ...] = ()
    listed: tuple[Mention, ...] = ()
    within: Mention | None = None
    item: bool = False

    @property
    def subject(self) -> Mention | None:
        """The organisation that the text was about before it."""
        return meant(self.before, things=True)

    @property
    def person(self) -> Mention | None:
        """The person with whom it begins."""
        m = _PERSON_FIRST.match(self.flat.text)
        item = self.items[int(m[1])] if m else None
        return item if isinstance(item, Mention) else None

    @property
    def entry(self) -> Mention | None:
        """The organisation with which it begins as an item of a list."""
        m = _FIRST.match(self.flat.text)
        return self._organisation(m[1]) if m else None

    @property
    def headed(self) -> Mention | None:
        """Which organisation the person with whom it begins heads or founded, as it says."""
        m = _HEADS.match(self.flat.text)
        return self._organisation(m[1]) if m else None

    @property
    def about(self) -> Mention | None:
        """Which organisation it is about: the first that it names, or after « Porté par X, » the one of its main clause."""
        text = self.flat.text
        m = _FIRST_NAMED.match(text)
        if m is None or ":" in m[1]:
            m = None if m else _FRONT.match(text) and _MAIN.search(text)
            return self._organisation(m[1]) if m else None
        number = m[3] if (m[2] in "HO" and len(m[1].rsplit(", ", 1)[-1]) <= 25) or _ORGAN.search(m[1]) else ""
        if (governing(m[1]) or governing(_NOUN.sub("", m[1]))) and not _ORGAN.search(m[1]):
            main = _MAIN.search(text)
            number = main[1] if main else ""
        return self._organisation(number)

    def _organisation(self, number: str) -> Mention | None:
        item = self.items[int(number)] if number else None
        return item if isinstance(item, Mention) else None


def meant(before: Iterable[Mention], gender: str = "", *, things: bool = False) -> Mention | None:
    """Whom a pronoun of this gender (any if '') means, of those whom the text was about `before`; only what is no person if `things`."""
    return next(
        (m for m in before if (not things or m.letter in "HO") and (not gender or m.gender in ("", gender))), None
    )


_GOVERNING = re.compile(
    r"(?:(?P<noun>\b[\w-]+) )?(?:\b(?P<of>d[ue]s?|de l[a']) ?|\b(?P<of2>d')|\b(?:aux?|à|chez|pour|avec|par|dans|vers|sur|sous|contre|derrière|devant|entre|parmi|selon|d'après|comme|sans|en|via) )"
    r"(?:l[ae]s? |l'|une? )?$",
    re.I,
)


def governing(before: str) -> re.Match[str] | None:
    """On what a name hangs that stands after `before`: « la directrice de », « avec le »; `of` and `noun` are the words of the former."""
    return _GOVERNING.search(before[-40:])


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
    before: tuple[Mention, ...] = ()
    numbered = list(enumerate(placed))
    next_item = 0
    outer: tuple[Mention, ...] | None = None  # whom the text is about outside the list that it is in
    within: Mention | None = None
    entry_of_unknown = False
    for start, end in split(text):
        bullet = bool(BULLET.match(text, start))
        if bullet or (outer is not None and begins_paragraph(text, start)):
            before = before if outer is None else outer
            outer = before if bullet else None
        if bullet or begins_paragraph(text, start) or (begins_line(text, start) and outer is None):
            within, entry_of_unknown = None, bool(_UNKNOWN.match(straight, start, end))
        while next_item < len(numbered) and numbered[next_item][1].start < start:
            next_item += 1
        inside = []
        k = next_item
        while k < len(numbered) and numbered[k][1].end <= end:
            inside.append(numbered[k])
            k += 1
        lead = start + len(straight[start:end]) - len(straight[start:end].lstrip(' \n"-–•'))
        if (
            before
            and (again := _AGAIN.match(straight, lead, end))
            and not any(i.start < again.end("it") and again.start("it") < i.end for _, i in inside)
            and (who := next((m for m in before if m.letter in "HO" and may_be(m, key(again["noun"]))), None))
        ):
            of_them = replace(
                who,
                start=again.start("it"),
                end=again.end("it"),
                confidence=who.confidence * 0.9,
                named=False,
                gender=gender_of(key(again["noun"])),
            )
            inside.append((len(placed) + len(made), of_them))
            inside.sort(key=lambda numbered: numbered[1].start)
        elif (
            before
            and (said := _PRONOUN.match(straight, lead) or _pronoun_after(straight, lead, end))
            and not _impersonal(straight[said.start() : end], said.start(), inside)
            and (
                who := meant(
                    [m for m in before if _plural(straight, m) == said[0].endswith("s")],
                    _GENDERS.get(said[0].lower().rstrip("s"), ""),
                    things=bool(_OF_A_THING.match(straight, said.end())),
                )
            )
        ):
            pronoun = replace(who, start=said.start(), end=said.end(), confidence=who.confidence * 0.95, named=False)
            inside.append((len(placed) + len(made), pronoun))
            inside.sort(key=lambda numbered: numbered[1].start)
        items: dict[int, Item] = dict(inside)
        full = _mask(straight, start, end, items, False)
        sentence = Sentence(
            start, end, items, full,
            _mask(straight, start, end, items, True) if "(" in full.text else full,
            before,
            within=within,
            item=not bullet and (outer is not None or (entry_of_unknown and not begins_line(text, start))),
        )  # fmt: skip
        made.append(sentence)
        if bullet or (begins_line(text, start) and _ENTRY.match(sentence.flat.text)):
            within = sentence.entry
        if bullet and (entry := sentence.entry):
            before = (entry, *(m for m in before if m.key != entry.key))[:3]
        if (
            bullet
            or _APART.match(sentence.flat.text)
            or _OF_IT.search(sentence.flat.text)
            or sentence.flat.text.rstrip(' "').endswith(":")
            or _SEVERAL.match(sentence.flat.text)
        ):
            if _ITS.match(sentence.flat.text) and sentence.person:
                before = (sentence.person, *before)[:3]
            continue
        spoken = [m for m in (sentence.person, sentence.about or sentence.headed) if m]
        if spoken or re.search(r"‹[HO]", sentence.full.text):
            kept = [m for m in before if m.key not in {s.key for s in spoken}] if spoken else []
            before = (*spoken, *kept)[:3]
    return [
        replace(s, listed=tuple(_listed(text, made, n)))
        if s.flat.text.rstrip(' "').endswith(":") or is_heading(text, s.start, s.end)
        else s
        for n, s in enumerate(made)
    ]


_NAME = r"(?:[^‹.;:,]{0,40}‹[A-Z]\d+›[^‹.;:,]{0,25}|[^‹.;:,a-z][^‹.;:,]{0,40})"
_ENUMERATED = re.compile(
    rf"[^‹.;:,]{{0,40}}‹[HO]\d+›[^‹.;:,]{{0,25}}(?:, {_NAME})*(?: et |, et | ainsi que ){_NAME}[ .;]*"
)
_FIRST = re.compile(r"(?:\W|\d{1,2}[.)] ?|\b(?:L[ae]s?|Les|Une?|[a-zé-]+) |[Ll]')*?‹[OH](\d+)›")
_ENTRY = re.compile(r"(?:[LlDd]es |[Ll][ae] |[Ll]')?‹[OH]\d+›(?= [–-] | ?:|\.?$)")
_UNKNOWN = re.compile(r"\s*[A-ZÀ-Ý\d][^\n.;:,()–]{1,40}(?: \([^()\n]{2,40}\))? [–-] ")
"""« Ficta (Ville) – Filtres en roseau », whether or not Ficta was recognised. `_ENTRY`: « Ficta – Filtres en roseau », « Ficta : … », the name alone: an item of a list without bullets."""


def _listed(text: str, made: list[Sentence], n: int) -> Iterator[Mention]:
    """Who is listed right after the sentence `n`, which ends in a colon or is a heading: one a line, or all in one paragraph."""
    for k in range(n + 1, len(made)):
        s = made[k]
        if BULLET.match(text, s.start) or (begins_line(text, s.start) and _ENTRY.match(s.flat.text)):
            if s.entry:
                yield s.entry
        elif k == n + 1 and _ENUMERATED.fullmatch(s.flat.text):
            yield from (i for i in s.items.values() if isinstance(i, Mention) and i.letter in "HO")
        elif k == n + 1 or begins_paragraph(text, s.start) or is_heading(text, s.start, s.end):
            return


def _plural(straight: str, m: Mention) -> bool:
    return bool(re.match(r"(?:[LlDd]es |Ils\b|Elles\b)", straight[max(0, m.start - 4) : m.end])) or straight[
        m.start : m.end
    ].startswith(("Les ", "Ils", "Elles"))


_FRONTED = re.compile(
    r"(?!Nous|Vous|Depuis|Plus|Mais|Lui)(?:[A-ZÀ-Ý][a-zà-ÿ]+ment )?[A-ZÀ-Ý][a-zà-ÿ-]*(?:ée?s?|[iu]e?s?|[iou]r|bre|iété|iale|ert|erte|Ingénieure?|Originaire|Titulaire|Ancien(?:ne)?) (?:[^,.;:\n]{2,90}, ){1,3}(?P<it>ils?|elles?)(?= [a-zà-ÿ])"
)


def _pronoun_after(straight: str, lead: int, end: int) -> re.Match[str] | None:
    """« elle » after « Portée par X, »: the one the text was about, not X."""
    m = _FRONTED.match(straight, lead, end)
    return re.compile(r"ils?|elles?").match(straight, m.start("it")) if m else None


def _impersonal(words: str, at: int, inside: list[tuple[int, Item]]) -> bool:
    """Whether the « Il » that `words` begin with, at `at`, stands for no one: « Il y a », « Il est prévu de », « Il manque 40 salariés »."""
    words = words.replace("\n", " ")
    counted = _IMPERSONAL_BEFORE_A_QUANTITY.match(words)
    return bool(_IMPERSONAL.match(words)) or bool(
        counted and any(isinstance(i, Quantity) and i.start == at + counted.end() for _, i in inside)
    )


_DONE_TO = r"[A-ZÀ-Ý][a-zà-ÿ-]*(?:ée?s?|[iu]e?s?|ise?s?|erte?s?) "
_AGAIN = re.compile(
    rf"(?:{_DONE_TO}[^,.;:\n]{{2,90}}, )?(?P<it>(?:[Ll]e |[Ll]a |[Ll]'|[Cc]e |[Cc]et |[Cc]ette )(?:jeune )?(?P<noun>{ANY}))(?=,| (?!d[eu]s?\b|d'|qu|où|et\b)[a-zà-ÿ])(?! [a-zà-ÿ-]+(?:ique|al|ale|aux|aire|eur|if|ive|ais|aise|ien|ienne)s?\b)"
)
"""« La société … », « Installée à …, l'association … »: a clause begins with the noun of whom the text was about."""
_OF_A_THING = re.compile(
    r" (?:(?:est|sont|a été|ont été|vient d'être|fut|sera) (?:[a-zà-ÿ]+ment |aussi |également |désormais )?(?:présid|financ|cofinanc|héberg|incub|rachet|dirig|gér|port|pilot|animé|soutenu|subventionn|exploit|organis|"
    r"fondé|créé|implant|install)|(?:compt|emploi|regroup|fédèr|rassembl|héberg|abrit|édit|fabriqu|commercialis|accueill)[a-z]* )"
)
_GENDERS = {"il": "m", "elle": "f"}
_PERSON_FIRST = re.compile(r"(?:[^‹]{0,40}, )?(?:M\. |Mme )?‹P(\d+)›(?=[ ,])(?! et (?:M\. |Mme )?‹P)")
_HEADS = re.compile(
    r"(?:[^‹]{0,40}, )?(?:M\. |Mme )?‹P\d+›,? [^‹.;]{0,40}?\b(?:dirige|préside|pilote|gère|(?:co-?)?(?:fondé|créé|fondateur|fondatrice|créateur|créatrice)|dirigeante?|présidente?|directeur|directrice|gérante?|PDG|"
    r"patronn?e?|à la tête)\b[^‹.;]{0,30}‹[HO](\d+)›"
)
_FIRST_NAMED = re.compile(r"(?:[^‹]{0,15}‹[DSL]\d+›, )?([^‹]{0,60})‹([HOP])(\d+)›")
_NOUN = re.compile(r"(?<=[ '])[a-zé-]+ $")
_ORGAN = re.compile(
    r"\b(?:conseil d'administration|conseil municipal|bureau|comité|équipes?|direction|assemblée) (?:du |de la |de l'|de |d')(?:[a-zé-]+ )?$"
)
_FRONT = re.compile(rf"[^\w‹]*{_DONE_TO}")
_APART = re.compile(r"[^\w‹]*(?:Parmi|Y (?:a|ont)|Outre|Son|Sa|Ses|Leurs?)\b")
_ITS = re.compile(r"[^\w‹]*(?:Son|Sa) ")
_OF_IT = re.compile(
    r"^[^‹]{0,40}‹[HO]\d+›(?:,? qui)? (?:l[ae] |l'|lui |y )(?:a |ont )?[a-zà-ÿ]{4,}|^[^‹]{0,60}, dont (?:l[ae]s? |l')?(?:[a-zé-]+ )?‹"
)
_SEVERAL = re.compile(
    r"[^‹]{0,40}‹[HO]\d+›(?:, (?:l[ae]s? |l')?(?:[a-zé-]+ ){0,2}‹[HO]\d+›){0,6},? et (?:l[ae]s? |l')?(?:[a-zé-]+ ){0,2}‹[HO]\d+› (?:l[ae] |l'|lui |s'|se |y )?(?:[a-zà-ÿ]+ent|ont|sont|vont)\b"
)
"""What does not change whom, in the singular, a text is about."""
_MAIN = re.compile(
    r", (?:l[ae] |l')?(?:[a-zà-ÿ'-]+ ){0,2}‹[HO](\d+)›(?=,? (?!et |ou )(?:qui |a |va |[a-zà-ÿ']+(?:e|t|nt|ra)[ ,.]))"
)


def letter(item: Item) -> str:
    """The letter of an item's placeholder."""
    if isinstance(item, Mention):
        return item.letter
    if isinstance(item, Quantity):
        return {"count": "K", "eur": "E", "m2": "A"}[item.unit]
    return "S" if item.value.endswith("X") else "D"


_UNEVEN = re.compile('["\n]|  ')
_PIECE = re.compile(r'[^ \n"]+|[ \n]+')
_LONGEST_BRACKET = 300


def _mask(straight: str, start: int, end: int, items: dict[int, Item], flat: bool) -> Masked:
    parts: list[str] = []
    at: list[int] = []
    ends: dict[int, int] = {}

    def words(first: int, last: int) -> None:
        if not _UNEVEN.search(straight, first, last):  # most are put in at once
            first += first < last and straight[first] == " " and (not parts or parts[-1] == " ")
            spaced = first < last and straight[last - 1] == " "
            parts.extend(p for p in (straight[first : last - spaced], " " * spaced) if p)
            at.extend(range(first, last))
            return
        for m in _PIECE.finditer(straight, first, last):
            if m[0][0] not in " \n":
                parts.append(m[0])
                at.extend(range(m.start(), m.end()))
            elif parts and parts[-1] != " ":
                parts.append(" ")
                at.append(m.start())

    p = start
    for n, item in [*sorted(items.items(), key=lambda i: i[1].start), (-1, None)]:
        stop = item.start if item else end
        while flat and (opened := straight.find("(", p, stop)) >= 0:
            closed = straight.find(")", opened, min(end, opened + _LONGEST_BRACKET))
            if closed < 0:
                break
            words(p, opened)
            p = closed + 1
            if parts and parts[-1] == " " and p < end and straight[p] in " ,.;:":
                parts.pop()
                at.pop()
        if p > stop:
            continue
        words(p, stop)
        if item:
            mark = f"‹{letter(item)}{n}›"
            parts.append(mark)
            at += [item.start] * len(mark)
            ends[len(at)] = item.end
            p = item.end
    return Masked("".join(parts), tuple(at), ends)
