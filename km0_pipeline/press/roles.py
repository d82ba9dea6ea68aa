"""Rules: posts, wherever they stand beside a name.

« X, 41 ans, directrice de A », « Directrice de A depuis 2019, X défend », « l'actuel président, X », « X reste gérant », « X rejoint A comme chargée de
mission », « Président : X ». Of whom a role is that names no organisation tells `Reader.spoken`. Belongs here: roles told by the row of
phrases; `posts` has constructions with words of their own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from km0_pipeline.press.arguments import OWN, listed, subjects
from km0_pipeline.press.frames import is_house, row_of
from km0_pipeline.press.grammar import Reader, Rule, Said
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.phrases import Phrase
from km0_pipeline.press.posts import PUBLIC, ROLE, relation
from km0_pipeline.press.referents import it

_ROLE = re.compile(
    rf"(?i:(?:{ROLE}|salariée?|employée?|stagiaire|alternante?|apprentie?|bénévole|assistante?|comptable|juriste|secrétaire|journaliste|rédact(?:eur|rice)|professeure?|enseignante?|"
    r"enseignante?-cherch(?:eur|euse)|cherch(?:eur|euse)|maître(?:sse)? de conférences|doctorante?|chercheuse|technicien(?:ne)?|développeu(?:r|se)|consultante?|avocate?|architecte|designer|formateur|formatrice|"
    r"agente?|expert(?:e)?|experte?-comptable|attachée?|médiat(?:eur|rice)|animat(?:eur|rice)|concierge|régisseu(?:r|se)|cuisini(?:er|ère)|graphiste|ingénieure?|pharmacien(?:ne)?|membre|administratrice|administrateur|"
    r"patron(?:ne)?|boss|bénévole|numéro (?:un|deux)|bras droit|lead dev|community manager|office manager|cheffe?)s?)\b"
)
_BOND = re.compile(r"(?i)\b(?:(?:co-?)?(?:propriétaire|actionnaire|associée?)|locataire|membre|adhérente?|sociétaire|partenaire|filiale|antenne|branche|marque|entité|émanation|essaimage|gestionnaire|exploitante?|opérat(?:eur|rice)|mécène|financeur|investisseur|sponsor|(?:co-?)?(?:fondat|créat|initiat)(?:eur|rice))s?\b")
_LEAD = re.compile(r"(?i)(?:nouve(?:au|l|lle)|future?|actuel(?:le)?|ancien(?:ne)?|ex|seule?|jeune|première?|par ailleurs|aujourd'hui|alors|désormais|jusque|lors|simple|notre)[ -]")
_BONDS = {
    "owner_of": re.compile(r"(?:co-?)?(?:propriétaire|actionnaire|associée?)s?\b"),
    "tenant_of": re.compile(r"locataires?\b"),
    "member_of": re.compile(r"(?:membre|adhérente?|sociétaire|administrat(?:eur|rice)|bénévole)s?\b"),
    "partner_of": re.compile(r"partenaires?\b"),
    "part_of": re.compile(r"(?:filiale|antenne|branche|marque|entité|émanation|essaimage)s?\b"),
    "operates": re.compile(r"(?:gestionnaire|exploitante?|opérat(?:eur|rice))s?\b"),
    "funds": re.compile(r"(?:mécène|financeur|investisseur|sponsor)s?\b"),
    "founder_of": re.compile(r"(?:co-?)?(?:fondat(?:eur|rice)|créat(?:eur|rice)|initiat(?:eur|rice))s?\b"),
}
"""What an organisation is to another by such a noun; what it is to whom a person is by a role, tells `posts`."""
_OF_PEOPLE = frozenset({"owner_of", "founder_of"})
_DIRECTS = re.compile(r"(?:direct(?:eur|rice)|responsable|déléguée?)")
_RUN = OWN | frozenset(["conseil", "comité", "directoire", "bureau", "établissement", "lieu", "structure", "centre", "publication"])
"""What a director of it heads: « directeur du site de A »."""
_LETTERS = re.compile(r"(?:p-?dg|dg|ceo|cto|coo)\b")
_GONE = re.compile(r"(?i)\b(?:ancien(?:ne)?s?|ex|jusque|jusqu'(?:ici|alors|à)|jadis|autrefois|naguère|longtemps|alors|était|fut)\b")
_AFTER_ANOTHER = re.compile(r"(?:succ[éè]d\w+ à|remplac\w+|(?:suite|relais|place|succession) d[e'])[^,]*$")
_ALONE = re.compile(r"(?i)(?:membre|agent|expert|avocat|architecte|graphiste|designer|consultant|journaliste|pharmacien|ingénieur|enseignant|professeur|chercheu|juriste|cuisini|formateur|formatrice|doctorant|rédact|technicien|développeu|apprenti|maître|bénévole|secrétaire|manager|alternant)")
"""Professions that say nothing of whom the text is about."""


def roles(r: Reader) -> Iterator[Said]:
    """Who founded, heads or works for what, by the role beside his name."""
    flat = r.sentence.flat
    if not (("‹P" in flat.text and (_ROLE.search(flat.text) or "tête" in flat.text or ", d" in flat.text)) or ("‹O" in flat.text and _BOND.search(flat.text))):
        return
    row = row_of(flat.text)
    for at, p in enumerate(row):
        if p.kind == "noun" and not p.letter and (role := _role(p)) and p.prep in ("", "as", "comme", "de", "par", "à"):
            yield from _held(r, row, at, role)
    for at, p in enumerate(row):
        if p.letter in tuple("HO") and p.prep in ("de", "chez") and not p.words and at > 1 and row[at - 1].kind == "comma" and row[at - 2].letter == "P" and row[at - 2].prep != "de":
            yield Said(*flat.span(row[at - 2].start, p.end), r.mention(str(row[at - 2].number)), "works_for", r.mention(str(p.number)), confidence=0.75)  # « X, de A, »
        if p.letter in tuple("OP") and p.the in ("son", "sa", "leur") and p.words and (role := _role(p)):
            yield from _its(r, row, at, role)
        if p.prep == "head" and p.letter in tuple("HO"):
            yield from _at_the_head(r, row, at)


def _at_the_head(r: Reader, row: Sequence[Phrase], at: int) -> Iterator[Said]:
    """« X, à la tête de A », « la nomination de X à la tête de A », « À la tête de A, X … »."""
    if at == 0 and len(row) > 2 and row[1].kind == "comma" and row[2].letter == "P" and not row[2].prep:
        yield Said(*r.sentence.flat.span(row[0].start, row[2].end), r.mention(str(row[2].number)), "heads", r.mention(str(row[0].number)), confidence=0.8)
        return
    for k in range(at - 1, -1, -1):
        if row[k].kind in ("end", "that", "which"):
            return
        if row[k].letter in tuple("PHO"):
            break
    else:
        return
    o, s = r.mention(str(row[at].number)), r.mention(str(row[k].number))
    flat = r.sentence.flat
    if _AFTER_ANOTHER.search(flat.text[max(0, row[k].start - 30) : row[k].start + 3]):
        return  # « succède à X à la tête de A » says it of another
    if s.letter == "P" and not _GONE.search(flat.text[row[k].start : row[at].start]) and r.modality(flat, row[k].start, row[at].end) == "exact":
        yield Said(*flat.span(row[k].start, row[at].end), s, "heads", o, confidence=0.8)


def _its(r: Reader, row: Sequence[Phrase], at: int, role: str) -> Iterator[Said]:
    """« X s'appuie sur son partenaire Y », « sa directrice X »."""
    flat, s = r.sentence.flat, r.mention(str(row[at].number))
    about = r.sentence.about
    o = about if about is not None and about.start < s.start and about.key != s.key else it(r, flat, row[at].start, besides=frozenset({s.key}))
    prop = _property(s, role)
    if o is not None and prop and o.letter in "HO" and o.key != s.key and (prop != "tenant_of" or is_house(o)) and r.modality(flat, row[at].start, row[at].end) == "exact" and not _GONE.search(flat.text[max(0, row[at].start - 12) : row[at].end]):
        yield Said(*flat.span(row[at].start, row[at].end), s, prop, o, confidence=0.72)


