"""What sources say of one entity, each statement with its words and its place, and how two of them stand to each other.

Belongs here: reading statements from `data/warehouse`, and the rule of `tables/ranked_claims.sql` in words.
"""

from __future__ import annotations

import builtins
import re
import unicodedata
from dataclasses import dataclass, replace

import duckdb

from km0_pipeline.registries.statements import claims_sql
from km0_pipeline.steps import Project


@dataclass(frozen=True)
class Said:
    """One statement: its value (`shown`: for a relation the other's name), the words it rests on, and where they stand.

    `object_id` is where a relation leads, or who receives an amount. `low` and `high` bound a number or a date, `trust` and
    `rank` are those of `ranked_claims`, `room` is the space that it speaks of, of a tenant that has several. `sentence` is
    the text before, the words, the text after; empty unless a press document says it. `gone_since` is the version since
    which no source says it any more; `corrected` tells when a later version of its article said otherwise, and what.
    `publishers` are all in whose papers the same story says it.
    `held` says why a claim of the press is not published: to_review or rejected.
    """

    claim_id: str
    property: str
    value: str
    value_kind: str
    object_id: str
    shown: str
    words: str
    sentence: tuple[str, ...]
    qualifier: str
    scope: str
    room: str
    low: float | None
    high: float | None
    stated_on: str
    confidence: float
    trust: int
    rank: int
    source_kind: str
    document_id: str
    title: str
    publisher: str
    published_on: str
    url: str
    path: str
    locator: str
    gone_since: str
    said_by: str
    publishers: str
    repeats: str
    superseded_by: str
    corrected: str
    held: str

    @builtins.property
    def also_in(self) -> list[str]:
        """The other publishers of the story that says it."""
        return [p for p in self.publishers.split("|") if p not in ("", (self.publisher or self.title).replace("|", "/"))]


_SAID = """
with ranked as (
    select
        r.claim_id, r.property, r.value, r.value_kind, r.object_entity_id as object_id, r.qualifier, coalesce(r.scope, '') as scope,
        coalesce(r.room, '') as room, r.low, r.high, coalesce(r.stated_on, '') as stated_on, r.confidence, r.trust, r.rank,
        r.document_id, r.locator, coalesce(w.original, '') as words, '' as gone_since, r.publishers, r.repeats, '' as held
    from ranked_claims as r
    left join (
        select claim_id, original from press_reviewed
        union all select claim_id, original from registry_claims
        union all select claim_id, original from register_claims
        union all select claim_id, original from address_claims
        union all select claim_id, original from hub_claims
    ) as w on w.claim_id = r.claim_id
    where r.entity_id = $id
),
gone as (
    select
        claim_id, property, value, value_kind, object_entity_id as object_id, qualifier, coalesce(scope, '') as scope,
        '' as room, null as low, null as high, coalesce(stated_on, '') as stated_on, confidence, 0 as trust, 0 as rank,
        document_id, locator, coalesce(original, '') as words, closed_version as gone_since, null as publishers, null as repeats, '' as held
    from claims
    where entity_id = $id and closed_version is not null
),
held as (
    select
        c.claim_id, c.property, c.value, c.value_kind, null as object_id, c.qualifier, c.scope, '' as room, null as low, null as high,
        c.stated_on, c.confidence, 0 as trust, 0 as rank, c.document_id, c.locator, c.original as words, '' as gone_since,
        null as publishers, null as repeats, c.status as held
    from press_reviewed as c
    join entity_mentions as m on m.mention_id = c.subject_id and m.entity_id = $id
    where c.status <> 'accepted'
),
said as (
    from ranked union all from gone union all from held union all by name from registered
)
select
    s.claim_id, s.property, s.value, s.value_kind, coalesce(s.object_id, m.entity_id, '') as object_id,
    coalesce(n.name, h.shown, case when s.scope = '' or s.property = 'funding_eur' then s.value else s.value || ' ' || s.scope end) as shown,
    s.words,
    case when d.document_id is null or not contains('/' || s.locator, '/char:') then [] else [d.text] end as sentence,
    s.qualifier, s.scope, s.room, s.low, s.high, s.stated_on, s.confidence, s.trust, s.rank, coalesce(o.kind, '') as source_kind, s.document_id,
    coalesce(o.title, ''), coalesce(o.publisher, ''), coalesce(o.published_on, ''), coalesce(o.url, ''), coalesce(o.path, ''), s.locator, s.gone_since,
    coalesce(spoke.name, ''),
    coalesce(s.publishers, ''), coalesce(s.repeats, ''), coalesce(o.superseded_by, ''),
    case when o.superseded_by is null then '' else 'corrected' || coalesce(' on ' || l.published_on, '') end,
    s.held
from said as s
left join names as n on n.entity_id = s.object_id
left join press_reviewed as h on s.held <> '' and s.value_kind = 'mention' and h.claim_id = s.claim_id
left join entity_mentions as m on s.property = 'funding_eur' and m.mention_id = s.scope
left join press_reviewed as q on q.claim_id = s.claim_id
left join entity_mentions as spoke on spoke.mention_id = q.said_by
left join sources as o on o.document_id = s.document_id
left join sources as l on l.document_id = o.superseded_by
left join (select document_id, any_value(text) as text from press_documents group by document_id) as d on d.document_id = s.document_id
order by s.property, s.rank, s.scope, s.claim_id
"""


