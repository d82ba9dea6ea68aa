-- Every statement that may leave: what the sources say now, and what they said in an earlier snapshot.
with said as (
    select claim_id, document_id, locator, subject_id, subject_kind, property, value, value_kind, original, qualifier, scope,
        as_of, stated_on, method, confidence, said_by
    from press_reviewed
    where status = 'accepted'
    union all
    select claim_id, document_id, locator, subject_id, subject_kind, property, value, value_kind, original, qualifier, scope,
        as_of, stated_on, method, confidence, said_by
    from registry_claims
    union all
    select claim_id, document_id, locator, subject_id, subject_kind, property, value, value_kind, original, qualifier, scope,
        as_of, stated_on, method, confidence, said_by
    from register_claims
    union all
    select claim_id, document_id, locator, subject_id, subject_kind, property, value, value_kind, original, qualifier, scope,
        as_of, stated_on, method, confidence, said_by
    from address_claims
    union all
    select claim_id, document_id, locator, subject_id, subject_kind, property, value, value_kind, original, qualifier, scope,
        as_of, stated_on, method, confidence, said_by
    from hub_claims
),
linked as (
    select
        s.claim_id, s.document_id, s.locator, s.subject_id, s.subject_kind, s.property, s.value, s.value_kind, s.original,
        s.qualifier, s.scope, s.as_of, s.stated_on, s.method, s.confidence, s.said_by,
        m.entity_id as entity_id, o.entity_id as object_entity_id, o.kind as object_kind, d.superseded_by is not null as superseded,
        coalesce(d.kind, '') = 'press' as is_press,
        -- said in a published source that has an address, and a day
        d.url is not null and coalesce(nullif(s.stated_on, ''), nullif(s.as_of, ''), d.published_on) is not null as citable, coalesce(n.path, d.path) as path
    from said as s
    join vocabulary as v on v.property = s.property and v.releasable
    -- of whom the national register withholds there is no mention
    join entity_mentions as m on m.mention_id = s.subject_id
    left join entity_mentions as o on s.value_kind = 'mention' and o.mention_id = s.value
    left join sources as d on d.document_id = s.document_id
    -- a later version of an article stands in its place, as a new edition of a file does
    left join sources as n on n.document_id = d.superseded_by
    where s.value_kind <> 'mention' or o.mention_id is not null
),
-- legal persons that object to its diffusion: where they are is not told
reserved as (
    select m.entity_id
    from register_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    where r.diffusion = 'partial'
),
-- a person is published for a public role, else not at all (STANDARDS R6): for an organisation that they founded or head, or
-- for a role of the closed list of reference/public_roles.csv in one
public_people as (
    select distinct entity_id
    from linked
    where subject_kind = 'person' and citable and not superseded and property in ('founder_of', 'heads') and object_kind = 'organisation'
    union
    select distinct r.entity_id
    from linked as r
    join linked as w on w.entity_id = r.entity_id and w.document_id = r.document_id
    where r.subject_kind = 'person' and r.citable and not r.superseded and r.property = 'role' and w.property = 'works_for' and w.object_kind = 'organisation'
        and regexp_matches(lower(strip_accents(r.value)), getvariable('public_roles'))
),
-- who may be named as the one who says it: organisations, and people with a public role
speakers as (
    select mention_id
    from entity_mentions
    where kind <> 'person' or entity_id in (select entity_id from public_people)
),
private_names as (
    select distinct document_id, value as name
    from linked
    where subject_kind = 'person' and property = 'name' and entity_id not in (select entity_id from public_people)
    union
    select document_id, value
    from press_reviewed
    where subject_kind = 'person' and property = 'name' and subject_id not in (select subject_id from linked)
),
-- words in which the name of anyone else stands are kept back
unquotable as (
    select distinct l.claim_id
    from linked as l
    join private_names as p on p.document_id = l.document_id
    where contains(l.original, p.name)
),
present as (
    select l.*
    from linked as l
    where (l.subject_kind <> 'person' or l.entity_id in (select entity_id from public_people))
        and (coalesce(l.object_kind, '') <> 'person' or l.object_entity_id in (select entity_id from public_people))
        and (l.property not in ('address', 'postcode', 'coordinates') or l.entity_id not in (select entity_id from reserved))
),
-- of longer words of the press, those around the value, if it stands in them; else none (limits.quotation)
wordy as (
    select
        claim_id, original, value, getvariable('quotation')::int as most, strpos(lower(original), lower(value)) as found,
        -- the value, as much before it as after, and one character more on each side to see where words end
        greatest(0, found - 1 - (most - 4 - length(value)) // 2) as from_char, from_char + most - 4 + 1 as to_char
    from present
    where is_press and value_kind <> 'mention' and length(original) > getvariable('quotation')::int
        and contains(lower(original), lower(value)) and length(value) + 4 <= getvariable('quotation')::int
),
quoted as (
    select claim_id, words
    from (
        select
            claim_id, value,
            case when from_char = 0 then substr(original, 1, to_char) else '… ' || regexp_replace(substr(original, from_char, to_char - from_char + 1), '^\S*\s+', '') end as head,
            case when to_char > length(original) then head else regexp_replace(head, '\s+\S*$', '') || ' …' end as words
        from wordy
    )
    where contains(lower(words), lower(value))
),
merged as (
    select old_id, min(new_id) as new_id
    from entity_redirects
    where reason = 'merge'
    group by old_id
),
before as (
    select
        c.claim_id, c.document_id, c.locator, c.subject_id, c.subject_kind, coalesce(m.new_id, c.entity_id) as entity_id,
        c.property, c.value, c.value_kind, coalesce(o.new_id, c.object_entity_id) as object_entity_id, c.original, c.qualifier,
        c.scope, c.as_of, c.stated_on, c.method, c.confidence, c.said_by, c.first_version, c.last_version, c.closed_version,
        coalesce(n.path, s.path) as path, s.kind as source_kind
    from previous_claims as c
    left join merged as m on m.old_id = c.entity_id
    left join merged as o on o.old_id = c.object_entity_id
    left join sources as s on s.document_id = c.document_id
    left join sources as n on n.document_id = s.superseded_by
),
-- a new edition of a file has other bytes and so other claim ids: what it repeats was first said by the old one
repeated as (
    select path, entity_id, property, coalesce(scope, '') as scope, coalesce(object_entity_id, value) as value,
        min(first_version) as first_version
    from (
        select path, entity_id, property, scope, object_entity_id, value, first_version
        from before
        where closed_version is null
    )
    group by all
),
present_statements as (
    select distinct path, entity_id, property, scope, coalesce(object_entity_id, value) as value
    from present
    where not superseded
),
-- what is no longer accepted leaves altogether: its source still says so, or never did
gone as (
    select b.*
    from before as b
    left join present as p on p.claim_id = b.claim_id
    left join present_statements as s
        on s.path = b.path and s.entity_id = b.entity_id and s.property = b.property and s.scope = coalesce(b.scope, '')
        and s.value = coalesce(b.object_entity_id, b.value)
    where p.claim_id is null and s.path is null and b.subject_kind <> 'person'
        and b.claim_id not in (select claim_id from press_reviewed where status <> 'accepted')
        and b.entity_id not in (select entity_id from entity_withheld where whole)
        and coalesce(b.object_entity_id, '') not in (select entity_id from entity_withheld where whole)
        and (coalesce(b.source_kind, '') in ('press', 'hub') or b.entity_id not in (select entity_id from entity_withheld))
        and (b.property not in ('address', 'postcode', 'coordinates') or b.entity_id not in (select entity_id from reserved))
        -- exact headcounts of a registry that now keeps them to itself
        and (b.property <> 'headcount' or not coalesce(regexp_full_match(b.path, getvariable('banded')), false))
)
select
    p.claim_id as claim_id,
    p.document_id as document_id,
    p.locator as locator,
    p.subject_id as subject_id,
    p.subject_kind as subject_kind,
    p.entity_id as entity_id,
    p.property as property,
    p.value as value,
    p.value_kind as value_kind,
    p.object_entity_id as object_entity_id,
    case
        when u.claim_id is not null then null
        when p.is_press and length(p.original) > getvariable('quotation')::int then q.words
        else nullif(left(p.original, 200), '')
    end as original,
    p.qualifier as qualifier,
    nullif(p.scope, '') as scope,
    nullif(p.as_of, '') as as_of,
    nullif(p.stated_on, '') as stated_on,
    p.method as method,
    p.confidence as confidence,
    speaker.mention_id as said_by,
    coalesce(b.first_version, r.first_version, getvariable('version')) as first_version,
    case when not p.superseded then null when b.closed_version is null then b.last_open else b.last_version end as last_version,
    case when p.superseded then coalesce(b.closed_version, getvariable('version')) end as closed_version
from present as p
left join unquotable as u on u.claim_id = p.claim_id
left join quoted as q on q.claim_id = p.claim_id
left join speakers as speaker on speaker.mention_id = p.said_by
left join (select claim_id, first_version, last_version, closed_version, getvariable('previous_version') as last_open from previous_claims) as b
    on b.claim_id = p.claim_id
left join present_statements as n
    on p.superseded and n.path = p.path and n.entity_id = p.entity_id and n.property = p.property and n.scope = p.scope
    and n.value = coalesce(p.object_entity_id, p.value)
left join repeated as r
    on r.path = p.path and r.entity_id = p.entity_id and r.property = p.property and r.scope = p.scope
    and r.value = coalesce(p.object_entity_id, p.value)
-- what an earlier version of an article said and the later one does not say stays, closed
where not p.superseded or (n.path is null and p.subject_kind <> 'person')
union all
select
    claim_id, document_id, locator, subject_id, subject_kind, entity_id, property, value, value_kind, object_entity_id, original,
    qualifier, scope, as_of, stated_on, method, confidence, said_by, first_version,
    case when closed_version is null then getvariable('previous_version') else last_version end as last_version,
    coalesce(closed_version, getvariable('version')) as closed_version
from gone
