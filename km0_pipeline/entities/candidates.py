"""Which of many names may be meant by a name: from millions, the few dozen worth scoring.

An *index* is four relations, made once (`prepare`) as tables or as Parquet files:

    names     id, owner, name, key, commune, postcode, street, naf, active, block; in the order of blocks
    words     word, bearers: in how many names a word stands; the rarer, the more it says
    postings  word, block, ids: the names of a block that bear a word, or begin (`^…`) or end (`…$`) with those letters
    variants  variant, word: each word whole and with one letter left out: words one slip of the pen apart share one

`owner` is whose name it is (a SIREN in a register, a cluster among mentions), `block` where one looks first (a department, a place).
`search` asks for many names at once: those that share rare words in the block, or anywhere where few bear them, slips of the pen
included; and for whom that finds nothing near, those that begin or end alike.

Belongs here: what may be meant. How likely it is belongs to `score`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from km0_pipeline.entities.names import FORMS, NAMES_SQL
from km0_pipeline.sql import literal, location

ABBREVIATIONS = {
    "const": "construction", "dev": "developpement", "ets": "etablissements", "grp": "groupe", "info": "informatique", "ing": "ingenierie", "soc": "societe",
    "st": "saint", "ste": "societe", "svces": "services", "techno": "technologies",
}  # fmt: skip
"""Words as spreadsheets shorten them -> whole."""

SMALL = ("d", "de", "des", "du", "et", "l", "la", "le", "les")
"""Words that writers leave out. So they do forms of companies (`names.FORMS`), which follow one another."""

NEAR, RARE, MOST, ALIKE = 2000, 300, 40, 40_000
"""Names looked at for one name in its block; in how many names anywhere a word is rare enough to look there too; how many are scored; how many of a
block may begin or end alike for those to be looked at."""

ENDS, SLIPS = 5, 5
"""Letters that a beginning or an end has; letters from which on a word is looked for with a slip of the pen."""

INDEX = ("names", "postings", "words", "variants")

_LEFT_OUT = (*SMALL, *(f for f in FORMS["company"] if " " not in f))
_WHOLE = " ".join(f"when '{short}' then '{whole}'" for short, whole in ABBREVIATIONS.items())

WORDS_SQL = rf"""
create or replace macro words_of(k) as case when regexp_matches(k, '\b({"|".join((*_LEFT_OUT, *ABBREVIATIONS))})\b') then
    coalesce(nullif(array_to_string(list_transform(
        list_filter(string_split(k, ' '), lambda w: w not in ({", ".join(f"'{w}'" for w in _LEFT_OUT)})), lambda w: case w {_WHOLE} else w end), ' '), ''), k)
    else k end;
create or replace macro glued(key) as replace(key, ' ', '');
create or replace macro ends(g) as case when length(g) >= {ENDS} then ['^' || left(g, {ENDS}), right(g, {ENDS}) || '$'] end;
create or replace macro slips(w) as case when length(w) >= {SLIPS} and not regexp_matches(w, '[0-9]') then
    list_append(list_transform(range(1, length(w) + 1), lambda i: left(w, i - 1) || substr(w, i + 1)), w) end;
create or replace macro slipped(v, w) as
    least(length(v), length(w)) >= {SLIPS} and abs(length(v) - length(w)) <= 1 and not regexp_matches(v || w, '[0-9]') and damerau_levenshtein(v, w) = 1;
create or replace macro near_words(v, w) as
    least(length(v), length(w)) > 3 and not regexp_matches(v || w, '[0-9]') and (slipped(v, w) or jaro_winkler_similarity(v, w) >= 0.9);
create or replace macro told(bearers) as ln(getvariable('names') / coalesce(bearers, 1));
"""
"""DuckDB macros: `words_of(text_key)`, the words that count, whole; `glued` and `ends` of those; `slips(word)`; `slipped(word, word)`, whether they are
one slip apart; `near_words(word, word)`, whether they may be one; `told(bearers)`, what a word says that so many names bear (nats)."""

_PREPARE = {
    "names": """
        with keyed as (
            select owner, name, text_key(name) as key, commune, postcode, street, naf, active, block from {names}
        )
        select (row_number() over ())::integer as id, * replace (words_of(key) as key)
        from (from keyed where key <> '' order by block, owner, name, postcode, commune, street, naf, active)
    """,
    "postings": """
        select word, block, list_sort(list(id)) as ids
        from (
            select id, block, unnest(string_split(key, ' ')) as word from names
            union all
            select id, block, unnest(ends(glued(key))) as word from names
        )
        group by word, block
        order by word, block
    """,
    "words": "select word, sum(len(ids)) as bearers from postings where word not like '^%' and word not like '%$' group by word order by word",
    "variants": "select variant, word from (select word, unnest(slips(word)) as variant from words) order by variant, word",
}


def prepare(db: duckdb.DuckDBPyConnection, names: str, files: Mapping[str, Path] | None = None) -> None:
    """Make the index of the relation `names` (columns of `names` above, without id and key): in tables, or in `files` (of each of `INDEX`) and used from there."""
    db.execute(NAMES_SQL + WORDS_SQL)
    for relation in INDEX:
        made = _PREPARE[relation].format(names=names)
        if files is None:
            db.execute(f"create or replace temp table {relation} as {made}")
        else:
            db.execute(
                f"copy ({made}) to {literal(files[relation])} (format parquet, compression zstd, row_group_size 50000)"
            )
            _view(db, files, relation)
    _count(db)


def use(db: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Use the index that `prepare` left in `files`."""
    db.execute(NAMES_SQL + WORDS_SQL)
    for relation in INDEX:
        _view(db, files, relation)
    _count(db)


