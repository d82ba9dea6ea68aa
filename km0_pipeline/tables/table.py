"""A published table: the pair `<name>.sql` and `<name>.yaml` of this folder.

Belongs here: reading the pair, refusing one that contradicts itself, and what is derived from
it alone: Arrow schema, DuckDB DDL, Frictionless descriptor, dependencies and column lineage.
Nothing here touches data: that is `build` and `checks`.

The YAML is a Table Schema v2 whose titles and descriptions are `{en, fr}`, plus, for a field,
`privacy` (class of STANDARDS R2), `unit` (symbol, of a number that has one), `property` (the claim property that fills it, if any) and
`references` (its value is the key of a row of one of these tables: what a foreign key says
where there are several), and for the table `title`, `description`, `released`, `group`,
`tracked` (its rows are compared with the last snapshot's, in the table `changes`) and `may_shrink`
(fewer rows than before are no loss: sources were mended, or what is lost is told otherwise). A table that keeps what its sources no
longer say has a column `closed_version`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from km0_pipeline.claims import PROPERTIES, RELEASABLE, Privacy
from km0_pipeline.sql import literal
from km0_pipeline.tables import query
from km0_pipeline.tables.inputs import DERIVED, STEPS

FOLDER = Path(__file__).parent

TYPES = {
    "string": (pa.string(), "varchar"),
    "integer": (pa.int64(), "bigint"),
    "number": (pa.float64(), "double"),
    "boolean": (pa.bool_(), "boolean"),
    "date": (pa.date32(), "date"),
}
"""Type of a Table Schema field -> its Arrow and DuckDB types."""


class TableError(ValueError):
    """A pair of files that can't be used; the message names both and says what to mend."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(_Model):
    """A text for readers, in English and French."""

    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)


class Constraints(_Model):
    """The constraints of Table Schema that `checks` counts."""

    required: bool = False
    unique: bool = False
    pattern: str | None = None
    enum: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = Field(None, alias="maxLength")


class Column(_Model):
    """A field of a table."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: Literal["string", "integer", "number", "boolean", "date"]
    title: Text
    description: Text
    privacy: Privacy
    property: str | None = None
    unit: str | None = None
    references: tuple[str, ...] = ()
    constraints: Constraints = Constraints.model_construct()


class Reference(_Model):
    resource: str
    fields: tuple[str, ...]


class ForeignKey(_Model):
    """Columns whose values are a key of another table."""

    fields: tuple[str, ...]
    reference: Reference


class Table(_Model):
    """One table: its SQL and all that its YAML says of it."""

    name: str
    sql: str
    title: Text
    description: Text
    released: bool
    group: str
    tracked: bool = False
    may_shrink: bool = False
    fields: tuple[Column, ...]
    primary_key: tuple[str, ...] = Field(alias="primaryKey", min_length=1)
    unique_keys: tuple[tuple[str, ...], ...] = Field((), alias="uniqueKeys")
    foreign_keys: tuple[ForeignKey, ...] = Field((), alias="foreignKeys")
    upstream: tuple[str, ...] = ()
    """Names of the tables and steps that the SQL reads, sorted; found by `load_tables`."""
    previous: tuple[str, ...] = ()
    """Names of the tables of the last snapshot that the SQL reads, sorted; found by `load_tables`."""

    @property
    def step(self) -> str:
        """Name of the step that makes it: `data/warehouse/<step>.parquet`."""
        return f"table_{self.name}"

    @property
    def compares(self) -> bool:
        """Whether it tells what differs from the last snapshot: it is made of the other tables as they leave (`publish.privacy.gate`)."""
        return bool(self.previous) and "differences" in relations(self)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)

    def field(self, name: str) -> Column:
        """The column of that name."""
        return next(f for f in self.fields if f.name == name)

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that may hold any words: texts that neither a pattern nor a list of values nor a key closes."""
        keys = {c for k in self.foreign_keys for c in k.fields} | {f.name for f in self.fields if f.references}
        open_ = (f for f in self.fields if f.type == "string" and f.constraints.pattern is None and f.constraints.enum is None)
        return tuple(f.name for f in open_ if f.name not in keys)

    @property
    def keeps_history(self) -> bool:
        """Whether rows that no source speaks of any more stay, with a `closed_version`."""
        return "closed_version" in self.columns


