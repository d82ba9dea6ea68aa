"""A generated registry through the whole pipeline, against DuckDB's own CSV -> Parquet + CSV.

    .venv/bin/python benchmarks/registry.py [--rows 1000000] [--repeat 1] [--workbook 100000] [--unclosed 2]

Both sides are fresh processes on the same file and the same machine, one after the other, and
the wall time, processor time and peak memory of each are the operating system's. The peer reads the CSV with
types found and writes it as zstd Parquet and as CSV: the least anyone must do to republish it.
Ours is `python -m assets.run`: Dagster, claims, entities, tables, checks, km0.duckdb with its
keys, a snapshot that is read back and compared, published by rename.

The registry has the columns of a building manager's spreadsheet, French headers, `;`, every row
another organisation with a valid SIRET, all fictional. hub.toml says `claims = "shared"`, as it
must for a registry of this size. Exit status 1 if the ratio or the memory is above its bar.

With `--workbook` the same registry is instead a workbook of so many rows, and calamine alone, which reads its cells, is the peer: of our reading of them (text, header,
merged cells and failed formulas found), held to its bar, and of the whole step, which also normalises them; in seconds of processor time, start-up of Python and all.

With `--unclosed` a CSV of so many GB, of which one row opens a quotation mark that is never closed, is taken apart as a refresh does it, in a process of its own with limits of time
and memory: that row alone must be set aside, in less memory than its bar.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from recording import Figure, keep

ROOT = Path(__file__).resolve().parent.parent
BAR, BAR_GB, BAR_WORKBOOK, BAR_UNCLOSED_GB = 5, 3, 1.5, 2

PEER = """
import duckdb, sys
source, folder = sys.argv[1:]
db = duckdb.connect()
db.execute("create table registry as select * from read_csv(?)", [source])
db.execute(f"copy registry to '{folder}/registry.parquet' (format parquet, compression zstd)")
db.execute(f"copy registry to '{folder}/registry.csv' (format csv, header)")
"""

CALAMINE = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
"""
CELLS = """
import sys
from pathlib import Path
from km0_pipeline.registries import workbook
from km0_pipeline.steps import Project
path = Path(sys.argv[1])
((sheet, cells),) = workbook.load(path, Project.at(path.parents[3]).hub.registries[0], path.parent)
"""
STEP = """
import sys
from pathlib import Path
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Project
project = Project.at(Path(sys.argv[1]).parents[3])
registry_files(project)
made = registry_rows(project)
print(made.rows, "rows")
"""

TAKEN_APART = """
import sys
from pathlib import Path
import duckdb
from km0_pipeline.hub import Registry
from km0_pipeline.registries.loading import loading
path = Path(sys.argv[1])
with loading(path.parent) as load:
    (sheet,) = load(duckdb.connect(), "cells", path, Registry(name="locataires", title="Locataires", path="*"))
print([(r.row, r.reason) for r in sheet.rejects])
"""

HUB = """
[hub]
name = "Hub fictif"
commune = "68224"
commune_name = "Mulhouse"

[publisher]
name = "Hub fictif"
contact = "donnees@hub-fictif.example"
title = "Un hub fictif"
title_en = "A fictional hub"
description = "Un registre généré pour mesurer la vitesse : aucune de ces organisations n'existe."
description_en = "A registry made up to measure speed: none of these organisations exists at all."

[[registries]]
name = "locataires"
title = "Registre des locataires"
path = "registries/*.csv"

[limits]
claims = "shared"
"""


def check_digit(number: str) -> str:
    """SQL for the Luhn digit that completes the VARCHAR `number` (its last digit is doubled first)."""
    digits = f"list_transform(range(1, length({number}) + 1), lambda i: substr({number}, i::int, 1)::int * (1 + (length({number}) - i + 1) % 2))"
    return f"((10 - list_sum(list_transform({digits}, lambda d: d // 10 + d % 10)) % 10) % 10)::int::varchar"


