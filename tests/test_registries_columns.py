"""Which column says what, and where the header is."""

from __future__ import annotations

import pytest

from km0_pipeline import claims
from km0_pipeline.registries.columns import BY_PROPERTY, PROPERTIES, Column, find_header, folded, map_columns


def _properties(headers: list[str], mapping: dict[str, str] | None = None) -> list[str]:
    return [c.property for c in map_columns(headers, mapping or {})]


def test_every_column_states_a_property_of_the_vocabulary_about_organisations() -> None:
    pair = {"longitude", "latitude"}  # together they state `coordinates`
    assert pair < set(PROPERTIES) and all("organisation" in claims.PROPERTIES[p].subjects for p in {*PROPERTIES, "coordinates"} - pair)


def test_no_alias_means_two_things() -> None:
    said = [(folded(a), c.property) for c in BY_PROPERTY.values() for a in c.aliases]
    assert len({alias for alias, _ in said}) == len(set(said))


@pytest.mark.parametrize("column", BY_PROPERTY.values(), ids=lambda c: c.property)
def test_each_alias_of_a_column_is_found(column: Column) -> None:
    assert [_properties([alias]) for alias in column.aliases] == [[column.property]] * len(column.aliases)


@pytest.mark.parametrize("header", ["Raison sociale", "RAISON_SOCIALE", "raison-sociale", " Raison  Sociale :", "Raison sociale"])
def test_headers_are_found_whatever_their_case_accents_and_punctuation(header: str) -> None:
    assert _properties([header]) == ["name"]


def test_a_building_managers_headers_are_all_understood() -> None:
    headers = ["Raison sociale", "SIRET", "Activité", "Bâtiment", "Étage", "Date d'entrée", "Surface (m²)", "Effectif", "Site web", "Contact", "Observations"]
    assert _properties(headers) == [
        "name", "siret", "activity", "space", "space", "occupied_from", "area_m2", "headcount", "website", "contact_name", "comment",
    ]  # fmt: skip


def test_english_headers_are_understood() -> None:
    assert _properties(["Company", "Postcode", "City", "Headcount", "Move-in date", "E-mail"]) == [
        "name", "postcode", "commune", "headcount", "occupied_from", "email",
    ]  # fmt: skip


def test_the_mapping_of_hub_toml_wins_over_the_aliases() -> None:
    mapping = {"Libre": "name", "nom": "contact_name", "Téléphone": ""}
    columns = map_columns(["Nom", "Libre", "Telephone", "Jours"], mapping)
    assert [(c.property, c.how) for c in columns] == [("contact_name", "mapping"), ("name", "mapping"), ("", "excluded"), ("", "unmapped")]


def test_of_two_names_the_more_telling_is_taken_and_the_other_reported() -> None:
    assert [(c.property, c.how) for c in map_columns(["Nom", "Raison sociale"], {})] == [("", "unmapped"), ("name", "alias")]


def test_several_columns_may_say_the_space_and_the_address_together() -> None:
    assert _properties(["Bâtiment", "Étage", "Lot", "Adresse", "Complément d'adresse"]) == ["space"] * 3 + ["address"] * 2


def test_the_header_is_found_below_a_title() -> None:
    rows = [["Annuaire", "", ""], [], ["Nom", "Ville", "Divers"], ["Atelier Fictif", "Mulhouse", ""]]
    assert find_header(rows, {}) == 2


def test_the_header_is_found_by_the_mapping() -> None:
    rows = [["Liste", "des", "noms"], ["XNOM", "XVILLE", "N"], ["Atelier Fictif", "Mulhouse", "1"]]
    assert find_header(rows, {"XNOM": "name", "XVILLE": "commune"}) == 1


@pytest.mark.parametrize(("rows", "header"), [
    ([["Locataire", "Catégorie", "Pièce"], ["Atelier Fictif", "Artisan", "A1"], ["Forge Fictive", "Société", "Bureau"]], 0),
    ([["Nom"], ["Atelier", "Fictif"], ["Forge"]], 0),
    ([["Qui", "Catégorie", "Pièce"], ["Forge Fictive", "Société", "Bureau"]], 0),
    ([["XNOM", "XVILLE", "Nature"], ["Forge Fictive", "Orbey", "Société"]], 0),
    ([["SIRET", "Ville", "Divers"], ["732 829 320 00074", "Orbey", "Société"]], 0),
])  # fmt: skip
def test_a_row_of_data_with_a_word_or_two_of_headers_is_none(rows: list[list[str]], header: int) -> None:
    assert find_header(rows, {}) == header


@pytest.mark.parametrize("above", [["Entreprise", "", "", "", ""], ["Entreprise", "", "", "Bail", ""], ["Société", "Adresse", "Fiche", "", ""]])
def test_a_title_or_headings_of_groups_above_the_header_are_none(above: list[str]) -> None:
    rows = [above, ["Raison sociale", "SIRET", "Ville", "Entrée", "Sortie"], ["Forge Fictive", "", "Orbey", "2019", ""]]
    assert find_header(rows, {}) == 1


def test_where_no_header_is_known_the_first_full_row_is_taken() -> None:
    assert find_header([["Titre", ""], ["aaa", "bbb"], ["1", "2"]], {}) == 1
    assert find_header([["", ""]], {}) is None
