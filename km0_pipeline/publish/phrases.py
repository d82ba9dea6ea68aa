"""How what changed is said, in French and English: nouns, verbs and numbers. No sentence of its own; those are for `changelog`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Language = Literal["fr", "en"]

NUMBERS = {
    "fr": ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
NOUNS: dict[str, tuple[str, str, str, str]] = {
    "organisations": ("organisation", "organisations", "organisation", "organisations"),
    "people": ("personne", "personnes", "person", "people"),
    "places": ("lieu", "lieux", "place", "places"),
    "events": ("événement", "événements", "event", "events"),
    "headcounts": ("chiffre d'effectif", "chiffres d'effectif", "headcount", "headcounts"),
    "funding": ("financement", "financements", "funding statement", "funding statements"),
    "tenancies": ("occupation", "occupations", "tenancy", "tenancies"),
    "relationships": ("lien", "liens", "relationship", "relationships"),
    "sources": ("source", "sources", "source", "sources"),
    "discrepancies": ("divergence", "divergences", "discrepancy", "discrepancies"),
}
"""Table -> what one row of it is called: French singular and plural, English singular and plural."""
ROW = ("ligne", "lignes", "row", "rows")
FEMININE = frozenset({"organisation", "personne", "occupation", "source", "divergence", "ligne"})

KINDS = {
    "fr": {"add": ("ajout", "ajouts"), "remove": ("retrait", "retraits"), "merge": ("réunion", "réunions"), "split": ("séparation", "séparations"), "modify": ("modification", "modifications")},
    "en": {"add": ("added", "added"), "remove": ("removed", "removed"), "merge": ("merged", "merged"), "split": ("split", "split"), "modify": ("modified", "modified")},
}
SCOPES = {
    "people": ("personnes", "people"),
    "employees": ("salariés", "employees"),
    "jobs": ("emplois", "jobs"),
    "students": ("étudiants", "students"),
    "companies": ("entreprises", "companies"),
    "startups": ("start-up", "start-ups"),
    "structures": ("structures", "structures"),
    "founders": ("fondateurs", "founders"),
    "members": ("membres", "members"),
    "volunteers": ("bénévoles", "volunteers"),
    "visitors": ("visiteurs", "visitors"),
}
QUALIFIERS = {
    "exact": ("", ""),
    "about": ("environ ", "about "),
    "nearly": ("près de ", "nearly "),
    "at_least": ("au moins ", "at least "),
    "at_most": ("au plus ", "at most "),
    "planned": ("prévu : ", "planned: "),
}
RELATIONS = {
    "founder_of": ("fonde", "founded"),
    "funds": ("finance", "funds"),
    "heads": ("dirige", "heads"),
    "incubates": ("incube", "incubates"),
    "located_in": ("se trouve dans", "is located in"),
    "member_of": ("est membre de", "is a member of"),
    "operates": ("gère", "operates"),
    "organiser_of": ("organise", "organises"),
    "owner_of": ("possède", "owns"),
    "part_of": ("fait partie de", "is part of"),
    "partner_of": ("est partenaire de", "is a partner of"),
    "succeeds": ("succède à", "succeeds"),
    "works_for": ("travaille pour", "works for"),
}
STATUS = {
    "current": ("est sur place", "sont sur place", "is there", "are there"),
    "left": ("a quitté les lieux", "ont quitté les lieux", "has left", "have left"),
    "not_seen": ("ne figure plus dans la dernière liste", "ne figurent plus dans la dernière liste", "is no longer on the newest list", "are no longer on the newest list"),
    "planned": ("est annoncée", "sont annoncées", "is announced", "are announced"),
    "unknown": ("n'est peut-être plus sur place", "ne sont peut-être plus sur place", "may no longer be there", "may no longer be there"),
}
"""Status of a tenancy -> what is said of one tenant, and of several."""


def of(language: Language, words: Sequence[str]) -> str:
    """The French or the English one of two."""
    return words[language == "en"]


def counted(n: int, table: str, language: Language) -> str:
    """`Trois organisations`, `12 lieux`, `One person`: n rows of a table, as a sentence begins."""
    noun = NOUNS.get(table, ROW)[(2 if language == "en" else 0) + (n != 1)]
    if n >= len(NUMBERS[language]):
        return f"{grouped(n, language)} {noun}"
    number = "une" if n == 1 and NOUNS.get(table, ROW)[0] in FEMININE and language == "fr" else NUMBERS[language][n]
    return f"{number.capitalize()} {noun}"


def agreed(participle: str, n: int, table: str) -> str:
    """A French participle as n rows of a table ask for it: `arrivée`, `arrivés`."""
    return participle + ("e" if NOUNS.get(table, ROW)[0] in FEMININE else "") + ("s" if n > 1 else "")


def grouped(n: int, language: Language) -> str:
    """A number with its thousands apart."""
    return f"{n:,}".replace(",", "\u202f" if language == "fr" else ",")


def listed(names: Sequence[str], total: int, language: Language) -> str:
    """`A, B et C`; where there are more than are named, `A, B et 12 autres`."""
    more = total - len(names)
    words = [*names, f"{grouped(more, language)} {of(language, ('autre' if more == 1 else 'autres', 'more'))}"] if more > 0 else list(names)
    joint = of(language, (" et ", " and "))
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + joint + words[-1]


def headline(changes: Mapping[str, Mapping[str, int]], titles: Mapping[str, str], language: Language) -> str:
    """`Organisations : 3 ajouts, 1 modification. Personnes : 1 ajout.`: how many rows of each table changed, by kind."""
    colon = of(language, (" : ", ": "))
    parts = []
    for table, kinds in changes.items():
        told = [f"{grouped(kinds[k], language)} {words[kinds[k] != 1]}" for k, words in KINDS[language].items() if kinds.get(k)]
        parts.append(f"{titles.get(table, table)}{colon}{', '.join(told)}.")
    return " ".join(parts)
