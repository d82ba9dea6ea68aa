"""What a benchmark found: kept for the one table of `make bench`, and written into docs/performance.md.

Belongs here: that; what is measured, and how, is each benchmark's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
VARIABLE = "KM0_FIGURES"
"""Environment variable: the file that figures are added to, if any."""


class Figure(NamedTuple):
    """One thing measured beside its peer, with its bar."""

    what: str
    ours: str
    peer: str
    """What it is measured against, with its figure; empty: nothing."""
    ratio: float
    """What is held against the bar: ours over the peer's, or ours where there is no peer."""
    bar: float
    least: bool = False
    """Whether the bar is the least that is good enough; else the most."""

    @property
    def met(self) -> bool:
        return self.ratio >= self.bar if self.least else self.ratio <= self.bar


def keep(*figures: Figure) -> int:
    """Add them to the file of `VARIABLE`, where it is set. Returns the exit status: 1 if a bar is missed."""
    if path := os.environ.get(VARIABLE):
        with Path(path).open("a", encoding="utf-8") as f:
            f.writelines(json.dumps(figure) + "\n" for figure in figures)
    return int(not all(figure.met for figure in figures))


def kept(path: Path) -> list[Figure]:
    """The figures of the file."""
    return [Figure(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    head = list(header)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def on_this_machine() -> str:
    """Where and when it was measured."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"Measured {date.today().isoformat()} on {len(os.sched_getaffinity(0))} cores and {gigabytes:.0f} GiB; load when it ended {os.getloadavg()[1]:.1f}."  # noqa: DTZ011


def write(chapter: str, text: str) -> None:
    """Put `text` between the marks of that chapter in docs/performance.md."""
    before, mark, rest = DOCUMENT.read_text(encoding="utf-8").partition(f"<!-- {chapter} -->\n")
    _, end, after = rest.partition(f"<!-- end of {chapter} -->")
    assert mark and end, f"{DOCUMENT} lacks the marks of {chapter}"
    DOCUMENT.write_text(f"{before}{mark}\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
