"""Many mentions, one entity: who is who, across press releases and registries.

    names     when two names are the same name
    resolve   which mentions are one organisation, person, place or event
    ids       the id an entity gets once and keeps

Nothing is decided by likeness here: a link needs the same SIREN, or the same normalised name
at the same place. What each link rests on stands in `entity_mentions.stage`.
"""
