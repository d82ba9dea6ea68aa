"""Whoever opens a snapshot learns what each table and column means, in French and English, and nothing there leads to a person."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, TABLES, _field, a_table, fill, fill_library, fill_world

from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata.dictionary import FILES, _share, dictionary, table
from km0_pipeline.publish.metadata.profile import Profile, profile
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables, table_schema

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """An HTML page: its elements, the ids it has and what it links to; `wrong` says what no browser should have to mend."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]
        self.wrong += [f"the id {i} stands twice" for i in {i for i in self.ids if self.ids.count(i) > 1}]
        self.wrong += [f"nothing has the id {link[1:]}" for link in self.links if link.startswith("#") and link[1:] not in self.ids]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [v for k, v in attrs if k in ("href", "src", "action", "srcset") and v]
        self.wrong += [f"<{tag} {k}>: a page without scripts" for k in given if k.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


@pytest.fixture
def library(project: Project) -> Path:
    fill_library(project)
    return publish(project, DAY).folder


def test_every_released_column_is_explained_in_both_languages_and_both_forms(library: Path) -> None:
    for name, language in FILES.items():
        text = (library / name).read_text(encoding="utf-8")
        page = Page(text) if name.endswith(".html") else None
        for each in all_tables():
            assert (f"{each.name}.csv" in text) is each.released
            for field in each.fields if each.released else ():
                assert (f"{each.name}.{field.name}" in page.ids) if page else (f"\n| `{field.name}` | " in text)
                words = getattr(field.title, language)
                assert words in text or words.replace("'", "&#39;") in text


def test_the_page_is_whole_and_asks_nothing_of_anyone(library: Path) -> None:
    for name, language in FILES.items():
        if not name.endswith(".html"):
            continue
        page = Page((library / name).read_text(encoding="utf-8"))
        assert page.wrong == []
        assert page.tags[0] == ("html", {"lang": language})
        tags = [tag for tag, _ in page.tags]
        assert not {"script", "img", "iframe", "link", "object"} & set(tags)
        assert tags.count("h1") == 1
        assert tags.count("main") == 1
        assert tags.count("table") == tags.count("caption") == len([t for t in all_tables() if t.released])
        assert all("scope" in given for tag, given in page.tags if tag == "th")
        assert all((library / link).is_file() for link in page.links if not link.startswith("#"))


def test_a_page_that_is_broken_is_seen() -> None:
    assert Page("<ul><li>a</ul>").wrong
    assert Page('<a href="#nowhere">a</a>').wrong
    assert Page('<p id="a"></p><p id="a" onclick="x()"></p>').wrong


def test_rows_of_markdown_have_as_many_cells_as_their_header(library: Path) -> None:
    for name in ("dictionnaire.md", "dictionary.md"):
        rows = [line for line in (library / name).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
        assert len(rows) > 100
        assert {re.sub(r"\\.", "", line).count("|") for line in rows} == {8}


def test_what_yaml_and_hub_toml_say_can_t_break_the_page_or_the_text(project: Project) -> None:
    evil = "<script>alert(1)</script> | `b` [x](javascript:y) & \"q\" ' */"
    publisher = project.hub.publisher.model_copy(update={"title": evil, "title_en": evil})
    here = Project(project.root, project.hub.model_copy(update={"publisher": publisher}))
    field = _field("name", "string", pattern="[a|`<>]+") | {"description": {"en": evil, "fr": evil}}
    workshops = a_table("workshops", _field("workshop_id", "string", required=True), field, title={"en": evil, "fr": evil})
    fill(here, workshops, [{"workshop_id": "a", "name": "<|`>"}])
    folder = publish(here, DAY, [workshops]).folder
    page = Page((folder / "dictionary.html").read_text())
    assert page.wrong == []
    assert "script" not in [tag for tag, _ in page.tags]
    assert all(link.startswith("#") or (folder / link).is_file() for link in page.links)
    text = (folder / "dictionary.md").read_text()
    assert "<script" not in text.replace("\\<", "")
    assert "[x](" not in text.replace("\\[", "").replace("\\]", "")


def test_how_full_a_column_is_and_an_example_come_from_the_rows(project: Project) -> None:
    fill_world(project, ["Atelier Fictif", None, "Fabrique Imaginaire", None, None, None, None, None, None])
    text = (publish(project, DAY, TABLES).folder / "dictionary.md").read_text().partition("## workshops")[2]
    lines = [line.replace("\\|", "").split("|") for line in text.splitlines() if line.startswith("| `")]
    rows = {line[1].strip(" `"): [cell.strip() for cell in line[5:8]] for line in lines}
    assert rows["name"] == ["22%", "nothing private", ""]
    assert rows["workshop_id"] == ["100%", "nothing private", "`wor-0000`"]
    assert rows["founded_on"] == ["67%", "nothing private", "`1839-09-02`"]
    assert rows["open"][2] == "`false`"


def test_a_column_is_full_or_empty_only_where_it_is_wholly_so() -> None:
    assert [_share(n, 1000) for n in (0, 1, 4, 500, 999, 1000)] == ["0", "1", "1", "50", "99", "100"]


def shown(tmp_path: Path, value: Any, kind: pa.DataType, **field: Any) -> dict[str, str]:
    pq.write_table(pa.table({"x": pa.array([value], kind)}), tmp_path / "x.parquet")
    said = {"name": "x", "type": "string", "km0:privacy": "org", "constraints": {}} | field
    return dict(profile(duckdb.connect(), tmp_path / "x.parquet", {"fields": [said]}).examples)


def test_an_example_is_never_of_what_could_lead_to_a_person(tmp_path: Path) -> None:
    form = {"constraints": {"pattern": "[a-z0-9-]+"}}
    assert shown(tmp_path, "org-1", pa.string(), **form) == {"x": "org-1"}
    assert shown(tmp_path, 12.5, pa.float64(), type="number") == {"x": "12.5"}
    for hidden in (
        {},
        {"km0:privacy": "public"},
        {"km0:privacy": "person_public_role", **form},
        {"km0:property": "siren", **form},
        {"km0:property": "siret", **form},
    ):
        assert shown(tmp_path, "552100554", pa.string(), **hidden) == {}
    assert shown(tmp_path, 47.75, pa.float64(), type="number", **{"km0:property": "coordinates"}) == {}


def test_no_example_in_the_dictionary_is_a_cell_about_a_person(library: Path) -> None:
    for each in all_tables():
        people = {f.name for f in each.fields if f.privacy == "person_public_role"}
        if each.released and people:
            assert not profile(duckdb.connect(), library / f"{each.name}.parquet", table_schema(each)).examples.keys() & people


def test_years_are_the_first_and_last_that_the_dates_of_a_table_say(tmp_path: Path) -> None:
    def years(*dates: str | None) -> tuple[int | None, int | None]:
        pq.write_table(pa.table({"x": pa.array(dates, pa.string())}), tmp_path / "y.parquet")
        field = {"name": "x", "type": "string", "km0:privacy": "org", "constraints": {"pattern": "[0-9X]{4}(-(0[1-9]))?"}}
        found = profile(duckdb.connect(), tmp_path / "y.parquet", {"fields": [field]})
        return found.first_year, found.last_year

    assert years("2019-21", "1839", None) == (1839, 2019)
    assert years("2019-05-12/2021-01") == (2019, 2021)
    assert years("18XX", "XXXX-09-26", None) == (None, None)


def test_the_unit_of_a_number_stands_with_its_type(library: Path) -> None:
    package = datapackage.read(library)
    [said] = [r for r in package["resources"] if r["name"] == "organisations"]
    fields = {f["name"]: f for f in said["schema"]["fields"]}
    fields["area_m2"]["km0:unit"] = "m²"
    nothing = Profile(0, dict.fromkeys(fields, 0), {}, None, None)
    columns = {c["name"]: c["type"] for c in table(package, "organisations", "fr", nothing)["columns"]}
    assert (columns["area_m2"], columns["sources"]) == ("nombre (m²)", "nombre entier")


def test_a_template_escapes_in_pages_and_not_in_texts() -> None:
    package = {"title": "<i>", "km0:title_en": "<i>", "version": "2026.1.1"}
    assert "<i>" not in dictionary("dictionary.html", package, {})
    assert "<i>" in dictionary("dictionary.md", package, {})
