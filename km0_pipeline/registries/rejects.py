"""What could not be used: files, rows and cells, each with its place, its reason and what to do.

Belongs here: how `rejects` is filled from what reading found. What a cell must be: `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from km0_pipeline.registries.cells import RowReject, column_letters
from km0_pipeline.registries.columns import BY_PROPERTY, Mapped, folded
from km0_pipeline.registries.rows import CLASH, SHARED, SWAPPED, Document, Table, publishable
from km0_pipeline.registries.values import KINDS, expression
from km0_pipeline.sql import literal, location
from km0_pipeline.toml_errors import nearest


def check_mapping(document: Document, seen: set[str], reject: Callable[..., None]) -> None:
    """Report what hub.toml maps and the file does not have (`seen`: its headers, folded), or no registry states."""
    for header, prop in document.entry.columns.items():
        if folded(header) not in seen:
            reject("no_such_column", f"has no column “{header}”, which hub.toml maps. Mend the name of the column there.")
        elif prop and prop not in BY_PROPERTY:
            reject(
                "bad_mapping",
                f"hub.toml maps its column “{header}” to {prop}, which no registry states; nearest: {nearest(prop, BY_PROPERTY)}.",
            )


def reject_file(
    db: duckdb.DuckDBPyConnection, document_id: str, path: str, reason: str, sentence: str, *, locator: str = "", where: str = ""
) -> None:
    """Put a file, or its place `locator`, into `rejects`; `where` adds to its path in the sentence."""
    db.execute(
        "insert into rejects values (?, ?, ?, ?, ?, '', '', 0, 0)", [document_id, path, locator, reason, f"{path}{where}: {sentence}"]
    )


def refuse(db: duckdb.DuckDBPyConnection, rows: Path, tables: Mapping[str, list[Table]]) -> None:
    """Put what the rows just written refuse into `rejects`, and their number into `documents`."""
    db.execute(
        f"""update documents set rows = counted.rows
        from (select document_id, count(*) as rows from read_parquet({location(rows)}) group by document_id) as counted
        where documents.document_id = counted.document_id"""
    )
    for table in [t for ts in tables.values() for t in ts]:
        document, sheet = table.document, table.sheet
        db.execute(
            f"""create or replace table refused as select row, refused from read_parquet({location(rows)})
            where document_id = {literal(document.document_id)} and sheet = {literal(sheet.name)} and refused <> 0"""
        )
        (used,), (found,) = (
            db.execute(f"select count(*) from {rows_of}").fetchall()[0]
            for rows_of in (f"read_parquet({location(rows)}) where document_id = {literal(document.document_id)} and sheet = {literal(sheet.name)}", sheet.cells)
        )
        whole, *cells = _rejects_sql(table)
        for statement in cells if used == found else (whole, *cells):
            db.execute(statement)
        if sheet.rejects:
            _insert(db, table, sheet.rejects)


def _insert(db: duckdb.DuckDBPyConnection, table: Table, found: list[RowReject]) -> None:
    """Put what the reader of the file set aside into `rejects`."""
    document, sheet = table.document, table.sheet
    where = f"{document.path}, sheet “{sheet.name}”" if sheet.name else document.path
    said = []
    for r in found:
        at, place = f"{sheet.prefix}row:{r.row}", f"row {r.row}"
        if r.column and sheet.name:
            cell = f"{column_letters(r.column)}{r.row}"
            at, place = f"{sheet.prefix}cell:{cell}", f"cell {cell}"
        elif r.column:
            at += f"/column:{sheet.labels[r.column - 1]}"
        if r.column:
            place += f", column “{sheet.headers[r.column - 1]}”"
        said.append((document.document_id, document.path, at, r.reason, f"{where}, {place}: {r.sentence}", r.original, sheet.name, r.row, r.column))
    names = ("document_id", "path", "locator", "reason", "sentence", "original", "sheet", "row", "position")
    broken = pa.table(dict(zip(names, map(list, zip(*said, strict=True)), strict=True)))
    db.register("broken", broken)
    db.execute("insert into rejects from broken")
    db.unregister("broken")


def _rejects_sql(table: Table) -> Iterator[str]:
    """The statements that put a sheet's rows without name (the first), and the cells that `refused` marks, into `rejects`."""
    document, sheet, stated = table.document, table.sheet, table.stated
    labels = sheet.labels
    where = f"{document.path}, sheet “{sheet.name}”, " if sheet.name else f"{document.path}, "
    head = f"insert into rejects select {literal(document.document_id)}, {literal(document.path)}"
    row_locator = f"{literal(sheet.prefix + 'row:')} || c.row"
    whole = "json_object(" + ", ".join(f"{literal(label)}, coalesce(c{n}, '')" for n, label in enumerate(labels, 1)) + ")"
    cells = ", ".join(f"c{n}" for n in range(1, len(labels) + 1))
    name = stated["name"][0]
    other = expression("text", f"c{name.position}")
    sums_up = table.sums_up("name", lambda p: expression(p, f"c{stated[p][0].position}"))
    kept_back, asked = "false", stated.get("publication_ok")
    if asked:
        kept_back = f"name is not null and not {publishable(f'c{asked[0].position}')}"
    aside = "the row was set aside whole."
    cases = (
        (f"other is null and not coalesce(formula_error(c{name.position}), false)", "no_name", f": has no name of an organisation in the column “{name.header}”. Fill it in: {aside}"),
        ("name is null", "not_a_name", f": has in the column “{name.header}” no name of an organisation, but a number, an address, a date or a long text. Mend it: {aside}"),
        (f"name = {literal(name.header)}", "header_again", f": is the header again. Delete the row: {aside}"),
        (kept_back, "not_to_publish", f": has no yes in the column “{asked[0].header if asked else ''}”: {aside}"),
        ("true", "total_row", ": sums up other rows and was set aside whole. If it is an organisation, give its SIREN."),
    )
    reason = "case " + " ".join(f"when {when} then {literal(code)}" for when, code, _ in cases) + " end"
    sentence = "case " + " ".join(f"when {when} then {literal(words)}" for when, _, words in cases) + " end"

    yield f"""{head}, {row_locator}, {reason}, {literal(where + "row ")} || c.row || {sentence}, {whole}, {literal(sheet.name)}, c.row, 0
    from (select *, {expression("name", f"c{name.position}")} as name, {other} as other from {sheet.cells}) as c
    where name = {literal(name.header)} or (name is null and text_mended(concat({cells})) <> '') or ({sums_up}) or ({kept_back})"""

    def cell(bit: int, column: Mapped, reason: str, sentence: str, original: str) -> str:
        if sheet.name:
            letters = column_letters(column.position)
            locator = f"{literal(f'{sheet.prefix}cell:{letters}')} || c.row"
            place = f"{literal(f'{where}cell {letters}')} || c.row || {literal(f', column “{column.header}”: ')}"
        else:
            locator = f"{row_locator} || {literal(f'/column:{labels[column.position - 1]}')}"
            place = f"{literal(where + 'row ')} || c.row || {literal(f', column “{column.header}”: ')}"
        return f"""{head}, {locator}, {reason}, {place} || {sentence}, {original}, {literal(sheet.name)}, c.row, {column.position}
    from refused as r join {sheet.cells} as c on c.row = r.row where r.refused & {bit} <> 0"""

    for n, (prop, declared) in enumerate(BY_PROPERTY.items()):
        kind = KINDS[declared.kind]
        if prop in stated and prop != "name" and kind.reason:
            at = stated[prop][0]
            shown = f"'“' || left(c.c{at.position}, 60) || '”'" if kind.quoted else "'the cell'"
            advice = literal(f" is not {kind.expects}. Correct the cell: the row was kept without it.")
            failed = f"case when formula_error(c.c{at.position}) then 'formula_error' else {literal(kind.reason)} end"
            said = f"{shown} || {advice}"
            if declared.kind == "url":
                handle = f"regexp_full_match(text_mended(c.c{at.position}), '@[\\pL0-9_.-]+')"
                page = literal(" is a name on a social network. Give the address of its page there: the row was kept without it.")
                failed, said = f"if({handle}, 'social_handle', {failed})", f"if({handle}, {shown} || {page}, {said})"
            yield cell(1 << n, at, failed, said, f"c.c{at.position}")
    if {"siren", "siret"} <= stated.keys():
        siren, siret = f"c.c{stated['siren'][0].position}", f"c.c{stated['siret'][0].position}"
        said = f"'the SIRET “' || {siret} || '” is not of the SIREN “' || {siren} || '”. Correct one: the row was kept without both.'"
        yield cell(CLASH, stated["siret"][0], "'siren_siret'", said, f"{siren} || ' / ' || {siret}")
    if table.shared:
        siret = f"c.c{stated['siret'][0].position}"
        said = f"'the SIRET “' || {siret} || '” stands beside other names too. Give each its own: the row was kept without it.'"
        yield cell(SHARED, stated["siret"][0], "'shared_siret'", said, siret)
    if {"longitude", "latitude"} <= stated.keys():
        x, y = f"c.c{stated['longitude'][0].position}", f"c.c{stated['latitude'][0].position}"
        said = f"'longitude “' || {x} || '” and latitude “' || {y} || '” are swapped. Swap them, or map the columns so in hub.toml: the row was kept without both.'"
        yield cell(SWAPPED, stated["longitude"][0], "'swapped_coordinates'", said, f"{x} || ' / ' || {y}")