def load_table(sql: Path, yaml: Path) -> Table:
    """The table in the pair of files. Raises TableError, naming both, if they don't agree."""
    import yaml as pyyaml

    def refuse(what: str) -> TableError:
        return TableError(f"{sql.name} and {yaml.name}: {what}")

    for path in (sql, yaml):
        if not path.is_file():
            raise refuse(f"{path.name} is missing; a table is a pair of files, one .sql and one .yaml of the same name.")
    text = sql.read_text(encoding="utf-8")
    loader = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
    try:
        table = Table.model_validate({"name": sql.stem, "sql": text, **pyyaml.load(yaml.read_text(encoding="utf-8"), loader)})
    except pyyaml.YAMLError as e:
        raise refuse(f"{yaml.name} is not valid YAML: {e}.") from None
    except ValidationError as e:
        raise refuse(" ".join(_sentence(table_error) for table_error in e.errors())) from None
    names = table.columns
    made = _selected(text, refuse)
    for column in made:
        if column not in names:
            raise refuse(f"the SQL makes the column {column!r}, which {yaml.name} does not declare.")
    for column in names:
        if column not in made:
            raise refuse(f"{yaml.name} declares the column {column!r}, which the SQL does not make.")
    if made != names:
        raise refuse(f"the columns stand in another order: {', '.join(made)} in the SQL, {', '.join(names)} in {yaml.name}.")
    keys = [("primaryKey", table.primary_key), *(("uniqueKeys", k) for k in table.unique_keys)]
    for what, key in [*keys, *(("foreignKeys", k.fields) for k in table.foreign_keys)]:
        for column in key:
            if column not in names:
                raise refuse(f"{what} names the column {column!r}, which is not declared.")
    if table.tracked and (len(table.primary_key) > 1 or not table.released):
        raise refuse("tracked: true is for a released table with a primary key of one column.")
    for field in table.fields:
        if field.property is not None and field.property not in PROPERTIES:
            raise refuse(f"{field.name}: {field.property!r} is not a property of km0_pipeline/claims.py.")
        if table.released and field.privacy not in RELEASABLE:
            raise refuse(f"{field.name}: a released table can't hold a column of the privacy class {field.privacy!r}.")
        if field.name in table.primary_key and not field.constraints.required:
            raise refuse(f"{field.name} is in the primary key, so its constraints must say required: true.")
    return table


def load_tables(folder: Path) -> tuple[Table, ...]:
    """Every table of `folder`, each after those that it reads or refers to. Raises TableError."""
    stems = sorted({p.stem for p in folder.iterdir() if p.suffix in (".sql", ".yaml")})
    tables = {stem: load_table(folder / f"{stem}.sql", folder / f"{stem}.yaml") for stem in stems}
    for table in list(tables.values()):
        pair = f"{table.name}.sql and {table.name}.yaml"
        for key in table.foreign_keys:
            _refer(pair, tables, key.reference.resource, key.reference.fields)
        for field in table.fields:
            for reference in field.references:
                resource, _, column = reference.partition(".")
                _refer(pair, tables, resource, (column,))
        for name in relations(table):
            if name.removeprefix("previous_") not in tables and name not in (*STEPS, *DERIVED):
                raise TableError(f"{pair}: the SQL reads {name!r}, which is neither a table nor a step ({', '.join(STEPS)}).")
        others = {t.name for t in tables.values() if t.released and t.name != table.name}
        compared = others if "differences" in relations(table) else set()
        upstream = {n for n in relations(table) if not n.startswith("previous_") and n not in DERIVED} | compared
        previous = {n.removeprefix("previous_") for n in relations(table) if n.startswith("previous_")} | compared
        tables[table.name] = table.model_copy(update={"upstream": tuple(sorted(upstream)), "previous": tuple(sorted(previous))})
    before = {
        t.name: {n for n in (*t.upstream, *(k.reference.resource for k in t.foreign_keys)) if n in tables and n != t.name}
        for t in tables.values()
    }
    try:
        ordered = TopologicalSorter(before)
        ordered.prepare()
        names: list[str] = []
        while ordered.is_active():
            ready = sorted(ordered.get_ready())
            names += ready
            ordered.done(*ready)
    except CycleError as e:
        raise TableError(f"the tables {' -> '.join(e.args[1])} depend on one another in a circle; one must do without.") from None
    return tuple(tables[n] for n in names)


