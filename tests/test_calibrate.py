"""What the confidence of a claim is measured by: on claims made up here, whose figures one can check by hand."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from typing import Any

import pytest
from test_evaluate import gold

from benchmarks import evaluate
from benchmarks.calibrate import (
    ANY,
    JUDGED,
    KEY,
    OF_SAMPLE,
    PRIOR,
    WEIGHTS,
    Claim,
    by_gold,
    confidences,
    fit,
    interval,
    look_up,
    report,
    rising,
)
from km0_pipeline.press.review import CALIBRATION
from tests.conftest import ROOT


def claim(
    score: float, right: bool | None, kind: str = "integer", document: str = "d", corpus: str = "Gold", **more: Any
) -> Claim:
    return Claim(document, corpus, kind, score, **{"mentions": (), "names": "", "shown": ""} | more, right=right)


def test_the_nearest_shares_that_never_fall() -> None:
    assert rising([(0.1, 0.2, 1), (0.5, 0.8, 1), (0.9, 0.4, 3)]) == [(0.1, 0.2, 1), (0.5, pytest.approx(0.5), 4)]
    assert [share for _, share, _ in rising([(0.1, 0.9, 1), (0.2, 0.5, 1), (0.3, 0.1, 1)])] == [pytest.approx(0.5)]
    assert rising([]) == []


def test_the_share_of_a_kind_leans_on_that_of_its_family_and_the_less_the_more_there_is() -> None:
    found = fit([claim(0.5, n % 2 == 0) for n in range(200)])
    whole = 0.5
    assert look_up(found, "integer", 0.5) == pytest.approx((100 + PRIOR * whole) / (200 + PRIOR))
    assert look_up(found, "decimal", 0.5) == look_up(found, ANY, 0.5) == pytest.approx(whole), (
        "a kind that was never seen"
    )
    assert all(
        confidence < 1 for steps in fit([claim(0.9, True), claim(0.9, False)]).values() for _, confidence in steps
    ), "none is ever sure"


def test_names_say_nothing_of_the_confidence_of_other_claims() -> None:
    names = [claim(0.8, False, "name of person") for _ in range(50)]
    found = fit([*names, *(claim(0.8, True) for _ in range(500))])
    assert look_up(found, "name of person", 0.8) < 0.2 and look_up(found, "integer", 0.8) > 0.95
    assert look_up(found, "name of place", 0.8) < 0.2, "one name, on the other hand, of another"


def test_a_claim_of_a_text_that_rules_were_written_with_weighs_less() -> None:
    real, ours = (
        [claim(0.5, True, corpus=c) for _ in range(20)] + [claim(0.5, False) for _ in range(5)]
        for c in ("Gold", OF_SAMPLE)
    )
    assert look_up(fit(real), "integer", 0.5) > look_up(fit(ours), "integer", 0.5)
    assert all(0 < weight < 1 for weight in WEIGHTS.values())


def test_it_finds_the_share_that_claims_were_drawn_with() -> None:
    draw = random.Random(3)
    drawn = [
        claim(score, draw.random() < truth)
        for score, truth in ((0.6, 0.4), (0.8, 0.8), (0.95, 0.97))
        for _ in range(2000)
    ]
    found = fit(drawn)
    for score, truth in ((0.6, 0.4), (0.8, 0.8), (0.95, 0.97)):
        assert look_up(found, "integer", score) == pytest.approx(truth, abs=0.04)


def test_the_pull_is_the_same_for_one_score_and_for_many_that_are_alike() -> None:
    many = fit(
        [claim(0.5 + n / 100, n % 4 > 0, "name of person") for n in range(40)]
        + [claim(0.1, False, "name of person")] * 9
    )
    one = fit([claim(0.8, n % 4 > 0, "name of person") for n in range(40)] + [claim(0.1, False, "name of person")] * 9)
    assert look_up(many, "name of person", 0.7) == pytest.approx(look_up(one, "name of person", 0.8), abs=0.06)


def test_what_rules_say_is_not_blamed_for_a_wrong_name() -> None:
    names = [claim(0.8, n < 5, "name of person", names=f"m{n}", mentions=(f"m{n}",)) for n in range(10)]
    said = [claim(0.8, n < 5, "mention", mentions=("x", f"m{n}")) for n in range(10)]
    assert look_up(fit([*names, *said]), "mention", 0.8) > 0.85 > 0.6 > look_up(fit(said), "mention", 0.8)


def test_a_claim_is_as_sure_as_itself_and_the_best_names_of_those_it_speaks_of_together() -> None:
    table = {"name": [(0.0, 0.3), (0.9, 0.9)], "any": [(0.0, 0.95)]}
    names = [claim(s, None, "name of person", names="m1", mentions=("m1",)) for s in (0.1, 0.95)]
    found = confidences(
        [*names, claim(0.5, None, mentions=("m1",)), claim(0.5, None, mentions=("m2",))],
        lambda _: {"name of person": table["name"], **table},
    )
    assert list(found.values()) == [0.3, 0.9, pytest.approx(0.9 * 0.95), 0.95]


def test_the_interval_is_wilson_s() -> None:
    assert interval(49, 50) == pytest.approx((0.895, 0.9965), abs=0.001)
    low, high = interval(5, 5)
    assert low == pytest.approx(0.566, abs=0.001) and high == 1


def test_the_report_says_how_many_were_judged_and_what_of_them_was_right() -> None:
    claims = [*(claim(0.9, n < 9) for n in range(10)), claim(0.9, None)]
    text = report(claims, dict.fromkeys(range(11), 0.9), 0.9)
    assert "Gold: 10 of 11 claims judged" in text
    assert (
        "| 0.90 to 0.95 | 10 | 0.90 | 0.900 | 0.60 to 0.98 |" in text
        and "| 0.90 (hub.toml) | 10 | 0.90 | 0.900 |" in text
    )
    assert "Brier score 0.090" in text


ANNOTATED = evaluate.gold_items(
    gold(
        organisations=[{"name": "La Forge", "type": "hub"}, {"name": "Acme", "type": "company"}],
        people=[{"name": "Ada Exemple"}],
        headcounts=[{"value": 30, "qualifier": "approx_below", "of": "employees"}],
        amounts=[{"value": Decimal(5000), "currency": "EUR"}],
        dates=[{"iso": "2019-09"}],
        relations=[{"subject": "Ada Exemple", "predicate": "runs", "object": "Acme"}],
    )
)
NAMED = {"m1": {"Ada Exemple"}, "m2": {"Acme"}, "m3": {"Forge"}, "m4": {"Acm"}}


@pytest.mark.parametrize(
    ("row", "right"),
    [
        ({"property": "name", "subject_kind": "organisation", "value": "la Forge"}, True),
        ({"property": "name", "subject_kind": "person", "value": "La Forge"}, False),
        ({"property": "name", "subject_kind": "event", "value": "Fête"}, None),
        ({"property": "kind", "value": "company"}, True),
        ({"property": "kind", "value": "hub"}, False),
        ({"property": "kind", "value": "hub", "subject_id": "m4"}, False),
        ({"property": "role", "value": "gérante"}, None),
        ({"property": "headcount", "value": "30", "qualifier": "nearly"}, True),
        ({"property": "headcount", "value": "30"}, False),
        ({"property": "headcount", "value": "30", "scope": "companies"}, None),
        ({"property": "funding_eur", "value": "5000"}, True),
        ({"property": "opened_on", "value": "2019", "value_kind": "date"}, False),
        (
            {"property": "heads", "subject_id": "m1", "subject_kind": "person", "value": "m2", "value_kind": "mention"},
            True,
        ),
        (
            {"property": "heads", "subject_id": "m1", "subject_kind": "person", "value": "m3", "value_kind": "mention"},
            False,
        ),
    ],
)
def test_gold_judges_what_it_speaks_of(row: dict[str, str], right: bool | None) -> None:
    whole = {
        "subject_id": "m2",
        "subject_kind": "organisation",
        "value_kind": "text",
        "qualifier": "exact",
        "scope": "",
    } | row
    assert by_gold(whole, NAMED, ANNOTATED, exhaustive=True) is right
    if row["property"] == "heads":
        assert by_gold(whole, NAMED, ANNOTATED, exhaustive=False) is None


def test_the_calibration_in_the_package_rises_from_nothing_to_less_than_one() -> None:
    with CALIBRATION.open(encoding="utf-8", newline="") as file:
        rows = [(r["kind"], float(r["score"]), float(r["confidence"])) for r in csv.DictReader(file)]
    assert {k for k, *_ in rows} >= {ANY, "name of organisation", "name of person", "name of place"}
    for kind in {k for k, *_ in rows}:
        steps = [r[1:] for r in rows if r[0] == kind]
        assert steps[0][0] == 0 and steps == sorted(steps) and [p for _, p in steps] == sorted(p for _, p in steps)
        assert all(0 < p < 1 for _, p in steps)


def test_judgements_are_of_texts_in_the_repository_and_each_is_made_once() -> None:
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["right"] for r in rows} <= {"0", "1"} and all((ROOT / r["path"]).is_file() for r in rows)
    assert len({tuple(r[k] for k in KEY) for r in rows}) == len(rows)
