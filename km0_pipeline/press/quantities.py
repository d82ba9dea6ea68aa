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

Unit = Literal["count", "eur", "m2"]
Bounds = tuple[tuple[str, Qualifier], ...]

_UNITS = {
    "zéro": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
_COLLECTIVE = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000,
}  # fmt: skip
_ORDINALS = {
    "deuxième": 2, "second": 2, "seconde": 2, "troisième": 3, "quatrième": 4, "cinquième": 5, "sixième": 6, "septième": 7,
    "huitième": 8, "neuvième": 9, "dixième": 10, "onzième": 11, "douzième": 12, "quinzième": 15, "vingtième": 20,
}  # fmt: skip
_SCOPES = {
    "people": "personnes gens occupants travailleurs travailleuses professionnels professionnelles résidents résidentes coworkers coworkeurs coworkeuses membres_du_personnel associés associées"
    " ingénieurs ingénieures chercheurs chercheuses développeurs développeuses techniciens techniciennes artisans artisanes designers experts expertes entrepreneurs entrepreneuses"
    " porteurs_de_projet porteurs_de_projets porteuses_de_projets jeunes femmes hommes enfants usagers bénéficiaires demandeurs_d'emploi indépendants indépendantes formateurs"
    " formatrices enseignants enseignantes usagers_permanents doctorants doctorantes informaticiens informaticiennes consultants consultantes animateurs animatrices médiateurs médiatrices conseillers conseillères makers seniors retraités retraitées",
    "employees": "salariés salariées collaborateurs collaboratrices employés employées agents agentes permanents permanentes équivalents_temps_plein équivalents_temps_pleins etp recrues intérimaires saisonniers saisonnières vacataires ouvriers ouvrières cadres",
    "jobs": "emplois postes cdi cdd embauches recrutements",
    "students": "étudiants étudiantes élèves lycéens lycéennes collégiens collégiennes apprenants apprenantes apprentis apprenties alternants alternantes stagiaires",
    "startups": "start-up start-ups startup startups jeunes_pousses jeunes_entreprises",
    "companies": "entreprises sociétés pme tpe eti commerces",
    "structures": "structures locataires organisations organismes associations résidents_permanents",
    "founders": "fondateurs fondatrices cofondateurs cofondatrices co-fondateurs co-fondatrices initiateurs initiatrices",
    "members": "membres adhérents adhérentes sociétaires inscrits inscrites abonnés abonnées",
    "volunteers": "bénévoles volontaires",
    "visitors": "visiteurs visiteuses participants participantes spectateurs spectatrices festivaliers festivalières convives curieux invités invitées exposants auditeurs auditrices",
    "inhabitants": "habitants habitantes riverains riveraines administrés",
}
"""What is counted -> the words for it. All but `inhabitants` are scopes of a claim: those live in a place."""
_QUALIFIERS: tuple[tuple[Qualifier, str], ...] = (
    ("nearly", r"près d['e]|presque|pas loin d['e]"),
    ("at_least", r"plus d['e]|au moins|au minimum|à partir de|un minimum de|au-delà de|pas moins de"),
    ("at_most", r"moins d['e]|au plus|au maximum|jusqu'à|un maximum de|à peine"),
    ("about", r"environ|quelques?|autour d['e]|à peu près|de l'ordre de|approximativement|plusieurs"),
    ("planned", r"bientôt|prochainement|à terme"),
)

