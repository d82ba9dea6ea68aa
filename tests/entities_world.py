"""A small fictional world of mentions: registry rows and press claims, written as the steps before `entities` write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from press_world import accepted

from km0_pipeline.claims import Claim, digest, mention_id
from km0_pipeline.entities.resolve import entity_mentions, hub_claims
from km0_pipeline.register.links import DOUBTS, LINKS
from km0_pipeline.register.statements import ROWS
from km0_pipeline.steps import Project, made, make
from km0_pipeline.storage import read_json, write_json

COLUMNS = ("source", "name", "siren", "siret", "postcode", "commune", "commune_code")

PUBLISHED = """
copy (
    select entity_id as {key}, min(name) as name,
        nullif(string_agg(distinct name, '|' order by name), min(name)) as other_names, {more}
    from mentions where kind = '{kind}' group by entity_id
    {before}
) to '{path}' (format parquet)
"""

BEFORE = """
union all by name
from '{path}' where {key} not in (select entity_id from mentions) and {key} not in (select old_id from redirects)
"""
"""Who was published before and is not spoken of any more stays in the table, as in tables/organisations.sql."""


@dataclass
class World:
    """Everything that sources say; `resolve` gives each mention its entity, `publish` makes it the last snapshot."""

    project: Project
    rows: list[dict[str, Any]] = field(default_factory=list)
    kept_back: list[dict[str, Any]] = field(default_factory=list)
    press: list[Claim] = field(default_factory=list)

    def row(self, n: int, name: str, edition: str = "registre", at_hub: bool = True, stated_on: str = "", **cells: str | None) -> str:
        """A row of a registry; returns its mention."""
        document = digest(edition)
        mention = mention_id(document, "organisation", f"row:{n}")
        known = dict.fromkeys(COLUMNS) | {"document_id": document, "mention_id": mention, "at_hub": at_hub, "stated_on": stated_on, "source": "locataires"}
        self.rows.append(known | {"name": name} | cells)
        return mention

    def said(self, article: str, name: str, subject: Any = "organisation", **claims: str) -> str:
        """A mention of an article, and what is said of it; returns the mention."""
        document = digest(article)
        mention = mention_id(document, subject, name)
        for n, (prop, value) in enumerate({"name": name, **claims}.items()):
            self.press.append(Claim(document, f"char:{n}-{n + 1}", mention, subject, prop, value, value, method="t/1"))
        return mention

    def resolve(self) -> dict[str, str]:
        """Mention -> entity."""
        schema = pa.schema([*((c, pa.string()) for c in (*COLUMNS, "siren_original", "siret_original", "document_id", "mention_id", "stated_on")), ("at_hub", pa.bool_())])
        inputs = {"registry_rows": pa.Table.from_pylist(self.rows, schema), "registry_kept_back": pa.Table.from_pylist(self.kept_back, schema), "register_rows": ROWS.empty_table(), "register_links": LINKS.empty_table(), "register_doubts": DOUBTS.empty_table(), "press_reviewed": accepted(self.press)}
        for name, data in inputs.items():
            content = digest(*(str(r) for r in data.to_pylist()), length=64)
            make(self.project, name, lambda path, data=data: pq.write_table(data, path), version="t/1", parameters=[content])
        hub_claims(self.project)
        entity_mentions(self.project)
        return {m["mention_id"]: m["entity_id"] for m in self.mentions()}

    def mentions(self) -> list[dict[str, Any]]:
        return list(pq.read_table(made(self.project, "entity_mentions").path).to_pylist())

    def mention(self, mention: str) -> dict[str, Any]:
        return next(m for m in self.mentions() if m["mention_id"] == mention)

    def redirects(self) -> list[tuple[str, str, str]]:
        return [tuple(r.values()) for r in pq.read_table(made(self.project, "entity_redirects").path).to_pylist()]

    def publish(self) -> None:
        """Publish what `resolve` found: the tables that ids are taken from, as a snapshot has them."""
        index = read_json(self.project.published / "index.json") or {"latest": None, "versions": []}
        version = f"2026.1.{len(index['versions']) + 1}"
        folder = self.project.published / version
        folder.mkdir(parents=True)
        last = self.project.last_snapshot()
        with duckdb.connect() as db:
            db.execute(f"create view mentions as from '{made(self.project, 'entity_mentions').path}'")
            db.execute(f"create view redirects as from '{made(self.project, 'entity_redirects').path}'")
            for table, key, kind, more in (
                ("organisations", "organisation_id", "organisation", "min(siren) as siren, null::varchar as commune_code"),
                ("people", "person_id", "person", "null as roles"),
                ("places", "place_id", "place", "null as commune_code"),
            ):
                before = BEFORE.format(path=last / f"{table}.parquet", key=key) if last else ""
                db.execute(PUBLISHED.format(key=key, kind=kind, more=more, path=folder / f"{table}.parquet", before=before))
            db.execute(f"copy (from '{made(self.project, 'entity_redirects').path}') to '{folder / 'redirects.parquet'}' (format parquet)")
        write_json(self.project.published / "index.json", {"latest": version, "versions": [*index["versions"], {"version": version}]})


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
