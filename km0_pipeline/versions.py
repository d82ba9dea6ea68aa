"""What a version is called: the day of a snapshot, `2026.11.22`; the second of that day, `2026.11.22-2`; the first rebuilt once, `2026.11.22+r1`.

A snapshot never changes, save that it is rebuilt without those who asked to be left out (`publish.rebuild`); wherever a table
names a version, it means it as first published. Belongs here: names, nothing of what they name.
"""

from __future__ import annotations

import re

VERSION = re.compile(r"\d{4}\.[1-9]\d?\.[1-9]\d?(-[1-9]\d*)?(\+r[1-9]\d*)?")


def ordered(version: str) -> tuple[int, int, int, int, int]:
    """Year, month, day, which of that day, how often rebuilt: 2026.11.22-10 comes after 2026.11.22-9."""
    first, _, rebuilt = version.partition("+r")
    day, _, number = first.partition("-")
    year, month, date = (int(n) for n in day.split("."))
    return year, month, date, int(number or 1), int(rebuilt or 0)


def as_published(version: str) -> str:
    """The version as it was first called."""
    return version.partition("+")[0]


def rebuilt(version: str) -> str:
    """What it is called when it is rebuilt once more."""
    return f"{as_published(version)}+r{ordered(version)[4] + 1}"
