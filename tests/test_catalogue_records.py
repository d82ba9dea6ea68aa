"""Pages of organisations, people, places, events and sources: who said each value, who says otherwise, and a way to the words."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import date
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from publish_world import FRESH, fill, fill_steps

from km0_pipeline import shards
from km0_pipeline.catalogue import site, terms
from km0_pipeline.catalogue.pages.quality import reasons
from km0_pipeline.catalogue.swatch import swatch
from km0_pipeline.claims import PROPERTIES, RELEASABLE
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables
from tests.conftest import ROOT, hub_toml

DAY = date(2026, 11, 22)
ATELIER, HUB, BARE, LONG = (f"org-{n:016x}" for n in (1, 2, 3, 4))
PERSON, PLACE, MERGED = "per-0000000000000001", "pla-0000000000000001", "org-00000000000000ff"
GAZETTE, COPY, REGISTRY, OLD = (f"{n:020x}"[::-1] for n in (1, 2, 3, 4))
ELSEWHERE = ("organisations.html", "sql.html", "search.html", "changes")
"""Pages of the menu that are made elsewhere."""


def mention(document: str, entity: str) -> str:
    """How the document speaks of the entity."""
    return f"m{document[:5]}{['org', 'per', 'pla', 'evt'].index(entity[:3])}{entity[-13:]}"


def claim(n: int, entity: str, prop: str, value: str, document: str = GAZETTE, **more: Any) -> dict[str, Any]:
    kind = {"org": "organisation", "per": "person", "pla": "place", "evt": "event"}[entity[:3]]
    return {
        "claim_id": f"{n:020x}", "document_id": document, "locator": f"char:{n * 10}-{n * 10 + 9}", "subject_id": mention(document, entity), "subject_kind": kind, "entity_id": entity,
        "property": prop, "value": value, "value_kind": PROPERTIES[prop].value_kind, "original": f"mots {n}", "qualifier": "exact", "stated_on": "2020-05", "method": "press/1",
        "confidence": 0.97, "first_version": "2026.11.22",
    } | more  # fmt: skip


def world() -> dict[str, list[dict[str, Any]]]:
    """Two organisations that much is said of, one with nothing but its name, a person, a place without coordinates, 120 events on one day."""
    seen = {"sources": 1, "first_document_id": GAZETTE, "first_locator": "char:0-9"}

    def source(document: str, title: str, **more: Any) -> dict[str, Any]:
        return {"document_id": document, "kind": "press", "title": title, "publisher": "La Gazette fictive", "url": f"https://gazette.example/{document}", "published_on": "2020-05-04",
                "format": "md", "path": f"press/{document}.md", "first_version": "2026.11.22", "story_id": document} | more  # fmt: skip

    claims = [
        claim(1, ATELIER, "name", "Atelier <script>alert(1)</script>"), claim(2, ATELIER, "headcount", "40", scope="people", qualifier="about"),
        claim(3, ATELIER, "headcount", "55", COPY, scope="people", stated_on="2018"), claim(4, ATELIER, "headcount", "9", OLD, scope="people", closed_version="2026.11.22", last_version="2026.11.21"),
        claim(5, ATELIER, "tenant_of", mention(GAZETTE, HUB), object_entity_id=HUB), claim(6, ATELIER, "name", "Atelier <script>alert(1)</script>", COPY),
        claim(7, PERSON, "heads", mention(GAZETTE, ATELIER), object_entity_id=ATELIER), claim(8, PERSON, "name", "Ada Fictive"),
        claim(9, HUB, "name", "KM0"), claim(10, BARE, "name", "Sans rien"), claim(11, LONG, "name", "x" * 300), claim(12, PLACE, "name", "Lieu fictif"),
        claim(13, ATELIER, "website", "javascript:alert(1)"),
        claim(14, LONG, "organiser_of", mention(GAZETTE, f"evt-{0:016x}"), object_entity_id=f"evt-{0:016x}"), claim(15, PERSON, "works_for", mention(GAZETTE, LONG), object_entity_id=LONG),
        *(claim(100 + n, HUB, "activity", f"activité {n:03}", REGISTRY, locator=f"row:{n + 2}/column:activite") for n in range(450)),
    ]  # fmt: skip
    said = {"qualifier": "exact", "sources": 1, "document_id": GAZETTE, "locator": "char:1-9"}
    ties = [{"relationship_id": f"rel-{n + 100:016x}", "subject_id": LONG, "subject_kind": "organisation", "relation": "organiser_of",
             "object_id": f"evt-{n:016x}", "object_kind": "event", "object_name": f"Rencontre {n}", **said} for n in range(120)]  # fmt: skip
    ties += [{"relationship_id": "rel-0000000000000fff", "subject_id": PERSON, "subject_kind": "person", "subject_name": "Ada Fictive", "relation": "works_for",
              "object_id": LONG, "object_kind": "organisation", **said}]  # fmt: skip
    return {
        "sources": [
            source(GAZETTE, "Un « atelier » & ses voisins"), source(COPY, "Reprise", story_id=GAZETTE, publisher="Le Journal fictif"),
            source(REGISTRY, "Un registre", kind="registry", publisher=None, url=None, format="csv"), source(OLD, "Ancien", superseded_by=GAZETTE, published_on=None),
        ],
        "freshness": [FRESH],
        "organisations": [
            {"organisation_id": ATELIER, "name": "Atelier <script>alert(1)</script>", "other_names": "A|" + "y" * 200, "website": "javascript:alert(1)", "is_hub": False, **seen},
            {"organisation_id": HUB, "name": "KM0", "is_hub": True, **seen}, {"organisation_id": BARE, "name": "Sans rien", "is_hub": False, **seen},
            {"organisation_id": LONG, "name": "x" * 300, "is_hub": False, **seen},
        ],
        "people": [{"person_id": PERSON, "name": "Ada Fictive", "roles": "présidente (Atelier <script>alert(1)</script>)", **seen}],
        "places": [{"place_id": PLACE, "name": "Lieu fictif", **seen}],
        "events": [{"event_id": f"evt-{n:016x}", "name": f"Rencontre {n}", "kind": "meeting", "status": "held", "held_on": "2025-06-01", "organisation_id": HUB, **seen} for n in range(120)],
        "tenancies": [{"tenancy_id": "ten-0000000000000001-00000000", "organisation_id": ATELIER, "host_id": HUB, "space": "Étage 2", "valid_from": "2019-03", "status": "current", "basis": "press", "stated_on": "2020-05", "document_id": GAZETTE, "locator": "char:1-9"}],
        "relationships": [{"relationship_id": "rel-0000000000000001", "subject_id": PERSON, "subject_kind": "person", "subject_name": "Ada Fictive", "relation": "heads", "object_id": ATELIER, "object_kind": "organisation", "object_name": "Atelier", "qualifier": "exact", "sources": 1, "document_id": GAZETTE, "locator": "char:1-9"}, *ties],
        "headcounts": [{"headcount_id": "hdc-0000000000000001-00000000", "organisation_id": ATELIER, "headcount": 40, "qualifier": "about", "scope": "people", "stated_on": "2020-05", "document_id": GAZETTE, "locator": "char:1-9"}],
        "discrepancies": [{"discrepancy_id": "dis-0000000000000001", "entity_id": ATELIER, "entity_kind": "organisation", "entity_name": "Atelier", "property": "headcount", "scope": "people", "chosen_value": "40", "chosen_qualifier": "about", "other_values": "55", "reason": "later_date", "sources": 2, "claim_id": f"{2:020x}"}],
        "redirects": [{"old_id": MERGED, "new_id": ATELIER, "reason": "merge", "first_version": "2026.11.22"}],
        "rejects": [{"path": "press/vide.md", "reason": "empty", "rejects": 3}],
        "claims": claims,
    }  # fmt: skip


def publish_world(root: Path, day: date, tables: dict[str, list[dict[str, Any]]]) -> Project:
    hub_toml(root)
    (root / "hub.toml").write_text((root / "hub.toml").read_text().replace('base_url = ""', 'base_url = "https://hub.example/donnees/"'))
    project = Project.at(root)
    fill_steps(project)
    for table in all_tables():
        fill(project, table, tables.get(table.name, []))
    publish(project, day)
    return project


class Site:
    """What was built, page by page."""

    def __init__(self, project: Project) -> None:
        self.project, self.top = project, project.published

    def read(self, path: str) -> str:
        return (self.top / path).read_text(encoding="utf-8")

    @cached_property
    def pages(self) -> dict[str, str]:
        return {p.relative_to(self.top).as_posix(): p.read_text(encoding="utf-8") for p in sorted(self.top.rglob("*.html")) if not p.relative_to(self.top).parts[0].startswith(("2026", "latest"))}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    project = publish_world(tmp_path_factory.mktemp("records"), DAY, world())
    site.build(project)
    return Site(project)


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hrefs += [v or "" for k, v in attrs if k == "href"]
        self.ids += [v or "" for k, v in attrs if k == "id"]


def of(entity: str) -> str:
    return f"id/{entity[:3]}/{entity[4:]}.html"


def test_every_link_leads_to_something_that_is_there(built: Site) -> None:
    parsed = {path: Links(text) for path, text in built.pages.items()}
    for path, links in parsed.items():
        assert len(links.ids) == len(set(links.ids)), f"{path} has an id twice"
        for href in links.hrefs:
            if re.match(r"[a-z]+:", href):
                continue
            page, _, anchor = href.partition("#")
            target = (built.top / path).parent.joinpath(page).resolve() if page else built.top.resolve() / path
            where = target.relative_to(built.top.resolve()).as_posix()
            if where.removeprefix("en/").startswith(ELSEWHERE) or (anchor and where.startswith("tables/")):
                continue
            assert target.is_file(), f"{path} leads to {href}"
            assert not anchor or anchor in parsed[where].ids, f"{path} leads to {href}"


def test_a_value_shows_its_words_and_leads_to_them_in_their_document(built: Site) -> None:
    page = built.read(of(ATELIER))
    assert "<q>mots 2</q>" in page
    assert f"sources/{GAZETTE[:16]}.html#c-{2:020x}" in page
    assert "mots 2" in built.read(f"sources/{GAZETTE[:16]}.html")


def test_who_says_otherwise_stands_beside_what_was_chosen_and_why(built: Site) -> None:
    section = built.read(of(ATELIER)).partition('id="headcount"')[2].partition("</section>")[0]
    assert section.index("Retenu") < section.index("environ 40 personnes") < section.index("Dit autrement") < section.index("55 personnes")
    assert "dit en dernier" in section
    assert "Chosen because: said last" in built.read("en/" + of(ATELIER))


def test_what_is_no_longer_said_is_marked_in_words(built: Site) -> None:
    section = built.read(of(ATELIER)).partition('id="headcount"')[2].partition("</section>")[0]
    assert "n’est plus dit depuis la version 2026.11.22" in section


def test_data_inject_no_markup_and_no_address_that_runs(built: Site) -> None:
    for path, text in built.pages.items():
        assert "<script>alert" not in text, path
        assert 'href="javascript:' not in text, path


def test_an_organisation_with_nothing_but_a_name_has_its_page(built: Site) -> None:
    assert "Sans rien" in built.read(of(BARE))
    assert "x" * 300 in built.read("en/" + of(LONG))


def test_of_many_events_a_hundred_are_listed_and_the_table_has_the_rest(built: Site) -> None:
    page = built.read(of(HUB))
    assert page.count("/evt/") == 100
    assert "Et 20 autres" in re.sub(r"\s+", " ", page)


def test_of_many_ties_the_rest_is_counted_and_people_are_listed_all_the_same(built: Site) -> None:
    page = re.sub(r"\s+", " ", built.read(of(LONG)))
    assert "Et 20 autres" in page.partition('id="links"')[2]
    assert "Ada Fictive" in page.partition('id="people"')[2].partition("</section>")[0]


def test_people_are_kept_from_search_engines(built: Site) -> None:
    assert '<meta name="robots" content="noindex">' in built.read(of(PERSON))
    assert '<meta name="robots"' not in built.read(of(ATELIER))
    assert of(ATELIER) in built.read("sitemap.xml")
    assert of(PERSON) not in built.read("sitemap.xml")


def test_an_id_that_was_merged_leads_to_the_other(built: Site) -> None:
    page = built.read(of(MERGED))
    assert "Réuni avec" in page
    assert of(ATELIER).rpartition("/")[2] in page


def test_a_long_document_goes_on_on_further_pages(built: Site) -> None:
    first, second = (built.read(f"sources/{REGISTRY[:16]}{n}.html") for n in ("", "-2"))
    assert first.count('<li id="c-') == 400
    assert second.count('<li id="c-') == 50
    assert first.index("activité 000") < first.index("activité 001")


def test_what_could_not_be_read_is_said_with_what_the_reason_means(built: Site) -> None:
    assert "Le fichier est vide." in built.read("quality.html")
    assert "The file is empty." in built.read("en/quality.html")


def test_about_says_whom_to_write_to_and_how_to_be_left_out(built: Site) -> None:
    page = built.read("about.html")
    assert f'href="mailto:{built.project.hub.publisher.contact}"' in page
    assert 'id="contact"' in page
    assert 'id="object"' in page


def test_several_processes_make_the_same_site(built: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(built.pages)
    monkeypatch.setattr(site, "FEWEST", 1)
    monkeypatch.setattr(site, "processes", lambda: 3)
    monkeypatch.setattr(shards, "cores", lambda: 3)
    again = site.build(built.project)
    assert (again.written, again.removed) == (0, 0)
    assert Site(built.project).pages == before


def test_a_version_rewrites_only_the_records_that_it_changes(built: Site, tmp_path: Path) -> None:
    shutil.copytree(built.project.root, tmp_path, dirs_exist_ok=True, symlinks=True)
    before = {p: (tmp_path / "data" / "published" / p).stat().st_mtime_ns for p in built.pages}
    tables = world()
    tables["sources"][1]["title"] = "Reprise, corrigée"
    project = publish_world(tmp_path, date(2026, 11, 23), tables)
    site.build(project)
    changed = {p for p, then in before.items() if (project.published / p).stat().st_mtime_ns != then and p.startswith(("id/", "sources/"))}
    assert changed == {of(ATELIER), f"sources/{COPY[:16]}.html"}


def test_every_reason_of_the_french_guide_is_explained() -> None:
    guide = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| .+? \| .+? \|$", (ROOT / "LISEZMOI.md").read_text(encoding="utf-8"), re.M)
    named = {r for cell in guide for r in re.findall(r"`(\w+)`", cell)} - {t.name for t in all_tables()}
    with (ROOT / "km0_pipeline" / "catalogue" / "reasons.csv").open(encoding="utf-8", newline="") as f:
        assert all(row["fr"] and row["en"] for row in csv.DictReader(f))
    assert named - set(reasons()) == set()


def test_every_property_that_is_published_has_a_heading() -> None:
    assert {p.name for p in PROPERTIES.values() if p.privacy in RELEASABLE} <= terms.PROPERTY.keys()


def test_each_cloth_is_its_own_and_always_the_same() -> None:
    assert swatch("0123456789abcdef") == swatch("0123456789abcdef") != swatch("fedcba9876543210")
