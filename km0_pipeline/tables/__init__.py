"""Claims and entities -> the tables that are published: one .sql and one .yaml each.

`<name>.sql` says how a table is made from the tables and steps it names; `<name>.yaml` is its
Frictionless Table Schema with titles and descriptions in French and English, keys, constraints
and, for each column, its privacy class. Adding a table is adding these two files.

    inputs   steps that tables may read, and their columns that may be published
    table    the pair read as a `Table`; all that is derived from it (Arrow, DDL, lineage, descriptor)
    query    what a query reads and makes, told by its text
    build    a table run in DuckDB over upstream Parquet; km0.duckdb assembled from all of them
    contacts e-mail addresses and telephone numbers, withheld from all that tables read
    checks   what the YAML promises, counted on the data
"""