@cache
def all_tables() -> tuple[Table, ...]:
    """Every table of the library, each after those that it reads or refers to."""
    return load_tables(FOLDER)


def table(name: str) -> Table:
    """The table called `name`; raises KeyError, with the names there are."""
    found = {t.name: t for t in all_tables()}
    if name not in found:
        raise KeyError(f"there is no table {name!r}; there are {', '.join(sorted(found))}")
    return found[name]


def relations(table: Table) -> tuple[str, ...]:
    """Names of the relations that the SQL reads and does not itself define, sorted: tables, steps, `previous_<table>`."""
    return query.relations(table.sql)


def variables(table: Table) -> tuple[str, ...]:
    """Names of the variables that the SQL asks for by `getvariable`, sorted."""
    return tuple(sorted(set(re.findall(r"getvariable\('(\w+)'\)", table.sql))))


def arrow_schema(table: Table) -> pa.Schema:
    """Arrow schema of the table; each field carries its description, in French and English, as metadata."""
    return pa.schema(
        [
            pa.field(
                f.name,
                TYPES[f.type][0],
                metadata={"title": f.title.fr, "description": f.description.fr, "description_en": f.description.en},
            )
            for f in table.fields
        ]
    )


def parquet_settings(table: Table, said: Mapping[str, str]) -> str:
    """Settings of a DuckDB COPY that writes the table to Parquet: zstd, columns described for Arrow, and what is `said` of the file by key."""
    schema = base64.b64encode(arrow_schema(table).with_metadata(said).serialize().to_pybytes()).decode()  # pyarrow looks no further
    keys = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in {"ARROW:schema": schema, **said}.items())
    return f"format parquet, compression zstd, kv_metadata {{{keys}}}"


def said_of(file: Path) -> dict[str, str]:
    """What `parquet_settings` said of a Parquet file, by key."""
    import pyarrow.parquet as pq

    return {k.decode(): v.decode() for k, v in (pq.read_metadata(file).metadata or {}).items() if k != b"ARROW:schema"}


def ddl(table: Table, *, primary_key: bool = True, foreign_keys: bool = True) -> str:
    """DuckDB statements that create the table, with NOT NULL, keys and comments (French), ending in `;`.

    Keys may be left out: adding the primary key after the rows are in is much faster.
    """
    lines = [f'"{f.name}" {TYPES[f.type][1]}' + (" not null" if f.constraints.required else "") for f in table.fields]
    if primary_key:
        lines.append(f"primary key ({_quoted(table.primary_key)})")
    if foreign_keys:
        lines += [
            f"foreign key ({_quoted(k.fields)}) references {k.reference.resource} ({_quoted(k.reference.fields)})"
            for k in table.foreign_keys
        ]
    body = ",\n    ".join(lines)
    comments = [f"comment on table {table.name} is {literal(table.description.fr)};"]
    comments += [f'comment on column {table.name}."{f.name}" is {literal(f.description.fr)};' for f in table.fields]
    return f"create table {table.name} (\n    {body}\n);\n" + "\n".join(comments)