def _role(p: Phrase) -> str:
    """The role that a noun phrase says, without what stands before it."""
    words = p.words
    while m := _LEAD.match(words):
        words = words[m.end() :]
    return words if _ROLE.match(words) or _BOND.match(words) else ""


def _held(r: Reader, row: Sequence[Phrase], at: int, role: str) -> Iterator[Said]:
    p, n = row[at], len(row)
    # whose: « responsable de la recherche à A », « directrice générale de A »
    k = at + 1
    whose: list[Phrase] = []
    if _DIRECTS.fullmatch(role) and k < n and row[k].prep == "de" and not row[k].letter and row[k].words.split()[0] not in _RUN:
        role += " de " + row[k].words  # « directrice du développement » heads nothing of a name
    while k < n and row[k].kind == "noun" and row[k].prep in ("de", "à", "chez", "dans", "pour", "en", "au", "with"):
        if row[k].letter in tuple("HON"):
            whose = listed(row, k, "HON")[:1]
            k += 1
            break
        if row[k].letter == "P" or row[k].words == "il" or (_BOND.match(role) and not row[k].letter and row[k].words.split()[0] not in _RUN):
            break
        k += 1
    many = role
    while k + 1 < n and row[k].kind == "and" and row[k + 1].kind == "noun" and not row[k + 1].letter and not row[k + 1].prep and _role(row[k + 1]):
        many += " et " + _role(row[k + 1])  # « cofondatrice et présidente de A »
        k += 2
        while k < n and row[k].kind == "noun" and row[k].prep in ("de", "à", "chez", "dans", "pour"):
            if row[k].letter in tuple("HON") and not whose:
                whose = [row[k]]
            k += 1
    if at and row[at - 1].kind == "and" and at > 1 and row[at - 2].kind == "noun" and not row[at - 2].letter and _role(row[at - 2]):
        return  # read with the one before it
    who, joined = _holders(row, at, k)
    if not who and at == 0 and whose and _BOND.match(role) and not any(x.kind in ("comma", "verb", "who") for x in row[k:]) and (about := r.spoken(near=True)) is not None:
        prop, o = _property(about, role), r.mention(str(whose[0].number)) if whose[0].number >= 0 else None
        if prop and o is not None and o.key != about.key and o.letter in "HO" and r.modality(r.sentence.flat, 0, whose[0].end) == "exact":  # « Filiale de A. »
            yield Said(*r.sentence.flat.span(p.start, whose[0].end), about, prop, o, confidence=0.7)
        return
    people = [m for x in who if isinstance(m := r.mention(str(x.number)), Mention)]
    if not people:
        return
    first, last = min(p.start, *(x.start for x in who)), max(row[k - 1].end, *(x.end for x in who))
    text = r.sentence.flat.text
    said = re.compile(r".*", re.S).match(text, first, last)
    if _GONE.search(text[max(0, p.start - 12) : p.end]) or (said is not None and r.held(said, "exact") is None and not role.lower().startswith(("fond", "cofond", "co-fond", "créat"))):
        return
    qualifier = r.modality(r.sentence.flat, first, last, 0)
    if qualifier is None:
        return
    sure = 0.8
    targets = [m for x in whose if (m := r.mention(str(x.number)) if x.number >= 0 else r.focus) is not None]
    if not targets and joined is not None:
        targets = [r.mention(str(joined.number))]
    if not targets and any(m.letter != "P" for m in people):
        return
    if not targets:
        if PUBLIC.match(role) or _ALONE.match(role) or p.the in ("un", "une") or (k < n and row[k].kind == "noun" and row[k].letter == "L"):
            return
        about = r.sentence.about
        its = p.the in ("son", "sa", "leur")
        meant = about if its and about is not None and about.start < people[0].start else (its and it(r, r.sentence.flat, row[at].start)) or r.spoken(near=its)
        if meant is None or meant.letter not in "HO":
            return
        targets, sure = [meant], 0.7
    start, end = r.sentence.flat.span(first, last)
    for one in re.split(r" et ", many):
        for s in people:
            prop = _property(s, one)
            for o in targets:
                if prop and o.letter in "HO" and s.key != o.key and (prop != "tenant_of" or is_house(o)):
                    yield Said(start, end, s, prop, o, "exact", confidence=sure)


