"""Where things are: points at their true distances from each other, with a scale, rings around the hub, and towns to find one's way by.

There are no outlines to draw, so distance does what they would. Towns come from `landmarks.csv` (ours, to a hundredth of a degree):
they say where one is, and are no data of the hub. A place without coordinates is on no map and is counted in the note.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt

from markupsafe import Markup

from km0_pipeline.catalogue.figures.figure import (
    Cell,
    Figure,
    Link,
    Say,
    counted,
    drawing,
    element,
    empty,
    joined,
    percent,
    roof,
    short,
    width_of,
)

WIDE, NARROW = (780, 520), (288, 192)
"""Pixels of the map on a wide screen and on a phone: its sides are always as 3 to 2 (static/css/15-figures.css)."""
LEAST = 0.4
"""Kilometres from side to side at least: one building is not the world."""
EARTH = 6371.0
MOST = 200
"""Points that are drawn, those with most organisations first."""
TOWNS = 9
NEAR = 0.02
"""Share of the map's width within which points are one."""
SITE = 10
"""Pixels of the sign of the site, to each side."""
LETTERS, LABEL = 13, 26
"""Pixels of a letter; characters of a name."""
WINDS = (("nord", "north"), ("nord-est", "north-east"), ("est", "east"), ("sud-est", "south-east"), ("sud", "south"), ("sud-ouest", "south-west"), ("ouest", "west"), ("nord-ouest", "north-west"))


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in degrees (WGS 84), None where nobody said; `kind`: site (of the hub) or place; `organisations`: how many are there."""

    name: str
    longitude: float | None
    latitude: float | None
    kind: str = "place"
    organisations: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class _Point:
    longitude: float
    latitude: float
    places: tuple[Place, ...]

    @property
    def kind(self) -> str:
        return "site" if any(p.kind == "site" for p in self.places) else "place"

    @property
    def organisations(self) -> int:
        return sum(p.organisations for p in self.places)

    @property
    def name(self) -> str:
        first = ", ".join(p.name for p in self.places[:2])
        return first if len(self.places) <= 2 and len(first) <= LABEL else f"{short(self.places[0].name, LABEL - 4)} +{len(self.places) - 1}"


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Along the great circle between two (longitude, latitude)."""
    (x, y), (u, v) = ((radians(i), radians(j)) for i, j in (a, b))
    return 2 * EARTH * asin(min(1, sqrt(sin((v - y) / 2) ** 2 + cos(y) * cos(v) * sin((u - x) / 2) ** 2)))


def places(title: str, given: Sequence[Place], t: Say, least: float = LEAST) -> Figure:
    """A map of those that have coordinates, `least` kilometres wide at least; around the site, or where there is none around their middle."""
    located = [p for p in given if p.longitude is not None and p.latitude is not None]
    missing = sorted({p.name for p in given} - {p.name for p in located})
    names = joined(missing, t) if len(missing) <= 3 else counted(len(missing), t)
    without = t(f"Sans coordonnées\u00a0: {names}.", f"Without coordinates: {names}.") if missing else ""
    if not located:
        return empty(title, without or t("Aucun lieu n’est publié.", "No place has been published."))
    located.sort(key=lambda p: (p.kind != "site", -p.organisations, p.name, p.href))
    shown = located[:MOST]
    hub = next((p for p in shown if p.kind == "site"), None)
    frame = _Frame.around([_at(p) for p in shown], least)
    points = _merged(shown, frame)
    heart = _at(hub) if hub else frame.middle
    towns = [(name, at) for name, at in _towns(t) if frame.holds(at) and all(frame.apart(at, (p.longitude, p.latitude)) > 0.06 for p in points)]
    towns.sort(key=lambda town: kilometres(heart, town[1]))
    towns = towns[:TOWNS]
    rings, written = _rings(frame, heart, t)
    parts = [*rings, *_labelled(frame, points, towns, written), _scale(frame, t)]
    return Figure(title, drawing(title, WIDE[1], *parts, class_="map"), _columns(t, hub), tuple(_row(p, hub, t) for p in [*located[:MOST], *(Place(name, *at, "town") for name, at in towns if hub)]),
                  " ".join(n for n in (_first(located, t), without) if n), _legend(points, towns, t))  # fmt: skip


def _at(p: Place) -> tuple[float, float]:
    assert p.longitude is not None and p.latitude is not None
    return p.longitude, p.latitude


