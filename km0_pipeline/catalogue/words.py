"""Numbers, dates and codes as people say them, in French and English.

Belongs here: how a single value is said. Sentences stand in the templates, both languages side by side.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from km0_pipeline.catalogue.addresses import Language
from km0_pipeline.publish.phrases import grouped

NARROW, WIDE = "\u202f", "\u00a0"
MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}
SEASONS = {
    "21": ("printemps", "spring"), "22": ("été", "summer"), "23": ("automne", "autumn"), "24": ("hiver", "winter"),
    "33": ("1er trimestre", "first quarter"), "34": ("2e trimestre", "second quarter"), "35": ("3e trimestre", "third quarter"), "36": ("4e trimestre", "fourth quarter"),
    "40": ("1er semestre", "first half"), "41": ("2e semestre", "second half"),
}  # fmt: skip
"""What stands for the month in EDTF (ISO 8601-2), level 2."""
CODES: dict[str, tuple[str, str]] = {
    "true": ("oui", "yes"), "false": ("non", "no"),
    "organisation": ("organisation", "organisation"), "person": ("personne", "person"), "place": ("lieu", "place"), "event": ("événement", "event"),
    "startup": ("start-up", "start-up"), "company": ("entreprise", "company"), "public_body": ("organisme public", "public body"), "bank": ("banque", "bank"),
    "school": ("établissement d’enseignement", "school"), "association": ("association", "association"), "media": ("média", "media"), "hub": ("hub", "hub"),
    "press": ("presse", "press"), "registry": ("registre", "registry"), "register": ("répertoire national", "national register"),
    "exact": ("exactement", "exactly"), "about": ("environ", "about"), "nearly": ("près de", "nearly"), "at_least": ("au moins", "at least"),
    "at_most": ("au plus", "at most"), "planned": ("annoncé", "planned"), "held": ("tenu", "held"),
    "laboratory": ("laboratoire", "laboratory"), "incubator": ("incubateur", "incubator"), "programme": ("programme", "programme"), "product": ("produit ou service", "product or service"),
    "opening": ("ouverture", "opening"), "arrival": ("arrivée", "arrival"), "departure": ("départ", "departure"), "funding": ("financement", "funding"), "signing": ("signature", "signing"),
    "award": ("distinction", "award"), "call": ("appel à projets", "call for projects"), "contest": ("concours", "contest"), "conference": ("conférence", "conference"), "fair": ("salon", "fair"),
    "meeting": ("rencontre", "meeting"), "workshop": ("atelier", "workshop"), "celebration": ("fête", "celebration"), "occasion": ("rendez-vous", "occasion"),
    "commune": ("commune", "commune"), "city": ("ville", "city"), "address": ("adresse", "address"), "site": ("site", "site"), "building": ("bâtiment", "building"), "street": ("rue", "street"), "railway": ("voie ferrée", "railway"),
    "region": ("région", "region"), "country": ("pays", "country"), "department": ("département", "department"),
    "active": ("active", "active"), "ceased": ("cessée", "ceased"), "current": ("sur place", "there now"), "left": ("parti", "left"), "not_seen": ("absent de la dernière liste", "not on the newest list"),
    "unknown": ("présence à confirmer", "presence to be confirmed"), "return": ("retour", "return"), "move": ("déménagement", "move"), "rename": ("changement de nom", "change of name"),
    "feed": ("flux", "feed"), "source": ("source", "source"), "geocoder": ("géocodeur", "geocoder"), "fresh": ("à jour", "fresh"), "late": ("en retard", "late"), "decisions": ("décisions", "decisions"),
    "add": ("ajout", "addition"), "remove": ("retrait", "removal"), "merge": ("réunion", "merger"), "split": ("séparation", "split"), "modify": ("modification", "modification"),
    "source_rank": ("source de rang supérieur", "more trusted source"), "later_date": ("dit en dernier", "said last"), "confidence": ("lu avec plus de certitude", "read with more certainty"), "tie": ("rien ne départage", "nothing decides"),
    "boolean": ("oui ou non", "yes or no"), "code": ("code", "code"), "date": ("date", "date"), "decimal": ("nombre décimal", "decimal number"), "integer": ("nombre entier", "whole number"),
    "mention": ("lien", "link"), "text": ("texte", "text"), "url": ("adresse web", "web address"),
}  # fmt: skip
"""A code of the tables -> what it is called in French and in English."""


@lru_cache(8192)
def typographic(text: str) -> str:
    """French as it is printed: curly apostrophes, and spaces that do not break before : ; ? ! » and after «."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r" ([;?!])", NARROW + r"\1", text)
    return re.sub(r" ([:»])", WIDE + r"\1", text).replace("« ", f"«{WIDE}")


