"""Croissant 1.0 (MLCommons): the Parquet files as typed record sets, for those who train models. From their Table Schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata import schema_org
from km0_pipeline.publish.metadata.addresses import file_address
from km0_pipeline.publish.staged import Staged

TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date"}
_JSON, _WORD = {"@type": "@json"}, {"@type": "@vocab"}
CONTEXT: dict[str, Any] = {
    "@language": "fr", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/", "conformsTo": "dct:conformsTo", "data": {"@id": "cr:data", **_JSON}, "examples": {"@id": "cr:examples", **_JSON},
    "dataType": {"@id": "cr:dataType", **_WORD},
    **{term: f"cr:{term}" for term in (
        "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5",
        "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
    )},
}  # fmt: skip


def write(staged: Staged, path: Path) -> bool:
    """Write `croissant.json`."""
    datapackage.write(path, metadata(staged.project.hub, datapackage.read(staged.folder)))
    return True


def metadata(hub: Hub, package: dict[str, Any]) -> dict[str, Any]:
    """The dataset of the snapshot that `package` describes."""
    resources = [r for r in package["resources"] if r["format"] == "parquet" and "km0:table" in r]
    said = schema_org.whole(hub, package, {})
    found: dict[str, Any] = {k: said[k] for k in ("description", "license", "creator", "version", "datePublished", "keywords", "isAccessibleForFree", "inLanguage") if k in said}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": package["name"],
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "url": said.get("url", hub.hub.website or said["identifier"]),
        "citeAs": f"{hub.publisher.name}, {package['title']}, version {package['version']}, {hub.publisher.licence_title}",
        **found,
        "distribution": [_file(hub, package, r) for r in resources],
        "recordSet": [_records(r) for r in resources],
    }


def _file(hub: Hub, package: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": resource["path"],
        "name": resource["path"],
        "contentUrl": file_address(hub, package["version"], resource["path"]),
        "encodingFormat": "application/x-parquet",  # what its tools know
        "sha256": resource["hash"].removeprefix("sha256:"),
    }


def _records(resource: dict[str, Any]) -> dict[str, Any]:
    table = resource["km0:table"]
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": resource["description"],
        "key": [{"@id": f"{table}/{column}"} for column in resource["schema"]["primaryKey"]],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table}/{f['name']}",
                "name": f["name"],
                "description": f["description"],
                "dataType": TYPES[f["type"]],
                "source": {"fileObject": {"@id": resource["path"]}, "extract": {"column": f["name"]}},
            }
            for f in resource["schema"]["fields"]
        ],
    }
