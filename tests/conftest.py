"""Fixtures that several test files use. Small files a person can open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from km0_pipeline.steps import Project

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project: this repository's hub.toml, and no files in data/raw."""
    shutil.copy(ROOT / "hub.toml", tmp_path / "hub.toml")
    for folder in ("press", "registries", "decisions"):
        (tmp_path / "data" / "raw" / folder).mkdir(parents=True)
    return Project.at(tmp_path)


@pytest.fixture
def shared() -> Path:
    """The corpus that lies beside a developer's checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: this test reads the real corpus there")
    return SHARED
