"""Rules: bonds that a noun tells which stands for a verb: « l'arrivée de X à Y », « le rachat de X par Y », « la gestion de X est confiée à Y ».

Such a noun has the arguments of its verb: one after « de » or before it (« son arrivée »), the other after a preposition of its own, or
after the verb that gives it away. Belongs here: what these nouns mean. What nouns say of the one that they name (« filiale de X ») is in `roles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from km0_pipeline.press.arguments import listed
from km0_pipeline.press.bonds import is_network, of_event
from km0_pipeline.press.frames import is_house, row_of
from km0_pipeline.press.grammar import Reader, Rule, Said
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.phrases import Phrase
from km0_pipeline.press.referents import LESS_SURE, it


@dataclass(frozen=True)
class Act:
    """What `nouns` say: that who stands after « de » (letters `of`) and who stands after one of `preps` (letters `other`) have a `property`.

    `turned`: the latter has it, and the former is its value. `given`: only where a verb gives it away (« confiée à »). `once`: it is no less true when it is over.
    """

    property: str
    nouns: str
    of: str
    preps: tuple[str, ...]
    other: str
    turned: bool = False
    given: bool = False
    once: bool = False


ACTS = (
    Act("owner_of", "rachat acquisition reprise", "OH", ("par",), "OHP", turned=True, once=True),
    Act("tenant_of", "arrivée installation implantation emménagement", "OH", ("à", "dans", "chez", "en"), "OHL"),
    Act("member_of", "adhésion entrée arrivée intégration affiliation", "OH", ("à", "dans", "chez"), "O"),
    Act("founder_of", "création fondation lancement naissance", "OH", ("par",), "OHP", turned=True, once=True),
    Act("operates", "gestion animation exploitation pilotage coordination portage", "OH", ("par",), "OH", turned=True),
    Act("operates", "gestion animation exploitation pilotage coordination portage", "OH", ("à",), "OH", turned=True, given=True),
    Act("heads", "direction présidence gérance", "OH", ("à",), "P", turned=True, given=True),
    Act("funds", "soutien subvention aide prêt don participation investissement", "O", ("à", "for", "dans"), "OH"),
    Act("partner_of", "partenariat collaboration coopération alliance convention accord rapprochement", "OH", ("avec", "with"), "OH"),
    Act("organiser_of", "organisation", "OH", ("par",), "OHP", turned=True, once=True),
)  # fmt: skip
_BY_NOUN = {noun: tuple(a for a in ACTS if noun in a.nouns.split()) for act in ACTS for noun in act.nouns.split()}
_CUE = re.compile(rf"\b(?:{'|'.join(sorted(_BY_NOUN))})\b")
_GIVES = frozenset({"confier", "attribuer", "échoir", "revenir"})
_BETWEEN = frozenset(_BY_NOUN) & set(next(a for a in ACTS if a.property == "partner_of").nouns.split())
_OVER = re.compile(r"\b(?:fin (?:au|à (?:son|leur|la|l'))|rupture|échec|refus|rompu|abandon|projet de?|tentative)\b")


def nominal(r: Reader) -> Iterator[Said]:
    """What a sentence says by nouns that stand for verbs."""
    text = r.sentence.flat.text
    if "‹" not in text or not _CUE.search(text):
        return
    row = row_of(text)
    for at, p in enumerate(row):
        if p.kind == "noun" and not p.letter and p.words:
            for act in _BY_NOUN.get(p.words.split()[0], _BY_NOUN.get(p.words.split()[-1], ())):
                yield from _told(r, row, at, act)
    if _BETWEEN & set(re.findall(r"\w+", text)) and r.modality(r.sentence.flat, 0, len(text)) == "exact" and not _OVER.search(text):
        for at, p in enumerate(row):
            if p.prep == "entre" and p.letter in tuple("OH") and at + 2 < len(row) and row[at + 1].kind == "and" and row[at + 2].letter in tuple("OH"):
                s, o = r.mention(str(p.number)), r.mention(str(row[at + 2].number))
                if s.key != o.key:
                    yield Said(*r.sentence.flat.span(p.start, row[at + 2].end), s, "partner_of", o, confidence=0.8)


def _told(r: Reader, row: Sequence[Phrase], at: int, act: Act) -> Iterator[Said]:
    flat, k, sure = r.sentence.flat, at + 1, 0.8
    whose: list[Mention] = []
    if row[at].the in ("son", "sa", "leur"):
        s = it(r, flat, row[at].start)
        whose, sure = [s] if s is not None else [], LESS_SURE
    elif flat.text.startswith("dont ", row[at].start):  # « X, dont la gestion est confiée à Y »
        n = next((n for n in range(at - 1, -1, -1) if row[n].letter in tuple("OHP") or row[n].kind in ("end", "who", "which")), 0)
        whose = [r.mention(str(row[n].number))] if row[n].letter in tuple("OH") else []
    else:
        n = next((n for n in range(k, len(row)) if row[n].kind not in ("noun", "comma", "and") or (row[n].prep == "de" and row[n].letter)), len(row))
        if n < len(row) and row[n].letter and row[n].letter in act.of:
            found = listed(row, n, act.of)
            whose = [r.mention(str(x.number)) for x in found]
            if n == k:
                k = next(q for q, x in enumerate(row) if x is found[-1]) + 1
    if not whose or _OVER.search(flat.text[max(0, row[at].start - 25) : row[at].end]):
        return
    other = _other(row, k, act)
    if not other:
        return
    start, end = row[at].start, other[-1].end
    qualifier = r.modality(flat, start, end)
    m = re.compile(r".*", re.S).match(flat.text, start, end)
    if qualifier is None or m is None or (not act.once and r.held(m, qualifier) is None):
        return
    first, last = flat.span(start, end)
    for a in whose:
        for x in other:
            b: Mention = r.mention(str(x.number))
            s, o = (b, a) if act.turned else (a, b)
            if s.key != o.key and (prop := _fits(act, s, o)):
                yield Said(first, last, s, of_event(prop, o), o, qualifier, confidence=sure)


def _other(row: Sequence[Phrase], k: int, act: Act) -> list[Phrase]:
    """Who stands after one of its prepositions."""
    gave = False
    for n in range(k, len(row)):
        p = row[n]
        if p.kind == "verb":
            if not (act.given and _GIVES & set(p.lemmas)) and p.lemmas != ("être",) and p.words != "modal":
                return []
            gave |= bool(_GIVES & set(p.lemmas))
        elif p.kind == "noun":
            if p.letter and p.letter in act.other and p.prep in act.preps and gave == act.given:
                return listed(row, n, act.other)
            if p.letter not in tuple("DSEKL") and not (p.prep and not p.letter):
                return []
        elif p.kind != "comma":
            return []
    return []


def _fits(act: Act, s: Mention, o: Mention) -> str:
    """The property that these two have by the act, '' if they can't."""
    if act.property == "tenant_of":
        if o.letter == "L":
            return "located_in" if o.kind not in ("department", "region", "country", "site", "railway") else ""
        return "tenant_of" if is_house(o) else ""
    if act.property == "member_of":
        return "member_of" if is_network(o) and not is_house(o) else ""
    if act.property == "funds":
        return "funds" if o.kind != "public_body" else ""
    return act.property


RULES: tuple[Rule, ...] = (nominal,)
