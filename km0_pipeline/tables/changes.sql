-- What differs from the snapshot before, row by row and column by column: `differences`, of the tables whose YAML says
-- `tracked`, as they leave: cells that the privacy gate masks are the same as they were. Where nothing at all differs, what the last snapshot said still holds.
with reserved as (
    -- legal persons that object to the national register's diffusion: where they were is not told either
    select m.entity_id
    from register_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    where r.diffusion = 'partial'
)
select
    'chg-' || left(digest5(d.table_name, d.row_id, d.change, coalesce(d.column_name, ''), coalesce(d.new_value, '')), 16) as change_id,
    getvariable('previous_version') as since_version,
    d.table_name,
    d.row_id,
    d.change,
    d.column_name,
    case when d.hidden or d.column_name in ('address', 'postcode', 'latitude', 'longitude') and d.row_id in (select entity_id from reserved) then null else d.old_value end as old_value,
    d.new_value
from (
    -- nor what registries said of whom they refuse now; ids of organisations and tenancies have the same middle
    select *, change not in ('merge', 'split') and substr(row_id, 5, 16) in (select right(entity_id, 16) from entity_withheld) as hidden from differences
) as d
union all
select change_id, since_version, table_name, row_id, change, column_name, old_value, new_value
from previous_changes
where getvariable('unchanged')
