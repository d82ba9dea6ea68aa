"""How many of several things: bars that lie, each with its words above it, and columns that stand, one a year or a class.

A figure that a source gives as about, at least, at most or planned isn't drawn like an exact one, and says so in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

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
    percent,
    scale_of,
    short,
    width_of,
)

MOST = 24
"""Bars that are drawn; the rest is counted in a sentence."""
COLUMNS = 60
"""Columns that are drawn; of more, those next to each other are added up."""
FEW = 6
"""As many columns there is room for at least: one alone is no wall."""
HEIGHT, WIDE, NARROW, LETTERS = 190, 800, 288, 12
"""Pixels: of the tallest column; of a wide column of text and of a phone's; of a letter on an axis."""
QUALIFIERS = {
    "exact": ("", ""), "about": ("environ ", "about "), "nearly": ("près de ", "nearly "), "at_least": ("au moins ", "at least "),
    "at_most": ("au plus ", "at most "), "planned": ("prévu\u00a0: ", "planned: "),
}  # fmt: skip
LEGEND = (("exact", "exact", "exact"), ("loose", "environ, au moins, au plus", "about, at least, at most"), ("planned", "prévu", "planned"))


@dataclass(frozen=True, slots=True)
class Bar:
    """A number and what it is of; `qualifier` is how its source puts it, `beside` who says so and when."""

    label: str
    value: float
    href: str = ""
    qualifier: str = "exact"
    beside: str = ""


def bars(title: str, given: Sequence[Bar], t: Say, unit: str = "", about: str = "") -> Figure:
    """The bars in the order they are given, the longest as wide as the column; `unit` follows each number, `about` heads the table."""
    if not given:
        return empty(title, t("Aucun chiffre n’est publié.", "No figure has been published."))
    shown, most = given[:MOST], max((b.value for b in given[:MOST]), default=0) or 1
    rows = Markup("").join(_bar(b, most, t, unit) for b in shown)
    looks = {_look(b.qualifier) for b in shown}
    legend = tuple((element("svg", element("rect", width=22, height=10, rx=2, class_=look), width=22, height=10), t(fr, en)) for look, fr, en in LEGEND if look in looks and len(looks) > 1)
    beside = any(b.beside for b in shown)
    table = tuple((Link(b.label, b.href), *((b.beside,) if beside else ()), t(*QUALIFIERS[b.qualifier]).strip(" \u00a0:"), b.value) for b in given[:200])
    columns = (about or t("Quoi", "What"), *((t("Qui, quand", "Who, when"),) if beside else ()), t("Précision", "Precision"), unit or t("Nombre", "Number"))
    if not any(row[-2] for row in table):
        columns, table = columns[:-2] + columns[-1:], tuple(row[:-2] + row[-1:] for row in table)
    note = t(f"Les {MOST} premiers de {counted(len(given), t)}.", f"The first {MOST} of {counted(len(given), t)}.") if len(given) > MOST else ""
    return Figure(title, element("ol", rows, class_="bars"), columns, table, note, legend)


def _bar(b: Bar, most: float, t: Say, unit: str) -> Markup:
    label = Link(b.label, b.href)
    number = element("b", f"{t(*QUALIFIERS[b.qualifier])}{counted(b.value, t)}{chr(160) + unit if unit else ''}")
    share = max(min(b.value / most, 1), 0.004) if b.value > 0 else 0
    line = element("svg", element("rect", width="100%", height=10, rx=2, class_="rest"), element("rect", width=percent(share), height=10, rx=2, class_=_look(b.qualifier)),
                   width="100%", height=10, aria_hidden="true")  # fmt: skip
    return element("li", element("span", Markup(label.__html__()), element("small", b.beside) if b.beside else Markup(""), class_="what"), line, number)


def _look(qualifier: str) -> str:
    return qualifier if qualifier in ("exact", "planned") else "loose"


def columns(title: str, given: Sequence[tuple[str, float]], t: Say, about: str = "", unit: str = "") -> Figure:
    """One column for each label, in the order they are given (years, classes); of more than can stand beside each other, neighbours are one."""
    if not given:
        return empty(title, t("Rien à compter.", "Nothing to count."))
    together = -(-len(given) // COLUMNS)
    shown = [_merged(given[i : i + together]) for i in range(0, len(given), together)]
    lines = scale_of(max((v for _, v in shown), default=0))
    top = lines[-1]
    gutter = min(width_of(counted(top, t), LETTERS) / NARROW + 0.02, 0.25)
    wide = (1 - gutter) / max(len(shown), FEW)
    longest = max(width_of(label, LETTERS) for label, _ in shown) + 12
    every, narrow = (max(1, ceil(len(shown) * longest / pixels)) for pixels in (WIDE, NARROW * (1 - gutter)))
    parts: list[Markup] = []
    for value in lines:
        y = round((1 - value / top) * HEIGHT + 18, 1)
        parts += [element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid"), element("text", counted(value, t), x=0, y=y - 4, class_="tick", aria_hidden="true")]
    for i, (label, value) in enumerate(shown):
        high = max(value / top * HEIGHT, 1.5 if value else 0)
        last = given[min((i + 1) * together, len(given)) - 1][0]
        words = f"{label if last == label else f'{label} – {last}'}{t(' : ', ': ')}{counted(value, t)}"
        parts.append(element("rect", element("title", words), x=percent(gutter + (i + 0.14) * wide), y=HEIGHT + 18 - high, width=percent(wide * 0.72), height=high, class_="exact"))
        if i % narrow == 0 or i % every == 0:
            class_ = "tick" if i % narrow == i % every == 0 else "tick wide" if i % every == 0 else "tick only-narrow"
            parts.append(element("text", short(label, 14), x=percent(gutter + (i + 0.5) * wide), y=HEIGHT + 38, text_anchor="middle", class_=class_, aria_hidden="true"))
    table: tuple[tuple[Cell, ...], ...] = tuple((label, value) for label, value in given[:200])
    note = t(f"Chaque colonne en réunit {together}.", f"Each column adds up {together}.") if together > 1 else ""
    return Figure(title, drawing(title, HEIGHT + 48, *parts, class_="columns"), (about or t("Quoi", "What"), unit or t("Nombre", "Number")), table, note)


def _merged(group: Sequence[tuple[str, float]]) -> tuple[str, float]:
    return group[0][0], sum(v for _, v in group)
