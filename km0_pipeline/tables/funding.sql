-- Who supports whom, with which amount where one is given; who raised or received an amount, from whom isn't said.
with amounts as (
    select
        c.claim_id, c.entity_id as funder_id, m.entity_id as recipient_id, c.value as amount_eur, c.qualifier, c.stated_on,
        c.document_id, c.locator, c.publishers, c.repeats
    from ranked_claims as c
    left join entity_mentions as m on m.mention_id = c.scope and m.kind = 'organisation'
    where c.property = 'funding_eur'
),
-- support without an amount, unless the same document gives one
support as (
    select c.claim_id, c.entity_id as funder_id, c.object_entity_id as recipient_id, c.qualifier, c.stated_on, c.document_id, c.locator, c.publishers
    from ranked_claims as c
    left join amounts as a
        on a.funder_id = c.entity_id and a.recipient_id = c.object_entity_id and a.document_id = c.document_id
    where c.property = 'funds' and c.repeats is null and a.claim_id is null
),
-- money received, unless the same document says who gave it
received as (
    select c.claim_id, c.entity_id as recipient_id, c.value as amount_eur, c.qualifier, c.stated_on, c.document_id, c.locator, c.publishers
    from ranked_claims as c
    left join amounts as a on a.recipient_id = c.entity_id and a.amount_eur = c.value and a.document_id = c.document_id
    where c.property = 'received_eur' and c.repeats is null and a.claim_id is null
),
given as (
    select claim_id, funder_id, recipient_id, amount_eur, qualifier, stated_on, document_id, locator, publishers from amounts
    where repeats is null
    union all
    select claim_id, funder_id, recipient_id, null as amount_eur, qualifier, stated_on, document_id, locator, publishers from support
    union all
    select claim_id, null as funder_id, recipient_id, amount_eur, qualifier, stated_on, document_id, locator, publishers from received
)
select
    g.claim_id as funding_id,
    g.funder_id as funder_id,
    f.name as funder_name,
    r.organisation_id as recipient_id,
    r.name as recipient_name,
    g.amount_eur as amount_eur,
    g.qualifier as qualifier,
    g.stated_on as stated_on,
    g.document_id as document_id,
    g.locator as locator,
    g.publishers as publishers
from given as g
left join organisations as f on f.organisation_id = g.funder_id
left join organisations as r on r.organisation_id = g.recipient_id
where (g.funder_id is null) = (f.organisation_id is null) and coalesce(f.organisation_id, r.organisation_id) is not null
