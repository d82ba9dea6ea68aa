-- What could not be used, counted; the content itself stays in the warehouse.
with refused as (
    select document_id, path, locator, reason from press_rejects
    union all
    select document_id, path, locator, reason from decision_rejects
    union all
    select document_id, path, locator, reason from entity_rejects
    union all
    select document_id, path, locator, reason from registry_rejects
)
select
    path,
    reason,
    nullif(min(document_id), '') as document_id,
    count(*) as rejects,
    nullif(first(locator order by length(locator), locator), '') as first_locator
from refused
group by path, reason
