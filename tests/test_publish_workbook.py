"""The workbook holds the cells of the CSV and the Parquet, for people: their language, filters, no formula; what does not fit is told."""

from __future__ import annotations

import math
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from publish_world import DAY, ODD_TEXTS, TABLES, VISITS, WORKSHOPS, a_table, fill, fill_library, fill_world
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from km0_pipeline.publish import workbook
from km0_pipeline.publish.escaping import unescaped
from km0_pipeline.publish.sheet import Sheet
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables, arrow_schema, table
from tests.conftest import hub_toml

NASTY = (
    *ODD_TEXTS, "<r>", "<r><t>no layout</t></r>", "_x0041_ as it stands", "\x1f\x7f\x85\u2028", "https://example.org", "mailto:a",
    "internal:'Sheet'!A1", "{=A1}", "  ", "\t", "0033", "1e5", "2019-01-02", "&amp;", "]]>",
)  # fmt: skip
SHEET = "Workshops (en français)"


def made(project: Project, names: tuple[str | None, ...] = NASTY) -> Path:
    fill_world(project, names)
    return publish(project, DAY, TABLES).folder


def cells(path: Path, sheet: str) -> list[list[Any]]:
    """The rows of a sheet as a reader of spreadsheets has them; None where a cell is empty."""
    return [[None if v == "" else v for v in row] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.dates(date(1900, 3, 1)), min_size=1))
def test_any_cell_comes_back_as_it_was(tmp_path: Path, values: list[Any]) -> None:
    path = tmp_path / "a.xlsx"
    with Workbook(str(path), {"constant_memory": True}) as book:
        looks = {kind: book.add_format({"num_format": look}) for kind, look in ((date, "yyyy-mm-dd"), (str, "@"), (bool, "General"), (float, "General"))}
        book.add_worksheet("a", worksheet_class=Sheet).put_rows(0, [values], [looks[type(v)] for v in values])
    (found,) = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("a").to_python()
    assert found == values
    assert [type(v) for v in found] == [type(v) for v in values]


def read_back(folder: Path) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    """The workshops of a snapshot as its Parquet, its CSV and its workbook have them."""
    parquet = pq.read_table(folder / "workshops.parquet")
    options = pc.ConvertOptions(column_types=arrow_schema(WORKSHOPS), strings_can_be_null=True, quoted_strings_can_be_null=False)
    text = pc.read_csv(folder / "workshops.csv", parse_options=pc.ParseOptions(newlines_in_values=True), convert_options=options)
    text = text.set_column(1, "name", unescaped(text["name"]))
    return [list(row.values()) for row in parquet.to_pylist()], [list(row.values()) for row in text.to_pylist()], cells(folder / "km0.xlsx", SHEET)


