"""A new hub: `km0 init`, and what stands in data/published after its first refresh."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from km0_pipeline.cli import main
from km0_pipeline.hub import Hub
from km0_pipeline.starting import EXAMPLES, FILES, package_name
from km0_pipeline.steps import Project
from tests.conftest import ROOT
from tests.test_pipeline import make_run

ANSWERS = ("La Filature d’en Bas", "68224", "Mulhouse", "donnees@filature.example", "")
OPTIONS = [f"--{o}={a}" for o, a in zip(("name", "commune", "commune-name", "contact", "website"), ANSWERS, strict=True)]


def test_a_hub_starts_from_five_answers(tmp_path: Path) -> None:
    asked, given = tmp_path / "asked", tmp_path / "given"
    typed = CliRunner().invoke(main, ["init", str(asked)], input="\n".join(ANSWERS) + "\n")
    assert typed.exit_code == 0, typed.output
    assert typed.output.count("? ") == 0 and typed.output.count(": ") >= 5
    assert CliRunner().invoke(main, ["init", str(given), *OPTIONS]).exit_code == 0
    for name in FILES:
        assert (asked / name).read_bytes() == (given / name).read_bytes()
    assert Hub.load(asked / "hub.toml").names == ("La Filature d’en Bas",)


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("mine")
    ran = CliRunner().invoke(main, ["init", str(tmp_path), *OPTIONS])
    assert (ran.exit_code, (tmp_path / "hub.toml").read_text()) == (1, "mine")
    assert "is there already" in ran.output
    assert [p.name for p in tmp_path.iterdir()] == ["hub.toml"]


@pytest.mark.parametrize(("option", "value", "said"), [("commune", "68100 Mulhouse", "hub.commune"), ("contact", "nobody", "publisher.contact"), ("name", "", "hub.name")])
def test_an_answer_that_is_no_use_gets_a_sentence_and_leaves_nothing(tmp_path: Path, option: str, value: str, said: str) -> None:
    options = [o for o in OPTIONS if not o.startswith(f"--{option}=")] + [f"--{option}={value}"]
    ran = CliRunner().invoke(main, ["init", str(tmp_path / "new"), *options])
    assert ran.exit_code == 1
    assert said in ran.output
    assert not list((tmp_path / "new").glob("*"))


def test_names_with_quotes_and_accents_do(tmp_path: Path) -> None:
    options = [o for o in OPTIONS if not o.startswith("--name=")] + ['--name=L\'"Étuve" \\ n°2']
    assert CliRunner().invoke(main, ["init", str(tmp_path), *options]).exit_code == 0
    assert Hub.load(tmp_path / "hub.toml").hub.name == 'L\'"Étuve" \\ n°2'
    assert package_name("L’Étuve d'en haut") == "l-etuve-d-en-haut"


@pytest.mark.pipeline
def test_a_new_hub_goes_from_its_spreadsheet_to_a_published_site(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["init", str(tmp_path), *OPTIONS]).exit_code == 0
    for example in EXAMPLES:
        assert (tmp_path / example).exists()
    ran = make_run(tmp_path, "2026-03-01")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    published = Project.at(tmp_path).published
    with (published / "latest" / "organisations.csv").open(encoding="utf-8", newline="") as f:
        assert {r["name"] for r in csv.DictReader(f)} >= {ANSWERS[0], "Fabrique des Nuages", "Atelier des Passerelles inventées"}
    with (published / "latest" / "sources.csv").open(encoding="utf-8", newline="") as f:
        assert not [r["path"] for r in csv.DictReader(f) if "README" in r["path"]]
    assert ANSWERS[0] in (published / "index.html").read_text(encoding="utf-8")


def test_make_knows_of_other_hubs(tmp_path: Path) -> None:
    said = subprocess.run(["make", "-n", "serve", f"HUB={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f'--root "{tmp_path}" serve' in said
