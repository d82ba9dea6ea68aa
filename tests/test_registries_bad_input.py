"""What people do to registries: each ends in a sentence with sheet, row and column, and in no wrong row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from registry_world import Place, write_book

from km0_pipeline.registries.drift import ColumnsChanged
from km0_pipeline.steps import Project

HEADERS = ["Nom", "Ville", "Entrée", "Sortie", "SIREN", "SIRET"]
ROWS = [
    ["Atelier Fictif", "Colmar", "2019-02-12", "2024-01-31", "732829320", "73282932000074"],
    ["Forge Inventée", "Mulhouse", "2020-03-01", "2025-02-28", "356000000", "35600000000048"],
    ["Four Imaginaire", "Orbey", "2021-04-01", "2026-03-31", None, None],
    ["Moulin Rêvé", "Colmar", "2022-05-01", None, None, None],
]
GOOD = {"Locataires": [HEADERS, *ROWS]}


@pytest.fixture
def place(project: Project) -> Place:
    return Place(project)


def swapped(one: str, other: str) -> dict[str, list[list[str | None]]]:
    """The good sheet, in which two columns have changed places under headers that stayed."""
    a, b = HEADERS.index(one), HEADERS.index(other)
    order = [b if n == a else a if n == b else n for n in range(len(HEADERS))]
    return {"Locataires": [HEADERS, *([row[n] for n in order] for row in ROWS)]}


def names(place: Place) -> list[str]:
    return [r["name"] for r in place.read()]


def sentences(place: Place) -> list[str]:
    """What the last run set aside."""
    return [f"{r['locator']} {r['reason']}: {r['sentence']}" for r in place.stored("registry_rejects")]


def with_pictures(path: Path, sheet: str, sheets: dict[str, list[list[str | None]]]) -> None:
    """A workbook with these sheets, on one of which lies a picture, as spreadsheets save them."""
    write_book(path, {sheet: [], **sheets})
    drawing = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    with ZipFile(path, "a") as archive:
        relation = f'<Relationship Id="rId1" Type="{drawing}" Target="../drawings/drawing1.xml"/>'
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>')
        archive.writestr("xl/drawings/drawing1.xml", '<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>')
        archive.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n")


def test_two_header_rows_are_read_as_one_and_what_no_row_can_be_is_said(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Locataire", "Bail", None], [None, "Entrée", "Sortie"], ["Atelier Fictif", "2019", "hier"], ["Locataire", None, None]]})
    assert [(r["name"], r["occupied_from"], r["occupied_until"]) for r in place.read()] == [("Atelier Fictif", "2019", None)]
    assert sentences(place) == [
        "sheet:A/cell:C3 bad_date: registries/loc.xlsx, sheet “A”, cell C3, column “Bail › Sortie”: “hier” is not a date such as 12/02/2019, 2019-02-12 or 2019. Correct the cell: the row was kept without it.",
        "sheet:A/row:4 header_again: registries/loc.xlsx, sheet “A”, row 4: is the header again. Delete the row: the row was set aside whole.",
    ]


def test_a_formula_that_failed_is_told_by_its_cell(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Effectif"], ["Atelier Fictif", "#REF!"], ["#REF!", 4]]})
    assert [(r["name"], r["headcount"]) for r in place.read()] == [("Atelier Fictif", None)]
    assert sentences(place) == [
        "sheet:A/cell:B2 formula_error: registries/loc.xlsx, sheet “A”, cell B2, column “Effectif”: “#REF!” is not a number of people such as 12, env. 20 or 10-19. Correct the cell: the row was kept without it.",
        "sheet:A/row:3 not_a_name: registries/loc.xlsx, sheet “A”, row 3: has in the column “Nom” no name of an organisation, but a number, an address, a date or a long text. Mend it: the row was set aside whole.",
    ]


@pytest.mark.parametrize("beside", [GOOD, {}], ids=["beside a good sheet", "alone"])
def test_a_sheet_of_pictures_is_told(place: Place, beside: dict[str, list[list[str | None]]]) -> None:
    with_pictures(place.folder / "loc.xlsx", "Photos", {**beside, "Feuil2": []})
    assert len(openpyxl.load_workbook(place.folder / "loc.xlsx").sheetnames) == 2 + len(beside), "Excel's own readers take it for a workbook"
    assert names(place) == [str(row[0]) for row in ROWS[: len(beside) * 4]]
    assert sentences(place) == [
        "sheet:Photos only_pictures: registries/loc.xlsx, sheet “Photos”: holds pictures and no cells: nothing of it can be read. Type what they show into cells, or delete the sheet."
    ], "and an empty sheet without pictures, as workbooks have, is passed over"


def test_a_sheet_without_names_beside_one_with_names_is_told_and_its_cells_not_repeated(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", GOOD | {"Suivi": [["rappeler Camille Exemple", "lundi"], ["fait", "non"]], "Liste": [["Bidule"], ["Four Fictif"]], "Titre": [["Registre"]]})
    assert len(names(place)) == 4
    assert sentences(place) == [
        f"sheet:{sheet}/row:1 no_name_column: registries/loc.xlsx, sheet “{sheet}”: has no column that we know for the name of the organisation, and was not read. If it lists "
        'organisations, say in hub.toml which column names them, under [[registries]] name = "locataires": columns = {"…" = "name"}; else hide it.'
        for sheet in ("Liste", "Suivi")
    ]


def test_a_quotation_mark_never_closed_costs_its_row_alone_in_a_file_larger_than_what_is_held_of_it(place: Place) -> None:
    rest = "conseil en tout genre " * 40
    with (place.folder / "loc.csv").open("w", encoding="utf-8") as out:
        out.write("Nom;Activité\n")
        out.writelines('"' * (n == 1000) + f"Atelier Fictif {n};{rest}\n" for n in range(20_000))
    assert (place.folder / "loc.csv").stat().st_size > 16e6
    assert len(place.read()) == 19_999
    assert [s[:150] for s in sentences(place)] == [
        "row:1002 ragged_row: registries/loc.csv, row 1002: opens a quotation mark that is never closed. Mend the row: it was set aside whole."
    ]  # fmt: skip


def test_forty_tenants_with_a_siret_of_zeros_are_forty_sentences_and_no_number(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "SIRET"], *([f"Atelier Fictif {n}", "00000000000000"] for n in range(40))]})
    assert {(r["siret"], r["siren"]) for r in place.read()} == {(None, None)}
    assert sorted(sentences(place)) == sorted(
        f"sheet:A/cell:B{n} bad_siret: registries/loc.xlsx, sheet “A”, cell B{n}, column “SIRET”: “00000000000000” is not a SIRET, which has 14 digits of which the last checks the others. "
        "Correct the cell: the row was kept without it." for n in range(2, 42)
    )  # fmt: skip


def test_longitude_and_latitude_that_are_swapped_are_of_nobody(place: Place) -> None:
    place.put("Nom;Longitude;Latitude\nAtelier Fictif;47,75;7,33\nForge Inventée;7,33;47,75\n")
    assert [(r["longitude"], r["latitude"]) for r in place.read()] == [(None, None), ("7.33", "47.75")]
    assert sentences(place) == [
        "row:2/column:Longitude swapped_coordinates: registries/loc.csv, row 2, column “Longitude”: longitude “47,75” and latitude “7,33” are swapped. Swap them, or map the columns so in hub.toml: "
        "the row was kept without both."
    ]


def test_a_persons_mobile_in_the_column_of_names_is_neither_published_nor_repeated(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Ville"], ["Camille Exemple 06 00 00 00 00", "Colmar"], ["Atelier Fictif", "Colmar"]]})
    assert names(place) == ["Atelier Fictif"]
    assert sentences(place) == [
        "sheet:A/row:2 not_a_name: registries/loc.xlsx, sheet “A”, row 2: has in the column “Nom” no name of an organisation, but a number, an address, a date or a long text. "
        "Mend it: the row was set aside whole."
    ]


# --- columns swapped between editions

SWAP = "the columns A “Nom” and B “Ville” hold each what the other held"


@pytest.mark.parametrize(("one", "other", "letters"), [("Nom", "Ville", "AB"), ("Entrée", "Sortie", "CD")])
@pytest.mark.parametrize("later", ["loc-2025.xlsx", "loc-2024.xlsx"], ids=["in a file of its own", "in place of the one before"])
def test_columns_swapped_since_the_edition_before_publish_no_row(place: Place, one: str, other: str, letters: str, later: str) -> None:
    write_book(place.folder / "loc-2024.xlsx", GOOD)
    place.run()
    write_book(place.folder / later, swapped(one, other))
    made, words = place.run(), f"the columns {letters[0]} “{one}” and {letters[1]} “{other}” hold each what the other held"
    assert {r["stated_on"] for r in place.stored("registry_rows")} == ({"2024"} if "2025" in later else set())
    earlier = "registries/loc-2024.xlsx" if "2025" in later else "the file that lay there"
    assert f"registries/{later}, sheet “Locataires”, row 1: {words} (before: {earlier})." in made.figures["drift"]
    wrong = "that one is the wrong one, mend it" if "2025" in later else (
        'what lay there before was the wrong one, take this one all the same: make run ARGS="--accept-loss registries/locataires"'
    )  # fmt: skip
    assert sentences(place) == [
        f"sheet:Locataires/row:1 swapped_columns: registries/{later}, sheet “Locataires”, row 1: {words} in {earlier}: nothing of them was read. Put each under its header, or say in "
        f'hub.toml, in columns of [[registries]] name = "locataires", what they hold. If {wrong}.'
    ]


def test_it_stays_refused_until_it_is_put_right_in_one_of_three_ways(project: Project) -> None:
    place, path = Place(project), project.raw / "registries" / "loc.xlsx"
    write_book(path, GOOD)
    place.run()
    more = ["Verger Feint", "Orbey", None, None, None, None]
    for rows in (swapped("Nom", "Ville"), {"Locataires": [*swapped("Nom", "Ville")["Locataires"], [more[1], more[0], *more[2:]]]}):
        write_book(path, rows)
        assert (names(place), names(Place(project, publisher="Autre"))) == ([], []), "read anew, or saved anew, it is what it was"
    everyone = [*(str(row[0]) for row in ROWS), "Verger Feint"]
    assert names(Place(project, columns={"Nom": "commune", "Ville": "name"})) == everyone, "where hub.toml says what they hold"
    write_book(path, swapped("Nom", "Ville"))
    assert names(Place(project)) == []
    accepting = Place(project)
    accepting.project = replace(accepting.project, accepted=frozenset({"registries/locataires"}))
    assert names(accepting) == ["Colmar", "Mulhouse", "Orbey", "Colmar"], "where a person says that the edition before was wrong"
    assert names(Place(project)) == ["Colmar", "Mulhouse", "Orbey", "Colmar"], "once and for all"
    write_book(path, GOOD)
    assert names(Place(project)) == [], "and so is what it was before"


def test_put_back_it_is_read(place: Place) -> None:
    for sheets, count in ((GOOD, 4), (swapped("Nom", "Ville"), 0), ({"Locataires": [*GOOD["Locataires"], ["Verger Feint", "Orbey", None, None, None, None]]}, 5)):
        write_book(place.folder / "loc.xlsx", sheets)
        assert len(place.read()) == count, sentences(place)
    assert sentences(place) == []


def test_a_strict_registry_stops_the_run_where_columns_are_swapped(project: Project) -> None:
    place = Place(project, strict=True, columns=dict(zip(HEADERS, ("name", "commune", "occupied_from", "occupied_until", "siren", "siret"), strict=True)))
    write_book(place.folder / "loc.xlsx", GOOD)
    place.run()
    write_book(place.folder / "loc.xlsx", swapped("Nom", "Ville"))
    for _ in range(2):
        with pytest.raises(ColumnsChanged, match=f"registries/loc.xlsx, sheet “Locataires”, row 1: {SWAP}"):
            place.run()
    assert [r["name"] for r in place.stored("registry_rows")] == [row[0] for row in ROWS], "what was read before stays"


def test_an_edition_of_which_the_one_before_was_swapped_is_read_once_that_is_mended(place: Place) -> None:
    write_book(place.folder / "loc-2024.xlsx", swapped("Nom", "Ville"))
    write_book(place.folder / "loc-2025.xlsx", GOOD)
    assert {r["stated_on"] for r in place.read()} == {"2024"}, "which of two that differ is right, nobody but a person knows"
    write_book(place.folder / "loc-2024.xlsx", {"Locataires": GOOD["Locataires"][:-1]})
    place.read()
    assert [s.split(" ")[1] for s in sentences(place)] == ["swapped_columns:"], "the mended one differs from what lay there"
    place.project = replace(place.project, accepted=frozenset({"registries/locataires"}))
    assert {r["stated_on"] for r in place.read()} == {"2024", "2025"}


def test_siren_and_siret_that_are_swapped_are_told_by_each_cell_and_as_a_drift(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", GOOD)
    place.run()
    write_book(place.folder / "loc.xlsx", swapped("SIREN", "SIRET"))
    assert place.run().figures["drift"] == [
        "registries/loc.xlsx: the column “SIREN” (siren) held SIRENs and now holds SIRETs (before: the file that lay there).",
        "registries/loc.xlsx: the column “SIRET” (siret) held SIRETs and now holds SIRENs (before: the file that lay there).",
    ]
    assert [(r["siren"], r["siret"]) for r in place.stored("registry_rows")] == [("732829320", None), ("356000000", None), (None, None), (None, None)]
    assert sentences(place)[0] == (
        "sheet:Locataires/cell:F2 bad_siret: registries/loc.xlsx, sheet “Locataires”, cell F2, column “SIRET”: “732829320” is not a SIRET, which has 14 digits of which the last checks the others. "
        "Correct the cell: the row was kept without it."
    )


def test_an_edition_in_which_everything_moved_but_no_column_is_read(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Effectif", "Étage"], *([f"Atelier Fictif {n}", n % 5, n % 3] for n in range(30))]})
    place.run()
    write_book(place.folder / "loc.xlsx", {"A": [["Nom", "Étage", "Effectif"], *([f"Forge Inventée {n}", n % 3, n % 5] for n in range(30))]})
    assert len(place.read()) == 30
    assert sentences(place) == []
