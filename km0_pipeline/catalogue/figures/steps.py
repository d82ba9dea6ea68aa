"""One number over time, as a line that stays where it was until somebody says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from km0_pipeline.catalogue.figures.figure import Figure, Say, counted, dated, drawing, element, empty, percent, scale_of

HEIGHT = 190
DOTS = 60
"""Points that are marked; a line of more has none."""


def steps(title: str, given: Sequence[tuple[date, float]], t: Say, unit: str = "") -> Figure:
    """`given`: days and the number that holds from each on, in any order; of one day, the last that is given holds."""
    points = sorted(dict(given).items())
    if not points:
        return empty(title, t("Aucun chiffre n’est publié.", "No figure has been published."))
    lines, first = scale_of(max(v for _, v in points)), points[0][0]
    days = max((points[-1][0] - first).days, 1)
    at = [((day - first).days / days if len(points) > 1 else 0.5, 1 - value / lines[-1]) for day, value in points]
    path = f"M{1000 * at[0][0]:.1f} {1000 * at[0][1]:.1f}" + "".join(f"H{1000 * x:.1f}V{1000 * y:.1f}" for x, y in at[1:])
    area = f"{path}V1000H{1000 * at[0][0]:.1f}z"
    parts = []
    for value in lines:
        y = round((1 - value / lines[-1]) * HEIGHT + 18, 1)
        parts += [element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid"), element("text", counted(value, t), x=0, y=y - 4, class_="tick", aria_hidden="true")]
    parts.append(element("svg", element("path", d=area, class_="area"), element("path", d=path, class_="line"), x="6%", y=18, width="90%", height=HEIGHT,
                         viewBox="0 0 1000 1000", preserveAspectRatio="none", aria_hidden="true"))  # fmt: skip
    for (day, value), (x, y) in zip(points if len(points) <= DOTS else points[-1:], at if len(points) <= DOTS else at[-1:], strict=True):
        words = f"{dated(day.isoformat(), t)}{t(' : ', ': ')}{counted(value, t)}"
        parts.append(element("circle", element("title", words), cx=percent(0.06 + x * 0.9), cy=y * HEIGHT + 18, r=4, class_="dot"))
    for i, anchor in ((0, "start"), (-1, "end")) if len(points) > 1 else ((0, "middle"),):
        parts.append(element("text", dated(points[i][0].isoformat(), t), x=percent(0.06 + at[i][0] * 0.9), y=HEIGHT + 38, text_anchor=anchor, class_="tick", aria_hidden="true"))
    rows = tuple((dated(day.isoformat(), t), value) for day, value in points[-200:])
    note = t(f"Dans le tableau, les 200 derniers de {counted(len(points), t)}.", f"In the table, the last 200 of {counted(len(points), t)}.") if len(points) > 200 else ""
    return Figure(title, drawing(title, HEIGHT + 48, *parts, class_="steps"), (t("Date", "Date"), unit or t("Nombre", "Number")), rows, note)
