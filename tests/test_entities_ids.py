"""An entity gets its id once and keeps it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import duckdb
import pytest
from entities_world import World

from km0_pipeline.steps import Project, made
from tests.conftest import ROOT

A, B = "111111118", "222222226"


@pytest.fixture
def world(project: Project) -> World:
    return World(project)


def fresh(world: World, folder: Path) -> World:
    """The same hub in another folder, with nothing said and nothing published."""
    folder.mkdir()
    shutil.copy(ROOT / "hub.toml", folder / "hub.toml")
    return World(Project.at(folder))


def test_ids_name_their_kind(world: World) -> None:
    found = {
        world.row(2, "Fictif"): "org-",
        world.said("article", "Camille Fictive", "person"): "per-",
        world.said("article", "Rue fictive", "place"): "pla-",
        world.said("article", "Fête fictive", "event", kind="award"): "evt-",
    }
    entities = world.resolve()
    for mention, prefix in found.items():
        assert entities[mention].startswith(prefix)
        assert len(entities[mention]) == 20


def test_order_and_names_of_files_and_their_bytes_decide_no_id(world: World, tmp_path: Path) -> None:
    names = [("Fictif", A), ("Fictif", None), ("Autre fictif", None), ("Fictif Deux", A), ("Trois", B)]
    for n, (name, siren) in enumerate(names):
        world.row(n + 2, name, siren=siren)
    world.said("article", "Fictif")
    expected = {m["name"]: m["entity_id"] for m in world.mentions()} if world.resolve() else {}
    order = random.Random(2)
    for trial in range(3):
        other = fresh(world, tmp_path / f"trial {trial}")
        order.shuffle(names)
        for n, (name, siren) in enumerate(names):
            other.row(n + 7, name, edition=f"édition {trial}", stated_on="2024", siren=siren)
        other.said(f"article {trial}", "Fictif")
        other.resolve()
        assert {m["name"]: m["entity_id"] for m in other.mentions()} == expected


def test_an_unchanged_world_has_the_same_ids_after_publication_and_the_same_bytes(world: World) -> None:
    world.row(2, "Fictif", siren=A), world.row(3, "Autre fictif"), world.said("article", "Fictif")
    world.said("article", "Camille Fictive", "person")
    first = world.resolve()
    digest = made(world.project, "entity_mentions").digest
    world.publish()
    assert world.resolve() == first
    assert made(world.project, "entity_mentions").digest == digest
    assert world.redirects() == []


def test_a_siren_learnt_later_leaves_the_id_that_was_published(world: World) -> None:
    article = world.said("article", "Fictif")
    first = world.resolve()[article]
    world.publish()
    row = world.row(2, "Fictif", siren=A)
    entities = world.resolve()
    assert entities[article] == entities[row] == first
    world.publish()
    world.press.clear()
    world.rows.clear()
    renamed = world.row(2, "Fictif devient Réel", edition="édition suivante", siren=A)
    assert world.resolve()[renamed] == first


def test_a_legal_form_learnt_or_left_out_later_leaves_the_id_that_was_published(world: World) -> None:
    article = world.said("article", "Fictif")
    first = world.resolve()[article]
    world.publish()
    row = world.row(2, "Fictif SARL")
    assert world.resolve()[row] == first
    world.publish()
    for name in ("Fictif SAS", "Fictif"):
        world.press.clear(), world.rows.clear()
        row = world.row(2, name, edition=name)
        assert world.resolve()[row] == first
        world.publish()


def test_an_association_does_not_take_over_the_id_of_a_company_of_its_name(world: World) -> None:
    row = world.row(2, "Fictif SAS")
    company = world.resolve()[row]
    world.publish()
    world.rows.clear()
    association = world.row(2, "Association Fictif", edition="édition suivante")
    assert world.resolve()[association] != company


def test_an_organisation_that_loses_its_siren_is_found_by_its_name(world: World) -> None:
    row = world.row(2, "Fictif", siren=A)
    first = world.resolve()[row]
    world.publish()
    world.rows.clear()
    row = world.row(2, "FICTIF SAS", edition="édition suivante")
    assert world.resolve()[row] == first


def test_two_published_entities_that_turn_out_one_keep_the_smaller_id_and_redirect_the_other(world: World) -> None:
    article, row = world.said("article", "Fictif"), world.row(2, "Fictif Industrie", siren=A)
    before = world.resolve()
    small, large = sorted((before[article], before[row]))
    world.publish()
    world.rows.clear()
    row = world.row(2, "Fictif", edition="édition suivante", siren=A)
    entities = world.resolve()
    assert entities[article] == entities[row] == small
    assert world.redirects() == [(large, small, "merge")]
    world.publish()
    assert world.resolve()[row] == small
    assert world.redirects() == [(large, small, "merge")], "a redirect is carried on"


def test_a_chain_of_redirects_leads_to_where_it_leads_today(world: World) -> None:
    names = ["Un fictif", "Deux fictif", "Trois fictif"]
    for known in range(4):  # of how many it is known that they are the organisation A
        world.rows.clear()
        rows = [world.row(n, name, edition=f"édition {known}", siren=A if n < known else None) for n, name in enumerate(names)]
        entities = world.resolve()
        if known == 0:
            published = [entities[r] for r in rows]
        world.publish()
    assert {entities[r] for r in rows} == {min(published)}
    assert world.redirects() == [(old, min(published), "merge") for old in sorted(published) if old != min(published)]


def test_parting_gives_the_new_entity_another_id_and_notes_the_split(world: World) -> None:
    article = world.said("article", "Fictif")
    world.resolve()
    world.publish()
    row = world.row(2, "Fictif", siren=A)
    together = world.resolve()[row]
    world.publish()
    world.row(3, "Fictif", siren=B)  # a namesake: whom the article means is not known any more
    entities = world.resolve()
    assert entities[row] == together != entities[article]
    assert world.redirects() == [(together, entities[article], "split")]
    world.publish()
    assert world.resolve() == entities
    assert world.redirects() == [(together, entities[article], "split")]


def test_a_namesake_elsewhere_never_takes_the_id_of_an_organisation_that_left(world: World) -> None:
    row = world.row(2, "Fictif", at_hub=False, commune_code="68066")
    first = world.resolve()[row]
    world.publish()
    path = world.project.last_snapshot() / "organisations.parquet"  # type: ignore[operator]
    duckdb.sql(f"copy (select * replace ('68066' as commune_code) from '{path}') to '{path}.new' (format parquet)")
    Path(f"{path}.new").replace(path)
    world.rows.clear()
    namesake = world.row(2, "Fictif", at_hub=False, commune_code="67482")
    assert world.resolve()[namesake] != first


def test_no_two_entities_ever_share_an_id_through_random_histories(world: World) -> None:
    chance = random.Random(7)
    for step in range(8):
        world.rows.clear()
        for n in range(chance.randint(1, 8)):
            siren = chance.choice([None, None, A, B, "333333334"])
            world.row(n + 2, f"Fictif {chance.randint(1, 4)}", edition=f"édition {step}", siren=siren)
        world.resolve()
        clusters: dict[str, set[str]] = {}
        for m in world.mentions():
            if m["siren"]:
                clusters.setdefault(m["siren"], set()).add(m["entity_id"])
        assert all(len(ids) == 1 for ids in clusters.values()), "one SIREN, one entity"
        assert len({next(iter(ids)) for ids in clusters.values()}) == len(clusters), "two SIREN, two entities"
        live = {m["entity_id"] for m in world.mentions()}
        merged = [(old, new) for old, new, reason in world.redirects() if reason == "merge"]
        assert not live & {old for old, _ in merged}, "an id that redirects is no entity"
        assert len({old for old, _ in merged}) == len(merged), "an id redirects to one id"
        world.publish()
