"""What the SQL of a table may read besides tables.

Belongs here: steps and what `build` makes, with the columns that may be published; and the sources that hub.toml names.
"""

from __future__ import annotations

from km0_pipeline.claims import CLAIMS, REJECTS
from km0_pipeline.hub import Hub
from km0_pipeline.press.review import REVIEWED
from km0_pipeline.registries.columns import PROPERTIES as COLUMNS

STEPS: dict[str, tuple[str, ...]] = {
    "press_feeds": ("name", "outcome", "unreached_since"),
    "press_documents": ("document_id", "path", "format", "title", "publisher", "url", "published_on", "language", "licence"),
    "press_stories": ("document_id", "story_id", "superseded_by"),
    "press_reviewed": tuple(REVIEWED.names),
    "decision_rejects": tuple(REJECTS.names),
    "press_rejects": tuple(REJECTS.names),
    "registry_documents": ("document_id", "path", "source", "title", "publisher", "url", "stated_on", "licence", "format", "rows", "at_hub", "left_after", "seen_again"),
    "registry_columns": ("document_id", "sheet", "position", "header", "property", "locator", "how"),
    "registry_rows": (
        *("document_id", "source", "sheet", "row", "mention_id", "at_hub", "stated_on"),
        *COLUMNS,
        "headcount_qualifier",
    ),
    "registry_claims": tuple(CLAIMS.names),
    "registry_rejects": tuple(REJECTS.names),
    "register_claims": tuple(CLAIMS.names),
    "register_documents": ("document_id", "path", "title", "publisher", "url", "stated_on", "licence", "format"),
    "register_rows": ("mention_id", "diffusion"),
    "address_claims": tuple(CLAIMS.names),
    "address_documents": ("document_id", "path", "title", "publisher", "url", "stated_on", "licence", "format"),
    "hub_claims": tuple(CLAIMS.names),
    "entity_mentions": (
        *("mention_id", "document_id", "kind", "name", "name_key", "place_key", "siren", "entity_id", "stage", "single", "is_hub"),
    ),
    "entity_rejects": tuple(REJECTS.names),
    "entity_redirects": ("old_id", "new_id", "reason"),
    "entity_withheld": ("entity_id", "whole"),
}
"""Steps whose Parquet a table's SQL may read, and their columns that may be published."""

DERIVED: dict[str, tuple[str, ...]] = {
    "vocabulary": ("property", "value_kind", "releasable"),
    "hub_sources": ("source", "kind", "folder", "title", "expected_every"),
    "decided": ("source", "lines"),
    "differences": ("table_name", "row_id", "change", "column_name", "old_value", "new_value"),
}
"""Relations that `build` makes: the properties of `claims.py`; the sources of hub.toml; files of decisions and how many each holds; what differs from the last snapshot in tracked tables."""


def hub_sources(hub: Hub) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """The sources of hub.toml, as rows of the relation `hub_sources`; `folder` is that of press, below data/raw."""
    found = [("press", "press", hub.press.path, "", hub.press.expected_every)]
    found += [(f"press/{f.name}", "feed", f"{hub.press.path}/{f.name}", f.publisher, f.expected_every) for f in hub.feeds]
    found += [(f"registries/{r.name}", "registry", "", r.title, r.expected_every) for r in hub.registries]
    if hub.register.stock or hub.register.service:
        found.append(("register", "register", "", "", hub.register.expected_every))
    if hub.geocoder.url:
        found.append(("geocoder", "geocoder", "", "", hub.geocoder.expected_every))
    return [(source, kind, folder or None, title or None, every or None) for source, kind, folder, title, every in found]
