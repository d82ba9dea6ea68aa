"""Tenant registries: from the spreadsheet that a building's manager keeps to claims.

    columns     which column says what: each canonical column declared once
    values      how a cell becomes a value: normalisers as DuckDB SQL
    cells       what a reader hands over: a sheet, its header, its cells
    delimited   .csv, .tsv, .txt: encoding, delimiter and header found; a fast way and a careful way
    workbook    .xlsx: header found below title rows, every sheet that holds a table
    read        steps registry_files and registry_rows: one wide row an organisation, what was refused
    statements  step registry_claims: the same rows as claims, one a cell

A row that can't be used and a cell that can't be understood become rejects that say where and
why; the rest goes on.
"""
