"""Who may import whom: the contracts of .importlinter hold, and would fail where they are broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def lint(folder: Path) -> tuple[int, str]:
    """Exit status and report of import-linter on the packages in `folder`, with the repository's contracts."""
    shutil.copy(ROOT / ".importlinter", folder / ".importlinter") if folder != ROOT else None
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def test_the_library_keeps_its_layers_and_knows_neither_dagster_nor_the_wiring() -> None:
    status, report = lint(ROOT)
    assert status == 0, report
    assert "Contracts: 2 kept, 0 broken." in report


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The modules of the library and the wiring, by name, with nothing in them."""
    for package in ("km0_pipeline", "assets"):
        for path in (ROOT / package).rglob("*.py"):
            empty = tmp_path / path.relative_to(ROOT)
            empty.parent.mkdir(parents=True, exist_ok=True)
            empty.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("entities/names.py", "import km0_pipeline.tables.table", "km0_pipeline.entities is not allowed to import km0_pipeline.tables"),
        ("press/read.py", "import km0_pipeline.registries.read", "km0_pipeline.press is not allowed to import km0_pipeline.registries"),
        ("claims.py", "import km0_pipeline.hub", "km0_pipeline.claims is not allowed to import km0_pipeline.hub"),
        ("tables/build.py", "import dagster", "km0_pipeline is not allowed to import dagster"),
        ("cli.py", "def f():\n    import assets.definitions", "km0_pipeline is not allowed to import assets"),
    ],
)
def test_a_forbidden_import_is_found_and_named(copy: Path, module: str, line: str, broken: str) -> None:
    (copy / "km0_pipeline" / module).write_text(line + "\n", encoding="utf-8")
    status, report = lint(copy)
    assert status == 1
    assert broken in report


def test_a_module_without_a_place_in_the_order_is_found(copy: Path) -> None:
    (copy / "km0_pipeline" / "elsewhere.py").touch()
    status, report = lint(copy)
    assert status == 1 and "elsewhere" in report
