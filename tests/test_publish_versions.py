"""Versions one after the other: what each tells of its changes, to programs, to people and to feed readers."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from publish_world import DAY, TABLES, fill_world
from versions_world import headcount, org, person, published, redirect, tenancy

from km0_pipeline.cli import main
from km0_pipeline.publish import changelog, feed
from km0_pipeline.publish.changes import between, compared, reshaped
from km0_pipeline.publish.privacy import releases
from km0_pipeline.publish.snapshot import entry, publish
from km0_pipeline.publish.staged import Staged
from km0_pipeline.publish.summary import summary
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json, write_json
from km0_pipeline.tables.table import all_tables, table
from tests.conftest import ROOT, hub_toml

HUB = org(1, "KM0", is_hub=True)
FIRST = {
    "organisations": [HUB, org(2, "Atelier *Fictif*", postcode="68100"), org(3, "Studio Fictif"), org(4, "Studio Fictif SAS")],
    "people": [person(1, "Camille Fictive", roles="présidente"), person(2, "Dominique Inventée", roles="porte-parole")],
    "headcounts": [headcount(1, 1, 570), headcount(2, 2, 12, "employees")],
    "tenancies": [tenancy(2, 1, "current"), tenancy(3, 1, "current")],
}
SECOND = {
    "organisations": [HUB, org(2, "Atelier *Fictif*", postcode="68300", website="https://atelier.example"), org(3, "Studio Fictif"), org(5, "<script>alert(1)</script>"), org(6, "Verger\u202e Inventé")],
    "people": [person(1, "Camille Fictive", roles="directrice")],
    "headcounts": [headcount(3, 1, 600), headcount(2, 2, 12, "employees")],
    "tenancies": [tenancy(2, 1, "left"), tenancy(3, 1, "current")],
    "redirects": [redirect("org-0000000000000004", "org-0000000000000003")],
}
THIRD = {**SECOND, "organisations": [*SECOND["organisations"][:2], org(3, "Studio Fictif", postcode="68200"), org(4, "Studio Fictif SAS")]}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three versions: things change, one organisation is merged; it comes back, two go. Made once; not to be changed."""
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    for day, rows in enumerate((FIRST, SECOND, THIRD)):
        assert published(Project.at(root), rows, day).new
    return Project.at(root)


@pytest.fixture
def three(once: Project, tmp_path: Path) -> Project:
    """A copy of the three versions."""
    shutil.copytree(once.root, tmp_path / "copy", symlinks=True)
    return Project.at(tmp_path / "copy")


def index(project: Project) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = read_json(project.published / "index.json")["versions"]
    return versions


def told(project: Project, version: str) -> tuple[str, str]:
    """The French and the English half of a changelog."""
    text = (project.published / version / "CHANGELOG.md").read_text(encoding="utf-8")
    head, _, rest = text.partition("## Français\n")
    assert "[English below](#english)" in head
    french, _, english = rest.partition("## English\n")
    return french, english


def test_the_index_counts_what_changed_by_table_and_kind_and_against_which_version(three: Project) -> None:
    first, second, third = index(three)
    assert "changes" not in first, "there was nothing to compare it with"
    assert second["changes"] == {
        "since": "2026.11.22",
        "tables": {
            "headcounts": {"add": 1, "remove": 1},
            "organisations": {"add": 2, "merge": 1, "modify": 1},
            "people": {"modify": 1, "remove": 1},
            "tenancies": {"modify": 1},
        },
    }
    assert third["changes"]["tables"] == {"organisations": {"add": 1, "modify": 1, "remove": 2}}
    for version in index(three):
        assert version["bytes"] == sum(f["bytes"] for f in version["files"])
        assert entry(three.published / version["version"]) == version, "all of it stands in the folder"


def test_the_end_of_a_run_says_what_changed(three: Project) -> None:
    made = replace(published(three, THIRD, 3), new=True)
    assert "  since 2026.11.23: Organisations: 1 added, 2 removed, 1 modified." in summary(three, made).splitlines()


def test_a_version_published_without_changes_is_entered_without_counts(three: Project) -> None:
    folder = three.published / "2026.11.23"
    for path in folder.glob("changes.*"):
        path.unlink()
    lines = [line for line in (folder / "SHA256SUMS").read_text().splitlines() if "  changes." not in line]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    assert "changes" not in entry(folder)


def test_the_first_changelog_says_what_the_version_holds(three: Project) -> None:
    french, english = told(three, "2026.11.22")
    assert "Première version. Elle contient :" in french and "- Quatre organisations\n" in french and "- Une source\n" in french
    assert "First version. It holds:" in english and "- Two people" in english


