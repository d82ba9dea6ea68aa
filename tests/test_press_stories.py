"""The same story in several papers counts once and names them all; a later version of an article takes its place."""

from __future__ import annotations

import random
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from assets.steps import STEPS
from km0_pipeline.cli import main
from km0_pipeline.press import duplicates, sidecar
from km0_pipeline.press.duplicates import Article, identified, press_stories, sketches, stories, versions
from km0_pipeline.press.read import press_documents
from km0_pipeline.press.sidecar import Sidecar
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.tables.build import assemble, build_table
from km0_pipeline.tables.checks import checks, run_checks
from km0_pipeline.tables.table import all_tables
from tests.press_world import rows

WIRE = (
    "Les Ateliers Chimère, fabrique de meubles inventés, s'installent ce mois-ci au KM0. La société reprend le deuxième étage d'un ancien "
    "magasin de bobines, resté vide depuis la fermeture de la filature. Une scie, deux presses et un tour y seront montés avant Noël. "
    "« Nous cherchions un lieu où des voisins curieux passent la tête par la porte », explique la gérante. Le KM0 accueille 570 personnes. "
    "Un apprenti sera recruté au printemps, un second suivra si les commandes tiennent. Les portes seront ouvertes au public un samedi par "
    "mois, avec une démonstration de chant plat et de rabot pour qui veut s'y essayer, sans inscription et sans frais."
)
OTHER = (
    "Bois Volant tient salon au KM0 pendant trois jours. Le constructeur de cerfs-volants y montre ses modèles pour adultes et apprend aux "
    "enfants à plier une voile en papier huilé. Les visiteurs repartent avec un plan et une pelote. L'an passé la pluie avait écourté la fête ; "
    "une salle est cette fois réservée au rez-de-chaussée. Le KM0 accueille 570 personnes."
)
ABOUT = "\n\nÀ propos du KM0\nDans une ancienne fonderie de Mulhouse, le KM0 réunit des entreprises, des écoles et des associations du numérique et de l'industrie, autour d'ateliers communs, de salles et d'une cantine. Il est ouvert à tous les curieux."


def article(name: str, text: str, on: str = "2026-10-01", **more: str) -> Article:
    known = {"title": f"Titre de {name}", "publisher": f"Journal {name}", "url": "", "item": "", "updated": ""} | more
    return Article(document_id=name, published_on=on, text=text, **known)


def told(*articles: Article) -> set[frozenset[str]]:
    """The stories, by the names of their articles."""
    return {frozenset(a.document_id for a in s) for s in stories(articles, sketches([a.text for a in articles]))}


def together(*articles: Article) -> bool:
    return len(told(*articles)) == 1


def superseded(*articles: Article) -> dict[str, str]:
    return versions(articles, stories(articles, sketches([a.text for a in articles])))


def test_a_wire_report_cut_retitled_and_extended_is_one_story() -> None:
    first = ". ".join(WIRE.split(". ")[:3])
    shouted = WIRE.replace("Ateliers", "ATELIERS").replace("'", "’").replace(" ", "  ")
    extended = "Du nouveau rue de la Fonderie. " + WIRE + " La mairie dit s'en réjouir. Le quartier attend aussi une boulangerie, dont l'ouverture glisse."
    assert together(article("a", WIRE), article("b", first), article("c", shouted), article("d", extended))


def test_what_stands_below_every_note_joins_no_two() -> None:
    short = "Le KM0 ferme jeudi pour inventaire. Les badges restent actifs pour les locataires."
    other = "La cantine change de carte lundi. On y mangera des lentilles trois fois la semaine."
    assert told(article("a", WIRE + ABOUT), article("b", OTHER + ABOUT)) == {frozenset("a"), frozenset("b")}
    assert told(article("a", short + ABOUT), article("b", other + ABOUT)) == {frozenset("a"), frozenset("b")}


def test_two_stories_that_a_round_up_quotes_stay_two() -> None:
    found = told(article("a", WIRE), article("b", WIRE + "\n\n" + OTHER, "2026-10-02"), article("c", OTHER, "2026-10-03"))
    assert not any({"a", "c"} <= s for s in found)


def test_one_line_is_a_story_only_with_its_like() -> None:
    assert together(article("a", "Le KM0 ferme jeudi."), article("b", "Le KM0 ferme jeudi !"))
    assert not together(article("a", "Le KM0 ferme jeudi."), article("b", "Le KM0 ouvre lundi."))
    assert not together(article("a", "Le KM0."), article("b", WIRE))
    assert not together(article("a", "…"), article("b", "!!!"))


def test_the_order_of_files_changes_nothing() -> None:
    all_ = [article(f"{n}{c}", text + " Fin." * n, f"2026-10-0{n + 1}") for c, text in (("a", WIRE), ("b", OTHER)) for n in range(4)]
    found = told(*all_)
    for seed in range(5):
        random.Random(seed).shuffle(all_)
        assert told(*all_) == found


