"""The privacy gate: each rule of STANDARDS §7 asked of a snapshot, shown to hold and shown to stop what breaks it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from press_world import accepted
from publish_world import DAY, TABLES, VISITS, WORKSHOPS, fill, fill_library, fill_world

from km0_pipeline.claims import Claim, mention_id, size_band_sql
from km0_pipeline.hub import Feed
from km0_pipeline.publish import files
from km0_pipeline.publish.privacy import PublicationStopped, optout
from km0_pipeline.publish.privacy import report as reports
from km0_pipeline.publish.privacy.matching import Names
from km0_pipeline.publish.privacy.private import has_first_name
from km0_pipeline.publish.privacy.retention import overdue, purge
from km0_pipeline.publish.privacy.rules import RULES, Outcome, personal_mailbox
from km0_pipeline.publish.snapshot import Published, publish
from km0_pipeline.steps import Project, make
from km0_pipeline.storage import content_id
from km0_pipeline.tables.table import Table, all_tables, table

WHO = "Camille Passante"


def named(project: Project, *names: str) -> None:
    """Let the press name these people, and nothing more."""
    document = "d" * 20
    claims = [Claim(document, f"char:{n}-{n + 9}", mention_id(document, "person", who), "person", "name", who, who) for n, who in enumerate(names)]
    reviewed = accepted(claims)
    make(project, "press_reviewed", lambda path: pq.write_table(reviewed, path), version=repr(names))


def report(made: Published) -> dict[str, dict[str, Any]]:
    said = json.loads((made.folder / "release_report.json").read_text(encoding="utf-8"))
    return {rule["rule"]: rule for rule in said["rules"]}


def stopped(project: Project, tables: tuple[Table, ...] = TABLES) -> str:
    with pytest.raises(PublicationStopped) as stop:
        publish(project, DAY, tables)
    assert not [p for p in project.published.iterdir() if p.name != ".lock"]
    return str(stop.value)


def extra(monkeypatch: pytest.MonkeyPatch, path: str, content: bytes | str) -> None:
    """Let the snapshot have one more file."""

    def write(_: Any, where: Path) -> bool:
        where.write_bytes(content if isinstance(content, bytes) else content.encode())
        return True

    monkeypatch.setattr(files, "ABOUT", (files.File(path, write), *files.ABOUT))


def test_r13_the_report_says_what_every_rule_did_and_nothing_else(project: Project) -> None:
    fill_library(project)
    made = publish(project, DAY)
    assert list(report(made)) == [f"R{n}" for n in range(1, 15)]
    assert report(made)["R1"]["kept"] == made.rows
    assert len(report(made)["R7"]["figures"]["list_sha256"]) == 64
    text = (made.folder / "release_report.json").read_text(encoding="utf-8")
    assert "org-0000" not in text and "Fictif" not in text


@pytest.mark.parametrize("rule", ["R1", "R7", "R10"])
def test_r13_a_snapshot_that_a_rule_was_not_asked_of_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    fill_world(project)
    monkeypatch.setattr(reports, "RULES", tuple(r for r in RULES if r.id != rule))
    assert f"The privacy rule {rule} was not asked" in stopped(project)


def test_r13_what_is_broken_is_said_whole() -> None:
    fine = {rule: Outcome() for rule in reports.REQUIRED}
    reports.refuse(fine)
    with pytest.raises(PublicationStopped, match=r"one\ntwo"):
        reports.refuse(fine | {"R3": Outcome(broken=("one",)), "R9": Outcome(broken=("two",))})


@pytest.mark.parametrize(
    ("contact", "person"),
    [("Mme Élodie Exemple", True), ("EXEMPLE JEAN-CHARLES", True), ("jean charles", True), ("Service communication", False), ("Élodieux Exemple", False), (None, None)],
)
def test_a_contact_is_a_person_where_a_first_name_stands_whole(contact: str | None, person: bool | None) -> None:
    assert duckdb.execute(f"select {has_first_name('who')} from (select ?::varchar as who)", [contact]).fetchall() == [(person,)]


@pytest.mark.parametrize("contact", ["contact@hub.example", "donnees@hub.example", "km0@hub.example", "equipe.km0@hub.example", "presse-info@hub.example"])
def test_r12_the_mailbox_of_a_role_is_taken(project: Project, contact: str) -> None:
    publisher = project.hub.publisher.model_copy(update={"contact": contact})
    assert personal_mailbox(project.hub.model_copy(update={"publisher": publisher})) == ()


@pytest.mark.parametrize("contact", ["camille.exemple@hub.example", "c.exemple@hub.example", "cexemple@hub.example", "contact@gmail.com"])
def test_r12_a_persons_mailbox_stops_the_publication_and_is_not_repeated(project: Project, contact: str) -> None:
    publisher = project.hub.publisher.model_copy(update={"contact": contact})
    fill_world(project)
    said = stopped(Project(project.root, project.hub.model_copy(update={"publisher": publisher})))
    assert "publisher.contact" in said and contact not in said


@pytest.mark.parametrize(("count", "band"), [(0, "0"), (1, "1-2"), (2, "1-2"), (3, "3-5"), (12, "10-19"), (199, "100-199"), (249, "200-249"), (12000, "10000+")])
def test_r8_a_band_is_that_of_the_national_register(count: int, band: str) -> None:
    assert duckdb.execute(f"select {size_band_sql(str(count))}").fetchall() == [(band,)]


def test_r6_the_name_of_somebody_who_is_not_published_is_masked_in_every_text(project: Project) -> None:
    named(project, WHO)
    fill_world(project, [f"Dit par {WHO}", "L'idée de CAMILLE PASSANTÉ !", "Camille, passante", "Camille", "Atelier Passantes", f"https://a.example/{WHO.lower().replace(' ', '-')}"])
    made = publish(project, DAY, TABLES)
    names = pq.read_table(made.folder / "workshops.parquet")["name"].to_pylist()
    assert names == ["Dit par […]", "L'idée de […] !", "[…]", "Camille", "Atelier Passantes", "https://a.example/[…]"]
    assert report(made)["R6"]["masked"] == {"workshops.name": 4}
    assert not publish(project, DAY, TABLES).new, "masked once, the same ever after"
    for path in made.folder.iterdir():
        assert b"assante" not in path.read_bytes().replace(b"Passantes", b"").replace(b"assantes", b"")


def test_r10_who_is_named_like_an_organisation_that_is_published_stops_nothing(project: Project) -> None:
    fill_library(project)
    named(project, "Fabrique Imaginaire", "Atelier Imaginaire")
    organisations = [r | {"activity": "« Fondation Atelier Imaginaire », dit Fabrique Imaginaire" if n else "Atelier Imaginaire"} for n, r in enumerate(pq.read_table(project.made("table_organisations")).to_pylist())]
    organisations[1]["other_names"] = "Fondation Atelier Imaginaire"
    fill(project, table("organisations"), organisations)
    made = publish(project, DAY)
    assert pq.read_table(made.folder / "organisations.parquet")["activity"].to_pylist() == ["[…]", "« Fondation Atelier Imaginaire », dit Fabrique Imaginaire"]


DOCUMENT, ORGANISATION = "d" * 20, "org-00000000000000aa"
CLAIM = {
    "claim_id": "c" * 20, "document_id": DOCUMENT, "locator": "char:0-9", "subject_id": "m" + "a" * 19, "subject_kind": "organisation", "entity_id": ORGANISATION,
    "property": "activity", "value": "robots", "value_kind": "text", "qualifier": "exact", "confidence": 1.0, "first_version": "2026.11.22",
}  # fmt: skip
PERSON = {"person_id": "per-00000000000000dd", "name": "Dominique Exemple", "sources": 1, "first_document_id": DOCUMENT, "first_locator": "char:0-9"}
HEADCOUNT = {"headcount_id": "hdc-0", "organisation_id": ORGANISATION, "headcount": 12, "qualifier": "exact", "scope": "employees", "document_id": DOCUMENT, "locator": "row:2"}
HOLES = {
    "R3": ("claims", CLAIM | {"property": "email", "value": "x"}, "press"),
    "R6": ("people", PERSON, "press"),
    "R8": ("headcounts", HEADCOUNT, "registry"),
    "R9": ("claims", CLAIM | {"original": "x" * 101}, "press"),
}


@pytest.mark.parametrize("rule", HOLES)
def test_what_a_rule_should_have_kept_upstream_stops_the_publication(project: Project, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    monkeypatch.setattr("km0_pipeline.publish.snapshot._check", lambda *_: 1)  # as if all checks had passed
    name, row, kind = HOLES[rule]
    fill_library(project)
    fill(project, table("sources"), [{"document_id": DOCUMENT, "kind": kind, "title": "Une source", "format": "csv", "path": "registries/locataires.csv", "first_version": "2026.11.22"}])
    fill(project, table(name), [row])
    bands = tuple(r.model_copy(update={"headcounts": "bands"}) for r in project.hub.registries)
    said = stopped(Project(project.root, project.hub.model_copy(update={"registries": bands})), all_tables())
    assert f"(rule {rule})" in said and "Dominique" not in said


def test_r11_and_r14_are_reported_by_source(project: Project) -> None:
    fill_library(project)
    registries = tuple(r.model_copy(update={"keep_until": "2026-01-31", "keep_for": 365}) for r in project.hub.registries[:1])
    (project.raw / "registries" / "locataires-2019.csv").write_text("Raison sociale\n")
    said = report(publish(Project(project.root, project.hub.model_copy(update={"registries": registries})), DAY))
    assert said["R11"]["figures"] == {
        "sources": {"press": {}, "registries/locataires": {"keep_until": "2026-01-31", "keep_for": 365}}, "without_limit": ["press"], "past_limit": {"registries/locataires": 1},
    }  # fmt: skip
    assert said["R14"]["figures"]["without"] == {"licence": 1, "publisher": 1, "published_on": 1, "url": 1}


def test_r11_files_past_their_day_are_listed_and_deleted_when_told_to(project: Project) -> None:
    registries = tuple(r.model_copy(update={"keep_until": "2026-01-31"}) for r in project.hub.registries[:1])
    project = Project(project.root, project.hub.model_copy(update={"registries": registries, "press": project.hub.press.model_copy(update={"keep_for": 30})}))
    for path in ("registries/locataires-2019.csv", "press/mai.md", "press/.mai.md.json", "press/juin.md", "press/lettre.eml", "press/sans-date.md"):
        (project.raw / path).write_text("x")
    dated = {"press/mai.md": "2026-05", "press/juin.md": "2026-06-30", "press/lettre.eml/piece.pdf": "2025", "press/lettre.eml": "2026-06-30", "press/sans-date.md": ""}
    made_of = pa.table({"path": list(dated), "published_on": list(dated.values())})
    make(project, "press_documents", lambda path: pq.write_table(made_of, path), version="t")
    as_read = pa.table({"path": [p for p in dated if "/piece" not in p], "document_id": [content_id(b"x")] * 4})
    make(project, "press_files", lambda path: pq.write_table(as_read, path), version="t")
    found = overdue(project, date(2026, 7, 15))
    assert found == [("press", "press/mai.md", date(2026, 6, 30)), ("registries/locataires", "registries/locataires-2019.csv", date(2026, 1, 31))]
    purge(project, found)
    assert sorted(p.name for p in project.raw.rglob("*") if p.is_file()) == ["juin.md", "lettre.eml", "sans-date.md"]
    assert overdue(project, date(2026, 7, 15)) == []


def test_r11_what_is_no_source_stays_and_what_has_come_since_the_last_run_is_not_taken_for_what_it_replaced(project: Project) -> None:
    """A registry is replaced under its name; the READMEs and what lies in hidden folders were never read."""
    hub = project.hub.model_copy(update={"press": project.hub.press.model_copy(update={"keep_for": 30, "keep_until": "2026-01-31"}), "registries": ()})
    for path in ("README.md", ".git/config", "~$lettre.docx"):
        (project.raw / "press" / path).parent.mkdir(exist_ok=True)
        (project.raw / "press" / path).write_text("x")
    assert overdue(Project(project.root, hub), date(2026, 7, 15)) == []
    project = Project(project.root, project.hub.model_copy(update={"press": project.hub.press.model_copy(update={"keep_for": 30})}))
    (project.raw / "press" / "mai.md").write_text("x")
    for step, column, value in (("press_documents", "published_on", "2026-05"), ("press_files", "document_id", content_id(b"x"))):
        rows = pa.table({"path": ["press/mai.md"], column: [value]})
        make(project, step, lambda path, rows=rows: pq.write_table(rows, path), version="t")  # type: ignore[misc]
    assert [f.path for f in overdue(project, date(2026, 7, 15))] == ["press/mai.md"]
    (project.raw / "press" / "mai.md").write_text("y")
    assert overdue(project, date(2026, 7, 15)) == []


def test_r11_files_of_a_feed_are_the_feed_s_so_that_the_loss_told_is_the_one_that_is_meant(project: Project) -> None:
    feed = Feed(name="journal", url="https://journal.example/rss")
    project = Project(project.root, project.hub.model_copy(update={"feeds": (feed,), "press": project.hub.press.model_copy(update={"keep_until": "2026-01-31"})}))
    (project.raw / "press" / "journal").mkdir()
    (project.raw / "press" / "journal" / "a.html").write_text("x")
    note = project.raw / "press" / "journal" / ".a.html.json"
    known = {"feed": "https://journal.example/rss", "item": "a", "updated": "2026-01-02T00:00:00+00:00"}
    note.write_text(json.dumps(known | {"title": WHO, "sha256": "0" * 64}))
    found = overdue(project, date(2026, 7, 15))
    assert [f.source for f in found] == ["press/journal"]
    purge(project, found)
    assert json.loads(note.read_text()) == known, "else the feed would have it fetched again"
    assert overdue(project, date(2026, 7, 15)) == []


def test_r14_what_comes_of_a_national_register_says_its_licence_and_publisher(project: Project) -> None:
    fill_library(project)
    source = {"document_id": "e" * 20, "kind": "register", "title": "Répertoire", "licence": "etalab-2.0", "format": "json", "path": "register/x", "first_version": "2026.11.22"}
    rows = pq.read_table(project.made("table_sources")).to_pylist()
    fill(project, table("sources"), [*rows, source])
    assert "(rule R14)" in stopped(project, all_tables())


PRIVATE = ["camille@exemple.example", "06 12 34 56 78", "+41 79 999 99 99", "0761/99999-99", "1 84 12 76 451 089 46", "FR14 2004 1010 0505 0001 3M02 606", "née à Mulhouse le 3 mars 1980", WHO]
HOLDERS: dict[str, Callable[[str], bytes]] = {
    "extra.json": lambda text: json.dumps({"a": ["b", {"c": text}]}).encode(),
    "extra.geojson": lambda text: json.dumps({"features": [{"properties": {"nom": text}}]}).encode(),
    "extra.md": lambda text: f"# Titre\n\nligne {text}\n".encode(),
    "extra.csv": lambda text: f'nom,autre\nx,"{text}"\n'.encode(),
    "extra.xml": lambda text: f"<a><b>{text}</b></a>".encode(),
    "extra.zip": lambda text: zipped({"dedans.txt": text.encode()}),
    "extra.xlsx": lambda text: zipped({"xl/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>".encode()}),
    "extra.parquet": lambda text: parquet(text),
}


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parquet(text: str) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"nom": ["x", text]}), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("path", HOLDERS)
def test_r10_what_any_file_holds_stops_the_publication_and_is_not_repeated(project: Project, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    fill(project, WORKSHOPS, [])
    fill(project, VISITS, [])
    named(project, WHO)
    for text in PRIVATE if path == "extra.json" else (PRIVATE[1], WHO):
        with monkeypatch.context() as patch:
            extra(patch, path, HOLDERS[path](text))
            said = stopped(project)
            assert path in said and "R10" in said
            assert text not in said


def test_r7_a_name_of_the_opt_out_list_in_hub_toml_stops_the_publication_and_is_not_repeated(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(optout.VARIABLE, "0123456789abcdef" * 4)
    fill_world(project)
    optout.add(project.raw, optout.key(project.raw), "person", WHO, DAY)
    publisher = project.hub.publisher.model_copy(update={"keywords": ("annuaire", f"fondé par {WHO.upper()}")})
    said = stopped(Project(project.root, project.hub.model_copy(update={"publisher": publisher})))
    assert "hub.toml, publisher.keywords: names somebody who asked to be left out" in said and "passante" not in said.lower()
    assert publish(project, DAY, TABLES).new


def test_rules_are_asked_again_where_what_they_go_by_changed_though_no_table_did(project: Project) -> None:
    publisher = project.hub.publisher.model_copy(update={"description": f"Qui est là, depuis quand, et qui le dit : une idée de {WHO}."})
    project = Project(project.root, project.hub.model_copy(update={"publisher": publisher}))
    fill_world(project)
    assert publish(project, DAY, TABLES).new and not publish(project, DAY, TABLES).new
    named(project, WHO)
    with pytest.raises(PublicationStopped, match=r"datapackage\.json: column /description.*R10"):
        publish(project, DAY, TABLES)
    named(project, "Jeanne Habitante")
    assert not publish(project, DAY, TABLES).new


def test_r10_a_table_that_holds_a_contact_after_all_is_told_by_column_and_row(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from km0_pipeline.publish.privacy import scanner

    monkeypatch.setattr("km0_pipeline.publish.snapshot._check", lambda *_: 1)  # as if a check had been lost
    fill_world(project, ["Atelier Fictif", "Écrire à camille@exemple.example"])
    said = stopped(project)
    assert "workshops.parquet: column name, row wor-0001" in said and "camille" not in said
    assert scanner.SHOWN


def test_r10_what_only_looks_like_it_stops_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_world(project, ["732 829 320 00074", "L@telier fictif", "1 84 12 76 451 089 47", "une association née en 1980", "2 000 000 000 €"])
    named(project, WHO)
    extra(monkeypatch, "extra.md", f"Écrire à {project.hub.publisher.contact}. Camille, une passante. SIRET 73282932000074.")
    assert publish(project, DAY, TABLES).new


def test_names_are_whole_and_known_ones_cover_them() -> None:
    names = Names(["Camille Exemple", "Madonna"], ["Fondation Camille Exemple"])
    assert names.count == 1, "one word alone is no one's name"
    found = {t: names.masked(t) for t in ("CAMILLE-EXEMPLE.", "Camille Exemples", "Fondation Camille Exemple", "Camille  EXEMPLÉ et Madonna", "Camille")}
    assert found == {
        "CAMILLE-EXEMPLE.": "[…].", "Camille Exemples": "Camille Exemples", "Fondation Camille Exemple": "Fondation Camille Exemple",
        "Camille  EXEMPLÉ et Madonna": "[…] et Madonna", "Camille": "Camille",
    }  # fmt: skip
