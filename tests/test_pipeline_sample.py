"""The whole pipeline on the sample of this repository: complete, the same on two machines, and traceable to its last cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from km0_pipeline.cli import TABLES
from km0_pipeline.explain import explain
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import table
from tests import sample_world
from tests.conftest import ROOT
from tests.runs import apart, make_run, rows, whole_sentences

pytestmark = pytest.mark.pipeline
VERSION = "2026.11.22"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """This repository's own data, refreshed; not to be changed."""
    return sample_world.sample(tmp_path_factory)


def test_the_sample_is_published_whole_and_the_same_on_another_machine(sample: Project, tmp_path: Path) -> None:
    """Other folder, time zone, hash seed and locale: the same bytes."""
    root = tmp_path / "l'autre dossier [1]"
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copy(ROOT / "hub.toml", root)
    ran = apart(root, sample_world.DAY, TZ="Pacific/Auckland", PYTHONHASHSEED="2", LC_ALL="C")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    folders = [p.published / VERSION for p in (sample, Project.at(root))]
    assert verify(folders[0]) == []
    files = [{f.name: f.read_bytes() for f in folder.iterdir()} for folder in folders]
    assert files[0].keys() == files[1].keys()
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []


def test_a_refresh_that_finds_nothing_new_publishes_nothing_and_says_so(sample: Project, tmp_path: Path) -> None:
    root = shutil.copytree(sample.root, tmp_path / "copy", symlinks=True)
    again = make_run(root, "2026-11-23")
    assert again.returncode == 0, again.stdout + again.stderr
    assert [v["version"] for v in Project.at(root).index()["versions"]] == [VERSION]
    assert "Nothing new" in again.stdout


def test_the_sample_says_what_its_notes_and_registries_say(sample: Project) -> None:
    spoken = {row["name"]: row for row in rows(sample, "organisations")}
    assert {"KM0", "Cnam", "Epitech", "Armadeus", "ProAlpha", "Technistub", "Village by CA Alsace Vosges"} <= spoken.keys()
    assert set(spoken["KM0"]["other_names"].split("|")) >= {"KMØ", "KMO", "Km0"}
    people = {(int(r["headcount"]), r["qualifier"]) for r in rows(sample, "headcounts") if r["scope"] == "people"}
    assert people >= {(570, "exact"), (600, "about"), (1200, "planned")}
    railway = next(r for r in rows(sample, "discrepancies") if r["entity_name"] == "ligne de chemin de fer")
    assert {railway["chosen_value"], *railway["other_values"].split("|")} == {"1839", "1841", "1844"}


def test_every_published_cell_leads_back_to_words_of_its_source(sample: Project) -> None:
    """Each press claim's place in the stored text holds the claim's words; each filled cell of each table rests on a claim."""
    texts = dict(duckdb.execute("select document_id, text from read_parquet(?)", [str(sample.made("press_documents"))]).fetchall())
    claims = rows(sample, "claims")
    said = [c for c in claims if c["locator"].startswith("char:")]
    assert len(said) > 200
    for c in said:
        start, end = (int(n) for n in c["locator"].removeprefix("char:").split("-"))
        assert c["original"].strip("… ") in texts[c["document_id"]][start:end]
    assert {c["document_id"] for c in claims} <= {c["document_id"] for c in rows(sample, "sources")}
    alone = set()
    for name in TABLES:
        key = table(name).primary_key[0]
        for row in rows(sample, name):
            (found,) = explain(sample, name, row[key])
            assert found.cells, f"nothing explains {name} {row[key]}"
            alone |= {(name, c.column.name) for c in found.cells if c.value and not (c.rests_on or c.also or c.otherwise or c.gone)}
    assert alone <= {("organisations", "commune"), ("organisations", "commune_code"), ("places", "commune")}, "one of the two known by the other"


def test_no_sentence_of_an_article_longer_than_a_quotation_leaves(sample: Project) -> None:
    texts = [text for (text,) in duckdb.execute("select text from read_parquet(?)", [str(sample.made("press_documents"))]).fetchall()]
    assert not whole_sentences(sample, " ".join(texts))
