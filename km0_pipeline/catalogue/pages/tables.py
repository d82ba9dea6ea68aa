"""The tables: all of them, and a page each with what it means, its first rows, its versions, and how to take it along.

All that is counted is counted in SQL, and what is listed is listed up to a limit: a table of a million rows makes a page like one of a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from km0_pipeline.catalogue.addresses import KINDS, of_entity, of_table, of_version
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages import charts
from km0_pipeline.catalogue.pages.preview import MOST, preview
from km0_pipeline.catalogue.pages.snippets import snippets
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.publish.metadata import dictionary
from km0_pipeline.publish.metadata.profile import IDENTIFYING, is_date
from km0_pipeline.publish.metadata.schema_org import of_table as described
from km0_pipeline.tables.table import all_tables

SECTION = "tables.html"
ORDER = ("organisations", "people", "places", "events", "tenancies", "headcounts", "funding", "relationships", "listings", "sources", "claims", "discrepancies", "freshness", "rejects", "changes", "redirects")
"""Tables in the order of what most ask for; others follow."""
VALUES = 8
"""Values of one column whose rows are counted, where there are not many more."""
VERSIONS = 8
EXAMPLES = 12
"""Versions, and modifications, that a table's page lists."""


def pages(edition: Edition) -> Iterator[Page]:
    groups = {t.name: t.group for t in all_tables()}
    names = sorted(edition.tables, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))
    split = [[n for n in names if (groups.get(n, "ecosystem") == "provenance") is late] for late in (False, True)]
    about = ("Ce que le hub publie : chaque table, ce qu'elle contient, ce qui y a changé, et ses fichiers.", "What the hub publishes: each table, what it holds, what changed in it, and its files.")
    told = edition.versions[-1].get("changes", {})
    said = {"groups": split, "of_table": of_table, "files_of": partial(_files, edition), "changed": told.get("tables", {}), "since": told.get("since"), "whole": _whole(edition)}
    yield Page(SECTION, "tables.html.j2", ("Les données", "The data"), said, about, section=SECTION)
    for name in names:
        table = edition.tables[name]
        yield Page(
            of_table(name), "table.html.j2", (table["title"], table["km0:title_en"]), _said(edition, name),
            (table["description"], table["km0:description_en"]), section=SECTION, scripts=("preview.js", "copy.js", "provenance.js"),
            own={"indexed": name != "people"},
        )  # fmt: skip


def _said(edition: Edition, name: str) -> dict[str, Any]:
    found = charts.rows(edition, name)
    return {
        "name": name, "table": edition.tables[name], "preview": preview(edition, name), "most": MOST,
        "dictionary": {language: dictionary.table(edition.package, name, language, edition.profiles[name])["columns"] for language in ("fr", "en")},
        "shares": {c: n / edition.profiles[name].rows for c, n in edition.profiles[name].filled.items()} if edition.profiles[name].rows else {},
        "values": _values(edition, name), "chart": partial(charts.figure, edition, name, found) if found else None,
        "files": _files(edition, name), "whole": _whole(edition), "snippets": snippets(edition, name),
        "changed": edition.versions[-1].get("changes", {}), "modified": _modified(edition, name), "versions": edition.versions[: -VERSIONS - 1 : -1],
        "older": max(len(edition.versions) - VERSIONS, 0), "jsonld": _jsonld(edition, name), "of_version": of_version, "of_table": of_table,
    }  # fmt: skip


def _files(edition: Edition, name: str) -> list[Mapping[str, Any]]:
    """Its files: path, bytes, sha256."""
    return [edition.files[path] for path in (f"{name}.csv", f"{name}.parquet") if path in edition.files]


def _whole(edition: Edition) -> list[Mapping[str, Any]]:
    """The files that hold every table."""
    return [f for path, f in sorted(edition.files.items()) if path.endswith((".xlsx", ".zip"))]


def _jsonld(edition: Edition, name: str) -> dict[str, Any]:
    found = {"@context": "https://schema.org/"} | described(edition.hub, edition.package, name, edition.profiles[name])
    base = edition.hub.publisher.base_url
    return found | ({"url": base + of_table(name)} if base else {})


def _values(edition: Edition, name: str) -> dict[str, dict[str, Any]]:
    """By column, the values that are often there with their number of rows (`counts`), or the least and the greatest (`range`)."""
    fields = [f for f in edition.tables[name]["schema"]["fields"] if edition.profiles[name].filled[f["name"]] and f.get("km0:property") not in IDENTIFYING]
    ranged = [f for f in fields if f["type"] in ("integer", "number") or is_date(f)]
    counted = [f for f in fields if f not in ranged and f["km0:privacy"] != "person_public_role" and not f["name"].endswith(("_id", "name", "names", "locator")) and _few(f)]
    found: dict[str, dict[str, Any]] = {}
    asked = [f'min("{f["name"]}"), max("{f["name"]}")' for f in ranged] + [f'approx_count_distinct("{f["name"]}")' for f in counted]
    if not asked:
        return {}
    first = edition.db.execute(f'select {", ".join(asked)} from "{name}"').fetchall()[0]
    for i, f in enumerate(ranged):
        found[f["name"]] = {"range": first[2 * i : 2 * i + 2], "how": "date" if is_date(f) else "number"}
    for f, distinct in zip(counted, first[2 * len(ranged) :], strict=True):
        if distinct <= 4 * VALUES:
            column = f'"{f["name"]}"'
            rows = edition.rows(f'select {column} as value, count(*) as n from "{name}" where {column} is not null group by all order by n desc, value')
            if _is_coded(f) or len(rows) < edition.profiles[name].filled[f["name"]]:
                how = "called" if f["name"] in ("property", "relation") else "scope" if f["name"] == "scope" else "code" if _is_coded(f) else "text"
                found[f["name"]] = {"counts": rows[:VALUES], "more": len(rows) - VALUES, "how": how}
    return found


def _is_coded(field: Mapping[str, Any]) -> bool:
    return field["type"] == "boolean" or "enum" in field.get("constraints", {}) or field["name"] in ("kind", "reason")


def _few(field: Mapping[str, Any]) -> bool:
    """Whether few values may be all there are: codes and short names, no open text."""
    return _is_coded(field) or field["name"] in ("property", "publisher", "commune", "department", "language", "licence", "format", "method", "table_name", "column_name", "size_band", "legal_form", "space", "unit")


def _modified(edition: Edition, name: str) -> dict[str, Any]:
    """Cells of the table that changed since the version before: how many in each column, and the first; not those that tell of people."""
    fields = {f["name"]: f for f in edition.tables[name]["schema"]["fields"]}
    if "changes" not in edition.tables or not edition.tables["changes"]["km0:rows"]:
        return {"columns": [], "examples": []}
    counts = edition.rows("select column_name as name, count(*) as n from changes where table_name = ? and change = 'modify' group by all order by n desc, name", name)
    private = [c for c, f in fields.items() if f["km0:privacy"] == "person_public_role"]
    examples = [] if private and name == "people" else edition.rows(
        "select row_id, column_name, old_value, new_value from changes where table_name = ? and change = 'modify' and column_name not in (select unnest(?)) "
        f"order by row_id, column_name limit {EXAMPLES}", name, private or [""],
    )  # fmt: skip
    for e in examples:
        e["address"] = of_entity(e["row_id"]) if e["row_id"][:3] in KINDS else ""
    return {"columns": [(fields.get(r["name"]), r["name"], r["n"]) for r in counts], "examples": [(fields.get(e["column_name"]), e) for e in examples]}