def as_cells(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows as a workbook has them, whose calendar begins in 1900."""
    return [[v.isoformat() if isinstance(v, date) and v.year < 1900 else v for v in row] for row in rows]


def test_csv_parquet_and_workbook_hold_the_same_cells(project: Project) -> None:
    rows, text, found = read_back(made(project))
    assert text == rows
    assert len(found) == len(NASTY) + 1
    assert found[1:] == as_cells(rows)
    assert [row[1] for row in found[1:]] == list(NASTY)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="@\ufffe\uffff"), max_size=12)  # nothing that may be a telephone number or address
WORLD = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | WORDS, "founded_on": st.none() | st.dates(date(1800, 1, 1), date(2100, 1, 1)), "headcount": st.none() | st.integers(0, 10**9),
            "area_m2": st.none() | st.floats(allow_nan=False, allow_infinity=False), "open": st.none() | st.booleans(),
        }
    ),
    max_size=20,
)  # fmt: skip


@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])  # to make a failure small takes hundreds
@given(WORLD)
def test_any_small_world_is_published_and_read_back_as_it_was(tmp_path: Path, world: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as root:
        hub_toml(Path(root))
        project, world = Project.at(Path(root)), [{"workshop_id": f"wor-{n:04}"} | row for n, row in enumerate(world)]
        fill(project, WORKSHOPS, world)
        fill(project, VISITS, [{"visit_id": f"v{n:02}", "workshop_id": row["workshop_id"]} for n, row in enumerate(world)])
        folder = publish(project, DAY, TABLES).folder
        assert verify(folder) == []
        rows, text, found = read_back(folder)
        assert rows == text == [[row[c] if row[c] != "" else None for c in WORKSHOPS.columns] for row in world]
        assert found[1:] == as_cells(rows)


def test_a_text_is_never_a_formula_a_link_or_a_layout(project: Project) -> None:
    sheet = openpyxl.load_workbook(made(project) / "km0.xlsx")[SHEET]
    texts = [cell for row in sheet.iter_rows(min_row=2, min_col=2, max_col=2) for cell in row if cell.value is not None]
    assert len(texts) == len([n for n in NASTY if n is not None])
    assert {(cell.data_type, cell.number_format) for cell in texts} == {("s", "@")}
    with zipfile.ZipFile(made(project) / "km0.xlsx") as parts:
        assert not [n for n in parts.namelist() if "sheet" in n and n.endswith(".rels") and "workbook" not in n]
        assert not any(b"<f>" in parts.read(n) or b"<hyperlink" in parts.read(n) for n in parts.namelist())


def test_people_find_their_language_units_filters_and_a_header_that_stays(project: Project) -> None:
    fill_library(project)
    book = openpyxl.load_workbook(publish(project, DAY).folder / "km0.xlsx")
    released = [t for t in all_tables() if t.released]
    assert book.sheetnames[0] == "Lisez-moi" and book.sheetnames[-1] == "Dictionnaire"
    assert sorted(book.sheetnames[1:-1]) == sorted(t.title.fr for t in released)
    for t in released:
        sheet = book[t.title.fr]
        titles = [cell.value for cell in sheet[1]]
        assert len(set(titles)) == len(titles), "a header twice can't be told apart"
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
    organisations = book[table("organisations").title.fr]
    assert {"Nom", "Surface (m²)", "Latitude (°)"} <= {cell.value for cell in organisations[1]}
    widths = [organisations.column_dimensions[c].width for c in "ABC"]
    assert all(10 <= w <= 52 for w in widths) and widths[0] > 20, "an id of 20 characters can be read"
    about = "\n".join(str(v) for row in book["Lisez-moi"].iter_rows(values_only=True) for v in row if v)
    for words in ("2026.11.22, du 2026-11-22", "Licence Ouverte 2.0", project.hub.publisher.contact, "organisations.csv, organisations.parquet"):
        assert words in about
    words = list(book["Dictionnaire"].iter_rows(min_row=2, values_only=True))
    assert len(words) == sum(len(t.fields) for t in released)
    area = next(w for w in words if w[0] == "Organisations" and w[3] == "area_m2")
    field = next(f for f in table("organisations").fields if f.name == "area_m2")
    assert area[2:] == ("Surface (m²)", "area_m2", "nombre", field.description.fr, "0 ou plus")
    assert organisations[f"{area[1]}1"].value == "Surface (m²)", "the dictionary names the column by its letter"


def test_days_and_numbers_are_such_and_keep_every_digit(project: Project) -> None:
    numbers = [0.1 + 0.2, 1 / 3, -0.0, 5e-324, 1e300, 123456.789, math.inf, 47.749481]
    days = [date(1900, 2, 28), date(1900, 3, 1), date(1999, 12, 31), date(2026, 11, 22), date(9999, 12, 31), None, None, None]
    counts = [0, 1, 10**15 - 1, 10**15, 2**53 + 1, None, None, 7]
    kinds = zip(days, counts, numbers, strict=True)
    rows = [{"workshop_id": f"wor-{n:04}", "founded_on": d, "headcount": c, "area_m2": x} for n, (d, c, x) in enumerate(kinds)]
    fill(project, WORKSHOPS, rows)
    fill(project, VISITS, [])
    path = publish(project, DAY, TABLES).folder / "km0.xlsx"
    sheet = openpyxl.load_workbook(path)[SHEET]
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[4] for row in found] == [*numbers[:6], "inf", numbers[7]]
    assert [row[3] for row in found] == [0, 1, 10**15 - 1, "1000000000000000", "9007199254740993", None, None, 7]
    assert [row[2].date() if hasattr(row[2], "date") else row[2] for row in found] == ["1900-02-28", *days[1:]]
    assert sheet["C3"].number_format == "yyyy-mm-dd" and sheet["D2"].number_format == "#,##0"


def test_a_text_too_long_for_a_cell_is_cut_and_counted_and_whole_in_the_csv(project: Project) -> None:
    fits, long, pairs = "é" * 32_767, "a" * 32_768, "🚀" * 16_384
    folder = made(project, (fits, long, pairs))
    found = [row[1] for row in cells(folder / "km0.xlsx", SHEET)[1:]]
    assert found == [fits, "a" * 32_766 + "…", "🚀" * 16_383 + "…"]
    assert pq.read_table(folder / "workshops.parquet")["name"].to_pylist() == [fits, long, pairs]
    said = {row[0]: row[1] for row in cells(folder / "km0.xlsx", "Lisez-moi")}
    assert "trop longs pour une cellule : 2." in said[f"Feuille {SHEET}"]
    assert "trop longs" not in said["Feuille Visits (en français)"]


def test_a_table_too_long_for_a_spreadsheet_is_left_out_and_the_first_sheet_says_where_it_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 10)
    path = made(project) / "km0.xlsx"
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["Lisez-moi", "Visits (en français)", "Dictionnaire"]
    said = next(row for row in cells(path, "Lisez-moi") if row[3] == "workshops.csv, workshops.parquet")
    assert f"Pas dans ce classeur : {len(NASTY)} lignes" in said[1]
    assert {row[0] for row in cells(path, "Dictionnaire")[1:]} == {"Visits (en français)"}


def test_an_empty_table_has_its_header(project: Project) -> None:
    fill(project, WORKSHOPS, [])
    fill(project, VISITS, [])
    assert len(cells(publish(project, DAY, TABLES).folder / "km0.xlsx", SHEET)) == 1


def test_sheets_have_names_that_a_spreadsheet_takes_each_its_own() -> None:
    def titled(name: str, title: str) -> Any:
        return a_table(name, VISITS.fields[0].model_dump(by_alias=True), title={"en": title, "fr": title})

    tables = [titled("a", "Qui a dit quoi, quand : un titre bien trop long"), titled("b", "qui a dit quoi, quand   un titre d'ailleurs"), titled("c", "Lisez-moi"), titled("d", "[*]"), titled("d", "'")]
    names = workbook.sheet_names(tables)
    assert names == ["Qui a dit quoi, quand   un titr", "b", "c", "d", "d 2"]
    assert all(len(n) <= 31 for n in names)


def test_the_file_is_named_after_the_data_package(project: Project) -> None:
    publisher = project.hub.publisher.model_copy(update={"package": "autre-hub"})
    folder = made(Project(project.root, project.hub.model_copy(update={"publisher": publisher})))
    assert {"autre-hub.xlsx", "autre-hub.zip"} <= {p.name for p in folder.iterdir()}


def test_its_bytes_depend_neither_on_the_clock_nor_on_this_machines_zlib(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_world(project, NASTY)
    first = (publish(project, DAY, TABLES).folder / "km0.xlsx").read_bytes()
    (project.published / "latest").unlink()
    project.published.rename(project.root / "elsewhere")
    real = zipfile._get_compressor  # type: ignore[attr-defined]
    monkeypatch.setattr(zipfile, "_get_compressor", lambda kind, level=None: real(kind, 1))  # as another zlib would, in other bytes
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert (publish(project, DAY, TABLES).folder / "km0.xlsx").read_bytes() == first
    with zipfile.ZipFile(project.published / "latest" / "km0.xlsx") as parts:
        assert parts.testzip() is None
        assert {m.date_time for m in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert core.count("2026-11-22T00:00:00Z") == 2
