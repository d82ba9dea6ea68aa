"""How likely a name that may be meant is the one meant.

What speaks for a pair and against it is measured (`EVIDENCE`), weighed and summed: the sum is the logarithm of how many times likelier the two are one
than two, less that of how many names there are to choose from. `probability` then sets each owner against all others that were found and against none of
them: it is high only where the sum is high *and* leads the second. `benchmarks/linkage.py --learn` measures the weights.

Belongs here: what pairs of `candidates` are worth. What is done with them is for who asks.
"""

from __future__ import annotations

import duckdb

from km0_pipeline.steps import modules_version

EVIDENCE = {
    "shared": "what the words say that both names have, nats",
    "slipped": "what the words say that are a slip of the pen apart, nats",
    "slips": "how many such words",
    "ours_left": "what the words say that only the name sought has, nats",
    "theirs_left": "what the words say that only the name found has, nats, at most 8",
    "likeness": "1 less the share of letters to change (Damerau-Levenshtein, spaces aside)",
    "likeness_squared": "its square",
    "same_postcode": "1 if so",
    "same_commune": "1 if so",
    "same_block": "1 if so",
    "active": "1 if it is active, or that is not known",
    "same_street": "1 if so",
    "same_naf": "1 if so, -1 if another",
}
"""What is measured of a pair: columns of the table `evidence`."""

WEIGHTS = {
    "constant": 5.195,
    "shared": 0.432,
    "slipped": 0.197,
    "slips": 1.435,
    "ours_left": -0.031,
    "theirs_left": -0.202,
    "likeness": -7.966,
    "likeness_squared": 10.858,
    "same_postcode": 2.471,
    "same_commune": 1.159,
    "same_block": 0.951,
}
"""Of the sum, with `constant` added to it. Learnt on made-up tenants against a register of 5 million (`benchmarks/linkage.py --learn`, seed 11). Words that are
left over weigh in `likeness`, which is why they hardly do here."""

BY_HAND = {"active": 2.0, "same_street": 1.5, "same_naf": 0.7}
"""Weights that are not learnt: names of those who are gone stay in the press; addresses and activities are not in what was learnt from."""

SURE, DOUBTFUL = 0.91, 0.3
"""Probability from which on a pair is linked (99 of 100 such links were right, of those made-up tenants); and from which on a person is asked."""

_EVIDENCE = """
create or replace temp table candidates as
select p.sought, n.* from pairs as p join (from names where id in (select id from pairs)) as n on n.id = p.id;

-- each word of the one beside each of the other
create or replace temp table beside as
with ours as (
    select s.sought, s.word, told(w.bearers) as told from sought_words as s left join words as w on w.word = s.word
),
theirs as (
    select c.sought, c.id, w.word, told(w.bearers) as told
    from (select sought, id, unnest(list_distinct(string_split(key, ' '))) as word from candidates) as c
    join words as w on w.word = c.word
)
select
    t.sought, t.id, o.word as ours, o.told as ours_told, t.word as theirs, t.told as theirs_told,
    case
        when o.word = t.word then 2
        when near_words(o.word, t.word) then 1
        else 0
    end as near
from theirs as t
join ours as o on o.sought = t.sought;

create or replace temp table evidence as
with ours as (
    select sought, id, max(near) as near, first(ours_told) as told, max(theirs_told) filter (where near = 1) as met from beside group by sought, id, ours
),
theirs as (
    select sought, id, max(near) as near, first(theirs_told) as told from beside group by sought, id, theirs
),
ours_summed as (
    select
        sought, id, coalesce(sum(told) filter (near = 2), 0) as shared, coalesce(sum(met) filter (near = 1), 0) as slipped,
        count(*) filter (near = 1) as slips, coalesce(sum(told) filter (near = 0), 0) as ours_left
    from ours group by sought, id
),
theirs_summed as (
    select sought, id, least(coalesce(sum(told) filter (near = 0), 0), 8) as theirs_left from theirs group by sought, id
)
select
    c.sought, c.owner, c.id, o.* exclude (sought, id), t.theirs_left,
    1 - damerau_levenshtein(glued(c.key), glued(w.key)) / greatest(length(glued(c.key)), length(glued(w.key))) as likeness,
    likeness * likeness as likeness_squared,
    coalesce(c.postcode = w.postcode, false)::int as same_postcode,
    coalesce(text_key(c.commune) = text_key(w.commune), false)::int as same_commune,
    coalesce(c.block = w.block, false)::int as same_block,
    coalesce(c.active, true)::int as active,
    coalesce(text_key(c.street) = text_key(w.street), false)::int as same_street,
    coalesce(case when c.naf = w.naf then 1 else -1 end * (c.naf || w.naf is not null)::int, 0) as same_naf
from candidates as c
join wanted as w on w.sought = c.sought
join ours_summed as o on o.sought = c.sought and o.id = c.id
join theirs_summed as t on t.sought = c.sought and t.id = c.id;
"""

_SCORED = """
create or replace temp table scored as
with summed as (
    -- rounded: sums of floats differ by who added first
    select *, round({sum} - ln(getvariable('names')), 6) as score from evidence
),
best as (
    from summed qualify row_number() over (partition by sought, owner order by score desc, id) = 1
)
select *, round(exp(score - top) / (exp(-top) + sum(exp(score - top)) over (partition by sought)), 6) as probability
from (select *, greatest(max(score) over (partition by sought), 0) as top from best)
"""


def measure(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `evidence` (sought, owner, id, `EVIDENCE`) of the `pairs` that `candidates.search` found."""
    db.execute(_EVIDENCE)


def score(db: duckdb.DuckDBPyConnection) -> None:
    """Measure the pairs, and make the table `scored`: of each owner its best name, with score and probability."""
    measure(db)
    weights = WEIGHTS | BY_HAND
    db.execute(_SCORED.format(sum=" + ".join(f"{weights[e]} * {e}" for e in EVIDENCE) + f" + {weights['constant']}"))


def version() -> str:
    """What judged a pair: noted beside a decision."""
    return modules_version(__file__)[:8]
