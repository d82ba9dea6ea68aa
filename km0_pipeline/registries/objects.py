"""JSON: lists of objects as portals and applications export them, JSON lines, GeoJSON.

The records are the largest list (or dictionary) of objects found near the top, wherever the
export wraps it. Each is a row, counted from 1; what its keys name are columns, an object in it
one column a key (« adresse › rue »), a list of words one cell. Numbers stay as written.

Belongs here: records and their columns. What the columns mean: `columns`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import RowReject, Sheet, Unreadable, cells_table
from km0_pipeline.registries.columns import WITHIN

SUFFIXES = (".json", ".jsonl", ".ndjson", ".geojson")
DEPTH = 4
"""How many levels below the top records are looked for."""
WRAPPERS = ("fields", "properties", "attributes", "record")
"""Keys under which portals put the whole of a record."""

_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
"""Half a character, of which JSON can write the number; how it may be written there."""

Record = dict[str, Any]


def load(path: Path, entry: Registry, scratch: Path) -> list[tuple[Sheet, pa.Table]]:
    """The one sheet of `path`, and its cells. Raises Unreadable where it is no JSON or holds no objects."""
    content = path.read_bytes()
    if not content.strip():
        raise Unreadable("empty_file", "is empty. Save the registry again, or delete the file.")
    try:
        written = content.decode(json.detect_encoding(content))
        lines = path.suffix.lower() in (".jsonl", ".ndjson")
        data = [_parsed(line) for line in written.splitlines() if line.strip()] if lines else _parsed(written)
    except (ValueError, RecursionError) as e:
        raise Unreadable("bad_json", f"can't be read as JSON ({e}): perhaps it was not copied whole. Export it again.") from None
    _, _, found = max(_candidates(data, 0), key=lambda candidate: candidate[:2], default=(0, True, []))
    if not found:
        raise Unreadable("no_header", "holds no list of objects. Export the registry as a list with one object an organisation.")
    records, rejects, numbers = [], [], []
    halves = _ESCAPED.search(written) is not None
    for n, item in enumerate(found, 1):
        if isinstance(item, dict):
            flat = _flat(item)
            if halves and any(_HALF.search(words) for words in (*flat, *flat.values()) if words):
                rejects.append(RowReject(n, "bad_encoding", "holds half a character. Type it again: it was set aside whole.", json.dumps(item)))
                continue
            numbers.append(n)
            records.append(flat)
        else:
            rejects.append(RowReject(n, "ragged_row", "is no object as the others are. Mend it: it was set aside.", text(item) or ""))
    headers = list(dict.fromkeys(header for record in records for header in record))
    sheet = Sheet("", 0, tuple(headers), rejects)
    return [(sheet, cells_table(numbers, ([record.get(h) for record in records] for h in headers)))]


def _parsed(written: str) -> Any:
    return json.loads(written.removeprefix("\ufeff"), parse_int=str, parse_float=str)


def _candidates(data: Any, depth: int) -> Iterator[tuple[int, bool, list[Any]]]:
    """What may be the records: lists of objects; dictionaries of several objects, whose keys then name them.

    Each with how many there are, and whether it is a list.
    """
    if depth > DEPTH:
        return
    if isinstance(data, list):
        if any(isinstance(item, dict) for item in data):
            yield len(data), True, data
    elif isinstance(data, dict):
        if len(data) > 1 and all(isinstance(item, dict) for item in data.values()):
            yield len(data), False, [item if key in item.values() else {"key": key, **item} for key, item in data.items()]
        for value in data.values():
            yield from _candidates(value, depth + 1)


def _flat(item: Record) -> dict[str, str | None]:
    """A record as columns: what wraps it taken off, one level of objects spread out, a point as longitude and latitude."""
    for wrapper in WRAPPERS:
        if isinstance(inner := item.get(wrapper), dict):
            item = {**inner, **{key: value for key, value in item.items() if key != wrapper and key not in inner}}
    flat: dict[str, str | None] = {}
    for key, value in item.items():
        if key == "geometry" and isinstance(value, dict):
            flat |= _point(value)
        elif isinstance(value, dict):
            flat |= {f"{key}{WITHIN}{inner}": text(v) for inner, v in value.items()}
        elif not (key == "type" and value == "Feature") and not (value is None and key in ("geometry", *WRAPPERS)):
            flat[key] = text(value)
    return flat


def _point(geometry: Record) -> dict[str, str | None]:
    """Longitude and latitude of a GeoJSON point; of another geometry nothing."""
    place = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(place, list) or len(place) < 2:
        return {}
    return {"longitude": text(place[0]), "latitude": text(place[1])}


def text(value: Any) -> str | None:
    """A cell: words of a list joined by commas, what is deeper as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return ", ".join(word for item in value if (word := text(item)))
    return json.dumps(value, ensure_ascii=False)
