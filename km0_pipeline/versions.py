"""What a version is called: the day of a snapshot, `2026.11.22`; the second of that day, `2026.11.22-2`; the first rebuilt once, `2026.11.22+r1`.

A snapshot never changes, save that it is rebuilt without those who asked to be left out (`publish.rebuild`); wherever a table
names a version, it means it as first published. Belongs here: names, and the folder of a name.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

VERSION = re.compile(r"\d{4}\.[1-9]\d?\.[1-9]\d?(-[1-9]\d*)?(\+r[1-9]\d*)?")


def numbered(day: date, number: int) -> str:
    """The `number`th version of a day, from 1."""
    stem = f"{day.year}.{day.month}.{day.day}"
    return stem if number == 1 else f"{stem}-{number}"


def ordered(version: str) -> tuple[int, int, int, int, int]:
    """Year, month, day, which of that day, how often rebuilt: 2026.11.22-10 comes after 2026.11.22-9."""
    first, _, rebuilt = version.partition("+r")
    day, _, number = first.partition("-")
    year, month, of_month = (int(n) for n in day.split("."))
    return year, month, of_month, int(number or 1), int(rebuilt or 0)


def as_published(version: str) -> str:
    """The version as it was first called."""
    return version.partition("+")[0]


def rebuilt(version: str) -> str:
    """What it is called when it is rebuilt once more."""
    return f"{as_published(version)}+r{ordered(version)[4] + 1}"


def folder_of(published: Path, version: str) -> Path:
    """The folder of a version as it is now, rebuilt or not; the one of its own name where there is none."""
    there = [p for p in published.glob(f"{as_published(version)}*") if VERSION.fullmatch(p.name) and as_published(p.name) == as_published(version)]
    return max(there, key=lambda p: ordered(p.name), default=published / version)
