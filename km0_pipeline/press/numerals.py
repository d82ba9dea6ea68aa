"""Figures in French: in digits, in words, collective (« une vingtaine »), with what qualifies them and their multiples.

Belongs here: what a figure looks like and its number. What it counts belongs to `counted`, what it measures to `quantities`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from km0_pipeline.claims import Qualifier

_UNITS = {
    "zéro": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
COLLECTIVE = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000,
}  # fmt: skip
QUALIFIERS: tuple[tuple[Qualifier, str], ...] = (
    ("nearly", r"près d['e]|presque|pas loin d['e]"),
    ("at_least", r"plus d['e]|au moins|au minimum|à partir de|un minimum de|au-delà de|pas moins de"),
    ("at_most", r"moins d['e]|au plus|au maximum|jusqu'à|un maximum de|à peine"),
    ("about", r"environ|quelques?|autour d['e]|à peu près|de l'ordre de|approximativement|plusieurs"),
    ("planned", r"bientôt|prochainement|à terme"),
)
WORD = "|".join(sorted([*_UNITS, "cents?", "mille"], key=lambda w: (-len(w), w)))
NUMBER_WORDS = rf"(?:{WORD})(?:(?:[ -]et)?[ -](?:{WORD})){{0,3}}"
_APART = "".join(rf"(?<!\b{word}[ -])" for word in (*_UNITS, "cent", "cents", "mille"))
"""Not right after a number word: a number is read from its first word on. None needs more than 13 of them (999 999)."""
_NUMBER = (
    rf"(?:\d{{1,3}}(?:[ .]\d{{3}}){{1,4}}(?![\d]|[ .]\d{{3}})(?:,\d+)?|\d+(?:[.,]\d+)?(?!\d)|\b(?=(?:{WORD})\b){_APART}(?:{WORD})(?:(?:[ -]et)?[ -](?:{WORD})){{0,12}}\b"
    rf"|\b(?:{'|'.join(COLLECTIVE)})s?\b)"
)
_MULTIPLE = {"milliards?": 10**9, "Mds?": 10**9, "millions?": 10**6, "M": 10**6, "milliers": 1000, "k": 1000}
_TIMES = rf"(?:[ ]?(?:de )?(?P<{{}}>{'|'.join(_MULTIPLE)})(?!\w|\.\w))?"
FIGURE = re.compile(
    rf"\b(?<![\w.,/-])(?=\d|z|un|d[eioé]|tr|c[ei]|qu|s[eio]|h|n|on|v|m[io]|p[rla]|à|au|ap|en|j|l'o|b)(?:(?P<qualifier>{'|'.join(q for _, q in QUALIFIERS)})[ ]?)?"
    rf"(?:(?P<passed>pass\w+ )?(?:entre|de)[ ](?P<low>{_NUMBER}){_TIMES.format('few')}(?:[ ](?:et|à)[ ])(?P<high>{_NUMBER})"
    rf"|(?P<low2>\d[\d ]{{0,12}})[ ]?(?:à|-|–)[ ]?(?P<high2>\d[\d ]{{0,12}})"
    rf"|(?:une?[ ](?:bonne[ ]|petite[ ]|grosse[ ])?(?={'|'.join(COLLECTIVE)}))?(?P<n>{_NUMBER}))"
    rf"{_TIMES.format('multiple')}(?P<after>[ ]environ)?[ ]?(?:d'|de )?",
    re.I,
)


def times(multiple: str | None) -> int:
    return next((n for words, n in _MULTIPLE.items() if multiple and re.fullmatch(words, multiple, re.I)), 1)


def number(words: str) -> Decimal | None:
    """The number that `words` or digits write in French, or None."""
    words = words.strip().lower()
    if words and words[0].isdigit():
        digits = words.replace(" ", "")
        if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits):
            digits = digits.replace(".", "")
        return Decimal(digits.replace(",", "."))
    if (n := COLLECTIVE.get(words.rstrip("s"))) is not None:
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
