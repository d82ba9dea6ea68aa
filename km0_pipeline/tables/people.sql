-- People in a public role. `claims` holds no one else.
with said as (
    select entity_id, property, value, document_id, locator, stated_on, rank
    from ranked_claims
    where entity_kind = 'person' and property in ('name', 'role')
),
named as (
    select entity_id, max(value) as name
    from said
    where property = 'name' and rank = 1
    group by entity_id
)
select
    s.entity_id as person_id,
    n.name as name,
    string_agg(distinct replace(s.value, '|', '/'), '|' order by replace(s.value, '|', '/')) filter (where s.property = 'name' and s.value <> n.name) as other_names,
    string_agg(distinct replace(s.value, '|', '/'), '|' order by replace(s.value, '|', '/')) filter (where s.property = 'role') as roles,
    count(distinct s.document_id) as sources,
    first(s.document_id order by s.stated_on nulls last, s.document_id, length(s.locator), s.locator) as first_document_id,
    first(s.locator order by s.stated_on nulls last, s.document_id, length(s.locator), s.locator) as first_locator
from said as s
join named as n on n.entity_id = s.entity_id
group by s.entity_id, n.name
