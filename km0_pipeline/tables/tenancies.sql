-- Who is in which space, from when to when; a tenancy that no source lists any more stays, closed. Of a registry that comes in
-- several editions, `listings` says which rows are one stay: the newest of them speaks for it.
with hub as (
    select min(entity_id) as host_id
    from entity_mentions
    where is_hub
),
listed as not materialized (
    select
        m.entity_id as organisation_id, h.host_id, m.single, r.space, r.occupied_from as valid_from, r.occupied_until as valid_until,
        r.area_m2, 'registry' as basis, false as planned, nullif(r.stated_on, '') as stated_on, r.document_id,
        case when r.sheet = '' then '' else 'sheet:' || r.sheet || '/' end || 'row:' || r."row" as locator,
        null as again, null as listed_as, null as began, null as since, null as ended, null as until, false as missing, false as former
    from registry_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    cross join hub as h
    where r.at_hub and not m.is_hub and not exists (select 1 from listings as l where l.mention_id = r.mention_id)
    union all
    select
        m.entity_id as organisation_id, h.host_id, m.single, l.space, l.valid_from, l.valid_until, l.area_m2, 'registry' as basis, false as planned,
        -- the day of a row, unless its file was handed in again later
        case when d.stated_on <> '' and l.listed_on > d.stated_on then l.listed_on else nullif(r.stated_on, '') end as stated_on, r.document_id,
        case when r.sheet = '' then '' else 'sheet:' || r.sheet || '/' end || 'row:' || r."row" as locator,
        l.again, l.listed_as, l.began, l.since, l.ended, l.until, l.missing, l.former
    from listings as l
    join registry_rows as r on r.mention_id = l.mention_id
    join registry_documents as d on d.document_id = r.document_id
    join entity_mentions as m on m.mention_id = l.mention_id
    cross join hub as h
    where l.newest
),
-- what a press document says of the space and the dates of an organisation that it calls a tenant
details as (
    select
        document_id, entity_id,
        min(value) filter (where property = 'space') as space,
        min(value) filter (where property = 'occupied_from') as valid_from,
        min(value) filter (where property = 'occupied_until') as valid_until
    from ranked_claims
    where source_kind <> 'registry' and property in ('space', 'occupied_from', 'occupied_until')
    group by document_id, entity_id
),
reported as (
    select
        c.entity_id as organisation_id, c.object_entity_id as host_id, false as single, d.space, d.valid_from, d.valid_until,
        null as area_m2, 'press' as basis, c.qualifier = 'planned' as planned, c.stated_on, c.document_id, c.locator,
        null as again, null as listed_as, null as began, null as since, null as ended, null as until, false as missing, false as former
    from ranked_claims as c
    join organisations as h on h.organisation_id = c.object_entity_id
    left join details as d on d.document_id = c.document_id and d.entity_id = c.entity_id
    where c.property = 'tenant_of' and c.source_kind <> 'registry' and c.object_entity_id <> c.entity_id
),
-- of organisations that several sources speak of; `place` is the order of trust, `words` the space without case and signs
statements as (
    select
        s.*,
        (s.space is not null)::int + (s.valid_from is not null)::int + (s.valid_until is not null)::int + (s.area_m2 is not null)::int as facts,
        ' ' || trim(regexp_replace(lower(strip_accents(coalesce(s.space, ''))), '[^a-z0-9]+', ' ', 'g')) || ' ' as words,
        row_number() over (
            partition by s.organisation_id, s.host_id
            order by s.basis desc, s.planned, replace(coalesce(s.stated_on, ''), 'X', '0') desc, d.path, length(s.locator), s.locator, s.space
        ) as place
    from (
        select * from listed where not single and not former
        union all
        select * from reported
    ) as s
    left join sources as d on d.document_id = s.document_id
),
-- a statement whose every fact another one gives too adds nothing but its date (the second floor is in "building 23, second
-- floor"); the press never stands for a registry, nor a tenancy that had ended for what was said after its end
covered as (
    select s.organisation_id, s.host_id, s.place, t.place as by
    from statements as s
    join statements as t
        on t.organisation_id = s.organisation_id and t.host_id = s.host_id and (t.basis = 'registry' or s.basis = 'press')
        and (s.space is null or contains(t.words, s.words))
        and (s.valid_from is null or s.valid_from = t.valid_from)
        and (s.valid_until is null or s.valid_until = t.valid_until)
        and (s.area_m2 is null or s.area_m2 = t.area_m2)
        and (
            s.valid_until is not null
            or coalesce(left(s.stated_on, length(coalesce(t.until, t.valid_until))) <= left(coalesce(t.until, t.valid_until), length(s.stated_on)), true)
        )
        and (
            t.facts > s.facts
            or (t.facts = s.facts and (length(t.words) > length(s.words) or (t.words = s.words and t.place < s.place)))
        )
),
whole as (
    select s.*
    from statements as s
    left join covered as c on c.organisation_id = s.organisation_id and c.host_id = s.host_id and c.place = s.place
    where c.place is null
),
-- what only statements cover that are covered themselves stands too; of a space let from the same day on, what the most
-- trusted document says: an end that was put off is no second tenancy, two rows of one registry are two
kept_apart as (
    select s.*
    from statements as s
    left join covered as c
        on c.organisation_id = s.organisation_id and c.host_id = s.host_id and c.place = s.place
        and exists (select 1 from whole as w where w.organisation_id = c.organisation_id and w.host_id = c.host_id and w.place = c.by)
    where c.place is null
    qualify s.ended is not null or s.missing or s.document_id = first(s.document_id) over (partition by s.organisation_id, s.host_id, s.words, s.valid_from order by s.place)
),
-- the newest statement that says so, in whatever detail, tells when it was so last
newest as (
    select
        k.organisation_id, k.host_id, k.place,
        arg_max(s.place, (not s.planned, replace(coalesce(s.stated_on, ''), 'X', '0'), s.place = k.place, -s.place)) as said_in
    from kept_apart as k
    left join covered as c on c.organisation_id = k.organisation_id and c.host_id = k.host_id and c.by = k.place
    join statements as s
        on s.organisation_id = k.organisation_id and s.host_id = k.host_id and s.basis = k.basis and (s.place = k.place or s.place = c.place)
    group by k.organisation_id, k.host_id, k.place
),
merged as (
    select
        k.organisation_id, k.host_id, k.space, k.valid_from, k.valid_until, k.area_m2, k.basis, s.planned, s.stated_on, s.document_id, s.locator,
        k.again, s.listed_as, s.began, s.since, s.ended, s.until, s.missing, k.place
    from kept_apart as k
    join newest as n on n.organisation_id = k.organisation_id and n.host_id = k.host_id and n.place = k.place
    join statements as s on s.organisation_id = k.organisation_id and s.host_id = k.host_id and s.place = n.said_in
),
-- stays that another one of the same tenant in the same space follows; what two registries tell alike, once
former as (
    select
        organisation_id, host_id, space, valid_from, valid_until, area_m2, basis, planned, stated_on, document_id, locator, again, listed_as, began,
        since, ended, until, missing, 0 as place
    from listed
    where former and not single
    qualify row_number() over (
        partition by organisation_id, host_id, space, valid_from, again, coalesce(until, valid_until), area_m2
        order by stated_on desc, document_id, locator
    ) = 1
),
several as (
    select
        *,
        row_number() over (
            partition by organisation_id, host_id, space, valid_from, again order by place, coalesce(until, valid_until), area_m2
        ) as same
    from (from former union all from merged)
),
present as not materialized (
    select
        organisation_id, host_id, space, valid_from, valid_until, area_m2, basis, planned, stated_on, document_id, locator, again, listed_as, began,
        since, ended, until, missing, 1 as same
    from listed
    where single
    union all
    select
        organisation_id, host_id, space, valid_from, valid_until, area_m2, basis, planned, stated_on, document_id, locator, again, listed_as, began,
        since, ended, until, missing, same
    from several
),
-- a row that is merged into another is still said
spoken as not materialized (
    select m.entity_id as organisation_id, h.host_id, r.space
    from registry_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    cross join hub as h
    where r.at_hub and not m.is_hub
    union all
    select organisation_id, host_id, space
    from reported
),
moved as (
    select old_id, min(new_id) as new_id
    from entity_redirects
    where reason = 'merge'
    group by old_id
),
past as (
    select
        t.tenancy_id, coalesce(o.new_id, t.organisation_id) as organisation_id, coalesce(h.new_id, t.host_id) as host_id, t.space,
        t.valid_from, t.valid_until, t.area_m2, t.listed_as, t.began, t.ended, t.basis, t.stated_on, t.document_id, t.locator, t.closed_version
    from previous_tenancies as t
    left join moved as o on o.old_id = t.organisation_id
    left join moved as h on h.old_id = t.host_id
    where t.basis = 'registry'
),
-- dates may be a year or a month: compared as far as both go
kept as (
    select
        p.tenancy_id, p.organisation_id, p.host_id, p.space, p.valid_from, p.valid_until, p.area_m2, p.listed_as, p.began, p.ended,
        case when p.ended is not null or p.valid_until < left(getvariable('day'), length(p.valid_until)) then 'left' else 'unknown' end as status,
        p.basis, p.stated_on, p.document_id, p.locator, coalesce(p.closed_version, getvariable('version')) as closed_version
    from past as p
    join organisations as o on o.organisation_id = p.organisation_id
    join organisations as h on h.organisation_id = p.host_id
    where p.organisation_id not in (select entity_id from entity_withheld) and not exists (
        select 1
        from spoken as n
        where n.organisation_id = p.organisation_id and n.host_id = p.host_id and coalesce(n.space, '') = coalesce(p.space, '')
    )
)
-- the id begins as the organisation's, so that rows and keys lie in the same order
select
    'ten-' || right(organisation_id, 16) || '-' || left(case
        when same > 1
            then digest5(host_id, coalesce(space, ''), concat_ws('|', coalesce(valid_from, ''), again), coalesce(until, valid_until, ''), coalesce(area_m2, ''))
        when again is not null then digest4(host_id, coalesce(space, ''), coalesce(valid_from, ''), again)
        else digest3(host_id, coalesce(space, ''), coalesce(valid_from, ''))
    end, 8) as tenancy_id,
    organisation_id,
    host_id,
    space,
    coalesce(since, valid_from) as valid_from,
    coalesce(until, valid_until) as valid_until,
    area_m2,
    listed_as,
    began,
    ended,
    case
        when ended is not null then 'left'
        when valid_until < left(getvariable('day'), length(valid_until)) then 'left'
        when missing then 'not_seen'
        when valid_from > left(getvariable('day'), length(valid_from)) or planned then 'planned'
        -- a list that is years old no longer tells who is there
        when basis = 'registry' and coalesce(try_cast(left(stated_on, 4) as int) >= left(getvariable('day'), 4)::int - 2, true) then 'current'
        else 'unknown'
    end as status,
    basis,
    stated_on,
    document_id,
    locator,
    null as closed_version
from present
union all
select
    tenancy_id, organisation_id, host_id, space, valid_from, valid_until, area_m2, listed_as, began, ended, status, basis, stated_on, document_id, locator,
    closed_version
from kept
