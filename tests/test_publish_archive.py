"""The zip of a version is the snapshot: unpacked it verifies, and it is the same bytes wherever it is made."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from publish_world import DAY, TABLES, fill_world
from test_publish_snapshot import contents

from km0_pipeline.publish.archive import bundle, pack
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project


def test_what_is_unpacked_from_the_zip_is_the_whole_snapshot(project: Project, tmp_path: Path) -> None:
    fill_world(project)
    folder = publish(project, DAY, TABLES).folder
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(folder / "km0.zip", unpacked)
    assert verify(unpacked) == []
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked, check=True)
    there, inside = contents(folder), contents(unpacked)
    assert there.keys() - inside.keys() == {"km0.zip"}
    assert {n for n in inside if inside[n] != there[n]} == {"SHA256SUMS"}
    assert there["SHA256SUMS"].count(b"\n") == inside["SHA256SUMS"].count(b"\n") + 1
    (unpacked / "visits.csv").write_text("cut")
    assert verify(unpacked)


def test_its_files_stand_in_one_order_at_one_time_uncompressed(project: Project) -> None:
    fill_world(project)
    with zipfile.ZipFile(publish(project, DAY, TABLES).folder / "km0.zip") as archive:
        assert archive.testzip() is None
        members = archive.infolist()
    names = [m.filename for m in members]
    assert names == [*sorted(n for n in names if n != "SHA256SUMS"), "SHA256SUMS"]
    assert {(m.date_time, m.compress_type, m.create_system, m.external_attr >> 16) for m in members} == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 3, 0o100644)}


def test_a_zip_does_not_tell_the_rights_and_times_of_the_files_it_was_made_from(tmp_path: Path) -> None:
    made = []
    for n, mode in enumerate((0o600, 0o755)):
        folder = tmp_path / f"{n}"
        folder.mkdir()
        (folder / "a.csv").write_text("a\n1\n")
        (folder / "a.csv").chmod(mode)
        bundle(tmp_path / f"{n}.zip", folder, ["a.csv"])
        made.append((tmp_path / f"{n}.zip").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("contents", [{}, {"a.xml": b""}, {"[a].xml": b"<a/>" * 10_000, "b/c.xml": bytes(range(256)) * 300}])
def test_a_packed_container_is_read_by_others_and_smaller(tmp_path: Path, contents: dict[str, bytes]) -> None:
    path = tmp_path / "a.xlsx"
    pack(path, contents.items())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {n: archive.read(n) for n in archive.namelist()} == contents
    assert path.stat().st_size < sum(map(len, contents.values())) / 2 + 1000
    listed = shutil.which("unzip")
    if listed and contents:
        subprocess.run([listed, "-tqq", str(path)], check=True)


def test_the_first_bytes_of_a_container_are_those_that_programs_look_for(tmp_path: Path) -> None:
    pack(tmp_path / "a.xlsx", [("mimetype", b"x")])
    head = io.BytesIO((tmp_path / "a.xlsx").read_bytes())
    assert struct.unpack("<4sHHH", head.read(10)) == (b"PK\3\4", 20, 0, 8)
