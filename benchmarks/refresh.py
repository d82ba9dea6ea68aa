"""An unchanged refresh against an empty Dagster run of as many assets, both as fresh processes.

    make bench, or: .venv/bin/python benchmarks/refresh.py

The refresh is `python -m assets.run` on a copy of this repository's hub.toml and data/raw, after a first one
has made and published everything and a second has compared with what the first published. The empty run executes as many assets that do nothing, with the same
dependencies and no checks, by `execute_in_process`, with its history on disk as ours. Three times each, in
turn; medians of wall time. Exit status 1 if the ratio is above the bar.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recording import Figure, keep

ROOT = Path(__file__).resolve().parent.parent
BAR = 1.3
REPEAT = 3


def main() -> int:
    """Measure, print, and return the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        full, empty = Path(scratch, "full"), Path(scratch, "empty")
        for home in (full, empty):
            home.mkdir()
            shutil.copy(ROOT / "assets" / "dagster.yaml", home)
        shutil.copy(ROOT / "hub.toml", full)
        shutil.copytree(ROOT / "data" / "raw", full / "data" / "raw")
        refresh = [sys.executable, "-m", "assets.run", "--root", str(full), "--date", "2026-01-01"]
        assets = graph()
        (empty / "graph.json").write_text(json.dumps(assets), encoding="utf-8")
        nothing = [sys.executable, __file__, str(empty / "graph.json")]
        first, second = seconds(refresh, full), seconds(refresh, full)
        seconds(nothing, empty)
        times = [(seconds(refresh, full), seconds(nothing, empty)) for _ in range(REPEAT)]
    ours, theirs = (statistics.median(t) for t in zip(*times, strict=True))
    print(" ".join(["python", *refresh[1:]]))
    print(f"first refresh          {first:6.2f} s")
    print(f"second                 {second:6.2f} s  (tables that compare with the snapshot look at the new one)")
    print(f"unchanged refresh      {ours:6.2f} s  ({', '.join(f'{t[0]:.2f}' for t in times)})")
    print(f"empty run, {len(assets):3} assets  {theirs:6.2f} s  ({', '.join(f'{t[1]:.2f}' for t in times)})")
    print(f"ratio                  {ours / theirs:6.2f}    (bar: {BAR})")
    return keep(Figure("refresh in which nothing changed", f"{ours:.2f} s", f"empty Dagster run: {theirs:.2f} s", ours / theirs, BAR))


def seconds(command: list[str], home: Path) -> float:
    """Wall time of the command, run in `home` with its Dagster history there."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return taken


def graph() -> dict[str, list[str]]:
    """The assets that a refresh makes, and what each depends on."""
    from assets.definitions import definitions

    nodes = definitions().resolve_asset_graph()
    made = nodes.materializable_asset_keys
    return {
        k.to_python_identifier(): sorted(p.to_python_identifier() for p in nodes.get(k).parent_keys & made)
        for k in nodes.toposorted_asset_keys
        if k in made
    }


def run_empty(dependencies: dict[str, list[str]]) -> None:
    """Run assets that do nothing, with these dependencies."""
    import dagster as dg

    def asset(name: str, deps: list[str]) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=deps)
        def nothing() -> None: ...

        return nothing

    job = dg.define_asset_job("empty", executor_def=dg.in_process_executor)
    definitions = dg.Definitions([asset(*item) for item in dependencies.items()], jobs=[job])
    with dg.DagsterInstance.get() as instance:
        definitions.resolve_job_def("empty").execute_in_process(instance=instance)


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 1 else run_empty(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