def generate(path: Path, rows: int) -> None:
    """Write a registry of `rows` fictional tenants: `;`, UTF-8, dates as 12/02/2019, decimal commas."""
    db = duckdb.connect()
    db.execute(f"""
        copy (
            with numbered as (select i, (10000000 + i)::varchar as eight from range({rows}) t(i)),
            siren as (select i, eight || {check_digit("eight")} as siren from numbered),
            siret as (select i, siren || '0001' as thirteen from siren)
            select
                'L' || lpad(i::varchar, 7, '0') as "N° de lot",
                'Société fictive ' || i || ' ' || ['SAS', 'SARL', 'EURL', 'SA'][1 + (i * 7) % 4] as "Raison sociale",
                thirteen || {check_digit("thirteen")} as "SIRET",
                ['SAS', 'SARL', 'EURL', 'SA'][1 + (i * 7) % 4] as "Forme juridique",
                ['62.01Z', '70.22Z', '71.12B', '85.59A'][1 + (i * 5) % 4] as "Code NAF",
                ['édition de logiciels', 'conseil', 'ingénierie', 'formation'][1 + (i * 5) % 4] as "Activité",
                (i % 180 + 1) || ' rue de l''Exemple' as "Adresse",
                ['68100', '68200', '68000', '67000'][1 + (i * 3) % 4] as "Code postal",
                ['Mulhouse', 'Mulhouse', 'Colmar', 'Strasbourg'][1 + (i * 3) % 4] as "Commune",
                'Bâtiment ' || (i % 40) as "Bâtiment",
                (i % 5) || 'e' as "Étage",
                replace(round((i % 99991) / 37.0, 2)::varchar, '.', ',') as "Surface (m²)",
                strftime(date '2015-01-01' + (i * 13 % 3650)::int, '%d/%m/%Y') as "Date d'entrée",
                case when i % 3 = 0 then strftime(date '2026-01-01' + (i % 300)::int, '%d/%m/%Y') end as "Date de sortie",
                i % 250 as "Effectif",
                'https://www.societe-fictive-' || i || '.example' as "Site web",
                'Contact ' || i as "Contact",
                'contact' || i || '@societe-fictive.example' as "Courriel",
                '03 89 00 ' || lpad((i % 100)::varchar, 2, '0') || ' ' || lpad((i // 100 % 100)::varchar, 2, '0') as "Téléphone",
                replace(round((i % 9999991) / 100.0, 2)::varchar, '.', ',') as "Loyer annuel",
                replace(round((i % 99991) / 10.0, 2)::varchar, '.', ',') as "Dépôt de garantie",
                'Assurance fictive ' || (i % 50) as "Assurance",
                'BADGE-' || (i * 31 % 1000003) as "N° de badge",
                'Bail n° ' || (i % 1000) || ' ; "renouvelable" & révisable' as "Observations"
            from siret order by i
        ) to '{path}' (format csv, header, delimiter ';')
    """)


