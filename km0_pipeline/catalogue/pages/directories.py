"""The directories: every organisation, person, place and event with a line each, in sections and by a facet.

Sections are headings that a reader can jump to; the facet is a group of radio buttons that hides the other lines by style alone
(static/css/directories.css), so both work without script. Where there are more than `MOST` lines, they stand on further pages by first letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from km0_pipeline.catalogue import terms, words
from km0_pipeline.catalogue.addresses import LANGUAGES, of_entity
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages.search import fold
from km0_pipeline.catalogue.rendering import Page

MOST = 500
"""Lines of one page."""
FACETS = 12
"""Choices of a facet: as many as the style sheet knows; what is rarer has none."""
Said = tuple[str, str]
"""In French and English."""

PRESENCE: dict[str, Said] = {
    "hub": ("Le hub", "The hub"), "current": ("Sur place", "There now"), "unknown": ("Présence à confirmer", "Presence to be confirmed"), "planned": ("Annoncées", "Announced"),
    "not_seen": ("Absentes de la dernière liste", "Not on the newest list"), "left": ("Parties", "Gone"), "around": ("Autour du hub", "Around the hub"),
}  # fmt: skip
"""Status of a tenancy, the most present first -> a section of the directory of organisations."""

_ORGANISATIONS = """
with stays as (
    select organisation_id, status, min(valid_from) over (partition by organisation_id, status) as since, space from tenancies
    qualify row_number() over (partition by organisation_id order by list_position(['current', 'unknown', 'planned', 'not_seen', 'left'], status), space is null, tenancy_id) = 1
)
select o.organisation_id as id, o.name, coalesce(o.kind, '') as facet, case when o.is_hub then 'hub' else coalesce(s.status, 'around') end as section, s.since, s.space, o.activity, o.commune, o.closed_version
from organisations as o left join stays as s using (organisation_id) order by o.organisation_id
"""
_PEOPLE = """
select p.person_id as id, p.name, coalesce(min(r.relation), '') as facet, '' as section, p.roles
from people as p left join relationships as r on r.subject_id = p.person_id and r.relation in ('founder_of', 'heads', 'works_for') group by all order by id
"""
_PLACES = """
select place_id as id, name, coalesce(commune, '') as facet, kind, address, former_use,
    case when kind in ('commune', 'city') then 'communes' when kind in ('department', 'region', 'country') then 'territories' else 'grounds' end as section
from places order by id
"""
_EVENTS = "select event_id as id, name, kind as facet, coalesce(left(held_on, 4), '') as section, held_on, status from events order by id"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `choice` is its choice of the facet, 1 or more; 0 where it has none. `row` is what was asked of the tables."""

    row: dict[str, Any]
    choice: int = 0

    @property
    def address(self) -> str:
        return of_entity(self.row["id"])


@dataclass(frozen=True)
class Directory:
    """What tells one directory from another. `sections` and `facets` say a code in both languages; `order` puts sections in order."""

    name: str
    title: Said
    about: Said
    facet: Said
    query: str
    sections: Callable[[str], Said]
    facets: Callable[[str], Said]
    order: Callable[[str], Any]
    indexed: bool = True
    letters: list[tuple[str, str, int]] = field(default_factory=list)


GROUNDS: dict[str, Said] = {
    "grounds": ("Sites, bâtiments et adresses", "Sites, buildings and addresses"), "communes": ("Communes et villes", "Communes and cities"),
    "territories": ("Départements, régions et pays", "Departments, regions and countries"),
}  # fmt: skip
"""Sections of the places, in this order."""


def _code(value: str) -> Said:
    return words.code(value, "fr").capitalize(), words.code(value, "en").capitalize()


