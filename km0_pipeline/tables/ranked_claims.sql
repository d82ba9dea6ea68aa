-- Which claim wins, declared once: the source, then the later day (of which it speaks, else on which it was said), then
-- confidence, then what stays as it is when a file's bytes change. Among claims that agree with that one, the more precise
-- stands before it (2019-09 before 2019). What documents that tell one story all say is said once: on the day of the first of
-- them, whose claim the others repeat.
with parts(code, first_day, last_day) as (
    -- seasons (a winter may be of either year), quarters and halves of a year in EDTF
    values ('21', 301, 621), ('22', 601, 923), ('23', 901, 1221), ('24', 101, 10321),
        ('33', 101, 331), ('34', 401, 630), ('35', 701, 930), ('36', 1001, 1231), ('40', 101, 630), ('41', 701, 1231)
),
-- rows of a registry of tenants, of organisations that have several: each speaks of a space, not of the whole organisation
tenants as (
    select
        c.entity_id, c.document_id, c.subject_id,
        trim(regexp_replace(lower(strip_accents(coalesce(max(c.value) filter (where c.property = 'space'), ''))), '[^a-z0-9]+', ' ', 'g')) as words
    from claims as c
    join registry_documents as d on d.document_id = c.document_id and d.at_hub
    join entity_mentions as m on m.mention_id = c.subject_id and not m.single and not m.is_hub
    where c.closed_version is null
    group by c.entity_id, c.document_id, c.subject_id
),
several as (
    select entity_id
    from tenants
    group by entity_id
    having count(distinct nullif(words, '')) > 1 or count(*) > count(distinct document_id)
),
rooms as (
    select
        subject_id,
        -- a space without a name, or named twice in one registry, is like no other
        case when words <> '' and count(*) over (partition by entity_id, document_id, words) = 1 then words else subject_id end as room
    from tenants
    where entity_id in (select entity_id from several)
),
stories as (
    select story_id
    from sources
    where closed_version is null and superseded_by is null and story_id is not null
    group by story_id
    having count(*) > 1
),
told as (
    select
        c.claim_id, c.document_id, s.story_id, s.path, coalesce(c.stated_on, '') as stated_on, replace(coalesce(s.publisher, s.title), '|', '/') as publisher,
        concat_ws('|', c.entity_id, c.property, c.qualifier, coalesce(c.as_of, ''), coalesce(m.entity_id, c.scope, ''), coalesce(c.object_entity_id, c.value)) as statement
    from claims as c
    join sources as s on s.document_id = c.document_id
    join stories as t on t.story_id = s.story_id
    left join entity_mentions as m on c.property = 'funding_eur' and m.mention_id = c.scope
    where c.closed_version is null
),
retold as (
    select
        story_id, statement, min(nullif(stated_on, '')) as stated_on, first(claim_id order by nullif(stated_on, '') nulls last, path, claim_id) as claim_id,
        first(document_id order by nullif(stated_on, '') nulls last, path, claim_id) as document_id,
        string_agg(distinct publisher, '|' order by publisher) as publishers
    from told
    group by story_id, statement
    having count(distinct document_id) > 1
),
voices as (
    select t.claim_id, r.stated_on, r.publishers, case when t.document_id <> r.document_id then r.claim_id end as repeats
    from told as t
    join retold as r on r.story_id = t.story_id and r.statement = t.statement
),
open_claims as (
    select
        c.claim_id, c.entity_id, c.subject_kind, c.property, c.scope, c.value, c.value_kind, c.object_entity_id, c.qualifier,
        c.as_of, coalesce(v.stated_on, c.stated_on) as stated_on, c.document_id, c.locator, c.confidence, s.kind as source_kind, s.path, r.room,
        coalesce(s.story_id, c.document_id) as story_id, v.repeats,
        coalesce(v.publishers, case when s.kind = 'press' then replace(coalesce(s.publisher, s.title), '|', '/') end) as publishers,
        case s.kind when 'hub' then 1 when 'register' then 2 when 'registry' then 3 else 4 end as source_rank,
        try_cast(regexp_extract(c.locator, '(?:char:|row:|/cell:[A-Z]+)([0-9]+)', 1) as bigint) as position,
        split_part(c.value, '/', 1) as since,
        split_part(c.value, '/', case when contains(c.value, '/') then 2 else 1 end) as until
    from claims as c
    join sources as s on s.document_id = c.document_id
    left join voices as v on v.claim_id = c.claim_id
    left join rooms as r on r.subject_id = c.subject_id and c.property in ('space', 'occupied_from', 'occupied_until', 'area_m2')
    where c.closed_version is null
),
-- what the value may mean at least and at most: dates as the number YYYYMMDD
bounded as (
    select
        c.*,
        case
            when c.value_kind = 'date' then try_cast(replace(left(c.since, 4), 'X', '0') as double) * 10000 + coalesce(
                a.first_day, try_cast(substr(c.since, 6, 2) as int) * 100 + coalesce(try_cast(substr(c.since, 9, 2) as int), 1), 101)
            when c.value_kind not in ('integer', 'decimal') then null
            when c.qualifier = 'at_most' then '-infinity'::double
            else try_cast(c.value as double)
        end as low,
        case
            when c.value_kind = 'date' then try_cast(replace(left(c.until, 4), 'X', '9') as double) * 10000 + coalesce(
                z.last_day, try_cast(substr(c.until, 6, 2) as int) * 100 + coalesce(try_cast(substr(c.until, 9, 2) as int), 31), 1231)
            when c.value_kind not in ('integer', 'decimal') then null
            when c.qualifier = 'at_least' then 'infinity'::double
            else try_cast(c.value as double)
        end as high
    from open_claims as c
    left join parts as a on c.value_kind = 'date' and a.code = substr(c.since, 6, 2)
    left join parts as z on c.value_kind = 'date' and z.code = substr(c.until, 6, 2)
),
trusted as (
    select
        *,
        row_number() over (
            partition by entity_id, property, scope, room
            order by
                source_rank, replace(coalesce(as_of, stated_on, ''), 'X', '0') desc, repeats is not null, confidence desc, path, position nulls first, value, qualifier,
                claim_id
        ) as trust
    from bounded
),
-- from the most trusted on, each that can be true together with the one before and says more stands instead; what is only
-- planned never stands for what is
precise as (
    select
        entity_id, property, coalesce(scope, '') as scope, coalesce(room, '') as room,
        list_reduce(
            list({'trust': trust, 'low': low, 'high': high, 'planned': qualifier = 'planned'} order by trust),
            lambda a, b: case
                when a.planned = b.planned and b.low <= a.high and a.low <= b.high and b.high - b.low < a.high - a.low then b else a
            end
        ).trust as chosen
    from trusted
    where low is not null and high is not null
    group by all
    having count(distinct value) > 1
)
select
    t.claim_id,
    t.entity_id,
    t.subject_kind as entity_kind,
    t.property,
    t.scope,
    t.room,
    t.value,
    t.value_kind,
    t.low,
    t.high,
    t.object_entity_id,
    t.qualifier,
    t.as_of,
    t.stated_on,
    t.document_id,
    t.path,
    t.locator,
    t.position,
    t.confidence,
    t.source_kind,
    t.source_rank,
    t.trust,
    case when t.trust = p.chosen then 1 when t.trust < p.chosen then t.trust + 1 else t.trust end as rank,
    t.story_id,
    t.repeats,
    t.publishers
from trusted as t
left join precise as p
    on p.entity_id = t.entity_id and p.property = t.property and p.scope = coalesce(t.scope, '') and p.room = coalesce(t.room, '')
