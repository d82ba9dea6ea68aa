"""The SQL by which the cells of a sheet become rows of `registry_rows`.

Belongs here: what a sheet states, column by column, and that one query a sheet. What it refuses
is told in `rejects`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from km0_pipeline.claims import digest
from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import Sheet
from km0_pipeline.registries.columns import BY_PROPERTY, PROPERTIES, Mapped
from km0_pipeline.registries.values import KINDS, expression
from km0_pipeline.sql import literal
from km0_pipeline.steps import code_version

VERSION = code_version(__file__)

CLASH = 1 << 62
"""Bit of `refused` for a SIREN that contradicts its SIRET; bit n is a cell refused for the nth of BY_PROPERTY."""


@dataclass(frozen=True)
class Document:
    """A file to read: its path relative to data/raw, its `stamp` when it was listed, its entry of hub.toml."""

    document_id: str
    path: str
    stamp: int
    entry: Registry

    @property
    def key(self) -> str:
        """What its rows were read from: its bytes, its entry, and the code."""
        return digest(VERSION, self.document_id, self.path, self.entry.model_dump_json())


@dataclass(frozen=True)
class Table:
    """A sheet that has a column of names; `stated` gives for each property its columns."""

    document: Document
    sheet: Sheet
    stated: dict[str, list[Mapped]]

    def sums_up(self, name: str, value: Callable[[str], str]) -> str:
        """SQL of whether a row is a total and no organisation; `value` gives the SQL of a property's value."""
        known = [f" and {value(p)} is null" for p in ("siren", "siret") if p in self.stated]
        return f"sums_up({name}){''.join(known)}"


def rows_sql(table: Table) -> str:
    """The usable rows of a sheet, as `registry_rows` has them. `x_` is a cell as found, `v_` its value."""
    document, sheet, stated = table.document, table.sheet, table.stated
    found, numbers = [], []
    for prop, columns in stated.items():
        kind = BY_PROPERTY[prop].kind
        cells = [f"c{c.position}" for c in columns]
        if len(cells) == 1:
            number = ""
            if KINDS[kind].numbered:
                number = f"n{columns[0].position}"
                numbers.append(f", try_cast({cells[0]} as bigint) as {number}")
            found += [f"{cells[0]} as x_{prop}", f"{expression(kind, cells[0], number)} as v_{prop}"]
        else:
            parts = ", ".join(expression(kind, c) for c in cells)
            found += [f"nullif(concat_ws(', ', {', '.join(cells)}), '') as x_{prop}", f"nullif(concat_ws(', ', {parts}), '') as v_{prop}"]
    value = {p: f"v_{p}" for p in stated}
    original = {p: f"case when x_{p} <> v_{p} then x_{p} end" for p in stated}
    refused = [
        f"case when v_{p} is null and x_{p} is not null and not says_nothing(x_{p}) then {1 << n} else 0 end"
        for n, p in enumerate(BY_PROPERTY)
        if p in stated and KINDS[BY_PROPERTY[p].kind].reason
    ]
    if {"siren", "siret"} <= stated.keys():
        clash = "v_siren <> left(v_siret, 9)"
        refused.append(f"case when {clash} then {CLASH} else 0 end")
        value["siren"] = f"case when {clash} then null else coalesce(v_siren, left(v_siret, 9)) end"
        value["siret"] = f"case when {clash} then null else v_siret end"
        taken = "v_siren is null and v_siret is not null"
        original["siren"] = f"case when {clash} then null when {taken} then x_siret when x_siren <> v_siren then x_siren end"
        original["siret"] = f"case when {clash} then null when x_siret <> v_siret then x_siret end"
    elif "siret" in stated:
        value["siren"], original["siren"] = "left(v_siret, 9)", "case when v_siret is not null then x_siret end"
    edition = literal(document.entry.stated_on)
    outputs = ", ".join(f"{value.get(p, 'null')}::varchar as {p}, {original.get(p, 'null')}::varchar as {p}_original" for p in PROPERTIES)
    return f"""
with numbered as (
    select *{"".join(numbers)} from {sheet.cells}
),
found as (
    select row, {", ".join(found)} from numbered
)
select
    {literal(document.document_id)} as document_id, {literal(document.entry.name)} as source, {literal(sheet.name)} as sheet, row,
    'm' || left(digest3({literal(document.document_id)}, 'organisation', {literal(sheet.prefix + "row:")} || row), 19) as mention_id,
    {document.entry.at_hub} as at_hub, {f"coalesce(v_stated_on, {edition})" if "stated_on" in stated else edition} as stated_on,
    {outputs},
    {"case when v_headcount is not null then count_qualifier(x_headcount) end" if "headcount" in stated else "null"} as headcount_qualifier,
    ({" + ".join(refused) or "0"})::bigint as refused
from found
where v_name <> {literal(stated["name"][0].header)} and not ({table.sums_up("v_name", lambda p: f"v_{p}")})"""
