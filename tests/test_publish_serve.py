"""data/published as people download it: a real server on a free port, on this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from publish_world import DAY, ODD_TEXTS, TABLES, fill_world

from km0_pipeline.hub import Hub
from km0_pipeline.publish.serve import CannotServe, serve
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project

ROOT = Path(__file__).resolve().parent.parent
SERVER = "import sys; from pathlib import Path; from km0_pipeline.publish.serve import serve; serve(Path(sys.argv[1]), port=int(sys.argv[2]))"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data/published with one snapshot, and beside it what must not be served."""
    root = tmp_path_factory.mktemp("hub")
    project = Project(root, Hub.load(ROOT / "hub.toml"))
    fill_world(project)
    publish(project, DAY, TABLES)
    (project.published / ".staging-2026.11.23").mkdir()
    (project.published / ".staging-2026.11.23" / "half.csv").write_text("half")
    (root / "secret.txt").write_text("secret")
    (project.published / "leak").symlink_to(root / "secret.txt")
    return project.published


@pytest.fixture(scope="module")
def server(published: Path) -> Iterator[httpx.Client]:
    """A client of `serve` in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(published), str(port)], env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            for _ in range(600):
                try:
                    client.get("/index.json")
                    break
                except httpx.TransportError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.05)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_files_are_served_whole_under_their_version_and_under_latest(server: httpx.Client, published: Path) -> None:
    for path in ("2026.11.22/workshops.csv", "latest/workshops.csv", "latest/visits.parquet", "index.json"):
        answer = server.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.content == (published / path).read_bytes()
        assert answer.headers["accept-ranges"] == "bytes"


def test_each_kind_of_file_says_what_it_is(server: httpx.Client) -> None:
    names = ("visits.csv", "visits.parquet", "README.md", "catalog.ttl", "catalog.jsonld", "dictionary.html")
    assert {name: server.head(f"/latest/{name}").headers["content-type"] for name in names} == {
        "visits.csv": "text/csv; charset=utf-8",
        "visits.parquet": "application/vnd.apache.parquet",
        "README.md": "text/markdown; charset=utf-8",
        "catalog.ttl": "text/turtle; charset=utf-8",
        "catalog.jsonld": "application/ld+json",
        "dictionary.html": "text/html; charset=utf-8",
    }


def test_a_range_gives_those_bytes_alone(server: httpx.Client, published: Path) -> None:
    answer = server.get("/latest/workshops.parquet", headers={"Range": "bytes=-8", "Accept-Encoding": "gzip"})
    data = (published / "latest" / "workshops.parquet").read_bytes()
    assert answer.status_code == 206
    assert answer.content == data[-8:]
    assert answer.headers["content-range"] == f"bytes {len(data) - 8}-{len(data) - 1}/{len(data)}"
    assert server.get("/latest/workshops.parquet", headers={"Range": f"bytes={len(data)}-"}).status_code == 416


def test_what_one_has_already_is_not_sent_again(server: httpx.Client) -> None:
    tag = server.get("/latest/workshops.csv").headers["etag"]
    again = server.get("/latest/workshops.csv", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert server.get("/latest/workshops.csv", headers={"If-None-Match": '"other"'}).status_code == 200


def test_pages_from_elsewhere_may_read(server: httpx.Client) -> None:
    origin = {"Origin": "https://ailleurs.example"}
    answer = server.get("/latest/workshops.parquet", headers=origin | {"Range": "bytes=0-3"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
    asked = origin | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    assert server.options("/latest/workshops.parquet", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "path", ["/.lock", "/.staging-2026.11.23/half.csv", "/latest/../.lock", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/leak", "/nowhere.csv"]
)
def test_hidden_files_and_what_lies_outside_are_not_there(server: httpx.Client, path: str) -> None:
    assert server.get(path).status_code == 404


def test_nothing_can_be_written(server: httpx.Client) -> None:
    assert server.put("/latest/workshops.csv", content=b"mine").status_code == 405
    assert server.delete("/latest/workshops.csv").status_code == 405


def test_what_is_served_can_be_read_by_common_tools(server: httpx.Client) -> None:
    import pandas as pd

    read = pd.read_csv(f"{server.base_url}/latest/workshops.csv", keep_default_na=False, na_values=[""])
    assert list(read["workshop_id"]) == [f"wor-{n:04}" for n in range(len(ODD_TEXTS))]
    table = pq.read_table(BytesIO(server.get("/latest/workshops.parquet").content))
    assert table["name"].to_pylist() == list(ODD_TEXTS)


def test_a_taken_port_gets_a_sentence(published: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"127.0.0.1:{port} can't be used .*another port"):
            serve(published, port=port)
