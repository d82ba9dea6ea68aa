"""What joins and parts organisations beyond what they are called: people's decisions, and names that nearly agree.

    decision    what a steward decided (`decided`): *same* joins two organisations with all their mentions, *different* parts them,
                whatever identifier, name or likeness says
    scored      two names at one place, at least one without SIREN, that differ by spaces, small words, abbreviations, order or one slip of the
                pen in a long word only, and where `score` finds that likelier than all else

A place has too few names to tell which of their words are rare: hence both conditions. What is likely and not sure waits for a person: the table `doubts`. Numbers are never taken for slips, nor are two kinds of legal form joined.
Belongs here: what is done with mentions in the light of decisions and scores.
"""

from __future__ import annotations

from typing import Any

import duckdb

from km0_pipeline.entities import candidates
from km0_pipeline.entities.decided import Pair, find, settled, sides
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.entities.score import DOUBTFUL, score

LONG, LIKE, ASKED = 8, 0.75, 200
"""Letters of a word from which on one slip in it is no other name; likeness from which on names that both have words of their own are asked about, and others
where the words that they share tell half of what singles out a name at their place; how many pairs are asked about at once."""

NEARLY_SQL = f"""
create or replace macro only_in(a, b) as list_filter(a, lambda w: not list_contains(b, w));
create or replace macro one_slip(a, b) as len(a) = 1 and len(b) = 1 and near_words(a[1], b[1]) and damerau_levenshtein(a[1], b[1]) = 1;
create or replace macro nearly_same(one, other) as
    glued(one) = glued(other)
    or list_sort(string_split(one, ' ')) = list_sort(string_split(other, ' '))
    or list_max(list_transform(only_in(string_split(other, ' '), string_split(one, ' ')), lambda w: length(w))) >= {LONG}
        and one_slip(only_in(string_split(one, ' '), string_split(other, ' ')), only_in(string_split(other, ' '), string_split(one, ' ')));
create or replace macro numbers_in(key) as list_sort(regexp_extract_all(key, '[0-9]+'));
"""
"""DuckDB macros: `nearly_same(words_of(key), words_of(key))`, whether two names differ by spaces, small words, abbreviations, order or one slip of the pen in a
long word only; `numbers_in(key)`. Let `words_of` be columns of a query within: an argument is planned at each of its dozen places in the macro (0.3 s)."""

_SIDES = """
create or replace temp table sides as
with decided as (
    select unnest(range(len($names))) as side, unnest($names) as name_key, unnest($places) as place_key, unnest($sirens) as siren
)
select s.side, m.cluster, m.mention_id
from decided as s
join mentions as m
    on m.kind = 'organisation' and m.name_key = s.name_key and m.place_key = s.place_key and coalesce(m.siren, '') = s.siren
union
select s.side, m.cluster, m.mention_id
from decided as s
join mentions as m on m.siren = s.siren
where s.name_key = ''
"""

_LEFT = """
create or replace temp table left_over as
select distinct cluster from mentions where kind = 'organisation' and siren is null and stage is distinct from 'hub' and place_key <> '' and name_key <> '';

delete from left_over
where cluster in (select cluster from mentions where (siren is not null or stage = 'hub') and cluster in (select cluster from left_over))
"""

_SAID = """
create or replace temp table said as
select (row_number() over (order by cluster, place_key, name_key))::integer as sought, *, cluster in (select cluster from left_over) as left_over
from (
    select cluster, place_key, name_key, min(name) as name, coalesce(max(siren), '') as siren
    from mentions
    where kind = 'organisation' and name_key <> '' and place_key in (select place_key from mentions where cluster in (select cluster from left_over))
    group by cluster, place_key, name_key
)
"""

_NAMES = """(
    select sought, cluster as owner, name_key as name, null::varchar as commune, null::varchar as postcode, null::varchar as street, null::varchar as naf,
        null::boolean as active, place_key as block
    from said where {where}
)"""

# Names of the same letters, or of the same words, are found among however many others share their words.
_EQUAL = """
insert into pairs
with ours as (
    select sought, owner, block, glued(key) as letters, list_sort(string_split(key, ' ')) as words from wanted
),
theirs as (
    select id, owner, block, glued(key) as letters, list_sort(string_split(key, ' ')) as words from names
)
select o.sought, t.id from ours as o join theirs as t on t.block = o.block and t.letters = o.letters where t.owner <> o.owner
union
select o.sought, t.id from ours as o join theirs as t on t.block = o.block and t.words = o.words where t.owner <> o.owner
except
from pairs
"""

