"""The sample in data/raw: one note a source page in our own words, and two registries of different make."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from km0_pipeline.hub import Hub
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"
NOTES = sorted((RAW / "press").glob("*.md"))
CSV = RAW / "registries" / "locataires-2019.csv"
XLSX = RAW / "registries" / "annuaire-2022.xlsx"

each_note = pytest.mark.parametrize("path", NOTES, ids=[p.stem for p in NOTES])


def note(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and body of a note."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body.strip()


def sheet() -> list[list[Any]]:
    import python_calamine

    rows: list[list[Any]] = (
        python_calamine.CalamineWorkbook.from_path(XLSX).get_sheet_by_name("Occupants").to_python(skip_empty_area=False)
    )
    return rows


def sample_text() -> str:
    """Every word of the sample: notes, both registries and what explains them."""
    texts = [p.read_text(encoding="utf-8") for p in [*NOTES, RAW / "README.md"]]
    texts.append(CSV.read_bytes().decode("cp1252"))
    texts += [" ".join(str(cell) for cell in row) for row in sheet()]
    return "\n".join(texts)


@each_note
def test_the_front_matter_is_complete_and_valid(path: Path) -> None:
    head, body = note(path)
    assert set(head) - {"published"} == {"title", "publisher", "url", "licence", "language"}
    assert all(isinstance(head[k], str) and head[k].strip() for k in ("title", "publisher", "url"))
    assert urlsplit(head["url"]).scheme in ("http", "https") and urlsplit(head["url"]).netloc
    assert (head["licence"], head["language"]) == ("etalab-2.0", "fr")
    published = str(head.get("published", ""))
    assert re.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?", published)
    assert path.name.startswith(f"{published or 'nd'}-")
    assert re.fullmatch(r"[a-z0-9-]+\.md", path.name)
    assert 2 <= len(re.findall(r"\.(?=\s|$)", body)) <= 8, "a few plain sentences"


def test_there_is_one_note_a_page() -> None:
    urls = [note(p)[0]["url"] for p in NOTES]
    assert len(urls) >= 20
    assert len(set(urls)) == len(urls)


@pytest.mark.shared
def test_each_page_of_the_facts_has_its_note_with_its_date(shared: Path) -> None:
    lines = (shared / "seed" / "km0_facts.jsonl").read_text(encoding="utf-8").splitlines()
    pages = {fact["url"]: fact["published"] for fact in map(json.loads, lines)}
    notes = {note(p)[0]["url"]: str(note(p)[0].get("published", "")) for p in NOTES}
    assert set(notes) == set(pages)
    for url, published in pages.items():
        if re.fullmatch(r"[\d-]+", published) and len(published) in (4, 7, 10):
            assert notes[url] == published
        else:  # a guess: no more than what is sure of it
            assert published.startswith(notes[url])


def test_the_sources_contradict_each_other_as_they_do() -> None:
    everything = "\n".join(note(p)[1] for p in NOTES)
    for words in (
        "KM0",
        "KMØ",
        "KMO",
        "Km0",
        "KmØ",
        "1839",
        "1841",
        "1844",
        "570 personnes",
        "environ 600",
        "10 000 m²",
        "11 000 m²",
    ):
        assert words in everything


@pytest.mark.shared
def test_no_sentence_is_the_article_s(shared: Path) -> None:
    article = next((shared / "seed").glob("000_*.txt")).read_text(encoding="utf-8")

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 12]) for i in range(len(words) - 11)}

    assert not runs(article) & runs(sample_text())


def test_there_is_no_way_to_reach_a_person_in_the_sample() -> None:
    text = sample_text()
    assert not re.search(r"\S+@\S+\.\w+", text)
    assert not re.search(r"(?:\+33|\b0)[\s.]?[1-9](?:[\s.]?\d{2}){4}\b", text)


def test_the_csv_is_what_a_french_spreadsheet_saves() -> None:
    raw = CSV.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert b"\x92" in raw, "a typographic apostrophe, which Windows-1252 has and Latin-1 has not"
    assert raw.count(b"\r\n") == raw.count(b"\n") and raw.endswith(b"\r\n")
    rows = list(csv.reader(raw.decode("cp1252").splitlines(), delimiter=";"))
    assert rows[0][0] == "Dénomination" and len({len(r) for r in rows}) == 1
    assert any(re.fullmatch(r"\d{2}/\d{2}/\d{4}", cell) for row in rows for cell in row)


def test_the_workbook_has_a_title_and_an_empty_row_above_its_header() -> None:
    rows = sheet()
    assert [bool(cell) for cell in rows[0]] == [True] + [False] * (len(rows[0]) - 1)
    assert not any(rows[1])
    assert all(rows[2]) and all(row[0] for row in rows[3:])


def test_the_workbook_has_no_clock_in_it() -> None:
    with zipfile.ZipFile(XLSX) as z:
        assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert set(re.findall(r"\d{4}-\d{2}-\d{2}T[\d:]+Z", z.read("docProps/core.xml").decode())) == {
            "2024-01-01T00:00:00Z"
        }


def test_the_registries_hold_the_tenants_that_the_facts_name_and_nothing_about_them_that_is_not_known() -> None:
    held = list(csv.reader(CSV.read_bytes().decode("cp1252").splitlines(), delimiter=";"))
    header, rows = held[0], held[1:]
    listed = sheet()
    names = {r[0] for r in rows} | {r[0] for r in listed[3:]}
    assert names == {
        "Cnam", "Village by CA Alsace Vosges", "Armadeus", "ProAlpha", "Technistub", "E-NOV Campus",
        "Epitech", "Ligne numérique", "42 Mulhouse Grand Est",
    }  # fmt: skip
    assert len([r for r in rows if r[0] == "Cnam"]) == 2, "on two floors"
    for unknown in ("SIREN", "Effectif", "Date d’entrée", "Date de sortie"):
        assert not any(r[header.index(unknown)] for r in rows)
    for unknown in ("SIRET", "Nombre de salariés", "Site internet"):
        assert not any(r[listed[2].index(unknown)] for r in listed[3:])


def test_hub_toml_names_both_registries() -> None:
    patterns = [r.path for r in Hub.load(ROOT / "hub.toml").registries]
    for path in (CSV, XLSX):
        assert any(path.relative_to(RAW).match(p) for p in patterns)


WORDS = {
    "trois": 3, "six": 6, "sept": 7, "quatrième": 4, "cinquième": 5,
    "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "centaine": 100,
}  # fmt: skip


def numbers(text: str) -> set[float]:
    """The numbers a note states, in figures, in words or in millions."""
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", text)
    found = {float(n) for n in re.findall(r"\d+", text)}
    found |= {round(float(n.replace(",", ".")) * 1e6) for n in re.findall(r"([\d,]+) millions?", text)}
    return found | {float(n) for word, n in WORDS.items() if re.search(rf"\b{word}\b", text)}


@pytest.mark.shared
def test_every_fact_of_a_page_is_in_its_note(shared: Path) -> None:
    bodies = {head["url"]: body for head, body in map(note, NOTES)}
    lines = (shared / "seed" / "km0_facts.jsonl").read_text(encoding="utf-8").splitlines()
    for fact in map(json.loads, lines):
        value, body = fact["value"], bodies[fact["url"]]
        if isinstance(value, int):
            assert value in numbers(body), fact
        elif fact["fact"] in ("person", "founder", "spelling", "former_occupant", "shareholder", "operator"):
            for name in re.split(r" and ", re.split(r",| \(| in one", value)[0]):
                assert name in body, fact
        elif fact["fact"] in ("investor_eur", "grant_eur", "grant_eur_approx"):
            who, amount = re.fullmatch(r"(.+?) (\d+)( \(\d+\))?", value).group(1, 2)  # type: ignore[union-attr]
            assert who.lower() in body.lower() and int(amount) in numbers(body), fact
