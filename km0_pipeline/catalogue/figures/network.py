"""Who is linked with whom: organisations, people and funders, laid out once, the same on every machine.

Nodes that are linked attract each other and all push each other away (Fruchterman and Reingold 1991, as in networkx); the most
linked stands in the middle, and the rest begins on a circle, sorted by kind, so that like lies near like. Then those too near to be
pressed with a finger are moved apart. Belongs here: the layout, and which names have room on a wide screen and on a phone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from markupsafe import Markup

from km0_pipeline.catalogue.figures.figure import (
    Figure,
    Link,
    Say,
    counted,
    drawing,
    element,
    empty,
    percent,
    roof,
    short,
    width_of,
)

MOST = 60
"""Nodes that are drawn: those with most links."""
FEW = 10
"""Up to so many nodes, the frame is low."""
WIDE = 1080
MANY_FRAMES = {"wide": (WIDE, 600), "narrow": (288, 720)}
FEW_FRAMES = {"wide": (WIDE, 280), "narrow": (288, 320)}
"""Pixels for which names are given room: the frame is higher on a phone (static/css/15-figures.css)."""
APART = (0.095, 0.062)
"""Shares of the frame between two of 60 nodes: some 27 by 45 pixels on a phone, where a finger needs 24 (WCAG 2.5.8)."""
LETTERS = 13
KINDS = (("hub", "le hub", "the hub"), ("organisation", "organisation", "organisation"), ("funder", "financeur", "funder"), ("person", "personne", "person"))
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody; `kind` is one of KINDS."""

    id: str
    name: str
    kind: str = "organisation"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """What `source` (id of a node) is to `target`; `relation` in the words of the page."""

    source: str
    target: str
    relation: str
    look: str = ""


def network(title: str, nodes: Sequence[Node], edges: Sequence[Edge], t: Say) -> Figure:
    """The most linked of `nodes` and what links them; an edge of which one end is not among them is left out, as is who has no link."""
    known = {n.id: n for n in nodes}
    held = sorted({(e.source, e.target, e.relation, e.look) for e in edges if e.source in known and e.target in known and e.source != e.target})
    degree = Counter(end for a, b in {(min(a, b), max(a, b)) for a, b, *_ in held} for end in (a, b))
    if not held:
        return empty(title, t("Aucun lien n’est publié.", "No relationship has been published."))
    order = sorted(degree, key=lambda i: (known[i].kind != "hub", -degree[i], known[i].name, i))[:MOST]
    drawn = [e for e in held if e[0] in set(order) and e[1] in set(order)]
    at = _layout([known[i] for i in order], sorted({(min(a, b), max(a, b)) for a, b, *_ in drawn}))
    lines = [element("line", x1=percent(at[a][0]), y1=percent(at[a][1]), x2=percent(at[b][0]), y2=percent(at[b][1]), class_=look or None) for a, b, _, look in drawn]
    frames = FEW_FRAMES if len(order) <= FEW else MANY_FRAMES
    parts = [element("g", *lines, class_="edges", aria_hidden="true"), *_nodes([known[i] for i in order], at, degree, frames, t)]
    rows = tuple((Link(known[a].name, known[a].href), relation, Link(known[b].name, known[b].href)) for a, b, relation, _ in sorted(held, key=lambda e: (known[e[0]].name, e[2], known[e[1]].name, e))[:200])
    there = {known[i].kind for i in order}
    legend = tuple((_sign(kind), t(fr, en)) for kind, fr, en in KINDS if kind in there)
    note = t(f"Les {MOST} plus liés, sur {counted(len(degree), t)}.", f"The {MOST} most linked of {counted(len(degree), t)}.") if len(degree) > MOST else ""
    return Figure(title, drawing(title, frames["wide"][1], *parts, class_="network few" if frames is FEW_FRAMES else "network"), (t("Qui", "Who"), t("Lien", "Relation"), t("Avec qui", "With whom")), rows, note, legend)


