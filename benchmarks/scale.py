"""How the cost of a refresh grows: processor time and peak memory of each step, at sizes ten times apart.

    .venv/bin/python benchmarks/scale.py [--of registry press] [--rows 10000 100000 1000000] [--articles 1000 10000] [--record]

Each size is a new project with a registry (of registry.py) or articles (of press.py), refreshed by `python -m assets.run` in a fresh process. The
process says when a step has ended; until then what it and its forked children hold is looked at four times a second (proportional set size,
so that shared pages count once), and what processor time they took is the kernel's. Processor time is told of steps, since the machine may be shared.
The site is left out (`limits.pages`): a page each, which site.py measures.

The bar is n log n: from one size to the next the processor time of no step (of those that take a second or more) may grow by more than n log n
does, and a fifth. And memory: the peak of the largest size is below what registry.py and press.py allow. Exit status 1 if a bar is missed.
`--record` writes tables and charts into docs/performance.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import press
import recording
import registry
from charts import growth_chart

ROOT = Path(__file__).resolve().parent.parent
SLACK = 1.2
"""How much more than n log n a step may grow: what the same step differs by from run to run."""
LEAST = 1.0
"""Seconds below which a step's time is taken for starting."""
SHOWN = 8
"""Steps shown by name; the others together."""
STEP = re.compile(r"(\w+) +(?:([\d,]+) rows)? +[\d.]+ s +(?:made|reused)")


class Cost(NamedTuple):
    """Of one step: seconds of processor time, on the clock, and GB at the peak."""

    processor: float
    wall: float
    memory: float


def of_registry(root: Path, rows: int) -> None:
    """A hub in `root` with a registry of so many rows."""
    (root / "data" / "raw" / "registries").mkdir(parents=True)
    registry.generate(root / "data" / "raw" / "registries" / "locataires.csv", rows)
    (root / "hub.toml").write_text(registry.HUB + "pages = 0\n", encoding="utf-8")


def of_press(root: Path, articles: int) -> None:
    """A hub in `root` with so many articles."""
    press.project(root, range(articles))
    with (root / "hub.toml").open("a", encoding="utf-8") as f:
        f.write("\n[limits]\npages = 0\n")


MADE: dict[str, tuple[Callable[[Path, int], None], str, float]] = {
    "registry": (of_registry, "rows", registry.BAR_GB),
    "press": (of_press, "articles", press.MEMORY_GB),
}
"""What is made, what it is counted in, and how many GB it may take."""


def measure(root: Path) -> dict[str, Cost]:
    """What each step of a refresh of `root` takes; what the first takes holds the start, and is called that."""
    command = [sys.executable, "-m", "assets.run", "--root", str(root), "--date", "2026-01-31"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"DAGSTER_HOME": str(root), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment)
    assert process.stdout is not None
    peak = 0.0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, press.memory(process.pid))
            time.sleep(0.25)

    threading.Thread(target=watch, daemon=True).start()
    costs: dict[str, Cost] = {}
    said, since, taken = [], time.perf_counter(), 0.0
    for line in process.stdout:
        said.append(line)
        found = STEP.match(line)
        if found:
            now, processor = time.perf_counter(), seconds(process.pid)
            costs[found[1] if costs else "start"] = Cost(processor - taken, now - since, max(peak, press.memory(process.pid)))
            since, taken, peak = now, processor, 0.0
    if process.wait():
        sys.exit(f"{' '.join(command)} failed:\n{''.join(said)[-3000:]}")
    return costs


