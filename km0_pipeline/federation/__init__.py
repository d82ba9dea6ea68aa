"""Several hubs' snapshots -> one set of tables, in which the hub stands in the key.

Each table that the snapshots hold is there once, with the rows of all hubs and a first column `hub`; `hubs` says whose they are, and
`entities` which organisations of different hubs are one (`hubs.sql`, `entities.sql` and their YAML). The outcome is a folder that
`km0 verify` understands, with nothing in it but what the hubs have published.

It promises of its values what every snapshot promises of them: of a column that one hub lacks, or whose constraint differs between
two, nothing more than its type. So hubs need not run the same version of this library. Belongs here: reading snapshots together. One
snapshot, and what is wrong with it, belongs to `publish`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from km0_pipeline.claims import RELEASABLE
from km0_pipeline.publish import datapackage, places
from km0_pipeline.publish.formats.csv import Csv
from km0_pipeline.publish.privacy import Release
from km0_pipeline.publish.rebuild import releases_of
from km0_pipeline.publish.verify import verify
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.storage import sha256, write_aside
from km0_pipeline.tables.table import (
    TYPES,
    Column,
    Constraints,
    ForeignKey,
    Reference,
    Table,
    arrow_schema,
    load_table,
    parquet_settings,
    table_schema,
)

HERE = Path(__file__).parent
HUBS, ENTITIES = (load_table(HERE / f"{name}.sql", HERE / f"{name}.yaml") for name in ("hubs", "entities"))
OF_HUB = ForeignKey(fields=("hub",), reference=Reference(resource="hubs", fields=("hub",)))
OF_ENTITY = ForeignKey(fields=("federated_id",), reference=Reference(resource="entities", fields=("federated_id",)))

SIREN = "coalesce(siren, left(siret, 9))"
"""SQL of the SIREN of an organisation."""
ENTITY = f"coalesce('siren:' || {SIREN}, hub || ':' || organisation_id)"
"""SQL of the id of the entity that an organisation is."""


class CannotFederate(Exception):
    """Nothing was written; the message is sentences, one a line, that say what, where and what to do."""


@dataclass(frozen=True)
class Federation:
    """What was written to a folder: rows by table, how many entities several hubs know, and a sentence for each thing wrong with a snapshot left out."""

    folder: Path
    new: bool
    rows: Mapping[str, int]
    shared: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A whole snapshot: where it was said to be, where it lies now, what it says of itself, and its tables by name."""

    place: str
    folder: Path
    package: Mapping[str, Any]
    releases: Mapping[str, Release]

    @property
    def hub(self) -> str:
        return str(self.package["name"])

    @property
    def age(self) -> tuple[str, str]:
        """To order by, the oldest first."""
        return self.package["created"], self.hub

    @cached_property
    def row(self) -> dict[str, Any]:
        """What `hubs` says of it."""
        p = self.package
        publisher, licence = p["contributors"][0], p["licenses"][0]
        return {
            "hub": self.hub, "title": p["title"], "publisher": publisher["title"], "contact": publisher.get("email"), "website": p.get("homepage"),
            "version": p["version"], "published_on": date.fromisoformat(p["created"][:10]), "licence": licence["name"], "licence_url": licence["path"],
        }  # fmt: skip


