"""The text as rules read it: simpler, but character for character as long as the text as stored.

Every position found in a folded text is a position in the document's own text, so a locator can
be written from it. Belongs here: such foldings, and nothing that changes a length.
"""

from __future__ import annotations

import unicodedata

_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ′`´", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\t\r\u200b\ufeff", " "),
        **dict.fromkeys("‐‑‒", "-"),
        **dict.fromkeys("–—", "–"),
        **dict.fromkeys("*_#|", " "),
    }
)


def straighten(text: str) -> str:
    """`text` with plain apostrophes, quotation marks, hyphens and spaces; same length. Line ends stay."""
    return text.translate(_STRAIGHT)


class _Plain(dict[int, str]):
    """Each character's lower-case letter without accent, looked up once; one character for one."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        plain = base if len(base) == 1 else chr(code)
        self[code] = plain
        return plain


_PLAIN = _Plain({ord("-"): " ", ord("\n"): " ", ord("."): " "})


def fold(text: str) -> str:
    """Straightened, lower case, no accents; hyphens, dots and line ends are spaces; same length."""
    return straighten(text).translate(_PLAIN)


def key(name: str) -> str:
    """`name` folded, runs of spaces as one: what makes two surface forms the same name in one document."""
    return " ".join(fold(name).split())
