"""Quantities in running French text: headcounts with what is counted, amounts in euros, areas in m².

    près de 600 personnes      600 people, nearly         une vingtaine de salariés   20 employees, about
    trois cents étudiants      300 students, exact        30 à 40 start-up            30 at_least and 40 at_most
    1,5 million d'euros        1500000 EUR                11 000 m²                   11000 m²

Belongs here: finding and normalising them. Whose they are belongs to `relations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from km0_pipeline.claims import Qualifier

_UNITS = {
    "zéro": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
_COLLECTIVE = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000,
}  # fmt: skip
_SCOPES = {
    "people": r"personnes|gens|occupants|travailleurs|professionnels|usagers permanents|résidents|coworkers|coworkeurs|membres du personnel",
    "employees": r"salariés|salariées|collaborateurs|collaboratrices|employés|employées|agents|permanents|équivalents temps plein|ETP",
    "jobs": r"emplois|postes|CDI|embauches|recrutements",
    "students": r"étudiants|étudiantes|élèves|apprenants|apprentis",
    "startups": r"start-ups?|startups?|jeunes pousses|jeunes entreprises",
    "companies": r"entreprises|sociétés|PME|TPE",
    "structures": r"structures|locataires|organisations|organismes|résidents permanents",
    "founders": r"fondateurs|cofondateurs|co-fondateurs|initiateurs",
}
_QUALIFIERS: tuple[tuple[Qualifier, str], ...] = (
    ("nearly", r"près d'|près de|presque|pas loin de|bientôt"),
    ("at_least", r"plus d'|plus de|au moins|au minimum|à partir de|un minimum de"),
    ("at_most", r"moins de|au plus|au maximum|jusqu'à|un maximum de"),
    (
        "about",
        r"environ|quelques?|autour de|à peu près|de l'ordre de|approximativement|une|plusieurs|un budget de quelque",
    ),
)

_WORD = "|".join(sorted([*_UNITS, "cents?", "mille"], key=lambda w: (-len(w), w)))
_APART = "".join(rf"(?<!\b{word}[ -])" for word in (*_UNITS, "cent", "cents", "mille"))
"""Not right after a number word: a number is read from its first word on. None needs more than 13 of them (999 999)."""
_NUMBER = (
    rf"(?:\d{{1,3}}(?:[ .]\d{{3}}){{1,4}}(?![\d]|[ .]\d{{3}})(?:,\d+)?|\d+(?:[.,]\d+)?(?!\d)|{_APART}\b(?:{_WORD})(?:(?:[ -]et)?[ -](?:{_WORD})){{0,12}}\b"
    rf"|\b(?:{'|'.join(_COLLECTIVE)})s?\b)"
)
_MULTIPLE = r"(?:milliards?|millions?|Md|M|k)"
_PATTERN = re.compile(
    rf"(?<![\w.,])(?:(?P<qualifier>{'|'.join(q for _, q in _QUALIFIERS)})[ ]?)?"
    rf"(?:(?:entre|de)[ ](?P<low>{_NUMBER})[ ](?:et|à)[ ](?P<high>{_NUMBER})|(?P<low2>\d[\d ]{{0,12}})[ ]?(?:à|-|–)[ ]?(?P<high2>\d[\d ]{{0,12}})|(?P<n>{_NUMBER}))"
    rf"[ ]?(?:(?P<multiple>{_MULTIPLE})\b)?[ ]?(?:de |d')?"
    rf"(?:(?P<eur>€|euros?\b|EUR\b)|(?P<ha>ha\b|hectares?\b)|(?P<m2>m²|m2\b|mètres carrés)|"
    rf"(?:(?:nouve(?:aux|lles)|jeunes|autres|futurs|futures|petites|bons|premiers|premières)[ ])?"
    + "|".join(rf"(?P<{scope}>(?:{words})\b)" for scope, words in _SCOPES.items())
    + ")",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a text: `bounds` are one (value, qualifier) or two of a range; `scope` of a headcount."""

    start: int
    end: int
    unit: Literal["count", "eur", "m2"]
    scope: str
    bounds: tuple[tuple[str, Qualifier], ...]


def find(text: str) -> list[Quantity]:
    """Quantities in a straightened `text`, in order."""
    return [q for m in _PATTERN.finditer(text.replace("\n", " ")) if (q := _quantity(m)) is not None]


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


def _quantity(m: re.Match[str]) -> Quantity | None:
    scope = next((s for s in _SCOPES if m[s]), "")
    unit: Literal["count", "eur", "m2"] = "eur" if m["eur"] else "m2" if m["m2"] or m["ha"] else "count"
    multiple = (m["multiple"] or "").lower()
    if unit == "count" and multiple in ("m", "k", "md"):
        return None
    factor = Decimal(10000) if m["ha"] else Decimal(1)
    factor *= (
        10**9
        if multiple in ("md",) or multiple.startswith("milliard")
        else 10**6
        if multiple.startswith("m")
        else 10**3
        if multiple
        else 1
    )
    low, high = m["low"] or m["low2"], m["high"] or m["high2"]
    if low and high:
        values = [number(low), number(high)]
        if None in values or values[0] > values[1]:  # type: ignore[operator]
            return None
        bounds: tuple[tuple[str, Qualifier], ...] = (
            (_plain(values[0], factor), "at_least"),
            (_plain(values[1], factor), "at_most"),
        )
    else:
        value = number(m["n"])
        if value is None or (unit == "count" and value != value.to_integral_value()):
            return None
        collective = m["n"].lower().rstrip("s") in _COLLECTIVE
        said = (m["qualifier"] or "").lower()
        qualifier: Qualifier = next((q for q, words in _QUALIFIERS if said and re.fullmatch(words, said)), "exact")
        if collective and qualifier == "exact":
            qualifier = "about"
        if not collective and said in ("une", "plusieurs"):
            return None
        bounds = ((_plain(value, factor), qualifier),)
    return Quantity(m.start(), m.end(), unit, scope, bounds)


def _plain(value: Decimal | None, factor: Decimal) -> str:
    assert value is not None
    text = f"{value * factor:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
