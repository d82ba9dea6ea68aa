"""Reference: what is known beforehand, shipped with the library as small files of our own making.

    institutions.csv  banks, public bodies, schools, media… that press about innovation speaks of
    first_names.csv   first names met in France: what makes « Camille Exemple » a person, not a company
    public_roles.csv  roles in which a person is named in published data (STANDARDS R6), in small letters without accents: each list is closed
    words.csv         words that are no names though capitalised, by the use that the rules make of them
    places.csv        communes around Mulhouse, big and middling towns; departments, regions, countries, cities abroad

Institutions and places are few on purpose: a broad list of names lowers the quality of what is found in a text,
a local one raises it. A name or acronym that could mean two things is in neither. Belongs
here: the data and their loading; not how they are matched.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LATITUDES, LONGITUDES = (41, 52), (-6, 10)
"""Degrees (WGS 84) between which metropolitan France lies. None of its places is found where one lies once the two are swapped."""


@dataclass(frozen=True, slots=True)
class Institution:
    """An organisation known beforehand; `parent` is the name of the institution it is part of, or ''."""

    name: str
    kind: str
    aliases: tuple[str, ...]
    parent: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place known beforehand; `code` is its INSEE code (ISO 3166 for countries), or ''."""

    name: str
    kind: str
    code: str
    aliases: tuple[str, ...]


def _rows(file: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _aliases(cell: str) -> tuple[str, ...]:
    return tuple(a for a in cell.split("|") if a)


@cache
def institutions() -> tuple[Institution, ...]:
    """The institutions, in the order of the file."""
    return tuple(
        Institution(r["name"], r["kind"], _aliases(r["aliases"]), r["parent"]) for r in _rows("institutions.csv")
    )


@cache
def places() -> tuple[Place, ...]:
    """The places, in the order of the file."""
    return tuple(Place(r["name"], r["kind"], r["code"], _aliases(r["aliases"])) for r in _rows("places.csv"))


@cache
def first_names() -> frozenset[str]:
    """The first names, as they are written."""
    return frozenset(r["name"] for r in _rows("first_names.csv"))


@cache
def public_roles() -> str:
    """Pattern of a role in public, for a text in small letters without accents: one of the list at its beginning, or after a comma or « et ».

    « ancien président et fondateur » is one, « assistante du directeur » is none.
    """
    roles = sorted((r["role"] for r in _rows("public_roles.csv")), key=lambda role: (-len(role), role))
    listed = "|".join(r.replace(" ", "[ -]").replace("'", "['’]") for r in roles)
    before = "(?:(?:co|ex|vice|ancien(?:ne)?|actuel(?:le)?|nouveau|nouvelle|futur|future|premier|premiere|jeune)[ -]?)*"
    return rf"(?:^|[,;/|&]| et | and | und )\s*(?:l[ae] |l['’])?{before}(?:{listed})s?(?:[^a-z]|$)"


@cache
def words(use: str) -> frozenset[str]:
    """The words of one use: `no_name` (folded; they name nothing), `article`, `first_word` (sentences begin with them),
    `mailbox` (of a role, before the @), `consumer_mail` (domains where anyone has a mailbox)."""
    return frozenset(r["word"] for r in _rows("words.csv") if r["use"] == use)