def statements(db: duckdb.DuckDBPyConnection, project: Project, entity_id: str) -> list[Said]:
    """All that sources say of an entity, the claims that win first; what a story says in several papers once."""
    # rows of registries whose claims the claims table leaves out (limits.claims) are made into claims here
    db.execute(
        """
        create or replace temp table wanted as
        select * from registry_rows
        where mention_id in (select mention_id from entity_mentions where entity_id = $id)
            and mention_id not in (select subject_id from registry_claims)
        """,
        {"id": entity_id},
    )
    db.execute(
        f"""
        create or replace temp table registered as
        select
            c.claim_id, c.property, c.value, c.value_kind, m.entity_id as object_id, c.qualifier, c.scope, '' as room,
            null as low, null as high, c.stated_on, c.confidence, 1 as trust, 1 as rank, c.document_id, c.locator, c.original as words, '' as gone_since, null::varchar as publishers, null::varchar as repeats, '' as held
        from ({claims_sql(project.hub.mention_id)}) as c
        left join entity_mentions as m on c.value_kind = 'mention' and m.mention_id = c.value
        """
    )
    found = []
    for row in db.execute(_SAID, {"id": entity_id}).fetchall():
        said = Said(*row)
        if said.sentence:
            said = replace(said, sentence=sentence(said.sentence[0], said.locator))
        found.append(said)
    return [_corrected(s, found) if s.corrected else s for s in found if not s.repeats]


def _corrected(said: Said, found: list[Said]) -> Said:
    """With what the later version of its article says instead, if that is one thing."""
    now = {s.shown for s in found if (s.document_id, s.property, s.scope) == (said.superseded_by, said.property, said.scope) and not s.gone_since}
    return replace(said, corrected=f"{said.corrected} to {now.pop()}") if len(now) == 1 else said


def sentence(text: str, locator: str) -> tuple[str, str, str]:
    """The sentence around `char:a-b` (or `page:n/char:a-b`) in `text`: before the words, the words, after them; at most 200 characters each side."""
    start, end = (int(n) for n in locator.rpartition("char:")[2].split("-"))
    ends = list(re.finditer(r"(?<=[.!?…])\s+(?=[A-ZÀ-Ý«\"“])|\n\s*", text))
    left = max((m.end() for m in ends if m.end() <= start), default=0)
    right = min((m.start() for m in ends if m.start() >= end), default=len(text))
    before, after = text[left:start], text[end:right]
    if len(before) > 200:
        before = "…" + before[-200:].partition(" ")[2]
    if len(after) > 200:
        after = after[:200].rpartition(" ")[0] + "…"
    before, words, after = (re.sub(r"\s+", " ", part) for part in (before, text[start:end], after))
    return before.lstrip(), words, after.rstrip()


def _plain(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)).lower()


def equal(a: str, b: str) -> bool:
    """Whether two values are the same value, written alike or not."""
    try:
        return float(a) == float(b)
    except ValueError:
        return _plain(a) == _plain(b)


def agree(a: Said, b: Said) -> bool:
    """Whether two statements can both be true: the same words, or a number or a day that is in both."""
    if (a.scope, a.room) != (b.scope, b.room) or a.value_kind == "mention":
        return (a.scope, a.room, a.object_id) == (b.scope, b.room, b.object_id)
    if a.property == "name":
        return a.value == b.value
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return equal(a.value, b.value)
    return a.low <= b.high and b.low <= a.high


_SOURCES = {"hub": "hub.toml", "register": "the national register", "registry": "a registry", "press": "the press"}


def why(chosen: Said, also: tuple[Said, ...], otherwise: tuple[Said, ...]) -> str:
    """Why the chosen claim stands before the others, in words."""
    first = min((chosen, *also), key=lambda s: s.trust)
    precise = f"more precise than {first.shown}, with which it agrees" if first is not chosen else ""
    if not otherwise:
        sources = len({s.document_id for s in (chosen, *also)})
        return precise or ("the only source that says it" if sources == 1 else f"all {sources} sources that say it agree")
    other = min(otherwise, key=lambda s: s.trust)
    if chosen.trust < other.trust:
        return _before(chosen, other)
    return f"{precise}; of that and {other.shown}: {_before(first, other)}"


def _before(one: Said, other: Said) -> str:
    """What of the rule of `tables/ranked_claims.sql` set the one before the other."""
    if one.source_kind != other.source_kind:
        return f"{_SOURCES[one.source_kind]} goes before {_SOURCES[other.source_kind]}"
    # X: a digit that is not known
    if one.stated_on.replace("X", "0") > other.stated_on.replace("X", "0"):
        return f"said later: {one.stated_on}, after {other.stated_on or 'what bears no date'}"
    if one.confidence > other.confidence:
        return f"read with more certainty: {one.confidence:.2f} against {other.confidence:.2f}"
    return "nothing sets one before the other; the first by file and place stands, so that it is always the same"