def number(value: Any, language: Language) -> str:
    """`12 500`, `3,5`; whole numbers without decimals."""
    if isinstance(value, int):
        return grouped(value, language)
    whole, _, part = f"{abs(float(value)):.3f}".partition(".")
    part = part.rstrip("0")
    said = grouped(int(whole), language) + (",."[language == "en"] + part if part else "")
    return f"-{said}" if value < 0 and said != "0" else said


def size(value: int, language: Language) -> str:
    """Bytes as `17 ko`, `2,8 Mo`, `17 kB`: powers of ten, two digits at least."""
    units = ("octets", "ko", "Mo", "Go") if language == "fr" else ("bytes", "kB", "MB", "GB")
    amount, unit = float(value), 0
    while round(amount) >= 1000 and unit < 3:
        amount, unit = amount / 1000, unit + 1
    return f"{number(round(amount, 1 if amount < 10 and unit else 0), language)}{WIDE}{units[unit]}"


def others(n: int, language: Language) -> str:
    """How many more there are: `1 autre`, `12 autres`, `12 more`."""
    return f"{number(n, language)} {'more' if language == 'en' else 'autre' if n == 1 else 'autres'}"


@lru_cache(8192)
def date(edtf: Any, language: Language) -> str:
    """A date of EDTF in words, as far as it goes: `23 janvier 2019`, `printemps 2017`, `2018`, `de 2017 à 2019`, `19e siècle`; what it can't say, as it stands."""
    text = str(edtf)
    if "/" in text:
        start, _, end = text.partition("/")
        return period(start, end, language)
    year, *rest = text.split("-")
    if re.fullmatch(r"\d\dXX", year) and not rest:
        century = int(year[:2]) + 1
        return f"{century}e siècle" if language == "fr" else f"{century}th century"
    if re.fullmatch(r"\d{3}X", year) and not rest:
        return f"années {year[:3]}0" if language == "fr" else f"{year[:3]}0s"
    if not re.fullmatch(r"\d{4}", year):
        return text
    if not rest or rest[0] == "XX":
        return year
    if rest[0] in SEASONS:
        return f"{SEASONS[rest[0]][language == 'en']} {year}"
    if not (rest[0].isdigit() and 1 <= int(rest[0]) <= 12):
        return text
    month = MONTHS[language][int(rest[0]) - 1]
    if len(rest) == 1 or not rest[1].isdigit():
        return f"{month} {year}"
    day = int(rest[1])
    return f"{'1er' if day == 1 and language == 'fr' else day} {month} {year}"


def period(start: str | None, end: str | None, language: Language) -> str:
    """From one date of EDTF to another: `du 23 janvier au 5 avril 2019`, `d’avril 2019 à l’été 2020`; `depuis le ...` and `jusqu’en ...` where an end is open."""
    first, last = (date(edtf, language) if edtf and edtf != ".." else "" for edtf in (start, end))
    if language == "en":
        return f"{first} to {last}" if first and last else f"since {first}" if first else f"until {last}"
    if not last:
        return f"depuis {_article(first)}{first}"
    to = {"": "à ", "le ": "au ", "les ": "aux "}.get(_article(last), f"à {_article(last)}") + last
    if not first:
        return "jusqu’en " + last if not _article(last) else "jusqu’" + to
    of = "d’" if not _article(first) and first[0] in "ao" else {"": "de ", "le ": "du ", "les ": "des "}.get(_article(first), f"de {_article(first)}")
    return f"{of}{first} {to}"


def _article(said: str) -> str:
    """What stands before a date said in French, where others than years and months do: `le 23 janvier 2019`, `l’été 2020`, `les années 1990`."""
    if said.startswith("années"):
        return "les "
    if said.startswith(("été", "automne", "hiver")):
        return "l’"
    return "le " if said.startswith("printemps") or (said[:1].isdigit() and " " in said) else ""


@lru_cache(1024)
def code(value: Any, language: Language) -> str:
    """What a code of the tables is called; one that has no name here, as it stands."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return CODES[text][language == "en"] if text in CODES else text


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def lower_first(text: str) -> str:
    """As it stands within a sentence: `Nature` is `nature`, `SIREN` stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