@dataclass(frozen=True, slots=True)
class _Frame:
    """An equirectangular map, true in its middle; `across` is in kilometres."""

    middle: tuple[float, float]
    across: float

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]], least: float) -> _Frame:
        (west, east), (south, north) = ((min(v), max(v)) for v in zip(*points, strict=True))
        middle = ((west + east) / 2, (south + north) / 2)
        across = (east - west) * cos(radians(middle[1])) * EARTH * pi / 180
        along = (north - south) * EARTH * pi / 180
        return cls(middle, max(across / 0.74, along / 0.74 * 3 / 2, least))

    def place(self, at: tuple[float, float]) -> tuple[float, float]:
        """Shares of the width and of the height."""
        x = (at[0] - self.middle[0]) * cos(radians(self.middle[1])) * EARTH * pi / 180 / self.across
        y = (at[1] - self.middle[1]) * EARTH * pi / 180 / self.across
        return 0.5 + x, 0.5 - y * 3 / 2

    def holds(self, at: tuple[float, float]) -> bool:
        x, y = self.place(at)
        return 0.03 < x < 0.97 and 0.05 < y < 0.92

    def apart(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """In shares of the width."""
        (x, y), (u, v) = self.place(a), self.place(b)
        return hypot(x - u, (y - v) * 2 / 3)


def _merged(shown: Sequence[Place], frame: _Frame) -> list[_Point]:
    groups: list[list[Place]] = []
    for p in shown:
        group = next((g for g in groups if frame.apart(_at(g[0]), _at(p)) < NEAR), None)
        group.append(p) if group else groups.append([p])
    return [_Point(*_at(g[0]), tuple(g)) for g in groups]


@cache
def _landmarks() -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader((files(__package__) / "landmarks.csv").read_text(encoding="utf-8").splitlines()))


def _towns(t: Say) -> list[tuple[str, tuple[float, float]]]:
    return [(t(r["name"], r["name_en"] or r["name"]), (float(r["longitude"]), float(r["latitude"]))) for r in _landmarks()]


def landmark(name: str) -> tuple[float, float] | None:
    """Longitude and latitude of a town that stands in `landmarks.csv` under its French name."""
    return next(((float(r["longitude"]), float(r["latitude"])) for r in _landmarks() if r["name"] == name), None)


def _round(kilometres: float) -> float:
    """The greatest of 1, 2 and 5 times a power of ten that is not greater."""
    unit = 0.001
    while unit * 10 <= kilometres:
        unit *= 10
    return next(unit * n for n in (5, 2, 1) if unit * n <= kilometres or n == 1)


def _rings(frame: _Frame, heart: tuple[float, float], t: Say) -> tuple[list[Markup], list[tuple[float, float, str]]]:
    """Circles at round distances, and where their words stand. Of a circle's radius, 100 % is the root of half the sum of both sides squared."""
    x, y = frame.place(heart)
    step, diagonal = _round(frame.across * 0.22), sqrt((1 + (2 / 3) ** 2) / 2)
    rings, written = [], []
    for n in (1, 2, 3):
        share = n * step / frame.across
        rings.append(element("circle", cx=percent(x), cy=percent(y), r=percent(share / diagonal), class_="ring"))
        beside = next(((u, v) for u, v in ((x, y - share * 3 / 2), (x + share, y)) if u < 0.93 and v > 0.05), None)
        if beside:
            written.append((*beside, _distance(n * step, t)))
            rings.append(element("text", written[-1][2], x=percent(beside[0]), y=percent(beside[1]), dy=-4, text_anchor="middle", class_="tick", aria_hidden="true"))
    return rings, written


def _distance(kilometres: float, t: Say) -> str:
    return f"{counted(round(kilometres * 1000), t)}\u00a0m" if kilometres < 1 else f"{counted(round(kilometres, 1) if kilometres < 10 else round(kilometres), t)}\u00a0km"


def _scale(frame: _Frame, t: Say) -> Markup:
    length = _round(frame.across * 0.25)
    line = element("line", x1="0", x2=percent(length / frame.across), y1="0", y2="0", class_="scale")
    return element("svg", line, element("text", _distance(length, t), x=0, y=-6, class_="tick"), x="3%", y="95%", width="100%", height="5%", class_="scale")