def table_schema(table: Table) -> dict[str, Any]:
    """Frictionless Table Schema v2 of the table, for a `datapackage.json`.

    Titles and descriptions are French; the English ones stand in `km0:title_en` and
    `km0:description_en`. `fieldsMatch` is left at its default: the published profile mistypes it.
    """
    fields = []
    for f in table.fields:
        field: dict[str, Any] = {"name": f.name, "type": f.type, **_texts(f.title, f.description)}
        constraints = f.constraints.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        if f.type == "integer":
            constraints |= {k: int(constraints[k]) for k in ("minimum", "maximum") if k in constraints}
        if constraints:
            field["constraints"] = constraints
        field["km0:privacy"] = f.privacy
        if f.unit is not None:
            field["km0:unit"] = f.unit
        if f.property is not None:
            field["km0:property"] = f.property
        if f.references:
            field["km0:references"] = list(f.references)
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.primary_key)}
    if table.unique_keys:
        schema["uniqueKeys"] = [list(k) for k in table.unique_keys]
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": list(k.fields), "reference": {"resource": k.reference.resource, "fields": list(k.reference.fields)}}
            for k in table.foreign_keys
        ]
    return schema


def from_schema(name: str, title: dict[str, str], description: dict[str, str], schema: dict[str, Any]) -> Table:
    """The table that `table_schema` described, as a snapshot of old has it: all but the SQL that made it. Raises pydantic's ValidationError."""

    def text(said: dict[str, Any], what: str) -> dict[str, str]:
        return {"fr": said[what], "en": said[f"km0:{what}_en"]}

    fields = [
        {
            "name": f["name"],
            "type": f["type"],
            "title": text(f, "title"),
            "description": text(f, "description"),
            "privacy": f["km0:privacy"],
            "property": f.get("km0:property"),
            "references": f.get("km0:references", ()),
            "constraints": f.get("constraints", {}),
        }
        for f in schema["fields"]
    ]
    keys = {k: schema[k] for k in ("primaryKey", "uniqueKeys", "foreignKeys") if k in schema}
    said = {"name": name, "sql": "", "title": title, "description": description, "released": True, "group": "", "fields": fields}
    return Table.model_validate(said | keys)


@cache
def lineage(table: Table) -> dict[str, list[tuple[str, str]]]:
    """For each column, the columns of the tables and steps it is made from, sorted; read from the SQL."""
    known = STEPS | DERIVED | {t.name: t.columns for t in all_tables()} | {table.name: table.columns}
    known |= {f"previous_{t}": columns for t, columns in known.items()}
    return query.sources(table.sql, {name: known[name] for name in relations(table)})


def _selected(sql: str, refuse: Any) -> tuple[str, ...]:
    """Names of the columns that the SQL's outermost select makes."""
    try:
        names = query.columns(sql)
    except query.QueryError as e:
        raise refuse(f"the SQL can't be read: {e}.") from None
    if not names or "*" in names:
        raise refuse("the outermost select must name each column, without *.")
    return names


def _refer(pair: str, tables: dict[str, Table], resource: str, columns: tuple[str, ...]) -> None:
    if resource not in tables:
        raise TableError(f"{pair}: a key refers to the table {resource!r}, which does not exist.")
    for column in columns:
        if column not in tables[resource].columns:
            raise TableError(f"{pair}: a key refers to {resource}.{column}, which does not exist.")


def _sentence(error: Any) -> str:
    where: list[str] = []
    for part in error["loc"]:
        where.append(f"{part + 1}" if isinstance(part, int) else str(part))
    key = ".".join(where)
    if error["type"] == "missing":
        return f"{key} is missing."
    if error["type"] == "extra_forbidden":
        return f"{key} is not a key of a table's YAML."
    return f"{key}: found {error['input']!r}; {error['msg'][0].lower()}{error['msg'][1:]}."


def _texts(title: Text, description: Text) -> dict[str, str]:
    return {
        "title": title.fr,
        "description": description.fr,
        "km0:title_en": title.en,
        "km0:description_en": description.en,
    }


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{c}"' for c in columns)
