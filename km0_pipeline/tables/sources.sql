-- Every document that says something, and those that did: a document that is gone is closed, not dropped.
with present as (
    select document_id, 'press' as kind, title, publisher, url, published_on, language, licence, format, path
    from press_documents
    union all
    select document_id, 'registry' as kind, title, publisher, url, stated_on as published_on, '' as language, licence, format, path
    from registry_documents
    union all
    select document_id, 'register' as kind, title, publisher, url, stated_on as published_on, '' as language, licence, format, path
    from register_documents
    union all
    select document_id, 'register' as kind, title, publisher, url, stated_on as published_on, '' as language, licence, format, path
    from address_documents
    union all
    select distinct
        document_id, 'hub' as kind, getvariable('hub_name') || ' (hub.toml)' as title, getvariable('publisher') as publisher,
        getvariable('website') as url, '' as published_on, '' as language, getvariable('licence') as licence,
        'toml' as format, 'hub.toml' as path
    from hub_claims
),
-- the same bytes lying twice in data/raw are one document
documents as (
    select *, row_number() over (partition by document_id order by kind, path) as copy
    from present
)
select
    now.document_id as document_id,
    now.kind as kind,
    coalesce(nullif(now.title, ''), now.path) as title,
    nullif(now.publisher, '') as publisher,
    nullif(now.url, '') as url,
    nullif(now.published_on, '') as published_on,
    nullif(now.language, '') as language,
    nullif(now.licence, '') as licence,
    now.format as format,
    now.path as path,
    coalesce(before.first_version, getvariable('version')) as first_version,
    null as closed_version,
    nullif(t.story_id, '') as story_id,
    nullif(t.superseded_by, '') as superseded_by
from documents as now
left join press_stories as t on t.document_id = now.document_id
left join previous_sources as before on before.document_id = now.document_id
where now.copy = 1
union all
select
    before.document_id, before.kind, before.title, before.publisher, before.url, before.published_on, before.language,
    before.licence, before.format, before.path, before.first_version,
    coalesce(before.closed_version, getvariable('version')) as closed_version, before.story_id, before.superseded_by
from previous_sources as before
where not exists (select 1 from documents as now where now.document_id = before.document_id)
