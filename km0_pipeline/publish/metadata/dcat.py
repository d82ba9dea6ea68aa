"""The catalogue of a snapshot for portals: DCAT-AP 3.0.1, as JSON-LD and the same as Turtle.

One dataset for all tables, with a distribution a file: the tables are one whole, tied by keys, with one licence, publisher and history;
who looks for the hub on a portal finds one page with all of it, as `km0 push` makes it there. Each table as a dataset of its own
is in `schema_org`, for search engines.

There are two catalogues. `catalog.ttl` is the standard's. `catalog-harvest.ttl` is what data.gouv.fr (udata) can save: harvest
it at `latest/catalog-harvest.ttl`. There checksums are plain literals (a typed one breaks its save), there is no node for the version (it makes
a dataset of each), texts are French alone, and files are those of `latest`, since it knows a resource again by its address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata.addresses import file_address, identifier, version_identifier
from km0_pipeline.publish.staged import Staged

AUTHORITY = "http://publications.europa.eu/resource/authority/"
FREQUENCIES = {
    "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "quarterly": "QUARTERLY", "semiannual": "ANNUAL_2", "annual": "ANNUAL",
    "irregular": "IRREG", "unknown": "UNKNOWN",
}  # fmt: skip
"""`publisher.frequency` -> code of the European list."""
FORMATS = {
    "csv": "CSV", "parquet": "PARQUET", "geoparquet": "PARQUET", "xlsx": "XLSX", "geojson": "GEOJSON", "json": "JSON", "zip": "ZIP",
}  # fmt: skip
"""`format` of a resource -> code of the European list of file types."""
PAGES = ("README.md", "dictionnaire.html", "dictionary.html")
"""Files for people that tell of the data."""
HERE = "http://snapshot.invalid/"
"""Base of relative addresses while RDF is made, which knows none; taken away again."""

_NODES = (
    "dcat:theme", "dcat:themeTaxonomy", "dcat:accessURL", "dcat:downloadURL", "dcat:mediaType", "dcat:previousVersion",
    "dct:accessRights", "dct:accrualPeriodicity", "dct:conformsTo", "dct:format", "dct:language", "dct:license",
    "dcatap:availability", "spdx:algorithm", "vcard:hasEmail",
)  # fmt: skip
_LITERALS = {
    "dct:issued": "xsd:date", "dct:modified": "xsd:date", "dcat:startDate": "xsd:date", "dcat:endDate": "xsd:date",
    "dcat:byteSize": "xsd:nonNegativeInteger", "dcat:bbox": "geo:wktLiteral",
}  # fmt: skip
CONTEXT: dict[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{term: {"@id": term, "@type": "@id"} for term in _NODES},
    **{term: {"@id": term, "@type": kind} for term, kind in _LITERALS.items()},
}


def write_jsonld(staged: Staged, path: Path) -> bool:
    """Write the catalogue as JSON-LD with its context inside."""
    datapackage.write(path, _of(staged))
    return True


def write_turtle(staged: Staged, path: Path) -> bool:
    """Write the same catalogue as Turtle."""
    path.write_text(turtle(_of(staged)), encoding="utf-8", newline="\n")
    return True


def write_harvest(staged: Staged, path: Path) -> bool:
    """Write the catalogue that data.gouv.fr harvests; none without `publisher.base_url`, since it needs whole addresses."""
    if not staged.project.hub.publisher.base_url:
        return False
    path.write_text(turtle(_of(staged, harvest=True)), encoding="utf-8", newline="\n")
    return True


def _of(staged: Staged, *, harvest: bool = False) -> dict[str, Any]:
    versions = staged.project.index()["versions"]
    years = [y for p in staged.profiles.values() for y in (p.first_year, p.last_year) if y is not None]
    return catalogue(
        staged.project.hub,
        datapackage.read(staged.folder),
        pages=[p for p in PAGES if p in staged.written],
        issued=versions[0]["published_on"] if versions else staged.day.isoformat(),
        previous=staged.last.name if staged.last else None,
        years=(min(years), max(years)) if years else None,
        harvest=harvest,
    )


def catalogue(
    hub: Hub, package: Mapping[str, Any], *, pages: Iterable[str], issued: str, previous: str | None, years: tuple[int, int] | None, harvest: bool
) -> dict[str, Any]:
    """The catalogue as JSON-LD, of what datapackage.json says and hub.toml.

    `pages` are files for people, `issued` the day of the first version, `previous` the version before; `years` are the first and
    the last that the data speak of. `harvest`: as udata can save it.
    """
    publisher, version, modified = hub.publisher, package["version"], package["created"][:10]
    languages = ("fr",) if harvest else ("fr", "en")
    title = _texts(languages, publisher.title, publisher.title_en)
    description = _texts(languages, publisher.description, publisher.description_en)
    agent: dict[str, Any] = {"@id": identifier(hub, "publisher"), "@type": "foaf:Agent", "foaf:name": publisher.name}
    if hub.hub.website:
        agent["foaf:homepage"] = _page(hub.hub.website)
    common: dict[str, Any] = {
        "dct:title": title,
        "dct:description": description,
        "dct:publisher": {"@id": agent["@id"]},
        "dct:issued": issued,
        "dct:modified": modified,
        "dct:language": [f"{AUTHORITY}language/{code}" for code in ("FRA", "ENG")],
        "dct:spatial": _spatial(hub),
    }
    of_data = common | {
        "dcat:contactPoint": {"@type": ["vcard:Organization", "vcard:Kind"], "vcard:fn": publisher.name, "vcard:hasEmail": f"mailto:{publisher.contact}"},
        "dcat:keyword": [{"@value": word, "@language": "fr"} for word in publisher.keywords],
        "dcat:theme": [f"{AUTHORITY}data-theme/{theme}" for theme in publisher.themes],
        "dcat:version": version,
    }
    if years:
        of_data["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": f"{years[0]:04}-01-01", "dcat:endDate": f"{years[1]:04}-12-31"}
    data: dict[str, Any] = {
        "@id": identifier(hub, "dataset"),
        "@type": "dcat:Dataset",
        "dct:identifier": identifier(hub, "dataset"),
        **of_data,
        "dct:accrualPeriodicity": f"{AUTHORITY}frequency/{FREQUENCIES[publisher.frequency]}",
        "dct:accessRights": f"{AUTHORITY}access-right/PUBLIC",
        "foaf:page": [_page(file_address(hub, "latest" if harvest else version, page)) for page in pages],
        "dcat:distribution": [_distribution(hub, package, resource, languages, harvest) for resource in package["resources"]],
    }
    if hub.hub.website:
        data["dcat:landingPage"] = _page(hub.hub.website)
    if not harvest:
        data["dcat:hasVersion"] = {
            "@id": version_identifier(hub, version),
            "@type": "dcat:Dataset",
            **of_data,
            "dct:issued": modified,
            "dcat:isVersionOf": {"@id": data["@id"]},
            "dcat:distribution": [{"@id": d["@id"]} for d in data["dcat:distribution"]],
        }
        if previous:
            data["dcat:hasVersion"]["dcat:previousVersion"] = version_identifier(hub, previous)
    return {
        "@context": CONTEXT,
        "@id": identifier(hub, "catalogue"),
        "@type": "dcat:Catalog",
        **common,
        "dct:publisher": agent,
        "dct:license": publisher.licence_url,
        "dcat:themeTaxonomy": f"{AUTHORITY}data-theme",
        **({"foaf:homepage": _page(hub.hub.website)} if hub.hub.website else {}),
        "dcat:dataset": data,
    }


def turtle(catalogue: Mapping[str, Any]) -> str:
    """The JSON-LD as Turtle; the same text for the same catalogue."""
    from rdflib import Graph

    graph = Graph().parse(data=json.dumps(catalogue), format="json-ld", base=HERE)
    return graph.serialize(format="turtle").replace(HERE, "")


def _distribution(hub: Hub, package: Mapping[str, Any], resource: Mapping[str, Any], languages: tuple[str, ...], harvest: bool) -> dict[str, Any]:
    address = file_address(hub, "latest" if harvest else package["version"], resource["path"])
    checksum = resource["hash"].removeprefix("sha256:")
    name = resource["path"]
    found: dict[str, Any] = {
        "@id": identifier(hub, f"file/{name}"),
        "@type": "dcat:Distribution",
        "dct:identifier": name,
        "dct:title": _texts(languages, *(f"{title} ({name})" for title in (resource.get("title", name), resource.get("km0:title_en", name)))),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:byteSize": str(resource["bytes"]),
        "dct:modified": package["created"][:10],
        "dct:license": hub.publisher.licence_url,
        "dcatap:availability": f"{AUTHORITY}planned-availability/STABLE",
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
            "spdx:checksumValue": checksum if harvest else {"@value": checksum, "@type": "xsd:hexBinary"},
        },
    }
    if resource.get("description"):
        found["dct:description"] = _texts(languages, resource["description"], resource.get("km0:description_en", ""))
    if resource.get("format") in FORMATS:
        found["dct:format"] = f"{AUTHORITY}file-type/{FORMATS[resource['format']]}"
    if resource.get("mediatype"):
        found["dcat:mediaType"] = f"https://www.iana.org/assignments/media-types/{resource['mediatype']}"
    if isinstance(resource.get("schema"), str):
        found["dct:conformsTo"] = resource["schema"]
    return found


def _page(address: str) -> dict[str, str]:
    return {"@id": address, "@type": "foaf:Document"}


def _spatial(hub: Hub) -> dict[str, Any]:
    """The hub's commune by its INSEE code, for which there is no stable address; with `publisher.bbox`, where it lies."""
    found: dict[str, Any] = {"@type": "dct:Location", "dct:identifier": hub.hub.commune, "locn:geographicName": {"@value": hub.hub.commune_name, "@language": "fr"}}
    if hub.publisher.bbox:
        west, south, east, north = (f"{degrees:.15g}" for degrees in hub.publisher.bbox)
        found["dcat:bbox"] = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    return found


def _texts(languages: tuple[str, ...], fr: str, en: str) -> list[dict[str, str]]:
    return [{"@value": text, "@language": language} for language, text in (("fr", fr), ("en", en)) if language in languages and text]
