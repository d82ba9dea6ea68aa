"""One asset per table, made from its .sql and .yaml; a new pair of files is a new asset.

The SQL says what the table depends on and where each column comes from, the YAML its columns and
its checks. What it promises of the table by itself is checked in the table's own step; what it
promises between tables (two may refer to each other) once all are made, with `snapshot.database`.
Either blocks all that comes after. `changes` compares what leaves, so the others go through the privacy gate in its step.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import dagster as dg

from assets.describe import both, first_rows, made_metadata, table_columns
from assets.lineage import table_lineage
from assets.resources import ProjectResource, plainly
from assets.sources import OWNERS, arrivals
from km0_pipeline.claims import digest
from km0_pipeline.publish.figures import filled, percent
from km0_pipeline.publish.privacy.gate import leave
from km0_pipeline.steps import Made, Project, made
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.checks import Check, CheckResult, checks, run_checks
from km0_pipeline.tables.table import Table, all_tables

T = TypeVar("T")
LINEAGE, ROWS = "dagster/column_lineage", "first rows"
DATA_VERSION, CODE_VERSION = "dagster/data_version", "dagster/code_version"
CHECKS = {"keys": ("unique",), "values": ("row", "text"), "amounts": ("rows", "sources", "limits")}
"""Dagster check -> the kinds of promise that it holds: a check costs three events in the history of each run."""


def tables() -> list[dg.AssetsDefinition]:
    """The assets of every table, each after those it reads."""
    return [_asset(table) for table in all_tables()]


def spec(name: str, asset: str, promises: Iterable[Check]) -> dg.AssetCheckSpec:
    """One blocking Dagster check of an asset, that holds all these promises."""
    return dg.AssetCheckSpec(name, asset=asset, blocking=True, description="\n".join(f"- {p.description}" for p in promises))


def result(name: str, asset: str, found: Iterable[CheckResult]) -> dg.AssetCheckResult:
    """What `run_checks` found, as one Dagster check; its description are the sentences."""
    found = list(found)
    broken = [f for f in found if not f.passed]
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not broken,
        description="\n".join(f.sentence for f in broken or found),
        metadata={"promises": len(found), "broken": len(broken), "bad rows": sum(f.bad_rows for f in broken)},
    )


def code_version(table: Table) -> str:
    """Version of what makes the table: its two files, and what it reads."""
    return digest(table.model_dump_json())


def _asset(table: Table) -> dg.AssetsDefinition:
    own = [check for check in checks(table) if check.kind != "reference"]

    @dg.asset(
        name=table.name,
        deps=table.upstream,
        description=f"**{table.title.en} / {table.title.fr}**\n\n" + both(table.description.en, table.description.fr),
        group_name="5_tables",
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        tags={"km0/released": str(table.released).lower(), "km0/about": table.group},
        metadata={
            "dagster/column_schema": table_columns(table),
            "dagster/relation_identifier": f"km0.main.{table.name}",
            "made by": dg.MetadataValue.path(f"km0_pipeline/tables/{table.name}.sql"),
            "declared in": dg.MetadataValue.path(f"km0_pipeline/tables/{table.name}.yaml"),
            "sql": dg.MetadataValue.md(f"```sql\n{table.sql}\n```"),
        },
        code_version=code_version(table),
        check_specs=[spec(name, table.name, promises) for name, promises in _by_check(own, own)],
    )
    def asset(context: dg.AssetExecutionContext, project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        here = project.project()
        with plainly():
            made = _made(here, table, here.next_version(project.day()))
            found = run_checks(here, table, own)
        if table.name == "freshness":
            arrivals(here, project.day(), context.instance)
        return dg.MaterializeResult(
            metadata=made_metadata(here, made) | {"filled": percent(filled(made.path))} | _shown(context, table, made),
            data_version=dg.DataVersion(made.digest),
            check_results=[result(name, table.name, results) for name, results in _by_check(own, found)],
        )

    return asset


def _made(project: Project, table: Table, version: str) -> Made:
    """The table, made; one that tells what differs from the last snapshot is made as the others leave."""
    if not table.compares:
        return build_table(project, table, version=version)
    path = project.made(table.step)
    before = path.stat().st_mtime_ns if path.exists() else None
    leave(project, all_tables(), version)
    found = made(project, table.step)
    return replace(found, reused=found.reused or path.stat().st_mtime_ns == before)  # the gate does nothing again where nothing changed


def _by_check(promises: list[Check], items: list[T]) -> Iterator[tuple[str, list[T]]]:
    """`items`, one a promise, by the Dagster check that holds them."""
    for name, kinds in CHECKS.items():
        held = [item for promise, item in zip(promises, items, strict=True) if promise.kind in kinds]
        if held:
            yield name, held


def _shown(context: dg.AssetExecutionContext, table: Table, made: Made) -> dict[str, Any]:
    """Column lineage and first rows: as shown last, where the table's files, and for the rows its content, have not changed since."""
    event = context.instance.get_latest_materialization_event(context.asset_key)
    last = event.asset_materialization if event else None
    tags, shown = (last.tags or {}, last.metadata) if last else ({}, {})
    if tags.get(CODE_VERSION) != code_version(table):
        shown = {}
    lineage = shown.get(LINEAGE) or table_lineage(table)  # it takes seconds to trace them all
    if ROWS in shown and tags.get(DATA_VERSION) == made.digest:
        return {LINEAGE: lineage, ROWS: shown[ROWS]}
    return {LINEAGE: lineage} | ({ROWS: first_rows(table, made)} if table.released else {})
