-- What differs from the snapshot before, row by row and column by column. `differences` is made by build.py from the
-- keys of the tables whose YAML says `tracked`. Where nothing at all differs, what the last snapshot said still holds.
with redirected as (
    select r.old_id, r.new_id, r.reason
    from redirects as r
    left join previous_redirects as b on b.old_id = r.old_id and b.new_id = r.new_id
    where b.old_id is null and getvariable('previous_version') is not null
),
-- legal persons that object to the national register's diffusion: where they were is not told either
reserved as (
    select m.entity_id
    from register_rows as r
    join entity_mentions as m on m.mention_id = r.mention_id
    where r.diffusion = 'partial'
),
found as (
    select
        d.table_name, d.row_id, d.change, d.column_name,
        case when d.hidden or d.column_name in ('address', 'postcode', 'latitude', 'longitude') and d.row_id in (select entity_id from reserved) then null else d.old_value end as old_value,
        d.new_value
    from (
        -- nor what registries said of whom they refuse now; ids of organisations and tenancies have the same middle
        select *, substr(row_id, 5, 16) in (select right(entity_id, 16) from entity_withheld) as hidden from differences
    ) as d
    where d.change <> 'remove' or d.row_id not in (select old_id from redirected)
    union all
    select
        case left(old_id, 3) when 'per' then 'people' when 'pla' then 'places' when 'evt' then 'events' else 'organisations' end as table_name,
        old_id as row_id, reason as change, null as column_name, old_id as old_value, new_id as new_value
    from redirected
)
select
    'chg-' || left(digest5(table_name, row_id, change, coalesce(column_name, ''), coalesce(new_value, '')), 16) as change_id,
    getvariable('previous_version') as since_version,
    table_name,
    row_id,
    change,
    column_name,
    old_value,
    new_value
from found
union all
select change_id, since_version, table_name, row_id, change, column_name, old_value, new_value
from previous_changes
where getvariable('unchanged')
