"""The end of the flow: the database assembled from the tables, and the snapshot that people download.

Both come after every table, so one blocking check that fails stops them.
"""

from itertools import chain
from typing import Any

import dagster as dg

from assets.describe import both, made_metadata, over_versions
from assets.resources import ProjectResource, plainly
from assets.sources import OWNERS
from assets.tables import result, spec
from km0_pipeline.publish.figures import figures
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.summary import summary
from km0_pipeline.tables.build import assemble
from km0_pipeline.tables.checks import checks, run_checks
from km0_pipeline.tables.table import all_tables

VERSION, UNCHANGED = "km0/version", "km0/unchanged"
"""Tags of a run: the version that it published, or the one that it found to say the same."""
TABLES = [t.name for t in all_tables()]
BETWEEN = {t: found for t in all_tables() if (found := [c for c in checks(t) if c.kind == "reference"])}
"""Promises between tables, by the table that makes them."""


@dg.asset(
    name="km0_duckdb",
    deps=TABLES,
    description=both(
        "All tables in one DuckDB file, with keys and comments, to ask questions of.",
        "Toutes les tables dans un fichier DuckDB, avec clés et commentaires, pour l'interroger.",
    ),
    group_name="6_published",
    kinds={"duckdb"},
    owners=OWNERS,
    check_specs=[spec("references", "km0_duckdb", chain(*BETWEEN.values()))],
)
def database(project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    here = project.project()
    with plainly():
        made = assemble(here)
        found = [f for table, promises in BETWEEN.items() for f in run_checks(here, table, promises)]
    return dg.MaterializeResult(
        metadata=made_metadata(here, made),
        data_version=dg.DataVersion(made.digest),
        check_results=[result("references", "km0_duckdb", found)],
    )


@dg.asset(
    deps=[*TABLES, "km0_duckdb"],
    description=both(
        "The snapshot in data/published: each released table as Parquet and CSV and in one workbook, dictionary, checksums. Same content: none.",
        "L'instantané dans data/published : chaque table publiée en Parquet, en CSV et dans un classeur, dictionnaire, sommes. Même contenu : aucun.",
    ),
    group_name="6_published",
    kinds={"parquet", "csv"},
    owners=OWNERS,
)
def snapshot(context: dg.AssetExecutionContext, project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    here = project.project()
    with plainly():
        published = publish(here, project.day())
    context.instance.add_run_tags(context.run.run_id, {VERSION if published.new else UNCHANGED: published.version})
    shown: dict[str, Any] = {
        "version": published.version,
        "unchanged": not published.new,
        "folder": dg.MetadataValue.path(here.address(published.version)),
        "files": published.files,
        "bytes": published.bytes,
        "rows": dg.MetadataValue.json(published.rows),
        "checks": published.checks,
        "summary": dg.MetadataValue.md(summary(here, published)),
    }
    return dg.MaterializeResult(
        metadata=shown | over_versions(figures(here)),
        data_version=dg.DataVersion(published.content_digest),
    )
