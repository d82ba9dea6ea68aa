"""Rules: what stands beside a name without a verb: where it is, who pays, who is among its tenants or its start-ups.

« A, à Mulhouse », « A, une société de Mulhouse », « une subvention de B », « avec le soutien de B », « nos pépites : A, B et C ». Belongs here:
bonds of nouns; those of verbs are in `frames`, those of roles in `roles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from km0_pipeline.press.arguments import OWN, listed
from km0_pipeline.press.bonds import is_incubator
from km0_pipeline.press.frames import is_house, row_of
from km0_pipeline.press.grammar import Reader, Rule, Said
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.phrases import Phrase

_WIDE = frozenset({"department", "region", "country", "site", "railway"})
_STREET = re.compile(r"(?:rue|quai|place|boulevard|avenue|route|cours|allee|allees|chemin|impasse|square|esplanade|passage)\b")
_OF_A_PLACE = OWN | frozenset(["start-up", "startup", "pépinière", "coworking", "tiers-lieu", "lieu", "espace", "usine", "atelier", "ateliers", "imprimerie", "librairie", "café", "restaurant", "épicerie", "brasserie", "théâtre", "centre", "technopole", "accélérateur", "couveuse", "ressourcerie", "recyclerie", "jeune-pousse", "PME", "pme", "scop", "scic", "manufacture", "ferme", "fabricant", "éditeur", "spécialiste", "concepteur", "entreprises", "maison", "lycée", "université"])


def beside(r: Reader) -> Iterator[Said]:
    """What a sentence says by nouns."""
    text = r.sentence.flat.text
    if "‹" not in text:
        return
    if "‹L" in text or "‹O" in text:
        row = row_of(text)
        yield from _places(r, row)
        yield from _givers(r, row)
        yield from _among(r, row)


# --- where -------------------------------------------------------------------------------------


def _places(r: Reader, row: Sequence[Phrase]) -> Iterator[Said]:
    for at, p in enumerate(row):
        if p.letter != "L":
            continue
        o = r.mention(str(p.number))
        if o.kind in _WIDE or r.modality(r.sentence.flat, p.start, p.end, 0) is None:
            continue
        street = o.kind == "address" or bool(_STREET.match(o.key))
        s, sure = _placed(r, row, at, street)
        if s is None and street:
            others = {i.key: i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter in "HO"}
            s, sure = (next(iter(others.values())) if len(others) == 1 else None if others else r.spoken()), 0.7
            if s is not None and row[0].letter == "P" and not others:
                s = None
        if s is not None and s.letter in "HO" and s.kind not in ("public_body", "media") and s.key != o.key:
            if o.kind == "address":
                yield Said(o.start, o.end, s, "address", "", confidence=sure)
            else:
                yield Said(o.start, o.end, s, "located_in", o, confidence=sure)


_TOWN = frozenset({"commune", "city"})


def _ends(row: Sequence[Phrase], at: int) -> bool:
    """Whether after `at` there is nothing more, or an aside."""
    return at + 1 == len(row) or row[at + 1].kind == "end" or (row[at + 1].kind == "comma" and (at + 2 == len(row) or row[at + 2].kind == "noun"))


def _placed(r: Reader, row: Sequence[Phrase], at: int, street: bool) -> tuple[Mention | None, float]:
    """Who is at the place `at`."""
    p, j = row[at], at - 1
    here = p.prep in ("à", "near") or (street and p.prep in ("", "dans", "sur")) or (p.prep == "sur" and street)
    if here and j >= 1 and row[j].kind == "comma":
        before = row[j - 1]
        if before.letter in tuple("HO"):
            return r.mention(str(before.number)), 0.8
        if before.letter == "L" and j >= 3 and row[j - 2].kind == "comma" and row[j - 3].letter in tuple("HO"):
            return r.mention(str(row[j - 3].number)), 0.75  # « A, rue B, à C »
        if not before.letter and before.kind == "noun" and j >= 3 and row[j - 2].kind == "comma" and row[j - 3].letter in tuple("HO") and before.words.split()[0] in _OF_A_PLACE:
            return r.mention(str(row[j - 3].number)), 0.75  # « A, la pépinière, à C »
    if p.prep == "de" and j >= 0 and not row[j].letter and row[j].kind == "noun" and row[j].words in _OF_A_PLACE and not row[j].prep and at + 1 < len(row) and row[at + 1].letter == "O" and not row[at + 1].prep:
        return r.mention(str(row[at + 1].number)), 0.8  # « l'entreprise de C A »
    presented = j >= 1 and row[j - 1].kind == "verb" and not row[j - 1].lemmas  # « a présenté A à C »
    if j >= 0 and not presented and row[j].letter in tuple("HO") and not p.words and row[j].prep not in ("entre", "against") and (p.prep == "à" or (p.prep == "de" and r.mention(str(p.number)).kind in _TOWN)):
        return r.mention(str(row[j].number)), 0.75  # « A à C », « A de C »
    if not p.prep and j >= 1 and row[j].kind == "comma" and _ends(row, at) and (row[j - 1].letter in tuple("HO") or (row[j - 1].letter == "L" and j >= 3)):
        k = j - 1 if row[j - 1].letter in tuple("HO") else j - 3  # « A, rue B, C »
        listed_too = k >= 2 and row[k - 1].kind in ("comma", "and") and row[k - 2].letter in tuple("HOL")
        if row[k].letter in tuple("HO") and not listed_too and not (k and row[k - 1].kind == "verb" and row[k - 1].voice == "active"):
            return r.mention(str(row[k].number)), 0.7
    if here and j >= 0 and row[j].letter in tuple("HO") and row[j].prep in ("de", "chez", "à", "dans", "par") and street:
        return r.mention(str(row[j].number)), 0.75
    if p.prep == "de" and j >= 2 and row[j].kind == "noun" and not row[j].letter and row[j].words.split()[0] in _OF_A_PLACE and not row[j].prep and row[j - 1].kind == "comma" and row[j - 2].letter in tuple("HO"):
        return r.mention(str(row[j - 2].number)), 0.8  # « A, le coworking de C »
    return None, 0


# --- who writes, whom to ask ---------------------------------------------------------------------

_BY = re.compile(
    r"^[^\w‹]*(?:(?i:par|textes?|textes? et photos?|propos recueillis par|recueilli par|reportage|entretien|interview|enquête|dossier|écrit par|rédigé par|de notre correspondante?|article)\b[^‹.;]{0,25}?)‹P(?P<p>\d+)›(?=[^‹]{0,6}$|[ ,;|·–-]|$)"
)
_SIGNED = re.compile(r"^[^\w‹]*‹P(?P<p>\d+)›\W*$")
_ASK = re.compile(r"^[^\w‹]*(?i:contacts?|renseignements?|informations?|infos?|relations? presse|service de presse|presse|inscriptions?)\b[^‹.]{0,40}?(?:‹O(?P<before>\d+)›[ ,–:-]{1,3})?(?:MM?\. |Mmes? )?‹P(?P<p>\d+)›(?P<rest>[^‹]{0,40})(?:‹O(?P<o>\d+)›)?")


def signed(r: Reader) -> Iterator[Said]:
    """Who writes for the paper; whom to ask at whose address."""
    text = r.sentence.full.text
    if "‹P" not in text:
        return
    if r.paper is not None and (m := _BY.match(text) or _SIGNED.match(text)):
        s = r.mention(m["p"])
        if r.sentence.start < 500 or m.re is _BY or r.last:
            yield Said(s.start, s.end, s, "works_for", r.paper, confidence=0.75)
    elif m := _ASK.match(text):
        s, o = r.mention(m["p"]), r.mention(m["o"]) if m["o"] else r.mention(m["before"]) if m["before"] else r.focus
        if o is not None and s.key != o.key:
            yield Said(s.start, s.end, s, "works_for", o, confidence=0.75 if m["o"] or m["before"] else 0.7)


# --- who pays ----------------------------------------------------------------------------------

_GIFT = frozenset(["subvention", "subventions", "aide", "aides", "prêt", "prêts", "don", "dons", "chèque", "bourse", "dotation", "financement", "financements", "cofinancement", "mécénat", "soutien", "appui", "enveloppe", "avance", "fonds", "coup"])
_GIVER = re.compile(r"(?:fondation|fonds|banque|credit|caisse|mutuelle|region|departement|conseil|metropole|agglo|communaute|ville|bpifrance|etat|union europeenne|europe|feder|fse|ademe|anct|dreets|ddets|plan|initiative|agence|cci|chambre)\b")
_NOT_GIVEN = re.compile(r"chiffre d'affaires|\b(?:loyers?|client|clients|achat|achet|vend|dette|emprunt|tribunal|amende|rachat|capital social|refus|rejet|demand|sollicit|attend|espèr|candidat|dépos)")


def _gives(m: Mention) -> bool:
    return m.letter == "O" and (m.kind in ("public_body", "bank") or bool(_GIVER.match(m.key) or _GIVER.match(m.noun)))


def _givers(r: Reader, row: Sequence[Phrase]) -> Iterator[Said]:
    if _NOT_GIVEN.search(r.sentence.flat.text):
        return
    for at, p in enumerate(row):
        if p.kind != "noun" or p.letter not in ("", "E"):
            continue
        if not p.letter and not (p.words.split()[0] in _GIFT or p.words.split()[-1] in _GIFT):
            continue
        k = at + 1
        if k < len(row) and row[k].letter == "E" and row[k].prep == "de":
            k += 1
        while k < len(row) and row[k].kind == "noun" and not row[k].letter and row[k].prep in ("en", "à"):
            k += 1
        if k >= len(row) or row[k].prep not in ("de", "from") or row[k].letter != "O":
            continue
        some = [m for x in listed(row, k, "O") if _gives(m := r.mention(str(x.number)))]
        yield from _given(r, row, some, p.start, row[k].end)
    for at, p in enumerate(row):
        if p.prep == "chez" and at == 0 and p.letter in tuple("HO") and len(row) > 3 and row[1].kind == "comma" and row[2].letter == "O" and not row[2].prep and row[3].kind == "verb":
            s, o = r.mention(str(row[2].number)), r.mention(str(p.number))  # « Dans les locaux de A, X fabrique … »
            if is_house(o) and s.key != o.key and r.modality(r.sentence.flat, p.start, row[3].end) is not None:
                yield Said(*r.sentence.flat.span(p.start, row[2].end), s, "tenant_of", o, confidence=0.75)
        if p.prep == "support" and p.letter == "O":
            yield from _given(r, row, [r.mention(str(x.number)) for x in listed(row, at, "O")], p.start, p.end)


def _given(r: Reader, row: Sequence[Phrase], givers: Sequence[Mention], start: int, end: int) -> Iterator[Said]:
    qualifier = r.modality(r.sentence.flat, start, end)
    if qualifier is None or not givers:
        return
    keys = {m.key for m in givers}
    about = r.sentence.about
    o, sure = (about, 0.75) if about is not None and about.key not in keys and not _gives(about) else (r.spoken(keys), 0.7)
    if o is None or o.letter not in "HO" or _gives(o):
        return
    first, last = r.sentence.flat.span(start, end)
    for s in givers:
        if s.key != o.key:
            yield Said(first, last, s, "funds", o, qualifier, confidence=sure)


# --- among whom --------------------------------------------------------------------------------

_AMONG = (
    ("incubates", re.compile(r"\b(?:pépites|poulains|incubés|incubées|couvés|promotion|promo|(?:start-ups?|startups?|jeunes pousses|projets|entreprises) (?:accompagnée?s|incubée?s|suivie?s|hébergée?s|couvée?s))\b")),
    ("tenant_of", re.compile(r"\b(?:locataires?|résidents|résidentes|occupants|hôtes)\b")),
    ("member_of", re.compile(r"\b(?:membres|adhérents|adhérentes|sociétaires)\b")),
    ("partner_of", re.compile(r"\bpartenaires\b")),
    ("part_of", re.compile(r"\b(?:filiales|marques|enseignes|entités)\b")),
)
_ITS = re.compile(r"(?:\b(?:nos|ses|leurs|notre|son)|(?:poss[èe]d|compt|dét[ie]+n|regroup)\w* (?:deux|trois|quatre|plusieurs)) (?:[\w-]+ ){0,2}$")
_LEADS_ON = re.compile(r"[^‹.;]{0,30}?(?: :|, dont|, parmi lesquel(?:le)?s|, comme|, tel(?:le)?s que|,) $")


def _among(r: Reader, row: Sequence[Phrase]) -> Iterator[Said]:
    text = r.sentence.flat.text
    for prop, words in _AMONG:
        m = words.search(text)
        if m is None or not _ITS.search(text[: m.start()]):
            continue
        k = next((k for k, p in enumerate(row) if p.start >= m.end() and p.kind == "noun" and p.letter == "O"), None)
        if k is None or not _LEADS_ON.match(text, m.end(), row[k].start) or row[k].prep not in ("", "like"):
            continue
        qualifier = r.modality(r.sentence.flat, m.start(), row[k].end)
        about = r.sentence.about
        some = [r.mention(str(x.number)) for x in listed(row, k, "O")]
        keys = {x.key for x in some}
        o = about if about is not None and about.key not in keys and about.start < some[0].start else r.spoken(keys)
        if qualifier is None or o is None or o.letter not in "HO":
            continue
        if (prop == "tenant_of" and not is_house(o) and o is not r.topic) or (prop == "incubates" and not is_incubator(o) and o is not r.focus):
            continue
        for s in some:
            if s.key != o.key:
                start, end = s.start, s.end
                yield Said(start, end, o, prop, s, qualifier, confidence=0.75) if prop == "incubates" else Said(start, end, s, prop, o, qualifier, confidence=0.75)


RULES: tuple[Rule, ...] = (beside, signed)
