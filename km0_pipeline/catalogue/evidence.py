"""What sources say of something, arranged to be shown: property by property, value by value, whose words each value rests on.

Belongs here: claims as pages show them. What a page says beside is in `pages`; how a value is said, in `terms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from km0_pipeline.catalogue import addresses, terms
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.streams import Row

SEVERAL = frozenset({"name", "role", "activity", "founder_profession", "space", "former_use", "address", "website"})
"""Properties beside relations that may have several values at once: none of them says otherwise."""
PER_VALUE = 40
"""Claims of one value that a page lists; the rest is counted, with a link to the table."""
PER_PART = 400
"""Claims on one page of a source; the next ones stand on the next page."""

_PREPARED = f"""
create table if not exists names as
select organisation_id as id, name, kind from organisations union all select person_id, name, null from people
union all select place_id, name, kind from places union all select event_id, coalesce(name, kind), kind from events;
create table if not exists told as
with mentions as (select subject_id, min(entity_id) as entity_id from claims group by subject_id)
select
    c.claim_id, c.document_id, c.locator, c.subject_kind, c.entity_id, n.name as subject, c.property, c.value, c.value_kind, c.original, c.qualifier,
    case when c.property = 'funding_eur' then null else c.scope end as scope,
    c.as_of, c.stated_on, c.confidence, c.closed_version, c.said_by is not null as quoted, o.id as other_id, o.name as other, q.id as by_id, q.name as by_name,
    regexp_extract(c.locator, '^[^0-9]*') as stem, list_transform(regexp_extract_all(c.locator, '[0-9]+'), lambda x: try_cast(x as hugeint)) as numbers,
    (row_number() over (partition by c.document_id order by stem, numbers, c.locator, c.entity_id, c.property, c.claim_id) - 1) // {PER_PART} + 1 as part,
    case s.kind when 'hub' then 1 when 'register' then 2 when 'registry' then 3 else 4 end as trust