_WORD = "|".join(sorted([*_UNITS, "cents?", "mille"], key=lambda w: (-len(w), w)))
NUMBER_WORDS = rf"(?:{_WORD})(?:(?:[ -]et)?[ -](?:{_WORD})){{0,3}}"
_APART = "".join(rf"(?<!\b{word}[ -])" for word in (*_UNITS, "cent", "cents", "mille"))
"""Not right after a number word: a number is read from its first word on. None needs more than 13 of them (999 999)."""
_NUMBER = (
    rf"(?:\d{{1,3}}(?:[ .]\d{{3}}){{1,4}}(?![\d]|[ .]\d{{3}})(?:,\d+)?|\d+(?:[.,]\d+)?(?!\d)|\b(?=(?:{_WORD})\b){_APART}(?:{_WORD})(?:(?:[ -]et)?[ -](?:{_WORD})){{0,12}}\b"
    rf"|\b(?:{'|'.join(_COLLECTIVE)})s?\b)"
)
_MULTIPLE = {"milliards?": 10**9, "Mds?": 10**9, "millions?": 10**6, "M": 10**6, "milliers": 1000, "k": 1000}
_TIMES = rf"(?:[ ]?(?:de )?(?P<{{}}>{'|'.join(_MULTIPLE)})(?!\w|\.\w))?"
_FIGURE = re.compile(
    rf"\b(?<![\w.,/-])(?=\d|z|un|d[eioé]|tr|c[ei]|qu|s[eio]|h|n|on|v|m[io]|p[rla]|à|au|ap|en|j|l'o|b)(?:(?P<qualifier>{'|'.join(q for _, q in _QUALIFIERS)})[ ]?)?"
    rf"(?:(?P<passed>pass\w+ )?(?:entre|de)[ ](?P<low>{_NUMBER}){_TIMES.format('few')}(?:[ ](?:et|à)[ ])(?P<high>{_NUMBER})"
    rf"|(?P<low2>\d[\d ]{{0,12}})[ ]?(?:à|-|–)[ ]?(?P<high2>\d[\d ]{{0,12}})"
    rf"|(?:une?[ ](?:bonne[ ]|petite[ ]|grosse[ ])?(?={'|'.join(_COLLECTIVE)}))?(?P<n>{_NUMBER}))"
    rf"{_TIMES.format('multiple')}(?P<after>[ ]environ)?[ ]?(?:d'|de )?",
    re.I,
)
_NOUNS = {word: scope for scope, words in _SCOPES.items() for word in words.split()}
_ADJECTIVES = re.compile(
    r"nouve(?:aux|lles)|jeunes|autres|future?s|petite?s|grande?s|bons|bonnes|premi(?:er|ère)s|derni(?:er|ère)s|seule?s|ancien(?:ne)?s|principa(?:ux|les)|différente?s"
)
_PHRASE = re.compile(rf"(?:{'|'.join(n.replace('_', ' ') for n in _NOUNS if '_' in n)})\b", re.I)
_NOUN = re.compile(
    r"(?P<stem>[a-zà-ÿ-]+)(?P<inclusive>[·⋅•][\w·⋅•]{1,9}|\.(?:e|ne|rice|euse)\.?s\b|\(\w{1,4}\)s\b)?(?![\w-])(?! de travail\b)(?!(?<=associés) d[eu'])(?!(?<=associées) d[eu'])",
    re.I,
)
"""A noun, in inclusive writing too: « salarié⋅es », « adhérent(e)s »; « postes de travail » are desks, « deux associés de X » who owns it."""
_MONEY = re.compile(r"€|euros?\b|EUR\b", re.I)
_AREA = re.compile(r"(?P<ha>ha\b|hectares?\b)|m²|m2\b|mètres[ ]carrés", re.I)
_TEAM = re.compile(
    r"\b(?:équipe|effectif)[ ](?:[a-zà-ÿ]+[ ])?(?:de[ ]|d')$|\b(?:ils|elles|nous|on)[ ](?:sommes|sont|seront|serons|étaient|étions|est|sera)[ ](?:déjà[ ]|désormais[ ]|aujourd'hui[ ]|maintenant[ ])?$",
    re.I,
)
"""What makes a bare number a headcount: « une équipe de trois », « ils sont quatre »."""
_BARE_END = re.compile(
    r"(?=[.,;:!?)\"]|$| \"| (?:à|dans|et|en|au|pour|aujourd'hui|désormais|maintenant|actuellement|chez|sur|avant|lors|début|fin|mi-|d'ici|il y a|l'an|l'année|un an|deux ans)\b)(?! (?:à|et|pour) \d)(?!,\d)"
)
_AGAIN = re.compile(
    r"(?:\b(?:contre|au lieu d[e']|dont|puis)|\ben (?:compt|emploi|employ|recrut|embauch|accueill|form|réuni|regroup|dénombr|rassembl|héberg|fédèr)[a-zà-ÿ]*(?: (?:déjà|aujourd'hui|désormais|actuellement|maintenant|environ))?"
    r"|[;,] [A-ZÀ-Ý][^,;.\d]{1,40},)(?: (?:que|seulement|à peine))? ?$"
)
"""After a count: another of the same, without its noun: « contre une soixantaine en 2019 », « dont quatre à mi-temps », « en compte 38 »."""
_ONE = re.compile(
    r"\b(?:emploi(?:e|ent)|employait|emploiera|compt(?:e|ent|ait)|salarie)(?: (?:déjà|aujourd'hui|désormais|maintenant|actuellement))? (?P<alone>une? (?:seule? )?(?P<n>[a-zà-ÿ]+))\b(?! (?:sur|qui)\b)"
)
_AND_ONE = re.compile(r"(?:,| et|, et| ainsi que) (?P<alone>une? (?P<n>[a-zà-ÿ]+))\b(?! (?:sur|de|du|des|qui)\b)")
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
    r"\b(?:[a-zà-ÿ]{2,}(?:era|eront|ira|iront|dra|dront|tra|tront|ura|uront)|prévoi(?:t|ent)|prévue?s?|devr?ai(?:en)?t|doi(?:t|vent)|objectif|ambition\w*|envisag\w+|à terme|d'ici"
    r"|cherch\w+ à|souhait\w+|espèr\w+|promet\w*|v(?:eut|eulent|oulait|oulaient|oulons|oulez)|vis(?:e|ent|ait)|rêv\w+|compt(?:e|ent|ons) (?=\w+er\b)|v(?:a|ont|ons) (?=[a-zà-ÿ']+(?:er|ir|re)\b))\b",
    re.I,
)
"""Words before a count that put it into the future."""
_ANOTHER_CLAUSE = re.compile(r"[.;:!?]| (?:aujourd'hui|actuellement|déjà|qui|dont|où) ")
_AHEAD_AFTER = re.compile(
    r"(?: (?!et\b|qui\b|que\b|dont\b|mais\b|où\b)[a-zà-ÿ'-]+){0,5}? (?:à terme\b|(?!quitter|déménager|perdr|fêter)[a-zà-ÿ]+(?:er|ir|dr|tr|ur|vr)ont\b)"
)
"""Words after it that do: « 180 personnes y travailleront à terme »."""
_THESE = re.compile(r"\b(?:les|ses|nos|leurs|ces|mes|vos) (?:quelque )?$|\b(?:contre|au lieu de) $", re.I)
"""Before a count of those who are there already: « doit s'installer avec ses 14 salariés », « contre 30 aujourd'hui »."""
_FOUNDED_BY = re.compile(r"\b(?:fond|cré|lanc|imagin|initi|mont)ée?s?\b[^.;:!?]{0,40}\bpar $", re.I)
_SUPPOSED = re.compile(
    r"(?:^|[.!?;:]\s+|\s{2})(?:Lorsqu|Quand|Si|Dès qu)(?:e |' ?| )(?:une?\b|on\b|vous\b|quelqu'un\b)[^.!?;]*$", re.I
)
_SHARE = re.compile(rf" sur (?:\d|(?:{_WORD})\b)", re.I)
_NETWORK = re.compile(
    r"\b(?:réseau|fédération|cluster|grappe|groupement|confédération|union|alliance)\b[^.!?;]{0,80}$", re.I
)
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
    for m in _FIGURE.finditer(text):
        unit: Unit = "count"
        scope, end, factor = "", 0, 1
        if money := _MONEY.match(text, m.end()):
            unit, end = "eur", money.end()
        elif area := _AREA.match(text, m.end()):
            unit, end, factor = "m2", area.end(), 10000 if area["ha"] else 1
        elif (
            m["multiple"] in ("millions", "million")
            and m[0].rstrip().endswith(m["multiple"])
            and (
                (last and last.unit == "eur" and _beside(text, last, m))
                or _MONEY_BEFORE.search(text, max(0, m.start() - 60), m.start())
            )
        ):
            unit, end = "eur", m.end("multiple")
        elif counted := _counted(text, m) or _counted_again(text, m, last):
            scope, end = counted
            if (m["qualifier"] or not m["n"]) and _CATEGORY.search(
                text, max(0, m.start() - 60), max(m.start("n"), m.start("low"), m.start("low2"))
            ):
                continue
        else:
            continue
        bounds = _bounds(text, m, end, unit, factor)
        if bounds and not _SHARE.match(text, end) and not _SUPPOSED.search(text, max(0, m.start() - 160), m.start()):
            last = Quantity(m.start(), end, unit, scope, bounds, was=bool(m["passed"]))
            yield last


