"""Who does what to whom: the subject of a verb, its objects, its agents, in a row of `phrases`.

The subject is the nearest that can be: the name before the verb, or before an aside between commas; whom « qui » takes up; the subject
of the verb that « et » goes on from. A name that hangs on another word (« la directrice de X ») is none. Belongs here: syntax.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from km0_pipeline.press.phrases import Phrase

OWN = frozenset(["projet", "société", "entreprise", "start-up", "startup", "association", "équipe", "équipes", "groupe", "coopérative", "fablab", "incubateur", "banque", "école", "campus", "réseau", "bâtiment", "site", "pôle", "agence", "studio", "cabinet", "fonds", "collectif", "ville", "commune", "communauté", "région", "département", "siège", "locaux", "bureaux"])
"""Nouns that name what they belong to: « le projet du KM0 », « l'équipe de X » are the KM0, X."""
_FIGURES = frozenset("DSEAK")
_SHARE = re.compile(r"(?:hauteur (?:de )?)?[\d.]+")
"""« à 55 % »."""
_SEVERAL = frozenset(["deux", "trois", "quatre", "cinq", "six", "plusieurs", "les"])
_MANY = re.compile(
    r"\b(?:entreprises|start-ups?|startups?|pousses|structures|associations|sociétés|projets|occupants?|locataires?|résidents?|partenaires|membres?|acteurs|collectifs|adhérents|coopératives|équipes|fondateurs|financeurs|investisseurs|"
    r"organisations|collectivités|banques|lauréats|pépites|sites|lieux)\b"
)
"""Nouns of which names may follow: « trois associations : A, B et C »."""


def subjects(row: Sequence[Phrase], at: int, letters: Container[str], depth: int = 0) -> list[Phrase]:
    """Who does what the verb at `at` says, or has it done to him; a noun that names nobody (« l'entreprise ») as it is."""
    verb = row[at]
    if depth > 4:
        return []
    if verb.voice == "bare":
        return _qualified(row, at, letters, depth)
    j = at - 1
    if j < 0:
        return []
    before = row[j]
    if before.kind == "who":
        meant = _antecedent(row, j - 1, letters, row[at].words.endswith("nt"))
        if not meant and before.start == before.end:  # « X a percé en fondant Y »
            k = next((k for k in range(j - 1, -1, -1) if row[k].kind in ("end", "that", "which") or (row[k].kind == "verb" and row[k].voice in ("active", "passive"))), -1)
            return subjects(row, k, letters, depth + 1) if k >= 0 and row[k].kind == "verb" else []
        return meant
    if before.kind == "which":  # « que préside X »
        k = at + 1
        if k + 2 < len(row) and row[k].kind == "noun" and not row[k].letter and not row[k].prep and row[k + 1].kind == "comma":
            k += 2  # « que préside une amie, X »
        return listed(row, k, letters) if k < len(row) and row[k].letter and row[k].letter in letters and not row[k].prep else []
    if before.kind == "and":
        k = next((k for k in range(j - 1, -1, -1) if row[k].kind in ("verb", "end", "that")), -1)
        return subjects(row, k, letters, depth + 1) if k >= 0 and row[k].kind == "verb" and row[k].voice != "infinitive" else []
    if before.kind == "comma":
        first = _clause(row, j)
        for k in range(first, j):
            if row[k].kind == "noun" and not row[k].prep and row[k + 1].kind == "comma" and row[k].letter in letters:
                return _joined(row, k, first)
            if row[k].kind == "verb" and row[k].voice == "active" and (k == first or row[k - 1].kind not in ("who", "that", "and", "which")):
                return []
        return []
    if before.kind != "noun":
        return []
    return _headed(row, j, letters)


def _headed(row: Sequence[Phrase], j: int, letters: Container[str]) -> list[Phrase]:
    """The bare noun on which the noun at `j` hangs: « le conseil d'administration de X » for X."""
    last = j
    while j >= 0 and row[j].kind == "noun" and row[j].prep:
        if row[j].prep not in ("de", "à", "en", "dans", "chez", "with", "avec", "depuis", "par") and row[j].letter not in _FIGURES:
            return []
        j -= 1
    if j < 0 or row[j].kind != "noun":
        return []
    head = row[j]
    if head.letter == "K" and j < last and row[j + 1].prep == "de" and row[j + 1].letter and row[j + 1].letter in letters and j + 1 == last:
        return [row[j + 1]]  # « les dix salariés de X travaillent »
    if head.letter in _FIGURES:
        return _headed(row, j - 1, letters) if j else []
    if head.letter and head.letter in letters:
        return _joined(row, j, _clause(row, j))
    if not head.letter and j < last:
        owned = row[j + 1]
        if owned.prep == "de" and owned.letter and owned.letter in letters and head.words.split()[-1:] and head.words.split()[0] in OWN:
            return [owned]
        return []
    return [] if head.letter else [head]


