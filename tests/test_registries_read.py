"""From files to rows: what is read, what is refused and where, what is not read again."""

from __future__ import annotations

import codecs
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_world import Place, write_book

from km0_pipeline import claims
from km0_pipeline.hub import Registry
from km0_pipeline.registries import delimited, read
from km0_pipeline.registries.columns import PROPERTIES
from km0_pipeline.registries.read import OUTPUTS, registry_files, registry_rows
from km0_pipeline.steps import Project

HEADER = "Raison sociale;SIRET;Bâtiment;Étage;Date d'entrée;Surface (m²);Effectif;Observations"
ROWS = """Atelier Fictif;732 829 320 00074;B23;2;12/02/2019;27,50;env. 20;à relancer
Fabrique Imaginaire;;B23;;2020-01-31;;12;
"""
CSV = f"{HEADER}\n{ROWS}"


@pytest.fixture
def place(project: Project) -> Place:
    return Place(project)


# --- what a row says


def test_a_row_is_normalised_and_keeps_what_was_written(place: Place) -> None:
    first, second = place.put(CSV).read()
    assert (first["name"], first["name_original"]) == ("Atelier Fictif", None)
    assert (first["siret"], first["siret_original"]) == ("73282932000074", "732 829 320 00074")
    assert (first["siren"], first["siren_original"]) == ("732829320", "732 829 320 00074")
    assert (first["occupied_from"], first["occupied_from_original"]) == ("2019-02-12", "12/02/2019")
    assert (first["area_m2"], first["area_m2_original"]) == ("27.5", "27,50")
    assert (first["headcount"], first["headcount_qualifier"], first["headcount_original"]) == ("20", "about", "env. 20")
    assert (first["space"], first["comment"], first["row"], first["sheet"]) == ("B23, 2", "à relancer", 2, "")
    assert (second["row"], second["space"], second["area_m2"], second["headcount_qualifier"]) == (3, "B23", None, "exact")


def test_rows_have_the_columns_that_others_rely_on(place: Place) -> None:
    (row,) = place.put("Nom\nAtelier Fictif\n").read()
    assert list(row) == [
        "document_id", "source", "sheet", "row", "mention_id", "at_hub", "stated_on",
        *(c for p in PROPERTIES for c in (p, f"{p}_original")), "headcount_qualifier", "consented", "refused",
    ]  # fmt: skip


def test_a_mention_is_named_by_its_document_and_row(place: Place) -> None:
    row = place.put(CSV).read()[0]
    assert row["mention_id"] == claims.mention_id(row["document_id"], "organisation", "row:2")
    write_book(place.folder / "ann.xlsx", {"Été": [["Nom", "Ville"], ["Atelier Fictif", "Mulhouse"]]})
    row = next(r for r in place.read() if r["sheet"])
    assert row["mention_id"] == claims.mention_id(row["document_id"], "organisation", "sheet:Été/row:2")


def test_the_entry_of_hub_toml_says_where_the_tenants_are_and_when(place: Place) -> None:
    rows = place.put("Nom;Ville\nAtelier Fictif;Colmar\n").put("Nom;Ville\nForge Fictive;Colmar\n", "ann.csv").read()
    assert {(r["source"], r["at_hub"], r["stated_on"]) for r in rows} == {("locataires", True, ""), ("annuaire", False, "2024")}


def test_a_row_may_say_when_it_was_stated(place: Place) -> None:
    rows = place.put("Nom;Relevé le\nAtelier Fictif;05/08/2016\nForge Fictive;\nMoulin Fictif;hier\n", "ann.csv").read()
    assert [r["stated_on"] for r in rows] == ["2016-08-05", "2024", "2024"]
    assert place.rejects() == [("row:4/column:Relevé le", "bad_date")]


