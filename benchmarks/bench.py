"""Every benchmark, one after the other, and one table: ours, the peer's, the ratio, the bar.

    make bench [ARGS="--only registry press"] [ARGS=--record] [ARGS='--linkage "--generator ... --splink ..."']

Each is a process of its own and prints what it does; a quiet machine is assumed. What needs ../shared (linkage) is left out, saying so,
where that is absent; what `--linkage` gives is passed on to it. `--record` writes the table into docs/performance.md, and lets scale.py write its chapters there. Exit status 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import recording

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = {
    "registry": ["benchmarks/registry.py"],
    "press": ["benchmarks/press.py"],
    "refresh": ["benchmarks/refresh.py"],
    "publish": ["benchmarks/publish.py"],
    "site": ["benchmarks/site.py"],
    "home": ["benchmarks/home.py"],
    "linkage": ["-m", "benchmarks.linkage"],
    "linkage_real": ["-m", "benchmarks.linkage_real"],
    "scale": ["benchmarks/scale.py"],
}


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=tuple(BENCHMARKS), default=list(BENCHMARKS))
    parser.add_argument("--record", action="store_true", help="write docs/performance.md")
    parser.add_argument("--linkage", default="", metavar="OPTIONS", help="options of benchmarks/linkage.py: its generator and Splink have interpreters of their own")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory(prefix="km0-bench-") as folder:
        file = Path(folder) / "figures"
        environment = os.environ | {recording.VARIABLE: str(file), "PYTHONPATH": str(ROOT)}
        for name in options.only:
            if name.startswith("linkage") and not (ROOT.parent / "shared").is_dir():
                print(f"\n{name}: left out, {ROOT.parent / 'shared'} is absent: the generator of its register lies there")
                continue
            print(f"\n{name}", flush=True)
            before = len(recording.kept(file))
            more = {"scale": ["--record"] * options.record, "linkage": shlex.split(options.linkage)}.get(name, [])
            if subprocess.run([sys.executable, *BENCHMARKS[name], *more], cwd=ROOT, env=environment, check=False).returncode and len(recording.kept(file)) == before:
                failed.append(name)
        figures = recording.kept(file)
    text = recording.table(
        ("measured", "ours", "peer", "ratio", "bar", ""),
        ([f.what, f.ours, f.peer or "–", f"{f.ratio:.2f}", f"{'at least' if f.least else 'at most'} {f.bar:g}", "met" if f.met else "**missed**"] for f in figures),
    )
    print(f"\n{text}")
    for name in failed:
        print(f"{name} failed; what it said stands above.")
    if options.record:
        recording.write("bench", f"{recording.on_this_machine()}\n\n{text}")
    return int(bool(failed) or not all(f.met for f in figures))


if __name__ == "__main__":
    sys.exit(main())
