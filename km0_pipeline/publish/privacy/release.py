"""Which tables leave, and what of each: the allow-list between the warehouse and a snapshot (STANDARDS R1, R2).

A table leaves if its YAML says `released`; its columns leave if the YAML declares them with a
privacy class of `claims.RELEASABLE`. Any other column stops the publication: silence is never
consent. How what may leave is written belongs to `formats`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from km0_pipeline.claims import RELEASABLE
from km0_pipeline.publish.escaping import widened
from km0_pipeline.sql import literal
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Table, table_schema


class PublicationStopped(RuntimeError):
    """Nothing was published; `sentences` say what, where and what to do."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Release:
    """A table as it leaves: where its rows are, and the Table Schema that describes them.

    `withheld` is how many rows the gate took out of it, `masked` in how many cells of a column it put something else, by rule.
    """

    table: Table
    source: Path
    schema: dict[str, Any]
    withheld: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def query(self) -> str:
        """SQL that reads the rows as they leave, in their order; an empty text is unknown, like null."""
        columns = (f"nullif(\"{f.name}\", '') as \"{f.name}\"" if f.type == "string" else f'"{f.name}"' for f in self.table.fields)
        return f"select {', '.join(columns)} from read_parquet({literal(str(self.source))})"


def releases(project: Project, tables: Iterable[Table]) -> list[Release]:
    """Those of `tables` that may leave, by group and name. Raises PublicationStopped, naming every table and column that stands in the way."""
    found, sentences = [], []
    released = sorted((t for t in tables if t.released), key=lambda t: (t.group, t.name))
    names = {t.name for t in released}
    for table in released:
        source = project.made(table.step)
        if not source.exists():
            sentences.append(f"The table {table.name} has not been made: data/warehouse/{source.name} is missing; run `make run`.")
            continue
        sentences += _forbidden(table, source)
        schema = widened(table_schema(table))
        keys = [key for key in schema.pop("foreignKeys", ()) if key["reference"]["resource"] in names]
        found.append(Release(table, source, schema | ({"foreignKeys": keys} if keys else {})))
    if sentences:
        raise PublicationStopped(*sentences)
    return found


def _forbidden(table: Table, source: Path) -> list[str]:
    """A sentence for each column that may not leave, or that was promised and is not there."""
    import pyarrow.parquet as pq

    columns = pq.read_schema(source).names
    where = f"data/warehouse/{source.name}"
    sentences = [
        f"{where}: the column {c!r} is not declared in {table.name}.yaml; "
        f"declare it there with its privacy class, or take it out of {table.name}.sql."
        for c in columns
        if c not in table.columns
    ]
    sentences += [
        f"{where}: the column {c!r} that {table.name}.yaml declares is missing; make the table again with `make run`."
        for c in table.columns
        if c not in columns
    ]
    sentences += [
        f"{table.name}.yaml: the column {f.name!r} is of the privacy class {f.privacy!r}, which may not leave; "
        "take it out of the table, or set released: false."
        for f in table.fields
        if f.privacy not in RELEASABLE
    ]
    return sentences