def _property(s: Mention, role: str) -> str:
    """What the role makes `s`."""
    found = next((prop for prop, words in _BONDS.items() if words.match(role)), "")
    if s.letter != "P":
        return found
    return found if found in _OF_PEOPLE else relation(role.upper() if _LETTERS.match(role) else role)


def _holders(row: Sequence[Phrase], at: int, after: int) -> tuple[list[Phrase], Phrase | None]:
    """Whose role it is that stands at `at` and ends before `after`; and the organisation that the sentence names beside it (« rejoint A comme … »)."""
    p, n = row[at], len(row)
    last = row[at - 1] if at else None
    who = ("P", "O", "H") if _BOND.match(_role(p)) else ("P",)
    letters = "".join(who)
    # « la directrice X », « la directrice de A, X, », « directrice : X »
    if p.prep in ("", "de", "par", "à") and after < n:
        q = after + 1 if row[after].kind == "comma" or (row[after].kind == "end" and row[after].words in ":–") else after
        if q < n and row[q].kind == "noun" and row[q].letter in who and row[q].prep in ("", "de") and not row[q].words.startswith("par ") and (q > after or not row[q].prep):
            apposed = q > after and row[after].kind == "comma" and last is not None and last.kind == "comma" and at > 1 and row[at - 2].letter in who
            if not apposed:
                return listed(row, q, row[q].letter), None
        if q < n and row[after].lemmas == ("être",) and row[after + 1 : after + 2] and row[after + 1].letter in who:
            return listed(row, after + 1, row[after + 1].letter), None
    if p.prep in ("de", "par", "à"):
        return [], None
    if last is None:
        return _main(row, after, who), None
    if last.kind == "comma":
        j = at - 2
        while j >= 0 and row[j].kind == "noun" and row[j].letter not in tuple("PHO"):
            j -= 1
            if j >= 0 and row[j].kind == "comma":
                j -= 1
        if j >= 0 and row[j].letter in who:
            k = j
            found = [row[k]]
            while k >= 2 and row[k - 1].kind in ("and", "comma") and row[k - 2].letter == row[j].letter and (row[k - 1].kind == "and" or len(found) > 1):
                k -= 2
                found.append(row[k])
            if any(x.prep in ("comme", "like") for x in found):
                return [], None  # examples from elsewhere: « comme les X et Y, fondateurs de A »
            return (found[::-1] if p.words.split()[0].endswith("s") or p.the in ("les", "deux") else [row[j]]), None
        return [], None
    if last.letter in who and not p.the and last.letter == "P":
        return [last], None
    if last.kind == "end" and last.words == ":" and at >= 2 and row[at - 2].letter == "P":
        return [row[at - 2]], None
    if last.kind == "verb" and last.lemmas and set(last.lemmas) & {"être", "nommer", "élire", "désigner", "devenir", "rester"}:
        return [x for x in subjects(row, at - 1, letters) if x.letter], None
    if p.prep in ("as", "comme"):
        k = next((k for k in range(at - 1, -1, -1) if row[k].kind == "verb"), -1)
        if k >= 0:
            there = next((row[q] for q in range(k + 1, at) if row[q].letter in tuple("HO")), None)
            return [x for x in subjects(row, k, letters) if x.letter], there
    return [], None


def _main(row: Sequence[Phrase], after: int, letters: Container[str]) -> list[Phrase]:
    """The person with whom the main clause begins after « Directrice de A depuis 2019, »."""
    passed = False
    for k in range(after, len(row)):
        if row[k].kind in ("end", "who", "that") or (row[k].kind == "verb" and row[k].voice != "bare"):
            return []
        if row[k].kind == "comma":
            passed = True
        elif passed and row[k].kind == "noun" and not row[k].prep and row[k].letter in letters:
            return [row[k]]
    return []


RULES: tuple[Rule, ...] = (roles,)
