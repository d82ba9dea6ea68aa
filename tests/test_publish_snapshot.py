"""A snapshot is whole or it is not there; it holds what may leave and nothing else; same content, same bytes."""

from __future__ import annotations

import csv
import dataclasses
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_world import (
    DAY,
    FRESH,
    ODD_TEXTS,
    TABLES,
    VISITS,
    WORKSHOPS,
    a_table,
    fill,
    fill_library,
    fill_world,
    workshops,
)

from km0_pipeline.publish import snapshot
from km0_pipeline.publish import verify as verifying
from km0_pipeline.publish.files import ABOUT, DATA
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import Published, alone, publish, take_up
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project, PublishedError
from km0_pipeline.storage import read_json, sha256
from km0_pipeline.tables.table import Table, all_tables, table

HERE = Path(__file__).resolve().parent


def published(project: Project, day: date = DAY, tables: tuple[Table, ...] = TABLES) -> Published:
    return publish(project, day, tables)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != ".lock"}


def test_a_snapshot_holds_its_tables_their_description_and_their_sums(project: Project) -> None:
    fill_world(project)
    made = published(project)
    assert made.new
    assert made.version == "2026.11.22"
    assert made.rows == {"visits": 9, "workshops": len(ODD_TEXTS)}
    assert made.checks > 5
    names = {"README.md", "SHA256SUMS", "datapackage.json", "km0.xlsx", "km0.zip", "release_report.json", "visits.csv", "visits.parquet", "workshops.csv", "workshops.parquet"}
    there = {p.name for p in made.folder.iterdir()}
    assert names <= there <= names | {f.name(project) for f in (*DATA, *ABOUT)}
    assert sorted(p.name for p in project.published.iterdir()) == [".lock", "2026.11.22", "feed.xml", "index.json", "latest"]
    assert verify(made.folder) == []


def test_what_is_promised_is_counted_once_unless_what_leaves_is_not_what_was_counted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(verifying, "_values", lambda *asked: counted.append(asked[2]["path"]) or [])
    fill_world(project, ["Atelier Fictif"] * 9)
    published(project)
    assert not counted, "the checks have counted it, in the very same bytes"
    fill_world(project, ["", *["Atelier Fictif"] * 9])
    published(project)
    assert counted == ["visits.parquet", "workshops.parquet"], "an empty text is unknown: that table was written anew"


def test_sha256sum_finds_the_sums_right(project: Project) -> None:
    fill_world(project)
    folder = published(project).folder
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_the_index_lists_every_version_oldest_first_and_latest_leads_to_the_newest(project: Project) -> None:
    fill_world(project)
    published(project)
    fill_world(project, ["Atelier Fictif"] * 20)
    again = published(project)
    assert again.version == "2026.11.22-2"
    index = read_json(project.published / "index.json")
    assert index["latest"] == "2026.11.22-2"
    assert [v["version"] for v in index["versions"]] == ["2026.11.22", "2026.11.22-2"]
    assert (project.published / "latest").resolve() == again.folder
    assert project.last_snapshot() == again.folder
    first = index["versions"][0]
    assert first["published_on"] == "2026-11-22"
    assert first["rows"] == {"visits": 9, "workshops": len(ODD_TEXTS)}
    for file in first["files"]:
        path = project.published / first["path"] / file["path"]
        assert (path.stat().st_size, sha256(path)) == (file["bytes"], file["sha256"])
    assert {f["path"] for f in first["files"]} == {p.name for p in (project.published / first["path"]).iterdir()}