_ALIKE = """
create or replace temp table whole as
select cluster, max(siren) as siren, bool_or(coalesce(stage = 'hub', false)) as hub, list_distinct(list(coalesce(form, name_form(name)))) as forms
from mentions
where kind = 'organisation' and cluster in (select owner from scored union select s.cluster from said as s join scored as e on e.sought = s.sought)
group by cluster;

create or replace temp table alike as
select
    s.sought, s.cluster as one, n.owner as other, s.name as one_name, s.name_key as one_key, c.name as other_name, n.name as other_key, s.place_key as place,
    s.siren as one_siren, c.siren as other_siren,
    e.probability, e.ours_left, e.theirs_left, e.likeness, e.shared + e.slipped >= ln(getvariable('names')) / 2 as telling,
    nearly_same(s.words, n.key) as nearly_same,
    numbers_in(s.name_key) <> numbers_in(n.name) as numbers_differ,
    len(wone.forms) > 0 and len(wother.forms) > 0 and not list_has_any(wone.forms, wother.forms) as forms_differ
from scored as e
join (select *, words_of(name_key) as words from said) as s on s.sought = e.sought
join names as n on n.id = e.id
join said as c on (c.cluster, c.name_key, c.place_key) = (n.owner, n.name, n.block)
join whole as wone on wone.cluster = s.cluster
join whole as wother on wother.cluster = n.owner
where e.probability >= {doubtful};
"""

_PAIRS = """
select
    one, other, one_name, other_name, one_key, other_key, place, one_siren, other_siren, probability,
    sure
from (
    select
        *,
        -- namesakes that are two by their numbers or forms have been told apart before
        probability > 0.5 and one_key <> other_key and nearly_same as sure
    from alike
    where not numbers_differ and not forms_differ
)
where probability >= {doubtful} and (sure or likeness >= {likeness} or (ours_left = 0 or theirs_left = 0) and telling)
order by probability desc, one, other, one_key, other_key
"""

_DOUBTS = """
create or replace temp table doubts (
    one varchar, other varchar, one_name varchar, other_name varchar, one_place varchar, other_place varchar, one_siren varchar, other_siren varchar,
    probability double
)
"""


def join(db: duckdb.DuckDBPyConnection, pairs: list[Pair]) -> dict[str, Any]:
    """Set `cluster` and `stage` of the `mentions` that the decisions `pairs` and near names join or part; make the table `doubts`.

    Its columns: one and other (clusters), one_name, other_name, one_place, other_place, one_siren, other_siren, probability; each pair once, the `ASKED` likeliest,
    those first. Figures: `not_asked`, how many more there are, of which the turn comes when those are decided; `idle`, the lines of decisions of which a side
    is no longer spoken of.
    """
    db.execute(_DOUBTS)
    db.execute(NAMES_SQL + candidates.WORDS_SQL + NEARLY_SQL)
    apart, idle = _decide(db, pairs) if pairs else ({}, [])
    figures: dict[str, Any] = {"not_asked": 0, "idle": idle}
    db.execute(_LEFT)
    ((left,),) = db.execute("select count(*) from left_over").fetchall()
    if not left:
        return figures
    db.execute(_SAID)
    candidates.prepare(db, _NAMES.format(where="true"))
    candidates.search(db, _NAMES.format(where="left_over"), near=50, rare=0, most=10, alike=100)
    db.execute(_EQUAL)
    score(db)
    db.execute(_ALIKE.format(doubtful=DOUBTFUL))
    found = db.execute(_PAIRS.format(doubtful=DOUBTFUL, likeness=LIKE)).fetchall()
    known = (
        {row[0]: (row[1] or "", bool(row[2])) for row in db.execute("select cluster, siren, hub from whole").fetchall()}
        if found
        else {}
    )
    group: dict[str, str] = {}
    asked: dict[frozenset[str], tuple[object, ...]] = {}
    done = settled(pairs)
    for one, other, one_name, other_name, one_key, other_key, place, one_siren, other_siren, probability, sure in found:
        if frozenset(sides((one_key, place, one_siren), (other_key, place, other_siren))) in done or find(group, other) in apart.get(find(group, one), ()):
            continue
        if sure and not _two_sirens(group, known, one, other):
            _unite(group, known, apart, one, other)
        else:
            asked.setdefault(
                frozenset((one, other)), (one, other, one_name, other_name, place, place, one_siren, other_siren, probability)
            )
    _follow(db, group, "scored")
    left_open = [row for row in asked.values() if find(group, str(row[0])) != find(group, str(row[1]))]
    if left_open:
        columns = [list(column) for column in zip(*left_open[:ASKED], strict=True)]
        db.execute(f"insert into doubts select {', '.join(['unnest(?)'] * len(columns))}", columns)
    return figures | {"not_asked": max(0, len(left_open) - ASKED)}


