"""Fixtures that several test files use. Small files a person can open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from km0_pipeline.steps import Project

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def hub_toml(folder: Path) -> None:
    """This repository's hub.toml put into `folder`; no claim waits for review, so that no test rests on the calibration unawares."""
    text = (ROOT / "hub.toml").read_text(encoding="utf-8")
    (folder / "hub.toml").write_text(text.replace("\n[press]\n", "\n[press]\nreview_below = 0\n"), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project: this repository's hub.toml (`hub_toml`), and no files in data/raw."""
    hub_toml(tmp_path)
    for folder in ("press", "registries", "decisions"):
        (tmp_path / "data" / "raw" / folder).mkdir(parents=True)
    return Project.at(tmp_path)


@pytest.fixture
def shared() -> Path:
    """The corpus that lies beside a developer's checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: this test reads the real corpus there")
    return SHARED


def lacking(sentence: str) -> None:
    """Leave a test out for want of a tool, saying which; in CI, where none may be missing, fail."""
    assert not os.environ.get("CI"), sentence
    pytest.skip(sentence)
