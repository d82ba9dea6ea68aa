"""Small fictional snapshots one after the other, of the library's own tables, for the tests of what changes between versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from publish_world import DAY, FRESH, fill, fill_steps

from km0_pipeline.publish.snapshot import Published, publish
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import all_tables

DOCUMENT = "d" * 20
SEEN = {"sources": 1, "first_document_id": DOCUMENT, "first_locator": "char:0-9"}
TOLD = {"document_id": DOCUMENT, "locator": "char:0-9", "qualifier": "exact"}
SOURCE = {"document_id": DOCUMENT, "kind": "press", "title": "L'écho", "publisher": "Gazette fictive", "published_on": "2026-11-20", "format": "md", "path": "press/e.md", "url": "https://gazette.example/echo", "first_version": "2026.11.22"}
Rows = Mapping[str, list[dict[str, Any]]]


def org(n: int, name: str, **cells: Any) -> dict[str, Any]:
    return {"organisation_id": f"org-{n:016x}", "name": name, "is_hub": False, **SEEN, **cells}


def person(n: int, name: str, **cells: Any) -> dict[str, Any]:
    return {"person_id": f"per-{n:016x}", "name": name, **SEEN, **cells}


def headcount(n: int, of: int, figure: int, scope: str = "people", **cells: Any) -> dict[str, Any]:
    return {"headcount_id": f"hdc-{of:016x}-{n:08x}", "organisation_id": f"org-{of:016x}", "headcount": figure, "scope": scope, **TOLD, **cells}


def tenancy(of: int, host: int, status: str, **cells: Any) -> dict[str, Any]:
    return {"tenancy_id": f"ten-{of:016x}-00000000", "organisation_id": f"org-{of:016x}", "host_id": f"org-{host:016x}", "status": status, "basis": "press", "document_id": DOCUMENT, "locator": "char:0-9", **cells}


def redirect(old: str, new: str, reason: str = "merge") -> dict[str, Any]:
    return {"old_id": old, "new_id": new, "reason": reason, "first_version": "2026.11.22"}


def founding(n: int, who: Mapping[str, Any], of: str) -> dict[str, Any]:
    """The claim for which a person may be named."""
    said = {"document_id": DOCUMENT, "locator": "char:0-9", "subject_id": f"m{n:019x}", "subject_kind": "person", "property": "founder_of", "value": f"m{n + 1:019x}"}
    more = {"value_kind": "mention", "qualifier": "exact", "confidence": 1.0, "stated_on": "2026-11-20", "first_version": "2026.11.22"}
    return {"claim_id": f"{n:020x}", "entity_id": who["person_id"], "object_entity_id": of, **said, **more}


def write(project: Project, rows: Rows) -> None:
    """Make every table of the library with these rows, a source beside them, and what lets people be named; `changes` is made as they leave."""
    if people := rows.get("people"):
        of = min(row["organisation_id"] for row in rows["organisations"])
        rows = {"claims": [founding(int(who["person_id"][4:], 16), who, of) for who in people], **rows}
    fill_steps(project)
    for t in all_tables():
        if t.name != "changes":
            fill(project, t, sorted(rows.get(t.name, {"sources": [SOURCE], "freshness": [FRESH]}.get(t.name, [])), key=lambda row, t=t: [row[k] for k in t.primary_key]))


def lossy(project: Project) -> Project:
    """The project where any number of rows may go."""
    limits = project.hub.limits.model_copy(update={"row_drop": 1.0})
    return replace(project, hub=project.hub.model_copy(update={"limits": limits}))


def published(project: Project, rows: Rows, day: date | int = 0) -> Published:
    """A snapshot of these rows, of that day or so many days after the first."""
    day = DAY + timedelta(day) if isinstance(day, int) else day
    project = lossy(project)
    write(project, rows)
    return publish(project, day)