def measure(command: list[str], log: Path, **environment: str) -> tuple[float, float, float]:
    """Wall seconds, seconds of processor time and peak memory in GB of `command` as a fresh process."""
    start = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command[:4])} failed:\n{log.read_text()[-3000:]}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def to_workbook(source: Path, path: Path) -> None:
    """Write a registry as `generate` made it as a workbook: numbers as numbers, all else as text."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book, source.open(encoding="utf-8", newline="") as rows:
        sheet = book.add_worksheet("Locataires")
        for n, row in enumerate(csv.reader(rows, delimiter=";")):
            for column, cell in enumerate(row):
                if cell.isdigit() and len(cell) < 15 and cell[0] != "0":
                    sheet.write_number(n, column, int(cell))
                elif cell:
                    sheet.write_string(n, column, cell)


def workbook(folder: Path, rows: int, repeat: int) -> int:
    """Measure a workbook of so many rows, print, and return the exit status."""
    path = folder / "data" / "raw" / "registries" / "locataires.xlsx"
    path.parent.mkdir(parents=True)
    (folder / "hub.toml").write_text(HUB.replace("*.csv", "*.xlsx"), encoding="utf-8")
    generate(folder / "locataires.csv", rows)
    to_workbook(folder / "locataires.csv", path)
    print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, 24 columns")
    sides = {"calamine alone": CALAMINE, "the cells of its tables": CELLS, "the whole step": STEP}
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in sides}
    for _ in range(repeat):
        shutil.rmtree(folder / "data" / "warehouse", ignore_errors=True)
        (folder / "data" / "warehouse").mkdir()
        for name, code in sides.items():
            runs[name].append(measure([sys.executable, "-c", code, str(path)], folder / "log", PYTHONPATH=str(ROOT)))
    assert (folder / "log").read_text().startswith(f"{rows} rows"), "not every row was read"
    cpu = {name: statistics.median(run[1] for run in found) for name, found in runs.items()}
    for name, found in runs.items():
        print(f"{name:<30}{cpu[name]:6.1f} s of processor time, {cpu[name] / cpu['calamine alone']:5.2f}  {max(run[2] for run in found):5.2f} GB")
    ratio = cpu["the cells of its tables"] / cpu["calamine alone"]
    print(f"ratio {ratio:.2f} (bar: {BAR_WORKBOOK})")
    return int(ratio > BAR_WORKBOOK)


def unclosed(folder: Path, gigabytes: float) -> int:
    """Measure a CSV of so many GB with a quotation mark never closed in its row 1,002, print, and return the exit status."""
    path = folder / "locataires.csv"
    rest = "conseil en tout genre, à tous ceux qui n'existent pas " * 6
    with path.open("w", encoding="utf-8") as out:
        out.write("Nom;Code postal;Commune;Effectif;Activité\n")
        written = n = 0
        while written < gigabytes * 1e9:
            mark = '"' if n == 1000 else ""
            written += out.write(f"{mark}Société fictive {n};68100;Mulhouse;{n % 250};{rest}\n")
            n += 1
    print(f"{n:,} rows, {path.stat().st_size / 1e9:.2f} GB, one quotation mark that is never closed")
    wall, cpu, memory = measure([sys.executable, "-c", TAKEN_APART, str(path)], folder / "log", PYTHONPATH=str(ROOT))
    said = (folder / "log").read_text().strip()
    assert said == "[(1002, 'ragged_row')]", said
    print(f"{wall:.0f} s, of processor time {cpu:.0f} s, peak memory {memory:.2f} GB (bar: {BAR_UNCLOSED_GB}); set aside: {said}")
    return int(memory > BAR_UNCLOSED_GB)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each side; the median is printed")
    parser.add_argument("--show", action="store_true", help="print what our side printed")
    parser.add_argument("--workbook", type=int, default=0, metavar="ROWS", help="measure the reading of a workbook of so many rows instead")
    parser.add_argument("--unclosed", type=float, default=0, metavar="GB", help="measure a CSV of so many GB with a quotation mark never closed instead")
    options = parser.parse_args()
    peer, ours = [], []
    with tempfile.TemporaryDirectory(prefix="km0-registry-") as name:
        folder = Path(name)
        if options.workbook:
            return workbook(folder, options.workbook, options.repeat)
        if options.unclosed:
            return unclosed(folder, options.unclosed)
        source = folder / "locataires.csv"
        generate(source, options.rows)
        print(f"{options.rows:,} rows, {source.stat().st_size / 1e6:.0f} MB, 24 columns")
        for n in range(options.repeat):
            peer.append(measure([sys.executable, "-c", PEER, str(source), str(folder)], folder / "peer.log"))
            root = folder / f"project{n}"
            (root / "data" / "raw" / "registries").mkdir(parents=True)
            (root / "data" / "raw" / "press").mkdir()
            os.link(source, root / "data" / "raw" / "registries" / "locataires.csv")
            (root / "hub.toml").write_text(HUB, encoding="utf-8")
            command = [sys.executable, "-m", "assets.run", "--root", str(root), "--date", "2026-01-31"]
            ours.append(measure(command, folder / "ours.log", DAGSTER_HOME=str(root)))
            if options.show:
                print((folder / "ours.log").read_text())
            published = duckdb.execute(f"select count(*) from '{root}/data/published/latest/organisations.parquet'").fetchone()
            assert published is not None and published[0] >= options.rows, f"only {published} organisations were published"
    seconds, processor = ([statistics.median(run[n] for run in side) for side in (peer, ours)] for n in (0, 1))
    memory = [max(run[2] for run in side) for side in (peer, ours)]
    for n, name in enumerate(("DuckDB CSV -> Parquet + CSV", "the whole pipeline")):
        print(f"{name:<30}{seconds[n]:6.1f} s, of processor time {processor[n]:6.1f} s  {memory[n]:5.2f} GB")
    ratio = seconds[1] / seconds[0]
    print(f"ratio {ratio:.2f} (bar: {BAR}), of processor time {processor[1] / processor[0]:.2f}, peak memory {memory[1]:.2f} GB (bar: {BAR_GB})")
    return keep(
        Figure(f"registry of {options.rows:,} rows to a snapshot", f"{seconds[1]:.1f} s", f"DuckDB, CSV to Parquet and CSV: {seconds[0]:.1f} s", ratio, BAR),
        Figure("the same, memory", f"{memory[1]:.2f} GB", "", memory[1], BAR_GB),
    )


if __name__ == "__main__":
    sys.exit(main())
