-- Organisations over all hubs: those that have a SIREN in common are one, whatever each hub calls it; no other is joined.
-- The name is the one of the hub in which most sources speak of it.
select
    federated_id,
    first(name order by sources desc, hub, organisation_id) as name,
    any_value(siren) as siren,
    count(distinct hub) as hubs,
    count(*) as organisations,
    string_agg(distinct hub, '|' order by hub) as hub_names
from joined
group by federated_id
