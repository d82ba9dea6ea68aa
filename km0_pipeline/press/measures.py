"""Rules: turnover, budget, cost, area, staff that a noun names: « un budget de 2,8 M€ », « Effectif : 6 », « les 51 salariés ».

    Son chiffre d'affaires a atteint 2,3 M€ en 2024, contre 800 000 € en 2023.     Surface : 620 m²
    Le budget de ‹O› s'élève à 1 M€.                                               34 des 51 salariés y travaillent.

Whose it is the sentence says, or else it is that of the organisation that the text is about: then it is less sure.
Belongs here: such nouns and how they carry their figure. What a verb says of its subject (« emploie 12 personnes ») belongs to `accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.press.grammar import DET, NOUN, OF, Reader, Rule, Said, interposed, rule
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.quantities import Quantity

_OF_THE_TEXT = 0.7
"""How sure it is that a figure is that of whom the text is about, where its sentence names no one."""
_NOUNS = {
    "revenue_eur": r"(?:[Cc]hiffre d'affaires|CA|(?:[Ll]es |[Ss]es |[Ll]eurs )[Vv]entes)(?: (?:annuel|global|total|consolidé))?",
    "budget_eur": r"\b[Bb]udget(?: (?:annuel|total|global|de fonctionnement|prévisionnel|primitif))*",
    "investment_eur": r"(?:[Cc]oût(?: (?:total|global|des travaux|de l'opération|du (?:projet|chantier)))*|[Mm]ontant (?:total )?(?:des travaux|du (?:projet|chantier)|de l'investissement)|\b[Ll]es travaux|[Ll]e chantier)",
    "area_m2": r"(?:(?:[Ss]urface|[Ss]uperficie)(?: (?:totale|globale|utile))?|\b[Ll]'espace|\b[Ll]e (?:tiers-lieu|lieu))",
}
_CARRIES = (
    r"(?:(?: (?:HT|TTC))?(?: (?:en |pour |de )?‹D(?P<d>\d+)›)?(?: ?[:…] ?| (?:[a-zà-ÿ]+ ){0,2}?(?:de |d')(?:l'ordre (?:de |d'))?"
    r"| (?:est|sont|était|sera|seront)(?: [a-zà-ÿ]+){0,2} (?:de |d'|à )| (?:s'élève|s'élèvera|se monte|s'élevait|se chiffre)(?: [a-zà-ÿ]+)? (?:à |en )"
    r"| (?:a |ont |avait |avaient )?(?:attei[a-z]+|dépass[a-zé]+|avoisin[a-zé]+|représent[a-zé]+|coût[a-zé]+)(?: [a-zà-ÿ]+ment)? | ))"
)
_WHOSE = rf"(?: {OF}{NOUN}‹[HO](?P<s>\d+)›)?"
_AGAIN = r"(?:[^‹.;:]{0,40},? contre ‹E(?P<before>\d+)›)?"
_NAMED = (
    *((prop, rule(rf"(?<![\w'])(?P<its>[Ss]on |[Ss]a |[Ll]eurs? )?{noun}{_WHOSE}{_CARRIES}<v:{'A' if prop == 'area_m2' else 'E'}>{_AGAIN}"))
    for prop, noun in _NOUNS.items()),
    ("revenue_eur", rule(rf"(?P<its>(?!))?<v:E> (?:de |en )(?:chiffre d'affaires|CA\b)(?: (?:en |pour )?‹D(?P<d>\d+)›)?{_AGAIN}")),
)  # fmt: skip
_NOT_ITS_OWN = re.compile(
    r" ?(?:HT|TTC|hors taxes)?,? ?(?:/|par |l'|le )(?:mois|jour|heure|personne|place|poste|m²|dossier|lieu|projet)"
)
_STAFF = (
    rule(r"(?:[Ee]ffectifs?|[ÉéE]quipe|[Ss]alariés) ?(?:actuel(?:le)? ?)?: ?<k:K>"),
    rule(r"<s:OH>(?:, [^‹.;:,]{1,60})?, dont les <k:K>"),
    rule(r"(?<!dont )\b(?:[Ll]es|[Dd]es|[Ss]es|[Nn]os) <k:K>(?! (?:du |de la |de l'|de |d'|des |que ))"),
    rule(r"^[^\w‹]*<k:K>[ .]*$"),
)
_SUBJECT = re.compile(rf"(?:^[^\w‹]*|, ){DET}{NOUN}‹[HO](\d+)›(?P<gap>[ ,][^‹;:]{{0,80}}|,? ce sont [^.;:]{{0,40}})$")
_BEGINS = re.compile(
    r"^[^\w‹]*(?:(?:[A-ZÀ-Ý][^,‹]{0,30}|[^,‹]{0,20}‹[DSL]\d+›[^,‹]{0,10}), )?(?:[Uu]n |[Ll]e |[Ll]a |[Ll]')?$"
)
"""What may stand before a figure's noun where no other noun is the subject."""


def _owner(r: Reader, m: re.Match[str], anywhere: bool = False) -> tuple[Mention | None, float]:
    """Whose the figure of `m` is, and how sure that is: whom its noun names, the subject of its clause, or whom the text is about."""
    groups = m.groupdict()
    if groups.get("s"):
        return r.mention(groups["s"]), 0.85
    before = m.string[: m.start()]
    subject = _SUBJECT.search(before)
    if subject and not groups.get("its") and not interposed(subject["gap"]):
        return r.mention(subject[1]), 0.85
    return (r.whose(m), _OF_THE_TEXT) if anywhere or groups.get("its") or _BEGINS.match(before) else (None, 0)


def measures(r: Reader) -> Iterator[Said]:
    """Turnover, budget, cost and area."""
    for prop, form in _NAMED:
        for m, qualifier, _, _ in r.matches(form):
            s, sure = _owner(r, m)
            if s is None or s.letter not in "HO" or _NOT_ITS_OWN.match(m.string, m.end("v") + 1):
                continue
            groups = m.groupdict()
            as_of = r.mention(m["d"]).value if m["d"] else r.when(m, m.end("v") + 1)
            figures = [(m["v"], "planned" if qualifier == "planned" else "", as_of)]
            if groups.get("before"):
                figures.append((groups["before"], "", r.when(m)))
            for number, how, at in figures:
                q: Quantity = r.mention(number)
                for value, given in q.bounds:
                    yield Said(q.start, q.end, s, prop, value, how or given, as_of=at, confidence=sure)  # type: ignore[arg-type]


def staff(r: Reader) -> Iterator[Said]:
    """Those who work there, where no verb says so: « les 51 salariés », « Effectif : 6 »."""
    for form in _STAFF:
        for m, qualifier, _, _ in r.matches(form):
            k: Quantity = r.mention(m["k"])
            labelled = ":" in m[0] or m[0].startswith("‹")
            if k.scope != "employees" and not (labelled and k.scope == "people"):
                continue
            s, sure = _owner(r, m, anywhere=True)
            if s is None or s.letter not in "HO" or k.was or (labelled and s is r.topic):
                continue  # a line of its own, « Effectif : 6 », is of the entry of a list in which it stands
            for value, how in k.bounds:
                yield Said(
                    k.start,
                    k.end,
                    s,
                    "headcount",
                    value,
                    "planned" if qualifier == "planned" and labelled else how,
                    scope=k.scope,
                    as_of=r.when(m),
                    confidence=sure,
                )


RULES: tuple[Rule, ...] = (measures, staff)
