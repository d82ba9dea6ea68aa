"""A piece of printed cloth for each record, as Mulhouse's blocks printed it: drawn from its id, so always the same and its own.

It says nothing that the page does not say, and is hidden from screen readers.
"""

from __future__ import annotations

from markupsafe import Markup

MOTIFS = (
    "",
    "M{x} {y}h8v8h-8z",
    "M{x} {b}L{r} {y}v8z",
    "M{c} {y}L{r} {m} {c} {b} {x} {m}z",
    "M{x} {m}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M{x} {y}a8 8 0 0 1 8 8h-8z",
    "M{x} {y}h8v3h-8zM{x} {n}h8v3h-8z",
    "M{x} {b}V{m}L{c} {y}V{m}L{r} {y}v8z",
)
"""Blocks of 8 by 8 units: none, square, tooth, diamond, dot, leaf, stripes, the roof of the factory."""


def swatch(digits: str) -> Markup:
    """The cloth of an id of 16 hexadecimal digits: a block of 4 by 4 motifs, printed four times, each the mirror of its neighbours."""
    inks: dict[str, list[str]] = {"a": [], "b": []}
    for n, digit in enumerate(int(d, 16) for d in digits):
        x, y = n % 4 * 9, n // 4 * 9
        path = MOTIFS[digit % 8].format(x=x, y=y, r=x + 8, b=y + 8, c=x + 4, m=y + 4, n=y + 5)
        if path:
            inks["ab"[digit >= 8]].append(path)
    block = "".join(f'<path class="{ink}" d="{"".join(paths)}"/>' for ink, paths in inks.items() if paths)
    turned = ("", "translate(71)scale(-1 1)", "translate(0 71)scale(1 -1)", "translate(71 71)scale(-1)")
    return Markup('<svg class="swatch" viewBox="0 0 71 71" aria-hidden="true">{}</svg>').format(
        Markup("").join(Markup('<g transform="{}">{}</g>' if t else "<g>{1}</g>").format(t, Markup(block)) for t in turned)
    )
