-- Communes, sites, buildings, lines: what the sources locate things in, from the claims that win.
with said as (
    select entity_id, property, value, object_entity_id, document_id, story_id, path, locator, position, stated_on, rank
    from ranked_claims
    where entity_kind = 'place'
),
chosen as (
    select
        entity_id,
        max(value) filter (where property = 'name') as name,
        max(value) filter (where property = 'kind') as kind,
        max(value) filter (where property = 'address') as address,
        max(value) filter (where property = 'postcode') as postcode,
        max(value) filter (where property = 'commune') as commune,
        max(value) filter (where property = 'commune_code') as commune_code,
        max(value) filter (where property = 'department') as department,
        max(value) filter (where property = 'coordinates') as coordinates,
        max(value) filter (where property = 'area_m2') as area_m2,
        max(value) filter (where property = 'former_use') as former_use,
        max(value) filter (where property = 'built_in') as built_in,
        max(value) filter (where property = 'opened_on') as opened_on,
        max(object_entity_id) filter (where property = 'located_in') as located_in_id
    from said
    where rank = 1
    group by entity_id
)
select
    s.entity_id as place_id,
    c.name as name,
    string_agg(distinct replace(s.value, '|', '/'), '|' order by replace(s.value, '|', '/')) filter (where s.property = 'name' and s.value <> c.name) as other_names,
    c.kind as kind,
    c.address as address,
    c.postcode as postcode,
    -- a commune is its own
    coalesce(c.commune, case when c.kind = 'commune' then c.name end) as commune,
    c.commune_code as commune_code,
    c.department as department,
    split_part(c.coordinates, ',', 1)::double as latitude,
    split_part(c.coordinates, ',', 2)::double as longitude,
    c.located_in_id as located_in_id,
    c.area_m2 as area_m2,
    c.former_use as former_use,
    c.built_in as built_in,
    c.opened_on as opened_on,
    count(distinct s.story_id) as sources,
    first(s.document_id order by s.stated_on nulls last, s.path, s.position, s.locator) as first_document_id,
    first(s.locator order by s.stated_on nulls last, s.path, s.position, s.locator) as first_locator
from said as s
join chosen as c on c.entity_id = s.entity_id
group by all
