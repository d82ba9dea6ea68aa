"""Figures of the versions that were published, one after the other: what a chart over versions shows.

Belongs here: the figures, from the files of each version alone, and their line of blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from km0_pipeline.steps import Project

BLOCKS = "▁▂▃▄▅▆▇█"


class Figures(NamedTuple):
    """Of one version: rows of all its tables, its claims, rejects and disagreements, and the share of its cells that is filled, in per cent."""

    version: str
    rows: int
    claims: int
    rejects: int
    disagreements: int
    filled: float


def figures(project: Project, most: int = 24) -> list[Figures]:
    """Of the last versions whose files lie in data/published, oldest first."""
    versions = [v for v in project.index()["versions"] if (project.published / v["version"]).is_dir()]
    return [_of(project.published / v["version"], v["rows"]) for v in versions[-most:]]


def filled(path: Path) -> tuple[int, int]:
    """Cells of a Parquet file that hold a value, and all its cells, by what the file says of itself."""
    found = pq.read_metadata(path)
    cells = found.num_rows * found.num_columns
    columns = [found.row_group(g).column(c).statistics for g in range(found.num_row_groups) for c in range(found.num_columns)]
    return cells - sum(s.null_count for s in columns if s is not None and s.has_null_count), cells


def percent(counts: tuple[int, int]) -> float:
    """Share in per cent, to one decimal; 0 of nothing."""
    return round(100 * counts[0] / counts[1], 1) if counts[1] else 0.0


def blocks(values: Sequence[float]) -> str:
    """The values as a line of blocks, the least the lowest and the greatest the highest."""
    low, high = min(values), max(values)
    return "".join(BLOCKS[round((v - low) / (high - low) * 7) if high > low else 3] for v in values)


def _of(folder: Path, rows: dict[str, int]) -> Figures:
    counts = [filled(path) for name in rows if (path := folder / f"{name}.parquet").is_file()]
    rejects = folder / "rejects.parquet"
    return Figures(
        folder.name,
        sum(rows.values()),
        rows.get("claims", 0),
        sum(pq.read_table(rejects, columns=["rejects"])["rejects"].to_pylist()) if rejects.is_file() else 0,
        rows.get("discrepancies", 0),
        percent((sum(n for n, _ in counts), sum(n for _, n in counts))),
    )
