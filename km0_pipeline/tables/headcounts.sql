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
        m.entity_id, r.mention_id, r.headcount, r.headcount_qualifier as qualifier, nullif(r.stated_on, '') as stated_on, r.document_id,
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
        c.claim_id, c.entity_id, c.value, c.qualifier, coalesce(c.scope, 'people') as scope, c.as_of, c.stated_on, c.document_id, c.locator
    from ranked_claims as c
    left join registered as r on r.entity_id = c.entity_id
    where c.property = 'headcount' and c.entity_kind = 'organisation' and r.entity_id is null
)
select
    claim_id as headcount_id,
    entity_id as organisation_id,
    value as headcount,
    qualifier,
    scope,
    as_of,
    stated_on,
    document_id,
    locator
from said
union all
select
    digest5(document_id, locator, mention_id, 'headcount', headcount), entity_id, headcount, coalesce(qualifier, 'exact'), 'employees',
    null, stated_on, document_id, locator
from registered
