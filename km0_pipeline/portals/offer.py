"""What is offered to portals: a published snapshot as one dataset, with a resource a file.

One dataset and not one a table: the tables refer to one another, have one version and one licence, and
people who look for the hub want to find it once. All of it comes from hub.toml and from the snapshot's own datapackage.json
and sums; nothing here knows a portal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.portals.outcome import PortalError
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.places import SUMS, read_sums
from km0_pipeline.steps import Project, PublishedError
from km0_pipeline.storage.bucket import MEDIA_TYPES

FIRST = ("csv", "xlsx", "geojson", "parquet", "zip")
"""Formats of data in the order in which people look for them."""

ABOUT = {
    "README.md": "Lisez-moi : tables, colonnes, licence",
    "CHANGELOG.md": "Ce qui a changé dans cette version",
    "dictionnaire.md": "Dictionnaire des données",
    "dictionnaire.html": "Dictionnaire des données (page)",
    "dictionary.md": "Dictionnaire des données, en anglais",
    "dictionary.html": "Dictionnaire des données, en anglais (page)",
    "catalog.ttl": "Catalogue DCAT-AP (Turtle)",
    "catalog.jsonld": "Catalogue DCAT-AP (JSON-LD)",
    "catalog-harvest.ttl": "Catalogue DCAT-AP pour le moissonnage",
    "csv-metadata.json": "Description des CSV (CSVW)",
    "schema.jsonld": "Description des tables (schema.org)",
    "croissant.json": "Description des tables (Croissant)",
    "datapackage.json": "Description lisible par une machine (Data Package)",
    SUMS: "Sommes SHA-256 des fichiers",
    "release_report.json": "Ce qui a été retenu ou masqué avant publication",
}
"""Titles, in French, of files that describe the others; one that is not here is called by its name."""


@dataclass(frozen=True)
class File:
    """A file of the snapshot: where it lies here, what is said of it (in French), its bytes and sums.

    `data`: it holds data, else it describes them. `url` is where base_url has it, or empty.
    """

    path: str
    local: Path
    title: str
    description: str
    format: str
    media_type: str
    data: bool
    bytes: int
    sha256: str
    sha1: str
    url: str


@dataclass(frozen=True)
class Offer:
    """The snapshot as a dataset; `start` and `end` are the first and the last day that its data speak of (`start` None: not known)."""

    name: str
    version: str
    title: str
    description: str
    licence: str
    licence_url: str
    keywords: tuple[str, ...]
    frequency: str
    start: date | None
    end: date
    commune: str
    contact: str
    publisher: str
    files: tuple[File, ...]


def offer(project: Project, version: str = "") -> Offer:
    """The published snapshot `version` (empty: the last), each of whose files has just been read and holds what its sums say.

    Raises PortalError.
    """
    folder = snapshot_folder(project, version)
    try:
        package, sums = datapackage.read(folder), read_sums(folder)
        files = _files(project.hub, folder, package, sums)
    except (OSError, ValueError, LookupError, TypeError) as e:
        raise PortalError(f"{folder}: can't be read as a snapshot ({e}); `km0 verify` says what is wrong with it. Nothing was pushed.") from None
    hub, publisher = project.hub, project.hub.publisher
    end = date.fromisoformat(package["created"][:10])
    return Offer(
        package["name"], package["version"], package["title"], package["description"], publisher.licence, publisher.licence_url,
        publisher.keywords, publisher.frequency, _first_day(folder, end), end, hub.hub.commune, publisher.contact, publisher.name, files,
    )  # fmt: skip


def snapshot_folder(project: Project, version: str) -> Path:
    """Folder of the published snapshot `version` (empty: the last). Raises PortalError."""
    try:
        known = [v["version"] for v in project.index()["versions"]]
    except PublishedError as e:
        raise PortalError(str(e)) from None
    if not known:
        raise PortalError(f"{project.published} holds no snapshot yet; run `make run` first.")
    if version and version not in known:
        raise PortalError(f"There is no published version {version!r}; the last ones are {', '.join(known[-5:])}.")
    return project.published / (version or known[-1])


def _files(hub: Hub, folder: Path, package: dict[str, Any], sums: dict[str, str]) -> tuple[File, ...]:
    resources = {r["path"]: r for r in package["resources"]}
    found = []
    for path in sorted([*sums, SUMS]):
        local = folder / path
        content = local.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if path != SUMS and sha256 != sums[path]:
            raise ValueError(f"{path} is not what {SUMS} says")
        said = resources.get(path, {})
        form = said.get("format") or (local.suffix[1:].lower() if local.suffix else "txt")
        title = f"{said['title']} ({form.upper()})" if "title" in said else ABOUT.get(path, path)
        media_type = said.get("mediatype") or MEDIA_TYPES.get(form, "application/octet-stream")
        base = hub.publisher.base_url
        found.append(
            File(
                path, local, title, said.get("description") or title, form, media_type, bool(said), len(content), sha256,
                hashlib.sha1(content).hexdigest(), f"{base}{folder.name}/{path}" if base else "",
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda f: (not f.data, FIRST.index(f.format) if f.format in FIRST else len(FIRST), f.path)))


def _first_day(folder: Path, end: date) -> date | None:
    """The first of January of the year of the oldest source, as the table `sources` says."""
    import pyarrow.parquet as pq

    path = folder / "sources.parquet"
    if not path.exists() or "published_on" not in pq.read_schema(path).names:
        return None
    said = pq.read_table(path, columns=["published_on"])["published_on"].to_pylist()
    years = [int(str(s)[:4]) for s in said if s is not None and str(s)[:4].isdecimal()]
    return min((date(y, 1, 1) for y in years if 1 <= y <= end.year), default=None)
