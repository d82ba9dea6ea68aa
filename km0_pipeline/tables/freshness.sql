-- What each source of hub.toml, and each file of decisions, gave, when something new last came of it, and by when something new is expected. Days are
-- those of versions, so nothing here changes of itself but `state`.
with documents as (
    -- the articles of a feed lie in the folder of press that has its name
    select p.document_id, coalesce(f.source, 'press') as source, p.published_on as dated
    from press_documents as p
    left join hub_sources as f on f.kind = 'feed' and starts_with(p.path, f.folder || '/')
    union all
    select document_id, 'registries/' || source as source, stated_on as dated from registry_documents where rows > 0
    union all
    select document_id, 'register' as source, stated_on as dated from register_documents
    union all
    select document_id, 'geocoder' as source, stated_on as dated from address_documents
),
read as (
    select d.source, count(*) as records
    from press_reviewed as c
    join documents as d on d.document_id = c.document_id
    group by d.source
    union all
    select 'registries/' || source as source, sum(rows) as records from registry_documents group by source
    union all
    select 'register' as source, count(*) as records from register_rows
    union all
    select 'geocoder' as source, count(*) as records from address_claims
),
given as (
    select
        d.source,
        count(distinct d.document_id) as documents,
        max(case when regexp_full_match(d.dated, '[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?') then d.dated end) as newest_on,
        max(coalesce(strptime(regexp_extract(s.first_version, '^[0-9.]+'), '%Y.%-m.%-d')::date, getvariable('day')::date)) as last_new_on
    from documents as d
    left join previous_sources as s on s.document_id = d.document_id
    group by d.source
),
seen as (
    select
        h.source, h.kind, h.title, coalesce(g.documents, 0) as documents, coalesce(r.records, 0) as records, g.newest_on,
        nullif(v.unreached_since, '') as unreached_since,
        h.expected_every, greatest(g.last_new_on, b.last_new_on) as last_new_on,
        regexp_extract(h.expected_every, '[0-9]+')::integer as many
    from hub_sources as h
    left join given as g on g.source = h.source
    left join read as r on r.source = h.source
    left join previous_freshness as b on b.source = h.source
    left join press_feeds as v on h.kind = 'feed' and h.source = 'press/' || v.name
    union all
    -- files of decisions only grow
    select
        d.source, 'decisions' as kind, null as title, 1 as documents, d.lines as records, null as newest_on, null as unreached_since, null as expected_every,
        case when d.lines <= b.records then b.last_new_on else getvariable('day')::date end as last_new_on, null as many
    from decided as d
    left join previous_freshness as b on b.source = d.source
),
due as (
    select
        *,
        (last_new_on + case right(expected_every, 1)
            when 'D' then to_days(many)
            when 'W' then to_days(7 * many)
            when 'M' then to_months(many)
            when 'Y' then to_years(many)
        end)::date as due_on
    from seen
)
select
    source,
    kind,
    title,
    documents,
    records,
    newest_on,
    last_new_on,
    expected_every,
    due_on,
    unreached_since,
    case when due_on is null then 'unknown' when getvariable('day')::date > due_on then 'late' else 'fresh' end as state
from due
