"""Which claims of the press are published: by their confidence, else as a person decides, and that decision holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from press_world import rows

from km0_pipeline import decisions
from km0_pipeline.claims import Claim, claims_table, digest, mention_id
from km0_pipeline.entities.resolve import entity_mentions, hub_claims
from km0_pipeline.press import review
from km0_pipeline.press.review import CLAIM, claim_decisions, press_reviewed
from km0_pipeline.register.links import register_links
from km0_pipeline.register.statements import ROWS
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Project, make

TEXT = "Zoé Exemple dirige la Ficta Robotique. Ficta Robotique compte 30 salariés."
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = "kind,score,confidence\nany,0,0.2\nany,0.5,0.8\nany,0.9,0.97\nname,0,0.2\nname,0.5,0.8\nname,0.9,0.97\nname of person,0,0.1\nname of person,0.7,0.9\n"


@pytest.fixture(autouse=True)
def calibrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A calibration that one can read here."""
    path = tmp_path / "calibration.csv"
    path.write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(review, "CALIBRATION", path)


class Press:
    """One article: what the rules find in it, and which of it is published where claims below 0.7 wait."""

    def __init__(self, project: Project) -> None:
        self.project = replace(
            project,
            hub=project.hub.model_copy(update={"press": project.hub.press.model_copy(update={"review_below": 0.7})}),
        )
        self.text, self.path, self.method = TEXT, "press/a.md", "t/1"
        self.sure = {"zoé": 0.95, "ficta": 0.95, "heads": 0.95, "headcount": 0.95}
        self.words: dict[str, str] = {}

    @property
    def document(self) -> str:
        return digest(self.text)

    def claims(self) -> list[Claim]:
        zoé, ficta = mention_id(self.document, "person", "zoé"), mention_id(self.document, "organisation", "ficta")

        def said(key: str, subject: str, kind: Any, prop: str, value: str, words: str, **more: str) -> Claim:
            words = self.words.get(key, words)
            start = self.text.index(words)
            return Claim(
                self.document,
                f"char:{start}-{start + len(words)}",
                subject,
                kind,
                prop,
                value,
                words,
                method=self.method,
                confidence=self.sure[key],
                **more,
            )

        return [
            said("zoé", zoé, "person", "name", "Zoé Exemple", "Zoé Exemple"),
            said("ficta", ficta, "organisation", "name", "Ficta Robotique", "Ficta Robotique"),
            said("heads", zoé, "person", "heads", ficta, "Zoé Exemple dirige la Ficta Robotique"),
            said("headcount", ficta, "organisation", "headcount", "30", "30 salariés", scope="employees"),
        ]

    def read(self) -> dict[str, tuple[str, str, float]]:
        """Claim -> its status, why, and its confidence."""
        known = {
            "document_id": self.document,
            "path": self.path,
            "url": "",
            "title": "",
            "publisher": "",
            "published_on": "",
            "text": self.text,
        }
        for name, table in (
            ("press_documents", pa.Table.from_pylist([known])),
            ("press_claims", claims_table(self.claims())),
        ):
            make(
                self.project,
                name,
                lambda out, table=table: pq.write_table(table, out),
                version=digest(repr(table.to_pylist())),
            )
        claim_decisions(self.project)
        press_reviewed(self.project)
        key = {c.claim_id: k for c, k in zip(self.claims(), self.sure, strict=True)}
        return {
            key[r["claim_id"]]: (r["status"], r["reason"], r["confidence"])
            for r in rows(self.project, "press_reviewed")
        }

    def status(self) -> dict[str, str]:
        return {key: status for key, (status, _, _) in self.read().items()}

    def decide(self, key: str, decision: str) -> None:
        self.read()
        row = next(
            r
            for r in rows(self.project, "press_reviewed")
            if r["claim_id"] == self.claims()[list(self.sure).index(key)].claim_id
        )
        about = row | {
            "path": self.path,
            "url": "",
            "words": row["original"],
            "value": row["shown"],
            "scope": row["scope_shown"],
        }
        decisions.append(
            self.project.raw, CLAIM, decision, about, by="camille", when=NOON, why="", score=row["confidence"]
        )


@pytest.fixture
def press(project: Project) -> Press:
    return Press(project)


def test_the_score_of_a_rule_becomes_the_share_that_is_right_of_such_claims(press: Press) -> None:
    press.sure |= {"headcount": 0.6, "zoé": 0.95}
    found = press.read()
    assert found["ficta"] == ("accepted", "confidence", 0.97) and found["headcount"] == ("accepted", "confidence", 0.776)
    assert found["zoé"][2] == 0.9, "a kind that has a table of its own"
    assert {r["score"] for r in rows(press.project, "press_reviewed")} == {0.95, 0.6}


def test_below_the_limit_it_waits(press: Press) -> None:
    press.sure["headcount"] = 0.3
    assert press.read()["headcount"] == ("to_review", "confidence", 0.194)
    press.project = replace(
        press.project,
        hub=press.project.hub.model_copy(
            update={"press": press.project.hub.press.model_copy(update={"review_below": 0.19})}
        ),
    )
    assert press.status()["headcount"] == "accepted"


