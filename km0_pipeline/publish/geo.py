"""Places for maps: GeoJSON (RFC 7946) and GeoParquet 1.1, the rows and columns of the table with a point each.

Both are in WGS 84, longitude first (OGC:CRS84). A place whose position no one knows has a null geometry: it stays,
so that all files of places hold the same rows. Where no place has a position there is no such file.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.staged import Staged
from km0_pipeline.reference import LATITUDES, LONGITUDES

if TYPE_CHECKING:
    import pyarrow as pa

TABLE, KEY = "places", "place_id"
"""The table that has a `latitude` and a `longitude`, in degrees."""
GEOJSON = {
    "name": "places-geojson", "format": "geojson", "mediatype": "application/geo+json", "encoding": "utf-8",
    "title": "Lieux, sur une carte (GeoJSON)", "km0:title_en": "Places, on a map (GeoJSON)",
    "description": "Chaque ligne de la table des lieux, avec sa position (WGS 84) là où on la connaît.",
    "km0:description_en": "Each row of the table of places, with its position (WGS 84) where it is known.",
}  # fmt: skip
GEOPARQUET = {
    "name": "places-geoparquet", "format": "geoparquet", "mediatype": "application/vnd.apache.parquet",
    "title": "Lieux, sur une carte (GeoParquet)", "km0:title_en": "Places, on a map (GeoParquet)",
    "description": "Chaque ligne de la table des lieux, avec sa position (WGS 84) là où on la connaît.",
    "km0:description_en": "Each row of the table of places, with its position (WGS 84) where it is known.",
}  # fmt: skip
CORNERS = ("xmin", "ymin", "xmax", "ymax")
Point = tuple[float, float]
"""Longitude and latitude, in degrees."""


def geojson(staged: Staged, path: Path) -> bool:
    """A FeatureCollection, a feature a line, its `id` the place's. Raises PublicationStopped if a place has a position that can't be."""
    table, points = _placed(staged)
    if not any(points):
        return False
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"type": "FeatureCollection", "bbox": {json.dumps(_box(points))}, "features": [')
        for n, (row, point) in enumerate(zip(table.to_pylist(), points, strict=True)):
            geometry = {"type": "Point", "coordinates": point} if point else None
            feature = {"type": "Feature", "id": row[KEY], "geometry": geometry, "properties": row}
            file.write(f"{',' if n else ''}\n{json.dumps(feature, ensure_ascii=False, allow_nan=False)}")
        file.write("\n]}\n")
    return True


def geoparquet(staged: Staged, path: Path) -> bool:
    """The table with a column `geometry` (WKB) and a column `bbox` to read by region. Raises PublicationStopped as `geojson` does."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table, points = _placed(staged)
    if not any(points):
        return False
    boxes = pa.struct([(corner, pa.float64()) for corner in CORNERS])
    table = table.append_column("geometry", pa.array([p and struct.pack("<BIdd", 1, 1, *p) for p in points], pa.binary()))
    table = table.append_column("bbox", pa.array([dict(zip(CORNERS, p + p, strict=True)) if p else None for p in points], boxes))
    geometry = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "bbox": _box(points),
        "covering": {"bbox": {corner: ["bbox", corner] for corner in CORNERS}},
    }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), "geo": json.dumps(geo)}), path, compression="zstd")
    return True


def _placed(staged: Staged) -> tuple[pa.Table, list[Point | None]]:
    """The places as they leave, and where each lies."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if staged.release(TABLE) is None:
        return pa.table({}), []
    table = pq.read_table(staged.folder / f"{TABLE}.parquet")
    longitudes, latitudes = (table[name].to_pylist() for name in ("longitude", "latitude"))
    points = [(x, y) if x is not None and y is not None else None for x, y in zip(longitudes, latitudes, strict=True)]
    wrong = [(key, p) for key, p in zip(table[KEY].to_pylist(), points, strict=True) if p and not _possible(*p)]
    if wrong:
        raise PublicationStopped(
            *(
                f"{TABLE}: {key} lies at latitude {y:g} and longitude {x:g}: outside of the world, or the two are swapped; "
                f"`km0 explain {TABLE} {key}` says who gives it. Nothing was published."
                for key, (x, y) in wrong
            )
        )
    return table, points


def _possible(x: float, y: float) -> bool:
    swapped = LATITUDES[0] <= x <= LATITUDES[1] and LONGITUDES[0] <= y <= LONGITUDES[1]
    return math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90 and not swapped


def _box(points: list[Point | None]) -> list[Any]:
    """The smallest box that holds them all: west, south, east, north."""
    xs, ys = zip(*(p for p in points if p), strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]
