"""Quantities in running French text: headcounts with what is counted, amounts in euros, areas in m².

    près de 600 personnes      600 people, nearly         une vingtaine de salariés   20 employees, about
    trois cents étudiants      300 students, exact        30 à 40 start-up            30 at_least and 40 at_most
    1,5 million d'euros        1500000 EUR                11 000 m²                   11000 m²
    passés de deux à trois     2 and 3, exact             recruter une quatrième      4, planned

Percentages are left alone: what they are a share of, and of whom, is hardly ever said by the sentence. So is
the example of a supposition (« lorsqu'un membre apporte 1 € »). Belongs here: finding quantities and
normalising them. Whose they are belongs to `relations` and `accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.counted import BARE_END, bare_end, scope_of, what_is_counted
from km0_pipeline.press.numerals import COLLECTIVE, FIGURE, QUALIFIERS, WORD, number, times

Unit = Literal["count", "eur", "m2"]
Bounds = tuple[tuple[str, Qualifier], ...]
_ORDINALS = {
    "deuxième": 2, "second": 2, "seconde": 2, "troisième": 3, "quatrième": 4, "cinquième": 5, "sixième": 6, "septième": 7,
    "huitième": 8, "neuvième": 9, "dixième": 10, "onzième": 11, "douzième": 12, "quinzième": 15, "vingtième": 20,
}  # fmt: skip
_QUALIFIERS_AFTER = re.compile(
    r" (?:(?P<at_least>au (?:minimum|moins)|minimum|et plus\b|ou plus\b)|(?P<at_most>au (?:maximum|plus)\b|maximum\b|max\b)|(?P<about>environ\b|à peu près\b))",
    re.I,
)
"""« 30 personnes maximum », « dix boursiers au minimum »."""
_QUALIFYING_VERB = re.compile(
    r"\b(?:(?P<at_least>(?:dépass|excèd|excéd|franchi)\w*)|(?P<nearly>(?:frôl|approch)\w*)|(?P<about>avoisin\w*))(?: [a-zà-ÿ]+ment| désormais| déjà)?(?: (?:les|la (?:barre|centaine) des|le (?:cap|seuil) des))? $",
    re.I,
)
"""« a dépassé les 160 adhérents », « frôle les 300 visiteurs »."""
_MONEY_AGAIN = re.compile(
    r"\b(?:contre|au lieu d[eu]|dont|puis|mais|plutôt que|après)(?: (?:plus|moins|près) de| (?:seulement|à peine|encore))? $"
)
_MONEY = re.compile(r"€|euros?\b|EUR\b", re.I)
_AREA = re.compile(r"(?P<ha>ha\b|hectares?\b)|m²|m2\b|mètres[ ]carrés", re.I)
_BARE_THOUSANDS = re.compile(r" ?(?:[^\w\s²]|$)| de [A-ZÀ-Ý]")
_DENIED = re.compile(
    r"\bn(?:e |')[^.;,]{0,25}\b(?:pas|jamais)(?: que| de| [a-zà-ÿ]+é)? ?$|\b(?:et non|et pas|non pas|pas) (?:pas )?$|\bsans (?:débourser )?$",
    re.I,
)
"""Before a figure that is said to be wrong: « ne compte pas 45 salariés mais 14 », « et non 1,3 million », « jamais versé un euro »."""
_ONE = re.compile(
    r"\b(?:(?:emploi(?:e|ent|era)|employait|compt(?:e|ent|ait)|salarie|fait vivre|(?:recrut|embauch|recherch)[a-zé]+)(?: (?:déjà|aujourd'hui|désormais|maintenant|actuellement|aussi|également|enfin))?"
    r" (?P<one>une? (?:(?:seule?|second|seconde|autre|nouvelle|nouveau|nouvel|premi(?:er|ère)|jeune) )?(?P<n>[a-zà-ÿ-]+))"
    r"|(?P<one2>(?:une?|l[ea]|notre|sa|son|leur) (?:seule?|unique) (?P<n2>[a-zà-ÿ-]+)))\b(?! (?:sur|qui)\b)"
)
_AND_ONE = re.compile(r"(?:,? et|,? plus|,? ainsi que|,) (?P<one>une? (?P<n>[a-zà-ÿ-]+))\b(?! (?:sur|du|des|qui)\b)")
_STAFF = frozenset({"employees", "volunteers", "students", "people"})
"""Of whom one alone is told: « emploie une salariée », « 120 adhérents et une animatrice »."""
_CATEGORY = re.compile(
    r"\b(?:communes|villes|villages|collectivités|agglomérations|territoires|entreprises|sociétés|structures|pme|tpe|eti|organisations|associations|établissements|employeurs|start-?ups?|groupes)"
    r"(?: (?!et\b|ou\b)[a-zà-ÿ-]+){0,2}? (?:de |d'|comptant |employant |ayant )(?:(?:plus|moins) de )?$",
    re.I,
)
"""What a count sorts instead of counting: « les communes de moins de 3 500 habitants », « PME de 10 à 50 salariés »."""
_HIRED = re.compile(
    rf"\b(?:recrut|embauch)\w*[ ](?:bientôt[ ]|prochainement[ ])?(?:une?|l[ea]|not(?:re)|son|sa|leur)[ ](?P<ord>{'|'.join(_ORDINALS)})"
    r"(?:[ ](?P<noun>personne|salariée?|collaborat(?:eur|rice)|employée?|associée?|permanente?)\b|(?=[.,;!?)]|$))",
    re.I,
)
_AHEAD = re.compile(
    r"\b(?:(?:ser|fer|[a-zà-ÿ]{2,}(?:er|ir|dr|tr|ur|vr))(?:a|ont|ons|ez)|prév(?:oit|oient|oyons|u(?:e?s?|oir))|(?:devr|pourr)(?:ai(?:en)?t|ions)|doi(?:t|vent)|[Oo]bjectifs?|ambition\w*|envisag\w+|à terme|d'ici"
    r"|(?:cherch|souhait|espèr|espér|vis|rêv)(?:e|ent|ait|aient|ons) (?:à |d')?|promet\w*|v(?:eut|eulent|oulait|oulaient|oulons|oulez)|compt(?:e|ent|ons) (?=\w+er\b)|v(?:a|ont|ons|ais|ise(?:nt)?) (?=[a-zà-ÿ']+(?:er|ir|re)\b)"
    r"|attend(?:s|ent|ons|ait)?|(?:recrut|(?:r[ée]-?)?embauch|recherch)(?:e|ent|ons|er|ez))\b"
)
"""Words before a count that put it into the future; in lower case, for names may end so too (« Astura »)."""
_ANOTHER_CLAUSE = re.compile(r"[.;!?]| (?:aujourd'hui|actuellement|déjà|qui|dont|où) ")
_TO_BE = r"(?:attend|prév|voul|annonc|espér|program|envisag|promi|vis)[a-zé]*(?:ue?s|ée?s|ses|s)\b"
_AHEAD_AFTER = re.compile(
    rf"(?: (?!et\b|qui\b|que\b|dont\b|mais\b|où\b)[a-zà-ÿ'-]+){{0,5}}? (?:à terme\b|(?!quitter|déménager|perdr|fêter)[a-zà-ÿ]+(?:er|ir|dr|tr|ur|vr)ont\b|(?:pourr|devr)aient\b|doivent\b)| (?:(?:sont|étaient|y sont) )?{_TO_BE}| \([Oo]bjectif\b"
)
"""Words after it that do: « 180 personnes y travailleront à terme », « 60 emplois pourraient y être créés », « 200 visiteurs attendus »."""
_THESE = re.compile(r"\b(?:les|ses|nos|leurs|ces|mes|vos) (?:quelque )?$|\b(?:contre|au lieu de) $", re.I)
"""Before a count of those who are there already: « doit s'installer avec ses 14 salariés », « contre 30 aujourd'hui »."""
_SUPPOSED = re.compile(
    r"(?:^|[.!?;:]\s+|\s{2})(?:Lorsqu|Quand|Si|Dès qu)(?:e |' ?| )(?:une?\b|on\b|vous\b|quelqu'un\b)[^.!?;]*$", re.I
)
_SHARE = re.compile(rf" sur (?:\d+|(?:{WORD})\b)(?! [a-zà-ÿ]+[sx]\b)", re.I)
_MONEY_BEFORE = re.compile(
    r"\b(?:lev(?:é|er|ée|ait|a)|levée de fonds|financements?|budget|subvention|enveloppe|investissement|capital|hauteur|montant|somme|coût\w*|prêt|chiffre d'affaires)\b[^.;!?]{0,30}$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a text: `bounds` are one (value, qualifier) or two of a range; `scope` of a headcount.

    `was`: the first bound is what there was before (« passés de deux à trois »).
    """

    start: int
    end: int
    unit: Unit
    scope: str
    bounds: Bounds
    was: bool = False


