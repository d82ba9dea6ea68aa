"""The yardstick of `linkage.py`: Splink 5 on DuckDB, one reasonable configuration, on the same register and tenants.

    PYTHON benchmarks/linkage_splink.py FOLDER

PYTHON is an interpreter that has splink (`pip install splink==5.0.0 duckdb==2.0.0`): it is no dependency of this project, and
nothing of this project is imported here. FOLDER holds register.parquet and tenants_10k.csv. The last line printed is JSON: seconds,
CPU seconds, GB, recall of the likeliest, and the best recall at a precision of 0.95 that any limit gives on these very tenants, which
flatters it. Names are prepared, u estimated and m trained on them as its documentation says; every rule of blocking is one that the
trials found worth it.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from typing import Any

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as compare
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

PRECISION = 0.95
FORMS = r"\b(SAS|SASU|SARL|EURL|SA|SNC|SCI|SELARL|EI|D|DE|DU|DES|ET|L|LA|LE|LES)\b"

PREPARE = rf"""
create macro plain(s) as trim(regexp_replace(regexp_replace(regexp_replace(replace(replace(upper(strip_accents(s)), '.', ''), '&', ' ET '),
    '[^A-Z0-9]+', ' ', 'g'), '{FORMS}', '', 'g'), ' +', ' ', 'g'));
create table register_names as
select (row_number() over ())::integer as unique_id, siren, postcode, left(postcode, 2) as dep, plain(name) as name from '{{0}}/register.parquet';
create table tenant_names as
select tenant_id::integer as unique_id, null::varchar as siren, code_postal as postcode, left(code_postal, 2) as dep, plain(nom) as name
from read_csv('{{0}}/tenants_10k.csv', delim = ';', all_varchar = true);
create table bearers as
select word, count(*) as n from (select unnest(string_split(name, ' ')) as word from register_names)
where word in (select unnest(string_split(name, ' ')) from tenant_names) group by word;
"""

SIDE = """
create table {0} as
with rarest as (
    select unique_id, arg_min(word, n) as rare, min(n) as n
    from (select unique_id, unnest(string_split(name, ' ')) as word from {0}_names) join bearers using (word) group by unique_id
)
select
    s.unique_id, s.siren, s.postcode, s.dep, replace(s.name, ' ', '') as glued, string_split(s.name, ' ') as words,
    r.rare, case when r.n <= 500 then r.rare end as rare_anywhere, left(replace(s.name, ' ', ''), 5) as beginning, right(replace(s.name, ' ', ''), 5) as ending
from {0}_names as s left join rarest as r using (unique_id)
"""

SHARED = "len(list_intersect(words_l, words_r)) * 2.0 / (len(words_l) + len(words_r)) >= {}"


def settings() -> SettingsCreator:
    """Blocks and comparisons."""
    words = [{"sql_condition": SHARED.format(share), "label_for_charts": str(share)} for share in (0.99, 0.66, 0.4)]
    return SettingsCreator(
        link_type="link_only",
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        blocking_rules_to_generate_predictions=[
            block_on("glued"), block_on("dep", "rare"), block_on("rare_anywhere"), block_on("dep", "beginning"), block_on("dep", "ending"),
        ],
        comparisons=[
            compare.JaroWinklerAtThresholds("glued", [0.97, 0.94, 0.9, 0.85, 0.78]),
            compare.CustomComparison(output_column_name="words", comparison_levels=[levels.NullLevel("words"), *words, levels.ElseLevel()]),
            compare.CustomComparison(
                output_column_name="rare",
                comparison_levels=[levels.NullLevel("rare"), levels.ExactMatchLevel("rare", term_frequency_adjustments=True), levels.ElseLevel()],
            ),
            compare.CustomComparison(
                output_column_name="postcode",
                comparison_levels=[
                    levels.NullLevel("postcode"), levels.ExactMatchLevel("postcode"), {"sql_condition": "dep_l = dep_r", "label_for_charts": "department"},
                    levels.ElseLevel(),
                ],
            ),
        ],
        additional_columns_to_retain=["siren"],
        probability_two_random_records_match=2e-7,
    )  # fmt: skip


def main(folder: str) -> None:
    """Link, and print what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="km0-splink-") as spill:
        db = duckdb.connect(config={"memory_limit": "10GB", "threads": 2, "temp_directory": spill})
        db.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        db.execute(PREPARE.format(folder))
        for side in ("tenant", "register"):
            db.execute(SIDE.format(side))
        api = DuckDBAPI(connection=db)
        linker = Linker([api.register("tenant"), api.register("register")], settings(), log_level=40)
        linker.training.estimate_u_using_random_sampling(max_pairs=3e6, seed=1)
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("glued"))
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("dep", "rare"))
        scored = linker.inference.predict(threshold_match_weight=-6).physical_name
        tops = db.execute(f"""
            with pairs as (
                select case when siren_l is null then unique_id_l else unique_id_r end as tenant, coalesce(siren_l, siren_r) as siren, max(match_weight) as weight
                from {scored} group by all
            ),
            ranked as (from pairs qualify row_number() over (partition by tenant order by weight desc, siren) = 1)
            select r.weight, r.siren = t.true_siren
            from ranked as r join read_csv('{folder}/tenants_10k.csv', delim = ';', all_varchar = true) as t on t.tenant_id::integer = r.tenant
            order by r.weight desc""").fetchall()
        ((positives,),) = db.execute(
            f"select count(*) from read_csv('{folder}/tenants_10k.csv', delim = ';', all_varchar = true) where true_siren is not null"
        ).fetchall()
    seconds = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps(seconds | {"gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6} | shares(tops, positives)))


def shares(tops: list[Any], positives: int) -> dict[str, float]:
    """Recall of the likeliest, and the most that any limit on the weight gives at the precision asked."""
    right, best = 0, 0
    for n, (_, hit) in enumerate(tops, 1):
        right += bool(hit)
        if right / n >= PRECISION:
            best = right
    return {"likeliest": right / positives, "recall": best / positives}


if __name__ == "__main__":
    main(sys.argv[1])
