"""Events on one axis of years, each as wide as its date is vague, a diamond where that is too little to be seen; planned is hollow.

An event has as many marks as sources give it dates, so that a date put off again and again is seen at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from km0_pipeline.catalogue.figures.edtf import span
from km0_pipeline.catalogue.figures.figure import Figure, Link, Say, counted, dated, element, empty, percent

MOST = 16
"""Events that have a line of their own: those that most sources tell of; all are in the row of counts above them."""
POINT = 0.02
"""Share of the axis below which a date is a diamond."""
HIGH = 22
LEGEND = (("held", "tenu", "held"), ("other", "selon une autre source", "according to another source"), ("planned", "annoncé", "announced"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A date (EDTF) that a source gives; `look`: held (the one that is published), planned, or other (held, says another source)."""

    edtf: str
    look: str = "held"
    who: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, with the mark that is published first; `sources`: how many tell of it."""

    name: str
    marks: tuple[Mark, ...]
    href: str = ""
    sources: int = 1


@dataclass(frozen=True, slots=True)
class Axis:
    """Years from the first of January of `first` to the last of December of `last`."""

    first: int
    last: int

    def at(self, day: date) -> float:
        """Where a day lies, from 0 to 1."""
        start = date(self.first, 1, 1)
        return (day - start).days / ((date(self.last, 12, 31) - start).days + 1)

    def ticks(self) -> list[tuple[int, bool]]:
        """Years that are written, and whether on a phone too."""
        years = self.last - self.first + 1
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if years / n <= 12)
        written = [y for y in range(self.first, self.last + 1) if y % every == 0] or [self.first]
        narrow = -(-len(written) // 5)
        return [(y, i % narrow == 0) for i, y in enumerate(written)]


def timeline(title: str, events: Sequence[Event], t: Say) -> Figure:
    """By the date that is published; an event whose date names no year has no place on it, and is counted in the note."""
    known = [(s, e) for e in events if e.marks and (s := span(e.marks[0].edtf))]
    undated = len(events) - len(known)
    without = t(f"Sans année connue\u00a0: {counted(undated, t)}.", f"Without a known year: {counted(undated, t)}.") if undated else ""
    if not known:
        return empty(title, without or t("Aucun événement n’est publié.", "No event has been published."))
    known.sort(key=lambda d: (d[0], d[1].name, d[1].href))
    shown = sorted(sorted(known, key=lambda d: -d[1].sources)[:MOST], key=lambda d: (d[0], d[1].name, d[1].href))
    spans = [s for _, e in shown for m in e.marks if (s := span(m.edtf))] + [s for s, _ in known]
    axis = Axis(min(s[0].year for s in spans), max(s[1].year for s in spans))
    heads = [_row(Markup(""), _years(axis), "axis")]
    if len(known) > MOST:
        heads.append(_row(element("p", element("span", t(f"Les {counted(len(known), t)} événements", f"All {counted(len(known), t)} events"), class_="what")), _counts(axis, [s for s, _ in known], t), "all"))
    lines = [_row(_words(e, t), _marks(axis, e, t)) for _, e in shown]
    looks = {m.look for _, e in shown for m in e.marks}
    legend = tuple((element("svg", element("rect", x=1, y=1, width=20, height=10, rx=5, class_=look), width=22, height=12), t(fr, en)) for look, fr, en in LEGEND if look in looks)
    table = tuple((Link(e.name, e.href), dated(m.edtf, t), _told(m.look, t), m.who) for _, e in shown for m in e.marks[:40])
    note = t(f"Une ligne pour les {MOST} dont le plus de sources parlent.", f"A line for the {MOST} of which most sources tell.") if len(known) > MOST else ""
    columns = (t("Événement", "Event"), t("Date", "Date"), t("Tenu ou annoncé", "Held or announced"), t("Qui le dit", "Who says so"))
    return Figure(title, element("ol", *heads, *lines, class_="timeline"), columns, table, " ".join(n for n in (note, without) if n), legend)


def _told(look: str, t: Say) -> str:
    return {k: t(fr, en) for k, fr, en in LEGEND}[look]


def _row(words: Markup, marks: Markup, class_: str | None = None) -> Markup:
    return element("li", words, marks, class_=class_, aria_hidden="true" if class_ == "axis" else None)


def _words(e: Event, t: Say) -> Markup:
    planned = t("annoncé\u00a0: ", "announced: ") if e.marks[0].look == "planned" else ""
    return element("p", element("span", Markup(Link(e.name, e.href).__html__()), class_="what"), element("small", planned + dated(e.marks[0].edtf, t)))


def _grid(axis: Axis) -> list[Markup]:
    return [element("line", x1=x, x2=x, y1="0", y2="100%", class_="grid" if narrow else "grid wide") for y, narrow in axis.ticks() for x in [percent(axis.at(date(y, 1, 1)))]]


def _years(axis: Axis) -> Markup:
    words = [element("text", str(y), x=percent(axis.at(date(y, 1, 1))), dx=4, y=HIGH - 7, class_="tick" if narrow else "tick wide") for y, narrow in axis.ticks()]
    return element("svg", *_grid(axis), *words, width="100%", height=HIGH)


def _marks(axis: Axis, e: Event, t: Say) -> Markup:
    """The vaguest and the others' first, so that what is published lies on top."""
    marks = sorted(((s, m) for m in e.marks if (s := span(m.edtf))), key=lambda x: (x[1] is e.marks[0], x[0][0] - x[0][1], x[0], x[1].look))
    unlike = {(s, m.look): m for s, m in marks}  # several sources with the same date are one mark
    drawn = []
    for (start, end), look in unlike:
        left, right = axis.at(start), axis.at(end + timedelta(1)) if end < date.max else 1.0
        words = element("title", f"{dated(unlike[(start, end), look].edtf, t)}{t(' : ', ': ')}{_told(look, t)}")
        if right - left < POINT:
            drawn.append(element("svg", element("path", words, d="M0 -7L7 0L0 7L-7 0z", class_=look), x=percent((left + right) / 2), y="50%"))
        else:
            drawn.append(element("rect", words, x=percent(left), width=percent(right - left), y="50%", height=12, rx=6, transform="translate(0 -6)", class_=look))
    return element("svg", *_grid(axis), *drawn, width="100%", height=HIGH, aria_hidden="true")


def _counts(axis: Axis, spans: Sequence[tuple[date, date]], t: Say) -> Markup:
    """How many begin in each year, or in as many years as make at most 60 columns."""
    together = -(-(axis.last - axis.first + 1) // 60)
    counts: dict[int, int] = {}
    for start, _ in spans:
        year = axis.first + (start.year - axis.first) // together * together
        counts[year] = counts.get(year, 0) + 1
    most, wide = max(counts.values()), together / (axis.last - axis.first + 1)
    columns = []
    for year, n in sorted(counts.items()):
        high = max(n / most * 44, 1.5)
        columns.append(element("rect", element("title", f"{year}{t(' : ', ': ')}{counted(n, t)}"), x=percent(axis.at(date(year, 1, 1)) + wide * 0.08), width=percent(wide * 0.84), y=46 - high, height=high, class_="held"))
    return element("svg", *_grid(axis), *columns, width="100%", height=48, aria_hidden="true")