def test_a_changelog_tells_in_sentences_what_changed_by_name(three: Project) -> None:
    french, english = told(three, "2026.11.23")
    for sentence in (
        "Depuis la version 2026.11.22. ",
        "- Deux organisations sont arrivées : **\\<script\\>alert(1)\\</script\\>** et **Verger Inventé**.",
        "- Une fiche a été réunie à une autre : **Studio Fictif**.",
        "- **Atelier \\*Fictif\\***" + " : site web « https://atelier.example » ; code postal « 68300 » au lieu de « 68100 ».",
        "- **KM0** : l'effectif (personnes) passe de 570 à 600 (L'écho, Gazette fictive, 2026-11-20).",
        "- Une personne n'y figure plus.",
        "- **Camille Fictive** : fonctions « directrice ».",
        "- Une organisation a quitté les lieux : Atelier \\*Fictif\\*.",
    ):
        assert sentence in french, sentence
    for sentence in (
        "- Two organisations have arrived: ", "the headcount (people) goes from 570 to 600", "- One person is no longer in it.",
        "web site “https://atelier.example”; postcode “68300” instead of “68100”.", "- One organisation has left: ",
    ):  # fmt: skip
        assert sentence in english, sentence
    assert not re.search(r"\b(org|per|hdc|ten)-[0-9a-f]", french + english), "names, not ids"


def test_who_is_gone_is_counted_and_not_named(three: Project) -> None:
    for version in ("2026.11.23", "2026.11.24"):
        text = (three.published / version / "CHANGELOG.md").read_text(encoding="utf-8")
        assert "Dominique" not in text and "présidente" not in text
    assert "- Deux organisations n'y figurent plus." in told(three, "2026.11.24")[0]
    assert "Verger" not in "".join(told(three, "2026.11.24"))


def test_what_was_withdrawn_at_request_is_a_number(three: Project, tmp_path: Path) -> None:
    leaving = tuple(replace(r, withheld={"R7": int(r.name == "people")}) for r in releases(three, [table("changes"), table("people")]))
    with duckdb.connect() as connection:
        staged = Staged(three, connection, "2026.11.23", date(2026, 11, 23), three.published / "2026.11.23", three.published / "2026.11.22", leaving, {}, 0, {"rows": 1})
        assert changelog.write(staged, tmp_path / "log.md")
    text = (tmp_path / "log.md").read_text(encoding="utf-8")
    assert "À la demande de la personne concernée, une ligne a été retirée." in text
    assert "1 row was withdrawn at request." in text
    assert "n'y figure plus" not in text.split("### Personnes")[1].split("###")[0]


def test_a_long_changelog_is_cut_and_the_rest_counted(project: Project) -> None:
    many = [org(n, f"Atelier {n}", postcode="68100", activity="menuiserie") for n in range(2, 400)]
    published(project, {"organisations": [HUB, *many[:200]], "headcounts": [headcount(n, n + 2, n) for n in range(150)]})
    moved = [row | {"postcode": "68200", "name": "Long " * 60 + row["name"]} for row in many[:200]]
    published(project, {"organisations": [HUB, *moved, *many[200:]], "headcounts": [headcount(n + 500, n + 2, n + 1) for n in range(150)]}, 1)
    french, english = told(project, "2026.11.23")
    assert "et 186 autres." in french and "Et 194 autres lignes modifiées." in french and "Et 138 autres chiffres." in french
    assert "and 186 more." in english
    assert len((french + english).splitlines()) < 200
    assert max(map(len, french.splitlines())) < 3000


def test_a_snapshot_without_the_table_of_changes_has_no_changelog(project: Project) -> None:
    fill_world(project)
    assert not (publish(project, DAY, TABLES).folder / "CHANGELOG.md").exists()


def test_any_two_versions_can_be_compared(three: Project) -> None:
    folders = [three.published / v["version"] for v in index(three)]
    found = {tuple(c)[:4] for c in between(folders[0], folders[2])}
    assert ("organisations", "org-0000000000000004", "merge", None) not in found, "it went and came back: nothing to tell"
    assert not [c for c in found if c[1] in ("org-0000000000000005", "org-0000000000000006")], "nor of what came and went"
    assert ("organisations", "org-0000000000000003", "modify", "postcode") in found
    assert ("people", "per-0000000000000002", "remove", None) in found


