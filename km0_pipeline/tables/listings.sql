-- What the editions of one registry tell when they are put one after the other: which rows are one stay, how it began and ended.
with several as (
    select source
    from registry_documents
    where at_hub
    group by source
    having count(*) > 1 or bool_or(seen_again <> '')
),
-- files of one date are one edition; a file of which no row could be read is none
dated as (
    select d.document_id, d.source, d.left_after, d.seen_again, coalesce(nullif(d.stated_on, ''), max(nullif(r.stated_on, ''))) as edition
    from registry_documents as d
    join several as s on s.source = d.source
    join registry_rows as r on r.document_id = d.document_id
    where d.at_hub
    group by d.document_id, d.source, d.left_after, d.seen_again, d.stated_on
),
editions as (
    select document_id, source, left_after, edition, dense_rank() over (partition by source order by edition) as n
    from (
        select document_id, source, left_after, edition from dated
        -- a file handed in again unchanged
        union all
        select document_id, source, left_after, unnest(string_split(seen_again, '|')) as edition from dated where seen_again <> ''
    )
    where edition is not null
    qualify min(edition) over (partition by source) <> max(edition) over (partition by source)
),
-- `words`: the space without case and signs
listed as (
    select
        r.mention_id, m.entity_id as organisation_id, e.source, e.left_after, e.edition, e.n, r.sheet, r."row", r.name, m.name_key, m.siren, m.stage, r.space,
        r.occupied_from, r.occupied_until, r.area_m2,
        replace(' ' || trim(regexp_replace(lower(strip_accents(coalesce(r.space, ''))), '[^a-z0-9]+', ' ', 'g')) || ' ', '  ', ' ') as words
    from registry_rows as r
    join editions as e on e.document_id = r.document_id
    join entity_mentions as m on m.mention_id = r.mention_id
    where not m.is_hub
),
spaces as (
    select source, organisation_id, words, list(n) as editions
    from listed
    group by source, organisation_id, words
),
-- a space whose words another one has is that one in less detail (none, in none at all), unless one edition lists both
parts as (
    select s.source, s.organisation_id, s.words, t.words as whole
    from spaces as s
    join spaces as t on t.source = s.source and t.organisation_id = s.organisation_id and t.words <> s.words
    where contains(t.words, s.words) and not list_has_any(s.editions, t.editions)
),
wholes as (
    select p.source, p.organisation_id, p.words, min(p.whole) as place, count(*) > 1 as vague
    from parts as p
    left join parts as q on q.source = p.source and q.organisation_id = p.organisation_id and q.words = p.whole
    where q.whole is null
    group by p.source, p.organisation_id, p.words
),
located as (
    select l.*, case when w.vague then l.words else coalesce(w.place, l.words) end as place, coalesce(w.vague, false) or l.words = ' ' as vague
    from listed as l
    left join wholes as w on w.source = l.source and w.organisation_id = l.organisation_id and w.words = l.words
),
together as (
    select *, count(*) over (partition by source, organisation_id, place, n) as rows_there
    from located
),
-- where an edition lists a tenant twice in one space, its rows are told apart by the first day, then by what else they say
lots as (
    select
        *,
        case when max(rows_there) over (partition by source, organisation_id, place) > 1 then concat_ws('|', coalesce(occupied_from, ''), row_number() over (
            partition by source, organisation_id, place, n, occupied_from
            order by occupied_until, area_m2, sheet, "row", mention_id
        )) else '' end as lot
    from together
),
calendar as (
    select distinct source, n, edition from editions
),
tenants as (
    select source, organisation_id, left_after, list(distinct n) as there, min(n) as first_n, arg_max(name_key, (n, sheet, "row", mention_id)) as name_key
    from listed
    group by source, organisation_id, left_after
),
attended as (
    select
        t.source, t.organisation_id, t.left_after, t.first_n, t.name_key, c.n, c.edition, list_contains(t.there, c.n) as present,
        list_max(list_filter(t.there, lambda x: x <= c.n)) as last_n, list_min(list_filter(t.there, lambda x: x >= c.n)) as next_n
    from tenants as t
    join calendar as c on c.source = t.source
),
-- the editions that count for a tenant: not those that leave it out for less long than the registry's rule says, and list it again
counted as (
    select *
    from attended
    where present or last_n is null or next_n is null or (left_after > 0 and next_n - last_n > left_after)
),
-- nor for a space those that list its tenant in what may be this or another
unclear as (
    select distinct l.source, l.organisation_id, l.n, p.whole as place
    from located as l
    join parts as p on p.source = l.source and p.organisation_id = l.organisation_id and p.words = l.words
    where l.vague and l.place = l.words
),
chains as (
    select source, organisation_id, place, lot, bool_or(vague and place = words) as vague
    from lots
    group by source, organisation_id, place, lot
),
-- each space of a tenant through the editions that count; without a mention, those that do not list it
steps as (
    select
        c.source, c.organisation_id, c.place, c.lot, c.vague, k.left_after, k.first_n, k.n, k.edition, k.present, k.name_key as last_key, l.mention_id,
        row_number() over chain as step, count(*) over (partition by c.source, c.organisation_id, c.place, c.lot) as steps,
        lag(k.edition) over chain as earlier, lag(k.present) over chain as present_before, lag(l.mention_id) over chain as before,
        lead(k.edition) over chain as later, lead(k.n) over chain as later_n, lead(l.mention_id) over chain as after
    from chains as c
    join counted as k on k.source = c.source and k.organisation_id = c.organisation_id
    left join lots as l on l.source = c.source and l.organisation_id = c.organisation_id and l.place = c.place and l.lot = c.lot and l.n = k.n
    left join unclear as u on u.source = c.source and u.organisation_id = c.organisation_id and u.place = c.place and u.n = k.n
    where l.mention_id is not null or u.n is null
    window chain as (partition by c.source, c.organisation_id, c.place, c.lot order by k.n)
),
-- editions that list a tenant in a space that is new, and no longer in one that it had
moves as (
    select source, organisation_id, n
    from steps
    where not vague and earlier is not null and (mention_id is null) <> (before is null)
    group by source, organisation_id, n
    having bool_or(mention_id is null) and bool_or(mention_id is not null) and min(place) <> max(place)
),
kept as (
    select
        s.*, l.name, l.name_key, l.siren, l.stage, l.space, l.words, l.occupied_from, l.occupied_until, l.area_m2,
        s.before is null and s.earlier is not null as fresh, i.n is not null as moved_in, s.after is null and o.n is not null as moved_out
    from steps as s
    join lots as l on l.mention_id = s.mention_id and l.n = s.n
    left join moves as i on i.source = s.source and i.organisation_id = s.organisation_id and i.n = s.n
    left join moves as o on o.source = s.source and o.organisation_id = s.organisation_id and o.n = s.later_n
),
-- a name that differs by more than a slip is a new one, where a number or a person says that it is the same organisation
begun as (
    select
        *,
        lag(edition) over chain as listed_before,
        case
            when lag(step) over chain is null then 'first'
            when lag(moved_out) over chain or (left_after > 0 and step - lag(step) over chain > left_after) then 'return'
            when (siren = lag(siren) over chain or 'decision' in (stage, lag(stage) over chain))
                and damerau_levenshtein(replace(name_key, ' ', ''), replace(lag(name_key) over chain, ' ', '')) > 1 then 'rename'
            when left(occupied_from, length(lag(occupied_until) over chain)) > left(lag(occupied_until) over chain, length(occupied_from)) then 'lease'
        end as starts
    from kept
    window chain as (partition by source, organisation_id, place, lot order by n)
),
numbered as (
    select *, count(starts) over (partition by source, organisation_id, place, lot order by n) as stay
    from begun
),
-- of what rows of one stay say, the newest; of its space, the fullest; an end that the newest no longer gives was put off
stays as (
    select
        source, organisation_id, place, lot, stay, left_after,
        first(starts order by n) as starts, first(earlier order by n) as earlier, first(listed_before order by n) as listed_before,
        min(edition) as first_listed, first(fresh and moved_in order by n) as moved_in,
        first(first_n < n and not coalesce(present_before, true) order by n) as back,
        max(n) as newest, max(edition) as last_listed, last(later order by n) as later, last(steps - step order by n) as missed,
        last(moved_out order by n) as moved_out, last(name order by n) as name, last(name_key order by n) as name_key, any_value(last_key) as last_key,
        arg_max(space, (length(words), n)) as space, arg_max(occupied_from, n) as valid_from, last(occupied_until order by n) as valid_until,
        arg_max(area_m2, n) as area_m2
    from numbered
    group by source, organisation_id, place, lot, stay, left_after
),
followed as (
    select *, lead(starts) over chain as next_starts, lead(first_listed) over chain as next_listed
    from stays
    window chain as (partition by source, organisation_id, place, lot order by stay)
),
told as (
    select
        *,
        case
            when starts = 'rename' then 'rename'
            when starts = 'lease' or earlier is null then null
            when moved_in then 'move'
            when starts = 'return' or back then 'return'
            else 'arrival'
        end as began,
        case
            when next_starts = 'rename' then 'rename'
            when next_starts = 'lease' then null
            when moved_out then 'move'
            when next_starts = 'return' or (next_starts is null and left_after > 0 and missed >= left_after) then 'departure'
        end as ended
    from followed
)
-- where the rows state no day, it is between two editions; a new name in the same space has no day of its own
select
    n.mention_id as mention_id,
    n.edition as listed_on,
    n.n = t.newest as newest,
    t.next_starts is not null and t.ended is not null as former,
    t.ended is null and t.next_starts is null and t.missed > 0 as missing,
    case when t.stay > 1 then concat_ws('|', t.first_listed, t.lot) end as again,
    case when t.name_key <> t.last_key then t.name end as listed_as,
    t.space as space,
    t.valid_from as valid_from,
    t.valid_until as valid_until,
    t.area_m2 as area_m2,
    t.began as began,
    case
        when t.began = 'rename' then t.listed_before || '/' || t.first_listed
        when t.began is not null and t.valid_from is null then t.earlier || '/' || t.first_listed
    end as since,
    t.ended as ended,
    case
        when t.ended = 'rename' then t.last_listed || '/' || t.next_listed
        when t.ended is not null and coalesce(left(t.valid_until, length(t.later)) > left(t.later, length(t.valid_until)), true) then t.last_listed || '/' || t.later
    end as until
from numbered as n
join told as t on t.source = n.source and t.organisation_id = n.organisation_id and t.place = n.place and t.lot = n.lot and t.stay = n.stay