DIRECTORIES = (
    Directory("organisations", ("Qui est là", "Who is there"), ("Les organisations du hub et celles dont parlent ses sources : lesquelles sont sur place, depuis quand.", "The organisations of the hub and those its sources speak of: which are there, since when."),
              ("Nature", "Kind"), _ORGANISATIONS, lambda s: PRESENCE[s], lambda f: _code(f) if f else ("Non dite", "Not told"), list(PRESENCE).index),
    Directory("people", ("Personnes", "People"), ("Les personnes nommées pour leur rôle public, et ce rôle.", "The people named for their public role, and that role."), ("Rôle", "Role"), _PEOPLE, lambda s: ("", ""),
              lambda f: (terms.called(f, "fr"), terms.called(f, "en")) if f else ("Autre", "Other"), str, indexed=False),
    Directory("places", ("Lieux", "Places"), ("Les bâtiments, rues, communes et sites que nomment les sources.", "The buildings, streets, communes and sites that the sources name."), ("Commune", "Commune"), _PLACES,
              lambda s: GROUNDS[s], lambda f: (f, f) if f else ("Non dite", "Not told"), list(GROUNDS).index),
    Directory("events", ("Événements", "Events"), ("Ce qui a été annoncé et ce qui a eu lieu, du plus récent au plus ancien.", "What was announced and what took place, the latest first."), ("Nature", "Kind"), _EVENTS,
              lambda s: (s, s) if s else ("Sans date", "Undated"), lambda f: _code(f) if f else ("Non dite", "Not told"), lambda s: (s == "", -int(s) if s.isdigit() else 0, s)),
)  # fmt: skip


def pages(edition: Edition) -> Iterator[Page]:
    for directory in DIRECTORIES:
        rows = sorted(edition.rows(directory.query), key=lambda r: (" ".join(fold(r["name"] or "")), r["id"]))
        counts = _counts(rows, "facet")
        choices = {f: i for i, (f, _) in enumerate(sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))[:FACETS], 1)}
        lines = [Line(r, choices.get(r["facet"], 0)) for r in rows]
        if directory.name == "events":
            lines.sort(key=lambda line: line.row["held_on"] or "", reverse=True)
        parts = _parts(directory.name, lines) if len(lines) > MOST else []
        index = [(label, f"{name}.html", count) for label, name, count, _ in parts]
        first = lines if not parts else [line for line in lines if directory.name == "organisations" and line.row["section"] in ("hub", "current", "unknown")][:MOST]
        yield _page(directory, directory.name, first, len(lines), choices, index, "", _counts(rows, "section"))
        for label, name, _, some in parts:
            yield _page(directory, name, some, len(lines), choices, index, label)


def _page(directory: Directory, name: str, lines: list[Line], total: int, choices: dict[str, int], letters: list[tuple[str, str, int]], letter: str, whole: dict[str, int] | None = None) -> Page:
    """`whole` says how many lines each section has in all: a heading says so where some of them stand on further pages."""
    counts = _counts([line.row for line in lines], "facet")
    facets = [(i, directory.facets(f), counts[f]) for f, i in choices.items() if f in counts]
    found = _counts([line.row for line in lines], "section")
    sections = [(code, _headed(directory.sections(code), found[code], whole[code] if whole else found[code]), [line for line in lines if line.row["section"] == code]) for code in sorted(found, key=directory.order)]
    said = {"directory": directory, "sections": sections, "facets": facets if len(facets) > 1 else [], "total": total, "letters": letters, "letter": letter, "of_entity": of_entity, "all": DIRECTORIES}
    title = (f"{directory.title[0]} : {letter}", f"{directory.title[1]}: {letter}") if letter else directory.title
    return Page(f"{name}.html", "directory.html.j2", title, said, directory.about, section="organisations.html", scripts=("directory.js",), own={"indexed": directory.indexed})


def _headed(names: Said, shown: int, total: int) -> Said:
    if shown == total:
        return names
    some = [(words.number(shown, language), words.number(total, language)) for language in LANGUAGES]
    return f"{names[0]}, les {some[0][0]} premières sur {some[0][1]}", f"{names[1]}, the first {some[1][0]} of {some[1][1]}"


def _counts(rows: list[dict[str, Any]], column: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for r in rows:
        counts[r[column]] = counts.get(r[column], 0) + 1
    return counts


def _parts(name: str, lines: list[Line]) -> list[tuple[str, str, int, list[Line]]]:
    """By first letter: its label, the name of its page, how many lines it has, and these; a letter of very many has several pages."""
    found = []
    lines = sorted(lines, key=lambda line: (_letter(line), " ".join(fold(line.row["name"] or "")), line.row["id"]))
    for letter, group in groupby(lines, key=_letter):
        some = list(group)
        for i in range(0, len(some), MOST):
            part = f"-{i // MOST + 1}" if i else ""
            found.append((letter.upper() + (f" {i // MOST + 1}" if i else ""), f"{name}-{letter if letter != '#' else '0'}{part}", len(some[i : i + MOST]), some[i : i + MOST]))
    return found


def _letter(line: Line) -> str:
    first = (fold(line.row["name"] or "") or ["#"])[0][0]
    return first if "a" <= first <= "z" else "#"