def find(text: str) -> list[Quantity]:
    """Quantities in a straightened `text`, in order; a figure that the text once gives roughly is rough all through it."""
    text = text.replace("\n", " ")
    found = sorted([*_figures(text), *_hired(text)], key=lambda q: q.start)
    found = sorted([*found, *_alone(text, found)], key=lambda q: q.start)
    rough: dict[tuple[str, str], Qualifier] = {}
    for q in found:
        for value, qualifier in q.bounds[:1] if len(q.bounds) == 1 else ():
            if qualifier in ("about", "nearly"):
                rough.setdefault((q.scope, value), qualifier)
    return [
        replace(q, bounds=tuple((v, rough.get((q.scope, v), how) if how == "exact" else how) for v, how in q.bounds))
        if q.unit == "count"
        else q
        for q in found
    ]


def _figures(text: str) -> Iterator[Quantity]:
    last: Quantity | None = None
    for m in FIGURE.finditer(text):
        unit: Unit = "count"
        scope, end, factor = "", 0, 1
        if money := _MONEY.match(text, m.end()):
            unit, end = "eur", money.end()
        elif area := _AREA.match(text, m.end()):
            unit, end, factor = "m2", area.end(), 10000 if area["ha"] else 1
        elif m["multiple"] and _in_euros(text, m, last):
            unit, end = "eur", m.end("multiple")
        elif last and last.unit == "eur" and _beside(text, last, m) and (figure := _money_again(text, m)):
            unit, end = "eur", figure
        elif counted := what_is_counted(text, m, (last.scope, last.end) if last and last.unit == "count" else None):
            scope, end = counted
            if (m["qualifier"] or not m["n"]) and _CATEGORY.search(
                text, max(0, m.start() - 60), max(m.start("n"), m.start("low"), m.start("low2"))
            ):
                continue
            if _SHARE.match(text, end):
                continue
        else:
            continue
        bounds = _bounds(text, m, end, unit, factor)
        if bounds and not _SUPPOSED.search(text, max(0, m.start() - 160), m.start()):
            last = Quantity(m.start(), end, unit, scope, bounds, was=bool(m["passed"]))
            if not _DENIED.search(text, max(0, m.start() - 40), m.start()):
                yield last


