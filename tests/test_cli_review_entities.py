"""`km0 review entities`: a pair side by side, with what speaks for and against; the answer is kept and the next run heeds it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from press_world import rows
from test_cli_review import refresh

from km0_pipeline.cli import main
from km0_pipeline.decisions import path_of
from km0_pipeline.entities.decided import ENTITY
from km0_pipeline.steps import Project, made
from tests.conftest import hub_toml

REGISTRY = """Raison sociale;SIREN;Activité
Atelier Martin;111111118;menuiserie
Atelier Marin;;menuiserie
Boulangerie Rhénatruc;;
Zigouillon Conseil;;
Radio Nulle Part;;
"""


@pytest.fixture(scope="module")
def last_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose last run left a pair to review."""
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    for folder in ("press", "registries"):
        (root / "data" / "raw" / folder).mkdir(parents=True)
    (root / "data" / "raw" / "registries" / "locataires-2019.csv").write_text(REGISTRY, encoding="utf-8")
    refresh(Project.at(root))
    yield root


@pytest.fixture
def hub(last_run: Path, tmp_path: Path) -> Project:
    return Project.at(shutil.copytree(last_run, tmp_path / "hub"))


def km0(project: Project, answers: str, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        main, ["--root", str(project.root), "review", "entities", *arguments], input=answers
    )


def organisations(project: Project) -> set[str]:
    return {r["entity_id"] for r in rows(project, "entity_mentions") if r["name"].startswith("Atelier")}


def test_a_pair_is_shown_side_by_side_with_what_agrees(hub: Project) -> None:
    text = km0(hub, "", "--list").output
    assert "1 pair waits for a decision." in text
    assert "Atelier Marin  |  Atelier Martin" in text
    assert "siren" in text and "111111118" in text
    assert any(line.split() == ["activity", "=", "menuiserie", "menuiserie"] for line in text.splitlines())


def test_same_is_kept_with_who_and_why_and_joins_them_at_the_next_run(hub: Project) -> None:
    assert len(organisations(hub)) == 2
    result = km0(hub, "y vu sur place\n", "--by", "camille")
    assert result.exit_code == 0 and "1 decided, 0 left. The next `make run` heeds it." in result.output
    (line,) = path_of(hub.raw, ENTITY).read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert (kept["decision"], kept["by"], kept["why"]) == ("same", "camille", "vu sur place")
    assert 0.3 <= kept["score"] <= 1 and kept["entity"]["model"]
    assert "Nothing to review" in km0(hub, "").output, "not even before the next run"
    refresh(hub)
    assert len(organisations(hub)) == 1
    assert made(hub, "entity_mentions").figures["to_review"] == 0


def test_different_leaves_them_two_and_is_not_asked_again(hub: Project) -> None:
    assert km0(hub, "n\n").exit_code == 0
    refresh(hub)
    assert len(organisations(hub)) == 2
    assert "Nothing to review" in km0(hub, "").output


def test_skipped_it_waits_and_a_stranger_key_explains(hub: Project) -> None:
    text = km0(hub, "z\ns\n").output
    assert "y: they are the same" in text
    assert "0 decided, 1 left." in text
    assert not path_of(hub.raw, ENTITY).exists()


def test_without_an_answer_or_a_run_it_says_what_to_do(hub: Project, tmp_path: Path) -> None:
    silent = km0(hub, "")
    assert silent.exit_code == 1 and "Run `km0 review entities` in a terminal" in silent.output
    empty = tmp_path / "empty"
    empty.mkdir()
    hub_toml(empty)
    nothing = km0(Project.at(empty), "")
    assert nothing.exit_code == 1 and "run `make run` first" in nothing.output
