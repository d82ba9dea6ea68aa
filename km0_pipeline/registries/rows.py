"""The SQL by which the cells of a sheet become rows of `registry_rows`.

Belongs here: what a sheet states, column by column, and that one query a sheet. What it refuses
is told in `rejects`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from km0_pipeline.claims import digest, size_band_sql
from km0_pipeline.hub import Registry
from km0_pipeline.reference import LATITUDES, LONGITUDES
from km0_pipeline.registries.cells import Sheet
from km0_pipeline.registries.columns import BY_PROPERTY, PROPERTIES, PUBLISHABLE, Mapped
from km0_pipeline.registries.editions import edition_date
from km0_pipeline.registries.values import KINDS, expression
from km0_pipeline.sql import literal
from km0_pipeline.steps import code_version

VERSION = code_version(__file__)

CLASH, SWAPPED, SHARED = 1 << 62, 1 << 61, 1 << 60
"""Bits of `refused`: a SIREN that contradicts its SIRET; longitude and latitude swapped; a SIRET that stands beside names that have
nothing in common. Bit n is a cell refused for the nth of BY_PROPERTY."""


@dataclass(frozen=True)
class Document:
    """A file to read: its path relative to data/raw, its `stamp` when it was listed, its entry of hub.toml; `seen_again`, later dates at which the same
    bytes were handed in."""

    document_id: str
    path: str
    stamp: int
    entry: Registry
    seen_again: tuple[str, ...] = ()

    @property
    def stated_on(self) -> str:
        """Date of the edition."""
        return edition_date(self.path, self.entry.stated_on)

    @property
    def key(self) -> str:
        """What its rows were read from: its bytes, its entry, and the code."""
        return digest(VERSION, self.document_id, self.path, self.entry.model_dump_json(), *self.seen_again)


@dataclass(frozen=True)
class Table:
    """A sheet that has a column of names; `stated` gives for each property its columns, `shared` the SIRETs of which none is believed."""

    document: Document
    sheet: Sheet
    stated: dict[str, list[Mapped]]
    shared: tuple[str, ...] = ()

    def sums_up(self, name: str, value: Callable[[str], str]) -> str:
        """SQL of whether a row is a total and no organisation; `value` gives the SQL of a property's value."""
        known = [f" and {value(p)} is null" for p in ("siren", "siret") if p in self.stated]
        return f"sums_up({name}){''.join(known)}"


