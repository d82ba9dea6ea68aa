"""A chart of how cost grows, as SVG: both axes logarithmic, so that linear growth is a line of slope one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 380, 60, 20, 220, 45
COLOURS = ("#1b6ca8", "#c2571a", "#2e7d4f", "#8a3ab9", "#b3261e", "#6b6b00", "#00767a", "#5c5c5c")


def growth_chart(series: Mapping[str, Mapping[int, float]], counted: str) -> str:
    """Seconds of processor time by size, a line for each of `series`, and a dashed one for n log n from the lowest."""
    sizes = sorted({n for line in series.values() for n in line})
    guide = {n: max(min(line[min(line)] for line in series.values()), 0.1) * n * math.log(n) / (sizes[0] * math.log(sizes[0])) for n in sizes}
    low, high = 0.1, max(max(line.values()) for line in (*series.values(), guide)) * 1.5
    across = math.log(sizes[-1] / sizes[0]) or 1

    def x(n: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(n / sizes[0]) / across

    def y(s: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(max(s, low) / low) / math.log(high / low)

    def path(points: Iterable[tuple[int, float]]) -> str:
        return "M" + " L".join(f"{x(n):.1f} {y(s):.1f}" for n, s in points)

    parts = []
    tick = low
    while tick <= high:
        parts.append(f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#ccc"/><text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g} s</text>')
        tick *= 10
    parts += [f'<text x="{x(n):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{n:,}</text>' for n in sizes]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(counted)}</text>')
    parts.append(f'<path d="{path(guide.items())}" fill="none" stroke="#555" stroke-dasharray="5 4"/>')
    for n, (name, line) in enumerate(series.items()):
        colour, row = COLOURS[n % len(COLOURS)], TOP + 18 + 20 * n
        parts.append(f'<path d="{path(sorted(line.items()))}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(k):.1f}" cy="{y(s):.1f}" r="3" fill="{colour}"/>' for k, s in sorted(line.items())]
        parts.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{row - 9}" width="12" height="12" fill="{colour}"/><text x="{WIDTH - RIGHT + 34}" y="{row + 2}">{escape(name)}</text>')
    row = TOP + 18 + 20 * len(series)
    parts.append(f'<path d="M{WIDTH - RIGHT + 14} {row - 3}h16" stroke="#555" stroke-dasharray="5 4"/><text x="{WIDTH - RIGHT + 34}" y="{row + 2}">n log n</text>')
    title = f"Processor time of each step, by number of {counted}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#222">'
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>' + "".join(parts) + "</svg>\n"
    )
