"""R7: whoever is left out is in no table, and nothing refers to them; everything else stays."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from test_tables_build import World, entity, fictional

from km0_pipeline.publish.privacy import Release, releases
from km0_pipeline.publish.privacy.suppression import suppress, suppression
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables

FOUNDER = entity("person", "Dominique Exemple")
BANK = entity("organisation", "Banque Fictive")


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Release]]:
    from tests.conftest import hub_toml

    root = tmp_path_factory.mktemp("left-out")
    hub_toml(root)
    world: World = fictional(Project.at(root))
    world.build()
    return world.project, releases(world.project, all_tables())


def left(leaving: tuple[Project, list[Release]], folder: Path, *ids: str) -> dict[str, Release]:
    project, before = leaving
    return {r.name: r for r in suppress(project, before, ids, folder)}


def rows(release: Release) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        return connection.sql(release.query).to_arrow_table().to_pylist()


def test_r7_nobody_is_left_out_where_there_is_no_list(leaving: tuple[Project, list[Release]], tmp_path: Path) -> None:
    project, before = leaving
    assert suppression(project).ids == frozenset()
    assert suppress(project, before, suppression(project).ids, tmp_path / "none") == before
    assert not (tmp_path / "none").exists()


def test_r7_a_person_leaves_every_table_and_the_organisation_stays(leaving: tuple[Project, list[Release]], tmp_path: Path) -> None:
    kept = left(leaving, tmp_path, FOUNDER)
    held = "\n".join(str(row) for release in kept.values() for row in rows(release))
    assert FOUNDER not in held and "Dominique" not in held
    assert any(r["name"] == "KM0" for r in rows(kept["organisations"]))
    assert kept["people"].withheld["R7"] == 1 and kept["relationships"].withheld["R7"] == 1 and kept["claims"].withheld["R7"] >= 3


@pytest.mark.parametrize("who", [FOUNDER, BANK, entity("organisation", "KM0")])
def test_r7_keys_still_lead_to_rows_that_are_there(leaving: tuple[Project, list[Release]], tmp_path: Path, who: str) -> None:
    kept = left(leaving, tmp_path, who)
    for release in kept.values():
        table = release.table
        to = [(k.fields[0], [(k.reference.resource, k.reference.fields[0])]) for k in table.foreign_keys]
        to += [(f.name, [(r.split(".")[0], r.split(".")[1]) for r in f.references]) for f in table.fields if f.references]
        for column, targets in to:
            there = {row[key] for resource, key in targets for row in rows(kept[resource])}
            assert {row[column] for row in rows(release) if row[column]} <= there, f"{table.name}.{column}"
        keys = [tuple(row[c] for c in table.primary_key) for row in rows(release)]
        assert keys == sorted(set(keys))  # type: ignore[type-var]


def test_r7_an_organisation_that_only_gave_is_emptied_where_the_row_can_be_without_it(leaving: tuple[Project, list[Release]], tmp_path: Path) -> None:
    kept = left(leaving, tmp_path, BANK)
    assert not [r for r in rows(kept["organisations"]) if r["organisation_id"] == BANK]
    assert not [r for r in rows(kept["funding"]) if r["funder_id"] == BANK or r["funder_name"] == "Banque Fictive"]
    assert not [r for r in rows(kept["tenancies"]) if r["organisation_id"] == BANK]


def test_r7_who_is_at_the_other_end_of_a_relation_stays(leaving: tuple[Project, list[Release]], tmp_path: Path) -> None:
    kept = left(leaving, tmp_path, entity("organisation", "KM0"))
    assert [r for r in rows(kept["claims"]) if r["entity_id"] == BANK and r["property"] == "name"]
    assert not [r for r in rows(kept["claims"]) if r["property"] == "tenant_of"]


def test_r7_the_same_list_gives_the_same_bytes_and_only_what_changes_is_written(leaving: tuple[Project, list[Release]], tmp_path: Path) -> None:
    one, two = (left(leaving, tmp_path / n, FOUNDER) for n in ("un", "deux"))
    written = sorted(p.name for p in (tmp_path / "un").iterdir())
    assert "people.parquet" in written and "tenancies.parquet" not in written
    for name in written:
        assert (tmp_path / "un" / name).read_bytes() == (tmp_path / "deux" / name).read_bytes()
    assert pq.read_schema(one["people"].source).equals(pq.read_schema(leaving[0].made("table_people")), check_metadata=True)
    assert {n: r.withheld for n, r in one.items()} == {n: r.withheld for n, r in two.items()}
