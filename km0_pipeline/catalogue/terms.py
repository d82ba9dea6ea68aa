"""What the terms of the data are called, and how a claim says its value: in French and English.

Belongs here: names of properties, sections and reasons, and what needs to know of which property a value is. A value that
says itself whatever it is of (a number, a date, a code) is for `words`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from km0_pipeline.catalogue import words
from km0_pipeline.catalogue.addresses import Language
from km0_pipeline.claims import PROPERTIES
from km0_pipeline.publish import phrases

PROPERTY: dict[str, tuple[str, str]] = {
    "name": ("Nom", "Name"), "kind": ("Nature", "Kind"), "siren": ("SIREN", "SIREN"), "siret": ("SIRET", "SIRET"),
    "legal_name": ("Nom légal", "Legal name"), "legal_form": ("Forme juridique", "Legal form"), "naf": ("Code NAF", "NAF code"),
    "naf25": ("Code NAF 2025", "NAF 2025 code"), "activity": ("Activité", "Activity"), "website": ("Site web", "Web site"),
    "address": ("Adresse", "Address"), "postcode": ("Code postal", "Postcode"), "commune": ("Commune", "Commune"),
    "commune_code": ("Code commune", "Commune code"), "coordinates": ("Coordonnées", "Coordinates"), "department": ("Département", "Department"),
    "founded_on": ("Création", "Founded"), "ceased_on": ("Cessation", "Ceased"), "state": ("État au répertoire", "State in the register"),
    "size_band": ("Tranche d’effectif", "Size band"), "headcount": ("Effectifs", "Headcounts"), "area_m2": ("Surface", "Area"),
    "investment_eur": ("Investissement", "Investment"), "funding_eur": ("Montant apporté", "Money given"), "received_eur": ("Montant reçu", "Money received"),
    "budget_eur": ("Budget", "Budget"), "revenue_eur": ("Chiffre d’affaires", "Turnover"), "tenant_of": ("Locataire de", "Tenant of"),
    "part_of": ("Fait partie de", "Part of"), "member_of": ("Membre de", "Member of"), "partner_of": ("Partenaire de", "Partner of"),
    "funds": ("Finance", "Funds"), "operates": ("Gère", "Operates"), "incubates": ("Incube", "Incubates"), "organiser_of": ("Organise", "Organises"),
    "owner_of": ("Possède", "Owns"), "succeeds": ("Succède à", "Succeeds"), "located_in": ("Se trouve à", "Located in"),
    "founder_of": ("A fondé", "Founded"), "heads": ("Dirige", "Heads"), "works_for": ("Travaille pour", "Works for"), "about": ("Concerne", "About"),
    "role": ("Fonction", "Role"), "founder_profession": ("Métier des fondateurs", "Profession of founders"), "space": ("Espace occupé", "Space occupied"),
    "occupied_from": ("Entrée dans l’espace", "Moved in"), "occupied_until": ("Sortie de l’espace", "Moved out"), "former_use": ("Ancien usage", "Former use"),
    "built_in": ("Construction", "Built"), "opened_on": ("Ouverture", "Opening"), "date": ("Date", "Date"), "announced_on": ("Annonce", "Announced"),
    "deadline": ("Date limite", "Deadline"),
}  # fmt: skip
"""Property of a claim -> what a section of a page is called; `claims.PROPERTIES` explains each."""

REVERSED: dict[str, tuple[str, str]] = {
    "founder_of": ("Fondée par", "Founded by"), "heads": ("Dirigée par", "Headed by"), "works_for": ("Y travaillent", "Work there"),
    "funds": ("Financée par", "Funded by"), "operates": ("Gérée par", "Run by"), "incubates": ("Incubée par", "Incubated by"),
    "member_of": ("Membres", "Members"), "partner_of": ("Partenaires", "Partners"), "part_of": ("En font partie", "Parts of it"),
    "owner_of": ("Possédée par", "Owned by"), "succeeds": ("Lui succède", "Succeeded by"), "located_in": ("S’y trouvent", "Located there"),
    "organiser_of": ("Organisé par", "Organised by"),
}  # fmt: skip
"""Relation -> what it is called from the other end."""

COLUMN = {"naf": "naf_code", "naf25": "naf25_code", "coordinates": "latitude", "role": "roles", "date": "held_on"}
"""Property -> the column that it fills, where they are called differently; a section's anchor is the column's name."""
ALSO = {"latitude": ("longitude",), "name": ("other_names",)}
"""Anchor -> columns whose claims stand in the same section."""

REASON: dict[str, tuple[str, str]] = {
    "source_rank": ("source de rang supérieur : le répertoire national passe avant un registre, un registre avant la presse", "more trusted kind of source: the national register goes before a registry, a registry before the press"),
    "later_date": ("dit en dernier", "said last"), "confidence": ("lu avec plus de certitude", "read with more certainty"),
    "tie": ("rien ne les départage : la première par fichier et par endroit", "nothing sets one before the other: the first by file and place"),
}  # fmt: skip
"""Why a value is chosen among several."""


def anchor(prop: str) -> str:
    """Where on a page what is said of a property stands, after #."""
    return COLUMN.get(prop, prop)