def test_odd_texts_come_back_from_csv_and_parquet_as_they_were(project: Project) -> None:
    fill_world(project)
    folder = published(project).folder
    raw = (folder / "workshops.csv").read_bytes()
    assert raw.startswith(b"workshop_id,name,founded_on,headcount,area_m2,open\n")
    assert raw.endswith(b"\n")
    with (folder / "workshops.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert [re.sub(r"\A'", "", re.sub(r"([;\t\r\n])'", r"\1", r["name"])) for r in rows] == [t or "" for t in ODD_TEXTS]
    assert pq.read_table(folder / "workshops.parquet")["name"].to_pylist() == list(ODD_TEXTS)
    assert rows[1] | {"area_m2": ""} == {
        "workshop_id": "wor-0001", "name": "a comma, here", "founded_on": "1839-09-02", "headcount": "0", "area_m2": "", "open": "false"
    }  # fmt: skip
    assert float(rows[1]["area_m2"]) == 1 / 3
    assert {r["open"] for r in rows} == {"true", "false", ""}


def test_an_empty_text_is_unknown_in_both_formats(project: Project) -> None:
    fill_world(project, ["", "Atelier Fictif", None])
    folder = published(project).folder
    assert pq.read_table(folder / "workshops.parquet")["name"].to_pylist() == [None, "Atelier Fictif", None]
    assert (folder / "workshops.csv").read_text().splitlines()[1].startswith('"wor-0000",,')
    assert pq.read_schema(folder / "workshops.parquet").field("name").metadata[b"description_en"] == b"The name | of a thing."


def test_a_table_without_rows_is_published_with_its_header(project: Project) -> None:
    fill(project, WORKSHOPS, [])
    fill(project, VISITS, [])
    folder = published(project).folder
    assert (folder / "visits.csv").read_text() == "visit_id,workshop_id\n"
    assert pq.read_table(folder / "visits.parquet").num_rows == 0


def test_the_same_content_on_another_day_publishes_nothing_and_writes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_world(project)
    first = published(project)
    before = contents(project.published)
    monkeypatch.setattr(snapshot, "write_snapshot", None)
    again = published(project, date(2026, 12, 1))
    assert not again.new
    assert (again.version, again.folder, again.content_digest) == (first.version, first.folder, first.content_digest)
    assert contents(project.published) == before


def test_the_same_content_is_seen_where_the_bytes_of_a_table_differ(project: Project) -> None:
    fill_world(project, [None, "Atelier Fictif"])
    first = published(project)
    fill_world(project, ["", "Atelier Fictif"])
    again = published(project)
    assert not again.new
    assert again == dataclasses.replace(first, new=False)


def test_a_history_or_an_outage_that_differs_is_not_new_content_but_a_description_is(project: Project) -> None:
    """What changed before, and a feed that can't be had, are told by the next version; none is made for them."""
    changes = a_table("changes", WORKSHOPS.fields[0].model_dump(by_alias=True) | {"name": "change_id"})
    tables, feed = (*TABLES, changes, table("freshness")), FRESH | {"source": "press/journal", "kind": "feed"}
    for n, (row, state) in enumerate((([], {}), ([{"change_id": "wor-0001"}], {"unreached_since": DAY, "state": "late"}))):
        fill_world(project)
        fill(project, changes, row)
        fill(project, table("freshness"), [feed | state])
        assert published(project, tables=tables).new is (n == 0)
    for said in ({"licence": "ODbL-1.0"}, {"privacy_url": "https://hub.example/vie-privee"}):  # one that datapackage.json says, and one that README.md alone does
        described = project.hub.model_copy(update={"publisher": project.hub.publisher.model_copy(update=said)})
        made = publish(Project(project.root, described), DAY, tables)
        assert made.new and pq.read_table(made.folder / "freshness.parquet")["unreached_since"].to_pylist() == [DAY]


def test_a_column_nobody_declared_stops_the_publication_and_is_named(project: Project) -> None:
    fill_world(project)
    fill(project, VISITS, [{"visit_id": "v1", "workshop_id": None}], {"phone": pa.array(["none"])})
    with pytest.raises(PublicationStopped, match=r"table_visits\.parquet: the column 'phone' is not declared in visits\.yaml"):
        published(project)
    assert not (project.published / "index.json").exists()


def test_a_column_of_a_private_class_never_leaves(project: Project) -> None:
    fields = [f.model_dump(by_alias=True) for f in VISITS.fields]
    fields[1]["privacy"] = "contact"
    private = a_table("visits", *fields)
    fill_world(project)
    with pytest.raises(PublicationStopped, match=r"'workshop_id' is of the privacy class 'contact', which may not leave"):
        published(project, tables=(WORKSHOPS, private))
    kept = private.model_copy(update={"released": False})
    folder = published(project, tables=(WORKSHOPS, kept)).folder
    assert not list(folder.glob("visits*"))


def test_a_key_to_a_table_that_does_not_leave_is_not_promised(project: Project) -> None:
    fill_world(project)
    folder = published(project, tables=(WORKSHOPS.model_copy(update={"released": False}), VISITS)).folder
    assert "foreignKeys" not in (folder / "datapackage.json").read_text()


def test_a_table_that_was_not_made_stops_the_publication(project: Project) -> None:
    fill(project, WORKSHOPS, workshops(["Atelier Fictif"]))
    with pytest.raises(PublicationStopped, match="The table visits has not been made"):
        published(project)


def test_a_failed_check_stops_the_publication_and_leaves_the_last_snapshot(project: Project) -> None:
    fill_world(project)
    published(project)
    before = contents(project.published)
    fill(project, VISITS, [{"visit_id": f"v{n}", "workshop_id": "wor-9999"} for n in range(9)])
    with pytest.raises(PublicationStopped, match="visits: 9 rows break the promise") as stopped:
        published(project)
    assert len(stopped.value.sentences) == 1
    assert contents(project.published) == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from publish_world import DAY, TABLES
from km0_pipeline.publish import snapshot
from km0_pipeline.steps import Project
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
{kill} = die
snapshot.publish(Project.at(Path({root!r})), DAY, TABLES)
"""


def killed(project: Project, kill: str) -> None:
    """Publish in another process, which is killed where it calls `kill`."""
    code = KILLED.format(here=str(HERE), root=str(project.root), kill=kill)
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(HERE.parent)}, check=False)
    assert done.returncode == -9


def test_a_run_killed_before_the_rename_leaves_what_was_there(project: Project) -> None:
    fill_world(project)
    first = published(project)
    before = contents(project.published)
    fill_world(project, ["Atelier Fictif"] * 20)
    killed(project, "Path.rename")
    left = [p.name for p in project.published.iterdir() if p.name.startswith(".staging")]
    assert left == [".staging-2026.11.22-2"]
    assert project.last_snapshot() == first.folder
    assert {k: v for k, v in contents(project.published).items() if not k.startswith(left[0])} == before
    again = published(project)
    assert again.version == "2026.11.22-2"
    assert not list(project.published.glob(".staging*"))


@pytest.mark.parametrize("kill", ["snapshot._write_index", "Path.symlink_to"])
def test_a_run_killed_after_the_rename_is_announced_by_the_next(project: Project, kill: str) -> None:
    fill_world(project)
    published(project)
    fill_world(project, ["Atelier Fictif"] * 20)
    killed(project, kill)
    if kill.endswith("index"):
        with pytest.raises(PublicationStopped, match=r"killed before it could announce 2026\.11\.22-2.*Run again"):
            published(project)
    again = published(project)
    assert not again.new
    assert again.version == read_json(project.published / "index.json")["latest"] == "2026.11.22-2"
    assert (project.published / "latest").resolve().name == "2026.11.22-2"


def test_the_next_run_begins_with_the_version_that_a_killed_one_could_not_announce(project: Project) -> None:
    fill_world(project)
    killed(project, "snapshot._write_index")
    assert take_up(project) == "A run had been killed before it could announce 2026.11.22; index.json lists it now."
    assert not published(project).new
    with alone(project.published):
        assert take_up(project) == "", "another is publishing: it does so itself"


def test_an_index_that_was_lost_is_made_again_from_the_snapshots(project: Project) -> None:
    fill_world(project)
    published(project)
    fill_world(project, ["Atelier Fictif"] * 20)
    published(project)
    index = project.published / "index.json"
    before = index.read_bytes()
    index.unlink()
    with pytest.raises(PublicationStopped, match=r"announce 2026\.11\.22, 2026\.11\.22-2"):
        published(project)
    assert index.read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", '{"latest": "2026.11.22", "versions": []}', '{"versions": 3}'])
def test_a_broken_index_stops_with_a_sentence_that_says_what_to_do(project: Project, text: str) -> None:
    fill_world(project)
    published(project)
    (project.published / "index.json").write_text(text)
    with pytest.raises(PublishedError, match=r"index\.json can't be read .* or delete it"):
        published(project)


def test_a_copy_where_the_link_latest_was_stops_with_a_sentence_and_publishes_nothing(project: Project) -> None:
    fill_world(project)
    (project.published / "latest").mkdir(parents=True)
    with pytest.raises(PublicationStopped, match=r"data/published/latest is not the link .* delete it"):
        published(project)
    assert not (project.published / "index.json").exists()


def test_a_day_before_the_last_version_s_is_refused(project: Project) -> None:
    fill_world(project)
    published(project)
    fill_world(project, ["Atelier Fictif"] * 20)
    with pytest.raises(PublishedError, match=r"The day 2026-10-01 is earlier than the last published version, 2026\.11\.22"):
        published(project, date(2026, 10, 1))
    assert read_json(project.published / "index.json")["latest"] == "2026.11.22"
    assert published(project).version == "2026.11.22-2"


def test_a_last_snapshot_that_lost_a_file_is_not_taken_for_whole(project: Project) -> None:
    fill_world(project)
    (published(project).folder / "visits.csv").unlink()
    with pytest.raises(PublicationStopped, match=r"data/published/2026\.11\.22, which index\.json lists as the latest, can't be read"):
        published(project)


def test_a_broken_folder_with_a_versions_name_is_neither_listed_nor_overwritten(project: Project) -> None:
    fill_world(project)
    (project.published / "2026.11.22").mkdir(parents=True)
    (project.published / "2026.11.22" / "notes.txt").write_text("mine")
    with pytest.raises(PublicationStopped, match=r"data/published/2026\.11\.22 is not in index\.json and is not whole"):
        published(project)
    assert (project.published / "2026.11.22" / "notes.txt").read_text() == "mine"


def test_of_two_publishers_at_once_the_second_says_so(project: Project) -> None:
    fill_world(project)
    project.published.mkdir(parents=True, exist_ok=True)
    with (project.published / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PublicationStopped, match="Another run is publishing"):
            published(project)
    assert published(project).new


PUBLISHER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from publish_world import DAY, TABLES, fill_library, fill_world
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
project = Project.at(Path({root!r}))
fill_library(project)
publish(project, DAY)
"""


def test_another_folder_time_zone_locale_and_hash_seed_give_the_same_bytes(tmp_path: Path) -> None:
    results = []
    for seed, zone, language, name in (("1", "Pacific/Auckland", "C", "a"), ("2", "America/Los_Angeles", "fr_FR.UTF-8", "another longer name")):
        root = tmp_path / name
        root.mkdir()
        settings = (HERE.parent / "hub.toml").read_text(encoding="utf-8")
        (root / "hub.toml").write_text(settings.replace('base_url = ""', 'base_url = "https://data.example/"'), encoding="utf-8")
        env = os.environ | {"PYTHONPATH": str(HERE.parent), "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
        subprocess.run([sys.executable, "-c", PUBLISHER.format(here=str(HERE), root=str(root))], env=env, check=True)
        results.append(contents(root / "data" / "published"))
    assert results[0] == results[1]
    assert len(results[0]) > 30
    assert "2026.11.22/catalog-harvest.ttl" in results[0]
    for path, content in results[0].items():
        assert str(tmp_path).encode() not in content, path


def profile_errors(descriptor: dict[str, Any], shared: Path) -> list[str]:
    from jsonschema import Draft7Validator, FormatChecker

    profile = json.loads((shared / "standards" / "datapackage-v2" / "datapackage.json").read_text())
    return [e.message for e in Draft7Validator(profile, format_checker=FormatChecker()).iter_errors(descriptor)]


def frictionless_errors(folder: Path, elsewhere: Path) -> list[str]:
    """What `frictionless` finds, on a copy without the Parquet's sizes, which it can't count (STANDARDS 1.5).

    It reads Parquet by pandas, in which a number that is unknown is `nan`: not an error of ours.
    """
    from frictionless import Package

    shutil.copytree(folder, elsewhere)
    descriptor = json.loads((elsewhere / "datapackage.json").read_text())
    for resource in descriptor["resources"]:
        if resource["format"] == "parquet":
            del resource["bytes"]
    (elsewhere / "datapackage.json").write_text(json.dumps(descriptor))
    report = Package(str(elsewhere / "datapackage.json")).validate()
    found = [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors] + [e.message for e in report.errors]
    return [e for e in found if not ("-parquet: " in e and 'cell "nan"' in e)]


@pytest.fixture
def library(project: Project) -> Path:
    """A snapshot of the library's own tables."""
    fill_library(project)
    return publish(project, DAY).folder


def test_the_library_s_tables_pass_the_profile_and_frictionless(library: Path, shared: Path, tmp_path: Path) -> None:
    descriptor = json.loads((library / "datapackage.json").read_text())
    assert profile_errors(descriptor, shared) == []
    assert frictionless_errors(library, tmp_path / "copy") == []
    assert {r["km0:table"] for r in descriptor["resources"] if "km0:table" in r} == {t.name for t in all_tables() if t.released}
    assert descriptor["version"] == "2026.11.22"
    assert descriptor["created"] == "2026-11-22T00:00:00Z"


def test_odd_texts_pass_frictionless(project: Project, tmp_path: Path) -> None:
    fill_world(project, [t for t in ODD_TEXTS if t is None or "\x00" not in t])
    assert frictionless_errors(published(project).folder, tmp_path / "copy") == []


def test_the_validators_see_what_is_broken(library: Path, shared: Path, tmp_path: Path) -> None:
    descriptor = json.loads((library / "datapackage.json").read_text())
    assert profile_errors(descriptor | {"resources": []}, shared)
    assert profile_errors(descriptor | {"licenses": [{"title": "none"}]}, shared)
    with (library / "organisations.csv").open("a") as f:
        f.write("org-00000000000000bb" + "," * 22 + "\n")
    found = frictionless_errors(library, tmp_path / "copy")
    assert any("primary" in e.lower() for e in found)
    assert any("hash" in e or "bytes" in e or "size" in e for e in found)


def test_the_readme_tells_what_the_data_are_in_two_languages(library: Path) -> None:
    text = (library / "README.md").read_text()
    for words in (
        "# L'écosystème du KM0, hub numérique de Mulhouse", "## Français", "## English", "[`dictionnaire.html`](dictionnaire.html)", "[`dictionary.html`](dictionary.html)",
        "Licence Ouverte 2.0", "Pour citer ces données", "To cite these data", "version 2026.11.22", "[`organisations.csv`](organisations.csv)",
        "`2018-21` le printemps", "`2018-21` spring", "les deux\nsemestres", "the two halves",
    ):  # fmt: skip
        assert words in text
    for link in re.findall(r"\]\(([^):]+)\)", text):
        assert link.startswith("#") or (library / link).is_file(), link


def test_a_base_address_gives_the_package_an_id_and_does_not_alone_make_new_content(project: Project) -> None:
    hub = project.hub.model_copy(update={"publisher": project.hub.publisher.model_copy(update={"base_url": "https://data.example/"})})
    here = Project(project.root, hub)
    fill_world(here)
    made = published(here)
    descriptor = json.loads((made.folder / "datapackage.json").read_text())
    assert descriptor["id"] == "https://data.example/2026.11.22/datapackage.json"
    assert "https://data.example/2026.11.22/" in (made.folder / "README.md").read_text()
    assert not published(here, date(2026, 11, 23)).new
