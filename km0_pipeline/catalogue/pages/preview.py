"""The first rows of a table as a page shows them: said as people say them, each cell leading to what it rests on.

Belongs here: which rows and columns are shown, and where each cell leads. What is said of the table beside is in `tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from km0_pipeline.catalogue import terms
from km0_pipeline.catalogue.addresses import KINDS, of_entity, of_source, of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.publish.metadata.profile import is_date

MOST = 100
"""Rows that are shown."""
NAMES = """
select organisation_id as id, name from organisations union all select person_id, name from people
union all select place_id, name from places union all select event_id, coalesce(name, kind) from events
"""
NAMED = ("organisations", "people", "places", "events")
CLAIM_OF = {
    "headcounts": "c.document_id = t.document_id and c.locator = t.locator and c.entity_id = t.organisation_id and c.property = 'headcount'",
    "tenancies": "c.document_id = t.document_id and c.locator = t.locator and c.entity_id = t.organisation_id and c.property in ('tenant_of', 'space', 'occupied_from')",
    "relationships": "c.document_id = t.document_id and c.locator = t.locator and c.entity_id = t.subject_id and c.property = t.relation",
    "funding": "c.claim_id = t.funding_id",
    "claims": "c.claim_id = t.claim_id",
    "discrepancies": "c.claim_id = t.claim_id",
}
"""Table of statements -> the claim `c` that its row `t` tells."""
STATED = frozenset({"relation", "value", "original", "scope", "as_of", "stated_on", "qualifier", "chosen_value", "chosen_qualifier", "other_values"})
"""Columns of those tables that rest on the claim, beside those that have a property."""
LISTS = frozenset({"other_names", "roles", "publishers", "other_values"})
"""Columns of several values, with a vertical bar between them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`how` says how its `value` is said: number, date, code, called (a property), scope (what is counted), list, key or text.

    `address` is the page that it leads to; `proof`: there is what the value rests on.
    """

    value: Any
    how: str
    address: str = ""
    proof: bool = False

    @property
    def order(self) -> str:
        """What rows are sorted by, where that is not what is shown: numbers and dates as the files have them."""
        return str(self.value) if self.value is not None and self.how in ("number", "date") else ""


@dataclass(frozen=True, slots=True)
class Preview:
    """`fields` are the columns shown, as datapackage.json describes them; `empty` those in which no row of the table has a value."""

    fields: list[Mapping[str, Any]]
    rows: list[list[Cell]]
    empty: list[Mapping[str, Any]]
    total: int

    @property
    def proven(self) -> bool:
        return any(cell.proof for row in self.rows for cell in row)


def preview(edition: Edition, name: str) -> Preview:
    """The first rows by key. An id whose name stands beside it isn't shown: the name leads where the id does; the key comes last."""
    table, profile = edition.tables[name], edition.profiles[name]
    fields, keys = table["schema"]["fields"], table["schema"]["primaryKey"]
    columns = {f["name"] for f in fields}
    full = [f for f in fields if profile.filled[f["name"]] or (not profile.rows and f["name"] not in keys)]
    named = {c for c in columns if c.endswith("_id") and f"{c[:-3]}_name" in columns}
    shown = [f for f in full if f["name"] not in named and f["name"] not in keys] + [f for f in full if f["name"] in keys]
    order = ", ".join(f'"{k}"' for k in keys)
    rows = edition.rows(f'select * from "{name}" order by {order} limit {MOST}')
    links = _Links(edition, name, keys, rows)
    return Preview(shown, [[links.cell(f, row) for f in shown] for row in rows], [f for f in fields if f not in full] if profile.rows else [], profile.rows)


