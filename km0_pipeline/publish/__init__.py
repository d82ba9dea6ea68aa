"""Tables -> a snapshot that people download.

The tour, in the order of the work:

    privacy      what may leave: the rules on tables, columns, people and texts, and the report of what they did
    escaping     texts of CSV that no spreadsheet takes for a formula
    formats      one small writer a format of tables: Parquet, CSV
    workbook     every table on a sheet, for people who live in a spreadsheet; `sheet`, how its cells are written
    geo          places for maps: GeoJSON, GeoParquet
    files        the files that are not one table's own, in their order, and `staged`, what they are written from
    datapackage  datapackage.json: what each file and column is, for machines
    metadata     the same for portals, search engines and readers: catalogues, dictionary
    readme       README.md: what the snapshot is, in French and English, and `pages`, which fills in its templates
    changes      what differs between two versions; `changelog` says it in sentences, with the words of `phrases`
    archive      all files in one zip
    places       published data in a folder or at an address
    verify       a snapshot read back whole, with what is in it alone; all versions against index.json
    feed         feed.xml: one entry a version
    snapshot     staging folder -> checks -> verify -> rename -> feed.xml -> index.json -> latest
    rebuild      snapshots of old without those who asked to be left out
    summary      the short end of a run, for the person who typed it
    serve        data/published for download

No table is made here, and nothing here knows what the columns mean beyond their YAML.
"""