def test_the_command_tells_changes_as_text_csv_and_json(three: Project) -> None:
    def run(*args: str) -> str:
        result = CliRunner().invoke(main, ["changes", *args, str(three.published)])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Two organisations are no longer in it." in run()
    assert "Une personne n'y figure plus." in run("--since", "2026.11.22", "--lang", "fr")
    found = json.loads(run("--since", "2026.11.22", "--to", "2026.11.23", "--format", "json"))
    assert (found["since"], found["to"]) == ("2026.11.22", "2026.11.23")
    lines = run("--since", "2026.11.22", "--to", "2026.11.23", "--format", "csv").splitlines()
    assert lines[0] == "table_name,row_id,change,column_name,old_value,new_value"
    assert len(lines) == len(found["changes"]) + 1
    assert "organisations,org-0000000000000002,modify,postcode,68100,68300" in lines
    columns = lines[0].split(",")
    written = pq.read_table(three.published / "2026.11.23" / "changes.parquet").select(columns).to_pylist()
    assert sorted(map(str, written)) == sorted(map(str, found["changes"])), "against the version before it says what the snapshot says"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--since", "2025.1.1"], "--since 2025.1.1: .* has no such version; there are 2026.11.22, 2026.11.23, 2026.11.24"),
        (["--since", "2026.11.24", "--to", "2026.11.22"], "--since 2026.11.24 is later than --to 2026.11.22"),
        (["--to", "2026.11.22"], "2026.11.22 is the first version"),
    ],
)
def test_versions_that_can_t_be_compared_get_a_sentence(three: Project, args: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, ["changes", *args, str(three.published)])
    assert result.exit_code == 1
    assert re.search(sentence, result.output)


def test_a_file_that_is_not_what_the_index_says_is_not_compared(three: Project) -> None:
    shutil.copy(three.published / "2026.11.22" / "people.parquet", three.published / "2026.11.24" / "people.parquet")
    result = CliRunner().invoke(main, ["changes", str(three.published)])
    assert result.exit_code == 1
    assert "2026.11.24/people.parquet: is not what index.json says" in result.output


def test_an_older_index_without_counts_still_makes_a_feed_and_is_kept(three: Project) -> None:
    versions = [{k: v for k, v in e.items() if k not in ("changes", "bytes")} for e in index(three)]
    write_json(three.published / "index.json", {"latest": "2026.11.24", "versions": versions})
    (three.published / feed.NAME).unlink()
    assert not published(three, THIRD, 3).new
    assert index(three) == versions
    text = (three.published / feed.NAME).read_text(encoding="utf-8")
    assert text.count("<entry>") == 3, "a feed that is missing is made again"
    assert "Cette version contient : cinq organisations" in text


def cells(folder: Path, name: str, key: str) -> dict[str, dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as f:
        return {row[key]: row for row in csv.DictReader(f)}


def test_the_published_changes_applied_to_the_older_csv_files_give_the_newer(once: Project) -> None:
    versions = [once.published / v["version"] for v in index(once)]
    for old, new in pairwise(versions):
        changes = list(cells(new, "changes", "change_id").values())
        assert changes
        for t in (t for t in all_tables() if t.tracked):
            key = t.primary_key[0]
            rows, there = cells(old, t.name, key), cells(new, t.name, key)
            for c in (c for c in changes if c["table_name"] == t.name):
                if c["change"] in ("remove", "merge"):
                    del rows[c["row_id"]]
                elif c["change"] == "add":
                    rows[c["row_id"]] = there[c["row_id"]]
                elif c["change"] == "modify":
                    assert rows[c["row_id"]][c["column_name"]] == c["old_value"]
                    rows[c["row_id"]][c["column_name"]] = c["new_value"]
            assert rows == there, t.name


def test_a_column_that_came_or_went_is_told_once_and_not_of_each_row(three: Project) -> None:
    path = three.published / "2026.11.23" / "organisations.parquet"
    older = pq.read_table(path).drop_columns(["website", "postcode"])
    pq.write_table(older.append_column("mascot", pa.array(["cat"] * older.num_rows)), path)
    old, new = path.parent, three.published / "2026.11.24"
    with compared(old, new) as connection:
        lines = "\n".join(changelog.sections(connection, changelog.Words("fr", changelog.markdown, {}), reshaped(old, new)))
    for line in ("- Nouvelle colonne : Site web (`website`).", "- Nouvelle colonne : Code postal (`postcode`).", "- La colonne `mascot` n'existe plus."):
        assert line in lines
    assert "atelier.example" not in lines and "68" not in lines


TWICE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_publish_versions import FIRST, SECOND
from versions_world import published
from km0_pipeline.steps import Project
project = Project.at(Path({root!r}))
for day, rows in enumerate((FIRST, SECOND)):
    published(project, {{name: list(reversed(r)) for name, r in rows.items()}} if {turned} else rows, day)
"""


def test_another_folder_time_zone_locale_hash_seed_and_order_give_the_same_bytes(once: Project, tmp_path: Path) -> None:
    root = tmp_path / "another, longer name"
    root.mkdir()
    hub_toml(root)
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "fr_FR.UTF-8"}
    subprocess.run([sys.executable, "-c", TWICE.format(here=str(ROOT / "tests"), root=str(root), turned=True)], env=env, check=True)
    made = Project.at(root)
    assert index(made) == index(once)[:2]
    for version in ("2026.11.22", "2026.11.23"):
        for name in ("CHANGELOG.md", "changes.csv", "changes.parquet", "SHA256SUMS"):
            assert (made.published / version / name).read_bytes() == (once.published / version / name).read_bytes(), name
    assert (made.published / feed.NAME).read_bytes() == feed.feed(once.hub, index(once)[:2])
