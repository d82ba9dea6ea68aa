"""What changed is told of what leaves: a cell that the gate masks did not change, and no value of before shows what is masked now."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from test_tables_build import ARTICLE, LOCATAIRES, World, entity, fictional

from km0_pipeline.publish.privacy import gate
from km0_pipeline.steps import Project, made
from km0_pipeline.storage import write_json
from km0_pipeline.storage.warehouse import NOTE
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.table import all_tables, table

FIRST, SECOND, THIRD, FOURTH = "2026.11.22", "2026.11.23", "2026.11.24", "2026.11.25"
PASSER_BY, LATER = "Camille Passante", "Jeanne Habitante"
"""Known from the first day as somebody without a public role; named by a registry first, and by the press as such the second day."""


def leaves(world: World, version: str) -> Path:
    """The tables made and let through the gate, and put where the next run finds its last snapshot."""
    project = world.project
    world.write()
    for t in all_tables():
        if not t.compares:
            build_table(project, t, version=version)
    folder = project.published / version
    folder.mkdir(parents=True)
    for release in gate.leave(project, all_tables(), version):
        shutil.copy(release.source, folder / f"{release.name}.parquet")
    write_json(project.published / "index.json", {"latest": version, "versions": [*project.index()["versions"], {"version": version}]})
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Versions in all of which a tenant's activity names a private person; in the first, another's names somebody not yet known as one."""
    from tests.conftest import hub_toml

    root = tmp_path_factory.mktemp("masked")
    hub_toml(root)
    world = fictional(Project.at(root))
    world.row(LOCATAIRES, 20, name="Cabinet Rêvé", activity=f"conseil, demander {PASSER_BY}")
    world.row(LOCATAIRES, 21, name="Maison Imaginée", activity=f"tissage, demander {LATER}")
    world.row(LOCATAIRES, 23, name="Artisane Rêvée", legal_form="EI")
    leaves(world, FIRST)
    world.said(ARTICLE, "person", LATER, "works_for", next(iter(world.mentions)), 220)
    leaves(world, SECOND)
    world.row(LOCATAIRES, 22, name="Filature Rêvée")
    leaves(world, THIRD)
    return world


def told(world: World, version: str, **where: Any) -> list[tuple[Any, ...]]:
    rows = pq.read_table(world.project.published / version / "changes.parquet").to_pylist()
    return [(r["change"], r["column_name"], r["old_value"], r["new_value"]) for r in rows if all(r[k] == v for k, v in where.items())]


def held(world: World, version: str, word: str) -> list[str]:
    """Tables of a version in which a word stands."""
    return sorted(p.stem for p in (world.project.published / version).glob("*.parquet") if word in str(pq.read_table(p).to_pylist()))


def test_a_cell_that_is_masked_as_before_did_not_change(world: World) -> None:
    masked = entity("organisation", "Cabinet Rêvé")
    assert told(world, SECOND, row_id=masked) == [] and told(world, THIRD, row_id=masked) == []
    assert told(world, THIRD, table_name="organisations") == [("add", None, None, None)]
    assert held(world, FIRST, PASSER_BY) == []


def test_a_value_of_before_does_not_show_what_is_masked_now(world: World) -> None:
    house = entity("organisation", "Maison Imaginée")
    assert "organisations" in held(world, FIRST, LATER)
    assert told(world, SECOND, row_id=house, column_name="activity") == [("modify", "activity", "tissage, demander […]", "tissage, demander […]")]
    assert told(world, THIRD, row_id=house) == []
    assert held(world, SECOND, LATER) == [] and held(world, THIRD, LATER) == []


def test_a_steward_is_told_what_is_not_published_and_by_which_rule(world: World) -> None:
    found = gate.kept_back(world.project, table("organisations"), entity("organisation", "Cabinet Rêvé"))
    assert found == {"activity": "by rule R6 (People in public roles only); published: conseil, demander […]"}
    assert gate.kept_back(world.project, table("organisations"), entity("organisation", "Studio Fictif")) == {}
    assert gate.kept_back(world.project, table("organisations"), entity("organisation", "Artisane Rêvée")) == {"": "by rule R5 (Sole traders)"}


def test_another_machine_that_has_what_steps_made_and_nothing_more_is_told_the_same(world: World, tmp_path: Path) -> None:
    other = Project(tmp_path, world.project.hub)
    other.warehouse.mkdir(parents=True)
    for path in (made(world.project, gate.KEPT_BACK).path, made(world.project, gate.KEPT_BACK).path.with_suffix(NOTE)):
        shutil.copy(path, other.warehouse)
    for name in ("Cabinet Rêvé", "Artisane Rêvée", "Studio Fictif"):
        asked = table("organisations"), entity("organisation", name)
        assert gate.kept_back(other, *asked) == gate.kept_back(world.project, *asked)
    assert gate.kept_back(Project(tmp_path / "new", world.project.hub), *asked) == {}, "nothing was made yet"


def test_where_nothing_changed_the_gate_does_nothing_and_what_was_told_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = leaves(world, FOURTH)
    assert told(world, FOURTH) == told(world, THIRD) != []
    assert (folder / "organisations.parquet").read_bytes() == (folder.parent / THIRD / "organisations.parquet").read_bytes()
    first = gate.leave(world.project, all_tables(), FOURTH)
    with monkeypatch.context() as m:
        m.setattr(gate, "mask_names", None)
        assert gate.leave(world.project, all_tables(), FOURTH) == first
    shutil.rmtree(world.project.warehouse / gate.FOLDER)
    assert gate.leave(world.project, all_tables(), FOURTH) == first and all(r.source.is_file() for r in first)
