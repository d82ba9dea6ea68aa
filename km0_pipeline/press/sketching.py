"""What tells fast which texts may be alike: shingles, MinHash (rensa), and bits that bound what two texts share.

A shingle is a run of `WORDS` words. Belongs here: how a text is sketched, and what two sketches rule out; when texts
are alike belongs to `duplicates`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

WORDS = 3
"""Words of a shingle: one that is changed breaks three."""
BANDS, ROWS, SEED = 64, 3, 1
"""Of MinHash: texts of which a third is the same (Jaccard) share one of the bands in nine cases of ten, unrelated ones never."""
OPENING = 80
"""Shingles of a text's opening, which has bands of its own: a short item is the opening of the long one."""
BITS = 8192
"""Bits of a sketch, one set for each shingle: what two texts share is at most what both have set, which takes no time to count."""

_BELOW = re.compile(
    r"(?i)\n[\W_]{0,8}(?:à propos d|(?:vos )?contacts?(?: presse| médias?)?\s*(?:$|[:\n])|about |über uns)"
)
_ACCENTS = re.compile("[\u0300-\u036f\u00ad]+")


class Sketch(NamedTuple):
    """What tells fast whether texts may be alike: the bands of the text's MinHash and of its opening's (32 bits each, one equal
    where they may be), how many shingles it has, and `BITS` of them."""

    bands: bytes
    shingles: int
    bits: bytes


class Bits(NamedTuple):
    """The bits of a sketch as a number, how many shingles it has, and how many of those have no bit of their own."""

    bits: int
    shingles: int
    alone: int

    @classmethod
    def of(cls, sketch: Sketch) -> Bits:
        bits = int.from_bytes(sketch.bits)
        return cls(bits, sketch.shingles, sketch.shingles - bits.bit_count())

    def may_share(self, other: Bits, part: float) -> bool:
        """Whether two texts may share `part` of the shingles of the one that has fewer; no for nearly all that do not."""
        most = (self.bits & other.bits).bit_count() + min(self.alone, other.alone)
        return most >= part * min(self.shingles, other.shingles)


def shingles(text: str) -> list[str]:
    """Runs of `WORDS` words of `text`, folded, in order; all of a shorter text as one; none of a text without words."""
    below = _BELOW.search(text, len(text) // 3)
    # `folding.key` keeps each character's place, which takes ten times as long
    plain = unicodedata.normalize("NFKD", text[: below.start()] if below else text).lower().replace("œ", "oe")
    words = re.findall(r"\w+", _ACCENTS.sub("", plain))
    if len(words) < WORDS:
        return [" ".join(words)] if words else []
    return [" ".join(words[n : n + WORDS]) for n in range(len(words) - WORDS + 1)]


def hashed(runs: Sequence[list[str]]) -> list[np.ndarray[Any, Any]]:
    """The shingles of each text as numbers, in order."""
    import numpy as np
    from rensa import RMinHash

    return [np.array(h, np.uint64) for h in RMinHash.hash_token_sets(runs)]


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each text."""
    import numpy as np
    from rensa import RMinHash

    found: list[Sketch] = []
    for start in range(0, len(texts), 1000):
        runs = [shingles(t) for t in texts[start : start + 1000]]
        parts: list[Any] = []
        for these in (runs, [r[:OPENING] for r in runs]):
            rows = np.array(RMinHash.digests_from_token_sets(these, BANDS * ROWS, SEED), np.uint64).reshape(
                -1, BANDS, ROWS
            )
            mixed: Any = np.full(rows.shape[:2], len(parts) * BANDS, np.uint64) + np.arange(BANDS, dtype=np.uint64)
            for n in range(ROWS):
                mixed = (mixed ^ rows[:, :, n]) * np.uint64(0x9E3779B97F4A7C15)
                mixed ^= mixed >> np.uint64(29)
            parts.append((mixed >> np.uint64(32)).astype("<u4"))
        for bands, all_ in zip(np.hstack(parts), hashed(runs), strict=True):
            bits = np.zeros(BITS, bool)
            bits[all_ % np.uint64(BITS)] = True
            found.append(Sketch(bands.tobytes(), len(np.unique(all_)), np.packbits(bits).tobytes()))
    return found
