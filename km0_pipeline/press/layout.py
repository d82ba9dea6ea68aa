"""From printed lines to running text: reading order, paragraphs, words cut at line ends, page furniture.

A printed line is words and the box they stand in; `y` grows upwards, as in PDF. Belongs here:
what is decided by geometry alone; the file format that the lines came from is not known here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from km0_pipeline.press.folding import fold

MARGIN = 0.12
"""Share of a page's height, at its head and at its foot, in which running headers, footers and numbers stand."""
_HYPHENS = "-\u2010\u00ad"
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\s*(\d{1,4})(?:\s*(?:/|sur|of|de)\s*\d{1,4})?\W*", re.I)
_ENDS = re.compile(r"[.!?:;…][\"'»”’)\]]*$")
_BULLET = re.compile(r"[•●▪■‣◦➢➔→✓–—*-]\s|\d{1,2}[.)]\s")
_COMPOUND = re.compile(
    r"(?:vice|celui|ceux|celles?|quelques|rendez|tiers|saint|sainte)-\w+|\w+-(?:être|mêmes?|là|ci)|\w-\w+|\w*t-(?:ils?|elles?|on)"
)
"""Words that are written with a hyphen, so that one at a line's end is not taken out."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line, and their box."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def beside(self, other: Line) -> bool:
        """Whether both stand on one row: they share half the height of the lower one."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > min(self.height, other.height) / 2

    def follows(self, other: Line) -> bool:
        """Whether it stands below `other`, in its column, within two lines, in letters of its size."""
        drop = other.middle - self.middle
        shared = min(self.right, other.right) - max(self.left, other.left)
        return self.alike(other) and 0 < drop < 2 * other.height and shared > 0.3 * self.height

    def alike(self, other: Line) -> bool:
        """Whether the letters of both are of one size."""
        return 0.85 < self.height / other.height < 1.18


def running_text(pages: Sequence[Sequence[Line]]) -> str:
    """The text of `pages` as one reads it; each page ends with a form feed, paragraphs are parted by an empty line."""
    placed = [
        (n, line)
        for n, page in enumerate(without_furniture(pages))
        for line in in_reading_order(_with_drop_caps(_rows(page)))
    ]
    if not placed:
        return "\f" * len(pages)
    lines = [line for _, line in placed]
    breaks = _paragraph_breaks(lines)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).lower()))
    parts = ["\f" * placed[0][0]]
    before = lines[0].text
    for (page, _), (next_page, after), new_paragraph in zip(placed, placed[1:], breaks, strict=False):
        turned = "\f" * (next_page - page)
        joined = None if new_paragraph else _rejoined(before, after.text, words)
        if new_paragraph:
            parts += [before, "\n\n", turned]
            before = after.text
        elif joined is None:
            parts += [before, turned or " "]
            before = after.text
        elif turned:
            rest = after.text.partition(" ")[2]
            parts += [joined[: len(joined) - len(rest)].rstrip(), turned]
            before = rest
        else:
            before = joined
    return "".join([*parts, before]) + "\f" * (len(pages) - placed[-1][0])


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """`pages` without what is printed again on most of them at head or foot, and without page numbers."""
    margins: list[dict[Line, str]] = []
    for page in pages:
        low, high = min((x.bottom for x in page), default=0.0), max((x.top for x in page), default=0.0)
        edge = (high - low) * MARGIN
        margins.append(
            {x: re.sub(r"\d+", "#", fold(x.text).strip()) for x in page if x.top > high - edge or x.bottom < low + edge}
        )
    on_pages = Counter(key for margin in margins for key in set(margin.values()))
    often = max(2, len(pages) * 0.4)

    def is_furniture(line: Line, margin: dict[Line, str], page: int) -> bool:
        if line not in margin:
            return False
        number = _PAGE_NUMBER.fullmatch(line.text)
        own = number is not None and int(number[1]) == page and len(pages) > 1
        return own or on_pages[margin[line]] >= often

    return [
        [x for x in page if not is_furniture(x, margin, n)]
        for n, (page, margin) in enumerate(zip(pages, margins, strict=True), 1)
    ]


def _rows(lines: Iterable[Line]) -> list[Line]:
    """Pieces of one line joined: a change of font, a bullet and what it stands before. Column gutters stay."""
    joined: list[Line] = []
    for line in sorted(lines, key=lambda x: x.left):
        for n in range(len(joined) - 1, -1, -1):
            left = joined[n]
            gap = (line.left - left.right) / min(line.height, left.height)
            reach = 3.0 if len(left.text) <= 3 else 0.8
            if (
                left.beside(line)
                and -0.5 < gap < reach
                and max(left.height, line.height) < 1.6 * min(left.height, line.height)
            ):
                space = " " if gap > 0.1 else ""
                joined[n] = Line(
                    left.text + space + line.text,
                    left.left,
                    min(left.bottom, line.bottom),
                    max(left.right, line.right),
                    max(left.top, line.top),
                )
                break
        else:
            joined.append(line)
    return joined


