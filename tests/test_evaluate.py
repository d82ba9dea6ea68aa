"""The evaluation counts right: on annotations made up here, whose figures one can check by hand."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks import evaluate
from benchmarks.evaluate import (
    BARS,
    Compared,
    Score,
    annotated,
    claimed,
    compare,
    errors,
    gold_items,
    items,
    name_form,
    report,
    score,
)
from km0_pipeline.press.folding import straighten
from tests.conftest import ROOT


def gold(**more: Any) -> dict[str, Any]:
    """An annotation in the form of the corpus, of nothing but what is given."""
    kinds = ("organisations", "people", "places", "headcounts", "amounts", "dates", "relations")
    return {kind: [] for kind in kinds} | {"id": "x01", "annotation": {"confidence": "high"}} | more


def compared(ours: dict[str, Any], strict: bool = True, **annotated: Any) -> Compared:
    return Compared("x01", strict, gold_items(gold(**annotated)), ours, {k: set() for k in evaluate.NAMES})


# --- the scorer -------------------------------------------------------------------------------


def test_what_is_all_right_scores_one() -> None:
    s = score(items(["Acme", "Bolt"]), items(["Bolt", "Acme"]))
    assert s == Score(right=2) and s.measures == {"P": 1, "R": 1, "F1": 1}


def test_nothing_found_has_no_precision_and_nothing_annotated_no_recall() -> None:
    assert score(items(["Acme"]), []).measures == {"P": None, "R": 0, "F1": 0}
    assert score([], items(["Acme"])).measures == {"P": 0, "R": None, "F1": 0}
    assert score([], []).measures == {"P": None, "R": None, "F1": None}


@pytest.mark.parametrize("cut", ["Acm", "Acme S", "acme", "cme"])
def test_a_name_that_is_off_by_one_character_is_wrong_and_the_right_one_missed(cut: str) -> None:
    assert score(items(["Acme"]), items([cut])) == Score(wrong=1, missed=1)


def test_what_stands_twice_counts_once_right_or_wrong() -> None:
    assert score([*items(["Acme"]), *items(["Acme"])], [*items(["Acme"]), *items(["Acme"])]) == Score(right=1)
    assert score([], [*items(["Acme"]), *items(["Acme"])]) == Score(wrong=1)


def test_two_names_of_one_gold_subject_are_one_hit() -> None:
    assert score([frozenset({"ACM", "Agence des cas modèles"})], items(["ACM", "Agence des cas modèles"])) == Score(right=1)


def test_a_name_inside_another_is_not_that_other() -> None:
    assert score(items(["fablab de Trifouilly"]), items(["Trifouilly"])) == Score(wrong=1, missed=1)
    assert score(items(["fablab de Trifouilly", "Trifouilly"]), items(["Trifouilly"])) == Score(right=1, missed=1)


def test_figures_of_documents_are_summed_before_they_are_divided() -> None:
    assert (Score(1, 0, 0) + Score(0, 1, 1)).measures == {"P": 0.5, "R": 0.5, "F1": 0.5}


# --- gold -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stored", "same"), [("L’Usine à idées", "Usine à idées"), ("La Forge", "Forge"), ("Grand\u00a0 Est", "Grand Est"), ("Labo", "Labo"), ("La", "La")])
def test_apostrophes_spaces_and_a_leading_article_make_no_difference(stored: str, same: str) -> None:
    assert name_form(stored) == same


def test_a_subject_of_gold_has_its_name_aliases_and_surface() -> None:
    entity = {"name": "La Forge", "type": "fablab", "aliases": ["Forge de Trifouilly"], "surface": "la Forge"}
    assert gold_items(gold(organisations=[entity]))["organisations"] == {frozenset({"Forge", "Forge de Trifouilly"}): "fablab"}


def test_the_qualifier_of_a_headcount_must_be_right() -> None:
    annotated = gold_items(gold(headcounts=[{"value": 600, "qualifier": "approx_below", "of": "employees"}]))["headcounts"]
    assert score(annotated, items([(Decimal(600), "nearly")])) == Score(right=1)
    assert score(annotated, items([(Decimal(600), "about")])) == Score(wrong=1, missed=1)


def test_a_number_of_pupils_is_no_staff_and_not_held_against_it() -> None:
    of = [{"value": 30, "qualifier": "exact", "of": "employees"}, {"value": 200, "qualifier": "approx", "of": "pupils"}]
    ours = {"staff, claimed": items([(Decimal(30), "exact"), (Decimal(200), "exact"), (Decimal(7), "exact")])}
    c = compared(ours, headcounts=of)
    assert c.score("staff, claimed") == Score(right=1, wrong=1)
    assert c.score("headcounts, claimed") == Score(missed=2)


def test_a_day_without_a_year_is_the_same_in_both_notations() -> None:
    assert gold_items(gold(dates=[{"iso": "--05-04"}, {"iso": "2014/2015"}]))["dates"].keys() == items(["XXXX-05-04", "2014/2015"])


def test_an_amount_in_another_currency_is_another_amount() -> None:
    annotated = gold_items(gold(amounts=[{"value": 5, "currency": "CHF"}]))["amounts"]
    assert score(annotated, items([(Decimal(5), "EUR")])) == Score(wrong=1, missed=1)


# --- relations --------------------------------------------------------------------------------

FORGE = {"name": "Forge de Trifouilly", "type": "hub", "aliases": ["La Forge"]}


def rows(*claims: tuple[str, str, str, str]) -> list[dict[str, str]]:
    """Claims of the pipeline: subject's mention and kind, property, value."""
    return [
        {"subject_id": s, "subject_kind": kind, "property": p, "value": v, "value_kind": "mention" if v.startswith("m") else "text", "scope": "", "as_of": "", "qualifier": "exact"}
        for s, kind, p, v in claims
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "ends", "prop", "ours"),
    [
        ("tenant_of", ("Acme", "La Forge"), "tenant_of", ("m1", "m2")),
        ("hosts", ("La Forge", "Acme"), "tenant_of", ("m1", "m2")),
        ("partner_of", ("La Forge", "Acme"), "partner_of", ("m1", "m2")),
        ("runs", ("Acme", "La Forge"), "heads", ("m1", "m2")),
    ],
)
def test_a_relation_is_right_under_any_name_of_its_ends(predicate: str, ends: tuple[str, str], prop: str, ours: tuple[str, str]) -> None:
    claims = rows(("m1", "organisation", "name", "Acme"), ("m2", "organisation", "name", "Forge de Trifouilly"), (ours[0], "organisation", prop, ours[1]))
    c = compared(claimed(claims, ""), organisations=[FORGE], relations=[{"subject": ends[0], "predicate": predicate, "object": ends[1]}])
    assert c.score("relations") == Score(right=1)


