"""Which mentions are the same event: what it is, whom it concerns and its date, but for what happens once.

Belongs here: that one query. The steps belong to `resolve`.
"""

from __future__ import annotations

ONCE = ("opening",)
"""Kinds of events that an organisation has but one of."""

EVENTS_SQL = """
create temp table event_mentions as
with facts as (
    select
        subject_id as mention_id, min(value) filter (where property = 'kind') as what,
        min(value) filter (where property = 'about') as about,
        coalesce(min(value) filter (where property = 'date'), min(value) filter (where property = 'opened_on'), '') as held_on
    from claim
    where subject_kind = 'event'
    group by subject_id
),
abouts as (
    select m.mention_id, coalesce(e.entity_id, m.cluster) as entity_id
    from mentions as m
    left join named_entities as e on e.cluster = m.cluster
    where m.mention_id in (select about from facts)
),
known as (
    select m.*, case when f.what not in (select unnest(getvariable('once'))) then nullif(f.held_on, '') end as held_on, concat_ws('|', coalesce(f.what, ''), coalesce(a.entity_id, m.key)) as family
    from mentions as m
    left join facts as f on f.mention_id = m.mention_id
    left join abouts as a on a.mention_id = f.about
    where m.kind = 'event'
),
-- what is said without a date is the one event of its kind that has a date, if there is but one
dated as (
    select family, min(held_on) as held_on
    from known
    group by family
    having min(held_on) = max(held_on)
),
whole as (
    select k.*, k.family || '|' || coalesce(k.held_on, d.held_on, '') as known_by
    from known as k
    left join dated as d on d.family = k.family
)
select * exclude (held_on, family, known_by) replace (known_by as key, mint(kind, known_by) as own, mint(kind, known_by) as cluster)
from whole;
"""
"""The table `event_mentions`, of `claim`, `mentions` and `named_entities`: the organisations that events are about have their ids first."""