def test_thousands_of_copies_and_one_endless_text_take_no_time() -> None:
    copies = [article(f"{n:04}", WIRE + f" Exemplaire {n}.") for n in range(1000)]
    assert len(told(*copies, article("long", " ".join(f"mot{n % 7919}" for n in range(200_000))))) == 2


def test_a_story_keeps_the_id_it_was_published_under() -> None:
    known, earlier = article("known", WIRE, "2026-10-02"), article("earlier", WIRE, "2026-10-01")
    arts = [earlier, known]
    found = stories(arts, sketches([a.text for a in arts]))
    assert {r["story_id"] for r in identified(arts, found, {}, {})} == {"earlier"}
    assert {r["story_id"] for r in identified(arts, found, {}, {"known": "known"})} == {"known"}


RIGHT = WIRE.replace("570", "600")


@pytest.mark.parametrize(
    ("later", "replaces"),
    [
        ({"on": "2026-10-03"}, True),
        ({"on": "2026-10-03", "title": "Rectificatif : les Ateliers Chimère au KM0"}, True),
        ({"on": "2026-10-01", "text": "Correction : le nombre de personnes était faux.\n\n" + RIGHT}, True),
        ({"on": "2026-10-03", "publisher": "Un autre journal"}, False),
        ({"on": "2026-10-03", "title": "Une autre fête"}, False),
        ({"on": "2026-10-08"}, False),
        ({"on": "2026-10-01"}, False),
        ({"on": ""}, False),
        ({"on": "2027-10-03", "title": "Mise à jour : les Ateliers Chimère au KM0"}, False),
        ({"on": "2026-10-03", "text": OTHER}, False),
    ],
)
def test_only_the_same_article_of_the_same_publisher_is_superseded(later: dict[str, str], replaces: bool) -> None:
    same = {"title": "Les Ateliers Chimère au KM0", "publisher": "Le Journal fictif"}
    after = article("after", **({"text": RIGHT} | same | later))
    assert superseded(article("before", WIRE, **same), after) == ({"before": "after"} if replaces else {})


def test_a_page_that_changed_is_superseded_and_a_wall_or_another_note_under_its_address_is_not() -> None:
    url = {"url": "https://journal-fictif.example/atelier"}
    old, new = article("old", WIRE, updated="2026-10-01T08:00:00+00:00", **url), article("new", RIGHT, updated="2026-10-01T18:00:00+00:00", url=url["url"] + "/?utm_source=x")
    newest = article("newest", RIGHT + " Fin.", updated="2026-10-04T18:00:00+00:00", **url)
    assert superseded(newest, new, old) == {"old": "newest", "new": "newest"}
    assert superseded(old, article("new", WIRE[:100] + " La suite est réservée aux abonnés.", "2026-10-03", **url)) == {}
    assert superseded(old, article("new", OTHER, "2026-10-03", **url)) == {}
    home = {"url": "https://journal-fictif.example/"}
    assert superseded(article("a", WIRE, **home), article("b", RIGHT, "2026-10-03", **home)) == {}


def put(project: Project, name: str, publisher: str, on: str, text: str, title: str = "Les Ateliers Chimère au KM0") -> Path:
    path = project.raw / "press" / name
    path.write_text(f"---\ntitle: {title}\npublisher: {publisher}\npublished: {on}\n---\n\n{text}\n", encoding="utf-8")
    return path


def refresh(project: Project, day: date) -> None:
    """Every step and table, and what is published of them."""
    maker = {output: step.function for step in STEPS for output in step.outputs}
    for function in TopologicalSorter({s.function: {maker[d] for d in s.deps if d in maker} for s in STEPS}).static_order():
        function(project)
    for t in all_tables():
        build_table(project, t, version=project.next_version(day))
    for t in all_tables():
        broken = [c.sentence for c in run_checks(project, t, checks(t)) if not c.passed]
        assert not broken
    assemble(project)
    publish(project, day)