def _counted(text: str, m: re.Match[str]) -> tuple[str, int] | None:
    """What the figure `m` counts, and where the words for it end; None where it counts nothing we know."""
    at, best = m.end(), None
    if phrase := _PHRASE.match(text, at):
        return _NOUNS[phrase[0].lower().replace(" ", "_")], phrase.end()
    for _ in range(3):
        noun = _NOUN.match(text, at)
        if noun is None:
            break
        word = noun["stem"].lower()
        scope = _NOUNS.get(word if not noun["inclusive"] or word.endswith("s") else f"{word}s")
        if scope:
            best = scope, noun.end()
        if not _ADJECTIVES.fullmatch(word):
            break
        at = noun.end() + 1
    if best and best[0] == "members" and _NETWORK.search(text, max(0, m.start() - 100), m.start()):
        return "structures", best[1]
    if best is None and (figure := _bare(text, m)) and _TEAM.search(text, max(0, m.start() - 40), m.start()):
        return "people", figure
    if best and best[0] == "people" and _FOUNDED_BY.search(text, max(0, m.start() - 60), m.start()):
        return "founders", best[1]
    return best


def _bare(text: str, m: re.Match[str]) -> int:
    """Where the figure `m` ends that no noun follows; 0 where one may."""
    figure = m.end("n") if m["n"] else m.end("high") if m["high"] else 0
    return figure if figure and not m["multiple"] and _BARE_END.match(text, figure) else 0


