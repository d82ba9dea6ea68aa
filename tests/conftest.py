"""Fixtures that several test files use. Small files a person can open."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.event import listen

from km0_pipeline import sql
from km0_pipeline.steps import Project

settings.register_profile("long", max_examples=100_000)  # `--hypothesis-profile long`: what `hostile/test_hostile_parsers` makes up, a thousand times as many

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


FIRST = ("browser/test_site.py", "test_pipeline.py")
"""Files that go first: one makes the sample that many look at (`sample_world`), while the other worker does long what needs none."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    place = {name: n for n, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else "", len(FIRST)))


@pytest.fixture(scope="session", autouse=True)
def one_thread_a_worker() -> Iterator[None]:
    """DuckDB with one thread where each core has a worker of its own: two wait for each other, a third of the time of small tables."""
    with pytest.MonkeyPatch.context() as patch:
        if "PYTEST_XDIST_WORKER" in os.environ:
            given = sql.settings
            patch.setattr(sql, "settings", lambda warehouse: given(warehouse) | {"threads": 1})
        yield


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> None:
    """SQLite, in which Dagster keeps its record of runs, waits for the disk at each of its thousand writes a run; no test cuts the power."""
    listen(Engine, "connect", lambda opened, _: opened.execute("pragma synchronous = off") if isinstance(opened, sqlite3.Connection) else None)


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