class _Links:
    """Where the cells of these rows lead: names of what their ids are of, claims that they rest on."""

    def __init__(self, edition: Edition, table: str, keys: list[str], rows: list[dict[str, Any]]) -> None:
        self.table, self.key = table, keys[0]
        ids = sorted({v for row in rows for v in row.values() if isinstance(v, str) and v[:4] in _BEGINNINGS})
        documents = sorted({row["document_id"] for row in rows if row.get("document_id")} | {row["first_document_id"] for row in rows if row.get("first_document_id")})
        self.names: dict[str, str] = _pairs(edition, f"select id, name from ({NAMES}) where id in (select unnest(?))", ids) if _has(edition, NAMED) else {}
        known = _has(edition, ("sources",))
        said = "select document_id, coalesce(publisher, title, kind) || coalesce(', ' || left(published_on, 4), '') from sources where document_id in (select unnest(?))"
        self.documents: dict[str, str] = _pairs(edition, said, documents) if known else {}
        self.claims: dict[str, str] = {}
        self.told: set[tuple[str, str]] = set()
        if not _has(edition, ("claims",)):
            return
        if table in CLAIM_OF:
            order = f'order by "{self.key}" limit {MOST}'
            found = edition.rows(f'select t."{self.key}" as key, min(c.entity_id || \'#c-\' || c.claim_id) as at from (from "{table}" {order}) as t join claims as c on {CLAIM_OF[table]} group by all')
            self.claims = {r["key"]: r["at"] for r in found}
        elif table in NAMED:
            found = edition.rows("select distinct entity_id, property from claims where entity_id in (select unnest(?))", [row[self.key] for row in rows])
            self.told = {(r["entity_id"], r["property"]) for r in found}

    def cell(self, field: Mapping[str, Any], row: Mapping[str, Any]) -> Cell:
        name = field["name"]
        value, how = row[name], _how(field)
        if value is None:
            return Cell(None, how)
        beside = row.get(f"{name[:-5]}_id") if name.endswith("_name") else None
        entity = beside or (value if isinstance(value, str) and value[:4] in _BEGINNINGS else None)
        if entity in self.names:
            return Cell(value if beside or name == self.key else self.names[entity], "key" if name == self.key else "text", of_entity(entity))
        if name in ("document_id", "first_document_id", "story_id", "superseded_by"):
            own = self.table == "sources"
            return Cell(value[:16] if own else self.documents.get(value, value[:16]), "key" if own else "text", of_source(value) if own or value in self.documents else "")
        proof = self._proof(field, row)
        if self.table in ("discrepancies", "claims") and name in ("value", "chosen_value", "other_values"):
            value, how = self._said(name, row)
        elsewhere = of_table(value) if name == "table_name" else of_entity(row[self.key]) if name == "name" and self.table in NAMED else ""
        return Cell(value, how, proof or elsewhere, bool(proof))

    def _proof(self, field: Mapping[str, Any], row: Mapping[str, Any]) -> str:
        prop = field.get("km0:property")
        if row[self.key] in self.claims and (prop or field["name"] in STATED):
            entity, _, claim = self.claims[row[self.key]].partition("#")
            return f"{of_entity(entity)}#{claim}"
        return f"{of_entity(row[self.key])}#{terms.anchor(prop)}" if prop and (row[self.key], prop) in self.told else ""

    def _said(self, name: str, row: Mapping[str, Any]) -> tuple[Any, str]:
        """A value of any property, as it is said."""
        other = self.names.get(row.get("object_entity_id") or "")
        if other and name == "value":
            return other, "text"
        prop, value = row["property"], row[name]
        if name == "other_values":
            return value, "list"
        if prop.endswith(("_on", "_from", "_until")) or prop in ("date", "built_in", "deadline"):
            return value, "date"
        if prop.endswith(("_eur", "_m2")) or prop == "headcount":
            return float(value), "number"
        return (value, "code") if prop == "kind" else (value, "text")


_BEGINNINGS = tuple(f"{kind}-" for kind in KINDS)


def _how(field: Mapping[str, Any]) -> str:
    name = field["name"]
    if name in LISTS:
        return "list"
    if is_date(field):
        return "date"
    if name == "property" or name == "relation":
        return "called"
    if name == "scope":
        return "scope"
    if name == "column_name":
        return "key"
    if field["type"] in ("integer", "number"):
        return "number"
    if field["type"] == "boolean" or "enum" in field.get("constraints", {}) or name in ("kind", "size_band", "reason"):
        return "code"
    return "key" if name.endswith(("_id", "locator", "_code")) or name in ("siren", "siret", "postcode", "method", "path") else "text"


def _has(edition: Edition, tables: Iterable[str]) -> bool:
    return all(t in edition.tables for t in tables)


def _pairs(edition: Edition, query: str, values: list[Any]) -> dict[str, str]:
    return {key: value for key, value in (r.values() for r in edition.rows(query, values)) if value is not None}