def test_unknown_columns_are_reported(place: Place) -> None:
    made = place.put("Nom;Ville;Humeur;Humeur\nAtelier Fictif;Colmar;bonne;\n").run()
    assert made.figures["unknown_columns"] == ["registries/loc.csv: Humeur"]
    columns = place.stored("registry_columns")
    assert [(c["position"], c["header"], c["property"], c["locator"], c["how"]) for c in columns] == [
        (1, "Nom", "name", "column:Nom", "alias"), (2, "Ville", "commune", "column:Ville", "alias"),
        (3, "Humeur", "", "column:Humeur", "unmapped"), (4, "Humeur", "", "column:Humeur (4)", "unmapped"),
    ]  # fmt: skip


def test_a_document_says_who_keeps_it_and_how_many_rows_it_gave(project: Project) -> None:
    place = Place(project, publisher="Bailleur Fictif", licence="etalab-2.0", stated_on="2019-09")
    (document,) = place.put(CSV).read("registry_documents")
    assert {k: document[k] for k in ("path", "source", "title", "publisher", "stated_on", "licence", "format", "rows", "at_hub")} == {
        "path": "registries/loc.csv", "source": "locataires", "title": "Locataires", "publisher": "Bailleur Fictif", "stated_on": "2019-09",
        "licence": "etalab-2.0", "format": "csv", "rows": 2, "at_hub": True,
    }  # fmt: skip


# --- encodings, delimiters, headers


@pytest.mark.parametrize(("encoding", "end"), [
    ("utf-8", "\n"), ("utf-8", "\r\n"), ("utf-8", "\r"), ("utf-8-sig", "\r\n"), ("utf-16", "\r\n"), ("utf-16-le", "\n"),
    ("utf-16-be", "\n"), ("cp1252", "\r\n"), ("cp1252", "\n"), ("mac-roman", "\r"),
])  # fmt: skip
def test_the_encoding_is_found(place: Place, encoding: str, end: str) -> None:
    more = "".join(f"Société dédiée à l’été {n};;B23;rez-de-chaussée;;;;œuvre achevée à Noël\n" for n in range(30))
    text = (CSV + more).replace("m²", "m2").replace("\n", end)
    rows = place.put(text.encode(encoding)).read()
    assert [r["comment"] for r in rows] == ["à relancer", None] + ["œuvre achevée à Noël"] * 30
    assert rows[-1]["name"] == "Société dédiée à l’été 29"
    assert [r["row"] for r in rows] == list(range(2, 34))


def test_many_rows_with_line_ends_of_old_macs_are_no_wide_row(place: Place) -> None:
    rows = place.put((HEADER + "\n" + "".join(f"Atelier Fictif {n};;;;;;;\n" for n in range(1000))).replace("\n", "\r")).read()
    assert (len(rows), rows[-1]["name"]) == (1000, "Atelier Fictif 999")


def test_the_encoding_of_hub_toml_is_believed(project: Project) -> None:
    rows = Place(project, encoding="cp850").put(CSV.encode("cp850")).read()
    assert rows[0]["comment"] == "à relancer"


@pytest.mark.parametrize("encoding", ["utf-9", "base64", "rot13", "undefined", "utf\0"])
def test_an_encoding_that_is_none_of_text_is_said(project: Project, encoding: str) -> None:
    place = Place(project, encoding=encoding).put(CSV)
    assert place.rejects() == [("", "bad_encoding")]
    assert repr(encoding) in place.stored("registry_rejects")[0]["sentence"]


def test_an_accent_after_the_first_megabyte_still_tells_the_encoding(place: Place) -> None:
    plain = "".join(f"Atelier Fictif {n};;;;;;;une remarque assez longue pour remplir le fichier\n" for n in range(20_000))
    rows = place.put((HEADER.replace("â", "a").replace("É", "E").replace("²", "2") + "\n" + plain + "Café Fictif;;;;;;;\n").encode("cp1252")).read()
    assert (len(rows), rows[-1]["name"]) == (20_001, "Café Fictif")