def test_a_relation_the_wrong_way_round_is_wrong() -> None:
    claims = rows(("m1", "organisation", "name", "Acme"), ("m2", "organisation", "name", "Forge"), ("m2", "organisation", "funds", "m1"))
    c = compared(claimed(claims, ""), relations=[{"subject": "Acme", "predicate": "funds", "object": "Forge"}])
    assert c.score("relations") == Score(wrong=1, missed=1)


def test_a_predicate_that_we_do_not_have_counts_as_missed_unless_gold_is_unsure_of_the_document() -> None:
    unheard = [{"subject": "Ada", "predicate": "spouse_of", "object": "Bob"}]
    assert compared({}, relations=unheard).score("relations") == Score(missed=1)
    assert compared({}, strict=False, relations=unheard).score("relations") == Score()


# --- the whole --------------------------------------------------------------------------------

TEXT = """Le KM0 accueille près de 30 salariés
2019-10-02

La société Zorglub a été fondée par Jeanne Zatopek. Zorglub est installée au KM0. Le KM0 a ouvert le 26 septembre 2019.

On y vient de Mulhouse.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    annotation = gold(
        id="x01_zorglub", text="x01.txt", text_sha256=hashlib.sha256(TEXT.encode()).hexdigest(),
        organisations=[{"name": "KM0", "type": "hub"}, {"name": "Zorglub", "type": "company"}],
        people=[{"name": "Jeanne Zatopek", "role": "fondatrice"}], places=[{"name": "Mulhouse", "type": "city"}],
        dates=[{"iso": "2019-10-02"}, {"iso": "2019-09-26"}],
        headcounts=[{"value": 30, "qualifier": "approx_below", "of": "employees"}],
        relations=[{"subject": "Jeanne Zatopek", "predicate": "founder_of", "object": "Zorglub"}, {"subject": "KM0", "predicate": "hosts", "object": "Zorglub"}],
    )  # fmt: skip
    (tmp_path / "x01.json").write_text(json.dumps(annotation), encoding="utf-8")
    (tmp_path / "x01.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_what_the_steps_of_the_pipeline_make_is_what_is_scored(corpus: Path) -> None:
    (c,) = compare(annotated(corpus))
    reached = {kind: c.score(kind) for kind in BARS}
    assert [k for k, s in reached.items() if s.missed or s.wrong] == [], errors([c])
    assert reached["organisations"].right == 2 and reached["staff, claimed"].right == 1 and reached["relations"].right == 2
    again = report("x", compare(annotated(corpus)))
    assert report("x", [c]) == again
    assert not [w for w in ("Zorglub", "Zatopek", "KM0 ", "Mulhouse", "2019") if w in again]


def test_a_gold_annotation_of_another_text_is_refused(corpus: Path) -> None:
    (corpus / "x01.txt").write_text(TEXT + "Une phrase de plus.", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"x01_zorglub: .* not the one that was annotated"):
        annotated(corpus)


def test_our_own_gold_is_there_where_the_articles_of_others_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(evaluate, "ARTICLES", tmp_path / "absent")
    assert OUR_GOLD and evaluate.OURS / "seen" in evaluate.at_hand() and tmp_path / "absent" not in evaluate.at_hand()
    monkeypatch.setattr(evaluate, "ARTICLES", tmp_path)
    assert evaluate.at_hand()[0] == tmp_path


OUR_GOLD = sorted(evaluate.OURS.glob("*/*.json"))


@pytest.mark.parametrize("path", OUR_GOLD, ids=lambda p: p.stem)
def test_our_gold_speaks_of_its_text(path: Path) -> None:
    annotation = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    stored = path.with_name(annotation["text"]).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == annotation["text_sha256"], "the text was edited after it was annotated"
    text = straighten(stored.decode())
    surfaces = [
        *({e["name"], *e.get("aliases", ()), *filter(None, [e.get("surface")])} for kind in evaluate.NAMES for e in annotation[kind]),
        *({a["text"]} for kind in ("headcounts", "amounts", "dates") for a in annotation[kind]),
    ]
    assert not [s for s in surfaces if not any(straighten(form) in text for form in s)], "these stand nowhere in the text"
    named = {form for kind in evaluate.NAMES for e in annotation[kind] for form in (e["name"], *e.get("aliases", ()))}
    assert {end for r in annotation["relations"] for end in (r["subject"], r["object"])} <= named
    assert gold_items(annotation)


def test_where_there_is_no_gold_it_says_so_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--corpus", str(tmp_path)])
    monkeypatch.setattr(evaluate, "REPORT", tmp_path / "evaluation.md")
    assert evaluate.main() == 1
    assert f"no gold annotations (*.json) in {tmp_path}" in capsys.readouterr().err
    assert not evaluate.REPORT.exists()


def test_the_published_figures_are_figures_and_ids_only() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert text.startswith(evaluate.INTRODUCTION)
    cells = [c.strip() for line in text.splitlines() if re.match(r"\| [a-z]\d\d_", line) for c in line.strip("|").split("|")]
    assert cells and all(re.fullmatch(r"[\d.]+|–|[a-z]\d\d_\w+", c) for c in cells)
    assert not re.search(r"(?<!\| )\b20[12]\d(?!\d| of \d+ claims)", text), "the report holds a date"
