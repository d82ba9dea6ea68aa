"""The home page: its figures are those of the tables, each leads somewhere, and it stands whatever the tables hold."""

from __future__ import annotations

import gzip
import re
import shutil
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pyarrow.parquet as pq
import pytest

from km0_pipeline.catalogue.edition import newest
from km0_pipeline.catalogue.pages import home
from km0_pipeline.catalogue.rendering import render
from km0_pipeline.steps import Project
from tests.conftest import ROOT
from tests.sample_world import sample

STATIC = ROOT / "km0_pipeline" / "catalogue" / "static"


def page(project: Project, language: str = "fr") -> str:
    with newest(project) as edition:
        assert edition is not None
        return render(edition, "assets/x", next(home.pages(edition)), "en" if language == "en" else "fr")


def read(html: str) -> str:
    """The words of a page, as they are read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", html, flags=re.S))).split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return sample(tmp_path_factory)


@pytest.fixture(scope="module")
def french(made: Project) -> str:
    return page(made)


def table(project: Project, name: str) -> list[dict[str, object]]:
    folder = project.last_snapshot()
    assert folder is not None
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_its_picture_stands_alone_and_asks_nothing_of_others(made: Project) -> None:
    with newest(made) as edition:
        assert edition is not None
        drawn = home.picture(edition)
    root = ElementTree.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "%" not in root.get("width", "%")
    assert "KM0" in set(root.itertext())
    assert not re.search(r"url\(|@import|src=", drawn)


def test_its_figures_are_those_of_the_tables_and_links(made: Project, french: str) -> None:
    figures = {name: int(n) for n, name in re.findall(r'<b>([\d\u202f]+)</b> <span>([^<]+)</span></a>', french)}
    assert figures["personnes nommées"] == len(table(made, "people"))
    assert figures["sources"] == len(table(made, "sources"))
    assert figures["financeurs"] == len({r["funder_id"] for r in table(made, "funding")})
    assert figures["organisations accueillies"] == len({r["organisation_id"] for r in table(made, "tenancies")})
    assert figures["ouverture"] == 2019
    glance = french[french.index('class="wrap glance"') : french.index('class="wrap chapter"')]
    assert glance.count("<a href=") == glance.count("<b>") == len(figures)


def test_a_value_is_shown_with_its_words_its_source_and_who_says_otherwise(made: Project, french: str) -> None:
    example = next(r for r in table(made, "discrepancies") if r["property"] == "headcount" and r["scope"] == "people")
    claim = next(r for r in table(made, "claims") if r["claim_id"] == example["claim_id"])
    text = read(french)
    assert f"«\u00a0{claim['original']}\u00a0»".replace("\u00a0", " ") in text
    for other in re.findall(r"\d+", str(example["other_values"])):
        assert re.search(rf"\b{int(other):,}\b".replace(",", "\u202f"), unescape(french))


def test_a_date_that_was_put_off_is_drawn_with_all_its_dates(french: str) -> None:
    timeline = french[french.index('class="timeline"') :]
    opening = timeline[timeline.index("Ouverture de KM0") :].split("</li>")[0]
    assert opening.count('class="planned"') >= 3
    assert opening.count('class="held"') == 1


def test_every_file_of_the_version_is_offered_with_its_size(made: Project, french: str) -> None:
    folder = made.last_snapshot()
    assert folder is not None
    for path in (*folder.glob("*.csv"), *folder.glob("*.parquet"), *folder.glob("*.xlsx"), *folder.glob("*.zip")):
        if path.name not in ("sites-economiques-etablissement.csv", "sites-economiques-site-eco.csv"):
            assert f'href="{folder.name}/{path.name}" download' in french


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_has_no_style_or_script_of_its_own_and_asks_nothing_of_others(made: Project, language: str) -> None:
    html = page(made, language)
    assert not re.search(r"<[^>]* style=|<style|<script(?![^>]* src=)| on\w+=", html)
    assert not re.search(r'(?:src|action)="(?:https?:)?//', html)


def test_it_is_light(french: str) -> None:
    style = b"".join(p.read_bytes() for p in [*(STATIC / "css").glob("[0-9]*.css"), STATIC / "css" / "home.css"])
    fonts = sum(p.stat().st_size for p in (STATIC / "vendor" / "fonts").glob("*.woff2")) if (STATIC / "vendor").is_dir() else 70_000
    assert len(french.encode()) + len(style) + fonts < 200_000, "kB on the way, were nothing compressed"
    assert len(gzip.compress(french.encode())) < 20_000


def copy(made: Project, to: Path) -> Project:
    shutil.copy(made.root / "hub.toml", to)
    shutil.copytree(made.published, to / "data" / "published", symlinks=True)
    return Project.at(to)


def test_of_empty_tables_it_says_calmly_that_there_is_nothing(made: Project, tmp_path: Path) -> None:
    project = copy(made, tmp_path)
    folder = project.last_snapshot()
    assert folder is not None
    for path in folder.glob("*.parquet"):
        if path.name != "places.parquet":
            pq.write_table(pq.read_table(path).slice(0, 0), path)
    text = read(page(project))
    for sentence in ("Aucun événement n’est publié.", "Aucun lien n’est publié.", "Aucune occupation n’est publiée.", "Première version"):
        assert sentence in text
    assert "Remonter le fil" not in text


def test_where_sources_agree_on_how_many_another_disagreement_is_shown(made: Project, tmp_path: Path) -> None:
    project = copy(made, tmp_path)
    folder = project.last_snapshot()
    assert folder is not None
    path = folder / "discrepancies.parquet"
    pq.write_table(pq.read_table(path, filters=[("property", "=", "opened_on"), ("entity_id", ">", "org"), ("entity_id", "<", "org~")]), path)
    html = page(project)
    thread = read(html[html.index('class="thread"') : html.index('class="else"')])
    assert "janvier 2019 Ouverte le, KM0" in thread
    assert "« mi-janvier 2019 »" in thread.replace("\u00a0", " ")


def test_what_a_version_changed_is_said_and_leads_to_whom(made: Project, tmp_path: Path) -> None:
    project = copy(made, tmp_path)
    folder = project.last_snapshot()
    assert folder is not None
    newcomer = table(project, "organisations")[0]
    row = {"change_id": "1", "since_version": "2026.11.1", "table_name": "organisations", "row_id": newcomer["organisation_id"], "change": "add"}
    changes = pq.read_table(folder / "changes.parquet")
    pq.write_table(changes.from_pylist([row], schema=changes.schema), folder / "changes.parquet")
    html = page(project)
    assert "Organisations : 1 ajout." in read(html)
    assert re.search(rf'Pour la première fois.*?<a href="id/org/{str(newcomer["organisation_id"])[4:]}.html">{re.escape(str(newcomer["name"]))}</a>', html, re.S)


def test_each_commune_is_one_point_of_the_map_also_those_without_a_code() -> None:
    with duckdb.connect() as db:
        db.execute("""create table organisations as select * from (values ('Colmar', '68066', 7.36, 48.08), ('COLMAR', '68066', 7.35, 48.07),
            ('Ici-sur-Ill', null, 7.3, 47.7), ('Là-sur-Doller', null, 7.2, 47.8)) as o(commune, commune_code, longitude, latitude)""")
        assert [(r[0], r[-1]) for r in db.execute(home.COMMUNES).fetchall()] == [("COLMAR", 2), ("Ici-sur-Ill", 1), ("Là-sur-Doller", 1)]
