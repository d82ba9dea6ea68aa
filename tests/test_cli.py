"""The `km0` command on a small fictional project, made by the real steps but for the language model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from press_world import accepted
from publish_world import DAY, TABLES, fill_world

from km0_pipeline import cli, explain
from km0_pipeline.claims import Claim, mention_id
from km0_pipeline.cli import main
from km0_pipeline.entities.resolve import entity_mentions, hub_claims
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.document import locator
from km0_pipeline.press.duplicates import press_stories
from km0_pipeline.press.feeds import press_feeds
from km0_pipeline.press.read import press_documents
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.register.addresses import address_claims
from km0_pipeline.register.files import register_files
from km0_pipeline.register.index import register_index
from km0_pipeline.register.links import register_links
from km0_pipeline.register.lookup import register_lookup
from km0_pipeline.register.statements import register_claims
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.registries.statements import registry_claims
from km0_pipeline.steps import Project, made, make
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.table import all_tables, table
from tests.conftest import ROOT

ARTICLES = {
    "presse-2023.md": ("L'atelier en chiffres", "2023-05-02", "L'Atelier Fictif compte 12 salariés.\fIl occupe 300 m² au KMØ depuis 2021."),
    "presse-2024.md": ("Portrait", "2024-03", "Camille Fictive préside l'Atelier Fictif. L'entreprise emploie environ 20 salariés sur 350 m². Elle donne 5 000 euros au Verger Inventé et 7 000 euros au KM0."),
}

REGISTRY = """Raison sociale;SIREN;Effectif;Surface (m²);Local;Commune
ATELIER FICTIF SAS;;15;310;Bâtiment 23;Mulhouse
Seule au registre;;4;20;Bâtiment 23;Mulhouse
Homonyme;111111118;1;;;Mulhouse
Homonyme;222222226;2;;;Mulhouse
"""


def said(document: dict[str, Any], kind: Any, key: str, prop: str, words: str, value: str | None = None, **more: Any) -> Claim:
    start = document["text"].index(words)
    subject, where = mention_id(document["document_id"], kind, key), locator(document["text"], start, start + len(words))
    stated = document["published_on"]
    return Claim(document["document_id"], where, subject, kind, prop, value or words, words, stated_on=stated, confidence=0.9, **more)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose tables are made. `limits.claims` leaves out the claims of organisations that one row alone speaks of."""
    folder = tmp_path_factory.mktemp("project")
    hub = (ROOT / "hub.toml").read_text(encoding="utf-8").replace('claims = "all"', 'claims = "shared"')
    (folder / "hub.toml").write_text(hub, encoding="utf-8")
    for name, (title, day, text) in ARTICLES.items():
        path = folder / "data" / "raw" / "press" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"---\ntitle: {title}\npublisher: Le Journal fictif\nurl: https://journal-fictif.example/{name}\npublished: {day}\n---\n\n"
        path.write_text(head + text + "\n", encoding="utf-8")
    registries = folder / "data" / "raw" / "registries"
    registries.mkdir()
    (registries / "locataires-2024.csv").write_text(REGISTRY, encoding="utf-8")
    project = Project.at(folder)
    for step in (press_files, press_documents, press_stories, registry_files, registry_rows, register_files, register_index, register_lookup, register_links, register_claims, hub_claims, address_claims):
        step(project)
    documents = {d["title"]: d for d in pq.read_table(made(project, "press_documents").path).to_pylist()}
    figures, portrait = documents["L'atelier en chiffres"], documents["Portrait"]
    claims = [
        said(figures, "organisation", "atelier", "name", "Atelier Fictif"),
        said(figures, "organisation", "atelier", "headcount", "12 salariés", "12", scope="employees"),
        said(figures, "organisation", "atelier", "area_m2", "300 m²", "300"),
        said(figures, "organisation", "hub", "name", "KMØ"),
        said(figures, "organisation", "atelier", "tenant_of", "au KMØ", mention_id(figures["document_id"], "organisation", "hub")),
        said(portrait, "organisation", "atelier", "name", "Atelier Fictif"),
        said(portrait, "organisation", "atelier", "headcount", "environ 20 salariés", "20", scope="employees", qualifier="about"),
        said(portrait, "organisation", "atelier", "area_m2", "350 m²", "350"),
        said(portrait, "person", "camille", "name", "Camille Fictive"),
        said(portrait, "person", "camille", "role", "préside"),
        said(portrait, "person", "camille", "heads", "préside l'Atelier Fictif", mention_id(portrait["document_id"], "organisation", "atelier")),
        *(said(portrait, "organisation", "atelier", "funding_eur", words, value, scope=mention_id(portrait["document_id"], "organisation", key)) for words, value, key in (("5 000 euros", "5000", "verger"), ("7 000 euros", "7000", "hub"))),
        said(portrait, "organisation", "verger", "name", "Verger Inventé"),
        said(portrait, "organisation", "hub", "name", "KM0"),
    ]
    make(project, "press_reviewed", lambda path: pq.write_table(accepted(claims), path), version="t/1")
    press_feeds(project)
    entity_mentions(project)
    registry_claims(project)
    for spec in all_tables():
        if spec.name not in ("rejects", "changes"):
            build_table(project, spec, version="2026.1.31")
    return folder


