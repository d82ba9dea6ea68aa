"""schema.org for search engines: a Dataset for the whole, and one a table, each with its files and columns.

`schema.jsonld` holds them all; a page about one table shows that table's alone (`of_table`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata.addresses import file_address, identifier
from km0_pipeline.publish.metadata.profile import Profile
from km0_pipeline.publish.staged import Staged

SHORTEST, LONGEST = 50, 5000
"""Characters of a description that search engines take."""


def write(staged: Staged, path: Path) -> bool:
    """Write `schema.jsonld`."""
    hub, package = staged.project.hub, datapackage.read(staged.folder)
    tables = [of_table(hub, package, name, staged.profiles[name]) for name in staged.profiles]
    datapackage.write(path, {"@context": "https://schema.org/", "@graph": [whole(hub, package, staged.profiles), *tables]})
    return True


def whole(hub: Hub, package: Mapping[str, Any], profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """The Dataset of all tables, French; its parts are the tables, by their identifiers."""
    found = _common(hub, package, "dataset", package["title"], package["description"])
    found["alternateName"] = package["km0:title_en"]
    years = [y for p in profiles.values() for y in (p.first_year, p.last_year) if y is not None]
    if years:
        found["temporalCoverage"] = f"{min(years):04}/{max(years):04}"
    found["hasPart"] = [{"@id": identifier(hub, f"table/{name}")} for name in profiles]
    exports = [r for r in package["resources"] if "km0:table" not in r]
    if exports:
        found["distribution"] = [_download(hub, package, r) for r in exports]
    return found


def of_table(hub: Hub, package: Mapping[str, Any], table: str, profile: Profile) -> dict[str, Any]:
    """The Dataset of one table of the snapshot that `package` describes, French; without `@context`."""
    resources = [r for r in package["resources"] if r.get("km0:table") == table]
    said = resources[0]
    found = _common(hub, package, f"table/{table}", said["title"], said["description"])
    found["alternateName"] = said["km0:title_en"]
    if profile.first_year is not None:
        found["temporalCoverage"] = f"{profile.first_year:04}/{profile.last_year:04}"
    found["isPartOf"] = {"@id": identifier(hub, "dataset")}
    found["variableMeasured"] = [_variable(f) for f in said["schema"]["fields"]]
    found["distribution"] = [_download(hub, package, r) for r in resources]
    return found


def _variable(field: Mapping[str, Any]) -> dict[str, Any]:
    unit = {"unitText": field["km0:unit"]} if field.get("km0:unit") else {}
    return {"@type": "PropertyValue", "name": field["name"], "alternateName": field["title"], "description": field["description"], **unit}


def _common(hub: Hub, package: Mapping[str, Any], part: str, title: str, description: str) -> dict[str, Any]:
    publisher = hub.publisher
    if len(description) < SHORTEST:
        description = f"{description} {publisher.description}"
    place: dict[str, Any] = {"@type": "Place", "name": hub.hub.commune_name, "identifier": {"@type": "PropertyValue", "propertyID": "INSEE", "value": hub.hub.commune}}
    if publisher.bbox:
        west, south, east, north = (f"{degrees:.15g}" for degrees in publisher.bbox)
        place["geo"] = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    agent = {"@type": "Organization", "@id": identifier(hub, "publisher"), "name": publisher.name}
    agent |= {"url": hub.hub.website} if hub.hub.website else {}
    contact = {"contactPoint": {"@type": "ContactPoint", "contactType": "data", "email": publisher.contact}}
    name = title if part == "dataset" else f"{title} : {publisher.title}"
    found: dict[str, Any] = {
        "@type": "Dataset",
        "@id": identifier(hub, part),
        "identifier": identifier(hub, part),
        "name": name,
        "description": description[:LONGEST],
        "inLanguage": "fr",
        "license": publisher.licence_url,
        "creator": agent | contact,
        "publisher": {"@id": agent["@id"]},
        "isAccessibleForFree": True,
        "version": package["version"],
        "datePublished": package["created"][:10],
        "spatialCoverage": place,
    }
    if publisher.keywords:
        found["keywords"] = list(publisher.keywords)
    if publisher.base_url:
        found["url"] = f"{publisher.base_url}{package['version']}/"
    return found


def _download(hub: Hub, package: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": resource["path"],
        "contentUrl": file_address(hub, package["version"], resource["path"]),
        "encodingFormat": resource.get("mediatype", "application/octet-stream"),
        "contentSize": f"{resource['bytes']} B",
        "sha256": resource["hash"].removeprefix("sha256:"),
    }