def _layout(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Where each node lies, in shares of the frame, which they fill; the first is in the midst of the others."""
    import networkx as nx

    kinds = [k for k, *_ in KINDS]
    around = sorted(nodes[1:], key=lambda n: (kinds.index(n.kind) if n.kind in kinds else len(kinds), n.name, n.id))
    start = {nodes[0].id: (0.0, 0.0)} | {n.id: (cos(2 * pi * i / len(around)), sin(2 * pi * i / len(around))) for i, n in enumerate(around)}
    graph = nx.Graph()
    graph.add_nodes_from(n.id for n in nodes)
    graph.add_edges_from(edges)
    spring = nx.spring_layout(graph, pos=start, fixed=[nodes[0].id], k=1.6 / len(nodes) ** 0.5, iterations=120, seed=1)
    sides = [[round(float(spring[n.id][axis]), 6) for n in nodes] for axis in (0, 1)]
    x, y = (_spread(side) for side in sides)
    return _apart({n.id: (0.08 + 0.84 * x[i], 0.09 + 0.81 * y[i]) for i, n in enumerate(nodes)})


def _spread(side: Sequence[float]) -> list[float]:
    """0 to 1 in the same order, half way to lying evenly: a straggler doesn't press all others together."""
    least, wide = min(side), (max(side) - min(side)) or 1
    order = sorted(range(len(side)), key=lambda i: (side[i], i))
    even = {i: rank / max(len(side) - 1, 1) for rank, i in enumerate(order)}
    return [((v - least) / wide + even[i]) / 2 for i, v in enumerate(side)]


def _apart(at: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Moved until each has an ellipse to itself, which is as large as their number allows and larger than a finger, or 200 times."""
    room = min(1.6, (MOST / len(at)) ** 0.5)
    rx, ry = APART[0] * room, APART[1] * room
    points = {i: list(p) for i, p in at.items()}
    ids = list(points)
    for _ in range(200):
        moved = False
        for n, a in enumerate(ids):
            for m, b in enumerate(ids[n + 1 :], n + 1):
                dx, dy = (points[b][0] - points[a][0]) / rx, (points[b][1] - points[a][1]) / ry
                far = hypot(dx, dy)
                if far >= 1:
                    continue
                if far < 0.01:
                    dx, dy, far = cos(m), sin(m), 1.0
                push, moved = (1 - min(far, 0.99)) / 2 + 0.005, True
                for i, sign in ((a, -1), (b, 1)):
                    points[i][0] = min(max(points[i][0] + sign * push * dx / far * rx, 0.06), 0.94)
                    points[i][1] = min(max(points[i][1] + sign * push * dy / far * ry, 0.04), 0.95)
        if not moved:
            break
    return {i: (round(x, 4), round(y, 4)) for i, (x, y) in points.items()}


def _nodes(nodes: Sequence[Node], at: dict[str, tuple[float, float]], degree: Counter[str], frames: Mapping[str, tuple[int, int]], t: Say) -> list[Markup]:
    """From the most linked on: the mark, a link where it leads somewhere, and its name where it has room."""
    taken: dict[str, list[Box]] = {}
    for size, (w, h) in frames.items():
        taken[size] = [(at[n.id][0] * w - _radius(n, degree) - 1, at[n.id][1] * h - _radius(n, degree) - 1, at[n.id][0] * w + _radius(n, degree) + 1, at[n.id][1] * h + _radius(n, degree) + 1) for n in nodes]
    drawn = []
    for i, n in enumerate(nodes):
        r, texts = _radius(n, degree), []
        for size, (w, h) in frames.items():
            label = short(n.name, 30 if size == "wide" else 17)
            room = _room(at[n.id], label, r, (w, h), [b for j, b in enumerate(taken[size]) if j != i])
            if room:
                taken[size].append(room[0])
                texts.append(element("text", label, x=room[1], y=room[2], text_anchor=room[3], class_=f"only-{size}", aria_hidden="true"))
            else:
                x = at[n.id][0]
                anchor = "end" if x > 0.7 else "start" if x < 0.3 else "middle"
                texts.append(element("text", label, x=0, y=-r - 6, text_anchor=anchor, class_=f"only-{size} hid", aria_hidden="true"))
        kind = {k: t(fr, en) for k, fr, en in KINDS}.get(n.kind, "")
        words = f"{n.name}, {kind}, {counted(degree[n.id], t)} {t('lien' if degree[n.id] == 1 else 'liens', 'link' if degree[n.id] == 1 else 'links')}"
        inside = [element("title", words), element("circle", r=max(r, 13), class_="touch"), _shape(n.kind, r), *texts]
        mark = element("a", *inside, href=n.href) if n.href else element("g", *inside)
        drawn.append(element("svg", mark, x=percent(at[n.id][0]), y=percent(at[n.id][1]), class_=n.kind))
    return drawn


def _room(at: tuple[float, float], label: str, r: float, frame: tuple[int, int], taken: Sequence[Box]) -> tuple[Box, float, float, str] | None:
    """The box of the first place beside a node where its name meets nothing, and how it is set there."""
    (w, h), (px, py), long = frame, (at[0] * frame[0], at[1] * frame[1]), width_of(label, LETTERS)
    ways: list[tuple[Box, float, float, str]] = [
        ((px - long / 2, py + r + 3, px + long / 2, py + r + 19), 0, r + 15, "middle"),
        ((px + r + 3, py - 8, px + r + 7 + long, py + 8), r + 5, 4.5, "start"),
        ((px - r - 7 - long, py - 8, px - r - 3, py + 8), -r - 5, 4.5, "end"),
        ((px - long / 2, py - r - 19, px + long / 2, py - r - 3), 0, -r - 7, "middle"),
        ((px - 8, py + r + 3, px - 8 + long, py + r + 19), -8, r + 15, "start"),
        ((px + 8 - long, py + r + 3, px + 8, py + r + 19), 8, r + 15, "end"),
    ]
    if at[0] > 0.5:
        ways[1:3] = ways[2], ways[1]
    for way in ways:
        box = way[0]
        if box[0] >= 1 and box[2] <= w - 1 and box[1] >= 1 and box[3] <= h - 1 and not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
            return way
    return None


def _radius(n: Node, degree: Counter[str]) -> float:
    return 20 if n.kind == "hub" else min(5.5 + 1.1 * degree[n.id], 13)


def _shape(kind: str, r: float) -> Markup:
    if kind == "hub":
        return element("path", d=roof(r))
    if kind == "funder":
        return element("path", d=f"M0 {-r * 1.25:g}L{r * 1.25:g} 0L0 {r * 1.25:g}L{-r * 1.25:g} 0z")
    if kind == "person":
        return element("path", d=f"M0 {-r * 1.1:g}L{r * 1.1:g} {r * 0.85:g}H{-r * 1.1:g}z")
    return element("circle", r=r)


def _sign(kind: str) -> Markup:
    return element("svg", element("svg", _shape(kind, 8 if kind == "hub" else 6), x=10, y=9, class_=kind), width=20, height=18, class_="sign network")
