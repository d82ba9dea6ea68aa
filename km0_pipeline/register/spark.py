"""Whom the register may mean by many names, found by Spark through Splink: for a register, or a crowd of names, past one machine.

`[register] spark` of hub.toml names the master (`local[2]`, `spark://host:7077`); else DuckDB does it (`entities.candidates.search`), which is quicker on
one machine. Splink blocks on what `candidates` looks for (the rarest word, the letters that a name begins and ends with) and weighs pairs by the
probabilities below, which are given and not estimated, so that the same names give the same pairs. The `candidates.MOST` likeliest of each name are then
scored as all others are (`entities.score`), whose limits say what is linked. Needs `make spark`, and Java 17; workers read data/warehouse at its path.

Belongs here: Spark. What is looked up, and what follows from what was found, belongs to `lookup` and `links`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.entities import candidates
from km0_pipeline.hub import HubError
from km0_pipeline.sql import literal, location

LIKE = [0.97, 0.9, 0.8]
"""Likeness of two names without spaces (Jaro-Winkler) from which on they are of a level, below those that are the same."""
SAME = {"glued": [0.4, 0.2, 0.25, 0.1, 0.05], "postcode": [0.7, 0.3], "block": [0.9, 0.1]}
TWO = {"glued": [1e-6, 1e-6, 1e-5, 1e-4, 0.999888], "postcode": [0.001, 0.999], "block": [0.02, 0.98]}
"""How often pairs that are one, and two, are of each level and of none."""

_WEIGHED = """
with worded as (select unique_id, explode(split(key, ' ')) as word from {side}_names),
rarest as (select unique_id, min_by(word, struct(bearers, word)) as rare from worded join words using (word) group by unique_id)
select
    '{side}' as side, n.unique_id, n.postcode, n.block, replace(n.key, ' ', '') as glued, r.rare, left(replace(n.key, ' ', ''), {ends}) as beginning,
    right(replace(n.key, ' ', ''), {ends}) as ending
from {side}_names as n left join rarest as r using (unique_id)
"""

_LIKELIEST = """
with pairs as (
    select if(side_l = 'sought', unique_id_l, unique_id_r) as sought, if(side_l = 'sought', unique_id_r, unique_id_l) as id, round(match_weight, 6) as weight
    from {weighed}
),
ranked as (select sought, id, row_number() over (partition by sought order by weight desc, id) as rank from pairs)
select sought, id from ranked where rank <= {most}
"""


def search(db: duckdb.DuckDBPyConnection, sought: str, index: dict[str, Path], master: str) -> None:
    """As `candidates.search`, in the `index` that `candidates.prepare` left in files. Raises HubError where Spark at `master` can't be used."""
    candidates.want(db, sought)
    with tempfile.TemporaryDirectory(prefix="spark-", dir=index["names"].parent) as scratch:
        folder = Path(scratch)
        db.execute(f"copy (select sought as unique_id, key, postcode, block from wanted) to {literal(folder / 'sought.parquet')} (format parquet)")
        try:
            _linked(folder, index, master)
        except Exception as e:
            raise HubError(f"hub.toml, [register] spark: {master} could not look names up ({type(e).__name__}: {' '.join(str(e).split())[:200]}). Look whether Java 17 and the master are there; or take it out.") from None
        db.execute(f"create or replace temp table found as select sought::integer as sought, id::integer as id from read_parquet({location(folder / 'found')[:-1]}/*.parquet')")
    candidates.pair(db)


def _linked(folder: Path, index: dict[str, Path], master: str) -> None:
    """Write the pairs (sought, id) of `folder`/sought.parquet and the index to `folder`/found."""
    from pyspark.sql import SparkSession
    from splink import Linker
    from splink.internals.spark.database_api import SparkAPI
    from splink.internals.spark.jar_location import similarity_jar_location

    settings = {"spark.jars": similarity_jar_location(), "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR", "spark.sql.shuffle.partitions": "8", "spark.sql.warehouse.dir": str(folder / "tables")}
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master).appName("km0 register")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        spark.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
        spark.read.parquet(str(folder / "sought.parquet")).createOrReplaceTempView("sought_names")
        spark.read.parquet(str(index["names"])).selectExpr("id as unique_id", "key", "postcode", "block").createOrReplaceTempView("register_names")
        spark.read.parquet(str(index["words"])).createOrReplaceTempView("words")
        api = SparkAPI(spark_session=spark)
        sides = [api.register(spark.sql(_WEIGHED.format(side=side, ends=candidates.ENDS))) for side in ("sought", "register")]
        weighed = Linker(sides, _settings(), log_level=40).inference.predict(threshold_match_weight=-10)
        likeliest = _LIKELIEST.format(weighed=weighed.physical_name, most=candidates.MOST)
        spark.sql(likeliest).write.parquet(str(folder / "found"))
    finally:
        spark.stop()


def _settings() -> Any:
    """Blocks and comparisons, as Splink takes them."""
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="link_only",
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        additional_columns_to_retain=["side"],
        probability_two_random_records_match=2e-7,
        blocking_rules_to_generate_predictions=[block_on("glued"), block_on("block", "rare"), block_on("block", "beginning"), block_on("block", "ending")],
        comparisons=[
            comparison.configure(m_probabilities=SAME[column], u_probabilities=TWO[column])
            for column, comparison in (("glued", compare.JaroWinklerAtThresholds("glued", LIKE)), ("postcode", compare.ExactMatch("postcode")), ("block", compare.ExactMatch("block")))
        ],
    )
