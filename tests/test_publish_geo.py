"""Places for maps are the rows of the table with a point each, valid by their standards; a position that can't be never leaves."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, fill, fill_library
from test_publish_snapshot import frictionless_errors, profile_errors

from km0_pipeline.publish.geo import geojson, geoparquet
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import table

MULHOUSE = (7.338, 47.749481)
BASEL = (7.59, 47.56)


def publish_places(project: Project, *points: tuple[float | None, float | None]) -> Path:
    """A snapshot of the library's tables with a place at each longitude and latitude."""
    fill_library(project)
    seen = {"sources": 1, "first_document_id": "d" * 20, "first_locator": "char:0-9"}
    rows = [
        {"place_id": f"pla-{n:016x}", "name": f'Ville "Inventée" {n} \u202e', "longitude": x, "latitude": y, "area_m2": 12.5 if n else None, **seen}
        for n, (x, y) in enumerate(points)
    ]
    fill(project, table("places"), rows)
    return publish(project, DAY).folder


def geojson_errors(collection: dict[str, Any]) -> list[str]:
    """What RFC 7946 asks of a collection of points and does not find here."""
    found = [] if collection.get("type") == "FeatureCollection" and "crs" not in collection else ["not a FeatureCollection in CRS84"]
    for feature in collection["features"]:
        if feature.keys() != {"type", "id", "geometry", "properties"} or feature["type"] != "Feature":
            found.append(f"not a feature: {feature}")
        geometry = feature["geometry"]
        if geometry is not None:
            x, y = geometry["coordinates"]
            if geometry.keys() != {"type", "coordinates"} or geometry["type"] != "Point" or not (-180 <= x <= 180 and -90 <= y <= 90):
                found.append(f"not a point: {geometry}")
    return found


def geoparquet_errors(path: Path, shared: Path) -> list[str]:
    """What the published JSON Schema finds wrong in the file's metadata; its schema of projections lies elsewhere, and we name none."""
    from jsonschema import Draft7Validator

    schema = json.loads((shared / "standards" / "geoparquet-v1.1.0-schema.json").read_text())
    (geometry,) = schema["properties"]["columns"]["patternProperties"].values()
    geometry["properties"]["crs"] = {"type": ["object", "null"]}
    return [e.message for e in Draft7Validator(schema).iter_errors(json.loads(pq.read_schema(path).metadata[b"geo"]))]


def test_geojson_has_a_feature_a_place_with_its_released_columns_longitude_first(project: Project) -> None:
    folder = publish_places(project, MULHOUSE, BASEL, (None, None), (7.0, None))
    collection = json.loads((folder / "places.geojson").read_bytes())
    assert geojson_errors(collection) == []
    places = pq.read_table(folder / "places.parquet").to_pylist()
    assert [f["properties"] for f in collection["features"]] == places
    assert [f["id"] for f in collection["features"]] == [p["place_id"] for p in places]
    assert [f["geometry"] and f["geometry"]["coordinates"] for f in collection["features"]] == [list(MULHOUSE), list(BASEL), None, None]
    assert collection["bbox"] == [7.338, 47.56, 7.59, 47.749481], "west, south, east, north"
    assert len((folder / "places.geojson").read_text().splitlines()) == 4 + 2, "a feature a line"
    assert verify(folder) == []
    assert geojson_errors({"type": "FeatureCollection", "features": [{"type": "Feature", "id": 1, "geometry": {"type": "Point", "coordinates": [47.7, 99]}, "properties": {}}]})


