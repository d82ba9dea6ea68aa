"""The site of a hub of 10,000 organisations and 100,000 claims, all fictional: made anew, unchanged, and with one document in a hundred changed.

    .venv/bin/python benchmarks/site.py [--organisations 10000] [--claims 100000] [--keep FOLDER]

The tables are written as `tables.build` would and published; each build of the site is a fresh process, of which seconds on the
clock and of processor time, pages a second and peak memory are the operating system's (of the largest process, and the sum of those
that were forked is at most that times their number). Prints only; exit status 1 if the first build takes longer than its bar.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

import duckdb
from made_up import nobody_withheld
from recording import Figure, keep

from km0_pipeline.publish.snapshot import publish
from km0_pipeline.sql import literal
from km0_pipeline.steps import Project, make
from km0_pipeline.tables.table import TYPES, Table, all_tables, parquet_settings

ROOT = Path(__file__).resolve().parent.parent
BAR = 60
DAY = date(2026, 1, 31)
VERSION = "'2026.1.31'"


def _id(kind: str, n: str) -> str:
    return f"('{kind}-' || left(sha256('{kind}' || ({n})::bigint), 16))"


def _document(n: str) -> str:
    """Id of the n-th document; the first is the registry."""
    return f"left(sha256('document' || ({n})::bigint), 20)"


SEEN = {"first_document_id": _document("0"), "first_locator": "'row:2'", "sources": "1 + i % 7"}
PRESS = "i >= half"
DOC = f"(case when {PRESS} then 1 + (i - half) // 50 else 0 end)"
ORG = f"(case when {PRESS} then i * 7919 % organisations else i // 5 end)"
DAYS = f"strftime(date '2015-01-01' + ({DOC} * 37 % 3650)::int, '%Y-%m-%d')"
PROPERTIES = ("name", "kind", "siren", "activity", "tenant_of", "name", "headcount", "opened_on", "area_m2", "partner_of", "heads")
VALUES = (
    f"'Société fictive ' || {ORG}", "['company', 'startup', 'association'][1 + i % 3]", f"(100000000 + {ORG})::varchar", "'édition de logiciels'", "'m' || lpad('0', 19, '0')",
    f"'Sté fictive ' || {ORG}", "(1 + i % 300)::varchar", "(1990 + i % 30)::varchar", "(10 + i % 500)::varchar", "'m' || left(sha256('other' || i), 19)", "'m' || left(sha256('headed' || i), 19)",
)  # fmt: skip
KINDS = ("text", "code", "code", "text", "mention", "text", "integer", "date", "decimal", "mention", "mention")
PERSON = f"({PRESS} and (i - half) % 50 = 4)"
WHO = f"({DOC} % (organisations // 20))"
WHICH = f"(case when {PERSON} then 10 when {PRESS} then 5 + i % 5 else i % 5 end)"


def _case(values: tuple[str, ...]) -> str:
    return f"case {WHICH} {' '.join(f'when {n} then {v}' for n, v in enumerate(values))} end"


ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "sources": ("1 + (claims - half) // 50 + 1", {
        "document_id": _document("i"), "kind": "if(i = 0, 'registry', 'press')", "title": "if(i = 0, 'Un registre fictif', 'Un article fictif, le ' || i || 'e')", "publisher": "'Journal fictif ' || i % 40",
        "published_on": "strftime(date '2015-01-01' + (i * 37 % 3650)::int, '%Y-%m-%d')", "language": "'fr'", "format": "if(i = 0, 'csv', 'md')", "url": "'https://journal.example/' || i",
        "path": "if(i = 0, 'registries/fictif.csv', 'press/' || i || '.md')", "first_version": VERSION, "story_id": _document("i"),
    }),
    "organisations": ("organisations", SEEN | {
        "organisation_id": _id("org", "i"), "name": "'Société fictive ' || i", "kind": "['company', 'startup', 'association'][1 + i % 3]", "siren": "(100000000 + i)::varchar",
        "activity": "'édition de logiciels'", "commune": "'Mulhouse'", "is_hub": "i = 0",
    }),
    "people": ("organisations // 20", SEEN | {"person_id": _id("per", "i"), "name": "'Personne Fictive ' || i", "roles": "'présidente (Société fictive ' || i || ')'"}),
    "places": ("organisations // 200", SEEN | {"place_id": _id("pla", "i"), "name": "'Lieu fictif ' || i", "kind": "'site'"}),
    "events": ("organisations // 10", SEEN | {
        "event_id": _id("evt", "i"), "name": "'Rencontre fictive ' || i", "kind": "'meeting'", "status": "'held'", "organisation_id": _id("org", "i"), "held_on": "'2025-06-15'",
    }),
    "tenancies": ("organisations", {
        "tenancy_id": "'ten-' || left(sha256('t' || i), 16) || '-00000000'", "organisation_id": _id("org", "i"), "host_id": _id("org", "0"), "space": "'Bâtiment ' || i % 40", "valid_from": "'2020-01'",
        "status": "'current'", "basis": "'registry'", "stated_on": "'2026-01'", "document_id": _document("0"), "locator": "'row:' || (i + 2)",
    }),
    "relationships": ("organisations // 20", {
        "relationship_id": "'rel-' || left(sha256('r' || i), 16)", "subject_id": _id("per", "i"), "subject_kind": "'person'", "subject_name": "'Personne Fictive ' || i", "relation": "'heads'",
        "object_id": _id("org", "i"), "object_kind": "'organisation'", "object_name": "'Société fictive ' || i", "qualifier": "'exact'", "sources": "1", "document_id": _document("1"), "locator": "'char:1-9'",
    }),
    "freshness": ("3", {
        "source": "['press', 'registries/annuaire', 'registries/locataires'][1 + i]", "kind": "['press', 'registry', 'registry'][1 + i]", "documents": "100", "records": "1000", "state": "'unknown'",
    }),
    "claims": ("claims", {
        "claim_id": "left(sha256('claim' || i), 20)", "document_id": _document(DOC), "locator": f"case when {PRESS} then 'char:' || i % 50 * 40 || '-' || (i % 50 * 40 + 30) else 'row:' || (i // 5 + 2) || '/column:' || i % 5 end",
        "subject_id": f"'m' || left(sha256('m' || {ORG} || '/' || {DOC} || {PERSON}), 19)", "subject_kind": f"if({PERSON}, 'person', 'organisation')", "entity_id": f"if({PERSON}, {_id('per', WHO)}, {_id('org', ORG)})", "property": _case(tuple(f"'{p}'" for p in PROPERTIES)),
        "value": _case(VALUES), "value_kind": _case(tuple(f"'{k}'" for k in KINDS)), "object_entity_id": f"case {WHICH} when 4 then {_id('org', '0')} when 9 then {_id('org', 'i * 31 % organisations')} when 10 then {_id('org', WHO)} end",
        "original": "'les mots d''une source fictive, la ' || i || 'e'", "qualifier": "'exact'", "scope": f"case {WHICH} when 6 then 'people' end", "stated_on": DAYS,
        "method": "'press/1'", "confidence": f"if({PRESS}, 0.9 + i % 10 / 100, 1)", "first_version": VERSION,
    }),
}  # fmt: skip
"""Table -> how many rows, and column -> SQL of its value in row i; what is not named is null."""


def fill(project: Project, table: Table, organisations: int, claims: int, changed: bool) -> None:
    """Make the table's Parquet as `tables.build` would; `changed`: one document in a hundred has another title."""
    count, values = ROWS.get(table.name, ("0", {}))
    if changed and table.name == "sources":
        values = values | {"title": f"{values['title']} || if(i % 100 = 9, ', corrigé', '')"}
    columns = ", ".join(f'({values.get(f.name, "null")})::{TYPES[f.type][1]} as "{f.name}"' for f in table.fields)
    counted = eval(count, {"organisations": organisations, "claims": claims, "half": claims // 2})
    given = f"select i, {organisations} as organisations, {claims} as claims, {claims // 2} as half from range({counted}) t(i)"
    query = f"select {columns} from ({given}) order by {', '.join(table.primary_key)}"

    def write(path: Path) -> None:
        duckdb.execute(f"copy ({query}) to {literal(path)} ({parquet_settings(table, {})}, compression_level 1)")

    make(project, table.step, write, version=f"1{changed}")


def measure(root: Path, what: str) -> float:
    """Build the site in a fresh process and print what it took; seconds on the clock."""
    code = "import sys; from pathlib import Path; from km0_pipeline.steps import Project; from km0_pipeline.catalogue.site import build; b = build(Project.at(Path(sys.argv[1]))); print(b.files, b.written, b.removed)"
    start, (read, write) = time.perf_counter(), os.pipe()
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", code, str(root)], os.environ | {"PYTHONPATH": str(ROOT)}, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as said:
        files, written, removed = (int(n) for n in said.read().split())
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{what}: the build failed")
    print(f"{what:12} {files:,} files, {written:,} written, {removed:,} removed: {wall:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of processor time, {files / wall:,.0f} files/s, {usage.ru_maxrss / 1e6:.2f} GB")
    return wall


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, default=10_000)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where to make the hub, and leave it")
    options = parser.parse_args()
    with nullcontext(str(options.keep)) if options.keep else tempfile.TemporaryDirectory(prefix="km0-site-") as name:
        root = Path(name)
        root.mkdir(exist_ok=True)
        shutil.copy(ROOT / "hub.toml", root)
        project = Project.at(root)
        nobody_withheld(project)
        for day, changed in ((DAY, False), (DAY + timedelta(1), True)):
            for table in all_tables():
                fill(project, table, options.organisations, options.claims, changed)
            publish(project, day)
            if not changed:
                first = measure(root, "anew")
                measure(root, "unchanged")
        measure(root, "1 % changed")
        size = sum(f.stat().st_size for f in project.published.rglob("*.html"))
        print(f"{size / 1e6:,.0f} MB of pages; first build {first:.1f} s (bar: {BAR})")
    return keep(Figure(f"site of {options.organisations:,} organisations and {options.claims:,} claims", f"{first:.1f} s", "", first, BAR))


if __name__ == "__main__":
    sys.exit(main())
