-- Every figure of people, jobs or companies that a source gives of an organisation: none is chosen here.
with columns as (
    select document_id, sheet, min_by(locator, position) as locator
    from registry_columns
    where property = 'headcount'
    group by document_id, sheet
),
-- straight from the row where nothing else speaks of the organisation
registered as (
    select
        m.entity_id, r.headcount, coalesce(r.headcount_qualifier, 'exact') as qualifier, nullif(r.stated_on, '') as stated_on, r.document_id,
        case
            when r.sheet = '' then 'row:' || r."row" || '/' || c.locator
            else 'sheet:' || r.sheet || '/cell:' || c.locator || r."row"
        end as locator
    from registry_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    join columns as c on c.document_id = r.document_id and c.sheet = r.sheet
    where m.single and r.headcount is not null
),
said as (
    select
        c.entity_id, c.value as headcount, c.qualifier, coalesce(c.scope, 'people') as scope, c.as_of, c.stated_on, c.document_id, c.locator,
        c.publishers
    from ranked_claims as c
    where c.property = 'headcount' and c.entity_kind = 'organisation' and c.repeats is null
        and (c.source_kind <> 'registry' or c.entity_id not in (select m.entity_id from entity_mentions as m where m.single))
    qualify row_number() over (partition by c.entity_id, c.document_id, c.locator, c.scope, c.value, c.qualifier order by c.claim_id) = 1
),
figures as (
    select entity_id, headcount, qualifier, scope, as_of, stated_on, document_id, locator, publishers
    from said
    union all
    select entity_id, headcount, qualifier, 'employees' as scope, null as as_of, stated_on, document_id, locator, null as publishers
    from registered
)
-- the id begins as the organisation's, so that rows and keys lie in the same order
select
    'hdc-' || right(entity_id, 16) || '-' || left(digest5(left(document_id, 16), locator, scope, headcount, qualifier), 8) as headcount_id,
    entity_id as organisation_id,
    headcount,
    qualifier,
    scope,
    as_of,
    stated_on,
    document_id,
    locator,
    publishers
from figures
