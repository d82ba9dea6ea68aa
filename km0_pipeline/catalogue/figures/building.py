"""A building in section, under its sawtooth roof: who is on which floor, as far as the sources say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from km0_pipeline.catalogue.figures.figure import Figure, Link, Say, counted, element, empty, percent

MOST = 8
"""Occupants of one space, and spaces, that are named; the rest is counted."""
FLOORS = ("rez-de-jardin", "rez-de-chaussee", "premier", "deuxieme", "troisieme", "quatrieme", "cinquieme", "sixieme", "septieme", "huitieme", "neuvieme", "dixieme")


@dataclass(frozen=True, slots=True)
class Occupant:
    """An organisation and the space where it is, as the source calls it; empty where nobody says."""

    name: str
    space: str = ""
    href: str = ""


def building(title: str, given: Sequence[Occupant], t: Say) -> Figure:
    """One line a space, the highest floor first; those whose space nobody says stand on the ground before it."""
    if not given:
        return empty(title, t("Aucune occupation n’est publiée.", "No tenancy has been published."))
    spaces: dict[str, list[Occupant]] = {}
    for o in sorted(set(given), key=lambda o: (o.name, o.href)):
        spaces.setdefault(" ".join(o.space.split()), []).append(o)
    named = sorted((s for s in spaces if s), key=lambda s: (re.split(r"\s*,\s*", s)[0], -floor(s), s))
    drawn = [_space(Markup.escape(s), spaces[s], t) for s in named[:MOST]]
    roof = element("svg", *(element("svg", element("path", d="M0 40L100 0V40z"), x=percent(i / 6), width=percent(1 / 6 + 0.002), height=40, viewBox="0 0 100 40", preserveAspectRatio="none") for i in range(6)),
                   width="100%", height=40, class_="roof", aria_hidden="true")  # fmt: skip
    body = [element("div", roof, element("ol", *drawn), class_="walls")] if named else []
    if "" in spaces:
        body.append(element("div", element("ol", _space(Markup.escape(t("Espace non précisé", "Space not said")), spaces[""], t)), class_="ground"))
    rows = tuple((Link(o.name, o.href), s or t("non précisé", "not said")) for s in [*named, ""] for o in spaces.get(s, ()))[:200]
    note = t(f"Les {MOST} premiers espaces, sur {counted(len(named), t)}.", f"The first {MOST} spaces of {counted(len(named), t)}.") if len(named) > MOST else ""
    return Figure(title, element("div", *body, class_="building"), (t("Organisation", "Organisation"), t("Espace", "Space")), rows, note)


def floor(space: str) -> float:
    """How high a space lies: 0 is the ground floor, -1 below it; 0 too where its name says no floor."""
    plain = space.lower().translate(str.maketrans("éèêëà", "eeeea"))
    if re.search(r"sous-sol|basement", plain):
        return -1
    number = re.search(r"\b(\d{1,2})\s*(?:e|er|eme|nd|th|st|rd)?\s*(?:etage|floor)|\b(?:etage|niveau|r\s*\+)\s*(\d{1,2})\b", plain)
    if number:
        return int(number[1] or number[2])
    return next((i - 1 for i, word in enumerate(FLOORS) if word in plain), 0)


def _space(name: Markup, occupants: Sequence[Occupant], t: Say) -> Markup:
    more = len(occupants) - MOST
    items = [element("li", Markup(Link(o.name, o.href).__html__())) for o in occupants[:MOST]]
    if more > 0:
        items.append(element("li", t(f"et {counted(more, t)} autres", f"and {counted(more, t)} more")))
    return element("li", element("span", name, class_="space"), element("ul", *items))
