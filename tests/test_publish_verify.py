"""`verify` says of a snapshot what is wrong with it, from what is in it alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, TABLES, fill_world

from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import SUMS, verify
from km0_pipeline.steps import Project
from km0_pipeline.storage import sha256


@pytest.fixture
def whole(project: Project, tmp_path: Path) -> Path:
    """A snapshot, copied away from the project that made it."""
    fill_world(project)
    folder = tmp_path / "downloaded"
    shutil.copytree(publish(project, DAY, TABLES).folder, folder)
    shutil.rmtree(project.root / "data")
    return folder


def seal(folder: Path) -> None:
    """Let sizes and sums be those of the files as they are, so that only what they hold is wrong."""
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        path = folder / resource["path"]
        resource |= {"bytes": path.stat().st_size, "hash": f"sha256:{sha256(path)}"}
    (folder / "datapackage.json").write_text(json.dumps(package))
    names = sorted(p.name for p in folder.iterdir() if p.name != SUMS)
    (folder / SUMS).write_text("".join(f"{sha256(folder / n)}  {n}\n" for n in names))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_bytes()
    assert old.encode() in text
    path.write_bytes(text.replace(old.encode(), new.encode(), 1))


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(path)), path)




def test_a_whole_snapshot_needs_nothing_but_itself(whole: Path) -> None:
    assert verify(whole) == []
    seal(whole)
    assert verify(whole) == []


def test_a_changed_file_is_named(whole: Path) -> None:
    replace(whole / "README.md", "KM0", "KM1")
    assert verify(whole) == ["README.md: its content is not what SHA256SUMS says; it was changed or cut short."]


def test_a_file_cut_short_is_named_with_its_size(whole: Path) -> None:
    data = (whole / "visits.csv").read_bytes()
    (whole / "visits.csv").write_bytes(data[:-4])
    assert any(f"visits.csv: has {len(data) - 4} bytes, but datapackage.json says {len(data)}" in s for s in verify(whole))


def test_missing_and_undeclared_files_are_named(whole: Path) -> None:
    (whole / "README.md").unlink()
    (whole / "private.txt").write_text("not ours")
    assert verify(whole) == [
        "private.txt: is in the folder, but SHA256SUMS does not list it; take it away.",
        "README.md: SHA256SUMS lists it, but it is missing.",
    ]


def test_a_data_file_that_only_the_sums_know_is_named(whole: Path) -> None:
    (whole / "people.csv").write_text("name\n")
    seal(whole)
    assert verify(whole) == ["people.csv: datapackage.json does not declare it; take it away."]


def test_a_missing_data_file_does_not_hide_the_rest(whole: Path) -> None:
    (whole / "visits.parquet").unlink()
    replace(whole / "README.md", "KM0", "KM1")
    found = "\n".join(verify(whole))
    assert "visits.parquet: SHA256SUMS lists it, but it is missing" in found
    assert "README.md: its content" in found


@pytest.mark.parametrize("name", ["datapackage.json", SUMS])
def test_a_description_that_can_t_be_read_is_named(whole: Path, name: str) -> None:
    (whole / name).write_text("{")
    assert any(s.startswith(f"{name}: can't be read") for s in verify(whole))


def test_a_path_that_leads_out_of_the_snapshot_is_refused(whole: Path) -> None:
    replace(whole / "datapackage.json", '"visits.csv"', '"../visits.csv"')
    assert "leads out of the snapshot" in verify(whole)[0]


def test_a_cell_that_differs_between_the_formats_is_found_by_row_and_column_without_its_value(whole: Path) -> None:
    replace(whole / "workshops.csv", "a comma, here", "a comma, hare")
    seal(whole)
    assert verify(whole) == ["workshops.csv and workshops.parquet: differ in row 2, column name."]


@pytest.mark.parametrize(
    ("old", "new"),
    [('"wor-0009"," spaces', '"wor-0009","spaces'), ('"two\nlines"', '"two\r\nlines"'), (",200,", ",201,"), ("1839-09-02", "1839-09-03"), (",false", ",true"), (',"NULL",', ",,")],
)
def test_every_small_difference_counts(whole: Path, old: str, new: str) -> None:
    replace(whole / "workshops.csv", old, new)
    seal(whole)
    assert len(verify(whole)) == 1


def test_rows_changed_among_themselves_count(whole: Path) -> None:
    replace(whole / "visits.csv", '"v1","wor-0001"', '"v1","wor-0002"')
    replace(whole / "visits.csv", '"v2","wor-0002"', '"v2","wor-0001"')
    seal(whole)
    assert verify(whole) == ["visits.csv and visits.parquet: differ in row 2, column workshop_id."]


def test_a_row_too_few_is_counted(whole: Path) -> None:
    replace(whole / "visits.csv", '"v8","wor-0008"\n', "")
    seal(whole)
    assert verify(whole) == ["visits.csv: has 8 rows, but datapackage.json says 9."]


def test_a_cell_of_another_type_is_named_with_its_line(whole: Path) -> None:
    replace(whole / "workshops.csv", ",200,", ",many,")
    seal(whole)
    (sentence,) = verify(whole)
    assert sentence.startswith("workshops.csv and workshops.parquet: can't be read as datapackage.json declares them")


def test_columns_of_other_names_or_types_are_listed(whole: Path) -> None:
    replace(whole / "visits.csv", "workshop_id", "atelier_id")
    rewrite(whole / "workshops.parquet", lambda t: t.set_column(3, "headcount", t["headcount"].cast(pa.float64())))
    seal(whole)
    found = verify(whole)
    assert "visits.csv: its columns are visit_id, atelier_id; datapackage.json declares visit_id, workshop_id." in found
    assert any("workshops.parquet: its columns are" in s and "headcount DOUBLE" in s for s in found)


def test_a_key_that_stands_twice_is_found(whole: Path) -> None:
    rewrite(whole / "visits.parquet", lambda t: pa.concat_tables([t.slice(0, 1), t]))
    seal(whole)
    assert "visits.parquet: row 2 repeats the key of the row before (\"visit_id\")." in verify(whole)


def test_rows_out_of_order_are_found(whole: Path) -> None:
    rewrite(whole / "visits.parquet", lambda t: pa.concat_tables([t.slice(4), t.slice(0, 4)]))
    seal(whole)
    assert verify(whole) == [
        'visits.parquet: row 6 stands before the row above it by their key ("visit_id").',
        "visits.csv and visits.parquet: differ in row 1, column visit_id.",
    ]


def test_a_foreign_key_that_leads_nowhere_is_found(whole: Path) -> None:
    for path in (whole / "visits.csv", whole / "visits.parquet"):
        if path.suffix == ".csv":
            replace(path, '"v8","wor-0008"', '"v8","wor-9999"')
        else:
            rewrite(path, lambda t: t.set_column(1, "workshop_id", [[*t["workshop_id"].to_pylist()[:-1], "wor-9999"]]))
    seal(whole)
    assert verify(whole) == ["visits.parquet: 1 rows name a workshop_id that workshops does not hold."]


def test_a_description_of_another_number_of_rows_is_found(whole: Path) -> None:
    replace(whole / "datapackage.json", '"km0:rows": 9', '"km0:rows": 10')
    seal(whole)
    assert verify(whole) == ["visits.csv: has 9 rows, but datapackage.json says 10."]


@pytest.mark.parametrize(
    ("promise", "sentence"),
    [
        ({"required": True}, "workshops.parquet: 1 row breaks what datapackage.json promises of name (required)."),
        ({"pattern": "[a-z ]*"}, "workshops.parquet: 15 rows break what datapackage.json promises of name (pattern)."),
        ({"enum": ["plain"]}, "workshops.parquet: 18 rows break what datapackage.json promises of name (enum)."),
        ({"maxLength": 100}, "workshops.parquet: 1 row breaks what datapackage.json promises of name (maxLength)."),
        ({"unique": True}, ""),
        ({"pattern": "("}, "workshops.parquet: what datapackage.json promises of its values can't be checked"),
    ],
)
def test_values_that_break_a_promise_are_counted_by_column(whole: Path, promise: dict[str, object], sentence: str) -> None:
    found = promised(whole, "name", promise)
    assert len(found) == bool(sentence)
    assert all(s.startswith(sentence) for s in found)


def promised(folder: Path, column: str, promise: dict[str, object]) -> list[str]:
    """What is wrong where datapackage.json promises something more of a column of workshops."""
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        for field in resource.get("schema", {}).get("fields", ()):
            if resource["km0:table"] == "workshops" and field["name"] == column:
                field["constraints"] = promise
    (folder / "datapackage.json").write_text(json.dumps(package))
    seal(folder)
    return verify(folder)


def test_least_most_and_unique_are_counted_too(whole: Path) -> None:
    assert promised(whole, "headcount", {"minimum": 1, "maximum": 100, "unique": True}) == [
        "workshops.parquet: 5 rows break what datapackage.json promises of headcount (minimum).",
        "workshops.parquet: 5 rows break what datapackage.json promises of headcount (maximum).",
        "workshops.parquet: 12 rows break what datapackage.json promises of headcount (unique).",
    ]


def test_a_name_in_the_sums_that_leads_out_of_the_snapshot_is_refused(whole: Path) -> None:
    sums = (whole / SUMS).read_text()
    for name in ("../secret.txt", "/etc/hostname", "a\\b.csv", "c:d.csv", ".hidden", "a//b.csv"):
        (whole / SUMS).write_text(f"{sums}{'0' * 64}  {name}\n")
        assert any(s.startswith("SHA256SUMS: can't be read (the path") for s in verify(whole)), name
