-- Each property of which sources give values that can't all be true, with the one chosen and why.
with names as (
    select organisation_id as entity_id, name from organisations
    union all
    select person_id as entity_id, name from people
    union all
    select place_id as entity_id, name from places
    union all
    select event_id as entity_id, name from events
),
-- one value at a time: names, roles and free words may differ without contradiction
said as (
    select
        claim_id, entity_id, entity_kind, property, coalesce(scope, '') as scope, value, value_kind, lower(strip_accents(value)) as same,
        qualifier, replace(coalesce(stated_on, ''), 'X', '0') as stated_on, document_id, locator, confidence, source_rank, rank
    from ranked_claims
    where value_kind <> 'mention'
        and property not in ('name', 'role', 'activity', 'founder_profession', 'space', 'former_use', 'funding_eur')
),
chosen as (
    select * from said where rank = 1
),
-- a year and a day of that year agree; so do the two ends of a range, which stand at one place
others as (
    select s.*
    from said as s
    join chosen as c on c.entity_id = s.entity_id and c.property = s.property and c.scope = s.scope
    where s.same <> c.same
        and not (s.document_id = c.document_id and s.locator = c.locator)
        and not (s.value_kind = 'date' and (starts_with(s.same, c.same || '-') or starts_with(c.same, s.same || '-')))
),
against as (
    select
        entity_id, property, scope,
        string_agg(distinct replace(value, '|', '/'), '|' order by replace(value, '|', '/')) as other_values,
        min_by(source_rank, rank) as source_rank,
        min_by(stated_on, rank) as stated_on,
        min_by(confidence, rank) as confidence
    from others
    group by entity_id, property, scope
),
documents as (
    select entity_id, property, scope, count(distinct document_id) as sources
    from said
    group by entity_id, property, scope
)
select
    'dis-' || left(digest3(c.entity_id, c.property, c.scope), 16) as discrepancy_id,
    c.entity_id as entity_id,
    c.entity_kind as entity_kind,
    n.name as entity_name,
    c.property as property,
    nullif(c.scope, '') as scope,
    c.value as chosen_value,
    c.qualifier as chosen_qualifier,
    a.other_values as other_values,
    case
        when c.source_rank < a.source_rank then 'source_rank'
        when c.stated_on > a.stated_on then 'later_date'
        when c.confidence > a.confidence then 'confidence'
        else 'tie'
    end as reason,
    d.sources as sources,
    c.claim_id as claim_id
from chosen as c
join against as a on a.entity_id = c.entity_id and a.property = c.property and a.scope = c.scope
join documents as d on d.entity_id = c.entity_id and d.property = c.property and d.scope = c.scope
left join names as n on n.entity_id = c.entity_id
