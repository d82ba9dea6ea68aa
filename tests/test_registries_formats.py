"""Formats, and the state in which spreadsheets are: what is read of them, and what is refused with its place."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import click
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from registry_world import Place, write_book, write_xls

from km0_pipeline.cli_map import lines
from km0_pipeline.registries.cells import cell_text, cells_table
from km0_pipeline.registries.columns import join_headers, map_columns
from km0_pipeline.registries.mapping import made_of
from km0_pipeline.steps import Project


@pytest.fixture
def place(project: Project) -> Place:
    return Place(project)


def _json(place: Place, content: Any, name: str = "loc.json") -> list[dict[str, Any]]:
    return place.put(json.dumps(content, ensure_ascii=False), name).read()


def _named(place: Place) -> list[str]:
    return [r["name"] for r in place.read()]


def _said(place: Place) -> list[tuple[str, str]]:
    return [(r["locator"], r["reason"]) for r in place.stored("registry_rejects")]


# --- JSON, GeoJSON, Parquet

ONE = {"nom": "Atelier Fictif", "siret": 73282932000074, "effectif": 12, "mots": ["bois", "métal"]}
TWO = {"nom": "Forge Fictive", "ville": "Colmar"}


@pytest.mark.parametrize("content", [
    [ONE, TWO], {"results": [ONE, TWO], "total_count": 2}, {"meta": {"n": {"a": 1}}, "data": {"items": [ONE, TWO]}},
    {"companies": {"Atelier Fictif": ONE, "Forge Fictive": TWO}}, {"records": [{"recordid": "a", "fields": ONE}, {"recordid": "b", "fields": TWO}]},
    {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": p, "geometry": None} for p in (ONE, TWO)]},
])  # fmt: skip
def test_objects_are_rows_wherever_the_export_wraps_them(place: Place, content: Any) -> None:
    first, second = _json(place, content)
    assert (first["name"], first["siret"], first["headcount"], first["row"]) == ("Atelier Fictif", "73282932000074", "12", 1)
    assert (second["name"], second["commune"], second["row"]) == ("Forge Fictive", "Colmar", 2)
    assert {c["header"]: c["property"] for c in place.stored("registry_columns")}["mots"] == ""


def test_json_lines_are_rows(place: Place) -> None:
    rows = place.put(f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n", "loc.jsonl").read()
    assert [r["name"] for r in rows] == ["Atelier Fictif", "Forge Fictive"]


def test_an_object_in_an_object_is_a_column_a_key_and_says_of_whom_it_is(place: Place) -> None:
    (row,) = _json(place, [{
        "nom": "Atelier Fictif", "adresse": {"rue": "1 rue Inventée", "ville": "Colmar"}, "contact": {"nom": "Camille Exemple", "tel": "0389000000"},
        "bailleur": {"nom": "Bailleur Fictif", "ville": "Orbey"},
    }])  # fmt: skip
    assert (row["name"], row["address"], row["commune"], row["contact_name"], row["phone"]) == (
        "Atelier Fictif", "1 rue Inventée", "Colmar", "Camille Exemple", "+33389000000",
    )  # fmt: skip
    assert "adresse › ville" in {c["header"] for c in place.stored("registry_columns")}


def test_a_cell_of_json_that_cant_be_used_is_told_by_its_record_and_key(place: Place) -> None:
    _json(place, [ONE, {**TWO, "effectif": "beaucoup"}, "une phrase"])
    assert _said(place) == [("row:2/column:effectif", "bad_number"), ("row:3", "ragged_row")]


def _feature(name: str, *at: float) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"nom": name}, "geometry": {"type": "Point", "coordinates": at}}


def test_a_point_is_longitude_and_latitude_and_swapped_ones_are_found(place: Place) -> None:
    places = [_feature("Atelier Fictif", 7.3389, 47.7508), _feature("Forge Fictive", 47.7508, 7.3389), _feature("Four Fictif", 55.45, -20.88), _feature("Moulin Fictif", 45.2, -12.8)]
    rows = _json(place, {"type": "FeatureCollection", "features": [*places, {"type": "Feature", "properties": None, "geometry": None}]}, "loc.geojson")
    assert {c["header"] for c in place.stored("registry_columns")} == {"nom", "longitude", "latitude"}, "a feature without either is no column"
    assert [(r["longitude"], r["latitude"]) for r in rows] == [("7.3389", "47.7508"), (None, None), ("55.45", "-20.88"), ("45.2", "-12.8")]
    assert _said(place) == [("row:2/column:longitude", "swapped_coordinates")]


def test_parquet_is_read_with_its_structs_and_lists(place: Place) -> None:
    table = pa.table({
        "nom": pa.array(["Atelier Fictif", ""]).dictionary_encode(), "siret": [73282932000074, None], "adresse": [{"rue": "1 rue Inventée", "cp": 68100}, None],
        "activité": [["bois", "métal"], []], "date d'entrée": pa.array([18000, None], pa.date32()), "geometry": pa.array([b"\x00", None]),
    })  # fmt: skip
    pq.write_table(table, place.folder / "loc.parquet")
    (row,) = place.read()
    assert (row["name"], row["siret"], row["address"], row["postcode"], row["activity"], row["occupied_from"], row["row"]) == (
        "Atelier Fictif", "73282932000074", "1 rue Inventée", "68100", "bois, métal", "2019-04-14", 1,
    )  # fmt: skip
    assert place.rejects() == []


def test_numbers_of_parquet_that_have_holes_are_whole(place: Place) -> None:
    """A column of whole numbers with holes comes as floats out of many programs."""
    table = pa.table({"nom": ["Atelier Fictif", "Forge Fictive"], "siret": pa.array([73282932000074.0, None]), "surface": pa.array([27.5, None], pa.float32())})
    pq.write_table(table, place.folder / "loc.parquet")
    first, second = place.read()
    assert (first["siret"], first["area_m2"], second["siret"]) == ("73282932000074", "27.5", None)
    assert place.rejects() == []


# --- workbooks as they are


def _ods(path: Path, rows: list[list[str]]) -> None:
    cells = "".join(
        "<table:table-row>" + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row) + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        z.writestr("content.xml", f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="A">{cells}</table:table></office:spreadsheet></office:body></office:document-content>')


@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx"])
def test_a_workbook_is_read_whatever_its_ending_says(place: Place, ending: str) -> None:
    _ods(place.folder / f"loc.{ending}", [["Registre fictif"], ["Nom", "Effectif"], ["Atelier Fictif", "12"]])
    assert [(r["name"], r["headcount"], r["row"]) for r in place.read()] == [("Atelier Fictif", "12", 3)]


def test_hidden_rows_are_read_and_a_hidden_sheet_is_not_unless_it_is_named(project: Project) -> None:
    book = openpyxl.Workbook()
    for name, rows in {"Sheet": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"], ["Forge Fictive", "Colmar"]], "Brouillon": [["Nom", "Ville"], ["Four Fictif", "Orbey"]]}.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["Sheet"].row_dimensions[3].hidden = True
    book["Brouillon"].sheet_state = "hidden"
    book.save(project.raw / "registries" / "loc.xlsx")
    place = Place(project)
    assert _named(place) == ["Atelier Fictif", "Forge Fictive"]
    assert _said(place) == [("sheet:Brouillon/row:1", "hidden_sheet")]
    assert _named(Place(project, sheet="Brouillon")) == ["Four Fictif"]


def test_a_sheet_that_is_too_wide_costs_no_other_sheet(place: Place) -> None:
    wide = [["Nom", *(f"Colonne {n}" for n in range(1000))], ["Forge Fictive", *["x"] * 1000]]
    write_book(place.folder / "loc.xlsx", {"Large": wide, "A": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"]]})
    assert _named(place) == ["Atelier Fictif"]
    assert _said(place) == [("sheet:Large/row:1", "too_wide")]
    assert "loc.xlsx, sheet “Large”: has more than 1,000 columns" in place.stored("registry_rejects")[0]["sentence"]
    made = made_of(place.project, place.folder / "loc.xlsx")
    assert [(sheet.name, bool(sheet.refused)) for sheet in made.sheets] == [("A", False), ("Large", True)]
    assert any(line.startswith("\nsheet Large: has more than 1,000 columns") for line in map(click.unstyle, lines(made, 100)))
    write_book(place.folder / "loc.xlsx", {"Large": wide})
    assert (_named(place), _said(place)) == ([], [("sheet:Large/row:1", "too_wide")])


def test_merged_cells_say_their_value_of_each_row_but_numbers(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [
        ["Bâtiment", "Nom", "Étage", "Effectif", "Surface"], ["B23", "Atelier Fictif", "1", 30, 10], [None, "Forge Fictive", "2", None, 20],
        ["B24", "Four Fictif", "1", 5, 50], [None, None, "2", None, None],
    ]})  # fmt: skip
    book = openpyxl.load_workbook(place.folder / "loc.xlsx")
    for cells in ("A2:A3", "D2:D3", "A4:A5", "B4:B5", "D4:D5"):
        book["A"].merge_cells(cells)
    book.save(place.folder / "loc.xlsx")
    assert [(r["name"], r["space"], r["headcount"], r["area_m2"]) for r in place.read()] == [
        ("Atelier Fictif", "B23, 1", None, "10"), ("Forge Fictive", "B23, 2", None, "20"), ("Four Fictif", "B24, 1", "5", "50"), ("Four Fictif", "B24, 2", None, None),
    ]  # fmt: skip
    assert _said(place) == [("sheet:A/cell:D2", "merged_number")]


def test_a_heading_across_the_columns_is_no_organisation(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Ville", "Effectif"], ["Bâtiment fictif", None, None], ["Atelier Fictif", "Colmar", 3]]})
    book = openpyxl.load_workbook(place.folder / "loc.xlsx")
    book["A"].merge_cells("A2:C2")
    book.save(place.folder / "loc.xlsx")
    assert _named(place) == ["Atelier Fictif"]
    assert _said(place) == [("sheet:A/row:2", "heading_row")]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_two_header_rows_are_one(place: Place, suffix: str) -> None:
    rows = [["Locataire", "Bail", "", "Contact", ""], ["", "Entrée", "Sortie", "Nom", "Tél."], ["Atelier Fictif", "2019", "2020", "Camille Exemple", "0389000000"]]
    if suffix == "xlsx":
        write_book(place.folder / "loc.xlsx", {"A": [[c or None for c in row] for row in rows]})
    else:
        place.put("\n".join(map(";".join, rows)))
    (row,) = place.read()
    assert (row["name"], row["occupied_from"], row["occupied_until"], row["contact_name"], row["row"]) == ("Atelier Fictif", "2019", "2020", "Camille Exemple", 3)
    assert place.rejects() == []


@pytest.mark.parametrize(("rows", "properties"), [
    ([["Contact", "", "Entreprise", ""], ["Nom", "Tél.", "Nom", "SIRET"]], ["contact_name", "phone", "name", "siret"]),
    ([["Bailleur", "", "Locataire", ""], ["Nom", "Ville", "Nom", "Ville"]], ["", "", "name", "commune"]),
    ([["Annuaire fictif", "", ""], ["Nom", "Ville", "SIRET"]], ["name", "commune", "siret"]),
])  # fmt: skip
def test_headings_of_groups_tell_whose_a_name_is(rows: list[list[str]], properties: list[str]) -> None:
    headers, _, last = join_headers(rows, 1)
    assert ([c.property for c in map_columns(headers, {})], last) == (properties, 1)


def test_a_row_of_data_is_no_second_header_row() -> None:
    rows = [["Nom", "Nature", "Pièce"], ["", "Société", "Bureau"], ["Atelier Fictif", "Société", "Bureau"]]
    assert join_headers([rows[0], rows[2]], 0) == (rows[0], 0, 0)


def test_a_failed_formula_is_told_and_never_published(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Activité", "Effectif"], ["Atelier Fictif", "#REF!", 3], ["#REF!", "bois", 4], ["Forge Fictive", "bois", "#VALUE!"]]})
    assert [(r["name"], r["activity"], r["headcount"]) for r in place.read()] == [("Atelier Fictif", None, "3"), ("Forge Fictive", "bois", None)]
    assert _said(place) == [("sheet:A/cell:B2", "formula_error"), ("sheet:A/row:3", "not_a_name"), ("sheet:A/cell:C4", "formula_error")]


def test_a_sheet_without_cells_is_passed_over(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"Photos": [], "A": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"]]})
    assert _named(place) == ["Atelier Fictif"]
    write_book(place.folder / "loc.xlsx", {"Photos": []})
    place.read()
    assert _said(place) == [("", "no_header")]


def test_cells_become_texts_and_empty_ones_nothing() -> None:
    for cells in ([1.0, "", -2.0, 0.0], [0.25, 12.0, 1e8 + 0.5, ""], [2.0**60, 0.5], [1e-7, 3.0], [73282932000074.0, ""], [True, "oui"], ["", ""], ["a\0b", ""], ["é", 2.0, ""], [""], []):
        table = cells_table(range(2, 2 + len(cells)), [cells])
        assert table.to_pydict() == {"row": list(range(2, 2 + len(cells))), "c1": [cell_text(c) or None for c in cells]}


# --- values that a row can't have


def test_no_one_of_forty_tenants_with_a_siret_of_zeros_has_it(place: Place) -> None:
    rows = place.put("Nom;SIRET\n" + "".join(f"Atelier Fictif {n};00000000000000\n" for n in range(40))).read()
    assert len(rows) == 40
    assert {(r["siret"], r["siren"]) for r in rows} == {(None, None)}
    assert {reason for _, reason in _said(place)} == {"bad_siret"}


def test_a_siret_beside_names_with_nothing_in_common_is_of_neither(place: Place) -> None:
    rows = place.put("Nom;SIRET\nAtelier Fictif;73282932000074\nForge Inventée SAS;732 829 320 00074\nFour Fictif;35600000000048\nSAS FOUR;35600000000048\n").read()
    assert [r["siret"] for r in rows] == [None, None, "35600000000048", "35600000000048"]
    assert [r["siren"] for r in rows] == [None, None, "356000000", "356000000"]
    assert _said(place) == [("row:2/column:SIRET", "shared_siret"), ("row:3/column:SIRET", "shared_siret")]


def test_a_telephone_number_in_the_place_of_a_name_is_kept_back_and_not_repeated(place: Place) -> None:
    assert [r["name"] for r in place.put("Nom;Ville\nCamille Exemple 06 00 00 00 00;Colmar\nAtelier Fictif;Colmar\n42;Paris\n").read()] == ["Atelier Fictif", "42"]
    (reject,) = place.stored("registry_rejects")
    assert (reject["locator"], reject["reason"]) == ("row:2", "not_a_name")
    assert "06 00" not in reject["sentence"]


def test_columns_that_were_swapped_publish_no_row(place: Place) -> None:
    assert place.put("Nom;SIRET\n73282932000074;Atelier Fictif\n35600000000048;Forge Fictive\n").read() == []
    assert [reason for _, reason in _said(place)] == ["not_a_name", "not_a_name"]


def test_who_does_not_agree_to_be_published_is_not(place: Place) -> None:
    rows = place.put("Nom;Publication autorisée\nAtelier Fictif;oui\nForge Fictive;NON\nFour Fictif;à voir\nMoulin Fictif;\n").read()
    assert [r["name"] for r in rows] == ["Atelier Fictif", "Moulin Fictif"]
    assert _said(place) == [("row:3", "not_to_publish"), ("row:4", "not_to_publish")]
    assert [r["name"] for r in place.stored("registry_kept_back")] == ["Forge Fictive", "Four Fictif"], "so that what was published of them leaves"


def test_the_legal_form_in_a_name_is_said_by_the_name(place: Place) -> None:
    rows = place.put("Nom;Forme juridique\nAtelier Fictif SAS;\nSARL Forge Fictive;S.A.S.\nFour Fictif;\n").read()
    assert [(r["legal_form"], r["legal_form_original"]) for r in rows] == [("SAS", "Atelier Fictif SAS"), ("SAS", "S.A.S."), (None, None)]
    assert _named(place) == ["Atelier Fictif SAS", "SARL Forge Fictive", "Four Fictif"]


def test_a_workbook_of_excel_97_is_read(place: Place) -> None:
    write_xls(place.folder / "loc.xls", [["Raison sociale", "Effectif", "SIRET"], ["Forge Rêvée", 12.0, 73282932000074.0]])
    (row,) = place.read()
    assert (row["name"], row["headcount"], row["siret"], row["sheet"]) == ("Forge Rêvée", "12", "73282932000074", "Feuille")


def test_a_name_on_a_social_network_is_no_web_address_and_its_page_is_one(place: Place) -> None:
    place.put("Nom;Site web\nForge Fictive;@forge.fictive\nFour Fictif;linkedin.com/company/four-fictif\nMoulin Fictif;sans\n")
    assert [r["website"] for r in place.read()] == [None, "https://linkedin.com/company/four-fictif", None]
    rejects = place.stored("registry_rejects")
    assert [r["reason"] for r in rejects] == ["social_handle", "bad_url"]
    assert "“@forge.fictive” is a name on a social network. Give the address of its page there" in rejects[0]["sentence"]


def test_a_broken_parquet_is_told_by_its_name_alone(place: Place) -> None:
    place.put(b"PAR1 and no more", "loc.parquet").read()
    (reject,) = place.stored("registry_rejects")
    assert reject["reason"] == "bad_parquet" and str(place.folder) not in reject["sentence"]
