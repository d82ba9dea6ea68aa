-- Which claim wins, declared once: the source, then the later statement, then confidence, then the claim's id.
with open_claims as (
    select
        c.claim_id, c.entity_id, c.subject_kind, c.property, c.scope, c.value, c.value_kind, c.object_entity_id, c.qualifier,
        c.as_of, c.stated_on, c.document_id, c.locator, c.confidence, s.kind as source_kind,
        case s.kind when 'hub' then 1 when 'register' then 2 when 'registry' then 3 else 4 end as source_rank
    from claims as c
    join sources as s on s.document_id = c.document_id
    where c.closed_version is null
)
select
    claim_id,
    entity_id,
    subject_kind as entity_kind,
    property,
    scope,
    value,
    value_kind,
    object_entity_id,
    qualifier,
    as_of,
    stated_on,
    document_id,
    locator,
    confidence,
    source_kind,
    source_rank,
    row_number() over (
        partition by entity_id, property, scope
        order by source_rank, replace(coalesce(stated_on, ''), 'X', '0') desc, confidence desc, claim_id
    ) as rank
from open_claims
