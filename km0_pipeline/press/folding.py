"""The text as rules read it: simpler, but character for character as long as the text as stored.

Every position found in a folded text is a position in the document's own text, so a locator can
be written from it; where letters and characters differ in number (œ, ﬁ, a loose accent), `spell`
says where each letter stood. Belongs here: such foldings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys(
            "\u00a0\u202f\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u205f\u3000\t\v\f\r\u200b\ufeff", " "
        ),
        **dict.fromkeys("‐‑‒", "-"),
        **dict.fromkeys("–—", "–"),
        **dict.fromkeys("*_#|", " "),
    }
)


@lru_cache(maxsize=64)
def straighten(text: str) -> str:
    """`text` with plain apostrophes, quotation marks, hyphens and spaces; same length. Line ends stay."""
    return text.translate(_STRAIGHT)


class _Plain(dict[int, str]):
    """Each character's lower-case letter without accent, straightened, looked up once; one character for one."""

    def __missing__(self, code: int) -> str:
        straight = chr(code).translate(_STRAIGHT)
        base = unicodedata.normalize("NFD", straight)[0].lower()
        self[code] = " " if straight in "-\n." else base if len(base) == 1 else straight
        return self[code]


_PLAIN = _Plain()


def fold(text: str) -> str:
    """Straightened, lower case, no accents; hyphens, dots and line ends are spaces; same length."""
    return text.translate(_PLAIN)


_LETTERS = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
} | dict.fromkeys(["\u00ad", "\u200c", "\u200d", "\u2060", *map(chr, range(0x300, 0x370))], "")
_UNEVEN = re.compile(f"[{''.join(_LETTERS)}]")


def spell(folded: str) -> tuple[str, Sequence[int]]:
    """A folded text with ligatures as letters and without marks that are none, and where each of its characters stood."""
    if not _UNEVEN.search(folded):
        return folded, range(len(folded))
    spelt = [(letter, n) for n, c in enumerate(folded) for letter in _LETTERS.get(c, c)]
    return "".join(letter for letter, _ in spelt), [n for _, n in spelt]


@lru_cache(maxsize=1 << 16)
def key(name: str) -> str:
    """`name` folded and spelt, runs of spaces as one: what makes two surface forms the same name in one document."""
    return " ".join(spell(fold(name))[0].split())
