-- Who is what to whom: one row a subject, relation and object, shown by the claim that wins. Tenants are in `tenancies`.
with names as (
    select organisation_id as entity_id, 'organisation' as kind, name from organisations
    union all
    select person_id as entity_id, 'person' as kind, name from people
    union all
    select place_id as entity_id, 'place' as kind, name from places
),
said as (
    select
        entity_id, property, object_entity_id,
        min_by(qualifier, rank) as qualifier,
        min_by(stated_on, rank) as stated_on,
        min_by(document_id, rank) as document_id,
        min_by(locator, rank) as locator,
        count(distinct story_id) as sources
    from ranked_claims
    where value_kind = 'mention' and property not in ('tenant_of', 'about') and object_entity_id <> entity_id
    group by entity_id, property, object_entity_id
)
select
    'rel-' || left(digest3(r.entity_id, r.property, r.object_entity_id), 16) as relationship_id,
    r.entity_id as subject_id,
    s.kind as subject_kind,
    s.name as subject_name,
    r.property as relation,
    r.object_entity_id as object_id,
    o.kind as object_kind,
    o.name as object_name,
    r.qualifier as qualifier,
    r.stated_on as stated_on,
    r.sources as sources,
    r.document_id as document_id,
    r.locator as locator
from said as r
join names as s on s.entity_id = r.entity_id
join names as o on o.entity_id = r.object_entity_id
