"""« ce service », « le concours », « la jeune pousse »: a name taken up again by what it was said to be.

A name is introduced by a noun, which stands before it (« le concours Innov'Ici »), begins it (« Fablab de Lannion ») or
follows it (« Innov'Ici, un concours »). A
definite noun without a name then means the one that was introduced by this noun, or (« l'entreprise ») by one of its
kind; where two were, it means neither. « Le pôle » for the hub is older and stands in `naming`.

Belongs here: such nouns, and whom they mean.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.topics import topic

_KINDS = (
    "start-up|startup|jeune pousse|entreprise|société|pme|éditeur|agence|studio|cabinet|brasserie|groupe|marque|scop|coopérative|structure",
    "association|collectif|fondation|coopérative|fédération|réseau|cluster|consortium|groupement|alliance|club|pôle|syndicat|scic|guilde|label|technopole",
    "fablab|fab-lab|tiers-lieu|espace|coworking|lieu|pépinière|incubateur|accélérateur|hôtel d'entreprises|technopole|campus|médiathèque|équipement|structure|établissement",
    "service|plateforme|plate-forme|application|outil|dispositif|programme|projet|plan|fonds|logiciel|site",
    "concours|festival|salon|forum|hackathon|événement|évènement|rendez-vous|conférence|journée|nuit|semaine|fête|rencontres|trophées|assises|prix|manifestation",
    "université|école|institut|lycée|laboratoire|établissement",
    "banque|métropole|agglomération|communauté de communes|communauté d'agglomération|région|département|commune|syndicat mixte",
)  # fmt: skip
_KIND_OF = {
    key(noun): {n for n, k in enumerate(_KINDS) if noun in k.split("|")}
    for nouns in _KINDS
    for noun in nouns.split("|")
}
_LASTING = {0, 1, 2, 5}
"""The kinds of what a whole text may be about: companies, associations, places, schools."""
_OF_KIND = {
    "startup": {0},
    "company": {0},
    "association": {1, 2},
    "school": {5},
    "bank": {6},
    "public_body": {6},
    "media": {0},
    "hub": {1, 2},
}
ANY = "|".join(sorted({re.escape(n) for k in _KINDS for n in k.split("|")}, key=lambda n: (-len(n), n)))
_ADJECTIVE = r"(?: (?:public|numérique|associati(?:f|ve)|local|locale|collecti(?:f|ve)|citoyen(?:ne)?|régiona(?:l|le)|tech|innovante?|sociale?|solidaire|[a-zà-ÿ]+(?:ais|aise|ois|oise|ien|ienne|ain|aine)))"
_LEADS = re.compile(rf"(?i)\b({ANY})s?{_ADJECTIVE}{{0,2}}[ \"]{{1,2}}$")
_BEGINS = re.compile(rf"(?i)({ANY})s?\b")
_FOLLOWS = re.compile(
    rf"(?i)(?:,| est| sera) (?:une? |l[ea] |l')?(?:(?:nouve(?:au|l|lle)|jeune|grande?|petite?|premi(?:er|ère)) )?({ANY})\b"
)
_AGAIN = re.compile(
    rf"\b(?:(?P<this>[Cc]e |[Cc]et |[Cc]ette )|[Ll]e |[Ll]a |[Ll]'|[Dd]u |[Aa]u )(?P<noun>{ANY}){_ADJECTIVE}{{0,2}}(?![\w'-])(?! (?:de|du|des|d'|qui|que|où|dont)\b| d'| [A-ZÀ-Ý\d]| \"| [a-zà-ÿ-]+(?:ique|al|ale|aux|aire|eur|if|ive)s?\b)"
)
_WIDE = frozenset(map(key, ("entreprise", "société", "pme", "structure", "établissement", "équipement", "start-up", "startup", "jeune pousse", "association", "lieu", "espace", "service", "outil", "dispositif", "projet",
                            "événement", "évènement", "manifestation", "rendez-vous")))  # fmt: skip
"""Nouns that may take up what another noun of their kind introduced."""
_GENERAL = frozenset(map(key, ("société", "service", "site", "marque", "prix", "journée", "nuit", "semaine", "fête", "plan", "outil", "école", "région", "commune", "département",
                               "lieu", "groupe", "projet", "espace", "logiciel", "rendez-vous")))  # fmt: skip
"""Nouns that with a bare article may mean no one in particular: « utile à la société »."""


def resumed(text: str, found: Sequence[Mention], title: str = "") -> list[Mention]:
    """`found`, each with its noun, and the definite nouns of `text` as stored that mean one of them; in order.

    One that takes up no noun means whom the text, with its `title`, is about, if that may be called so.
    """
    flat = straighten(text).replace("\n", " ")
    nouns: dict[str, str] = {}
    for noun, m in _introduced(flat, found):
        nouns.setdefault(m.key, noun)
    genders = _genders(flat, found)
    found = [replace(m, noun=nouns.get(m.key, ""), gender=genders.get(m.key, "")) for m in found]
    starts = [m.start for m in found]
    longest = max((m.end - m.start for m in found), default=0)
    by_noun: dict[str, dict[str, Mention]] = defaultdict(dict)
    by_kind: dict[int, dict[str, Mention]] = defaultdict(dict)
    more: list[Mention] = []
    about = topic(title, text, found)
    introduced = _introduced(flat, found)
    waiting = next(introduced, None)
    for again in _AGAIN.finditer(flat):
        while waiting and waiting[1].end <= again.start():
            noun, m = waiting
            by_noun[noun][m.key] = m
            for kind in _KIND_OF[noun]:
                by_kind[kind][m.key] = m
            waiting = next(introduced, None)
        noun = key(again["noun"])
        if not again["this"] and noun in _GENERAL and not by_noun[noun]:
            continue
        start, end = again.start() if again["this"] else again.start("noun"), again.end()
        before = bisect_left(starts, end)
        if any(m.end > start for m in found[bisect_left(starts, start - longest) : before]):
            continue
        meant = by_noun[noun]
        if not meant and about is not None and about.start < start and _called(about, noun):
            meant = {about.key: about}
        elif not meant and noun in _WIDE:
            meant = {k: m for kind in sorted(_KIND_OF[noun]) for k, m in by_kind[kind].items()}
        if len(meant) == 1:
            (m,) = meant.values()
            more.append(replace(m, start=start, end=end, confidence=m.confidence * 0.9, named=False))
    return sorted([*found, *more], key=lambda m: (m.start, -m.end)) if more else found


_THE = re.compile(
    r"(?i)\b(?:(?P<m>le|du|au|un|ce|cet)|(?P<f>la|une|cette)|l'(?:ancien(?P<f1>ne)? )?)(?: |(?<='))(?P<noun>[a-zà-ÿ-]+)?(?: (?!d[eu]s?\b|à\b|en\b|et\b|par\b)[a-zà-ÿ-]+){0,2} ?[\"]? ?$"
)
_FEMININE = re.compile(
    r"(?:start-up|startup|jeune pousse|entreprise|societe|agence|brasserie|marque|scop|scic|cooperative|association|fondation|federation|alliance|guilde|technopole|pepiniere|mediatheque|plateforme|"
    r"plate-forme|application|universite|ecole|banque|metropole|agglomeration|communaute|region|commune|ville|chambre|caisse|cci|mairie|mutuelle|ressourcerie|recyclerie|antenne|filiale|maison|halle|"
    r"cite|fabrique|manufacture|ruche|usine|ferme|conciergerie|delegation|direction|prefecture|collectivite|filature|grange)\b"
)
_MASCULINE = re.compile(
    r"(?:editeur|studio|cabinet|groupe|collectif|reseau|cluster|consortium|groupement|club|pole|syndicat|label|fablab|fab-lab|tiers-lieu|espace|coworking|lieu|incubateur|accelerateur|hotel|campus|"
    r"service|outil|dispositif|programme|projet|plan|fonds|logiciel|site|concours|festival|salon|forum|hackathon|institut|lycee|laboratoire|departement|conseil|ministere|credit|centre|hangar|atelier|hub|etat)\b"
)


_ROLE = r"(?:(?P<f>(?:co-?)?(?:président|dirigeant|gérant|adjoint|habitant)e|[a-zé-]+(?:trice|ière)|chargée|déléguée|associée|élue|chercheuse|entrepreneuse|Mme|Madame)|(?:co-?)?(?:président|dirigeant|gérant|adjoint|habitant)|[a-zé-]+teur|chargé|délégué|associé|élu|chercheur|entrepreneur|M\\.|Monsieur)"
_ROLE_BEFORE = re.compile(rf"\b{_ROLE}(?: [a-zà-ÿ]+(?:al|ale|if|ive|ique|e))?,? $")
_ROLE_AFTER = re.compile(rf", (?:l[ae] |l'|une? |son |sa )?(?:[a-zé]+ )?{_ROLE}\b")


def gender_of(noun: str) -> str:
    """The gender of what is called by this noun (folded), "m", "f" or ""."""
    return "f" if _FEMININE.match(noun) else "m" if _MASCULINE.match(noun) else ""


def _called(m: Mention, noun: str) -> bool:
    """Whether the topic `m` may be taken up by this noun (folded): by any of its kind, or if its kind is not known by a wide one."""
    kinds = _KIND_OF.get(m.noun) or _KIND_OF.get(m.key.split(" ")[0]) or _OF_KIND.get(m.kind)
    return bool(kinds & _KIND_OF[noun]) if kinds else noun in _WIDE and bool(_KIND_OF[noun] & _LASTING)


def may_be(m: Mention, noun: str) -> bool:
    """Whether `m` may be what this noun (folded) says: it is called by no noun of another kind."""
    kinds = _KIND_OF.get(noun, set()) | ({2} if noun == "association" else set())
    others = _KIND_OF.get(m.noun) or _KIND_OF.get(m.key.split(" ")[0]) or _OF_KIND.get(m.kind) or kinds
    return bool(kinds & others & _LASTING)


def _genders(flat: str, found: Sequence[Mention]) -> dict[str, str]:
    """The gender of each subject, by its key: that of its article or its noun, or of M. and Mme, where the text does not waver."""
    seen: dict[str, set[str]] = defaultdict(set)
    for m in found:
        if m.letter == "P":
            before, after = _ROLE_BEFORE.search(flat, max(0, m.start - 60), m.start), _ROLE_AFTER.match(flat, m.end)
            seen[m.key] |= {"f" if r["f"] else "m" for r in (before, after) if r}
        if m.letter not in "HO":
            continue
        before = _THE.search(flat[max(0, m.start - 45) : m.start])
        noun = key(before["noun"]) if before and before["noun"] else m.noun
        name = key(flat[m.start : m.end])
        for words in (noun, re.sub(r"^(?:l[ae] |l')", "", name)):
            seen[m.key] |= {gender_of(words)} - {""}
        if name.startswith(("le ", "la ")):
            seen[m.key].add("f" if name.startswith("la ") else "m")
        if before and (before["m"] or before["f"]):
            seen[m.key].add("m" if before["m"] else "f")
    return {k: g for k, genders in seen.items() if len(genders) == 1 for g in genders}


def _introduced(flat: str, found: Sequence[Mention]) -> Iterator[tuple[str, Mention]]:
    """The nouns that introduce a named organisation, with it, in order."""
    for m in found:
        if m.letter == "O" and m.named and not m.weak:
            lead = (
                _LEADS.search(flat, max(0, m.start - 60), m.start)
                or _BEGINS.match(flat, m.start, m.end)
                or _FOLLOWS.match(flat, m.end)
            )
            if lead:
                yield key(lead[1]), m