def _joined(row: Sequence[Phrase], j: int, first: int) -> list[Phrase]:
    """The noun at `j` and those before it that « et » and commas join to it."""
    found = [row[j]]
    linked = False
    while j - 2 >= first and row[j - 1].kind in ("and", "comma") and row[j - 2].kind == "noun" and row[j - 2].letter and row[j - 2].letter in "HOP" and (linked or row[j - 1].kind == "and"):
        if row[j - 2].prep and row[j].prep != row[j - 2].prep:
            break
        linked = True
        j -= 2
        found.append(row[j])
    return found[::-1]


def _clause(row: Sequence[Phrase], j: int) -> int:
    """Where the clause begins in which `j` stands."""
    while j > 0 and not (row[j - 1].kind in ("end", "which") or (row[j - 1].kind == "that" and row[j - 1].words not in ("dont", "où"))):
        j -= 1
    return j


def _antecedent(row: Sequence[Phrase], j: int, letters: Container[str], many: bool = False) -> list[Phrase]:
    """Whom « qui », « que » or a participle after `j` takes up; `many`, if they may be several."""
    while j >= 0 and row[j].kind == "comma":
        j -= 1
    if j < 0 or row[j].kind != "noun":
        return []
    noun = row[j]
    if noun.letter in _FIGURES or (noun.letter == "L" and "L" not in letters):
        return _antecedent(row, j - 1, letters) if noun.prep or noun.letter in _FIGURES else []
    if noun.letter:
        if noun.letter not in letters:
            return []
        if noun.prep == "de" and noun.letter != "P" and j and row[j - 1].kind == "noun" and not row[j - 1].letter and not noun.words and row[j - 1].words.split()[0] not in OWN:
            return []
        return _joined(row, j, 0) if many and row[j - 1 : j] and row[j - 1].kind == "and" else [noun]
    if noun.prep:
        return []
    # « X est un lieu qui », « X, un lieu qui »
    if j >= 2 and row[j - 1].kind == "comma" and row[j - 2].kind == "noun" and row[j - 2].letter and row[j - 2].letter in letters:
        return [row[j - 2]]
    if j and row[j - 1].lemmas == ("être",):
        return subjects(row, j - 1, letters, 3)
    return [noun]


def _qualified(row: Sequence[Phrase], at: int, letters: Container[str], depth: int) -> list[Phrase]:
    """What a participle without auxiliary says something of: « X, portée par », « Portée par A, X », « un lieu porté par »."""
    j = at - 1
    if j >= 0 and row[j].kind in ("and", "comma"):
        k = next((k for k in range(j - 1, -1, -1) if row[k].kind in ("verb", "end", "that", "who")), -1)
        if k >= 0 and row[k].kind == "verb" and row[k].voice in ("bare", "passive") and (row[j].kind == "and" or all(p.kind in ("noun", "and") for p in row[k + 1 : j])):
            return subjects(row, k, letters, depth + 1)
    if j < 0 or row[j].kind == "end" or (row[j].kind == "and" and j == 0):
        passed = False
        for k in range(at + 1, len(row)):
            if row[k].kind == "end" or (row[k].kind == "verb" and row[k].voice in ("active", "passive")) or row[k].kind == "who":
                return []
            if row[k].kind == "comma":
                passed = True
            elif passed and row[k].kind == "noun" and not row[k].prep and row[k].letter not in _FIGURES and row[k - 1].kind == "comma":
                rest = row[k + 1 : k + 2]
                if rest and rest[0].kind in ("and",):
                    continue  # still the list of agents
                if row[k].letter and row[k].letter not in letters:
                    return []
                return [row[k]]
        return [Phrase("noun", row[at].start, row[at].start)] if j < 0 or row[j].kind == "end" else []
    return _antecedent(row, j, letters, row[at].words.endswith("s"))


