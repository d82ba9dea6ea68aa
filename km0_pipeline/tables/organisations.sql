-- One row an organisation. Those that a single registry row speaks of come straight from that row; all others
-- from the claims that win. Both ways give the same row (tests/test_tables_build.py).
with located as (
    select subject_id, max(value) as coordinates
    from address_claims
    group by subject_id
),
registered as (
    select
        m.entity_id, m.is_hub, r.name, r.kind, r.siren, r.siret, r.legal_form, r.naf, r.naf25, r.activity, r.website, r.address, r.postcode,
        r.commune, r.commune_code, r.department, r.size_band, coalesce(l.coordinates, r.latitude || ',' || r.longitude) as coordinates, r.area_m2, r.founded_on, r.document_id,
        case when r.sheet = '' then '' else 'sheet:' || r.sheet || '/' end || 'row:' || r."row" as locator
    from registry_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    left join located as l on l.subject_id = r.mention_id
    where m.single
),
-- spoken of in several places, or by the press or hub.toml
linked as (
    select m.entity_id, bool_or(m.is_hub) as is_hub
    from entity_mentions as m
    left join registry_documents as d on d.document_id = m.document_id
    where m.kind = 'organisation' and (not m.single or d.document_id is null)
    group by m.entity_id
),
said as (
    select
        c.entity_id, c.property, c.value, c.stated_on, c.document_id, c.story_id, c.path, c.position, c.rank,
        -- of a cell, its row
        regexp_replace(regexp_replace(c.locator, '^(row:[0-9]+)/.*$', '\1'), '/cell:[A-Z]+([0-9]+)$', '/row:\1') as locator
    from ranked_claims as c
    join linked as l on l.entity_id = c.entity_id
    where c.entity_kind = 'organisation' and c.value_kind <> 'mention' and c.room is null
),
chosen as (
    select
        entity_id,
        max(value) filter (where property = 'name') as name,
        max(value) filter (where property = 'kind') as kind,
        max(value) filter (where property = 'siren') as siren,
        max(value) filter (where property = 'siret') as siret,
        max(value) filter (where property = 'legal_name') as legal_name,
        max(value) filter (where property = 'legal_form') as legal_form,
        max(value) filter (where property = 'naf') as naf,
        max(value) filter (where property = 'naf25') as naf25,
        max(value) filter (where property = 'size_band') as size_band,
        max(value) filter (where property = 'state') as state,
        max(value) filter (where property = 'ceased_on') as ceased_on,
        max(value) filter (where property = 'activity') as activity,
        max(value) filter (where property = 'website') as website,
        max(value) filter (where property = 'address') as address,
        max(value) filter (where property = 'postcode') as postcode,
        max(value) filter (where property = 'commune') as commune,
        max(value) filter (where property = 'commune_code') as commune_code,
        max(value) filter (where property = 'department') as department,
        max(value) filter (where property = 'coordinates') as coordinates,
        max(value) filter (where property = 'area_m2') as area_m2,
        max(value) filter (where property = 'founded_on') as founded_on,
        max(value) filter (where property = 'opened_on') as opened_on
    from said
    where rank = 1
    group by entity_id
),
names as (
    select
        s.entity_id,
        string_agg(distinct replace(s.value, '|', '/'), '|' order by replace(s.value, '|', '/')) filter (where s.value <> c.name) as other_names,
        count(distinct s.story_id) as sources,
        first(s.document_id order by s.stated_on nulls last, s.path, s.position, s.locator) as first_document_id,
        first(s.locator order by s.stated_on nulls last, s.path, s.position, s.locator) as first_locator
    from said as s
    join chosen as c on c.entity_id = s.entity_id
    where s.property = 'name'
    group by s.entity_id
),
everyone as not materialized (
    select
        c.entity_id as organisation_id,
        c.name as name,
        n.other_names as other_names,
        c.kind as kind,
        c.siren as siren,
        c.siret as siret,
        c.legal_name as legal_name,
        c.legal_form as legal_form,
        c.naf as naf_code,
        c.naf25 as naf25_code,
        c.activity as activity,
        c.website as website,
        c.address as address,
        c.postcode as postcode,
        c.commune as commune,
        c.commune_code as commune_code,
        c.department as department,
        split_part(c.coordinates, ',', 1)::double as latitude,
        split_part(c.coordinates, ',', 2)::double as longitude,
        c.area_m2 as area_m2,
        l.is_hub as is_hub,
        c.size_band as size_band,
        c.state as state,
        c.founded_on as founded_on,
        c.ceased_on as ceased_on,
        c.opened_on as opened_on,
        n.sources as sources,
        n.first_document_id as first_document_id,
        n.first_locator as first_locator,
        null as closed_version
    from chosen as c
    join names as n on n.entity_id = c.entity_id
    join linked as l on l.entity_id = c.entity_id
    union all
    select
        entity_id, name, null as other_names, kind, siren, siret, null as legal_name, legal_form, naf, naf25, activity, website,
        address, postcode, commune, commune_code, department, split_part(coordinates, ',', 1)::double as latitude,
        split_part(coordinates, ',', 2)::double as longitude, area_m2, is_hub, size_band, null as state, founded_on,
        null as ceased_on, null as opened_on, 1 as sources, document_id, locator, null as closed_version
    from registered
    union all
    -- a tenant that its registry no longer lists keeps its row, since its tenancy is history
    select
        o.organisation_id, o.name, o.other_names, o.kind, o.siren, o.siret, o.legal_name, o.legal_form, o.naf_code, o.naf25_code, o.activity, o.website, o.address,
        o.postcode, o.commune, o.commune_code, o.department, o.latitude, o.longitude, o.area_m2, o.is_hub, o.size_band, o.state, o.founded_on, o.ceased_on, o.opened_on, o.sources,
        o.first_document_id, o.first_locator, coalesce(o.closed_version, getvariable('version')) as closed_version
    from previous_organisations as o
    where exists (select 1 from previous_tenancies as t where t.organisation_id = o.organisation_id and t.basis = 'registry')
        and not exists (select 1 from chosen as c where c.entity_id = o.organisation_id)
        and not exists (select 1 from registered as g where g.entity_id = o.organisation_id)
        and not exists (select 1 from entity_redirects as r where r.old_id = o.organisation_id)
        and o.organisation_id not in (select entity_id from entity_withheld)
)
-- the hub's commune, known by name or by code, is known by both
select
    organisation_id,
    name,
    other_names,
    kind,
    siren,
    siret,
    legal_name,
    legal_form,
    naf_code,
    naf25_code,
    activity,
    website,
    address,
    postcode,
    case when commune_code = getvariable('commune') then coalesce(commune, getvariable('commune_name')) else commune end as commune,
    case
        when lower(strip_accents(commune)) = lower(strip_accents(getvariable('commune_name'))) and coalesce(left(postcode, 2) = left(getvariable('commune'), 2), true)
            then coalesce(commune_code, getvariable('commune'))
        else commune_code
    end as commune_code,
    department,
    latitude,
    longitude,
    area_m2,
    is_hub,
    size_band,
    state,
    founded_on,
    ceased_on,
    opened_on,
    sources,
    first_document_id,
    first_locator,
    closed_version
from everyone
