"""Files of decisions: each line is kept, a broken one is told of, and none is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from km0_pipeline.decisions import Sort, append, path_of, read
from tests.conftest import ROOT

THING = Sort("thing", "things.jsonl", ("accept", "reject"), ("name", "place"))
ABOUT = {"name": "Atelier Fictif", "place": "Trifouilly"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE: dict[str, Any] = {
    "decision": "accept",
    "by": "camille",
    "when": "2026-03-01T12:00:00+00:00",
    "why": "",
    "score": 0.5,
    "thing": ABOUT,
}


def add(raw: Path, decision: str = "accept", **more: Any) -> None:
    append(raw, THING, decision, ABOUT, **{"by": "camille", "when": NOON, "why": "", "score": 0.5} | more)


def put(raw: Path, *lines: str | bytes) -> None:
    path = path_of(raw, THING)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join((x if isinstance(x, bytes) else x.encode()) + b"\n" for x in lines))


def test_what_is_added_is_read_in_order_and_holds_who_when_why_and_the_score(tmp_path: Path) -> None:
    add(tmp_path, why="on l'a vu à l'œuvre", score=0.71)
    add(tmp_path, "reject")
    found, rejects = read(tmp_path, THING)
    assert [(d.line, d.decision, d.about) for d in found] == [
        (1, "accept", ABOUT),
        (2, "reject", ABOUT),
    ] and not rejects
    first = json.loads(path_of(tmp_path, THING).read_text(encoding="utf-8").splitlines()[0])
    assert first == LINE | {"why": "on l'a vu à l'œuvre", "score": 0.71}


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, THING) == ([], [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not one JSON object"),
        ("[]", "not one JSON object"),
        (b"\xff{}", "not one JSON object"),
        ("{}", "decision, by, when, why, score, thing missing"),
        (json.dumps(LINE | {"mail": "x"}), "mail unknown"),
        (json.dumps(LINE | {"decision": "maybe"}), "none of accept, reject"),
        (json.dumps(LINE | {"by": 3}), "by, when and why must be texts"),
        (json.dumps(LINE | {"when": "2026-03-01T12:00:00"}), "time zone"),
        (json.dumps(LINE | {"when": "hier"}), "time zone"),
        (json.dumps(LINE | {"score": "0.5"}), "score"),
        (json.dumps(LINE | {"score": float("nan")}), "score"),
        (json.dumps(LINE | {"thing": {"name": "x"}}), "thing must hold the texts name, place"),
        (json.dumps(LINE | {"thing": ABOUT | {"place": None}}), "thing must hold the texts name, place"),
    ],
)
def test_a_broken_line_is_told_of_with_its_number_and_the_others_count(
    tmp_path: Path, line: str | bytes, words: str
) -> None:
    put(tmp_path, json.dumps(LINE), "", line, json.dumps(LINE))
    found, (reject,) = read(tmp_path, THING)
    assert [d.line for d in found] == [1, 4]
    assert (
        reject.sentence.startswith("data/raw/decisions/things.jsonl, line 3: ")
        and words in reject.sentence
        and "Mend that line or delete it" in reject.sentence
    )
    assert (reject.path, reject.locator, reject.reason) == ("decisions/things.jsonl", "line:3", "bad_decision")
    assert "camille" not in reject.sentence


def test_what_an_editor_leaves_is_read(tmp_path: Path) -> None:
    put(tmp_path, b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r")
    path_of(tmp_path, THING).write_bytes(path_of(tmp_path, THING).read_bytes().rstrip(b"\n"))
    add(tmp_path, "reject")
    found, rejects = read(tmp_path, THING)
    assert [d.decision for d in found] == ["accept", "reject"] and not rejects


def test_no_line_is_lost_where_several_add_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]; import test_decisions as t;"
        "[t.add(Path(sys.argv[1]), why='x' * 5000) for _ in range(40)]"
    )
    adding = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(ROOT), str(ROOT / "tests")])
        for _ in range(3)
    ]
    assert [p.wait(120) for p in adding] == [0, 0, 0]
    found, rejects = read(tmp_path, THING)
    assert len(found) == 120 and not rejects
