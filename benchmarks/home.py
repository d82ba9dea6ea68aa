"""The first view of the home page: seconds until its first and its largest part are painted, from `km0 serve` to a browser that has seen nothing.

    .venv/bin/python benchmarks/home.py [--published data/published] [--loads 5]

Without `--published` the site of the sample is made anew. Each load is a new browser context, so nothing is cached; a first one, in which the
browser itself starts, is not counted. The figures are the browser's own (First and Largest Contentful Paint, on a desktop of 1280 by 900 pixels and
on a phone of 375 by 760); the median is held against the bar. Prints only; exit status 1 if a largest part takes longer than the bar.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from recording import Figure, keep

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
BAR = 1.0
SCREENS = {"desktop": (1280, 900), "phone": (375, 760)}
PAINTED = """() => new Promise(told => new PerformanceObserver(list => told([performance.getEntriesByName('first-contentful-paint')[0].startTime,
  list.getEntries().at(-1).startTime])).observe({type: 'largest-contentful-paint', buffered: true}))"""


@contextmanager
def sample() -> Iterator[Path]:
    """data/published of the sample, made in a temporary project."""
    with tempfile.TemporaryDirectory(prefix="km0-home-") as name:
        root = Path(name)
        shutil.copy(ROOT / "hub.toml", root)
        shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
        subprocess.run([sys.executable, "-m", "assets.run", "--root", name, "--date", "2026-01-31"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        yield root / "data" / "published"


@contextmanager
def served(published: Path) -> Iterator[str]:
    """Where `km0 serve` serves it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = "import sys; from pathlib import Path; from km0_pipeline.publish.serve import serve; serve(Path(sys.argv[1]), port=int(sys.argv[2]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(published), str(port)], env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        for _ in range(600):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


def paints(browser: Browser, url: str, size: tuple[int, int]) -> tuple[float, float]:
    """Seconds until the first and the largest part of the page are painted."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    first, largest = page.evaluate(PAINTED)
    context.close()
    return first / 1000, largest / 1000


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--published", type=Path, help="a site that is there, instead of the sample's")
    parser.add_argument("--loads", type=int, default=5)
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium was found: on Debian and Ubuntu `sudo apt install chromium`, or name one in the environment variable CHROMIUM.")
    from playwright.sync_api import sync_playwright

    figures = []
    with nullcontext(options.published) if options.published else sample() as published, served(published) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        paints(browser, url, SCREENS["desktop"])
        for screen, size in SCREENS.items():
            seen = [paints(browser, url, size) for _ in range(options.loads)]
            first, largest = (median(times) for times in zip(*seen, strict=True))
            each = ", ".join(f"{f:.2f}/{x:.2f}" for f, x in seen)
            print(f"{screen:8} first {first:.2f} s, largest {largest:.2f} s (bar: {BAR:g}); each load: {each}; load of the machine {os.getloadavg()[0]:.1f}")
            figures.append(Figure(f"first view of the home page, {screen}", f"{largest:.2f} s", "", largest, BAR))
        browser.close()
    return keep(*figures)


if __name__ == "__main__":
    sys.exit(main())
