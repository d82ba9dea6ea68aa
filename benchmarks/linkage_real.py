"""Real registries whose numbers are hidden: how many of the links that the pipeline makes from names and places are right.

    .venv/bin/python -m benchmarks.linkage_real [--corpus ../shared/corpus/registries] [--half held|development] [--show 20]

Of registries that give a SIREN (IREP's industrial sites, OpenDataFrance's bodies), which are not ours to give and are read where they lie, the rows of each SIREN are
divided by chance: some go into a national register made of them, the others are dropped as they are, without their numbers, into a hub of their own. A SIREN of one row goes
wholly to one side: half of those are in the register only, half are sought and not in it. What says its number by a score (`methode_jointure`) is no truth and is left out; what has
a number and no place is in the register only. So it is done twice, the second time the other way round: what was in the register is sought. Each time `python -m assets.run` refreshes that hub, and what it took for one organisation is compared with the hidden numbers:

    links    rows that were given a SIREN; right where it is theirs
    joins    pairs of rows that were taken for one organisation; right where their numbers are one

SIRENs are halved by their digest: rules may be looked into on the half `development`, figures are of the other. The register holds some thousands of companies and not
millions: it has fewer namesakes than SIRENE, and `entities.score` is told that there are 5 million names, as always. Exit status 1 below the bar.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb

from benchmarks.recording import Figure, keep
from km0_pipeline.registries.values import VALUES_SQL, expression

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "registries"
BAR, FEWEST = 0.99, 100
"""Share of the links that must be right, and how few of them say nothing."""

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
description = "Un hub dont les registres sont ceux d'autrui, sans leurs numéros : rien n'en est publié."
description_en = "A hub whose registries are those of others, without their numbers: nothing of it is published."

[register]
stock = ["StockUniteLegale.csv", "StockEtablissement.csv"]
"""
REGISTRY = """
[[registries]]
name = "{0}"
title = "{0}"
path = "registries/{0}.csv"
at_hub = false
"""

REGISTRIES = {
    "irep": ("irep_etablissements.csv", "left(Numero_SIRET, 9)", "Identifiant, Numero_SIRET", "Nom_Etablissement", "Code_Postal", "Commune", "Adresse"),
    "odf": ("odf_observatoire_organisations.csv", "trim(siren)", "siren", "nom", "null", "null", "null"),
}
"""Of a registry: its file, SQL of its SIREN, columns that say it, and those of name, postcode, commune and street."""
NAMES = ("ess_numerique_consolidated_semicolon.csv", "lpad(siren, 9, '0')", "denomination", "methode_jointure = 'siren_direct'")
"""A registry of names without places: file, SQL of the SIREN, name, and which of its rows."""

def divide(db: duckdb.DuckDBPyConnection, corpus: Path, root: Path, turned: bool) -> None:
    """Write the registries that are sought, and the register, below `root`; the tables `sought` (registry, row, siren, name) and `known` keep whose they are."""
    (root / "data" / "raw" / "registries").mkdir(parents=True)
    (root / "data" / "raw" / "press").mkdir()
    (root / "hub.toml").write_text(HUB + "".join(map(REGISTRY.format, REGISTRIES)), encoding="utf-8")
    db.execute(VALUES_SQL)
    for name, (file, siren, *_) in REGISTRIES.items():
        db.execute(
            f"create table {name} as select *, {expression('siren', siren)} as siren_, row_number() over () as n from read_csv(?, all_varchar = true)", [str(corpus / file)]
        )
    parts = [f"select '{name}' as registry, n, siren_ as siren, {title} as name, {', '.join(place)} from {name} where siren_ is not null" for name, (_, _, _, title, *place) in REGISTRIES.items()]
    db.execute(f"create table listed (registry varchar, n bigint, siren varchar, name varchar, postcode varchar, commune varchar, street varchar); insert into listed {' union all '.join(parts)}")
    db.execute(
        f"""create table sides as
        with dealt as (
            select registry, n, siren, row_number() over (partition by siren order by md5(registry || n)) as nth, count(*) over (partition by siren) as rows from listed
        )
        -- of several rows every other one; of one, by its digest
        select registry, n, case when rows > 1 then nth % 2 = 1 else substr(md5(siren), 2, 1) < '8' end <> {turned} as sought from dealt"""
    )
    db.execute("create table known as select l.* from listed as l join sides as s using (registry, n) where not s.sought")
    file, siren, title, which = NAMES
    db.execute(f"insert into known select 'names', null, {siren}, {title}, null, null, null from read_csv(?, all_varchar = true, delim = ';') where {which} and {title} is not null", [str(corpus / file)])
    db.execute("create table sought (registry varchar, row bigint, siren varchar, name varchar)")
    for name, (_, _, hidden, title, *_) in REGISTRIES.items():
        db.execute(f"create table out as select t.*, row_number() over (order by t.n) + 1 as line from {name} as t join sides as s on s.registry = '{name}' and s.n = t.n where s.sought")
        db.execute(f"insert into sought select '{name}', line, siren_, {title} from out")
        db.execute(f"copy (select * exclude ({hidden}, siren_, n, line) from out order by line) to '{root}/data/raw/registries/{name}.csv' (header, delimiter ';')")
        db.execute("drop table out")
    # a unit is called by one of its names, its establishments by theirs
    db.execute(
        f"""copy (
            select siren, 'O' as statutDiffusionUniteLegale, min_by(name, (n is null, registry, n)) as denominationUniteLegale, null as categorieJuridiqueUniteLegale,
                'A' as etatAdministratifUniteLegale
            from known group by siren order by siren
        ) to '{root}/StockUniteLegale.csv' (header)"""
    )
    db.execute(
        f"""copy (
            select siren, siren || lpad((row_number() over (partition by siren order by registry, n, name))::varchar, 5, '0') as siret, 'O' as statutDiffusionEtablissement,
                name as enseigne1Etablissement, street as libelleVoieEtablissement, postcode as codePostalEtablissement, commune as libelleCommuneEtablissement,
                'A' as etatAdministratifEtablissement
            from known order by siret
        ) to '{root}/StockEtablissement.csv' (header)"""
    )