@pytest.mark.parametrize(("delimiter", "suffix"), [(";", "csv"), (",", "csv"), ("|", "txt"), ("\t", "tsv")])
def test_the_delimiter_is_found(place: Place, delimiter: str, suffix: str) -> None:
    cells = [["Nom", "Adresse", "Surface"], ['"Atelier; Fictif, SAS"', '"1, rue Inventée"', '"27,5"'], ["Forge Fictive", "2 rue Inventée", "3"]]
    text = "\n".join(delimiter.join(row) for row in cells)
    rows = place.put(text, f"loc.{suffix}").read()
    assert [(r["name"], r["address"], r["area_m2"]) for r in rows] == [("Atelier; Fictif, SAS", "1, rue Inventée", "27.5"), ("Forge Fictive", "2 rue Inventée", "3")]


def test_the_header_of_a_csv_may_stand_below_a_title(place: Place) -> None:
    rows = place.put(f"Locataires du bâtiment;;;;;;;\n;;;;;;;\n{CSV}").read()
    assert [(r["row"], r["name"]) for r in rows] == [(4, "Atelier Fictif"), (5, "Fabrique Imaginaire")]


def test_the_header_row_of_hub_toml_is_believed(project: Project) -> None:
    rows = Place(project, header_row=2).put("Nom;Ville\nOccupant;Commune\nAtelier Fictif;Colmar\n").read()
    assert [(r["row"], r["name"]) for r in rows] == [(3, "Atelier Fictif")]


def test_the_header_written_again_is_set_aside(place: Place) -> None:
    assert len(place.put("Nom;Ville\nNom;Ville\nAtelier Fictif;Colmar\n").read()) == 1
    assert place.rejects() == [("row:2", "header_again")]


def test_a_full_row_above_the_header_is_a_reject_and_a_title_is_not(place: Place) -> None:
    table = [["Registre fictif", None, None], ["Lot", "Clé", "Badge"], ["Nom", "Ville", "Effectif"], ["Atelier Fictif", "Colmar", 3]]
    write_book(place.folder / "loc.xlsx", {"A": table})
    place.put("\n".join(";".join(str(c or "") for c in row) for row in table), "ann.csv")
    assert [r["name"] for r in place.read()] == ["Atelier Fictif"] * 2
    rejects = {r["locator"]: r for r in place.stored("registry_rejects")}
    assert {(at, r["reason"], r["original"]) for at, r in rejects.items()} == {
        ("row:2", "above_header", "Lot | Clé | Badge"), ("sheet:A/row:2", "above_header", "Lot | Clé | Badge"),
    }  # fmt: skip
    assert rejects["row:2"]["sentence"] == (
        "registries/ann.csv, row 2: stands above row 3, which was taken for the headers, and was not read. "
        "If it should have been, set header_row in hub.toml."
    )


# --- rows and cells that can't be used


@pytest.mark.parametrize("name", ["TOTAL", "Total général :", "Sous-total B23", "sous total", "Nombre d'entreprises", "Total 2019", "Moyenne", "Total locataires", "Total B23", "Total R+1"])
def test_a_total_is_no_organisation(place: Place, name: str) -> None:
    assert len(place.put(f"{CSV}{name};;;;;;32;\n").read()) == 2
    (reject,) = place.stored("registry_rejects")
    assert (reject["locator"], reject["reason"], json.loads(reject["original"])["Effectif"]) == ("row:4", "total_row", "32")


@pytest.mark.parametrize("row", ["Total;732 829 320 00074;;;;;;", "Total Fictif;;;;;;;", "Les Totaux;;;;;;;", "Somme Numérique;;;;;;;"])
def test_an_organisation_whose_name_begins_as_a_total_is_one(place: Place, row: str) -> None:
    assert len(place.put(f"{CSV}{row}\n").read()) == 3


