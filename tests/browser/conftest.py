"""A browser and the site of the sample on a real server of this machine, for the tests of what people see."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, lacking
from tests.sample_world import sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVER = "import sys; from pathlib import Path; from km0_pipeline.publish.serve import serve; serve(Path(sys.argv[1]), port=int(sys.argv[2]))"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
"""So that Chromium itself asks nothing of anybody."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that CHROMIUM names."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        lacking("no Chromium was found: on Debian and Ubuntu `sudo apt install chromium`, or name one: CHROMIUM=/path make test")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data/published of the sample; not to be changed."""
    return sample(tmp_path_factory).published


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Where `km0 serve` serves the folder, ending in /, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(port)], env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def site_url(published: Path) -> Iterator[str]:
    """Where `km0 serve` serves the site of the sample, ending in /."""
    with served(published) as url:
        yield url
