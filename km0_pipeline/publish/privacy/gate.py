"""The way out: tables as the warehouse has them go in, what may leave comes out.

The allow-list first (R1, R2), then sole traders who were not asked (R5), private names in texts (R6), then whoever is left out (R7), so that nothing said before of them
remains. What differs from the last snapshot is told last, of tables that have gone through: what leaves is compared with what left. Then it goes the same
way itself, since what left before may hold what is masked now. Belongs here: that order, its reuse where nothing has changed, and what it kept back of a row.
What the rules promise of the result is asked in `rules`, of what was written in `scanner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline import reference
from km0_pipeline.claims import digest
from km0_pipeline.publish.privacy.masking import mask_names
from km0_pipeline.publish.privacy.private import opted_out, private_names
from km0_pipeline.publish.privacy.release import PublicationStopped, Release, releases
from km0_pipeline.publish.privacy.rules import RULES, personal_mailbox
from km0_pipeline.publish.privacy.suppression import Suppression, gone, sole_traders, suppression, without
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project, code_version, made
from km0_pipeline.storage import read_json, sha256, write_json
from km0_pipeline.tables.build import VERSION as TABLES
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.table import Table

VERSION = digest(code_version(__file__), code_version(reference.__file__), TABLES)
FOLDER = "leaving"
"""Below the warehouse: tables that had to be changed, as `<table>.parquet`, and `made.json`, what was done to them and of what they were made."""
GONE = "gone.parquet"
"""Beside them: ids of what goes, by rule. Like the warehouse, for stewards alone."""
ASKED = ("entity_mentions", "entity_withheld", "press_reviewed", "register_rows", "registry_kept_back", "registry_rows")
"""Steps that say who may not leave."""
Way = Callable[[list[Release]], list[Release]]


def leave(project: Project, tables: Iterable[Table], version: str) -> list[Release]:
    """What of `tables` may leave as `version`, by group and name. Raises PublicationStopped.

    Tables that tell what differs from the last snapshot (`Table.compares`) are made here. Nothing is done again where nothing has changed.
    """
    if personal := personal_mailbox(project.hub):
        raise PublicationStopped(*personal)
    tables = tuple(tables)
    telling = [t for t in tables if t.compares]
    allowed, listed = releases(project, [t for t in tables if not t.compares]), suppression(project)
    folder = project.warehouse / FOLDER
    fingerprint = _fingerprint(project, allowed, telling, listed)
    known = read_json(folder / "made.json") or {}
    if known.get("fingerprint") == fingerprint and known["telling"] == _digests(project, [t.step for t in telling]):
        return [_known(r, known["done"], folder) for r in _ordered([*allowed, *releases(project, telling)])]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.json").unlink(missing_ok=True)
    ways, left = _ways(project, allowed, listed, folder)
    for table in telling:
        build_table(project, table, version=version, leaving={r.name: r.source for r in left if r.source.parent == folder})
    told = releases(project, telling)
    for way in ways:
        told = way(told)
    found = _ordered([*left, *told])
    done = {r.name: {"withheld": r.withheld, "masked": r.masked} for r in found if r.source.parent == folder}
    write_json(folder / "made.json", {"fingerprint": fingerprint, "telling": _digests(project, [t.step for t in telling]), "done": done})
    return found


def kept_back(project: Project, table: Table, row_id: str) -> dict[str, str]:
    """What the gate kept back, when it last ran, of a row that the warehouse has: by column (under '' the whole row) by which rule, and what is published instead.

    Rules that are kept where claims and tables are made (R1 to R4, R8, R9) leave nothing there to keep back.
    """
    folder = project.warehouse / FOLDER
    done = (read_json(folder / "made.json") or {}).get("done", {}).get(table.name)
    if done is None:
        return {}
    (key,) = table.primary_key
    with connect(project.warehouse) as db:
        ours, leaves = (db.execute(f'select * from read_parquet({location(p)}) where "{key}" = ?', [row_id]).fetchone() for p in (project.made(table.step), folder / f"{table.name}.parquet"))
        if ours is None:
            return {}
        if leaves is None:
            rules = db.execute(f"select distinct rule from read_parquet({location(folder / GONE)}) where id = ? order by rule", [row_id]).fetchall()
            return {"": _by([rule for (rule,) in rules])}
    changed = [(c, new) for c, old, new in zip(table.columns, ours, leaves, strict=True) if old != new]
    return {c: f"{_by([r for r, columns in done['masked'].items() if columns.get(c)])}; published: {new or 'nothing'}" for c, new in changed}


def _by(rules: list[str]) -> str:
    titles = {rule.id: rule.en for rule in RULES}
    return "by rule " + " or ".join(f"{rule} ({titles[rule]})" for rule in rules)


def _ways(project: Project, allowed: list[Release], listed: Suppression, folder: Path) -> tuple[list[Way], list[Release]]:
    """What each rule does to tables, in order, and `allowed` after all of it. What goes by a rule is known from what the rules before it left."""
    unasked = gone(project, allowed, sole_traders(project, allowed))
    asked = without(project, allowed, unasked, folder, "R5")
    names = private_names(project, asked)
    masked = mask_names(project, asked, names, folder)
    out = gone(project, masked, listed.ids)
    rows = [{"rule": rule, "id": i} for rule, found in (("R5", unasked), ("R7", out)) for i in found.ids["id"].to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([("rule", pa.string()), ("id", pa.string())])), folder / GONE)
    left = without(project, masked, out, folder, "R7")
    silent = mask_names(project, left, opted_out(project, left), folder, "R7")
    ways: list[Way] = [
        lambda found: without(project, found, unasked, folder, "R5"),
        lambda found: mask_names(project, found, names, folder),
        lambda found: without(project, found, out, folder, "R7"),
        lambda found: mask_names(project, found, opted_out(project, found, silent), folder, "R7"),
    ]
    return ways, silent


def _fingerprint(project: Project, allowed: Iterable[Release], telling: Iterable[Table], listed: Suppression) -> str:
    """Digest of all that the gate reads."""
    tables = [t.model_dump_json() for t in (*(r.table for r in allowed), *telling)]
    made_of = _digests(project, [*(r.table.step for r in allowed), *ASKED])
    return digest(VERSION, *tables, *made_of, listed.digest, *sorted(listed.ids), project.index()["latest"] or "", length=64)


def _digests(project: Project, steps: Iterable[str]) -> list[str]:
    """Digest of the content of each step; nothing where it was not made."""
    found = []
    for step in steps:
        try:
            found.append(made(project, step).digest)
        except FileNotFoundError:
            path = project.made(step)
            found.append(sha256(path) if path.exists() else "")
    return found


def _known(release: Release, done: dict[str, Any], folder: Path) -> Release:
    """The table as the gate left it the last time."""
    if release.name not in done:
        return release
    return replace(release, source=folder / f"{release.name}.parquet", **done[release.name])


def _ordered(found: Iterable[Release]) -> list[Release]:
    return sorted(found, key=lambda r: (r.table.group, r.name))
