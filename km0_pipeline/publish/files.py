"""The files of a snapshot that are not one table's own, in the order in which they are written.

`DATA` hold data, and datapackage.json declares them; `ABOUT` say what the snapshot is, and may
tell of every file before them. To add one, write its function where it belongs and put it in the
list: it gets the snapshot as written so far (`Staged`) and the path to write, and returns False
where the hub has nothing for it (then there is no such file). Same tables, same bytes. What makes
a new version is in the tables: no file may hold what they don't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.publish import changelog, datapackage, geo, national, readme, workbook
from km0_pipeline.publish.metadata import croissant, csvw, dcat, dictionary, schema_org
from km0_pipeline.publish.privacy import Release, report
from km0_pipeline.publish.staged import Staged
from km0_pipeline.steps import Project


@dataclass(frozen=True)
class File:
    """A file of the snapshot at `path`, in which {package} is the hub's name of its data package, and how it is written."""

    path: str
    write: Callable[[Staged, Path], bool]
    resource: Mapping[str, Any] | None = None
    """Of data: what datapackage.json says of it beside path, bytes and hash: name, format, mediatype, title (French), km0:title_en..."""

    def name(self, project: Project) -> str:
        return self.path.format(package=project.hub.publisher.package)


DATA: tuple[File, ...] = (
    File("{package}.xlsx", workbook.write, workbook.RESOURCE),
    File("places.geojson", geo.geojson, geo.GEOJSON),
    File("places.geoparquet", geo.geoparquet, geo.GEOPARQUET),
    File(f"{national.ESTABLISHMENTS}.csv", national.write_establishments, national.RESOURCES[national.ESTABLISHMENTS]),
    File(f"{national.SITE}.csv", national.write_site, national.RESOURCES[national.SITE]),
)


def _datapackage(staged: Staged, path: Path) -> bool:
    package = descriptor(staged.project, staged.version, staged.day, staged.releases, staged.rows, staged.written, staged.checks)
    datapackage.write(path, package | ({"km0:withdrawn": dict(staged.withdrawn)} if staged.withdrawn else {}))
    return True


ABOUT: tuple[File, ...] = (
    File(datapackage.NAME, _datapackage),
    File(changelog.NAME, changelog.write),
    File("README.md", readme.write),
    *(File(name, dictionary.write(name)) for name in dictionary.FILES),
    File("csv-metadata.json", csvw.write),
    File("schema.jsonld", schema_org.write),
    File("croissant.json", croissant.write),
    File("catalog.jsonld", dcat.write_jsonld),
    File("catalog.ttl", dcat.write_turtle),
    File("catalog-harvest.ttl", dcat.write_harvest),
    File(report.NAME, report.write),  # the last: it reads all the others
)


def descriptor(
    project: Project, version: str, day: date, releases: Iterable[Release], rows: Mapping[str, int], files: Mapping[str, tuple[int, str]], checks: int
) -> dict[str, Any]:
    """What datapackage.json says of a snapshot of which these `files` (bytes and SHA-256 by path) hold the data."""
    exports = {f.name(project): f.resource or {} for f in DATA}
    return datapackage.descriptor(project.hub, version, day, releases, rows, files, checks, exports)


def write_all(staged: Staged) -> None:
    """Write every file of `DATA` and `ABOUT` that this hub has something for."""
    for file in (*DATA, *ABOUT):
        name = file.name(staged.project)
        if file.write(staged, staged.folder / name):
            staged.note(name)
