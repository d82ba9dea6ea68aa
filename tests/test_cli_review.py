"""`km0 review claims`: what waits is shown with all one needs to decide, asked in turn, and the answer is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from press_world import put, rows

from km0_pipeline.cli import main
from km0_pipeline.entities.resolve import entity_mentions, hub_claims
from km0_pipeline.press import review
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.duplicates import press_stories
from km0_pipeline.press.feeds import press_feeds
from km0_pipeline.press.mentions import press_spans
from km0_pipeline.press.read import press_documents
from km0_pipeline.press.review import CLAIM, claim_decisions, press_reviewed
from km0_pipeline.press.statements import press_claims
from km0_pipeline.register.addresses import address_claims
from km0_pipeline.register.files import register_files
from km0_pipeline.register.index import register_index
from km0_pipeline.register.links import register_links
from km0_pipeline.register.lookup import register_lookup
from km0_pipeline.register.statements import register_claims
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.registries.statements import registry_claims
from km0_pipeline.steps import Project
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.table import all_tables
from tests.conftest import hub_toml

NOTE = "---\ntitle: {}\npublisher: Gazette fictive\npublished: {}\n---\n\n{}\n"
TABLE = "kind,score,confidence\nany,0,0.99\nname,0,0.99\ninteger,0,0.6\nname of person,0,0.5\n"
FILE = Path("data/raw/decisions") / CLAIM.file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose last run left headcounts and people to review."""
    root = tmp_path_factory.mktemp("hub")
    (root / "calibration.csv").write_text(TABLE, encoding="utf-8")
    hub_toml(root)
    settings = root / "hub.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("review_below = 0\n", "review_below = 0.9\n"), encoding="utf-8"
    )
    project = Project.at(root)
    put(project, "a.md", NOTE.format("Le pôle en bref", "2023-05-02", "Le KM0 regroupe 600 personnes."))
    put(
        project,
        "b.md",
        NOTE.format(
            "Le pôle grandit", "2024-05-02", "Zoé Exemple est présidente du KM0. Le KM0 regroupe 700 personnes."
        ),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review, "CALIBRATION", root / "calibration.csv")
        refresh(project)
        yield root


@pytest.fixture
def hub(made: Path, tmp_path: Path) -> Project:
    return Project.at(shutil.copytree(made, tmp_path / "hub"))


def refresh(project: Project) -> None:
    """What a run makes, up to the tables."""
    for step in (
        press_feeds, registry_files, registry_rows, register_files, register_index, register_lookup, press_files, press_documents, press_stories, press_spans, press_claims, claim_decisions, press_reviewed, hub_claims, register_links, register_claims, address_claims,
        entity_mentions, registry_claims,
    ):  # fmt: skip
        step(project)
    for spec in all_tables():
        build_table(project, spec, version="2026.3.1")


def km0(project: Project, answers: str, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        main, ["--root", str(project.root), "review", "claims", *arguments], input=answers
    )


def lines(project: Project) -> list[dict[str, str]]:
    path = project.root / FILE
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def statuses(project: Project) -> dict[str, str]:
    return {r["value"]: r["status"] for r in rows(project, "press_reviewed") if r["property"] == "headcount"}


def test_names_that_others_wait_for_come_first_with_all_one_needs_to_decide(hub: Project) -> None:
    text = km0(hub, "", "--list").output
    person, *figures = text.split("\n\n")
    assert "3 claims wait for a decision." in person and len(figures) == 2
    assert "“Zoé Exemple” is the name of a person.\n  “[Zoé Exemple] est présidente du KM0.”" in person
    assert (
        "Le pôle grandit, Gazette fictive, 2024-05-02\n  press/b.md, characters 0-11\n  confidence 0.50; 2 others wait for it"
        in person
    )
    assert "KM0 counts 600 people.\n  “Le KM0 regroupe [600 personnes].”" in figures[0]