def km0(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(root), *arguments])


def explained(root: Path, *arguments: str) -> str:
    result = km0(root, "explain", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_document_with_pages_has_them_in_the_place(root: Path) -> None:
    text = explained(root, "organisations", "Atelier Fictif", "area_m2")
    assert "press/presse-2023.md, page 2, characters 47-53" in text and "“Il occupe [300 m²] au KMØ" in text


def test_a_value_is_shown_with_its_words_its_document_and_its_place(root: Path) -> None:
    text = explained(root, "people", "camille fictive", "name")
    assert "name (Name): Camille Fictive" in text
    assert "rests on Portrait, Le Journal fictif, 2024-03" in text
    assert "“[Camille Fictive] préside l'Atelier Fictif.”" in text
    assert "press/presse-2024.md, characters 0-15" in text
    assert "https://journal-fictif.example/presse-2024.md" in text
    assert "why: the only source that says it" in text


def test_who_says_otherwise_is_shown_with_their_words_and_why_they_lost(root: Path) -> None:
    text = explained(root, "organisations", "Atelier fictif", "area_m2")
    value, otherwise = text.split("otherwise:", 1)
    assert "area_m2 (Area): 310" in value
    assert "registries/locataires-2024.csv, row 2, column Surface (m²)" in value
    assert "why: a registry goes before the press" in value
    assert "350 – Portrait" in otherwise and "sur [350 m²]." in otherwise
    assert "300 – L'atelier en chiffres" in otherwise and "Il occupe [300 m²] au KMØ depuis 2021." in otherwise


def test_an_organisation_that_one_registry_row_alone_speaks_of_is_explained_from_its_row(root: Path) -> None:
    assert not [c for c in pq.read_table(made(Project.at(root), "registry_claims").path).to_pylist() if c["value"] == "Seule au registre"]
    text = explained(root, "organisations", "Seule au registre")
    assert "area_m2 (Area): 20" in text
    assert "registries/locataires-2024.csv, row 3, column Surface (m²)" in text
    assert "headcount (Figure): 4 employees" in explained(root, "headcounts", "Seule au registre")
    assert "host_id (Host): KM0" in explained(root, "tenancies", "Seule au registre")


def test_names_are_found_whatever_their_accents_case_legal_form_or_alias(root: Path) -> None:
    for name in ("atelier fictif", "ATELIER FICTIF", "Atelier Fictif (SAS)", "Âtelier  Fictif"):
        assert explained(root, "organisations", name, "kind").startswith("ATELIER FICTIF SAS ")
    for alias in ("KM0", "kmø", "K-M-zéro"):
        assert explained(root, "organisations", alias, "name").startswith("KM0 ")
    assert explained(root, "places", "B23", "kind").startswith("Bâtiment 23 ")


def test_an_id_is_as_good_as_a_name(root: Path) -> None:
    rows = pq.read_table(made(Project.at(root), "table_organisations").path).to_pylist()
    found = next(r["organisation_id"] for r in rows if r["name"] == "Seule au registre")
    assert explained(root, "organisations", found, "name") == explained(root, "organisations", "seule au registre", "name")
    figure = pq.read_table(made(Project.at(root), "table_headcounts").path).to_pylist()[0]
    assert f"headcounts, {figure['headcount_id']})" in explained(root, "headcounts", figure["headcount_id"])


def test_a_name_that_two_rows_bear_lists_both_with_their_ids(root: Path) -> None:
    result = km0(root, "explain", "organisations", "homonyme")
    assert result.exit_code == 1
    assert "2 rows of organisations are called 'homonyme'; give one of these ids:" in result.output
    assert "(111111118, Mulhouse)" in result.output and "(222222226, Mulhouse)" in result.output


def test_an_unknown_name_gives_the_nearest(root: Path) -> None:
    result = km0(root, "explain", "organisations", "Atelier Ficif")
    assert result.exit_code == 1
    sentence, nearest, *_ = result.output.splitlines()
    assert "No row of organisations is called 'Atelier Ficif'" in sentence
    assert nearest.endswith("ATELIER FICTIF SAS")


def test_an_unknown_column_names_the_nearest_and_an_unknown_table_is_a_usage_error(root: Path) -> None:
    result = km0(root, "explain", "organisations", "KM0", "areas")
    assert result.exit_code == 1 and "no column 'areas'; nearest: area_m2" in result.output
    result = km0(root, "explain", "organization", "KM0")
    assert result.exit_code == 2 and "organisations" in result.output


def test_every_figure_of_a_headcount_stands_beside_the_others_of_its_sort(root: Path) -> None:
    text = explained(root, "headcounts", "Atelier Fictif")
    assert text.count("headcount (Figure):") == 3
    assert "20 employees" in text and "(about)" in text
    assert "“L'entreprise emploie [environ 20 salariés] sur 350 m².”" in text


def test_a_column_worked_out_from_the_claims_says_so(root: Path) -> None:
    assert "why: worked out from the claims" in explained(root, "organisations", "KM0", "is_hub")


def test_of_what_one_gives_to_two_each_amount_is_explained_by_itself(root: Path) -> None:
    first, second = (part.split("amount_eur (Amount)")[1] for part in explained(root, "funding", "atelier fictif").split("\n\nATELIER FICTIF SAS")[:2])
    assert {"5000" in first, "5000" in second} == {True, False} and not ("5000" in first and "7000" in first)
    assert "otherwise" not in first + second
    assert "KM0" in explained(root, "funding", "KM0")


def test_whoever_is_named_on_either_side_of_a_statement_finds_it(root: Path) -> None:
    text = explained(root, "tenancies", "KM0")
    assert "ATELIER FICTIF SAS – KM0" in text and "Seule au registre – KM0" in text
    text = explained(root, "relationships", "camille fictive")
    assert "object_id (Object): ATELIER FICTIF SAS" in text and "[préside l'Atelier Fictif]" in text
    assert text == explained(root, "relationships", "atelier fictif")


def test_both_sides_of_a_disagreement_are_shown_with_their_words(root: Path) -> None:
    text = explained(root, "discrepancies", "atelier fictif")
    chosen, others, *_ = text.split("chosen_value (Chosen value): 310")[1].split("other_values (Other values)")
    assert "why: a registry goes before the press" in chosen and "sur [350 m²]." in chosen
    assert "300|350" in others.splitlines()[0] and "Il occupe [300 m²]" in others


def test_what_hub_toml_says_is_shown_in_its_words(root: Path) -> None:
    text = explained(root, "places", "Bâtiment 23", "located_in_id")
    assert "“68224”" in text and "hub.toml, key hub.commune" in text


@pytest.mark.parametrize(
    ("name", "who"),
    [("people", "Camille Fictive"), ("headcounts", "Seule au registre"), ("relationships", "Camille Fictive"), ("discrepancies", "Atelier Fictif"), ("tenancies", "Seule au registre")],
)
def test_every_column_can_be_explained(root: Path, name: str, who: str) -> None:
    for column in table(name).columns:
        assert f"{column} (" in explained(root, name, who, column)


def test_it_wraps_at_the_width_of_the_terminal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = explained(root, "organisations", "Atelier Fictif").splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= 60


def test_there_is_no_colour_but_on_a_terminal(root: Path) -> None:
    assert "\x1b[" not in explained(root, "organisations", "KM0", "name")
    coloured = CliRunner().invoke(main, ["--root", str(root), "explain", "organisations", "KM0", "name"], color=True)
    assert "\x1b[" in coloured.output


def test_a_project_in_which_nothing_ran_says_what_to_run(tmp_path: Path) -> None:
    shutil.copy(ROOT / "hub.toml", tmp_path)
    result = km0(tmp_path, "explain", "organisations", "KM0")
    assert result.exit_code == 1 and "run `make run` first" in result.output
    result = km0(tmp_path, "verify")
    assert result.exit_code == 1 and "holds no snapshot yet; run `make run` first" in result.output
    result = km0(tmp_path, "serve")
    assert result.exit_code == 1 and "run `make run` first" in result.output


def test_a_folder_without_hub_toml_or_with_a_wrong_one_gets_its_sentence(tmp_path: Path) -> None:
    assert "every hub needs one" in km0(tmp_path, "explain", "organisations", "KM0").output
    (tmp_path / "hub.toml").write_text("[hub]\nnam = 'KM0'\n", encoding="utf-8")
    result = km0(tmp_path, "explain", "organisations", "KM0")
    assert result.exit_code == 1 and "hub.toml, line 2" in result.output


def test_verify_finds_a_published_snapshot_whole_and_says_so(project: Project) -> None:
    fill_world(project)
    publish(project, DAY, TABLES)
    result = km0(project.root, "verify")
    assert (result.exit_code, result.output) == (0, f"{project.published / '2026.11.22'} is whole.\n")
    (project.published / "index.json").write_text("{")
    result = km0(project.root, "verify")
    assert result.exit_code == 1 and "index.json can't be read" in result.output


def test_verify_says_what_is_wrong_with_a_folder_and_fails(tmp_path: Path) -> None:
    result = km0(tmp_path, "verify", str(tmp_path / "gone"))
    assert result.exit_code == 1 and "there is no such folder" in result.output
    result = km0(tmp_path, "verify", str(tmp_path))
    assert result.exit_code == 1 and "is not whole:" in result.output and "datapackage.json" in result.output


def commands() -> dict[str, click.Command]:
    """What can be typed -> the command; of a group, those in it."""
    found: dict[str, click.Command] = {"km0": main}
    for name, command in main.commands.items():
        found |= {f"km0 {name} {n}": c for n, c in command.commands.items()} if isinstance(command, click.Group) else {f"km0 {name}": command}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_option_and_argument_is_documented(name: str) -> None:
    chapters = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("\n## ")
    chapter = next((c for c in chapters if c.startswith(f"`{name}`\n")), "")
    assert chapter, f"docs/commands.md has no chapter ## `{name}`"
    for parameter in commands()[name].params:
        words = parameter.opts if isinstance(parameter, click.Option) else [parameter.name.upper() if parameter.name else ""]
        for word in words:
            assert f"| `{word}`" in chapter, f"docs/commands.md, chapter `{name}`, has no row for {word}"


def test_no_command_that_is_gone_is_documented() -> None:
    chapters = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert {c.split("`")[1] for c in chapters} == set(commands())


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_for_itself_and_each_option(name: str) -> None:
    command = commands()[name]
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))
    result = CliRunner().invoke(main, [*name.split()[1:], "--help"])
    assert result.exit_code == 0


def test_the_command_offers_every_table_that_can_be_explained() -> None:
    assert set(cli.TABLES) == {*explain.ENTITIES, *explain.STATEMENTS}
