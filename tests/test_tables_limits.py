"""Limits on rows and filled cells: what stops a publication, and what is suggested from published versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from publish_world import fill

from km0_pipeline.cli import main
from km0_pipeline.hub import Hub, HubError
from km0_pipeline.steps import Project
from km0_pipeline.storage import write_json
from km0_pipeline.tables.checks import checks, run_checks
from km0_pipeline.tables.limits import check_names, seen
from km0_pipeline.tables.table import arrow_schema, table

ORGANISATIONS = table("organisations")


def organisations(n: int, with_siren: int, closed: int = 0) -> list[dict[str, Any]]:
    said = {"is_hub": False, "sources": 1, "first_document_id": "d" * 20, "first_locator": "row:1"}
    return [
        {"organisation_id": f"org-{i:016}", "name": f"Atelier Fictif {i}", "siren": "111111118" if i < with_siren else None,
         "closed_version": "2026.1.1" if i >= n else None} | said
        for i in range(n + closed)
    ]  # fmt: skip


def published(project: Project, **versions: list[dict[str, Any]]) -> None:
    """Versions that hold these organisations, as far as a later run sees them; `v1` is 2026.1.1."""
    names = [f"2026.1.{v.removeprefix('v')}" for v in versions]
    for name, rows in zip(names, versions.values(), strict=True):
        (project.published / name).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, arrow_schema(ORGANISATIONS)), project.published / name / "organisations.parquet")
    write_json(project.published / "index.json", {"latest": names[-1], "versions": [{"version": n} for n in names]})


def limited(project: Project, toml: str) -> Project:
    """The project with these limits of organisations in its hub.toml."""
    path = project.root / "hub.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[limits.tables.organisations]\n{toml}\n", encoding="utf-8")
    return replace(project, hub=Hub.load(path))


def found(project: Project, rows: list[dict[str, Any]]) -> str:
    """What the check of limits says of these organisations; '' where they pass."""
    fill(project, ORGANISATIONS, rows)
    (check,) = (c for c in checks(ORGANISATIONS) if c.name == "within_limits")
    (result,) = run_checks(project, ORGANISATIONS, [check])
    assert result.blocking
    return "" if result.passed else result.sentence


def test_rows_and_cells_within_the_limits_pass_and_closed_rows_do_not_count(project: Project) -> None:
    project = limited(project, "rows = [3, 4]\nfilled.siren = 0.5")
    assert found(project, organisations(4, with_siren=2, closed=9)) == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (organisations(2, with_siren=2), ["organisations: 2 rows", "between 3 and 4 (rows)"]),
        (organisations(5, with_siren=5), ["organisations: 5 rows", "between 3 and 4 (rows)"]),
        (organisations(3, with_siren=1), ["organisations.siren: 1 of 3 cells are filled", "0.33", "less than 0.5 (filled.siren)"]),
        (organisations(0, with_siren=0, closed=3), ["organisations: 0 rows"]),
    ],
)
def test_what_breaks_a_limit_names_table_column_found_limit_and_where_to_change_it(project: Project, rows: list[dict[str, Any]], said: list[str]) -> None:
    sentence = found(limited(project, "rows = [3, 4]\nfilled.siren = 0.5"), rows)
    for words in (*said, "hub.toml, [limits.tables.organisations]", "km0 limits"):
        assert words in sentence


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("filled.sirn = 0.5", "filled.sirn: organisations has no such column; nearest: siren"),
        ("[limits.tables.organisation]\nrows = [1, 2]", "[limits.tables.organisation]: there is no such table; nearest: organisations"),
    ],
)
def test_a_table_or_column_that_there_is_not_is_refused(project: Project, toml: str, said: str) -> None:
    with pytest.raises(HubError) as error:
        check_names(limited(project, toml).hub)
    assert said in str(error.value)


@pytest.mark.parametrize(("toml", "said"), [("rows = [4, 3]", "the fewest rows, then the most"), ("filled.siren = 60", "less than or equal to 1"), ("row = [1, 2]", "did you mean rows")])
def test_a_limit_that_makes_no_sense_is_refused_with_its_line(project: Project, toml: str, said: str) -> None:
    with pytest.raises(HubError) as error:
        limited(project, toml)
    assert said in str(error.value) and "hub.toml, line" in str(error.value)


def test_limits_are_suggested_from_the_worst_of_all_versions_less_a_margin(project: Project) -> None:
    published(project, v1=organisations(20, with_siren=15), v2=organisations(40, with_siren=24), v3=organisations(30, with_siren=30, closed=10))
    (one,) = seen(project)
    assert (one.table, one.versions, one.rows, one.filled["siren"]) == ("organisations", 3, (20, 40), (0.6, 1.0))
    assert one.suggested.rows == (14, 90) and one.suggested.filled == {"siren": 0.5}
    for rows in ((20, 15), (40, 24), (30, 30)):
        limits = project.hub.limits.model_copy(update={"tables": {"organisations": one.suggested}})
        assert found(replace(project, hub=project.hub.model_copy(update={"limits": limits})), organisations(*rows)) == "", "what was published passes"


def test_of_few_rows_no_share_is_suggested(project: Project) -> None:
    published(project, v1=organisations(3, with_siren=3))
    (one,) = seen(project)
    assert one.suggested.filled == {} and one.suggested.rows == (2, 16)


def km0(root: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--root", str(root), "limits", *arguments])
    return done.exit_code, done.output


def test_km0_limits_shows_what_was_seen_and_writes_it_keeping_what_a_person_set(project: Project) -> None:
    published(project, v1=organisations(20, with_siren=15), v2=organisations(40, with_siren=24))
    path = project.root / "hub.toml"
    before = path.read_text(encoding="utf-8")
    status, shown = km0(project.root)
    assert status == 0 and path.read_text(encoding="utf-8") == before
    assert "[limits.tables.organisations]  # 2 versions" in shown
    assert "rows = [14, 90]" in shown and "20 to 40 rows seen" in shown
    assert "filled.siren = 0.5 " in shown and "0.60 to 0.75 seen" in shown
    status, shown = km0(project.root, "--write")
    assert status == 0 and "Written for organisations." in shown
    hub = Hub.load(path)
    assert hub.limits.tables["organisations"].rows == (14, 90) and hub.limits.tables["organisations"].filled == {"siren": 0.5}
    after = path.read_text(encoding="utf-8")
    assert all(line in after for line in before.splitlines()), "comments and all else kept"
    path.write_text(after.replace("[14, 90]", "[1, 99]"), encoding="utf-8")
    status, shown = km0(project.root, "--write")
    assert status == 0 and "Nothing written" in shown and "hub.toml: [1, 99]" in shown and Hub.load(path).limits.tables["organisations"].rows == (1, 99)


def test_km0_limits_says_where_there_is_nothing_to_learn_from(project: Project) -> None:
    status, said = km0(project.root)
    assert status == 1 and "holds no version to learn from yet" in said