def test_an_accepted_claim_is_published_and_a_rejected_one_is_not(hub: Project) -> None:
    assert statuses(hub) == {"600": "to_review", "700": "to_review"}
    result = km0(hub, "s\na\nr c'est l'an d'avant\n", "--by", "camille")
    assert (
        result.exit_code == 0 and "2 decided, 1 left. The next `make run` publishes what you accepted." in result.output
    )
    assert [(x["decision"], x["by"], x["why"], x["score"]) for x in lines(hub)] == [
        ("accept", "camille", "", 0.594), ("reject", "camille", "c'est l'an d'avant", 0.594),
    ]  # fmt: skip
    refresh(hub)
    assert sorted(statuses(hub).values()) == ["accepted", "rejected"]
    published = rows(hub, "table_headcounts")
    assert [str(r["headcount"]) for r in published] == [v for v, s in statuses(hub).items() if s == "accepted"]
    assert all("camille" not in repr(rows(hub, t.step)) for t in all_tables())


def test_who_else_says_so_or_otherwise_is_shown(hub: Project) -> None:
    km0(hub, "s\na\n")
    refresh(hub)
    text = km0(hub, "", "--list").output
    assert (
        "otherwise: Gazette fictive, 2023-05-02: 600" in text or "otherwise: Gazette fictive, 2024-05-02: 700" in text
    )


def test_what_was_decided_is_not_asked_again_before_the_next_run_either(hub: Project) -> None:
    km0(hub, "a\nq\n")
    assert "2 claims wait" in km0(hub, "", "--list").output


def test_a_decision_can_be_taken_back(hub: Project) -> None:
    text = km0(hub, "s\na\nu\nr\nq\n").output
    assert text.count("2 of 3") == 2 and "1 decided, 2 left" in text
    assert [x["decision"] for x in lines(hub)] == ["accept", "withdraw", "reject"]
    assert "Nothing to undo." in km0(hub, "u\nq\n").output


def test_an_unknown_key_is_explained_and_nothing_decided(hub: Project) -> None:
    result = km0(hub, "x\n?\nq\n")
    assert result.output.count("r: it does not") == 2 and not lines(hub) and "0 decided, 3 left." in result.output


def test_only_the_first_are_asked_where_a_limit_says_so(hub: Project) -> None:
    text = km0(hub, "s\n", "--limit", "1").output
    assert "1 of 1" in text and "0 decided, 3 left." in text
    assert km0(hub, "", "--list", "--limit", "1").output.count("confidence") == 1


def test_without_an_answer_it_says_what_to_do(hub: Project) -> None:
    result = km0(hub, "")
    assert result.exit_code == 1 and "in a terminal, or with --list" in result.output and not lines(hub)


def test_where_nothing_was_made_or_nothing_waits_it_says_so(hub: Project) -> None:
    km0(hub, "r\na\na\n")
    assert km0(hub, "").output == "Nothing to review: no claim of the press waits for a decision.\n"
    hub.made("press_claims").unlink()
    result = km0(hub, "")
    assert result.exit_code == 1 and "run `make run` first" in result.output


def test_explain_and_read_tell_what_waits_and_what_was_rejected(hub: Project) -> None:
    km0(hub, "s\nr\n")
    refresh(hub)
    explained = CliRunner(env={"COLUMNS": "100"}).invoke(main, ["--root", str(hub.root), "explain", "people", "x"])
    assert "people is empty" in explained.output
    read = (
        CliRunner(env={"COLUMNS": "100"})
        .invoke(main, ["--root", str(hub.root), "read", str(hub.raw / "press" / "a.md")])
        .output
    )
    other = (
        CliRunner(env={"COLUMNS": "100"})
        .invoke(main, ["--root", str(hub.root), "read", str(hub.raw / "press" / "b.md")])
        .output
    )
    about = CliRunner(env={"COLUMNS": "100"}).invoke(main, ["--root", str(hub.root), "explain", "organisations", "KM0"])
    assert about.exit_code == 0, about.output
    assert sorted(line.rpartition("– ")[2] for line in (read + other).splitlines() if "headcount:" in line) == [
        "rejected",
        "to review",
    ]
