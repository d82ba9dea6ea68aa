"""Real registries, where they lie beside a developer's checkout: what each needed to be read.

Most need nothing. What hub.toml must say of the others stands in NEEDED.
"""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from lxml import etree

from km0_pipeline.hub import Registry
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Project

pytestmark = pytest.mark.shared

NEEDED: dict[str, tuple[dict[str, Any], int, set[str]]] = {
    # nothing: UTF-8, commas
    "annuaire_scop_scic_tech.csv": ({}, 150, {"name", "activity", "legal_form", "siren", "address"}),
    # headers of its own; they are written three times, so two rows are set aside
    "csvdetective_a_test_file.csv": ({"columns": {"NOMCOM": "name", "NUMCOM": "commune_code", "NUMDEP": "department"}}, 400, {"name", "commune_code"}),
    # nothing, but that its postcodes are floats and its SIRENs lost their zeros, which are mended
    "ess_numerique_consolidated_semicolon.csv": ({}, 2000, {"name", "siren", "postcode", "commune", "website", "naf"}),
    # nothing; SIRETs that fail their check digit are rejects
    "irep_etablissements.csv": ({}, 10_000, {"name", "siret", "siren", "address", "postcode", "commune", "department", "naf", "activity"}),
    # nothing; trailing spaces in SIRENs are mended
    "odf_observatoire_organisations.csv": ({}, 500, {"name", "siren", "department"}),
    # nothing; NOM is the place, the body that runs it is in NOM_STRC_PORT
    "tiers_lieux_ess_siren.csv": ({}, 40, {"name", "commune_code", "address", "postcode", "commune", "website", "siren"}),
    # headers of its own; called .xls, it is an .ods
    "csvdetective_file.xls": (
        {"columns": {"NOM (FONDATION)": "name", "OBJET": "activity", "ADRESSE SIEGE SOCIAL": "address"}}, 5, {"name", "activity", "address", "postcode", "commune"},
    ),
    # which of its columns names whom it lists
    "csvdetective_file.ods": ({"columns": {"Projet": "name"}}, 3, {"name"}),
    # its size bands are in two columns, of which one is read
    "lafrenchtech_companies_2018.json": ({}, 50, {"name", "website", "activity", "headcount", "address"}),
    # the kinds of its categories
    "techonmap_idf_acteurs_numeriques.geojson": (
        {"columns": {"category": "kind", "creationyear": "founded_on"}}, 1000,
        {"name", "kind", "address", "postcode", "commune", "founded_on", "website", "longitude", "latitude"},
    ),
    # its sheet, since the other is a legend; a header of its own
    "csvdetective_file.xlsx": ({"sheet": "REI_1987", "columns": {"LIBCOM": "name", "IDDEPCOM": "commune_code"}}, 3, {"name", "commune_code"}),
}


def records(path: Path, sheet: str | None) -> int:
    """Rows of a file that are not blank, the header's among them, read without any code of ours."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        return sum(any(cell is not None for cell in row) for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True))
    if path.suffix in (".ods", ".xls"):
        content = etree.fromstring(zipfile.ZipFile(path).read("content.xml"))
        return sum(bool("".join(row.itertext()).strip()) for row in content.iter("{*}table-row"))
    if path.suffix in (".json", ".geojson"):
        content = json.loads(path.read_bytes())
        return 1 + len(content.get("features") or content.get("companies"))
    with path.open(encoding="utf-8-sig", newline="") as f:
        delimiter = max(",;", key=f.readline().count)
        f.seek(0)
        return sum(any(cell.strip() for cell in row) for row in csv.reader(f, delimiter=delimiter))


@pytest.mark.parametrize("name", NEEDED)
def test_a_real_registry_is_read(project: Project, shared: Path, name: str) -> None:
    needed, least, properties = NEEDED[name]
    shutil.copy(shared / "corpus" / "registries" / name, project.raw / "registries" / name)
    entry = Registry(name="corpus", title="Corpus", path=f"registries/{name}", at_hub=False, **({"headcounts": "exact"} | needed))
    project = Project(project.root, project.hub.model_copy(update={"registries": (entry,)}))
    registry_files(project)
    made = registry_rows(project)
    assert made.rows >= least
    with duckdb.connect() as db:
        rejects = dict(db.execute(f"select reason, count(*) from '{project.made('registry_rejects')}' group by all").fetchall())
        filled = {p for p in properties if db.execute(f"select count({p}) from '{made.path}'").fetchall() != [(0,)]}
        mangled = db.execute(f"select count(*) from '{made.path}' where name <> trim(name) or contains(name, '\ufffd') or contains(name, 'Ã')").fetchall()
    assert filled == properties
    assert mangled == [(0,)]
    assert not rejects.keys() & {"ragged_row", "bad_encoding", "no_name_column", "no_such_column", "not_text", "bad_mapping"}, rejects
    whole = sum(rejects.get(r, 0) for r in ("no_name", "not_a_name", "header_again", "total_row", "above_header"))
    assert 1 + made.rows + whole == records(shared / "corpus" / "registries" / name, needed.get("sheet")), rejects


def test_every_registry_of_the_corpus_has_its_line(shared: Path) -> None:
    folder = shared / "corpus" / "registries"
    assert {p.name for p in folder.iterdir() if p.is_file()} == NEEDED.keys()


@pytest.mark.parametrize(("name", "columns"), [("insee_canton2017_latin1.txt", {"NCCENR": "name"}), ("releve_banque_latin1_semicolon.csv", {"Libellé": "name"})])
def test_the_encoding_of_a_real_file_is_found(project: Project, shared: Path, name: str, columns: dict[str, str]) -> None:
    path = shared / "corpus" / "registries" / "encoding_samples" / name
    shutil.copy(path, project.raw / "registries" / name)
    entry = Registry(name="corpus", title="Corpus", path=f"registries/{name}", columns=columns, headcounts="exact")
    project = Project(project.root, project.hub.model_copy(update={"registries": (entry,)}))
    registry_files(project)
    made = registry_rows(project)
    with duckdb.connect() as db:
        names = [n for (n,) in db.execute(f"select name from '{made.path}'").fetchall()]
        headers = [h for (h,) in db.execute(f"select header from '{project.made('registry_columns')}'").fetchall()]
    assert len(names) >= 5
    assert any("é" in text or "É" in text for text in [*names, *headers])
