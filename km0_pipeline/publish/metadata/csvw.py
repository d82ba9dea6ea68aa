"""CSV on the Web (W3C): what the CSV files are, for programs that read them as typed tables. From their Table Schemas.

Its foreign keys allow no empty cell: those of columns that may be empty are in `datapackage.json` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from km0_pipeline.publish import datapackage
from km0_pipeline.publish.staged import Staged

TYPES = {"string": "string", "integer": "integer", "number": "double", "boolean": "boolean", "date": "date"}
LIMITS = {"minimum": "minimum", "maximum": "maximum", "maxLength": "maxLength"}


def write(staged: Staged, path: Path) -> bool:
    """Write `csv-metadata.json`."""
    datapackage.write(path, metadata(datapackage.read(staged.folder)))
    return True


def metadata(package: Mapping[str, Any]) -> dict[str, Any]:
    """The table group of the snapshot that `package` describes."""
    resources = [r for r in package["resources"] if r["format"] == "csv" and "km0:table" in r]
    paths = {r["km0:table"]: r["path"] for r in resources}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "dc:title": package["title"],
        "dc:license": {"@id": package["licenses"][0]["path"]},
        "dialect": {"delimiter": ",", "encoding": "utf-8", "lineTerminators": ["\n"]},
        "tables": [_table(r, paths) for r in resources],
    }


def _table(resource: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    schema = resource["schema"]
    required = {f["name"] for f in schema["fields"] if f.get("constraints", {}).get("required")}
    found: dict[str, Any] = {"columns": [_column(f) for f in schema["fields"]], "primaryKey": schema["primaryKey"]}
    keys = [
        {"columnReference": key["fields"], "reference": {"resource": paths[key["reference"]["resource"]], "columnReference": key["reference"]["fields"]}}
        for key in schema.get("foreignKeys", ())
        if required.issuperset(key["fields"])
    ]
    if keys:
        found["foreignKeys"] = keys
    return {"url": resource["path"], "dc:title": resource["title"], "dc:description": resource["description"], "tableSchema": found}


def _column(field: Mapping[str, Any]) -> dict[str, Any]:
    limits = field.get("constraints", {})
    form = limits.get("pattern") or "|".join(re.escape(value) for value in limits.get("enum", ()))
    kind = {LIMITS[k]: limits[k] for k in LIMITS if k in limits} | ({"format": form} if form else {})
    return {
        "name": field["name"],
        "titles": field["name"],  # the header of the file
        "dc:title": field["title"],
        "dc:description": field["description"],
        "datatype": {"base": TYPES[field["type"]], **kind} if kind else TYPES[field["type"]],
        "required": bool(limits.get("required")),
    }
