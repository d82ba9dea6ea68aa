"""What every figure is made of: the figure itself, the cells of its table, and how SVG is written.

Belongs here: what two figures need. What is of one figure stands with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup, escape

from km0_pipeline.catalogue import words
from km0_pipeline.catalogue.addresses import Language

Say = Callable[[str, str], str]
"""`t` of the page: the French or the English one of two texts."""


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere; `href` is relative to the page, empty where there is nothing to lead to."""

    text: str
    href: str = ""

    def __html__(self) -> str:
        return str(Markup('<a href="{}">{}</a>').format(self.href, self.text) if self.href else Markup.escape(self.text))


Cell = str | int | float | Link | None
"""A number is set as one; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`svg` is SVG or HTML, empty where there is nothing to draw; `note` then says so. Of `rows`, each has as many cells as `columns`."""

    title: str
    svg: Markup
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""
    legend: tuple[tuple[Markup, str], ...] = ()
    """A sign of the figure, and what it means."""


def empty(title: str, note: str) -> Figure:
    """There is nothing to draw, and `note` says so."""
    return Figure(title, Markup(""), note=note)


def element(name: str, *inside: str | Markup, **attributes: str | float | None) -> Markup:
    """An element of SVG or HTML; all that isn't markup is escaped. Of a name, `_` at its end is dropped and `_` within is `-`; None: no such attribute."""
    said = Markup("").join(Markup(' {}="{}"').format(k.rstrip("_").replace("_", "-"), _number(v)) for k, v in attributes.items() if v is not None)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), said, Markup("").join(inside))


def drawing(title: str, height: int, *inside: Markup, class_: str) -> Markup:
    """An SVG as wide as its column and `height` pixels high, whose links and words a screen reader can go through."""
    return element("svg", *inside, class_=f"drawing {class_}", width="100%", height=height, role="group", aria_label=title)


def alone(drawn: Markup, width: int) -> str:
    """A `drawing` as a file of its own, `width` pixels wide, with the colours and letters that the pages have by their style sheets; its links lead nowhere."""
    sheets = Path(str(files("km0_pipeline.catalogue") / "static" / "css"))
    style = "".join((sheets / name).read_text(encoding="utf-8") for name in ("00-base.css", "15-figures.css"))
    return str(drawn).replace('width="100%"', f'xmlns="http://www.w3.org/2000/svg" width="{width}"', 1).replace(">", f"><style>{escape(style)}</style>", 1)


def percent(share: float) -> str:
    """A coordinate; `share` is from 0 to 1."""
    return f"{round(share * 100, 2):g}%"


def short(text: str, most: int) -> str:
    """`text` on one line in at most `most` characters, cut at a word where one ends near."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > most * 0.6 else cut).rstrip(" ,;:-–") + "…"


def roof(r: float) -> str:
    """The path of a shed with a sawtooth roof, `r` pixels to each side: the sign of the hub."""
    return f"M{-r:g} {r * 0.8:g}V{-r * 0.1:g}L{-r / 3:g} {-r * 0.8:g}V{-r * 0.1:g}L{r / 3:g} {-r * 0.8:g}V{-r * 0.1:g}L{r:g} {-r * 0.8:g}V{r * 0.8:g}z"


def width_of(text: str, size: float) -> float:
    """About how many pixels `text` takes in letters of `size` pixels: what a label must leave free."""
    return sum(0.32 if c in "iljtfI.,:;'’| " else 0.88 if c in "mwMW@" else 0.66 if c.isupper() or c.isdigit() else 0.54 for c in text) * size


def counted(n: float, t: Say) -> str:
    """A number as people say it."""
    return words.number(round(n, 1), language(t))


def dated(edtf: str | None, t: Say) -> str:
    """A date as people say it."""
    return words.date(edtf, language(t)) if edtf else ""


def language(t: Say) -> Language:
    """Which one `t` says."""
    return "en" if t("fr", "en") == "en" else "fr"


def scale_of(most: float, steps: int = 4) -> list[float]:
    """Round numbers from 0 up to at least `most`, some `steps` of them apart: the lines behind a chart."""
    if most <= 0:
        return [0, 1]
    rough, unit = most / steps, 1.0
    while unit * 10 <= rough:
        unit *= 10
    while unit > rough:
        unit /= 10
    step = next(unit * n for n in (1, 2, 2.5, 5, 10) if unit * n >= rough * 0.999)
    if most >= 1 and step < 1:
        step = 1
    values = [0.0]
    while values[-1] < most * 0.9999:
        values.append(round(values[-1] + step, 6))
    return values


def joined(names: Sequence[str], t: Say) -> str:
    """`A, B et C`."""
    return names[0] if len(names) == 1 else t(" et ", " and ").join([", ".join(names[:-1]), names[-1]]) if names else ""


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 2):g}" if abs(value) < 1e5 else str(round(value))