def _in_euros(text: str, m: re.Match[str], last: Quantity | None) -> bool:
    """Whether the figure `m` with its multiple is an amount without its currency: « 1,2 million pour la machine », « 94k »."""
    at = m.end("multiple")
    if m["multiple"] in ("k", "K", "M"):
        return bool("€" in text and _BARE_THOUSANDS.match(text, at))
    return (
        m["multiple"] in ("millions", "million")
        and m[0].rstrip().endswith(m["multiple"])
        and bool(
            (last and last.unit == "eur" and _beside(text, last, m))
            or _MONEY_BEFORE.search(text, max(0, m.start() - 60), m.start())
            or (BARE_END.match(text, at) and ("€" in text or "euro" in text))
        )
    )


def _beside(text: str, last: Quantity, m: re.Match[str]) -> bool:
    """Whether `m` stands a little after `last`, in the same sentence."""
    return m.start() - last.end <= 120 and not re.search(r"[.!?] ", text[last.end : m.start()])


def _money_again(text: str, m: re.Match[str]) -> int:
    """Where the bare figure `m` ends that a text compares with the amount before it, or takes from it; 0 where it doesn't."""
    figure = bare_end(text, m)
    return (
        figure
        if figure
        and (number(m["n"] or "") or 0) >= 100
        and _MONEY_AGAIN.search(text, max(0, m.start() - 30), m.start())
        else 0
    )