def test_a_row_without_a_name_is_kept_whole_as_a_reject(place: Place) -> None:
    rows = place.put(f"{CSV};73282932000074;B23;3;;;;qui ?\n").read()
    assert len(rows) == 2
    (reject,) = place.stored("registry_rejects")
    assert (reject["locator"], reject["reason"], reject["path"]) == ("row:4", "no_name", "registries/loc.csv")
    assert json.loads(reject["original"]) == {
        "Raison sociale": "", "SIRET": "73282932000074", "Bâtiment": "B23", "Étage": "3", "Date d'entrée": "", "Surface (m²)": "",
        "Effectif": "", "Observations": "qui ?",
    }  # fmt: skip
    assert reject["sentence"] == (
        "registries/loc.csv, row 4: has no name of an organisation in the column “Raison sociale”. Fill it in: the row was set aside whole."
    )


def test_a_cell_that_cant_be_understood_is_a_reject_and_the_row_goes_on(place: Place) -> None:
    rows = place.put(CSV + "Forge Fictive;73282932000075;B23;1;31/02/2019;grand;beaucoup;ok\n").read()
    assert (rows[2]["name"], rows[2]["comment"]) == ("Forge Fictive", "ok")
    assert {rows[2][p] for p in ("siret", "siren", "occupied_from", "area_m2", "headcount", "headcount_qualifier", "siret_original")} == {None}
    assert place.rejects() == [
        ("row:4/column:SIRET", "bad_siret"), ("row:4/column:Date d'entrée", "bad_date"),
        ("row:4/column:Surface (m²)", "bad_number"), ("row:4/column:Effectif", "bad_number"),
    ]  # fmt: skip
    reject = place.stored("registry_rejects")[1]
    assert (reject["original"], reject["document_id"]) == ("31/02/2019", rows[2]["document_id"])
    assert reject["sentence"] == (
        "registries/loc.csv, row 4, column “Date d'entrée”: “31/02/2019” is not a date such as 12/02/2019, 2019-02-12 or 2019. "
        "Correct the cell: the row was kept without it."
    )


def test_a_cell_that_says_nothing_is_no_reject(place: Place) -> None:
    place.put(CSV + "Forge Fictive;n.c.;-;?;inconnu;N/A;néant;—\n")
    assert place.rejects() == []


def test_the_sentence_about_an_address_or_telephone_does_not_repeat_it(place: Place) -> None:
    place.put("Nom;E-mail;Téléphone\nAtelier Fictif;camille chez exemple;poste 12\n")
    rejects = place.read("registry_rejects")
    assert [r["original"] for r in rejects] == ["camille chez exemple", "poste 12"]
    assert not any("camille" in r["sentence"] or "poste" in r["sentence"] for r in rejects)


def test_a_siret_fills_the_siren_that_is_absent(place: Place) -> None:
    text = "Nom;SIREN;SIRET\nAtelier Fictif;;73282932000074\nForge Fictive;732829321;35600000000048\nMoulin Fictif;732829320;\n"
    rows = place.put(text).read()
    assert [(r["siren"], r["siren_original"]) for r in rows] == [
        ("732829320", "73282932000074"), ("356000000", "35600000000048"), ("732829320", None),
    ]  # fmt: skip
    assert place.rejects() == [("row:3/column:SIREN", "bad_siren")]


def test_a_siren_that_contradicts_its_siret_is_a_reject_of_both(place: Place) -> None:
    (row,) = place.put("Nom;SIREN;SIRET\nAtelier Fictif;356000000;73282932000074\n").read()
    assert (row["siren"], row["siret"]) == (None, None)
    # kept beside, for the national register may withhold whom they name
    assert (row["siren_original"], row["siret_original"]) == ("356000000", "73282932000074")
    (reject,) = place.stored("registry_rejects")
    assert (reject["locator"], reject["reason"], reject["original"]) == ("row:2/column:SIRET", "siren_siret", "356000000 / 73282932000074")


def test_blank_rows_are_passed_over_but_counted(place: Place) -> None:
    rows = place.put("Nom;Ville\n\nAtelier Fictif;Colmar\n;\n  ; \n\nForge Fictive;Colmar\n\n\n").read()
    assert [(r["row"], r["name"]) for r in rows] == [(3, "Atelier Fictif"), (7, "Forge Fictive")]
    assert place.rejects() == []