def rows_sql(table: Table, kept_back: bool = False) -> str:
    """The usable rows of a sheet, as `registry_rows` has them; or else, of one that has a column `PUBLISHABLE`, those that may not be published.

    `x_` is a cell as found, `v_` its value.
    """
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
        f"case when v_{p} is null and x_{p} is not null and {_refusal(BY_PROPERTY[p].kind, f'x_{p}')} then {1 << n} else 0 end"
        for n, p in enumerate(BY_PROPERTY)
        if p in stated and p != "name" and KINDS[BY_PROPERTY[p].kind].reason
    ]
    if table.shared:
        shared = f"coalesce(v_siret in ({', '.join(map(literal, table.shared))}), false)"
        refused.append(f"case when {shared} then {SHARED} else 0 end")
    siret = f"case when not {shared} then v_siret end" if table.shared else "v_siret"
    if {"siren", "siret"} <= stated.keys():
        clash = "v_siren <> left(v_siret, 9)"
        refused.append(f"case when {clash} then {CLASH} else 0 end")
        value["siren"] = f"case when {clash} then null else coalesce(v_siren, left({siret}, 9)) end"
        value["siret"] = f"case when {clash} then null else {siret} end"
        taken = f"v_siren is null and {siret} is not null"
        # what is refused is kept beside no value: who it names may be one of whom the national register says nothing
        original["siren"] = f"case when {clash} then v_siren when {taken} then x_siret when x_siren <> v_siren then x_siren end"
        original["siret"] = f"case when {clash} or {siret} is null then v_siret when x_siret <> {siret} then x_siret end"
    elif "siret" in stated:
        value["siret"], original["siret"] = siret, f"case when {siret} is null then v_siret when x_siret <> {siret} then x_siret end"
        value["siren"], original["siren"] = f"left({siret}, 9)", f"case when {siret} is not null then x_siret end"
    if {"longitude", "latitude"} <= stated.keys():
        ranges = (("longitude", LATITUDES), ("latitude", LONGITUDES))
        swapped = f"coalesce({' and '.join(f'try_cast(v_{p} as double) between {low} and {high}' for p, (low, high) in ranges)}, false)"
        refused.append(f"case when {swapped} then {SWAPPED} else 0 end")
        for p in ("longitude", "latitude"):
            value[p], original[p] = f"case when not {swapped} then v_{p} end", f"case when not {swapped} and x_{p} <> v_{p} then x_{p} end"
    if "headcount" in stated and document.entry.headcounts == "bands":  # the exact number goes no further (STANDARDS R8)
        value["headcount"], original["headcount"] = "null", "null"
        value["size_band"] = f"case when count_qualifier(x_headcount) <> 'at_most' then {size_band_sql('v_headcount::bigint')} end"
    form = "v_legal_form" if "legal_form" in stated else "null"
    value["legal_form"] = f"coalesce({form}, legal_form_in(v_name))"
    in_name = f"case when {form} is null and legal_form_in(v_name) is not null then x_name"
    original["legal_form"] = f"{in_name} {'when x_legal_form <> v_legal_form then x_legal_form' if 'legal_form' in stated else ''} end"
    edition = literal(document.stated_on)
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
    {"coalesce(boolean_value(x_publication_ok) = 'true', false)" if PUBLISHABLE.property in stated else "false"} as consented,
    ({" + ".join(refused) or "0"})::bigint as refused
from found
where v_name <> {literal(stated["name"][0].header)}{f" and {'not ' * kept_back}{publishable('x_publication_ok')}" if PUBLISHABLE.property in stated else ""} and not ({table.sums_up("v_name", lambda p: f"v_{p}")})"""


def publishable(cell: str) -> str:
    """SQL of whether a row whose `cell` answers that may be published: nothing there, or a yes."""
    return f"coalesce(says_nothing({cell}) or boolean_value({cell}) = 'true', {cell} is null)"


def _refusal(kind: str, cell: str) -> str:
    """SQL of whether `cell`, which gave no value, is worth a reject."""
    return f"formula_error({cell})" if KINDS[kind].reason == "formula_error" else f"not says_nothing({cell})"


_COMMON = frozenset(re.findall(r"\w+", "sas sasu sarl eurl sci snc scop scic the and und les des une pour par societe entreprise association compagnie groupe"))


def shared_sirets(db: duckdb.DuckDBPyConnection, sheet: Sheet, stated: Mapping[str, list[Mapped]]) -> tuple[str, ...]:
    """SIRETs of a sheet that stand beside names without a word in common: whose they are can't be told.

    For registries of tenants: in a directory of years, one SIRET stands beside the names that its place has had.
    """
    if "siret" not in stated or "name" not in stated:
        return ()
    siret, name = f"c{stated['siret'][0].position}", f"c{stated['name'][0].position}"
    number = f"coalesce(try_cast({siret} as bigint), try_cast({expression('siret', siret)} as bigint))"
    several = db.execute(
        f"select number from (select {number} as number from {sheet.cells}) where number is not null group by number having count(*) > 1"
    ).fetchall()
    if not several:
        return ()
    found = db.execute(
        f"""
        with said as (
            select {expression("siret", siret)} as siret, text_mended({name}) as name
            from {sheet.cells} where {name} is not null and {number} in ({", ".join(str(n) for (n,) in several)})
        )
        select siret, list(distinct name order by name) from said where siret is not null group by siret order by siret
        """
    ).fetchall()
    return tuple(siret for siret, names in found if not set.intersection(*map(_words, names)))


def _words(name: str) -> set[str]:
    """The words of a name by which it may be known again; the name itself where it has none."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = {w for w in re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", plain)) if len(w) > 2 and w not in _COMMON}
    return words or {plain}