@pytest.mark.pipeline
def test_a_story_in_three_papers_and_its_correction(project: Project) -> None:
    put(project, "a.md", "Gazette des Essais", "2026-10-01", WIRE)
    put(project, "b.md", "Le Journal fictif", "2026-10-02", WIRE, "Du neuf au KM0")
    put(project, "c.md", "Radio Imaginaire", "2026-10-02", ". ".join(WIRE.split(". ")[:5]) + ".", "Des meubles au KM0")
    put(project, "d.md", "Le hub", "2026-10-02", OTHER, "Des cerfs-volants au KM0")
    refresh(project, date(2026, 10, 2))
    documents = {r["path"]: r["document_id"] for r in rows(project, "press_documents")}
    sources = {r["path"]: r for r in rows(project, "table_sources")}
    first = documents["press/a.md"]
    assert [sources[f"press/{n}.md"]["story_id"] == first for n in "abcd"] == [True, True, True, False]
    figures = [r for r in rows(project, "table_headcounts") if r["headcount"] == 570]
    assert sorted((r["publishers"], r["document_id"]) for r in figures) == [("Gazette des Essais|Le Journal fictif|Radio Imaginaire", first), ("Le hub", documents["press/d.md"])]
    said = CliRunner().invoke(main, ["--root", str(project.root), "explain", "headcounts", "KM0"]).output
    assert "also in: Le Journal fictif, Radio Imaginaire" in said

    put(project, "e.md", "Le Journal fictif", "2026-10-03", "Rectificatif\n\n" + RIGHT, "Du neuf au KM0")
    refresh(project, date(2026, 10, 4))
    claims = [r for r in rows(project, "table_claims") if r["property"] == "headcount"]
    corrected = {r["path"]: r["document_id"] for r in rows(project, "press_documents")}["press/e.md"]
    sources = {r["path"]: r for r in rows(project, "table_sources")}
    assert sources["press/b.md"]["superseded_by"] == corrected and sources["press/e.md"]["story_id"] == first
    old = [(r["value"], r["first_version"], r["last_version"], r["closed_version"]) for r in claims if r["document_id"] == documents["press/b.md"]]
    assert old == [("570", "2026.10.2", "2026.10.2", "2026.10.4")]
    assert {(r["headcount"], r["publishers"]) for r in rows(project, "table_headcounts")} == {
        (600, "Le Journal fictif"), (570, "Gazette des Essais|Radio Imaginaire"), (570, "Le hub"),
    }  # fmt: skip
    said = CliRunner().invoke(main, ["--root", str(project.root), "explain", "headcounts", "KM0"]).output
    assert "570 people, corrected on 2026-10-03 to 600 people: Du neuf au KM0, Le Journal fictif, 2026-10-02" in " ".join(said.split())
    names = [r for r in rows(project, "table_claims") if r["document_id"] == corrected and r["property"] == "name"]
    assert names and {r["first_version"] for r in names} == {"2026.10.2"}, "what the correction repeats was said before"
    before = project.made("table_claims").read_bytes()
    refresh(project, date(2026, 10, 5))
    assert project.index()["latest"] == "2026.10.4" and project.made("table_claims").read_bytes() == before

    (project.raw / "press" / "e.md").unlink()
    (project.root / "hub.toml").write_text((project.root / "hub.toml").read_text(encoding="utf-8").replace("row_drop = 0.3", "row_drop = 1"), encoding="utf-8")
    project = Project.at(project.root)
    refresh(project, date(2026, 10, 6))
    assert [r["closed_version"] for r in rows(project, "table_claims") if r["document_id"] == documents["press/b.md"] and r["property"] == "headcount"] == [None]


def test_only_new_documents_are_sketched(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from km0_pipeline.press.collect import press_files

    put(project, "a.md", "Gazette des Essais", "2026-10-01", WIRE)
    for step in (press_files, press_documents, press_stories):
        step(project)
    seen: list[str] = []
    real = duplicates.sketches
    monkeypatch.setattr(duplicates, "sketches", lambda texts: real(seen.extend(texts) or texts))
    put(project, "b.md", "Le Journal fictif", "2026-10-01", OTHER)
    for step in (press_files, press_documents, press_stories):
        step(project)
    assert len(seen) == 1 and "cerfs-volants" in seen[0]
    assert pq.read_metadata(project.made("press_stories")).num_rows == 2


def test_a_page_that_its_feed_says_was_changed_takes_the_place_of_the_page_kept_before(project: Project) -> None:
    from km0_pipeline.press.collect import press_files

    folder = project.raw / "press" / "gazette"
    folder.mkdir()
    for name, text, updated in (("un", WIRE, "2026-10-01T08:00:00+00:00"), ("deux", RIGHT, "2026-10-01T17:00:00+00:00")):
        (folder / f"{name}.html").write_text(f"<html><body><article><p>{text}</p></article></body></html>", encoding="utf-8")
        note = Sidecar(url=f"https://gazette.example/{name}", feed="https://gazette.example/rss", item="atelier-42", updated=updated)
        sidecar.write(sidecar.beside(folder / f"{name}.html"), note)
    for step in (press_files, press_documents, press_stories):
        step(project)
    documents = {r["path"].rpartition("/")[2]: r["document_id"] for r in rows(project, "press_documents")}
    assert {r["document_id"]: r["superseded_by"] for r in rows(project, "press_stories")} == {documents["un.html"]: documents["deux.html"], documents["deux.html"]: ""}