def test_a_cell_with_line_breaks_is_one_row(place: Place) -> None:
    rows = place.put('Nom;Observations\nAtelier Fictif;"une\n\nautre"\nForge Fictive;ok\n').read()
    assert [(r["row"], r["comment"]) for r in rows] == [(2, "une autre"), (3, "ok")]


def test_ragged_rows_are_set_aside_whole_and_the_rest_goes_on(place: Place) -> None:
    text = "Nom;Ville;Observations\nAtelier Fictif;Colmar;a\nForge;Fictive;Colmar;b\nMoulin Fictif\nFour Fictif;Colmar;c;;\n"
    rows = place.put(text).read()
    assert [(r["row"], r["name"]) for r in rows] == [(2, "Atelier Fictif"), (5, "Four Fictif")]
    rejects = place.stored("registry_rejects")
    assert [(r["locator"], r["reason"], r["original"]) for r in rejects] == [
        ("row:3", "ragged_row", "Forge;Fictive;Colmar;b"), ("row:4", "ragged_row", "Moulin Fictif"),
    ]  # fmt: skip
    assert rejects[0]["sentence"] == (
        "registries/loc.csv, row 3: has 4 cells where the header has 3. Mend the row: it was set aside whole."
    )


def test_a_quotation_mark_never_closed_costs_its_row_only(place: Place) -> None:
    rows = place.put('Nom;Ville\nAtelier Fictif;"Colmar\n' + "".join(f"Forge Fictive {n};Colmar\n" for n in range(500))).read()
    assert [r["row"] for r in rows] == list(range(3, 503))
    assert place.rejects() == [("row:2", "ragged_row")]


def test_broken_utf8_costs_the_row_it_stands_in(place: Place) -> None:
    text = "Nom;Ville\nAtelier été;Orbey\nCafé Fictif;Colmar\nForge née;Orbey\n".encode().replace("Café".encode(), b"Caf\xe9")
    assert [r["name"] for r in place.put(text).read()] == ["Atelier été", "Forge née"]
    (reject,) = place.stored("registry_rejects")
    assert (reject["locator"], reject["reason"], reject["original"]) == ("row:3", "bad_encoding", "Caf\\xe9 Fictif;Colmar")


# --- files that can't be used


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("loc.csv", b"", "empty_file"), ("loc.csv", b"\n \n", "empty_file"), ("loc.csv", codecs.BOM_UTF8, "empty_file"),
    ("loc.csv", bytes(range(256)) * 20, "not_text"), ("loc.csv", b"PK\x03\x04\0\0\0\0", "not_text"),
    ("loc.xlsx", b"", "empty_file"), ("loc.xlsx", b"PK\x03\x04 and then nothing", "bad_workbook"), ("loc.xlsx", b"Nom;Ville\n", "bad_workbook"),
    ("loc.ods", b"something", "bad_workbook"), ("loc.xls", b"Nom;Ville\n", "bad_workbook"), ("loc.odt", b"something", "unknown_format"),
    ("loc.json", b" \n", "empty_file"), ("loc.json", b'{"a": [', "bad_json"), ("loc.json", b'"a"', "no_header"), ("loc.geojson", b"\xff\xfe", "bad_json"),
    ("loc.parquet", b"", "empty_file"), ("loc.parquet", b"PAR1 and no more", "bad_parquet"), ("autre.csv", CSV.encode(), "no_registry"),
])  # fmt: skip
def test_a_file_that_cant_be_used_is_a_reject_and_the_others_are_unharmed(place: Place, name: str, content: bytes, reason: str) -> None:
    rows = place.put(content, name).put(CSV, "ann.csv").read()
    assert len(rows) == 2
    (reject,) = place.stored("registry_rejects")
    assert (reject["path"], reject["reason"], reject["locator"]) == (f"registries/{name}", reason, "")
    assert reject["sentence"].startswith(f"registries/{name}: ")
    assert len(reject["document_id"]) == 20


