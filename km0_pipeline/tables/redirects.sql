-- Ids that were published and are no more, with the one to use instead; none is ever forgotten.
select
    now.old_id as old_id,
    now.new_id as new_id,
    now.reason as reason,
    coalesce(before.first_version, getvariable('version')) as first_version
from entity_redirects as now
left join previous_redirects as before on before.old_id = now.old_id and before.new_id = now.new_id
union all
select before.old_id, before.new_id, before.reason, before.first_version
from previous_redirects as before
where not exists (select 1 from entity_redirects as now where now.old_id = before.old_id and now.new_id = before.new_id)
