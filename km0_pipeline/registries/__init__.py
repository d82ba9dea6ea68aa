"""Tenant registries: from the spreadsheet that a building's manager keeps to claims.

    columns     which column says what: each canonical column declared once
    looks       what cells look like: the second way to know what a column says
    values      how a cell becomes a value: normalisers as DuckDB SQL
    cells       what a reader hands over: a sheet, its header, its cells
    delimited   .csv, .tsv, .txt: encoding, delimiter and header found; a fast way and a careful way
    workbook    .xlsx, .xls, .ods: header found below title rows, every sheet that holds a table
    objects     .json, .geojson: lists of objects wherever an export wraps them
    columnar    .parquet
    read        steps registry_files and registry_rows: one wide row an organisation
    rows        the SQL of those rows
    rejects     what was refused, where and why
    editions    the date of a file, by its name
    drift       how the columns of an edition differ from those of the one before
    mapping     what is made of one file, and its mapping written into hub.toml
    statements  step registry_claims: the same rows as claims, one a cell

A row that can't be used and a cell that can't be understood become rejects that say where and
why; the rest goes on.
"""
