"""Which mentions are one entity."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from entities_world import World, edit

from km0_pipeline.entities import resolve
from km0_pipeline.steps import Project, made

A, B = "111111118", "222222226"


@pytest.fixture
def world(project: Project) -> World:
    return World(project)


def test_every_alias_of_hub_toml_is_the_hub_in_press_and_registries(world: World) -> None:
    aliases = [world.said(f"article {n}", name) for n, name in enumerate(["KM0", "KMØ", "K-M-zéro", "kmo"])]
    row = world.row(2, "KMØ SAS", siren=A)
    other_name = world.row(3, "Exploitation fictive", siren=A)
    entities = world.resolve()
    hub = entities[world.project.hub.mention_id]
    assert {entities[m] for m in [*aliases, row, other_name]} == {hub}
    assert all(m["is_hub"] == (m["entity_id"] == hub) for m in world.mentions())
    assert world.mention(aliases[1])["stage"] == "hub"


def test_a_namesake_of_the_hub_elsewhere_is_not_the_hub(world: World) -> None:
    elsewhere = world.row(2, "KMO", at_hub=False, commune_code="75056")
    entities = world.resolve()
    assert entities[elsewhere] != entities[world.project.hub.mention_id]


def test_the_same_siren_is_the_same_organisation_whatever_its_name_and_place(world: World) -> None:
    here, there = world.row(2, "Fictif", siren=A), world.row(3, "Fictif Développement", at_hub=False, commune_code="67482", siren=A)
    by_siret = world.row(4, "Fictif Formation", siret=A + "00012")
    entities = world.resolve()
    assert entities[here] == entities[there] == entities[by_siret]
    assert world.mention(here)["stage"] == "identifier"
    assert not world.mention(here)["single"]


def test_the_same_name_at_the_same_place_is_the_same_organisation(world: World) -> None:
    row, article = world.row(2, "Atelier Fictif SARL"), world.said("article", "L’atelier fictif")
    same = world.said("autre article", "atelier fictif")
    entities = world.resolve()
    assert entities[row] == entities[same] == entities[article]
    assert "scored" in {world.mention(row)["stage"], world.mention(article)["stage"]}


def test_the_same_name_at_another_place_is_another_organisation(world: World) -> None:
    here = world.row(2, "Atelier fictif")
    elsewhere = world.row(3, "Atelier fictif", at_hub=False, commune="Colmar", postcode="68000")
    at_the_commune = world.row(4, "Atelier fictif", at_hub=False, commune="MULHOUSE", postcode="68200")
    entities = world.resolve()
    assert entities[here] == entities[at_the_commune] != entities[elsewhere]


def test_a_name_with_one_siren_takes_in_the_mentions_without_siren(world: World) -> None:
    row, article = world.row(2, "Fictif", siren=A), world.said("article", "FICTIF")
    entities = world.resolve()
    assert entities[row] == entities[article]


def test_a_name_with_two_sirens_takes_in_none_of_the_mentions_without(world: World) -> None:
    first, second = world.row(2, "Fictif", siren=A), world.row(3, "Fictif", siren=B)
    article, other = world.said("article", "Fictif"), world.said("autre article", "Fictif")
    entities = world.resolve()
    assert len({entities[m] for m in (first, second, article)}) == 3
    assert entities[article] == entities[other]


def test_a_company_and_an_association_of_one_name_are_two_and_the_bare_name_is_neither(world: World) -> None:
    company, association = world.row(2, "Rhénatruc SAS"), world.row(3, "Association Rhénatruc")
    bare, same = world.said("article", "Rhénatruc"), world.said("autre article", "Rhénatruc SARL")
    entities = world.resolve()
    assert len({entities[m] for m in (company, association, bare)}) == 3
    assert entities[same] == entities[company], "a company may change its form"


def test_a_form_that_contradicts_keeps_a_name_from_a_siren(world: World) -> None:
    company, association = world.row(2, "Rhénatruc SAS", siren=A), world.row(3, "Association Rhénatruc")
    again, bare = world.said("article", "Rhénatruc S.A.S."), world.said("autre article", "Rhénatruc")
    entities = world.resolve()
    assert entities[company] == entities[again]
    assert len({entities[m] for m in (company, association, bare)}) == 3


def test_two_forms_do_not_meet_in_a_siren_whose_name_has_none(world: World) -> None:
    known, company, association = world.row(2, "Rhénatruc", siren=A), world.row(3, "Rhénatruc SAS"), world.row(4, "Rhénatruc (association)")
    entities = world.resolve()
    assert len({entities[m] for m in (known, company, association)}) == 3


def test_a_name_with_one_form_takes_in_the_mentions_without(world: World) -> None:
    article, other = world.said("article", "Amis fictifs"), world.said("autre article", "Association Amis fictifs")
    entities = world.resolve()
    assert entities[other] == entities[article]
    assert world.mention(article)["stage"] == "name"


def test_institutions_and_sites_are_one_under_each_of_their_names(world: World) -> None:
    short, long = world.said("article", "Cnam"), world.said("autre article", "Conservatoire national des arts et métiers")
    site = [world.said(f"article {n}", name, "place") for n, name in enumerate(["B23", "Bâtiment 23", "bâtiment B23"])]
    entities = world.resolve()
    assert entities[short] == entities[long]
    assert len({entities[m] for m in site}) == 1


def test_a_mention_with_several_names_goes_by_the_fullest(world: World) -> None:
    article = world.said("article", "Fabrique fictive d'Alsace")
    world.press.append(replace(world.press[0], value="Fabrique", locator="char:9-17"))
    row, other = world.row(2, "Fabrique fictive d'Alsace"), world.row(3, "Fabrique")
    entities = world.resolve()
    assert entities[article] == entities[row] != entities[other]


def test_a_person_and_an_organisation_of_one_name_stay_two(world: World) -> None:
    person, organisation = world.said("article", "Camille Fictive", "person"), world.said("article", "Camille Fictive")
    again = world.said("autre article", "camille fictive", "person")
    entities = world.resolve()
    assert entities[person] == entities[again] != entities[organisation]


def test_an_event_is_known_by_its_kind_whom_it_concerns_and_its_date(world: World) -> None:
    def event(article: str, about: str, kind: str = "award", **date: str) -> str:
        return world.said(article, f"{kind} {article}", "event", kind=kind, about=world.said(article, about), **date)

    held, again = event("a", "Fictif", date="2019-09"), event("b", "FICTIF SAS", date="2019-09")
    other_year, undated = event("c", "Autre Fictif", date="2021"), event("d", "autre fictif")
    planned, unclear = event("e", "Fictif", date="2017"), event("f", "Fictif")
    entities = world.resolve()
    assert entities[held] == entities[again]
    assert entities[other_year] == entities[undated], "the only dated award is the one meant"
    assert len({entities[m] for m in (held, planned, unclear)}) == 3, "two dated awards: which one is meant is not known"


def test_an_organisation_opens_once_whatever_dates_are_given(world: World) -> None:
    dates = {"a": {"date": "2017"}, "b": {"date": "2019-09"}, "c": {}}
    openings = [world.said(a, f"ouverture {a}", "event", kind="opening", about=world.said(a, "Fictif"), **d) for a, d in dates.items()]
    entities = world.resolve()
    assert len({entities[m] for m in openings}) == 1


def test_what_a_claim_points_at_is_a_mention_too(world: World) -> None:
    world.said("article", "Camille Fictive", "person", founder_of="mfedcba98765432100000")
    pointed = next(m for m in world.mentions() if m["mention_id"] == "mfedcba98765432100000") if world.resolve() else {}
    assert pointed["kind"] == "organisation"


def test_a_name_without_letter_or_digit_is_nobody_elses(world: World) -> None:
    one, other = world.row(2, "***"), world.row(3, "---")
    entities = world.resolve()
    assert entities[one] != entities[other]


def test_each_mention_has_one_row_in_order_and_single_means_alone(world: World) -> None:
    world.row(2, "Fictif"), world.said("article", "Fictif"), world.row(3, "Seul")
    world.resolve()
    mentions = world.mentions()
    ids = [m["mention_id"] for m in mentions]
    assert ids == sorted(set(ids))
    entities = [m["entity_id"] for m in mentions]
    assert all(m["single"] == (entities.count(m["entity_id"]) == 1) for m in mentions)
    assert all((m["stage"] == "only") == (m["single"] and not m["is_hub"]) for m in mentions)


def test_an_empty_project_has_the_hub_its_commune_and_its_site(world: World) -> None:
    world.resolve()
    assert made(world.project, "entity_mentions").figures == {"entities": {"organisation": 1, "place": 2}, "to_review": 0, "not_asked": 0, "idle": []}


def test_the_folder_of_the_project_may_have_any_name(project: Project) -> None:
    world = World(Project(project.root / "l'été [1]", project.hub))
    row = world.row(2, "Fictif")
    assert world.resolve()[row].startswith("org-")


def test_a_new_alias_in_hub_toml_is_taken_up_and_an_unchanged_world_is_not_resolved_again(world: World) -> None:
    mention = world.said("article", "Kilomètre Fictif")
    first = world.resolve()
    world.resolve()
    assert made(world.project, "entity_mentions").reused
    edit(world.project.root / "hub.toml", '"KM-0"]', '"KM-0", "Kilomètre fictif"]')
    again = World(Project.at(world.project.root), press=world.press)
    entities = again.resolve()
    assert entities[mention] == entities[again.project.hub.mention_id] == first[world.project.hub.mention_id] != first[mention]


def test_a_stage_can_be_added_to_the_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    decided = resolve.Stage(
        "decision",
        "update mentions set cluster = (select min(cluster) from mentions where name = 'Fictif'), stage = 'decision' where name = 'Phictif'",
    )
    one, other = world.row(2, "Fictif"), world.row(3, "Phictif")
    monkeypatch.setattr(resolve, "STAGES", (decided, *resolve.STAGES))
    entities = world.resolve()
    assert entities[one] == entities[other]
    assert world.mention(other)["stage"] == "decision"


def test_who_is_only_in_rows_that_may_not_be_published_any_more_leaves_and_the_press_may_still_speak_of_others(world: World) -> None:
    both, gone = world.row(2, "Forge Fictive"), world.row(3, "Fonderie Imaginaire")
    article = world.said("article", "Forge Fictive")
    before = world.resolve()
    world.publish()
    world.rows, world.kept_back = [], world.rows
    assert world.resolve() == {**{m: e for m, e in before.items() if m not in (both, gone)}, article: before[both]}
    withheld = pq.read_table(made(world.project, "entity_withheld").path).to_pylist()
    assert withheld == sorted([{"entity_id": before[gone], "whole": True}, {"entity_id": before[both], "whole": False}], key=str)


def test_a_no_in_the_newest_edition_holds_for_the_earlier_ones_until_a_later_yes(world: World) -> None:
    first = world.row(2, "Forge Fictive", edition="2024", stated_on="2024")
    article, other = world.said("article", "Forge Fictive"), world.row(3, "Fonderie Imaginaire", edition="2024", stated_on="2024")
    world.row(2, "Forge Fictive", edition="2025", stated_on="2025")
    world.kept_back = [world.rows.pop()]
    assert world.resolve().keys() >= {article, other} and first not in world.resolve()
    again = world.row(2, "Forge Fictive", edition="2026", stated_on="2026")
    assert world.resolve().keys() >= {first, article, again}
