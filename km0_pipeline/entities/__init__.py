"""Many mentions, one entity: who is who, across press releases and registries.

    names       when two names are the same name
    mentions    which mentions there are
    resolve     which mentions are one organisation, person, place or event
    events      which mentions are one event
    decided     what people decided of two organisations
    nearly      decisions, and names that nearly agree, applied to mentions
    candidates  which of many names may be meant by a name: of mentions, or of a national register
    score       how likely each is the one meant
    ids         the id an entity gets once and keeps

A link needs the same SIREN (given, or the national register's for that name), the same normalised name at the same place,
a score that is sure of one and of no other, or a person. What each link rests on stands in `entity_mentions.stage`.
"""