def test_a_truncated_workbook_is_a_reject(place: Place) -> None:
    path = place.folder / "loc.xlsx"
    write_book(path, {"Locataires": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"]] * 50})
    path.write_bytes(path.read_bytes()[:2000])
    assert place.rejects() == [("", "bad_workbook")]


def test_a_registry_without_a_name_column_says_how_to_map_one(place: Place) -> None:
    place.put("Bidule;Ville\nAtelier Fictif;Colmar\n")
    (reject,) = place.read("registry_rejects")
    assert (reject["locator"], reject["reason"]) == ("row:1", "no_name_column")
    assert "“Bidule”, “Ville”" in reject["sentence"]
    assert '[[registries]] name = "locataires": columns = {"…" = "name"}' in reject["sentence"]
    assert place.stored("registry_rows") == []


def test_mapping_the_name_column_mends_it(project: Project) -> None:
    Place(project).put("Bidule;Ville\nAtelier Fictif;Colmar\n").run()
    mended = Place(project, columns={"bidule": "name"})
    assert [r["name"] for r in mended.read()] == ["Atelier Fictif"]
    assert mended.rejects() == []


def test_a_mapping_that_fits_no_column_is_reported(project: Project) -> None:
    place = Place(project, columns={"Bidule": "name", "Ville": "funding_eur"}).put("Nom;Ville\nAtelier Fictif;Colmar\n")
    assert place.rejects() == [("", "bad_mapping"), ("", "no_such_column")]


def test_the_same_file_twice_is_read_once(place: Place) -> None:
    place.put(CSV).put(CSV, "loc-copie.csv")
    assert len(place.read()) == 2
    (reject,) = place.stored("registry_rejects")
    assert (reject["path"], reject["reason"]) == ("registries/loc.csv", "same_file")
    assert "registries/loc-copie.csv" in reject["sentence"]


def test_a_file_that_vanishes_during_the_run_is_a_reject(place: Place) -> None:
    place.put(CSV).put("Nom;Ville\nForge Fictive;Colmar\n", "ann.csv")
    registry_files(place.project)
    (place.folder / "loc.csv").unlink()
    registry_rows(place.project)
    assert [r["name"] for r in place.stored("registry_rows")] == ["Forge Fictive"]
    assert [(r["path"], r["reason"]) for r in place.stored("registry_rejects")] == [("registries/loc.csv", "vanished")]
    assert [d["path"] for d in place.stored("registry_documents")] == ["registries/ann.csv"]


def test_a_file_that_was_gone_for_one_run_is_read_when_it_is_back(place: Place) -> None:
    path = place.put(CSV).folder / "loc.csv"
    registry_files(place.project)
    path.unlink()
    assert registry_rows(place.project).rows == 0
    place.put(CSV)
    made = place.run()
    assert (made.rows, made.reused) == (2, False)
    assert place.stored("registry_rejects") == []
    assert place.run().reused


@pytest.mark.parametrize("other", [CSV.replace("Fictif", "Feutre"), CSV * 2, "not a table"])
def test_a_file_changed_since_it_was_listed_gives_no_rows_under_the_old_one(place: Place, other: str) -> None:
    place.put(CSV)
    registry_files(place.project)
    place.put(other)
    assert registry_rows(place.project).rows == 0
    assert [(r["path"], r["reason"]) for r in place.stored("registry_rejects")] == [("registries/loc.csv", "changed_file")]
    assert place.stored("registry_documents") == place.stored("registry_keys") == []
    assert place.put(CSV).run().rows == 2, "put back as it was"


def test_a_file_that_was_only_touched_is_read(place: Place) -> None:
    path = place.put(CSV).folder / "loc.csv"
    registry_files(place.project)
    path.touch()
    assert registry_rows(place.project).rows == 2


def test_a_file_that_nobody_touched_is_not_hashed_twice(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(CSV)
    registry_files(place.project)
    monkeypatch.setattr(read, "content_id", lambda path: pytest.fail("hashed again"))
    assert registry_rows(place.project).rows == 2


def test_hidden_files_and_locks_are_left_alone(place: Place) -> None:
    place.put(b"", ".gitkeep").put(b"x", "~$loc.xlsx")
    assert place.read("registry_files") == []
    assert place.stored("registry_rejects") == []


def test_odd_file_names_are_read(place: Place) -> None:
    assert len(place.put(CSV, "loc [1] l'été *?.csv").read()) == 2
    assert place.put("Nom;Ville\nForge Fictive;Colmar\n", "ann'[a-z].csv").run().figures["read"] == 1


def test_an_empty_folder_gives_empty_tables(place: Place) -> None:
    made = place.run()
    assert made.figures == {"files": 0, "read": 0, "rows": 0, "normalised": {}, "unknown_columns": [], "rejects": 0, "drift": []}
    assert place.stored("registry_rows") == []


# --- workbooks


def test_the_header_of_a_workbook_is_found_below_its_title(place: Place) -> None:
    import datetime

    write_book(place.folder / "loc.xlsx", {
        "Occupants": [
            [None, "Annuaire fictif"], [], [None, "Nom", "Effectif", "Date d'entrée", "Surface (m²)", "SIREN"],
            [None, "Atelier Fictif", 12.0, datetime.date(2019, 2, 12), 27.5, 62201199], [], [None, "Forge Fictive", "10-19", "mars 2020", None, 12],
        ],
    })  # fmt: skip
    first, second = place.read()
    assert (first["row"], first["headcount"], first["occupied_from"], first["area_m2"], first["siren"]) == (4, "12", "2019-02-12", "27.5", "062201199")
    assert (second["row"], second["headcount"], second["headcount_qualifier"], second["occupied_from"]) == (6, "10", "at_least", "2020-03")
    assert place.rejects() == [("sheet:Occupants/cell:F6", "bad_siren")]
    assert [c["locator"] for c in place.stored("registry_columns")] == ["A", "B", "C", "D", "E", "F"]
    assert "sheet “Occupants”, cell F6, column “SIREN”" in place.stored("registry_rejects")[0]["sentence"]


def test_every_sheet_that_holds_a_table_is_read(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {
        "B": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"]], "A": [["Société", "Ville"], ["Forge Fictive", "Colmar"], [None, "Colmar"]],
        "Notes": [["Ce classeur est fictif."]], "Vide": [],
    })  # fmt: skip
    assert [(r["sheet"], r["name"]) for r in place.read()] == [("A", "Forge Fictive"), ("B", "Atelier Fictif")]
    assert place.rejects() == [("sheet:A/row:3", "no_name")]


def test_only_the_sheet_that_hub_toml_names_is_read(project: Project) -> None:
    sheets = {"B": [["Nom", "Ville"], ["Atelier Fictif", "Colmar"]], "A": [["Nom", "Ville"], ["Forge Fictive", "Colmar"]]}
    write_book(project.raw / "registries" / "loc.xlsx", sheets)
    assert [r["sheet"] for r in Place(project, sheet="B").read()] == ["B"]
    place = Place(project, sheet="b2")
    assert place.rejects() == [("", "no_sheet")]
    assert "nearest: " in place.stored("registry_rejects")[0]["sentence"]


def test_a_workbook_without_names_says_so_of_each_table(place: Place) -> None:
    write_book(place.folder / "loc.xlsx", {"A": [["Bidule", "Truc"], ["x", "y"]], "B": [["Chose", "Machin"], ["x", "y"]]})
    assert place.rejects() == [("sheet:A/row:1", "no_name_column"), ("sheet:B/row:1", "no_name_column")]


# --- what need not be read again


def test_an_unchanged_registry_is_not_read_again_beside_a_new_one(place: Place) -> None:
    bad = "Forge Fictive;12;B23;1;31/02/2019;;;\n;;B23;;;;;sans nom\n"
    assert place.put(CSV + bad).run().figures["read"] == 1
    before = {o: place.stored(o) for o in OUTPUTS}
    made = place.put("Nom;Ville\nMoulin Fictif;Colmar\n", "ann.csv").run()
    assert (made.figures["files"], made.figures["read"], made.figures["rows"], made.figures["rejects"]) == (2, 1, 4, 3)
    for output in OUTPUTS:
        assert all(row in place.stored(output) for row in before[output])
    (place.folder / "ann.csv").unlink()
    assert place.run().figures["read"] == 0
    assert {o: place.stored(o) for o in OUTPUTS} == before


def test_a_new_mapping_has_its_registry_read_again(project: Project) -> None:
    Place(project).put("Nom;Ville;Bidule\nAtelier Fictif;Colmar;B23\n").put("Nom\nForge Fictive\n", "ann.csv").run()
    place = Place(project, columns={"Bidule": "space"})
    assert place.run().figures["read"] == 1
    assert {(r["name"], r["space"]) for r in place.stored("registry_rows")} == {("Atelier Fictif", "B23"), ("Forge Fictive", None)}


def test_nothing_is_done_where_nothing_changed(place: Place) -> None:
    place.put(CSV).run()
    assert place.run().reused


def test_a_copy_that_is_deleted_leaves_no_reject(place: Place) -> None:
    place.put(CSV).put(CSV, "loc-copie.csv").run()
    (place.folder / "loc.csv").unlink()
    assert place.rejects() == []
    assert place.run().figures["rows"] == 2


def test_two_places_give_the_same_bytes(place: Place, tmp_path: Path) -> None:
    place.put(CSV + "Forge Fictive;12;;;;;;\n").put("Nom;Ville\nMoulin Fictif;Colmar\n", "ann.csv").run()
    other = tmp_path / "ailleurs"
    shutil.copytree(place.project.raw, other / "data" / "raw")
    twin = Project(other, place.project.hub)
    registry_files(twin)
    registry_rows(twin)
    assert [twin.made(o).read_bytes() for o in OUTPUTS] == [place.project.made(o).read_bytes() for o in OUTPUTS]


def test_rows_are_sorted_by_document_sheet_and_row(place: Place) -> None:
    for n in range(6):
        place.put("Nom;Ville\n" + "".join(f"Atelier {n} {i};Colmar\n" for i in range(20)), f"loc{n}.csv")
    keys = [(r["document_id"], r["sheet"], r["row"]) for r in place.read()]
    place.put("Nom;Ville\nForge Fictive;Colmar\n", "ann.csv")
    again = [(r["document_id"], r["sheet"], r["row"]) for r in place.read()]
    assert keys == sorted(keys)
    assert again == sorted(again)


# --- the fast way and the careful way

_cells = st.text("aé ;,\"\n\r'0\t", max_size=6)
_FREE = Registry(name="x", title="x", path="x", delimiter=";", header_row=1)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('";\n\r') or cell[:1] == " " else cell


@given(rows=st.lists(st.lists(_cells, min_size=3, max_size=3), max_size=8), loose=st.booleans(), end=st.sampled_from(["\n", "\r\n"]), broken=_cells)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_ways_of_reading_give_the_same_cells(tmp_path: Path, rows: list[list[str]], loose: bool, end: str, broken: str) -> None:
    path = tmp_path / "x.csv"
    lines = [";".join(_quoted(c) if not loose or n % 3 else c for c in row) for n, row in enumerate(rows)]
    path.write_text(end.join(["a;b;c", *lines, *([broken] if loose else [])]) + end, encoding="utf-8", newline="")
    ((_, cells),) = delimited.load(path, _FREE, tmp_path)
    rejects = delimited._careful(path, ";", 3, 1, tmp_path / "careful")
    quick, slow = (pa.ipc.open_file(c).read_all() for c in (cells, tmp_path / "careful"))
    fast, careful = ([(row, *((c or "").strip(" ") for c in cells)) for row, *cells in zip(*t.to_pydict().values(), strict=True)] for t in (quick, slow))
    assert [r for r in fast if "".join(r[1:]).strip()] == careful
    if not loose:
        assert not rejects
        assert careful == [(n, *(c.strip(" ") for c in row)) for n, row in enumerate(rows, 2) if "".join(row).strip()]