def _beside(text: str, last: Quantity, m: re.Match[str]) -> bool:
    """Whether `m` stands a little after `last`, in the same sentence."""
    return m.start() - last.end <= 120 and not re.search(r"[.!?] ", text[last.end : m.start()])


def _counted_again(text: str, m: re.Match[str], last: Quantity | None) -> tuple[str, int] | None:
    """What `m` counts if it counts the same as the `last` count of its sentence."""
    if (
        last is None
        or last.unit != "count"
        or m.start() - last.end > 120
        or re.search(r"[.!?] ", text[last.end : m.start()])
    ):
        return None
    figure = _bare(text, m) or (
        m.end("n")
        if m["n"] and text.endswith("dont ", 0, m.start()) and not re.match(r" ?(?:%|€|m²)", text[m.end("n") :])
        else 0
    )
    return (last.scope, figure) if figure and _AGAIN.search(text, max(0, m.start() - 60), m.start()) else None


def _bounds(text: str, m: re.Match[str], end: int, unit: Unit, factor: int) -> Bounds:
    """The value or values of a figure, each with its qualifier; none where they make no sense."""
    times = _times(m["multiple"])
    if unit == "count" and (m["multiple"] or "").lower() in ("m", "k", "md", "mds"):
        return ()
    ahead = unit == "count" and _is_ahead(text, m.start(), end)
    low, high = m["low"] or m["low2"], m["high"] or m["high2"]
    if low and high:
        first, last = number(low), number(high)
        if first is None or last is None:
            return ()
        first, last = (
            first * factor * (_times(m["few"]) if m["few"] else times if first < 1000 else 1),
            last * factor * times,
        )
        if m["passed"]:
            return (_plain(first), "exact"), (
                _plain(last),
                "planned" if ahead or m["passed"].lower().startswith("passer") else "exact",
            )
        return (
            ((_plain(first), "planned" if ahead else "at_least"), (_plain(last), "planned" if ahead else "at_most"))
            if first <= last
            else ()
        )
    value = number(m["n"])
    if value is None or (unit == "count" and value != value.to_integral_value()):
        return ()
    said = (m["qualifier"] or ("environ" if m["after"] or text.startswith(" environ", end) else "")).lower()
    qualifier: Qualifier = next((q for q, words in _QUALIFIERS if said and re.fullmatch(words, said)), "exact")
    collective = m["n"].lower().rstrip("s") in _COLLECTIVE
    if said.startswith("plusieurs") or (collective and m["n"].lower().endswith("s")):
        return ()  # « plusieurs centaines », « des dizaines »
    if qualifier == "exact" and (collective or (unit == "count" and m["n"].lower() == "mille")):
        qualifier = "about"
    return ((_plain(value * factor * times), "planned" if ahead else qualifier),)


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
        scope = _NOUNS.get(f"{m['n']}s", "")
        if scope in ("employees", "volunteers", "students"):
            yield Quantity(m.start("alone"), m.end("alone"), "count", scope, (("1", "exact"),))


def _hired(text: str) -> Iterator[Quantity]:
    """« recruter une quatrième personne »: they are to be four."""
    for m in _HIRED.finditer(text):
        scope = _NOUNS.get(f"{(m['noun'] or 'personne').lower()}s", "people")
        yield Quantity(m.start("ord"), m.end(), "count", scope, ((str(_ORDINALS[m["ord"].lower()]), "planned"),))


def _times(multiple: str | None) -> int:
    return next((n for words, n in _MULTIPLE.items() if multiple and re.fullmatch(words, multiple, re.I)), 1)


def number(words: str) -> Decimal | None:
    """The number that `words` or digits write in French, or None."""
    words = words.strip().lower()
    if words and words[0].isdigit():
        digits = words.replace(" ", "")
        if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits):
            digits = digits.replace(".", "")
        return Decimal(digits.replace(",", "."))
    if (n := _COLLECTIVE.get(words.rstrip("s"))) is not None:
        return Decimal(n)
    total = current = 0
    for word in re.split(r"[ -]+", words):
        if word in ("cent", "cents"):
            current = max(current, 1) * 100
        elif word == "mille":
            total, current = total + max(current, 1) * 1000, 0
        elif word in ("vingt", "vingts") and current % 100 == 4:
            current += 76
        elif word in _UNITS:
            current += _UNITS[word]
        elif word != "et":
            return None
    return Decimal(total + current)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