def _view(db: duckdb.DuckDBPyConnection, files: Mapping[str, Path], relation: str) -> None:
    db.execute(f"create or replace temp view {relation} as from read_parquet({location(files[relation])})")


def _count(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("set variable names = (select greatest(count(*), 1) from names)")


_SEARCH = """
-- words of the index that a word may be: itself, or one a slip of the pen away
create or replace temp table meant as
with written as (
    select distinct word from sought_words
),
variant as (
    select word, unnest(slips(word)) as variant from written
)
select distinct s.word, v.word as meant
from variant as s
join variants as v on v.variant = s.variant
where slipped(s.word, v.word)
union all
select word, word from written;

create or replace temp table needles as
with needed as (
    select word, block, len(ids) as bearers from postings where word in (select meant from meant)
),
counted as (
    select word, sum(bearers) as everywhere from needed group by word
),
near as (
    select s.sought, m.meant as word, m.word = m.meant as whole, n.block = s.block as near, n.block, n.bearers
    from sought_words as s
    join meant as m on m.word = s.word
    join needed as n on n.word = m.meant
    join counted as c on c.word = m.meant
    where n.block = s.block or c.everywhere <= {rare}
),
-- the rarest words first, until there are names enough
summed as (
    select *, sum(bearers) over (partition by sought, near order by bearers, word rows unbounded preceding) as looked_at from near
)
select sought, word, whole, near, block from summed where looked_at <= {near} or looked_at = bearers and looked_at <= 2 * {near};

create or replace temp table found as
with shared as (
    select n.sought, n.near, unnest(p.ids) as id, n.word, n.whole
    from needles as n
    join (from postings where word in (select word from needles)) as p on p.word = n.word and p.block = n.block
),
summed as (
    select s.sought, s.near, s.id, round(sum(told(w.bearers) * case when s.whole then 1 else 0.7 end), 6) as told
    from shared as s
    join (from words where word in (select word from needles)) as w on w.word = s.word
    group by all
)
select sought, id
from summed
qualify row_number() over (partition by sought, near order by told desc, id) <= case when near then {most} else {most} // 2 end;
"""

_ALIKE = """
-- whom no name that was found comes near
create or replace temp table lost as
select w.sought, w.block, glued(w.key) as glued
from wanted as w
left join (
    select f.sought, max(jaro_winkler_similarity(glued(w.key), glued(n.key))) as likeness
    from found as f
    join wanted as w on w.sought = f.sought
    join (select id, owner, key from names where id in (select id from found)) as n on n.id = f.id
    where n.owner is distinct from w.owner
    group by f.sought
) as f on f.sought = w.sought
where coalesce(f.likeness, 0) < 0.97;

insert into found
with beginnings as (
    select sought, block, glued, unnest(ends(glued)) as word from lost
),
blocks as (
    select e.sought, e.glued, left(e.word, 1) = '^' as beginning, unnest(p.ids) as id
    from beginnings as e
    join (from postings where word in (select word from beginnings)) as p on p.word = e.word and p.block = e.block
    where len(p.ids) <= {alike}
),
alike as (
    select
        b.sought, b.id,
        max(case when b.beginning then jaro_winkler_similarity(b.glued, n.glued) else jaro_winkler_similarity(reverse(b.glued), reverse(n.glued)) end) as likeness
    from blocks as b
    join (select id, glued(key) as glued from names where block in (select block from lost)) as n on n.id = b.id
    where abs(length(n.glued) - length(b.glued)) <= 8
    group by b.sought, b.id
)
select sought, id
from alike
where likeness > 0.8
qualify row_number() over (partition by sought order by likeness desc, id) <= {most} // 2;
"""


def search(
    db: duckdb.DuckDBPyConnection,
    sought: str,
    *,
    near: int = NEAR,
    rare: int = RARE,
    most: int = MOST,
    alike: int = ALIKE,
) -> None:
    """Look up the names of the relation `sought`: its key sought, name, commune, postcode, street, naf, block,
    and owner, whose own names are no candidates (or NULL).

    Makes the tables `wanted` (those, with their words as key), `sought_words` and `pairs` (sought, id). The numbers are those above.
    """
    want(db, sought)
    db.execute(_SEARCH.format(near=near, rare=rare, most=most) + _ALIKE.format(most=most, alike=alike))
    pair(db)


def want(db: duckdb.DuckDBPyConnection, sought: str) -> None:
    """The first part of `search`: the tables `wanted` and `sought_words`."""
    db.execute(
        f"""
        create or replace temp table wanted as select *, words_of(text_key(name)) as key from {sought};
        create or replace temp table sought_words as select distinct sought, block, unnest(string_split(key, ' ')) as word from wanted
        """
    )


def pair(db: duckdb.DuckDBPyConnection) -> None:
    """The last part of `search`: the table `pairs`, of what was `found` (sought, id)."""
    db.execute(
        """
        create or replace temp table pairs as
        select distinct f.sought, f.id
        from found as f
        join wanted as w on w.sought = f.sought
        join (select id, owner from names where id in (select id from found)) as n on n.id = f.id
        where n.owner is distinct from w.owner
        """
    )
