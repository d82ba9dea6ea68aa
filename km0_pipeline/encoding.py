"""Telling UTF-8 that is broken in places from text in another encoding.

Belongs here: the counting that press and registries share. What each of them then does with such
a file is its own.
"""

from __future__ import annotations

import re

_BEYOND = re.compile(r"[^\x00-\x7f]")
BROKEN = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, in text decoded with `surrogateescape`."""


def weigh(text: str) -> tuple[int, int]:
    """Characters beyond ASCII, and broken bytes, of `text` decoded as UTF-8 with `surrogateescape`.

    More of the first: UTF-8 broken in places. Else another encoding, in which accents are seldom well-formed UTF-8.
    """
    if text.isascii():
        return 0, 0
    bad = len(BROKEN.findall(text))
    return len(_BEYOND.findall(text)) - bad, bad
