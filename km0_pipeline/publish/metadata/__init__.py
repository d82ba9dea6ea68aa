"""What a snapshot is, for the machines and people who find it elsewhere: catalogues, search engines, readers.

    addresses    what the snapshot, its parts and its files are called where they are linked to
    profile      what the rows themselves say of a table: how full a column is, an example, from when to when
    dcat         the catalogue (DCAT-AP 3) for portals, in Turtle and JSON-LD, and its variant for data.gouv.fr
    schema_org   schema.org, for search engines and for the pages of a site
    csvw         CSV on the Web, for programs that read the CSV files as typed tables
    croissant    Croissant, for those who train models
    dictionary   what each table and column means, for people, in French and English

All of it is said again of what `datapackage.json` says, of hub.toml and of the rows: nothing is decided here.
"""