def federate(snapshots: Sequence[str], out: Path, keep_going: bool = False, say: places.Say = lambda _: None) -> Federation:
    """Write the tables of all `snapshots` (folders or URLs; of versions, or of the folders above them, of which the last is taken) to the folder `out`.

    `out` is new, empty, or a federation, which is then replaced in one go. Raises CannotFederate where a snapshot can't be had or is not whole,
    unless `keep_going`: then it is left out.
    """
    out = out.resolve()  # . and a link have no name to put a new folder in the place of
    if Path.cwd().is_relative_to(out):
        raise CannotFederate(f"{out}: is the folder that this is run in, or one above it, and can't be replaced meanwhile; name another, or run it elsewhere.")
    if out.exists() and not _replaceable(out):
        raise CannotFederate(f"{out}: holds something that is no federation; give a new or an empty folder.")
    parts: dict[str, Part] = {}
    wrong: list[str] = []
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="km0-") as scratch:
        for place in snapshots:
            try:
                part = stack.enter_context(_part(place, say))
                if (other := parts.setdefault(part.hub, part)) is not part:
                    wrong.append(f"{place}: is of the hub {part.hub!r}, as {other.place} is; give one of them, or the hubs other names (publisher.package in hub.toml).")
            except (places.NotThere, CannotFederate) as e:
                wrong += str(e).splitlines()
        if not parts or (wrong and not keep_going):
            raise CannotFederate("\n".join(wrong))
        with write_aside(out) as staging, connect(Path(scratch)) as connection:
            staging.mkdir()
            rows = _write(connection, staging, [parts[hub] for hub in sorted(parts)], say)
            if found := verify(staging):
                raise CannotFederate("\n".join(["What was read together is not whole, so it was not kept:", *found]))
            shared = connection.execute(f"select count(*) from read_parquet({location(staging / 'entities.parquet')}) where hubs > 1").fetchall()[0][0]
            new = not (out / places.SUMS).exists() or (out / places.SUMS).read_bytes() != (staging / places.SUMS).read_bytes()
            if out.exists():
                out.rename(Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.")) / "former")
        for former in out.parent.glob(f".{escape(out.name)}.*/former"):
            shutil.rmtree(former.parent)
    return Federation(out, new, rows, shared, tuple(wrong))


def _replaceable(out: Path) -> bool:
    if not out.is_dir():
        return False
    try:
        return not any(out.iterdir()) or "km0:federates" in datapackage.read(out)
    except (OSError, ValueError):
        return False


@contextmanager
def _part(place: str, say: places.Say) -> Iterator[Part]:
    """The snapshot at `place`, read back whole. Raises NotThere or CannotFederate, with a sentence for each thing wrong."""
    say(place)
    versions = places.index(place)
    if versions is not None:
        if not versions:
            raise CannotFederate(f"{place}: its {places.INDEX} lists no version yet.")
        place = f"{place.rstrip('/')}/{versions[-1]['version']}"
    with places.snapshot(place, say) as folder:
        if wrong := verify(folder):
            raise CannotFederate("\n".join(f"{place}: {sentence}" for sentence in wrong))
        yield _understood(place, folder)


def _understood(place: str, folder: Path) -> Part:
    package = datapackage.read(folder)
    if "km0:federates" in package:
        raise CannotFederate(f"{place}: is itself several hubs read together; give their snapshots instead.")
    try:
        releases = {r.name: r for r in releases_of(folder, package)}
        part = Part(place, folder, package, releases)
        pa.Table.from_pylist([part.row], arrow_schema(HUBS))
        if not re.fullmatch(HUBS.field("hub").constraints.pattern or "", part.hub) or not all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in releases):
            raise ValueError("the name of its data package, or of a table, has other signs than a-z, 0-9 and _")
        if not {"organisation_id", "name", "siren", "siret", "sources"} <= set(releases["organisations"].table.columns):
            raise ValueError("its organisations have no organisation_id, name, siren, siret or sources")
        if {HUBS.name, ENTITIES.name} & set(releases) or any({"hub", "federated_id"} & set(r.table.columns) for r in releases.values()):
            raise ValueError("it has a table hubs or entities, or a column hub or federated_id, which only several hubs read together have")
    except (ValidationError, LookupError, ValueError, TypeError, pa.ArrowException) as e:
        raise CannotFederate(f"{place}: its {datapackage.NAME} is not one of a hub's snapshot ({type(e).__name__}: {' '.join(str(e).split())[:200]}).") from None
    for release in releases.values():
        for field in release.table.fields:
            if field.privacy not in RELEASABLE:
                raise CannotFederate(f"{place}: {release.name}.{field.name} is of the privacy class {field.privacy!r}, which may not leave; ask {part.row['publisher']} to publish again without it.")
    return part


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, parts: Sequence[Part], say: places.Say) -> dict[str, int]:
    """Every file of the federation. Returns the rows of each table."""
    newest_first = sorted(parts, key=lambda p: p.age, reverse=True)
    names = dict.fromkeys(name for part in newest_first for name in part.releases)
    tables = [HUBS, ENTITIES, *(_together(name, [p for p in newest_first if name in p.releases]) for name in names)]
    rows, written, releases = {}, {}, []
    for table in [*tables[2:], *tables[:2]]:  # entities are made of organisations
        say(table.name)
        release = Release(table, folder / f"{table.name}.parquet", table_schema(table))
        query = {"hubs": "select * from packages", "entities": ENTITIES.sql}.get(table.name) or _rows(table, parts)
        if table is HUBS:
            connection.register("packages", pa.Table.from_pylist([p.row for p in parts], arrow_schema(HUBS)))
        order = ", ".join(f'"{c}"' for c in table.primary_key)
        connection.execute(f"copy (from ({query}) order by {order}) to {literal(release.source)} ({parquet_settings(table, {})})")
        if table.name == "organisations":
            connection.execute(f"create view joined as select * replace ({SIREN} as siren) from read_parquet({location(release.source)})")
        Csv().write(connection, release, folder / f"{table.name}.csv")
        rows[table.name] = pq.read_metadata(release.source).num_rows
        for path in (f"{table.name}.csv", f"{table.name}.parquet"):
            written[path] = ((folder / path).stat().st_size, sha256(folder / path))
        releases.append(release)
    releases.sort(key=lambda r: [t.name for t in tables].index(r.name))
    datapackage.write(folder / datapackage.NAME, _package(parts, releases, rows, written))
    sums = {datapackage.NAME: sha256(folder / datapackage.NAME)} | {path: digest for path, (_, digest) in written.items()}
    (folder / places.SUMS).write_text("".join(f"{sums[path]}  {path}\n" for path in sorted(sums)), encoding="utf-8", newline="\n")
    return {t.name: rows[t.name] for t in tables}


