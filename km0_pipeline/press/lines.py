"""How a text is laid out: which line ends end something, where sentences end, what is a heading, what an item of a list.

Belongs here: what line ends, bullets and full stops say. What the words say belongs to `sentences`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from km0_pipeline.press.folding import straighten

WRAPPED = 120
"""Characters up to which the lines of a wrapped text are long."""
_BULLETS = "-–—•▪·▸►→⇨➜➤★✔✓✅✗✘❌◦●■□*#>"
BULLET = re.compile(rf"\s*(?:[{re.escape(_BULLETS)}]|\d{{1,2}}[.)])\s")
_ABBREVIATION = re.compile(r"(?:\b(?:M|MM|Mme|Mlle|Dr|Pr|St|Ste|av|bd|etc|cf|n°|art|env|[A-Z])\.)$")
_END = re.compile(rf"[.!?…]+[\"')\]]*(?=\s|$)|\n[ \t]*\n\s*|\n(?=[ \t]*(?:[{re.escape(_BULLETS)}]|\d+[.)]))|\n")
_GOES_ON = re.compile(r"(?:,|\b(?:d[eu]s?|l[ae]s?|et|ou|à|aux?|en|par|pour|avec|sur|dans|chez|une?)|[dl]')\s*$")
_WORDS = re.compile(r"\S")
_HEADING = re.compile(r"[ \t]*[^\n.!?;,]{2,80}?[ \t]*(?:[?!:][ \t]*)?(?:\n|$)")


def one_line(straight: str) -> str:
    """A straightened text with the line ends inside a paragraph as blanks; same length.

    A line end ends a paragraph before a capital where the text is not wrapped (its lines are long) or the line is
    clearly shorter than the others, and before the next item of a list.
    """
    lines = straight.split("\n")
    longest = max(map(len, lines))
    parts = [lines[0]]
    for above, line in pairwise(lines):
        begins = line.lstrip()[:1]
        ends = begins in ("-", "•", "–") or (begins.isupper() and (longest > WRAPPED or len(above) < 0.6 * longest))
        parts += ["\n" if ends else " ", line]
    return "".join(parts)


def split(text: str) -> list[tuple[int, int]]:
    """Ranges of the sentences of `text` as stored: they end with a full stop, a paragraph, an item of a list, a line that stands by itself."""
    joined = one_line(straighten(text))
    found, start = [], 0
    for m in _END.finditer(text):
        if m[0].startswith((".", "…")) and (
            _ABBREVIATION.search(text[max(0, m.start() - 5) : m.start() + 1])
            or re.match(r"[ \n]+[a-zà-ÿ]", text[m.end() :])
        ):
            continue
        if (
            m[0] == "\n"
            and not BULLET.match(text, m.end())
            and (joined[m.start()] == " " or _GOES_ON.search(text, max(0, m.start() - 6), m.start()))
        ):
            continue
        found.append((start, m.end()))
        start = m.end()
    found.append((start, len(text)))
    return [(a, b) for a, b in found if text[a:b].strip()]


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether the sentence `start` to `end` is a line by itself that announces what follows it."""
    return (
        bool(_HEADING.fullmatch(text, _words(text, start), end))
        and begins_line(text, start)
        and not BULLET.match(text, start)
    )


def begins_line(text: str, start: int) -> bool:
    """Whether what stands from `start` on, blanks aside, begins a line."""
    return start == 0 or "\n" in text[max(0, start - 2) : _words(text, start)]


def begins_paragraph(text: str, start: int) -> bool:
    """Whether an empty line stands before what begins at `start`."""
    return text[max(0, start - 4) : _words(text, start)].count("\n") > 1


def _words(text: str, start: int) -> int:
    found = _WORDS.search(text, start)
    return found.start() if found else start