from claims as c
join sources as s on s.document_id = c.document_id
left join names as n on n.id = c.entity_id
left join mentions as m on c.property = 'funding_eur' and m.subject_id = c.scope
left join names as o on o.id = coalesce(c.object_entity_id, m.entity_id)
left join mentions as b on b.subject_id = c.said_by
left join names as q on q.id = b.entity_id;
"""

OF_ENTITIES = """
select * exclude (stem, numbers), entity_id as key from told
order by entity_id, property, scope nulls first, closed_version nulls first, trust, stated_on desc nulls last, confidence desc, claim_id
"""
OF_SOURCES = """
select *, document_id as key from told order by document_id, stem, numbers, locator, entity_id, property, claim_id
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as other pages speak of it; `address` is its page, `others` who else published its story."""

    document_id: str
    title: str
    publisher: str | None
    published_on: str | None
    language: str | None
    kind: str
    others: tuple[str, ...]
    story: str

    @property
    def who(self) -> str:
        return self.publisher or self.title


@dataclass(slots=True)
class Claim:
    """One claim: the row of it (see `told`), and its document."""

    row: Row
    source: Source

    @property
    def address(self) -> str:
        """Of its place on the page of its source."""
        return addresses.of_source(self.source.document_id, self.row["part"]) + f"#c-{self.row['claim_id']}"


@dataclass(slots=True)
class Value:
    """One value and the claims that say it, the most trusted first; `stand`: chosen, agrees, otherwise, beside or closed."""

    row: Row
    claims: list[Claim]
    stand: str = "beside"
    total: int = 0
    stories: int = 0

    @property
    def link(self) -> str:
        """The page of what a relation leads to, if it has one."""
        return addresses.of_entity(self.row["other_id"]) if self.row["other_id"] and self.row["value_kind"] == "mention" else ""

    @property
    def years(self) -> tuple[str, str]:
        """First and last day on which it was said; empty where no source is dated."""
        days = sorted(c.row["stated_on"] for c in self.claims if c.row["stated_on"])
        return (days[0], days[-1]) if days else ("", "")


@dataclass(slots=True)
class Question:
    """What is said of one property, or of one scope of it: values beside each other, why the first is chosen (`reason`)."""

    scope: str | None
    values: list[Value]
    reason: str = ""

    @property
    def disputed(self) -> bool:
        return any(v.stand == "otherwise" for v in self.values)


@dataclass(slots=True)
class Section:
    """All that is said of one property, `term`."""

    term: str
    questions: list[Question] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return terms.anchor(self.term)

    @property
    def also(self) -> tuple[str, ...]:
        return terms.ALSO.get(self.anchor, ())

    @property
    def disputed(self) -> bool:
        return any(q.disputed for q in self.questions)


def prepare(edition: Edition) -> None:
    """Make what `OF_ENTITIES` and `OF_SOURCES` read: `told`, every claim with the names that it speaks of and its place in its document."""
    edition.db.execute(_PREPARED)


def sources(edition: Edition) -> dict[str, Source]:
    """Every document, by its id."""
    rows = edition.rows("select document_id, title, publisher, published_on, language, kind, coalesce(story_id, document_id) as story from sources order by document_id")
    stories: dict[str, set[str]] = {}
    for r in rows:
        stories.setdefault(r["story"], set()).add(r["publisher"] or r["title"])
    return {r["document_id"]: Source(**r, others=tuple(sorted(stories[r["story"]] - {r["publisher"] or r["title"]}))) for r in rows}


def sections(claims: Sequence[Row], known: dict[str, Source], chosen: dict[str, Any], disagreements: Iterable[Row]) -> list[Section]:
    """What `claims` (of one entity, as OF_ENTITIES orders them) say; `chosen` is its row of its table, `disagreements` its discrepancies."""
    found: list[Section] = []
    by_property: dict[str, list[Row]] = {}
    for d in disagreements:
        by_property.setdefault(d["property"], []).append(d)
    for prop, of_property in groupby(claims, key=lambda c: c["property"]):
        section = Section(prop)
        for scope, of_scope in groupby(of_property, key=lambda c: c["scope"] if prop == "headcount" else None):
            section.questions.append(_question(prop, scope, list(of_scope), known, chosen, by_property.get(prop, [])))
        section.questions.sort(key=lambda q: (-len(q.values), q.scope or ""))
        found.append(section)
    order = {p: i for i, p in enumerate(terms.PROPERTY)}
    return sorted(found, key=lambda s: order.get(s.term, len(order)))


def _question(prop: str, scope: str | None, claims: list[Row], known: dict[str, Source], chosen: dict[str, Any], disagreements: list[Row]) -> Question:
    values: dict[tuple[Any, ...], Value] = {}
    stories: dict[tuple[Any, ...], set[str]] = {}
    for c in claims:
        what = c["other_id"] if c["value_kind"] == "mention" else c["value"]
        key = (what, c["qualifier"], c["other_id"], c["closed_version"], c["scope"] if prop == "founder_profession" else None)
        one = values.get(key)
        if one is None:
            one = values[key] = Value(c, [], "closed" if c["closed_version"] else "beside")
            stories[key] = set()
        source = known[c["document_id"]]
        one.total += 1
        stories[key].add(source.story)
        if len(one.claims) < PER_VALUE:
            one.claims.append(Claim(c, source))
    for key, one in values.items():
        one.stories = len(stories[key])
    listed = list(values.values())
    ids = {c["claim_id"] for c in claims}
    won = next((d for d in disagreements if d["claim_id"] in ids), None)
    reason = ""
    if won is not None:
        others, reason = set(str(won["other_values"]).split("|")), won["reason"]
        for v in listed:
            if v.stand == "closed":
                continue
            written = v.row["value"] if v.row["qualifier"] == "exact" else f"{v.row['value']} ({v.row['qualifier']})"
            if v.row["value"] == won["chosen_value"] and v.row["qualifier"] == won["chosen_qualifier"]:
                v.stand = "chosen"
            else:
                v.stand = "otherwise" if written in others else "agrees"
    else:
        cell = chosen.get(terms.anchor(prop))
        live = [v for v in listed if v.stand == "beside"]
        for v in live:
            if cell is not None and (_same(cell, v.row["value"]) or len(live) == 1) and not any(w.stand == "chosen" for w in live):
                v.stand = "chosen"
        if any(v.stand == "chosen" for v in listed) and prop not in SEVERAL:
            for v in listed:
                if v.stand == "beside":
                    v.stand = "agrees"
    order = {"chosen": 0, "agrees": 1, "otherwise": 2, "beside": 3, "closed": 4}
    return Question(scope, sorted(listed, key=lambda v: order[v.stand]), reason)


def _same(cell: Any, value: str) -> bool:
    if isinstance(cell, float):
        try:
            return cell == float(value)
        except ValueError:
            return False
    return str(cell) == value
