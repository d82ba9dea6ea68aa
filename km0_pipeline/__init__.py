"""km0_pipeline: what sources say of an innovation hub, as open data one can check.

The tour, in the order of the flow. Everything a source says becomes a *claim*
(`claims`): this document, at this place, says that this subject has this property
with this value. All that is published is a view of the claims.

    versions    what a version is called, and which comes first
    service_settings  what is said in hub.toml of services with a key; where the data lie
    economic_site  what the national schemas ask of the hub's site: a section of hub.toml
    portal_settings  the part of hub.toml that says where snapshots are pushed to
    hub         hub.toml: who the hub is, its sources, how their columns map
    starting    the folder of a new hub
    storage     where bytes lie, in a folder or a bucket; write aside, then rename
    sql         DuckDB as the steps use it
    toml_errors mistakes in hub.toml, as sentences
    forking     a forked process that ends with the one that forked it
    archives    what a damaged ZIP raises
    deadline    work that may hang, crash or take all memory, in a process of its own
    shards      work on many things, forked over the cores of this machine
    encoding    is it UTF-8 broken in places, or another encoding
    fetch       asking a server of the open web, politely and without trusting it
    steps       what a step makes, and when it need not be made again
    decisions   what stewards decided, a line each in data/raw/decisions
    press       press releases    -> documents -> claims
    registries  tenant registries -> rows      -> claims
    reference   nomenclatures and institutions, shipped with the library
    entities    many mentions     -> one entity
    register    the national register -> claims on whose number is known; where addresses lie
    tables      claims + entities -> the DuckDB tables, one .sql and one .yaml each
    explain     why a published cell says what it says
    publish     tables            -> a snapshot people download
    catalogue   a snapshot        -> a static site
    portals     a snapshot        -> data.gouv.fr, CKAN, an S3 bucket
    federation  several hubs' snapshots -> one set of tables
    cli_push    the `km0 push` command
    cli_init    the `km0 init` command
    cli_map     how `km0 map` is drawn
    cli_limits  the `km0 limits` command
    status      how a hub is doing
    cli_status  the `km0 status` command
    terminal    what its commands share
    reviewing   the `km0 review` command
    cli_optout  the `km0 optout` command
    cli         the `km0` command

A package imports only what stands above it in this list. Nothing here knows Dagster:
the wiring is in the top-level package `assets`.
"""