def judge(db: duckdb.DuckDBPyConnection, root: Path, half: str, show: int) -> Counter[str]:
    """What is found of that half; prints `show` of what is wrong."""
    outputs = root / "data" / "warehouse"
    db.execute(
        f"""create table judged as
        with entities as (
            select entity_id, max(siren) as given from '{outputs}/entity_mentions.parquet' where kind = 'organisation' group by entity_id
        )
        select s.*, e.entity_id, e.given, substr(md5(s.siren), 1, 1) < '8' as held, s.siren in (select siren from known) as registered
        from sought as s
        join '{outputs}/registry_rows.parquet' as r on r.source = s.registry and r.row = s.row
        join '{outputs}/entity_mentions.parquet' as m on m.mention_id = r.mention_id
        join entities as e on e.entity_id = m.entity_id"""
    )
    db.execute(f"create view half as from judged where held = {half == 'held'}")
    ((rows, registered, links, right),) = db.execute(
        "select count(*), count(*) filter (registered), count(given), count(*) filter (given = siren) from half"
    ).fetchall()
    ((joins, joined),) = db.execute(
        "select count(*), count(*) filter (a.siren = b.siren) from half as a join half as b on a.entity_id = b.entity_id and (a.registry, a.row) < (b.registry, b.row)"
    ).fetchall()
    wrong = db.execute(
        """select h.registry, h.row, h.name, h.registered, string_agg(distinct k.name, ' | ') from half as h left join known as k on k.siren = h.given
        where h.given <> h.siren group by all order by h.registry, h.row limit ?""", [show]
    ).fetchall()  # fmt: skip
    for registry, row, name, has, bearer in wrong:
        print(f"  wrong: {registry} row {row}, “{name}”{'' if has else ', whose SIREN the register has not'}, was taken for “{bearer}”")
    return Counter(rows=rows, registered=registered, links=links, right=right, joins=joins, joined=joined)


def main() -> int:
    """Divide, refresh, judge, print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder that holds the registries")
    parser.add_argument("--half", choices=("held", "development"), default="held", help="of which SIRENs the figures are")
    parser.add_argument("--show", type=int, default=0, help="how many of the wrong links to print (names of others: not for the repository)")
    options = parser.parse_args()
    if not (options.corpus / REGISTRIES["irep"][0]).exists():
        print(f"{options.corpus} lacks the registries: they are handed over with the project, and without them nothing can be measured.")
        return 0
    found = Counter[str]()
    for turned in (False, True):
        with tempfile.TemporaryDirectory(prefix="km0-real-") as folder, duckdb.connect() as db:
            root = Path(folder)
            divide(db, options.corpus, root, turned)
            command = [sys.executable, "-m", "assets.run", "--root", str(root), "--date", "2026-01-31"]
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, "DAGSTER_HOME": str(root)}, capture_output=True, text=True, check=False)
            if not (root / "data" / "warehouse" / "entity_mentions.parquet").exists():
                sys.exit(f"the refresh came not so far as to who is who:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
            found += judge(db, root, options.half, options.show)
    links, right = found["links"], found["right"]
    print(f"{found['rows']:,} rows of the half `{options.half}`, {found['registered']:,} of whose SIRENs the register had")
    print(f"links  {right:,} of {links:,} right: precision {right / max(links, 1):.4f} (bar: {BAR}); {right / max(found['registered'], 1):.3f} of those that the register had")
    print(f"joins  {found['joined']:,} of {found['joins']:,} pairs right: precision {found['joined'] / max(found['joins'], 1):.4f}")
    keep(Figure("links of real registries, precision", f"{right / max(links, 1):.4f}", f"{right:,} of {links:,} links", right / max(links, 1), BAR, least=True))
    return int(links < FEWEST or right < BAR * links)


if __name__ == "__main__":
    sys.exit(main())
