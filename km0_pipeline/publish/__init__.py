"""Tables -> a snapshot that people download.

The tour, in the order of the work:

    privacy      which tables and columns may leave: an allow-list
    formats      one small writer a format of tables: Parquet, CSV
    files        the files that are not one table's own, in their order, and `staged`, what they are written from
    datapackage  datapackage.json: what each file and column is, for machines
    readme       README.md: the same for people, in French and English
    changes      what differs between two versions; `changelog` says it in sentences, with the words of `phrases`
    places       published data in a folder or at an address
    verify       a snapshot read back whole, with what is in it alone; all versions against index.json
    feed         feed.xml: one entry a version
    snapshot     staging folder -> checks -> verify -> rename -> feed.xml -> index.json -> latest
    summary      the short end of a run, for the person who typed it
    serve        data/published for download

No table is made here, and nothing here knows what the columns mean beyond their YAML.
"""