def _decide(db: duckdb.DuckDBPyConnection, decisions: list[Pair]) -> tuple[dict[str, set[str]], list[int]]:
    """Let the mentions follow the decisions; returns from which clusters each is to stay apart, and the lines that concern nobody."""
    spoken = [side for p in decisions for side in (p.one, p.other)]
    names, places, sirens = ([side[n] for side in spoken] for n in range(3))
    db.execute(_SIDES, {"names": names, "places": places, "sirens": sirens})
    spoken_of = {side for (side,) in db.execute("select distinct side from sides").fetchall()}
    met = [n for n in range(len(decisions)) if {2 * n, 2 * n + 1} <= spoken_of]
    for n, pair in ((n, decisions[n]) for n in met):
        if pair.decision == "different":  # who has no SIREN leaves the cluster of both
            leaves = 2 * n + (
                (not pair.other[2] and bool(pair.one[2])) or (pair.other[2] == pair.one[2] and pair.other > pair.one)
            )
            db.execute(
                """
                update mentions set cluster = mint('organisation', concat_ws('|', 'apart', place_key, name_key, siren)), stage = 'decision'
                where mention_id in (select mention_id from sides where side = $leaves)
                    and cluster in (select m.cluster from mentions as m join sides as s on s.mention_id = m.mention_id where s.side = $stays)
                """,
                {"leaves": leaves, "stays": 4 * n + 1 - leaves},
            )
    now: dict[int, list[str]] = {}
    for side, cluster in db.execute(
        "select distinct s.side, m.cluster from sides as s join mentions as m on m.mention_id = s.mention_id order by all"
    ).fetchall():
        now.setdefault(side, []).append(cluster)
    found = db.execute(
        "select cluster, coalesce(max(siren), ''), bool_or(stage = 'hub') from mentions where cluster in (select unnest($c)) group by cluster",
        {"c": sorted({c for clusters in now.values() for c in clusters})},
    )
    known = {cluster: (siren, bool(hub)) for cluster, siren, hub in found.fetchall()}
    group: dict[str, str] = {}
    for n in met:
        if decisions[n].decision == "same":
            first, *others = [*now[2 * n], *now[2 * n + 1]]
            for cluster in others:
                _unite(group, known, {}, first, cluster)
    _follow(db, group, "decision")
    apart: dict[str, set[str]] = {}
    for n in met:
        if decisions[n].decision == "different":
            for one, other in ((find(group, one), find(group, other)) for one in now[2 * n] for other in now[2 * n + 1]):
                if one != other:
                    apart.setdefault(one, set()).add(other)
                    apart.setdefault(other, set()).add(one)
    # a side without a name is a unit of the register, of which nobody else has to speak
    return apart, sorted({decisions[n // 2].line for n, side in enumerate(spoken) if side[0] and n not in spoken_of})


def _unite(group: dict[str, str], known: dict[str, tuple[str, bool]], apart: dict[str, set[str]], one: str, other: str) -> None:
    """One group of two: called as the hub is, else as who has a SIREN, else as the smaller; who is kept apart from either is from both."""
    first, second = sorted((find(group, one), find(group, other)), key=lambda c: (not known[c][1], not known[c][0], c))
    group[second] = first
    for third in apart.pop(second, set()):
        apart[third] = apart[third] - {second} | {first}
        apart.setdefault(first, set()).add(third)


def _two_sirens(group: dict[str, str], known: dict[str, tuple[str, bool]], one: str, other: str) -> bool:
    return len({known[find(group, c)][0] for c in (one, other)} - {""}) > 1


def _follow(db: duckdb.DuckDBPyConnection, group: dict[str, str], stage: str) -> None:
    """Let the mentions of grouped clusters be of one cluster."""
    moved = {c: find(group, c) for c in group}
    if moved:
        db.execute(
            """
            update mentions set cluster = g.target, stage = $stage
            from (select unnest($members) as member, unnest($targets) as target) as g
            where mentions.cluster = g.member
            """,
            {"members": list(moved), "targets": list(moved.values()), "stage": stage},
        )
