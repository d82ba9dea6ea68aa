"""What the rules that read sentences are made of.

A rule is a pattern over a masked sentence (`sentences`) in which `<s:OH>` stands for one mention,
the hub or an organisation, called s, and `<ss:P*>` for a list of people called ss. What is denied
or supposed makes no claim; what is to come is qualified `planned`. What a rule finds is `Said`.

Belongs here: the form of rules, the words that several need, and modality. The rules themselves
are in `relations` (who with whom) and `accounts` (how many, what and when).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.naming import Mention
from km0_pipeline.press.sentences import Masked, Sentence, letter


@dataclass(frozen=True, slots=True)
class Said:
    """Something said: `subject` and `value` are mentions (a value may be text); `start` to `end` its words."""

    start: int
    end: int
    subject: Mention
    property: str
    value: str | Mention
    qualifier: Qualifier = "exact"
    scope: str | Mention = ""
    as_of: str = ""
    confidence: float = 0.85


DET = r"(?:d[ue]s? |de la |de l'|l[ae]s? |l'|aux? |à la |à l'|une? |d'|dans l[ae] |dans l')?"
OF = r"(?:du |de la |de l'|des |de |d'|au |à la |à l')"
NOUN = r"(?:(?:jeune |grande )?(?:société|entreprise|start-?up|banque|association|école|éditeur|agence|groupe|studio|cabinet|techlab|fablab|incubateur|projet|réseau|campus|bâtiment) )?"
BE = (
    r"(?:ne |n')?(?:y )?(?:est|sont|sera|seront|serait|seraient|fut|furent|a été|ont été|(?:devrait|devraient|doit|doivent|va|vont|pourrait|pourraient) (?:\w+ )?être|"
    r"devient|deviennent|deviendra|deviendront|reste|restent)(?: pas| plus| jamais)?(?: également| aussi| déjà| désormais| aujourd'hui| toujours| notamment| ainsi)? "
)
AUX = (
    r"(?:ne |n')?(?:y )?(?:(?:a|ont|doit|doivent|devrait|devraient|va|vont|aura|auront|pourrait|pourraient) )?(?:pas |plus |jamais )?"
    r"(?:y )?(?:déjà |également |aussi |ainsi |notamment |désormais |aujourd'hui |toujours )?"
)
APPOSED = r"(?:, [^‹,.;:]{1,60}(?:‹[OHL]\d+›)?[^‹,.;:]{0,30},)?"
IN = r"(?:au|à la|à l'|à|dans le|dans la|dans l'|dans|chez|sur le|sur la|sur) (?:sein (?:du |de la |de l'|de ))?"
FUND = r"(?:apport|vers|accord|octroi|allou|invest|inject|attribu|débloqu|consacr|mis|subventionn|financ|soutien|souten|contribu|particip|abond|aid)[a-zà-ÿ]*"
SEP = r"(?:, et | et |, ainsi que | ainsi que |, ou encore | ou encore | ou |, mais aussi | mais aussi |, puis |, )"


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled rule; `needs` are sets of letters of each of which a sentence must have one for it to match."""

    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]


_PLACEHOLDER = re.compile(r"<(?:(?P<name>[a-z]+):)?(?P<letters>[HOPLKEADS]+)(?P<many>\*)?>")


def rule(text: str) -> Form:
    """Compile a rule: `<name:LETTERS>` is a placeholder, `<name:LETTERS*>` a list of them, `<LETTERS>` one without name."""

    def placeholder(m: re.Match[str]) -> str:
        name, letters, many = m["name"], m["letters"], m["many"]
        one = rf"{DET}{NOUN}‹[{letters}]\d+›"
        if many:
            return rf"(?P<{name}>{one}(?:{SEP}{one})*)"
        return rf"‹[{letters}](?P<{name}>\d+)›" if name else rf"‹[{letters}]\d+›"

    bare = re.sub(r"\\.", "  ", text)
    needs = tuple(  # those outside every group: what stands in one may be left out
        frozenset(m["letters"])
        for m in _PLACEHOLDER.finditer(text)
        if bare.count("(", 0, m.start()) == bare.count(")", 0, m.start())
    )
    return Form(re.compile(_PLACEHOLDER.sub(placeholder, text)), needs)


_NEGATION = re.compile(
    r"(?:\bne |\bn')[^,;:]{0,40}?\b(?:pas|plus|jamais|guère|aucun|aucune|ni)\b|\b(?:sans|ni|aucun|aucune) ", re.I
)
_SUPPOSED = re.compile(
    r"\b(?!devrai)[a-zà-ÿ]{2,}(?:rait|raient)\b|\bpourrai(?:en)?t\b|\bsi (?=‹|l[ae] )|\b(?:aurait|auraient|serait|seraient)\b"
)
_PLANNED = re.compile(
    r"\b(?:prévue?s?|prévoi(?:t|ent)|devrai(?:en)?t|doi(?:t|vent)|à terme|d'ici|bientôt|prochainement|attendue?s?|programmée?s?|envisag\w+|ambition\w*|objectif|"
    r"promet\w*|espèr\w+|v(?:a|ont) (?=[a-zà-ÿ']+(?:er|ir|re)\b)|future?s?|[a-zà-ÿ]+(?:era|eront|ira|iront|dra|dront|tra|tront|ura|uront))\b",
    re.I,
)


class Reader:
    """Reads one sentence; `hub` is the hub as the document speaks of it, if it does."""

    def __init__(self, sentence: Sentence, hub: Mention | None) -> None:
        self.sentence = sentence
        self.hub = hub
        self.letters = frozenset(letter(i) for i in sentence.items.values())

    def mention(self, number_: str) -> Any:
        """The item of a placeholder's number."""
        return self.sentence.items[int(number_)]

    def many(self, listed: str) -> list[Mention]:
        """The mentions of a list of placeholders."""
        return [m for n in re.findall(r"‹[A-Z](\d+)›", listed) if isinstance(m := self.sentence.items[int(n)], Mention)]

    def modality(self, masked: Masked, start: int, end: int) -> Qualifier | None:
        """`exact`, `planned`, or None where the clause around the range is denied or supposed."""
        text = masked.text
        start = max(text.rfind(c, 0, start) for c in (";", ":", " – ")) + 1
        clause = text[start : min(len(text), end + 12)] if end + 12 < len(text) else text[start:]
        if _NEGATION.search(clause) or _SUPPOSED.search(clause):
            return None
        return "planned" if _PLANNED.search(clause) else "exact"

    def matches(self, form: Form, full: bool = False) -> Iterator[tuple[re.Match[str], Qualifier, int, int]]:
        """Where `form` stands in the sentence (with its brackets if `full`), with its modality and its range."""
        if not all(need & self.letters for need in form.needs):
            return
        masked = self.sentence.full if full else self.sentence.flat
        for m in form.pattern.finditer(masked.text):
            qualifier = self.modality(masked, m.start(), m.end())
            if qualifier is not None:
                yield m, qualifier, *masked.span(m.start(), m.end())

    def implied(self) -> Mention | None:
        """Whom a sentence that names no subject goes on about."""
        return self.sentence.subject


Rule = Callable[[Reader], Iterator[Said]]
