"""The Dagster code location: how the pipeline is run and watched. Wiring only.

What a step does is in `km0_pipeline`, which knows nothing of Dagster; here it is said which
asset calls it, what it depends on, what is shown of it, and when it runs. One concept a file:

    resources    the project that every asset is given
    sources      one asset a source that hub.toml names, with how fresh it is to be
    steps        one asset per output of a step, in the order of the flow
    tables       one asset per table, made from its .sql and .yaml, with its checks
    snapshot     the database and the publication
    catalogue    the site
    portals      one asset per portal that hub.toml names
    describe     what is shown of what was made: figures, columns, lineage, first rows,
                 what the press is understood to say
    lineage      where the columns of steps come from
    jobs, schedules, sensors
    definitions  all of it together: what `dagster dev` and `assets.run` load
    history      Dagster's own record of runs: which is at work, what failed, which are old
    home         Dagster's folder and its settings, before anything is run
    run          `make run`: the refresh job, in this process, with one line a step
"""