def _with_drop_caps(lines: list[Line]) -> list[Line]:
    """Each large initial put before the line it begins."""
    for cap in [x for x in lines if len(x.text) == 1 and x.text.isalpha()]:
        begun = [
            x
            for x in lines
            if x is not cap
            and x.height * 1.6 < cap.height
            and cap.bottom <= x.middle <= cap.top
            and -0.5 * x.height < x.left - cap.right < 2 * x.height
        ]
        if begun:
            first = max(begun, key=lambda x: x.top)
            word_of_its_own = cap.text in "AÀYÔ" and first.text[:1].isupper()
            text = cap.text + (" " if word_of_its_own else "") + first.text
            lines = [replace(x, text=text) if x is first else x for x in lines if x is not cap]
    return lines


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """`lines` as one reads them: down a column, then the column to its right; what spans columns parts them.

    After Breuel, "High performance document layout analysis" (2003): a line comes before those below
    it in its column, and before those to its right unless a line that spans both stands between.
    """
    import numpy as np

    if not lines:
        return []
    lines = sorted(lines, key=lambda x: (-x.top, x.left))
    left, right, y = (np.array([getattr(x, n) for x in lines]) for n in ("left", "right", "middle"))
    slack = median(x.height for x in lines) * 0.3
    same_column = (left[:, None] < right - slack) & (left < right[:, None] - slack)
    higher = y[:, None] > y
    above = same_column & higher
    spanned = above.astype(np.float32) @ above.astype(np.float32) > 0
    beside = (right[:, None] - slack <= left) & ~spanned & ~spanned.T
    before = [np.flatnonzero(column).tolist() for column in (above | beside).T]
    ordered: list[Line] = []
    state = [0] * len(lines)  # 1: being placed, 2: placed
    for root in range(len(lines)):
        stack = [root]
        while stack:
            n = stack[-1]
            if state[n] == 0:
                state[n] = 1
                stack += [b for b in reversed(before[n]) if state[b] == 0]
            else:
                stack.pop()
                if state[n] == 1:
                    state[n] = 2
                    ordered.append(lines[n])
    return ordered


def _paragraph_breaks(lines: Sequence[Line]) -> list[bool]:
    """For each line but the last, whether the next begins a paragraph."""
    pairs = list(pairwise(lines))
    pitches = [(a.middle - b.middle) / a.height for a, b in pairs if b.follows(a)]
    widest = 1.25 * median(pitches) if pitches else 2.0
    run_of: list[int] = [0]
    for a, b in pairs:
        together = b.follows(a) and (a.middle - b.middle) / a.height <= widest
        run_of.append(run_of[-1] + (not together))
    lines_of = Counter(run_of)
    edge: dict[int, float] = defaultdict(float)
    start: dict[int, float] = defaultdict(lambda: float("inf"))
    for line, run in zip(lines, run_of, strict=True):
        edge[run], start[run] = max(edge[run], line.right), min(start[run], line.left)

    def new_paragraph(n: int) -> bool:
        a, b = pairs[n]
        if _BULLET.match(b.text):
            return True
        ended, capital = bool(_ENDS.search(a.text)), not b.text[:1].islower()
        if _shouts(a) != _shouts(b):
            return True
        if run_of[n] != run_of[n + 1]:  # a gap, other letters, another column or page
            goes_on = not capital or (lines_of[run_of[n]] > 2 and _fills(a, b, edge[run_of[n]]))
            return b.follows(a) or not a.alike(b) or ended or not goes_on
        indented = b.left - start[run_of[n]] > 0.7 * b.height
        return (ended or capital) and (not _fills(a, b, edge[run_of[n]]) or (ended and indented))

    return [new_paragraph(n) for n in range(len(pairs))]


def _shouts(line: Line) -> bool:
    return len(line.text) > 12 and line.text.isupper()


def _fills(a: Line, b: Line, edge: float) -> bool:
    """Whether line `a` goes as far as it can: the first word of `b` would not have fitted after it."""
    word = len(b.text.split(" ", 1)[0]) * (b.right - b.left) / max(len(b.text), 1)
    return edge - a.right < word + a.height


def _rejoined(before: str, after: str, words: Counter[str]) -> str | None:
    """Both lines as one where a hyphen parts a word, else None. A compound keeps its hyphen."""
    if before[-1:] not in _HYPHENS or before[-2:-1].isspace() or not after[:1].isalnum():
        return None
    head = re.search(r"[^\W_]*$", before[:-1])
    tail = re.match(r"[^\W_]+", after)
    if head is None or tail is None or not head[0]:
        return None
    whole, compound = (head[0] + tail[0]).lower(), f"{head[0]}-{tail[0]}".lower()
    one_word = tail[0].islower() or (head[0] + tail[0]).isupper()
    compounded = words[compound] > words[whole] or (not words[whole] and _COMPOUND.fullmatch(compound))
    keeps = before[-1] != "\u00ad" and (compounded or not one_word or head[0][-1].isdigit())
    return before[:-1] + ("-" if keeps else "") + after