def _labelled(frame: _Frame, points: Sequence[_Point], towns: Sequence[tuple[str, tuple[float, float]]], written: Sequence[tuple[float, float, str]]) -> list[Markup]:
    """Marks with their names where these leave each other room; a name that has none is read when its mark has the focus, and in the table."""
    marks = [(p.name, (p.longitude, p.latitude), p) for p in points] + [(name, at, None) for name, at in towns]
    most = max((p.organisations for p in points), default=0)
    taken: dict[str, list[tuple[float, float, float, float]]] = {"wide": [], "narrow": []}
    for size, (w, h) in (("wide", WIDE), ("narrow", NARROW)):
        for _, at, point in marks:
            x, y = frame.place(at)
            r = _radius(point, most) + 2
            taken[size].append((x * w - r, y * h - r, x * w + r, y * h + r))
        taken[size] += [(x * w - width_of(text, LETTERS) / 2, y * h - 16, x * w + width_of(text, LETTERS) / 2, y * h) for x, y, text in written]
    drawn = []
    for i, (name, at, point) in enumerate(marks):
        x, y = frame.place(at)
        label, r = short(name, LABEL), _radius(point, most)
        texts = []
        for size, (w, h) in (("wide", WIDE), ("narrow", NARROW)):
            long, (px, py) = width_of(label, LETTERS), (x * w, y * h)
            for dx, dy, anchor, box in (
                (r + 6, 4.5, "start", (px + r + 4, py - 8, px + r + 8 + long, py + 8)),
                (-r - 6, 4.5, "end", (px - r - 8 - long, py - 8, px - r - 4, py + 8)),
                (0, r + 15, "middle", (px - long / 2, py + r + 3, px + long / 2, py + r + 19)),
                (0, -r - 6, "middle", (px - long / 2, py - r - 19, px + long / 2, py - r - 3)),
            ):
                if box[0] >= 2 and box[2] <= w - 2 and box[1] >= 2 and box[3] <= h - 16 and not any(_meet(box, other) for j, other in enumerate(taken[size]) if j != i):
                    taken[size].append(box)
                    texts.append((size, dx, dy, anchor))
                    break
        drawn.append(((point is not None, point is not None and point.kind == "site", -r), _mark(x, y, label, point, r, texts)))
    return [mark for _, mark in sorted(drawn, key=lambda d: d[0])]  # the small lie on the large, the site on all


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _radius(point: _Point | None, most: int) -> float:
    """Of a circle whose area tells how many organisations are there, `most` being the largest; of the site, at least its sign."""
    if point is None:
        return 2.5
    return max(4 + 18 * sqrt(point.organisations / most) if most else 6, SITE if point.kind == "site" else 0)


def _mark(x: float, y: float, label: str, point: _Point | None, r: float, texts: Sequence[tuple[str, float, float, str]]) -> Markup:
    words = [element("text", label, x=dx, y=dy, text_anchor=anchor, class_=f"only-{size}", aria_hidden="true") for size, dx, dy, anchor in texts]
    if len(texts) == 2 and texts[0][1:] == texts[1][1:]:
        words = [element("text", label, x=texts[0][1], y=texts[0][2], text_anchor=texts[0][3], aria_hidden="true")]
    if point is None:
        return element("svg", element("circle", r=r), *words, x=percent(x), y=percent(y), class_="town", aria_hidden="true")
    names = ", ".join(p.name for p in point.places[:12])
    shapes = [] if point.kind == "site" and not point.organisations else [element("circle", r=r)]
    if point.kind == "site":
        shapes.append(element("path", d=roof(SITE)))
    inside = (element("title", names), *shapes, *words)
    mark = element("a", *inside, href=point.places[0].href) if point.places[0].href else element("g", *inside)
    return element("svg", mark, x=percent(x), y=percent(y), class_=point.kind)


def _columns(t: Say, hub: Place | None) -> tuple[str, ...]:
    return (t("Lieu", "Place"), *((t(f"Distance de {hub.name}", f"Distance from {hub.name}"), t("Direction", "Direction")) if hub else ()), t("Organisations", "Organisations"))


def _row(p: Place, hub: Place | None, t: Say) -> tuple[Cell, ...]:
    far = kilometres(_at(hub), _at(p)) if hub else 0
    wind = t(*WINDS[round(_bearing(_at(hub), _at(p)) / 45) % 8]) if hub and far >= 0.02 else ""
    return (Link(p.name, p.href), *((_distance(far, t), wind) if hub else ()), None if p.kind == "town" else p.organisations)


def _bearing(a: tuple[float, float], b: tuple[float, float]) -> float:
    (x, y), (u, v) = ((radians(i), radians(j)) for i, j in (a, b))
    return degrees(atan2(sin(u - x) * cos(v), cos(y) * sin(v) - sin(y) * cos(v) * cos(u - x))) % 360


def _first(located: Sequence[Place], t: Say) -> str:
    return t(f"Les {MOST} lieux où sont le plus d’organisations, sur {counted(len(located), t)}.", f"The {MOST} places with most organisations, of {counted(len(located), t)}.") if len(located) > MOST else ""


def _legend(points: Sequence[_Point], towns: Sequence[object], t: Say) -> tuple[tuple[Markup, str], ...]:
    signs = []
    if any(p.kind == "site" for p in points):
        signs.append((_sign("site", element("path", d=roof(8))), t("site du hub", "site of the hub")))
    if any(p.kind == "place" for p in points):
        signs.append((_sign("place", element("circle", r=7)), t("lieu, d’autant plus grand qu’il y a d’organisations", "place, the larger the more organisations")))
    if towns:
        signs.append((_sign("town", element("circle", r=2.5)), t("ville, pour se repérer", "town, to find one’s way")))
    return tuple(signs)


def _sign(class_: str, shape: Markup) -> Markup:
    return element("svg", element("svg", shape, x=10, y=9, class_=class_), width=20, height=18, class_="sign")
