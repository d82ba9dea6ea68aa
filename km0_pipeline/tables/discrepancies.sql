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
comparable as (
    select
        claim_id, entity_id, entity_kind, property, coalesce(scope, '') as scope, coalesce(room, '') as room, value, low, high,
        lower(strip_accents(value)) as same, qualifier, as_of, coalesce(as_of, stated_on, '') as held_on,
        replace(coalesce(as_of, stated_on, ''), 'X', '0') as stated_on, document_id, story_id, locator,
        confidence, source_rank, trust, rank
    from ranked_claims
    where value_kind <> 'mention'
        and property not in ('name', 'role', 'activity', 'founder_profession', 'space', 'former_use', 'funding_eur', 'coordinates')
),
-- words that date an organisation's opening date the event of it too: one disagreement, told of the organisation
said as (
    select c.*
    from comparable as c
    left join comparable as o
        on c.property = 'date' and o.property = 'opened_on' and o.document_id = c.document_id and o.locator = c.locator and o.value = c.value
    where o.claim_id is null
),
chosen as (
    select * from said where rank = 1
),
-- whether it and the chosen one can both be true: a number or a day is in both, or the words are the same, or each is said
-- of another time
judged as (
    select
        s.*,
        coalesce(s.low <= c.high and c.low <= s.high, s.same = c.same) or (
            (s.as_of is not null or c.as_of is not null)
            and left(s.held_on, least(length(s.held_on), length(c.held_on))) <> left(c.held_on, least(length(s.held_on), length(c.held_on)))
        ) as agrees
    from said as s
    join chosen as c on c.entity_id = s.entity_id and c.property = s.property and c.scope = s.scope and c.room = s.room
),
-- what contradicts the chosen one, and what contradicts something else that agrees with it
contradictions as (
    select distinct s.claim_id
    from judged as s
    join judged as o
        on o.entity_id = s.entity_id and o.property = s.property and o.scope = s.scope and o.room = s.room and o.agrees and o.same <> s.same
    where coalesce(s.low > o.high or o.low > s.high, true)
        -- nor does what is said of another time contradict it
        and (
            (s.as_of is null and o.as_of is null)
            or left(s.held_on, least(length(s.held_on), length(o.held_on))) = left(o.held_on, least(length(s.held_on), length(o.held_on)))
        )
),
others as (
    select
        s.entity_id, s.property, s.scope, s.room,
        string_agg(
            distinct replace(s.value, '|', '/') || case s.qualifier when 'exact' then '' else ' (' || s.qualifier || ')' end, '|'
            order by replace(s.value, '|', '/') || case s.qualifier when 'exact' then '' else ' (' || s.qualifier || ')' end
        ) as other_values,
        -- the first of those that contradict the chosen one, if any does
        arg_min(s.claim_id, (s.agrees, s.trust)) as claim_id
    from judged as s
    join contradictions as x on x.claim_id = s.claim_id
    join chosen as c on c.entity_id = s.entity_id and c.property = s.property and c.scope = s.scope and c.room = s.room
    where s.rank > 1 and (s.same, s.qualifier) <> (c.same, c.qualifier)
    group by s.entity_id, s.property, s.scope, s.room
),
documents as (
    select entity_id, property, scope, room, count(distinct story_id) as sources, min_by(claim_id, trust) as first_id
    from said
    group by entity_id, property, scope, room
)
select
    'dis-' || left(digest3(c.entity_id, c.property, c.scope || case c.room when '' then '' else '|' || c.room end), 16) as discrepancy_id,
    c.entity_id as entity_id,
    c.entity_kind as entity_kind,
    n.name as entity_name,
    c.property as property,
    coalesce(nullif(c.scope, ''), nullif(c.room, '')) as scope,
    c.value as chosen_value,
    c.qualifier as chosen_qualifier,
    o.other_values as other_values,
    case
        when w.source_rank < l.source_rank then 'source_rank'
        when w.stated_on > l.stated_on then 'later_date'
        when w.confidence > l.confidence then 'confidence'
        else 'tie'
    end as reason,
    d.sources as sources,
    c.claim_id as claim_id
from chosen as c
join others as o on o.entity_id = c.entity_id and o.property = c.property and o.scope = c.scope and o.room = c.room
join documents as d on d.entity_id = c.entity_id and d.property = c.property and d.scope = c.scope and d.room = c.room
join said as l on l.claim_id = o.claim_id
-- the chosen one may stand there for a more trusted one that it only makes more precise
join said as w on w.claim_id = case when c.trust < l.trust then c.claim_id else d.first_id end
left join names as n on n.entity_id = c.entity_id
