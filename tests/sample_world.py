"""The sample of data/raw refreshed once for all tests that look at what it gives, whichever worker they run in.

Nobody may change what lies there: copy what a test must change (`shutil.copytree`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from km0_pipeline.steps import Project
from tests.conftest import ROOT

DAY = "2026-11-22"


def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of this checkout with its sample, refreshed on `DAY`; made by the first who asks."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sample"
    root.mkdir(exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "made").exists():
            _refresh(root)
            (root / "made").touch()
    return Project.at(root)


def _refresh(root: Path) -> None:
    shutil.copy(ROOT / "hub.toml", root)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw", dirs_exist_ok=True)
    shutil.copy(ROOT / "assets" / "dagster.yaml", root)
    ran = subprocess.run(
        [sys.executable, "-m", "assets.run", "--root", str(root), "--date", DAY], cwd=root, check=False, capture_output=True, text=True,
        env=os.environ | {"DAGSTER_HOME": str(root), "PYTHONPATH": str(ROOT)}, timeout=600,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
