"""A snapshot of tables of a million rows, against DuckDB's COPY of the same tables to the same files.

    .venv/bin/python benchmarks/publish.py [--rows 1000000] [--repeat 1]

Both sides are fresh processes that read the same Parquet of the warehouse, one after the other; processor time,
wall time and peak memory of each are the operating system's. The peer writes each released table as CSV and as
zstd Parquet. Ours is `publish`: every check of every table, the files, their sums, maps, workbook, descriptions, one
zip of it all, and all of it read back and compared before it is renamed. The tables are organisations and their tenancies,
all fictional; the others are empty. Exit status 1 if the ratio of wall times is above its bar.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
from made_up import FRESHNESS, nobody_withheld
from recording import Figure, keep

from km0_pipeline.publish.snapshot import publish
from km0_pipeline.sql import literal
from km0_pipeline.steps import Project, make
from km0_pipeline.tables.table import TYPES, Table, all_tables, parquet_settings

ROOT = Path(__file__).resolve().parent.parent
BAR = 2
DAY = date(2026, 1, 31)

SEEN = {"first_document_id": f"'{'d' * 20}'", "first_locator": "'row:' || (i + 2) || '/column:Raison sociale'", "sources": "1"}
ROWS = {
    "sources": {"document_id": f"'{'d' * 20}'", "kind": "'registry'", "title": "'Un registre fictif'", "format": "'csv'", "path": "'registries/fictif.csv'", "first_version": "'2026.1.31'"},
    "organisations": SEEN | {
        "organisation_id": "'org-' || lpad(i::varchar, 16, '0')", "name": "'Société fictive ' || i", "kind": "['company', 'start-up', 'association'][1 + i % 3]",
        "siren": "(100000000 + i)::varchar", "siret": "(100000000 + i)::varchar || '00011'", "legal_form": "['SAS', 'SARL', 'SA'][1 + i % 3]",
        "naf_code": "['62.01Z', '70.22Z', '71.12B'][1 + i % 3]", "activity": "['édition de logiciels', 'conseil', 'formation, études'][1 + i % 3]",
        "website": "'https://www.societe-fictive-' || i || '.example'", "address": "(i % 180 + 1) || ' rue de l''Exemple'", "postcode": "'68100'",
        "commune": "'Mulhouse'", "commune_code": "'68224'", "department": "'Haut-Rhin'", "latitude": "47.7 + i % 9973 / 99991.0", "longitude": "7.3 + i % 9967 / 99991.0",
        "area_m2": "i % 99991 / 37.0", "is_hub": "false", "size_band": "['3-5', '6-9', null][1 + i % 3]", "founded_on": "strftime(date '1990-01-01' + (i * 13 % 12000)::int, '%Y-%m-%d')",
    },
    "tenancies": {
        "tenancy_id": "'ten-' || lpad(i::varchar, 16, '0') || '-00000000'", "organisation_id": "'org-' || lpad(i::varchar, 16, '0')", "host_id": "'org-0000000000000000'",
        "space": "'Bâtiment ' || i % 40 || ', étage ' || i % 5", "valid_from": "strftime(date '2015-01-01' + (i * 13 % 3650)::int, '%Y-%m-%d')", "area_m2": "i % 99991 / 37.0",
        "status": "['current', 'unknown'][1 + i % 2]", "basis": "'registry'", "stated_on": "'2026-01'", "document_id": f"'{'d' * 20}'", "locator": "'row:' || (i + 2)",
    },
    "freshness": FRESHNESS,
}  # fmt: skip
"""Table -> column -> SQL of its value in row i; what is not named is null."""


class Cost(NamedTuple):
    """What a process took."""

    processor: float
    """Seconds, of all processors together."""
    wall: float
    """Seconds on the clock."""
    memory: float
    """GB at the peak."""


def fill(project: Project, table: Table, rows: int) -> None:
    """Make the table's Parquet as `tables.build` would: `rows` rows (one of `sources` and `freshness`), or none."""
    values = ROWS.get(table.name, {})
    count = 0 if not values else 1 if table.name in ("sources", "freshness") else rows
    columns = ", ".join(f'({values.get(f.name, "null")})::{TYPES[f.type][1]} as "{f.name}"' for f in table.fields)
    query = f"select {columns} from range({count}) t(i) order by {', '.join(table.primary_key)}"

    def write(path: Path) -> None:
        duckdb.execute(f"copy ({query}) to {literal(path)} ({parquet_settings(table, {})}, compression_level 1)")

    make(project, table.step, write, version="1")


def peer(project: Project, folder: Path) -> None:
    """DuckDB's COPY of each released table to CSV and to zstd Parquet."""
    for table in all_tables():
        if table.released:
            source = f"from read_parquet({literal(project.made(table.step))})"
            duckdb.execute(f"copy ({source}) to {literal(folder / f'{table.name}.csv')} (format csv, header)")
            duckdb.execute(f"copy ({source}) to {literal(folder / f'{table.name}.parquet')} (format parquet, compression zstd)")


def measure(side: str, root: Path) -> Cost:
    """What `side`, ours or peer, takes as a fresh process."""
    start = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    child = os.posix_spawn(sys.executable, [sys.executable, __file__, "--side", side, "--root", str(root)], environment)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{side} failed")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1e6)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each side; the median is printed")
    parser.add_argument("--side", choices=("ours", "peer"), help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        project = Project.at(options.root)
        (project.root / "peer").mkdir(exist_ok=True)
        publish(project, DAY) if options.side == "ours" else peer(project, project.root / "peer")
        return 0
    costs: dict[str, list[Cost]] = {"peer": [], "ours": []}
    with tempfile.TemporaryDirectory(prefix="km0-publish-") as name:
        root = Path(name)
        shutil.copy(ROOT / "hub.toml", root)
        project = Project.at(root)
        nobody_withheld(project)
        for table in all_tables():
            fill(project, table, options.rows)
        for _ in range(options.repeat):
            shutil.rmtree(project.published, ignore_errors=True)
            for side in costs:
                costs[side].append(measure(side, root))
        files = [f for f in (project.published / "latest").iterdir() if f.is_file()]
        print(f"{options.rows:,} organisations and as many tenancies; a snapshot of {len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.0f} MB")
    theirs, ours = (Cost(*(statistics.median(column) for column in zip(*runs, strict=True))) for runs in costs.values())
    for what, cost in (("DuckDB COPY to Parquet + CSV", theirs), ("publish", ours)):
        print(f"{what:30} {cost.wall:6.1f} s  {cost.processor:6.1f} s of processor time  {cost.memory:5.2f} GB")
    ratio = ours.wall / theirs.wall
    print(f"ratio {ratio:.2f} (bar: {BAR}); of processor time {ours.processor / theirs.processor:.2f}")
    return keep(Figure(f"snapshot of {options.rows:,} rows a table", f"{ours.wall:.1f} s", f"DuckDB COPY: {theirs.wall:.1f} s", ratio, BAR))


if __name__ == "__main__":
    sys.exit(main())
