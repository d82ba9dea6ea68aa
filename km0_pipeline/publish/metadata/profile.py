"""What the rows of a snapshot say of its tables: how full each column is, an example of it, and from when to when it speaks.

An example is shown only of what can't lead to a person: numbers, dates, true or false, codes and identifiers of one form; never of open
texts, of people, of places to the metre, or of the numbers of the national register, which sole traders have too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.sql import literal

IDENTIFYING = ("siren", "siret", "coordinates")
"""Properties of claims whose values lead to a sole trader."""


@dataclass(frozen=True)
class Profile:
    """Of one table. `filled` and `examples` are by column; years are those of its dates, None where it has none."""

    rows: int
    filled: Mapping[str, int]
    examples: Mapping[str, str]
    first_year: int | None
    last_year: int | None


def profile(connection: duckdb.DuckDBPyConnection, file: Path, schema: Mapping[str, Any]) -> Profile:
    """The profile of the table in a Parquet `file` of this Table Schema; an example is the least value of its column."""
    fields = schema["fields"]
    named = [(f["name"], '"' + f["name"].replace('"', '""') + '"') for f in fields]
    dates = [column for f, (_, column) in zip(fields, named, strict=True) if is_date(f)]
    years = [f"try_cast(left({half}, 4) as int)" for c in dates for half in (f"{c}::varchar", f"split_part({c}::varchar, '/', 2)")]
    counts = ", ".join(f"count({c})" for _, c in named)
    least = ", ".join(f"min({c})" if _may_be_shown(f) else "null" for f, (_, c) in zip(fields, named, strict=True))
    extremes = ", ".join(f"min({y}), max({y})" for y in years) or "null"
    row = connection.execute(f"select count(*), {counts}, {least}, {extremes} from read_parquet({literal(str(file))})").fetchone()
    assert row is not None
    n = len(fields)
    found = sorted(year for year in row[1 + 2 * n :] if year is not None)
    names = [f["name"] for f in fields]
    filled = dict(zip(names, row[1 : 1 + n], strict=True))
    examples = {name: _said(value) for name, value in zip(names, row[1 + n : 1 + 2 * n], strict=True) if value is not None}
    return Profile(row[0], filled, examples, *(found[0], found[-1]) if found else (None, None))


def is_date(field: Mapping[str, Any]) -> bool:
    """Whether a column holds dates: ISO 8601, or EDTF, which the patterns of those columns begin to spell."""
    pattern = field.get("constraints", {}).get("pattern", "")
    return bool(field["type"] == "date" or pattern.startswith("[0-9X]{4}"))


def _may_be_shown(field: Mapping[str, Any]) -> bool:
    if field["km0:privacy"] not in ("public", "org") or field.get("km0:property") in IDENTIFYING:
        return False
    return field["type"] != "string" or "pattern" in field.get("constraints", {})


def _said(value: Any) -> str:
    """As the CSV has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
