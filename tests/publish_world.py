"""A small world of two tables, for the tests of `publish`: plainly fictional, and full of what breaks CSV."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.steps import Project, make
from km0_pipeline.tables.table import Table, all_tables, arrow_schema

DAY = date(2026, 11, 22)
FRESH = {"source": "press", "kind": "press", "documents": 1, "records": 3, "last_new_on": DAY, "state": "unknown"}
"""Without it there would be nothing to publish: nothing was read."""

ODD_TEXTS = (
    "plain",
    "a comma, here",
    'a "quote"',
    "two\nlines",
    "carriage\rreturn",
    "both\r\n",
    "=1+1",
    "+33",
    "@here",
    " spaces around ",
    "#comment",
    "NULL",
    "true",
    "\\n",
    '"',
    "emoji 🚀 and \u202eright to left",
    "<script>alert(1)</script>",
    "nul\x00inside",
    "x" * 10_000,
    None,
)


def _text(words: str) -> dict[str, str]:
    return {"en": words, "fr": f"{words} (en français)"}


def _field(name: str, kind: str, privacy: str = "public", **constraints: Any) -> dict[str, Any]:
    texts = {"title": _text(name.capitalize()), "description": _text(f"The {name} | of a thing.")}
    return {"name": name, "type": kind, "privacy": privacy, **texts, "constraints": constraints}


def a_table(name: str, *fields: dict[str, Any], **more: Any) -> Table:
    """A table keyed by its first field."""
    return Table.model_validate(
        {
            "name": name,
            "sql": "",
            "title": _text(name.capitalize()),
            "description": _text(f"All the {name} of a fictional hub."),
            "released": True,
            "group": "ecosystem",
            "fields": fields,
            "primaryKey": [fields[0]["name"]],
            **more,
        }
    )


WORKSHOPS = a_table(
    "workshops",
    _field("workshop_id", "string", required=True, pattern="wor-[0-9]{4}"),
    _field("name", "string"),
    _field("founded_on", "date"),
    _field("headcount", "integer", minimum=0),
    _field("area_m2", "number"),
    _field("open", "boolean"),
)
VISITS = a_table(
    "visits",
    _field("visit_id", "string", required=True),
    _field("workshop_id", "string"),
    foreignKeys=[{"fields": ["workshop_id"], "reference": {"resource": "workshops", "fields": ["workshop_id"]}}],
)
TABLES = (WORKSHOPS, VISITS)


def workshops(names: Iterable[str | None] = ODD_TEXTS) -> list[dict[str, Any]]:
    """A workshop a name; other cells full, zero or unknown in turn."""
    return [
        {
            "workshop_id": f"wor-{n:04}",
            "name": name,
            "founded_on": date(1839, 9, 1) + timedelta(n) if n % 3 else None,
            "headcount": (n % 4 - 1) * 100 if n % 4 else None,
            "area_m2": n / 3 if n % 5 else None,
            "open": (True, False, None)[n % 3],
        }
        for n, name in enumerate(names)
    ]


def fill(project: Project, table: Table, rows: list[dict[str, Any]], extra: dict[str, pa.Array] | None = None) -> None:
    """Make `data/warehouse/table_<name>.parquet` with these rows, as the step that makes it would."""
    made = pa.Table.from_pylist(rows, arrow_schema(table))
    for name, values in (extra or {}).items():
        made = made.append_column(name, values)
    make(project, table.step, lambda path: pq.write_table(made, path, compression="zstd"), version=repr((rows, extra)))


def fill_world(project: Project, names: Iterable[str | None] = ODD_TEXTS) -> None:
    """Make both tables of this world; the second refers to rows of the first."""
    rows = [w | {"headcount": abs(w["headcount"]) if w["headcount"] is not None else None} for w in workshops(names)]
    fill(project, WORKSHOPS, rows)
    fill(project, VISITS, [{"visit_id": f"v{n}", "workshop_id": rows[n % len(rows)]["workshop_id"] if n else None} for n in range(9)])


def fill_steps(project: Project) -> None:
    """Make the steps that say who may not leave, which `changes` reads: of nobody."""
    from km0_pipeline.register.statements import ROWS

    text = pa.string()
    make(project, "entity_mentions", lambda path: pq.write_table(pa.table({c: pa.array([], text) for c in ("mention_id", "entity_id", "kind", "name", "siren")}), path), version="0")
    make(project, "entity_withheld", lambda path: pq.write_table(pa.table({"entity_id": pa.array([], text), "whole": pa.array([], pa.bool_())}), path), version="0")
    make(project, "register_rows", lambda path: pq.write_table(ROWS.empty_table(), path), version="0")


def fill_library(project: Project) -> None:
    """Make every table of the library: a source and its freshness, two organisations and a place; the others empty."""
    fill_steps(project)
    document = "d" * 20
    seen = {"sources": 1, "first_document_id": document, "first_locator": "char:0-9"}
    rows: dict[str, list[dict[str, Any]]] = {
        "sources": [{"document_id": document, "kind": "press", "title": "Fictive, la gazette", "format": "md", "path": "press/fictive.md", "first_version": "2026.11.22"}],
        "freshness": [FRESH],
        "organisations": [
            {"organisation_id": "org-00000000000000aa", "name": "Atelier Fictif, « l'essai »", "is_hub": False, **seen},
            {"organisation_id": "org-00000000000000bb", "name": "=Fabrique Imaginaire", "area_m2": 12.5, "is_hub": True, **seen},
        ],
        "places": [{"place_id": "pla-00000000000000cc", "name": "Ville-Inventée", "latitude": 47.75, "longitude": 7.34, **seen}],
    }
    for table in all_tables():
        fill(project, table, rows.get(table.name, []))
