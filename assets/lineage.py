"""Where the columns of tables and steps come from, as far as the raw sources.

Of a table the columns are traced in its SQL. A step is Python, so what its columns rest on is declared
here, by the column that is read: `RESTS`. Of the rows of a registry it is known better: the headings in which each registry
has what stands in a column. So from a published value one comes, column by column, to the spreadsheet's own heading or to the press.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import dagster as dg
import pyarrow.parquet as pq

from assets.sources import key_of, sources_of
from km0_pipeline.hub import Hub
from km0_pipeline.registries.columns import PROPERTIES
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Table, lineage

CONTENT = "content"
"""The one column of a source that is no table: what is in its files, or what it answers."""
Rests = dict[str, tuple[str, ...]]
_REGISTER: Rests = {"": ("register.content", "registry_rows.siren", "registry_rows.siret", "register_links.siren")}
_DECIDED: Rests = {"": ("decisions.content",)}
_FILES: Rests = {"": ("registry_files.document_id",), "source": ("registry_files.source",)}

RESTS: dict[str, Rests] = {
    "press_feeds": {"": ("feed.content",)},
    "press_feed_rejects": {"": ("feed.content",)},
    "press_files": {"": ("press.content", "feed.content")},
    "press_documents": {"": ("press_files.document_id",), "path": ("press_files.path",), "licence": ("press_files.document_id", "hub_toml.content")},
    "press_rejects": {"": ("press_files.document_id",), "path": ("press_files.path",)},
    "press_stories": {"": ("press_documents.text",), "document_id": ("press_documents.document_id",)},
    "press_spans": {"": ("press_documents.text",), "document_id": ("press_documents.document_id",)},
    "press_claims": {
        "": ("press_documents.text", "press_spans.label"),
        "document_id": ("press_documents.document_id",),
        "stated_on": ("press_documents.published_on",),
        "as_of": ("press_documents.text", "press_documents.published_on"),
    },
    "claim_decisions": _DECIDED,
    "decision_rejects": _DECIDED,
    "press_reviewed": {"": ("press_claims.*",), "confidence": ("press_claims.confidence", "claim_decisions.decision")},
    "registry_files": {"": ("registry.content",)},
    "registry_rows": _FILES | {"stated_on": ("registry_files.path", "hub_toml.content")},
    "registry_kept_back": _FILES,
    "registry_columns": _FILES,
    "registry_documents": _FILES | {"path": ("registry_files.path",), **dict.fromkeys(("title", "publisher", "url", "licence", "at_hub", "left_after"), ("hub_toml.content",))},
    "registry_rejects": _FILES | {"path": ("registry_files.path",)},
    "register_files": {"": ("register.content",)},
    "register_file_rejects": {"": ("register.content",)},
    "register_units": {"": ("register_files.document_id",)},
    "register_names": {"": ("register_files.document_id",)},
    "register_links": {"": ("registry_rows.name", "press_reviewed.value", "register.content", "decisions.content")},
    "register_claims": _REGISTER,
    "register_rows": _REGISTER,
    "register_documents": {"": ("register.content",)},
    "register_rejects": _REGISTER,
    "address_claims": {"": ("registry_rows.address", "registry_rows.postcode", "registry_rows.commune", "hub_claims.value", "geocoder.content")},
    "address_documents": {"": ("geocoder.content",)},
    "address_rejects": {"": ("registry_rows.address", "geocoder.content")},
    "registry_claims": {
        "": ("registry_rows.row", "registry_columns.property"),
        "document_id": ("registry_documents.document_id",),
        "stated_on": ("registry_rows.stated_on",),
        "as_of": ("registry_rows.stated_on",),
        "locator": ("registry_rows.row", "registry_columns.locator"),
        "subject_id": ("registry_rows.mention_id",),
        **dict.fromkeys(("value", "original"), tuple(f"registry_rows.{name}" for name in PROPERTIES)),
    },
    "hub_claims": {"": ("hub_toml.content",)},
    "entity_mentions": {
        "": ("press_reviewed.value", "registry_rows.name", "hub_claims.value", "decisions.content"),
        "mention_id": ("press_reviewed.subject_id", "registry_rows.mention_id", "hub_claims.subject_id"),
        "document_id": ("press_reviewed.document_id", "registry_rows.document_id", "hub_claims.document_id"),
        "siren": ("registry_rows.siren", "press_reviewed.value", "register_links.siren", "decisions.content"),
    },
    "entity_redirects": {"": ("decisions.content", "registry_rows.name", "press_reviewed.value")},
    "entity_withheld": {"": ("register_rows.diffusion", "registry_kept_back.name")},
    "entity_doubts": {"": ("press_reviewed.value", "registry_rows.name", "hub_claims.value")},
    "entity_rejects": _DECIDED,
}
"""Step -> its column (`""`: any that is not named) -> the columns it is made from; `*`: the one of the same name; before the dot a step or a kind of source."""


DERIVED = {"hub_sources": "hub_toml", "decided": "decisions"}
"""Relation that is made for the SQL of a table -> the source that it is made of; the others tell of no source."""


def table_lineage(table: Table) -> dg.TableColumnLineage:
    """For each column, the columns of the tables, steps and sources that it is made from, as its SQL says."""

    def dep(relation: str, column: str) -> dg.TableColumnDep:
        return dg.TableColumnDep(DERIVED[relation], CONTENT) if relation in DERIVED else dg.TableColumnDep(relation, column)

    known = {*table.upstream, *DERIVED}
    return dg.TableColumnLineage({column: [dep(*d) for d in deps if d[0] in known] for column, deps in lineage(table).items()})


def step_lineage(hub: Hub, step: str, columns: Iterable[str], headings: Mapping[str, set[tuple[str, str]]] | None = None) -> dg.TableColumnLineage:
    """For each of these columns of a step, the columns of steps and of the sources of hub.toml that it is made from.

    `headings` are those of registries (`headings`): given, a column that they fill is traced to them.
    """
    rests, found = RESTS.get(step, {}), {}
    for column in columns:
        said = sorted((headings or {}).get(column, ()))
        deps = [dg.TableColumnDep(key_of(source), heading) for source, heading in said]
        for rest in () if deps else rests.get(column, rests.get("", ())):
            of, _, name = rest.partition(".")
            deps += [dg.TableColumnDep(key, column if name == "*" else name) for key in sources_of(hub, of)]
        found[column] = deps
    return dg.TableColumnLineage(found)


def headings(project: Project) -> dict[str, set[tuple[str, str]]]:
    """Property of a registry's row -> the registries that have it, each with the heading in which it does."""
    source = {r["document_id"]: r["source"] for r in pq.read_table(project.made("registry_documents"), columns=["document_id", "source"]).to_pylist()}
    found: dict[str, set[tuple[str, str]]] = {}
    for row in pq.read_table(project.made("registry_columns"), columns=["document_id", "header", "property"]).to_pylist():
        if row["property"] and row["header"] and row["document_id"] in source:
            found.setdefault(row["property"], set()).add((f"registries/{source[row['document_id']]}", row["header"]))
    return found