def objects(row: Sequence[Phrase], at: int, preps: Container[str], letters: Container[str], through: Container[str] = (), skip_nouns: bool = False) -> list[Phrase]:
    """To whom the verb at `at` does it: the first after one of these prepositions, and those joined to it.

    `through`: nouns whose « de » leads on (« le développement de X »); `skip_nouns` whether other nouns may stand before.
    """
    k, n = at + 1, len(row)
    which = next((q for q in range(at - 1, max(-1, at - 4), -1) if row[q].kind == "which"), -1)
    if which > 1 and row[which - 1].letter and row[which - 1].letter in letters and row[which - 1].prep in preps and row[which - 1].prep and row[which - 2].lemmas == ("être",):
        return [row[which - 1]]  # « c'est à A que X s'installe »
    if which >= 0 and "" in preps and all(row[q].kind == "noun" for q in range(which + 1, at)):  # « X, que préside A », « X que A préside »
        return [p for p in _antecedent(row, which - 1, letters) if p.letter]
    while k < n:
        p = row[k]
        if p.kind == "noun":
            if p.letter and p.letter in letters and p.prep in preps:
                return listed(row, k, letters)
            if not p.letter and k + 1 < n and row[k + 1].kind == "noun" and row[k + 1].prep == "de" and row[k + 1].letter in letters and row[k + 1].letter and any(w in through for w in p.words.split()):
                return listed(row, k + 1, letters)
            if p.letter not in _FIGURES and not p.prep and not skip_nouns:
                if not _MANY.search(p.words):
                    return []
                # « accueille trois associations : A et B », « … dont A »
                lead = k + 1 + (k + 1 < n and row[k + 1].kind == "comma")
                while lead < n and row[lead].kind == "noun" and not row[lead].letter and row[lead].prep in ("de", "en"):
                    lead += 1
                if lead < n and row[lead].prep == "like" and row[lead].letter and row[lead].letter in letters:
                    return listed(row, lead, letters)
                if lead < n and row[lead - 1].kind == "comma" and p.the in _SEVERAL and row[lead].letter and row[lead].letter in letters and not row[lead].prep and "" in preps:
                    return listed(row, lead, letters)  # « accueille deux associations, A et B »
                if lead + 1 < n and row[lead].words == ":" and row[lead + 1].letter and row[lead + 1].letter in letters and "" in preps:
                    return listed(row, lead + 1, letters)
                return []
            if not p.letter and p.words == "il":
                return []
        elif p.kind == "comma":
            if not (k + 1 < n and row[k + 1].kind == "noun" and (row[k + 1].prep or row[k + 1].letter in ("D", "S"))):
                return []
        elif p.kind == "and":
            if not (k + 1 < n and row[k + 1].kind in ("verb", "noun") and ((row[k + 1].kind == "noun" and skip_nouns) or row[k + 1].voice == "active")):
                return []
            if row[k + 1].kind == "verb":
                k += 1
        elif not (p.kind == "end" and p.words == ":" and k == at + 1):
            return []
        k += 1
    return []


def listed(row: Sequence[Phrase], k: int, letters: Container[str]) -> list[Phrase]:
    """The noun at `k` and those that commas and « et » join to it; what is put in between is passed over."""
    found, n, prep = [row[k]], len(row), row[k].prep
    while True:
        k += 1
        if k + 1 < n and row[k].kind == "noun" and row[k].letter in ("L", "D", "S") and row[k].prep in ("à", "en", "de", "dans") and row[k + 1].kind in ("comma", "and"):
            k += 1  # « A à Colmar et B à Thann »
        # an aside between commas: « A, la banque, et B » ; « A, de Lyon, et B »
        if k + 1 < n and row[k].kind in ("comma", "and"):
            nxt = k + 1
            if row[nxt].kind == "and" and nxt + 1 < n:
                nxt += 1
            p = row[nxt]
            if p.kind == "noun" and p.letter and p.letter in letters and p.prep in ("", prep, "like") and not (nxt + 1 < n and row[nxt + 1].kind == "verb" and row[nxt + 1].voice == "active"):
                found.append(p)
                k = nxt
                continue
            if p.kind == "noun" and row[k].kind == "comma" and nxt == k + 1 and (not p.letter or p.letter in "LDSEK"):
                more = next((q for q in range(nxt + 1, min(n, nxt + 5)) if row[q].kind in ("comma", "and", "verb", "end")), n)
                if more + 1 < n and row[more].kind == "comma" and row[more + 1].kind == "and":
                    more += 1
                if more + 1 < n and row[more].kind in ("comma", "and") and row[more + 1].letter and row[more + 1].letter in letters and row[more + 1].prep in ("", prep):
                    k = more - 1
                    continue
        return found


def agents(row: Sequence[Phrase], at: int, preps: Container[str], letters: Container[str]) -> list[Phrase]:
    """By whom it is done what the participle at `at` says."""
    for k in range(at + 1, len(row)):
        p = row[k]
        if p.kind == "noun":
            if p.prep in preps:
                if p.letter and p.letter in letters:
                    found = listed(row, k, letters)
                    n = next(q for q, x in enumerate(row) if x is found[-1]) + 1
                    if n + 2 < len(row) and row[n].kind in ("and", "comma") and _SHARE.fullmatch(row[n + 1].words) and row[n + 2].prep in preps and row[n + 2].letter and row[n + 2].letter in letters:
                        found += listed(row, n + 2, letters)
                    return found
                owned = row[k + 1] if not p.letter and k + 1 < len(row) else None
                if owned is not None and owned.letter and owned.letter in letters and owned.prep == "de" and p.words.split()[0] in OWN:
                    return listed(row, k + 1, letters)
                if p.letter not in _FIGURES and not _SHARE.fullmatch(p.words):
                    # « par deux amis, A et B »
                    if not p.letter and k + 2 < len(row) and row[k + 1].kind in ("comma", "end") and row[k + 2].kind == "noun" and not row[k + 2].prep and row[k + 2].letter and row[k + 2].letter in letters:
                        return listed(row, k + 2, letters)
                    return []
        elif p.kind == "comma":
            if not (k + 1 < len(row) and row[k + 1].kind == "noun" and (row[k + 1].prep or row[k + 1].letter in ("D", "S"))):
                return []
        elif p.kind == "and":
            q = row[k + 1] if k + 1 < len(row) else None
            if q is None or q.kind != "verb" or q.voice != "bare":
                return []
        elif p.kind != "verb" or p.voice != "bare":
            return []
    return []