@lru_cache(1024)
def called(prop: str, language: Language) -> str:
    """A property as a heading."""
    known = PROPERTY.get(prop) or ((PROPERTIES[prop].fr, PROPERTIES[prop].en) if prop in PROPERTIES else (prop, prop))
    return known[language == "en"]


def value(claim: Mapping[str, Any], language: Language) -> str:
    """What a claim says, with its unit and its precision: `environ 800 personnes`, `prévu : printemps 2017`, `KM0`.

    `claim` has value, value_kind, property, qualifier, scope and other (the name that a relation or an amount leads to).
    """
    said, prop, kind = str(claim["value"]), claim["property"], claim["value_kind"]
    if kind == "mention":
        said = claim["other"] or claim["original"] or "?"
    elif kind in ("integer", "decimal"):
        said = amount(prop, said, claim["scope"], language)
        if prop == "funding_eur" and claim["other"]:
            said += f" → {claim['other']}"
    elif kind == "date":
        said = words.date(said, language)
    elif prop in ("siren", "siret"):
        said = re.sub(r"(\d{3})(?=\d)", rf"\1{words.NARROW}", said[:9]) + (words.NARROW + said[9:] if len(said) > 9 else "")
    elif kind in ("code", "boolean") and prop in ("kind", "state"):
        said = words.code(said, language)
    if prop == "founder_profession" and claim["scope"]:
        said = f"{claim['scope']} × {said}"
    return precisely(claim["qualifier"], language) + said


def amount(prop: str, number: str, scope: str | None, language: Language) -> str:
    """A number with what it counts."""
    text = words.number(float(number), language)
    if prop.endswith("_eur"):
        return f"{text}{words.WIDE}€" if language == "fr" else f"€{text}"
    if prop == "area_m2":
        return f"{text}{words.WIDE}m²"
    return f"{text} {counted(scope, language)}" if scope else text


def counted(scope: str, language: Language) -> str:
    """What a headcount counts: `personnes`, `élèves`."""
    return phrases.SCOPES.get(scope, (scope, scope))[language == "en"]


@lru_cache(1024)
def precisely(qualifier: str | None, language: Language) -> str:
    """`environ `, `prévu : `; nothing where it is exact."""
    text = phrases.QUALIFIERS.get(qualifier or "exact", ("", ""))[language == "en"]
    return words.typographic(text) if language == "fr" else text


@lru_cache(1024)
def confidence(share: float, language: Language) -> str:
    """How sure the programme is, in words and as a number: `presque certain (0,99)`."""
    steps = (("lu avec certitude", "read with certainty"), ("presque certain", "nearly certain"), ("très probable", "very likely"), ("probable", "likely"), ("à vérifier", "to be checked"))
    step = next(i for i, least in enumerate((1, 0.98, 0.9, 0.75, 0)) if share >= least)
    return f"{steps[step][language == 'en']} ({f'{share:.3f}'.rstrip('0').rstrip('.').replace('.', ',.'[language == 'en'])})"


_PARTS = {
    "page": ("page {}", "page {}"), "row": ("ligne {}", "row {}"), "cell": ("cellule {}", "cell {}"), "sheet": ("feuille {}", "sheet {}"), "column": ("colonne {}", "column {}"),
    "key": ("réglage {}", "setting {}"), "siren": ("SIREN {}", "SIREN {}"), "field": ("champ {}", "field {}"), "ban": ("adresse {}", "address {}"),
}  # fmt: skip


def place(locator: str, language: Language) -> str:
    """Where in a document, in words: `page 2, caractères 12 à 45`, `feuille Occupants, ligne 4`."""
    said = []
    for part in locator.split("/"):
        name, _, rest = part.partition(":")
        if name == "char" and "-" in rest:
            start, end = rest.split("-", 1)
            said.append(f"caractères {start} à {end}" if language == "fr" else f"characters {start} to {end}")
        else:
            said.append(_PARTS[name][language == "en"].format(rest) if name in _PARTS else part)
    return ", ".join(said)
