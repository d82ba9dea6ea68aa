"""SQL in the page: the published tables, some questions to begin with, and the engine that answers them.

The engine (`make frontend`) is fetched from the site itself, and only when the first query is run. Without it the page says so and shows
how the same queries run elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.rendering import Page

ADDRESS = "sql.html"
ENGINE = "vendor/engine/engine.js", "vendor/engine/duckdb.wasm.bin"
"""Paths below the folder of assets: the worker, and DuckDB, gzipped."""

SHOWN, KEPT = 1_000, 100_000
"""Rows of a result that the page shows, and that it keeps for the CSV."""

EXAMPLES: tuple[tuple[str, str, str], ...] = (
    (
        "Qui occupe quel espace, et selon qui ?", "Who is in which space, and who says so?",
        """select o.name, t.space, t.area_m2, t.valid_from, t.status, s.publisher
from tenancies t
join organisations o using (organisation_id)
join sources s using (document_id)
where t.status not in ('left', 'planned')
order by o.name, t.space nulls last, t.valid_from""",
    ),
    (
        "Qui finance qui, et de combien ?", "Who funds whom, and with how much?",
        """select recipient_name, funder_name, max(amount_eur) as amount_eur,
       string_agg(distinct publishers, ', ' order by publishers) as said_by
from funding
group by all
order by amount_eur desc nulls last, funder_name""",
    ),
    (
        "Qui dirige, qui a fondé, qui travaille où ?", "Who heads, founded or works for what?",
        """select p.name, r.relation, r.object_name as organisation, r.stated_on, p.sources
from relationships r
join people p on p.person_id = r.subject_id
order by organisation, r.relation, p.name""",
    ),
    (
        "Les effectifs, et la source de chaque chiffre", "Headcounts, and the source of each figure",
        """select o.name, h.headcount, h.qualifier, h.scope, h.as_of, s.publisher, s.title, s.url
from headcounts h
join organisations o using (organisation_id)
join sources s using (document_id)
order by o.name, h.scope, h.as_of nulls last, h.headcount""",
    ),
    (
        "Sur quoi les sources se contredisent", "On what sources disagree",
        """select entity_name, property, scope, chosen_value, other_values, reason
from discrepancies
order by entity_name, property""",
    ),
    (
        "Ce que l'on dit du hub, mot pour mot", "What is said of the hub, word for word",
        """select c.property, c.value, c.original, c.confidence, s.publisher, s.published_on
from claims c
join organisations o on o.organisation_id = c.entity_id
join sources s using (document_id)
where o.is_hub
order by c.property, s.published_on nulls last, c.claim_id""",
    ),
    (
        "Ce que chaque éditeur a apporté", "What each publisher contributed",
        """select s.publisher, count(distinct s.document_id) as documents, count(c.claim_id) as claims,
       round(avg(c.confidence), 2) as confidence
from sources s
left join claims c using (document_id)
group by s.publisher
order by claims desc, s.publisher""",
    ),
    (
        "Les événements, année par année", "Events, year by year",
        """select left(coalesce(e.held_on, e.announced_on), 4) as year, e.name, e.kind, e.status, o.name as organisation
from events e
left join organisations o using (organisation_id)
order by year nulls last, e.name""",
    ),
    (
        "Les mètres carrés par type d'occupant", "Floor area by kind of tenant",
        """select coalesce(o.kind, '?') as kind, count(distinct o.organisation_id) as tenants, sum(t.area_m2) as area_m2
from tenancies t
join organisations o using (organisation_id)
group by 1
order by area_m2 desc nulls last, kind""",
    ),
    (
        "Les organisations, commune par commune", "Organisations, commune by commune",
        """select coalesce(o.commune, '?') as commune, o.department, count(*) as organisations,
       string_agg(o.name, ', ' order by o.name) as names
from organisations o
group by 1, 2
order by organisations desc, commune""",
    ),
)  # fmt: skip
"""Questions in French and English, each with its SQL; over the tables of `km0_pipeline/tables`."""


def pages(edition: Edition) -> Iterator[Page]:
    said = {"tables": [_table(edition, name) for name in edition.tables], "examples": EXAMPLES, "engine": engine(), "shown": SHOWN, "kept": KEPT}
    yield Page(
        ADDRESS, "sql.html.j2", ("Interroger les données en SQL", "Query the data in SQL"), said,
        ("Toutes les tables publiées, jointes entre elles, dans votre navigateur.", "All published tables, joined, in your browser."),
        section=ADDRESS, scripts=("sql.js",),
    )  # fmt: skip


def engine() -> dict[str, Any] | None:
    """Where the engine's files lie below the folder of assets, and how many bytes it has; None where `make frontend` could not get it."""
    static = Path(str(files("km0_pipeline.catalogue") / "static"))
    worker, wasm = ENGINE
    if not all((static / path).is_file() for path in ENGINE):
        return None
    return {"worker": worker, "wasm": wasm, "wasm_bytes": (static / wasm).stat().st_size, "bytes": sum((static / path).stat().st_size for path in ENGINE)}


def _table(edition: Edition, name: str) -> dict[str, Any]:
    """What the page says of a table, and what the engine needs: its file, and its columns' types as DuckDB names them."""
    table, file = edition.tables[name], f"{name}.parquet"
    titles = {f["name"]: (f["title"], f["km0:title_en"]) for f in table["schema"]["fields"]}
    columns = [
        {"name": c["column_name"], "type": c["column_type"], "title": titles[c["column_name"]]} for c in edition.rows(f"describe {name}")
    ]
    return {
        "name": name, "title": (table["title"], table["km0:title_en"]), "file": file, "rows": table["km0:rows"],
        "bytes": edition.files[file]["bytes"], "columns": columns,
    }  # fmt: skip
