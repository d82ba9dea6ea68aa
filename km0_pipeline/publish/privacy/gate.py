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

from km0_pipeline import publish, reference
from km0_pipeline.claims import digest
from km0_pipeline.publish.privacy import optout
from km0_pipeline.publish.privacy.masking import mask_names
from km0_pipeline.publish.privacy.private import opted_out, private_names, refuse_opted_out
from km0_pipeline.publish.privacy.release import PublicationStopped, Release, releases
from km0_pipeline.publish.privacy.rules import RULES, personal_mailbox
from km0_pipeline.publish.privacy.suppression import Suppression, gone, sole_traders, suppression, without
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Project, code_version, made, make
from km0_pipeline.storage import read_json, sha256, write_json
from km0_pipeline.tables.build import VERSION as TABLES
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.table import Table

VERSION = digest(code_version(__file__), code_version(reference.__file__), TABLES)
FOLDER = "leaving"
"""Below the warehouse: tables that had to be changed, as `<table>.parquet`, and `made.json`, what was done to them and of what they were made."""
KEPT_BACK = "gate_kept_back"
"""What the gate kept back of each row, by column and rule: like any step's output in the warehouse, for stewards alone."""
ASKED = ("entity_mentions", "entity_withheld", "press_reviewed", "register_rows", "registry_kept_back", "registry_rows")
"""Steps that say who may not leave."""
Way = Callable[[list[Release]], list[Release]]


def leave(project: Project, tables: Iterable[Table], version: str) -> list[Release]:
    """What of `tables` may leave as `version`, by group and name. Raises PublicationStopped.

    Tables that tell what differs from the last snapshot (`Table.compares`) are made here. Nothing is done again where nothing has changed.
    """
    if personal := personal_mailbox(project.hub):
        raise PublicationStopped(*personal)
    left = _leave(project, tuple(tables), version)
    refuse_opted_out(project, left)
    return left


def _leave(project: Project, tables: tuple[Table, ...], version: str) -> list[Release]:
    telling = [t for t in tables if t.compares]
    allowed, listed = releases(project, [t for t in tables if not t.compares]), suppression(project)
    folder = project.warehouse / FOLDER
    fingerprint = _fingerprint(project, allowed, telling, listed)
    known = read_json(folder / "made.json") or {}
    if known.get("fingerprint") == fingerprint and known["telling"] == _digests(project, [t.step for t in telling]):
        return [_known(r, known["done"], folder) for r in _ordered([*allowed, *releases(project, telling)])]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.json").unlink(missing_ok=True)
    ways, left, goes = _ways(project, allowed, listed, folder)
    for table in telling:
        build_table(project, table, version=version, leaving={r.name: r.source for r in left if r.source.parent == folder})
    told = releases(project, telling)
    for way in ways:
        told = way(told)
    found = _ordered([*left, *told])
    changed = [r for r in found if r.source.parent == folder]
    done = {r.name: {"withheld": r.withheld, "masked": r.masked} for r in changed}
    _note_kept_back(project, changed, goes, folder / "kept_back.parquet")
    write_json(folder / "made.json", {"fingerprint": fingerprint, "telling": _digests(project, [t.step for t in telling]), "done": done})
    return found


def kept_back(project: Project, table: Table, row_id: str) -> dict[str, str]:
    """What the gate kept back, when it last ran, of a row that the warehouse has: by column (under '' the whole row) by which rule, and what is published instead.

    Rules that are kept where claims and tables are made (R1 to R4, R8, R9) leave nothing there to keep back.
    """
    if not project.made(KEPT_BACK).exists():
        return {}
    with connect(project.warehouse) as db:
        query = f"select column_name, rules, published from read_parquet({location(project.made(KEPT_BACK))}) where table_name = ? and row_id = ?"
        found = db.execute(query, [table.name, row_id]).fetchall()
    return {column: _by(rules.split("|")) + (f"; published: {new or 'nothing'}" if column else "") for column, rules, new in found}


def _note_kept_back(project: Project, found: Iterable[Release], goes: pa.Table, aside: Path) -> None:
    """Make `KEPT_BACK` of what the rules changed in `found`: of each row that goes by which rule, of each cell that is masked what leaves instead."""
    with connect(project.warehouse) as db:
        db.register("goes", goes)
        db.execute("create table kept (table_name varchar, row_id varchar, column_name varchar, rules varchar, published varchar)")
        for release in found:
            if len(release.table.primary_key) > 1:  # rows of links: nobody asks for one by its id
                continue
            name, (key,) = literal(release.table.name), release.table.primary_key
            ours, left = f"read_parquet({location(project.made(release.table.step))})", f"({release.query})"
            if rules := "|".join(rule for rule, n in release.withheld.items() if n):
                db.execute(f"""insert into kept select {name}, o."{key}"::varchar, '', coalesce(string_agg(distinct g.rule, '|' order by g.rule), {literal(rules)}), null
                    from {ours} as o anti join {left} as l using ("{key}") left join goes as g on g.id = o."{key}" group by o."{key}" """)
            for column in release.table.columns:
                if rules := "|".join(rule for rule, cells in release.masked.items() if cells.get(column)):
                    db.execute(f"""insert into kept select {name}, "{key}"::varchar, {literal(column)}, {literal(rules)}, l."{column}"::varchar
                        from {ours} as o join {left} as l using ("{key}") where nullif(o."{column}", '') is distinct from l."{column}" """)
        db.execute(f"copy (from kept order by all) to {literal(aside)} (format parquet, compression zstd)")

    def moved(path: Path) -> None:
        aside.replace(path)

    make(project, KEPT_BACK, moved, version=sha256(aside))
    aside.unlink(missing_ok=True)


def rules_digest(project: Project) -> str:
    """Digest of what the rules go by beside the tables that leave: their code, hub.toml, who may not leave. Raises OptOutError."""
    listed = optout.digest_of(optout.read(project.raw))
    return digest(VERSION, code_version(publish.__file__), project.hub.model_dump_json(), *_digests(project, ASKED), listed, length=64)


def _by(rules: list[str]) -> str:
    titles = {rule.id: rule.en for rule in RULES}
    return "by rule " + " or ".join(f"{rule} ({titles[rule]})" for rule in rules)


def _ways(project: Project, allowed: list[Release], listed: Suppression, folder: Path) -> tuple[list[Way], list[Release], pa.Table]:
    """What each rule does to tables, in order; `allowed` after all of it; and the ids of what goes, by rule, known from what the rules before it left."""
    unasked = gone(project, allowed, sole_traders(project, allowed))
    asked = without(project, allowed, unasked, folder, "R5")
    names = private_names(project, asked)
    masked = mask_names(project, asked, names, folder)
    out = gone(project, masked, listed.ids)
    goes = pa.concat_tables(found.ids.append_column("rule", pa.array([rule] * found.ids.num_rows, pa.string())) for rule, found in (("R5", unasked), ("R7", out)))
    left = without(project, masked, out, folder, "R7")
    silent = mask_names(project, left, opted_out(project, left), folder, "R7")
    ways: list[Way] = [
        lambda found: without(project, found, unasked, folder, "R5"),
        lambda found: mask_names(project, found, names, folder),
        lambda found: without(project, found, out, folder, "R7"),
        lambda found: mask_names(project, found, opted_out(project, found, silent), folder, "R7"),
    ]
    return ways, silent, goes


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