def _bounds(text: str, m: re.Match[str], end: int, unit: Unit, factor: int) -> Bounds:
    """The value or values of a figure, each with its qualifier; none where they make no sense."""
    many = times(m["multiple"])
    if unit == "count" and (m["multiple"] or "").lower() in ("m", "k", "md", "mds"):
        return ()
    ahead = unit == "count" and _is_ahead(text, m.start(), end)
    low, high = m["low"] or m["low2"], m["high"] or m["high2"]
    if low and high:
        first, last = number(low), number(high)
        if first is None or last is None:
            return ()
        first, last = (
            first * factor * (times(m["few"]) if m["few"] else many if first < 1000 else 1),
            last * factor * many,
        )
        if m["passed"]:
            return (_plain(first), "exact"), (
                _plain(last),
                "planned" if ahead or m["passed"].lower().startswith("passer") else "exact",
            )
        hows: tuple[Qualifier, Qualifier] = ("planned", "planned") if ahead else ("at_least", "at_most")
        return ((_plain(first), hows[0]), (_plain(last), hows[1])) if first <= last else ()
    value = number(m["n"])
    if value is None or (unit == "count" and value != value.to_integral_value()):
        return ()
    said = (m["qualifier"] or ("environ" if m["after"] or text.startswith(" environ", end) else "")).lower()
    qualifier: Qualifier = next((q for q, words in QUALIFIERS if said and re.fullmatch(words, said)), "exact")
    collective = m["n"].lower().rstrip("s") in COLLECTIVE
    if said.startswith("plusieurs") or (collective and m["n"].lower().endswith("s")):
        return ()  # « plusieurs centaines », « des dizaines »
    if unit == "count" and qualifier == "exact":
        beside = _QUALIFIERS_AFTER.match(text, end) or _QUALIFYING_VERB.search(text, max(0, m.start() - 50), m.start())
        qualifier = beside.lastgroup if beside else qualifier  # type: ignore[assignment]
    if qualifier == "exact" and (collective or (unit == "count" and m["n"].lower() == "mille")):
        qualifier = "about"
    return ((_plain(value * factor * many), "planned" if ahead else qualifier),)


def _is_ahead(text: str, start: int, end: int) -> bool:
    """Whether the count from `start` to `end` is to come; one of those who are there is not."""
    if _THESE.search(text, max(0, start - 20), start) and not re.search(r"emplois|postes", text[start:end]):
        return False
    clause = _ANOTHER_CLAUSE.split(text[max(0, start - 70) : start])[-1]
    return bool(_AHEAD.search(clause) or _AHEAD_AFTER.match(text, end))


def _alone(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """« emploie une salariée », « 120 adhérents et une salariée »."""
    seen = [*_ONE.finditer(text), *(m for q in found if q.unit == "count" and (m := _AND_ONE.match(text, q.end)))]
    for m in seen:
        group = "one" if m["one"] else "one2"
        if scope_of(f"{m['n' + group[3:]]}s") in _STAFF:
            start, end = m.span(group)
            qualifier: Qualifier = "planned" if _is_ahead(text, start, end) else "exact"
            yield Quantity(start, end, "count", scope_of(f"{m['n' + group[3:]]}s"), (("1", qualifier),))


def _hired(text: str) -> Iterator[Quantity]:
    """« recruter une quatrième personne »: they are to be four."""
    for m in _HIRED.finditer(text):
        scope = scope_of(f"{(m['noun'] or 'personne').lower()}s")
        yield Quantity(m.start("ord"), m.end(), "count", scope, ((str(_ORDINALS[m["ord"].lower()]), "planned"),))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
