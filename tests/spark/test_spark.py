"""Names looked up in the register by Spark, in this process (`local[2]`), through Splink: the links are those that DuckDB finds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from register_world import given, look_up, number, rows, with_stock

from km0_pipeline.hub import HubError
from km0_pipeline.steps import Project
from tests.conftest import hub_toml

pytestmark = pytest.mark.spark

COMPANIES = {number(f"9900{n:04}"): name for n, name in enumerate(("FONDERIE LUNAIRE FICTIVE", "IMPRIMERIE STELLAIRE", "FILATURE IMAGINAIRE DU RHIN", "STELLA IMPRESSIONS"), 10)}
TENANTS = ("Ateliers Chimère", "Fonderie lunaire fictive SAS", "Imprimerie Stelaire", "Filature imaginaire du Rhin", "Personne de connu")


@pytest.fixture(autouse=True)
def asked() -> None:
    if not os.environ.get("KM0_SPARK"):
        pytest.skip("Spark takes a minute to start; make spark installs and asks it")


def looked_up(root: Path, spark: str) -> list[dict[str, object]]:
    for folder in ("press", "registries", "decisions"):
        (root / "data" / "raw" / folder).mkdir(parents=True)
    hub_toml(root)
    project = with_stock(Project.at(root), companies=COMPANIES)
    project = Project(project.root, project.hub.model_copy(update={"register": project.hub.register.model_copy(update={"spark": spark})}))
    given(project, *(f"{name};;;;68100;Mulhouse" for name in TENANTS))
    look_up(project)
    return rows(project, "register_found") + rows(project, "register_links")


def test_spark_finds_what_duckdb_finds_and_leaves_nothing(tmp_path: Path) -> None:
    by_duckdb, by_spark = looked_up(tmp_path / "one", ""), looked_up(tmp_path / "two", "local[2]")
    assert len({r["siren"] for r in by_duckdb} - {None}) >= 3 and by_spark == by_duckdb
    assert not list((tmp_path / "two").rglob("spark-*"))
    with pytest.raises(HubError, match=r"\[register\] spark: nowhere could not look names up .* or take it out"):
        looked_up(tmp_path / "three", "nowhere")