def seconds(pid: int) -> float:
    """Processor time of a process and of the children it has seen end."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(fields[n]) for n in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def growths(sizes: list[int], costs: dict[int, dict[str, Cost]]) -> list[tuple[str, int, float, float]]:
    """Of each step and size but the smallest: name, size, how many times as long it takes as for the size before, and how many times n log n does."""
    found = []
    for small, large in itertools.pairwise(sizes):
        n_log_n = (large * math.log(large)) / (small * math.log(small))
        for step, cost in costs[large].items():
            if step in costs[small]:
                found.append((step, large, cost.processor / max(costs[small][step].processor, LEAST), n_log_n))
    return found


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", nargs="+", choices=tuple(MADE), default=list(MADE))
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--record", action="store_true", help="write docs/performance.md and its charts")
    parser.add_argument("--keep", type=Path, help="file for what was measured, as JSON")
    options = parser.parse_args()
    status, everything = 0, {}
    for of in options.of:
        make, counted, gigabytes = MADE[of]
        sizes = sorted(getattr(options, counted))
        costs: dict[int, dict[str, Cost]] = {}
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix=f"km0-scale-{of}-") as folder:
                make(Path(folder), size)
                costs[size] = measure(Path(folder))
            print(f"{size:,} {counted}: {total(costs[size]):.1f} s of processor time, {peak(costs[size]):.2f} GB", flush=True)
        text = told(sizes, costs, counted)
        print(f"\n{text}\n")
        grown = growths(sizes, costs)
        for step, size, by, n_log_n in grown:
            if by > SLACK * n_log_n:
                print(f"{step}: {by:.1f} times as long for {size:,} {counted}; n log n and a fifth is {SLACK * n_log_n:.1f}")
        steepest = max((by / n_log_n for _, _, by, n_log_n in grown), default=0.0)
        status |= recording.keep(
            recording.Figure(f"growth of the steepest step, {of}", f"{steepest:.2f} × n log n", "", steepest, SLACK),
            recording.Figure(f"memory at {sizes[-1]:,} {counted}", f"{peak(costs[sizes[-1]]):.2f} GB", "", peak(costs[sizes[-1]]), gigabytes),
        )
        if options.record:
            chart = recording.DOCUMENT.with_name(f"scale-{of}.svg")
            chart.write_text(growth_chart({s: {n: costs[n][s].processor for n in sizes if s in costs[n]} for s in largest(costs[sizes[-1]])}, counted), encoding="utf-8")
            recording.write(f"scale {of}", f"{recording.on_this_machine()}\n\n{text}\n\n![processor time by step](scale-{of}.svg)")
        everything[of] = {str(n): {s: list(c) for s, c in costs[n].items()} for n in sizes}
    if options.keep:
        options.keep.write_text(json.dumps(everything, indent=1), encoding="utf-8")
    return status


def total(costs: dict[str, Cost]) -> float:
    return sum(c.processor for c in costs.values())


def peak(costs: dict[str, Cost]) -> float:
    return max(c.memory for c in costs.values())


def largest(costs: dict[str, Cost]) -> list[str]:
    """Steps that take longest, the longest first."""
    return sorted(costs, key=lambda s: -costs[s].processor)[:SHOWN]


def told(sizes: list[int], costs: dict[int, dict[str, Cost]], counted: str) -> str:
    """A table: the steps that take longest, at each size."""
    named = largest(costs[sizes[-1]])
    header = ["step", *(f"{n:,} {counted}" for n in sizes), "growth, of n log n"]
    n_log_n = sizes[-1] * math.log(sizes[-1]) / (sizes[-2] * math.log(sizes[-2])) if len(sizes) > 1 else 1

    def row(name: str, of: Callable[[dict[str, Cost]], Cost]) -> list[str]:
        cells = [of(costs[n]) for n in sizes]
        grown = f"{cells[-1].processor / max(cells[-2].processor, LEAST) / n_log_n:.2f}" if len(sizes) > 1 else ""
        return [name, *(f"{c.processor:.1f} s, {c.memory:.2f} GB" for c in cells), grown]

    def others(at: dict[str, Cost]) -> Cost:
        rest = [c for s, c in at.items() if s not in named]
        return Cost(sum(c.processor for c in rest), sum(c.wall for c in rest), max((c.memory for c in rest), default=0))

    rows = [row(f"`{s}`", lambda at, s=s: at.get(s, Cost(0, 0, 0))) for s in named]  # type: ignore[misc]
    rows += [row("all others", others), row("**all**", lambda at: Cost(total(at), sum(c.wall for c in at.values()), peak(at)))]
    return recording.table(header, rows)


if __name__ == "__main__":
    sys.exit(main())
