-- What happened or was announced: openings, arrivals, signatures, awards, conferences, calls for projects.
with said as (
    select entity_id, property, value, object_entity_id, qualifier, document_id, story_id, path, locator, position, stated_on, rank
    from ranked_claims
    where entity_kind = 'event'
),
chosen as (
    select
        entity_id,
        max(value) filter (where property = 'name') as name,
        max(value) filter (where property = 'kind') as kind,
        max(object_entity_id) filter (where property = 'about') as organisation_id,
        max(object_entity_id) filter (where property = 'located_in') as place_id,
        max(value) filter (where property in ('date', 'opened_on')) as held_on,
        max(value) filter (where property = 'announced_on') as announced_on,
        max(value) filter (where property = 'deadline') as deadline,
        coalesce(bool_or(qualifier = 'planned') filter (where property in ('date', 'opened_on')), bool_and(qualifier = 'planned')) as planned
    from said
    where rank = 1
    group by entity_id
)
select
    s.entity_id as event_id,
    c.name as name,
    c.kind as kind,
    case when c.planned then 'planned' else 'held' end as status,
    o.organisation_id as organisation_id,
    p.place_id as place_id,
    c.held_on as held_on,
    c.announced_on as announced_on,
    c.deadline as deadline,
    count(distinct s.story_id) as sources,
    first(s.document_id order by s.stated_on nulls last, s.path, s.position, s.locator) as first_document_id,
    first(s.locator order by s.stated_on nulls last, s.path, s.position, s.locator) as first_locator
from said as s
join chosen as c on c.entity_id = s.entity_id
left join organisations as o on o.organisation_id = c.organisation_id
left join places as p on p.place_id = c.place_id
group by all
