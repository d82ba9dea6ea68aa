"""Names that nearly agree are joined where that is sure, else asked about; what people decide of two organisations holds."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from entities_world import World

from km0_pipeline.decisions import append, path_of
from km0_pipeline.entities import decided, nearly
from km0_pipeline.entities.decided import ENTITY
from km0_pipeline.steps import Project, made

A, B = "111111118", "222222226"
OTHERS = (
    "Boulangerie Rhénatruc",
    "Zigouillon Conseil",
    "Menuiserie Fictive",
    "Banque des Chimères",
    "École Imaginaire",
    "Radio Nulle Part",
    "Institut Trucmuche",
)


@pytest.fixture
def world(project: Project) -> World:
    """A hub in which some others are spoken of too."""
    world = World(project)
    for n, name in enumerate(OTHERS):
        world.row(100 + n, name)
    return world


def decide(
    world: World, decision: str, one: str, other: str, by: str = "camille", one_siren: str = "", other_siren: str = ""
) -> None:
    place = world.project.hub.hub.commune
    about = {
        "one": one,
        "one_place": place,
        "one_siren": one_siren,
        "other": other,
        "other_place": place,
        "other_siren": other_siren,
        "model": "t",
    }
    append(world.project.raw, ENTITY, decision, about, by=by, when=datetime(2026, 3, 1, tzinfo=UTC), why="", score=0.5)


def doubts(world: World) -> list[set[str]]:
    return [
        {r["one_name"], r["other_name"]} for r in pq.read_table(made(world.project, "entity_doubts").path).to_pylist()
    ]


def rejects(world: World) -> list[dict[str, Any]]:
    return list(pq.read_table(made(world.project, "entity_rejects").path).to_pylist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Technifictif", "Techni Fictif"),
        ("Établissements Rhénamachin", "Ets Rhénamachin"),
        ("Atelier de Rhénamachin", "Atelier Rhenamahcin"),
    ],
)
def test_a_space_an_abbreviation_or_a_slip_in_a_long_word_is_no_other_organisation(
    world: World, one: str, other: str
) -> None:
    row, article = world.row(2, one, siren=A), world.said("article", other)
    entities = world.resolve()
    assert entities[row] == entities[article]
    assert world.mention(article)["stage"] == "scored"
    assert doubts(world) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bâtiment Fictif 23", "Bâtiment Fictif 24"),
        ("Rhénamachin SAS", "Association Rhénamahcin"),
        ("Boulangerie Durand", "Menuiserie Lafitte"),
    ],
)
def test_numbers_and_legal_forms_that_differ_are_others_and_nobody_is_asked(world: World, one: str, other: str) -> None:
    first, second = world.row(2, one), world.row(3, other)
    entities = world.resolve()
    assert entities[first] != entities[second]
    assert doubts(world) == []


def test_what_is_likely_and_not_sure_waits(world: World) -> None:
    row, article = world.row(2, "Atelier Martin", siren=A), world.said("article", "Atelier Marin")
    entities = world.resolve()
    assert entities[row] != entities[article]
    assert doubts(world) == [{"Atelier Martin", "Atelier Marin"}]
    assert made(world.project, "entity_mentions").figures["to_review"] == 1


def test_a_slip_in_a_short_word_is_no_surer_for_a_long_word_beside_it(world: World) -> None:
    one, other = world.row(2, "Potier Imaginaire"), world.said("article", "Jotier Imaginaire")
    entities = world.resolve()
    assert entities[one] != entities[other]


def test_the_likeliest_are_asked_about_and_the_others_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearly, "ASKED", 1)
    for n, (one, other) in enumerate((("Atelier Martin", "Atelier Marin"), ("Fabrique Lucet", "Fabrique Lucret"))):
        world.row(2 + n, one)
        world.said(f"article {n}", other)
    world.resolve()
    figures = made(world.project, "entity_mentions").figures
    assert (figures["to_review"], figures["not_asked"]) == (1, 1)
    assert len(doubts(world)) == 1


def test_a_decision_on_whom_no_source_names_any_more_is_told_by_its_line(world: World) -> None:
    world.row(2, "Fictif", siren=A)
    decide(world, "unsure", "Boulangerie Rhénatruc", "Zigouillon Conseil")
    decide(world, "same", "La Fabrique disparue", "Fictif", other_siren=A)
    world.resolve()
    assert made(world.project, "entity_mentions").figures["idle"] == [2]


def test_nobody_is_asked_about_a_row_that_may_not_be_published(world: World) -> None:
    world.said("article", "Atelier Marin")
    world.row(2, "Atelier Martin")
    world.resolve()
    assert doubts(world) == [{"Atelier Martin", "Atelier Marin"}]
    world.kept_back = [world.rows.pop()]
    world.resolve()
    assert doubts(world) == []


def test_names_at_two_places_are_not_compared(world: World) -> None:
    here, there = (
        world.said("article", "Technifictif"),
        world.row(2, "Techni Fictif", at_hub=False, commune_code="67482"),
    )
    entities = world.resolve()
    assert entities[here] != entities[there]


def test_same_joins_two_with_all_their_mentions(world: World) -> None:
    row, renamed = world.row(2, "Fictif", siren=A), world.row(3, "Fictif Industrie", siren=A)
    article, again = world.said("article", "La Fabrique"), world.said("autre article", "la fabrique")
    decide(world, "same", "La Fabrique", "FICTIF", other_siren=A)
    entities = world.resolve()
    assert len({entities[m] for m in (row, renamed, article, again)}) == 1
    assert world.mention(again)["stage"] == "decision"


def test_different_keeps_apart_what_names_or_likeness_would_join_and_all_that_goes_with_it(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "Fictif")
    slip, near = world.said("article", "Rhénamachin"), world.row(3, "Rhéna Machin", siren=B)
    decide(world, "different", "Fictif", "Fictif", other_siren=A)
    decide(world, "different", "Rhénamachin", "Rhéna Machin", other_siren=B)
    entities = world.resolve()
    assert entities[row] != entities[article]
    assert entities[slip] != entities[near]
    assert doubts(world) == []


def test_different_holds_for_whoever_is_one_with_either(world: World) -> None:
    named, other_name = world.row(2, "Rhénamachin", siren=A), world.row(3, "Grande Fabrique", siren=A)
    near, same = world.said("article", "Rhéna Machin"), world.said("article", "Petite Fabrique")
    decide(world, "same", "Petite Fabrique", "Rhéna Machin")
    decide(world, "different", "Petite Fabrique", "Grande Fabrique", other_siren=A)
    entities = world.resolve()
    assert entities[near] == entities[same] != entities[named] == entities[other_name]


def test_unsure_leaves_them_two_and_is_not_asked_again(world: World) -> None:
    row, article = world.row(2, "Atelier Martin", siren=A), world.said("article", "Atelier Marin")
    decide(world, "unsure", "Atelier Marin", "Atelier Martin", other_siren=A)
    entities = world.resolve()
    assert entities[row] != entities[article]
    assert doubts(world) == []


def test_the_later_line_of_a_steward_counts_and_a_withdrawn_one_does_not(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "La Fabrique")
    decide(world, "different", "La Fabrique", "Fictif", other_siren=A)
    decide(world, "same", "Fictif", "La Fabrique", one_siren=A)
    entities = world.resolve()
    assert entities[row] == entities[article]
    decide(world, "withdraw", "La Fabrique", "Fictif", other_siren=A)
    entities = world.resolve()
    assert entities[row] != entities[article]
    assert rejects(world) == []


def test_two_stewards_who_contradict_one_another_are_told_both_lines_and_neither_counts(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "La Fabrique")
    decide(world, "same", "La Fabrique", "Fictif", other_siren=A)
    decide(world, "different", "La Fabrique", "Fictif", by="dominique", other_siren=A)
    entities = world.resolve()
    assert entities[row] != entities[article]
    (reject,) = rejects(world)
    assert reject["reason"] == "contradicting_decisions"
    assert "line 2: it says different where line 1, of another steward, says same. Neither of the two counts" in reject["sentence"]


def test_what_two_stewards_contradict_one_another_on_is_not_joined_for_being_alike(world: World) -> None:
    row, article = world.row(2, "Technifictif", siren=A), world.said("article", "Techni Fictif")
    decide(world, "same", "Techni Fictif", "Technifictif", other_siren=A)
    decide(world, "different", "Techni Fictif", "Technifictif", by="dominique", other_siren=A)
    entities = world.resolve()
    assert entities[row] != entities[article]
    assert doubts(world) == [] and len(rejects(world)) == 1


def test_a_contradiction_through_a_third_names_both_lines_and_different_counts(world: World) -> None:
    one, two, three = (world.said("article", name) for name in ("La Fabrique", "Le Moulin", "Le Four"))
    decide(world, "different", "La Fabrique", "Le Four")
    decide(world, "same", "La Fabrique", "Le Moulin", by="dominique")
    decide(world, "same", "Le Moulin", "Le Four", by="dominique")
    entities = world.resolve()
    assert entities[one] == entities[two] != entities[three]
    (reject,) = rejects(world)
    assert "line 3" in reject["sentence"] and "joins what line 1 says is different" in reject["sentence"]


def test_thousands_of_decisions_are_weighed_in_a_moment(world: World) -> None:
    lines = [("same", f"Fictif {n}", f"Fictif {n + 1}") for n in range(2000)] + [("different", f"Fictif {n}", f"Autre {n}") for n in range(2000)]
    pairs = [decided.Pair(n, decision, (one, "68224", ""), (other, "68224", "")) for n, (decision, one, other) in enumerate(lines, 1)]
    start = time.process_time()
    kept, rejects = decided._consistent(pairs)
    assert time.process_time() - start < 1 and len(kept) == 4000 and not rejects


def test_a_line_that_cannot_be_read_stops_nothing(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "La Fabrique")
    decide(world, "same", "La Fabrique", "Fictif", other_siren=A)
    with path_of(world.project.raw, ENTITY).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"decision": "same"}) + "\n")
    entities = world.resolve()
    assert entities[row] == entities[article]
    assert [r["locator"] for r in rejects(world)] == ["line:2"]


def test_a_decision_keeps_ids_and_gives_redirects(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "La Fabrique")
    before = world.resolve()
    world.publish()
    decide(world, "same", "La Fabrique", "Fictif", other_siren=A)
    small, large = sorted((before[row], before[article]))
    entities = world.resolve()
    assert entities[row] == entities[article] == small
    assert world.redirects() == [(large, small, "merge")]
    world.publish()
    decide(world, "different", "La Fabrique", "Fictif", other_siren=A)
    parted = world.resolve()
    assert parted[row] != parted[article]
    assert small in parted.values()
