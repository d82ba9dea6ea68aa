-- People in a public role. `claims` holds no one else.
with said as (
    select
        entity_id, property, value, object_entity_id, document_id, story_id, path, locator, position, stated_on, rank,
        try_cast(regexp_extract(locator, '-([0-9]+)$', 1) as bigint) as until
    from ranked_claims
    where entity_kind = 'person'
),
named as (
    select entity_id, max(value) as name
    from said
    where property = 'name' and rank = 1
    group by entity_id
),
-- a role said of several people at once is each one's (« cofondateurs »); the words around it say of which organisation
roles as (
    select
        r.entity_id,
        regexp_replace(replace(r.value, '|', '/'), '(^| et )([^ ]{2,}[^s ])s\b', '\1\2', 'g') as role,
        string_agg(distinct replace(o.name, '|', '/'), ', ' order by replace(o.name, '|', '/')) as organisations
    from said as r
    left join said as b
        on b.entity_id = r.entity_id and b.document_id = r.document_id and b.property in ('founder_of', 'heads', 'works_for')
        and b.position <= r.position and b.until >= r.until
    left join organisations as o on o.organisation_id = b.object_entity_id
    where r.property = 'role'
    group by all
),
held as (
    select entity_id, string_agg(role || coalesce(' (' || organisations || ')', ''), '|' order by role) as roles
    from roles
    group by entity_id
)
select
    s.entity_id as person_id,
    n.name as name,
    string_agg(distinct replace(s.value, '|', '/'), '|' order by replace(s.value, '|', '/')) filter (where s.property = 'name' and s.value <> n.name) as other_names,
    h.roles as roles,
    count(distinct s.story_id) as sources,
    first(s.document_id order by s.stated_on nulls last, s.path, s.position, s.locator) as first_document_id,
    first(s.locator order by s.stated_on nulls last, s.path, s.position, s.locator) as first_locator
from said as s
join named as n on n.entity_id = s.entity_id
left join held as h on h.entity_id = s.entity_id
where s.property in ('name', 'role')
group by s.entity_id, n.name, h.roles
