-- The hubs of the federation, by the name of their data package: what was read of each, and whom to ask.
select
    hub,
    title,
    publisher,
    contact,
    website,
    version,
    published_on,
    licence,
    licence_url
from packages