def test_geoparquet_is_valid_and_read_by_pyarrow(project: Project, shared: Path, tmp_path: Path) -> None:
    path = publish_places(project, MULHOUSE, (None, None), BASEL) / "places.geoparquet"
    assert geoparquet_errors(path, shared) == []
    found = pq.read_table(path)
    geo = json.loads(found.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["encoding"]
    pq.write_table(found.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "broken.parquet")
    assert geoparquet_errors(tmp_path / "broken.parquet", shared)


def test_geoparquet_has_the_rows_of_the_table_a_point_and_a_box_to_read_by(project: Project) -> None:
    folder = publish_places(project, MULHOUSE, (None, None), BASEL)
    found, places = pq.read_table(folder / "places.geoparquet"), pq.read_table(folder / "places.parquet")
    assert found.select(places.column_names).equals(places)
    assert found.column_names == [*places.column_names, "geometry", "bbox"]
    points = [struct.unpack("<BIdd", g)[1:] if g else None for g in found["geometry"].to_pylist()]
    assert points == [(1, *MULHOUSE), None, (1, *BASEL)]
    assert found["bbox"].to_pylist()[1:] == [None, {"xmin": 7.59, "ymin": 47.56, "xmax": 7.59, "ymax": 47.56}]
    geo = json.loads(found.schema.metadata[b"geo"])
    assert geo["columns"]["geometry"]["bbox"] == [7.338, 47.56, 7.59, 47.749481]
    assert "crs" not in geo["columns"]["geometry"], "none: longitude and latitude in WGS 84"
    east = pq.read_table(folder / "places.geoparquet", filters=pc.field("bbox", "xmin") > 7.5)
    assert east["place_id"].to_pylist() == [places["place_id"][2].as_py()]
    assert found.field("longitude").metadata[b"description_en"]


def test_where_no_place_has_a_position_there_is_no_map(project: Project) -> None:
    folder = publish_places(project, (None, None))
    assert not list(folder.glob("places.geo*"))
    assert "places.geojson" not in (folder / "README.md").read_text()
    package = json.loads((folder / "datapackage.json").read_text())
    assert not [r for r in package["resources"] if r["path"].startswith("places.geo")]


def test_both_are_declared_and_explained_in_the_readme(project: Project, shared: Path, tmp_path: Path) -> None:
    folder = publish_places(project, MULHOUSE)
    package = json.loads((folder / "datapackage.json").read_text())
    assert profile_errors(package, shared) == []
    assert frictionless_errors(folder, tmp_path / "copy") == []
    assert {r["path"]: r["mediatype"] for r in package["resources"] if r["path"].startswith("places.geo")} == {
        "places.geojson": "application/geo+json", "places.geoparquet": "application/vnd.apache.parquet"
    }  # fmt: skip
    assert (folder / "README.md").read_text().count("`places.geojson`") == 2


@pytest.mark.parametrize(("x", "y"), [(47.749481, 7.338), (51.9, 0.0)])
def test_a_swapped_position_stops_the_publication_and_names_the_place_and_nothing_leaves(project: Project, x: float, y: float) -> None:
    with pytest.raises(PublicationStopped, match=r"pla-0000000000000001 lies at latitude .* or the two are swapped.*Nothing was published"):
        publish_places(project, MULHOUSE, (x, y))
    assert not list(project.published.glob("*/places.*"))


@pytest.mark.parametrize(("x", "y"), [(181.0, 47.0), (7.3, 90.5), (-180.1, 0.0)])
def test_a_position_outside_of_the_world_stops_the_publication(project: Project, x: float, y: float) -> None:
    with pytest.raises(PublicationStopped, match=r"longitude|latitude"):
        publish_places(project, (x, y))
    assert not list(project.published.glob("*/places.*"))


@pytest.mark.parametrize("write", [geojson, geoparquet])
@pytest.mark.parametrize(("x", "y"), [(181.0, 47.0), (float("nan"), 47.0), (7.3, float("inf"))])
def test_the_writers_themselves_refuse_what_the_checks_let_through(project: Project, tmp_path: Path, write: Any, x: float, y: float) -> None:
    class Staged:
        """As much of a snapshot in the making as the writers ask for."""

        folder = tmp_path

        def release(self, name: str) -> str:
            return name

    source = publish_places(project, MULHOUSE) / "places.parquet"
    there = pq.read_table(source)
    for name, value in (("longitude", x), ("latitude", y)):
        there = there.set_column(there.column_names.index(name), there.field(name), [[value]])
    pq.write_table(there, tmp_path / "places.parquet")
    with pytest.raises(PublicationStopped, match="outside of the world"):
        write(Staged(), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_places_elsewhere_in_the_world_are_not_taken_for_swapped(project: Project) -> None:
    overseas = [(55.45, -20.88), (-61.5, 16.2), (-52.3, 4.9), (45.2, -12.8), (-56.2, 46.8), (0.0, 0.0)]
    collection = json.loads((publish_places(project, *overseas) / "places.geojson").read_bytes())
    assert [f["geometry"]["coordinates"] for f in collection["features"]] == [list(p) for p in overseas]
