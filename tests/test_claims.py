"""The claim: ids that depend on content alone, and a vocabulary that can't be left by mistake."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from km0_pipeline.claims import (
    CLAIMS,
    DIGEST_SQL,
    PROPERTIES,
    RELEASABLE,
    Claim,
    Reject,
    claims_table,
    digest,
    rejects_table,
)
from km0_pipeline.entities import resolve
from km0_pipeline.steps import Project


def claim(**changes: str) -> Claim:
    given: dict[str, str] = {
        "document_id": "d1", "locator": "char:4-9", "subject_id": "m1", "subject_kind": "organisation",
        "property": "headcount", "value": "570", "original": "570 personnes", "scope": "people",
    }  # fmt: skip
    return Claim(**(given | changes))  # type: ignore[arg-type]


def test_the_same_statement_at_the_same_place_has_the_same_id_whatever_the_extractor() -> None:
    assert claim().claim_id == claim(method="press/2", original="570").claim_id


@pytest.mark.parametrize("field", ["document_id", "locator", "subject_id", "value", "scope"])
def test_another_document_place_subject_value_or_scope_is_another_claim(field: str) -> None:
    assert claim().claim_id != claim(**{field: "jobs" if field == "scope" else "other"}).claim_id


def test_parts_of_an_id_cannot_run_into_each_other() -> None:
    assert digest("ab", "c") != digest("a", "bc") != digest("abc", "")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1, max_size=6))
@settings(deadline=None)  # a busy machine is no error
def test_sql_and_python_make_the_same_ids(parts: list[str]) -> None:
    db = duckdb.connect()
    db.execute(DIGEST_SQL)
    marks = ", ".join("?" * len(parts))
    assert db.execute(f"select digest{len(parts)}({marks})", parts).fetchone() == (digest(*parts),)


def test_a_property_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        claim(property="turnover")


def test_a_headcount_counts_what_the_vocabulary_names() -> None:
    with pytest.raises(ValueError, match="employees"):
        claim(scope="employes")


def test_a_property_cannot_be_said_of_a_subject_it_does_not_fit() -> None:
    with pytest.raises(ValueError, match="cannot be said of a person"):
        claim(subject_kind="person")


def test_claims_are_written_once_each_and_in_the_order_of_their_ids() -> None:
    table = claims_table([claim(value="600"), claim(), claim()])
    assert table.schema == CLAIMS
    assert table.num_rows == 2
    assert table["claim_id"].to_pylist() == sorted(table["claim_id"].to_pylist())
    assert set(table["value_kind"].to_pylist()) == {"integer"}


def test_rejects_keep_the_content_they_were_about() -> None:
    rejects = [Reject("d", "b.csv", "row:3", "no_name", "…", "whole;row"), Reject("d", "a.csv", "row:9", "no_name", "…", "x")]
    assert rejects_table([*rejects, rejects[0]]).to_pylist()[1]["original"] == "whole;row"
    assert rejects_table([*rejects, rejects[0]])["path"].to_pylist() == ["a.csv", "b.csv"]


@pytest.mark.parametrize("name", ["email", "phone", "contact_name", "comment"])
def test_no_contact_of_a_person_is_releasable(name: str) -> None:
    assert PROPERTIES[name].privacy not in RELEASABLE


def test_the_claims_of_hub_toml_are_made_anew_when_their_code_changes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve.hub_claims(project)
    assert resolve.hub_claims(project).reused
    monkeypatch.setattr(resolve, "modules_version", lambda *files: "|".join(files))
    assert not resolve.hub_claims(project).reused