def test_nothing_is_surer_than_the_names_of_those_it_speaks_of_together(press: Press) -> None:
    press.sure["ficta"] = 0.3
    found = press.read()
    assert [found[k][2] for k in ("ficta", "headcount", "heads", "zoé")] == [0.2, 0.194, 0.1746, 0.9]
    assert [found[k][0] for k in ("ficta", "headcount", "heads", "zoé")] == [
        "to_review",
        "to_review",
        "to_review",
        "accepted",
    ]


def test_what_is_accepted_is_published_with_the_names_it_was_shown_with(press: Press) -> None:
    press.sure |= {"zoé": 0.1, "ficta": 0.1, "heads": 0.1}
    press.decide("heads", "accept")
    found = press.read()
    assert [found[k] for k in ("heads", "zoé", "ficta")] == [("accepted", "decision", 1.0)] * 3
    assert found["headcount"][:2] == ("accepted", "confidence"), "it waited for the name only"
    press.sure["headcount"] = 0.3
    assert press.status()["headcount"] == "to_review", "the decision was not on that"


def test_what_is_rejected_is_not_published_nor_what_is_said_of_a_rejected_name(press: Press) -> None:
    press.decide("headcount", "reject")
    assert press.read()["headcount"][:2] == ("rejected", "decision")
    press.decide("ficta", "reject")
    assert press.status() == {"zoé": "accepted", "ficta": "rejected", "heads": "rejected", "headcount": "rejected"}


def test_the_later_decision_counts_and_may_be_to_take_it_back(press: Press) -> None:
    press.sure["headcount"] = 0.3
    for decision, status in (
        ("accept", "accepted"),
        ("reject", "rejected"),
        ("withdraw", "to_review"),
        ("accept", "accepted"),
    ):
        press.decide("headcount", decision)
        assert press.status()["headcount"] == status


def test_a_decision_holds_where_only_the_source_changed(press: Press) -> None:
    press.sure["headcount"] = 0.3
    press.decide("headcount", "accept")
    press.text = "Une correction. " + TEXT
    assert press.status()["headcount"] == "accepted"
    press.path = "press/b.md"
    assert press.status()["headcount"] == "to_review", "another document that happens to say so"


def test_a_decision_holds_where_only_the_extraction_changed(press: Press) -> None:
    press.sure["headcount"] = 0.3
    press.decide("headcount", "accept")
    press.method, press.sure["headcount"], press.words["headcount"] = "t/2", 0.4, "compte 30 salariés"
    assert press.status()["headcount"] == "accepted"


def test_it_is_asked_again_where_both_changed(press: Press) -> None:
    press.sure["headcount"] = 0.3
    press.decide("headcount", "accept")
    press.text, press.words["headcount"] = "Une correction. " + TEXT, "compte 30 salariés"
    assert press.status()["headcount"] == "to_review"


def test_another_claim_with_the_same_words_is_another_claim(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    press.sure["headcount"] = 0.3
    press.decide("headcount", "accept")
    made = press.claims()
    monkeypatch.setattr(press, "claims", lambda: [*made[:3], replace(made[3], qualifier="about")])
    assert press.status()["headcount"] == "to_review"


def test_a_name_that_waits_is_no_entity_yet(press: Press) -> None:
    press.sure["zoé"] = 0.1
    press.read()
    hub_claims(press.project)
    registry_files(press.project)
    registry_rows(press.project)
    register_links(press.project)
    make(press.project, "register_rows", lambda out: pq.write_table(ROWS.empty_table(), out), version="t/1")
    entity_mentions(press.project)
    assert {m["name"] for m in rows(press.project, "entity_mentions") if m["kind"] == "person"} == set()
    press.decide("zoé", "accept")
    press.read()
    entity_mentions(press.project)
    assert {m["name"] for m in rows(press.project, "entity_mentions") if m["kind"] == "person"} == {"Zoé Exemple"}


def test_a_broken_line_is_a_reject_and_the_others_count(press: Press) -> None:
    press.sure["headcount"] = 0.3
    press.decide("headcount", "accept")
    path = decisions.path_of(press.project.raw, CLAIM)
    path.write_text("?\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert press.status()["headcount"] == "accepted"
    (reject,) = rows(press.project, "decision_rejects")
    assert reject["reason"] == "bad_decision" and "decisions/claims.jsonl, line 1" in reject["sentence"]


def test_a_decision_on_what_is_no_longer_claimed_is_named_by_its_line(press: Press) -> None:
    press.decide("headcount", "accept")
    press.decide("heads", "accept")
    press.read()
    idle = press_reviewed(press.project).figures["idle"]
    assert idle == []
    press.text, press.words = TEXT.replace("30 salariés", "31 salariés"), {"headcount": "31 salariés"}
    press.read()
    assert press_reviewed(press.project).figures["idle"] == [1], "the other is still said in the same words"


def test_who_decided_when_and_why_stay_in_the_file(press: Press) -> None:
    press.decide("headcount", "accept")
    press.read()
    for step in ("claim_decisions", "press_reviewed"):
        assert "camille" not in repr(rows(press.project, step)) and "2026-03-01" not in repr(rows(press.project, step))


def test_unchanged_decisions_are_not_replayed_again(press: Press) -> None:
    press.decide("headcount", "accept")
    press.read()
    assert claim_decisions(press.project).reused and press_reviewed(press.project).reused