def _rows(table: Table, parts: Sequence[Part]) -> str:
    """SQL of the rows of all hubs that have the table; what a hub lacks is null."""
    of = [(p.hub, p.releases[table.name]) for p in parts if table.name in p.releases]
    there = {c for _, r in of for c in r.table.columns}
    columns = [f"""nullif("{f.name}", '') as "{f.name}\"""" if f.type == "string" else f'"{f.name}"::{TYPES[f.type][1]} as "{f.name}"' for f in table.fields if f.name in there]
    files = ", ".join(location(r.source) for _, r in of)
    hubs = ", ".join(f"({literal(r.source)}, {literal(hub)})" for hub, r in of)
    query = f"""select hub, {", ".join(columns)}
        from read_parquet([{files}], union_by_name = true, filename = 'km0:file') join (values {hubs}) as h("km0:file", hub) using ("km0:file")"""
    return f"select *, {ENTITY} as federated_id from ({query})" if table.name == "organisations" else query


def _together(name: str, parts: Sequence[Part]) -> Table:
    """The table of the federation, of those of the `parts`, the newest first. Raises CannotFederate where they contradict one another."""
    tables = [p.releases[name].table for p in parts]
    first = tables[0]
    for part, table in zip(parts, tables, strict=True):
        if table.primary_key != first.primary_key:
            raise CannotFederate(_contradict(parts[0], part, name, f"its key is {', '.join(first.primary_key)}", f"is {', '.join(table.primary_key)}"))
    columns: dict[str, list[Column]] = {}
    for part, table in zip(parts, tables, strict=True):
        for field in table.fields:
            same = columns.setdefault(field.name, [])
            if same and same[0].type != field.type:
                raise CannotFederate(_contradict(parts[0], part, name, f"{field.name} is {same[0].type}", f"is {field.type}"))
            same.append(field)
    fields = [HUBS.field("hub"), *(_promised(same, len(tables)) for same in columns.values())]
    foreign = [OF_HUB, *(_of_hub(key) for key in first.foreign_keys if all(key in t.foreign_keys for t in tables))]
    if name == "organisations":
        fields.append(ENTITIES.field("federated_id"))
        foreign.append(OF_ENTITY)
    unique = [("hub", *key) for key in first.unique_keys if all(key in t.unique_keys for t in tables)]
    more = {"fields": tuple(fields), "primary_key": ("hub", *first.primary_key), "unique_keys": tuple(unique), "foreign_keys": tuple(foreign)}
    return first.model_copy(update=more)


def _promised(columns: Sequence[Column], of: int) -> Column:
    """A column with those constraints that all `of` tables give it; unique is one within its hub alone."""
    said = [c.constraints.model_dump(by_alias=True, exclude_defaults=True) for c in columns]
    same = {k: v for k, v in said[0].items() if k != "unique" and len(said) == of and all(other.get(k) == v for other in said)}
    return columns[0].model_copy(update={"constraints": Constraints.model_validate(same)})


def _of_hub(key: ForeignKey) -> ForeignKey:
    return ForeignKey(fields=("hub", *key.fields), reference=Reference(resource=key.reference.resource, fields=("hub", *key.reference.fields)))


def _contradict(one: Part, other: Part, table: str, here: str, there: str) -> str:
    return f"{table}: in {one.place} {here}, in {other.place} it {there}; have both published by the same version of km0_pipeline, or leave one out."


def _package(parts: Sequence[Part], releases: Sequence[Release], rows: Mapping[str, int], files: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """datapackage.json of the federation: of the day of its newest snapshot, under all their licences, each publisher named."""
    created = max(p.package["created"] for p in parts)
    day = date.fromisoformat(created[:10])
    licences = {licence["path"]: licence for p in parts for licence in p.package["licenses"]}
    return {
        "$schema": datapackage.PROFILE,
        "name": "federation",
        "title": f"{len(parts)} hubs : {', '.join(p.row['title'] for p in parts)}"[:300],
        "version": f"{day.year}.{day.month}.{day.day}",
        "created": created,
        "licenses": [licences[path] for path in sorted(licences)],
        "contributors": [c for p in parts for c in p.package["contributors"]],
        "sources": [{"title": f"{p.row['title']}, {p.row['version']}"} | ({"path": p.package["id"]} if "id" in p.package else {}) for p in parts],
        "resources": [datapackage.resource(r, n, rows[r.name], files) for r in releases for n in range(2)],
        "km0:federates": [p.hub for p in parts],
    }
