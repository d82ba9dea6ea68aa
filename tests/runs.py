"""A refresh of a project, as `make run` makes it, and what it published.

A process of its own costs seconds to start, so only what rests on the process, its environment or its language is run in one (`apart`).
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from assets.run import main
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables
from tests.conftest import ROOT

Ran = subprocess.CompletedProcess[str]


def make_run(root: Path, day: str = "2026-03-01", *arguments: str) -> Ran:
    """`make run` in `root`, which gets assets/dagster.yaml, in this process."""
    given = _given(root, day, *arguments)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        patch.setenv("DAGSTER_HOME", str(root))
        status = main(given)
    return subprocess.CompletedProcess(given, status, out.getvalue(), err.getvalue())


def apart(root: Path, day: str = "2026-03-01", *arguments: str, **environment: str) -> Ran:
    """The same in a process of its own, with these variables in its environment."""
    command = [sys.executable, "-m", "assets.run", *_given(root, day, *arguments)]
    env = os.environ | {"DAGSTER_HOME": str(root), "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=600, check=False)


def _given(root: Path, day: str, *arguments: str) -> list[str]:
    shutil.copy(ROOT / "assets" / "dagster.yaml", root)
    return ["--root", str(root), "--date", day, *arguments]


def rows(project: Project, name: str) -> list[dict[str, str]]:
    with (project.published / "latest" / f"{name}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def whole_sentences(project: Project, text: str) -> list[str]:
    """Sentences of `text` that stand whole in a published cell, and are longer than what may be quoted."""
    long = [s for s in re.split(r"(?<=[.!?])\s+", text) if len(s) > project.hub.limits.quotation]
    assert long
    cells = "\n".join(value for t in all_tables() if t.released for row in rows(project, t.name) for value in row.values())
    return [s for s in long if s.rstrip(".!? ") in cells]
