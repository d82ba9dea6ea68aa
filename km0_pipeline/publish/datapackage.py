"""datapackage.json: what a snapshot, its files and their columns are, for machines (Data Package v2).

All of it comes from hub.toml, the tables' YAML and the files themselves. `fieldsMatch` is not
written: the published profile mistypes it (STANDARDS 1.4).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.claims import digest
from km0_pipeline.hub import Hub
from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.privacy import Release

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
HISTORY = ("changes", "freshness")
"""Tables that tell of the versions themselves, what changed and how fresh their sources were: they are not part of what makes two snapshots equal.

A feed that can't be had, or a day by which nothing came, is no news of the hub: a version for it would republish old data as new. Until when each
source is fresh the last version says already (`due_on`); since when a feed is down, `km0 status`, the summary of each run, and the next version.
"""


def descriptor(
    hub: Hub,
    version: str,
    day: date,
    releases: Iterable[Release],
    rows: Mapping[str, int],
    files: Mapping[str, tuple[int, str]],
    checks: int,
    exports: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The descriptor, keys in the order a reader wants them; `files` gives bytes and SHA-256 by path.

    `exports` gives, by path, what is said of the files of data that are not one table's own, where there are such `files`.

    `created` is midnight UTC of `day`; `km0:contentDigest` is the same for two snapshots that
    say the same, whatever their version and date.
    """
    publisher = hub.publisher
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": publisher.package,
        "title": publisher.title,
        "description": f"{publisher.description}\n\n{publisher.description_en}",
        "version": version,
        "created": f"{day.isoformat()}T00:00:00Z",
        "licenses": [{"name": publisher.licence, "path": publisher.licence_url, "title": publisher.licence_title}],
        "contributors": [{"title": publisher.name, "email": publisher.contact, "roles": ["creator", "contact"]}],
        "km0:title_en": publisher.title_en,
    }
    if publisher.keywords:
        package["keywords"] = list(publisher.keywords)
    package |= {"km0:themes": list(publisher.themes), "km0:frequency": publisher.frequency, "km0:bbox": list(publisher.bbox)}
    if hub.hub.website:
        package["homepage"] = hub.hub.website
    if publisher.base_url:
        package["id"] = f"{publisher.base_url}{version}/{NAME}"
    package["resources"] = [
        resource(release, n, rows[release.name], files) for release in releases for n in range(len(FORMATS))
    ]
    package["resources"] += [
        {"path": path} | dict(said) | {"bytes": files[path][0], "hash": f"sha256:{files[path][1]}"} for path, said in exports.items() if path in files
    ]
    package["km0:exports"] = list(exports)
    package["km0:checks"] = checks
    package["km0:contentDigest"] = _content_digest(package, hub)
    return package


def write(path: Path, package: Mapping[str, Any]) -> None:
    """Write the descriptor, or another that is read as JSON: indented UTF-8 with a final newline."""
    path.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def read(folder: Path) -> dict[str, Any]:
    """The descriptor of the snapshot in `folder`. Raises OSError or ValueError."""
    package = json.loads((folder / NAME).read_text(encoding="utf-8"))
    if not isinstance(package, dict):
        raise ValueError("not a JSON object")
    return package


def resource(release: Release, n: int, rows: int, files: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """What is said of a table in the format `n` of `FORMATS`."""
    form = FORMATS[n]
    path = f"{release.name}.{form.name}"
    size, sha256 = files[path]
    title, description = release.table.title, release.table.description
    return {
        "name": release.name if n == 0 else f"{release.name}-{form.name}",  # foreign keys name the first
        "type": "table",
        "path": path,
        "title": title.fr,
        "description": description.fr,
        "km0:title_en": title.en,
        "km0:description_en": description.en,
        "km0:table": release.name,
        "km0:rows": rows,
        **form.resource,
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "schema": release.schema,
    }


def _content_digest(package: Mapping[str, Any], hub: Hub) -> str:
    """Digest of what the tables' CSV files hold and of all that is said of it, here and in the other files, without version, date, number of checks and history."""
    said = {k: v for k, v in package.items() if k not in ("version", "created", "id", "km0:checks", "km0:withdrawn")} | {"hub.toml": hub.published}
    said["resources"] = [
        {k: v for k, v in r.items() if k not in ("bytes", "hash", "km0:rows") or (r["format"] == "csv" and r.get("km0:table", HISTORY[0]) not in HISTORY)}
        for r in package["resources"]
    ]
    return digest(json.dumps(said, ensure_ascii=False, sort_keys=True), length=64)
