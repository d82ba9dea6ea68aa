"""What is made of the columns of a file, what changed in them since the edition before, and the mapping in hub.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from registry_world import Place, write_book

from km0_pipeline.cli import main
from km0_pipeline.hub import Hub
from km0_pipeline.registries.drift import ColumnsChanged, Seen, changes
from km0_pipeline.registries.looks import look
from km0_pipeline.registries.mapping import CannotMap, FileMade, made_of, write
from km0_pipeline.steps import Project

ROWS = """Nom;Numéro;Humeur;Effectif
Atelier Fictif;732 829 320 00074;bonne;env. 20
Forge Fictive;35600000000048;;12
Four Fictif;35600000049837;;beaucoup
"""


@pytest.fixture
def place(project: Project) -> Place:
    return Place(project)


def _drift(place: Place) -> list[str]:
    return place.run().figures["drift"]  # type: ignore[no-any-return]


# --- what cells look like


@pytest.mark.parametrize(("cells", "shape"), [
    (["732 829 320 00074", "35600000000048"], "siret"), (["732829320", "356000000.0"], "siren"), (["732829321", "123456789"], "number"), (["000000000"], "number"),
    (["a@b.fr", None, "c@d.fr"], "email"), (["03 89 00 00 00", "+33 3 89 00 00 00"], "phone"), (["12/02/2019", "2019-02-12"], "date"), (["27,5", "1 234"], "number"),
    (["www.exemple.fr"], "url"), (["Mulhouse", "12"], "text"), ([None, " "], ""), ([], ""),
])  # fmt: skip
def test_a_column_looks_like_what_nearly_all_its_cells_are(cells: list[str | None], shape: str) -> None:
    assert look(cells) == shape


def test_a_column_is_known_by_its_cells_where_its_header_is_not(place: Place) -> None:
    rows = place.put(ROWS).read()
    assert [r["siret"] for r in rows] == ["73282932000074", "35600000000048", "35600000049837"]
    assert [(c["header"], c["how"], c["looks"]) for c in place.stored("registry_columns")] == [
        ("Nom", "alias", "text"), ("Numéro", "content", "siret"), ("Humeur", "unmapped", "text"), ("Effectif", "alias", "text"),
    ]  # fmt: skip


def test_a_number_that_many_rows_share_is_not_the_organisations_own(place: Place) -> None:
    rows = place.put("Nom;Groupe\n" + "".join(f"Atelier Fictif {n};732829320\n" for n in range(9))).read()
    assert {r["siren"] for r in rows} == {None}


# --- drift


def test_a_column_that_is_gone_new_or_changed_is_a_change() -> None:
    before = [Seen("Nom", "name", "text"), Seen("Étage", "space", "number"), Seen("Humeur", "", "text"), Seen("Vide", "", "")]
    now = [Seen("NOM", "name", "text"), Seen("Etage", "space", "text"), Seen("SIRET", "siret", "siret"), Seen("Clé", "", "text"), Seen("Vide", "", "number")]
    assert list(changes(before, now)) == [
        "the column “Étage” (space) held numbers and now holds text", "the column “Humeur” is gone",
        "the column “Clé”, which is not read, is new", "the column “SIRET” (siret) is new",
    ]  # fmt: skip


def test_an_edition_is_compared_with_the_file_that_lay_there_and_else_with_the_one_before_it(place: Place) -> None:
    assert _drift(place.put("Nom;Effectif\nAtelier Fictif;3\n", "loc-1.csv").put("Nom;Ville\nForge Fictive;Orbey\n", "loc-2.csv").put(ROWS, "ann.csv")) == [
        "registries/loc-2.csv: the column “Effectif” (headcount) is gone (before: registries/loc-1.csv).",
        "registries/loc-2.csv: the column “Ville” (commune) is new (before: registries/loc-1.csv).",
    ]
    assert _drift(place.put(ROWS.replace("Humeur", "Clé"), "ann.csv"))[:2] == [
        "registries/ann.csv: the column “Humeur” is gone (before: the file that lay there).",
        "registries/ann.csv: the column “Clé”, which is not read, is new (before: the file that lay there).",
    ]


def test_a_strict_registry_that_drifts_stops_the_run_until_it_is_mended_or_accepted(project: Project) -> None:
    place = Place(project, strict=True).put("Nom;Effectif\nAtelier Fictif;3\n")
    place.run()
    place.put("Nom;Ville\nAtelier Fictif;Colmar\n")
    for _ in range(2):
        with pytest.raises(ColumnsChanged, match=r"registries/loc.csv: the column “Effectif” \(headcount\) is gone"):
            place.run()
        assert place.stored("registry_rows")[0]["headcount"] == "3", "what was read before stays"
    assert Place(project, strict=True, columns={"Nom": "name", "Ville": ""}).run().figures["drift"] == []
    place.put("Nom;Effectif\nAtelier Fictif;4\n")


def test_how_many_cells_were_normalised_is_a_figure(place: Place) -> None:
    assert place.put(ROWS).run().figures["normalised"] == {"siren": 3, "siret": 1, "headcount": 1}


# --- km0 map


def _made(project: Project, file: Path, name: str = "") -> FileMade:
    return made_of(project, file, name)


def test_each_column_is_shown_with_examples_and_doubts(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(ROWS + "Moulin Fictif;;;\n", encoding="utf-8")
    made = _made(project, file)
    (sheet,) = made.sheets
    assert (made.known, made.entry.name, made.entry.path, sheet.rows, sheet.header_row) == (False, "liste", "registries/liste.csv", 4, 1)
    assert [(c.mapped.header, c.mapped.property, c.filled) for c in sheet.columns] == [("Nom", "name", 4), ("Numéro", "siret", 3), ("Humeur", "", 1), ("Effectif", "headcount", 3)]
    assert sheet.columns[1].examples[0] == ("732 829 320 00074", "73282932000074")
    assert sheet.columns[0].doubts == ()
    assert sheet.columns[1].doubts == ("its header is not known; it was taken for what its cells look like.",)
    assert sheet.columns[3].doubts == ("1 of 3 cells are not a number of people such as 12, env. 20 or 10-19: “beaucoup”.",)


def test_a_file_is_read_as_the_registry_whose_path_it_matches_or_that_is_named(project: Project, tmp_path: Path) -> None:
    file = project.raw / "registries" / "locataires-2020.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert (_made(project, file).known, _made(project, file).entry.name) == (True, "locataires")
    assert _made(project, file, "annuaire").entry.name == "annuaire"
    with pytest.raises(CannotMap, match="no registry 'autre'"):
        _made(project, file, "autre")
    (tmp_path / "x.odt").write_bytes(b"x")
    with pytest.raises(CannotMap, match=r"has the ending '\.odt'"):
        _made(project, tmp_path / "x.odt")


def test_the_mapping_is_written_and_all_else_of_hub_toml_stays(project: Project, tmp_path: Path) -> None:
    toml, file = project.root / "hub.toml", project.raw / "registries" / "locataires.csv"
    file.write_text(ROWS, encoding="utf-8")
    before = toml.read_text(encoding="utf-8").replace('path = "registries/locataires*.csv"', 'path = "registries/locataires*.csv" # un mot')
    toml.write_text(before, encoding="utf-8")
    write(toml, _made(project, file))
    after = toml.read_text(encoding="utf-8")
    assert [line for line in after.splitlines() if line in before.splitlines()] == before.splitlines()
    entry = Hub.load(toml).registries[0]
    assert entry.columns == {"Nom": "name", "Numéro": "siret", "Humeur": "", "Effectif": "headcount"}
    toml.write_text(after.replace('Humeur = ""', 'humeur = "comment"'), encoding="utf-8")
    write(toml, made_of(Project.at(project.root), file))
    assert Hub.load(toml).registries[0].columns == {"Nom": "name", "Numéro": "siret", "humeur": "comment", "Effectif": "headcount"}


def test_a_sheet_of_notes_is_not_written_into_the_mapping(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "registre.xlsx"
    write_book(file, {"Locataires": [["Nom", "Effectif"], ["Atelier Fictif", 3]], "Notes": [["rappeler Camille 06 00 00 00 00", "lundi"], ["fait", "non"]]})
    assert made_of(project, file).columns == {"Nom": "name", "Effectif": "headcount"}


def test_the_command_shows_a_workbook_and_writes_a_registry_of_its_own(project: Project, tmp_path: Path) -> None:
    write_book(tmp_path / "Étage 2.xlsx", {"A": [["Nom", "Bidule"], ["Atelier Fictif", "x"]]})
    done = CliRunner().invoke(main, ["--root", str(project.root), "map", str(tmp_path / "Étage 2.xlsx"), "--write"])
    assert done.exit_code == 0, done.output
    assert "sheet A, headers in row 1, 1 row below" in done.output
    assert "B Bidule – not read x" in " ".join(done.output.split())
    assert Hub.load(project.root / "hub.toml").registries[-1].columns == {"Nom": "name", "Bidule": ""}
    (tmp_path / "x.csv").write_bytes(b"")
    bad = CliRunner().invoke(main, ["--root", str(project.root), "map", str(tmp_path / "x.csv")])
    assert (bad.exit_code, "is empty" in bad.output) == (1, True)
