"""Published data at an address: fetched within limits, whatever the server would send; and all versions against index.json."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from publish_world import DAY, TABLES, fill_world

from km0_pipeline.cli import main
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json, write_json
from tests.conftest import hub_toml


class Quiet(SimpleHTTPRequestHandler):
    """Files as they lie, but what `told` says of a path: a status, headers and a body."""

    told: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        answer = self.told.get(self.path)
        if answer is None:
            return super().do_GET()
        self.send_response(answer[0])
        for name, value in answer[1].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer[2])
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data/published with two versions."""
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    project = Project.at(root)
    for names in (["Atelier Fictif"] * 20, ["Fabrique Imaginaire"] * 20):
        fill_world(project, names)
        publish(project, DAY, TABLES)
    return project.published


@pytest.fixture
def top(once: Path, tmp_path: Path) -> Path:
    shutil.copytree(once, tmp_path / "published", symlinks=True)
    return tmp_path / "published"


@pytest.fixture
def server(top: Path) -> Iterator[tuple[str, type[Quiet]]]:
    handler = type("Told", (Quiet,), {"told": {}, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(top))) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", handler
        listening.shutdown()
        thread.join()


def checked(place: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", str(place)])


def test_a_version_and_all_versions_are_whole_here_and_at_an_address(top: Path, server: tuple[str, type[Quiet]]) -> None:
    url, _ = server
    for place in (top / "2026.11.22", top / "latest", f"{url}/2026.11.22", f"{url}/latest/"):
        assert checked(place).output == f"{place} is whole.\n"
    for place in (top, url, f"{url}/"):
        assert checked(place).output == f"{place} is whole: 2 versions.\n"


@pytest.mark.parametrize("at", ["folder", "address"])
def test_what_is_wrong_with_one_version_is_said_with_its_name(top: Path, server: tuple[str, type[Quiet]], at: str) -> None:
    (top / "2026.11.22" / "README.md").write_text("mine")
    result = checked(top if at == "folder" else server[0])
    assert result.exit_code == 1
    assert "2026.11.22: README.md: its content is not what SHA256SUMS says" in result.output
    assert "2026.11.22: README.md: its size or content is not what index.json says." in result.output
    assert "2026.11.22-2: " not in result.output


def test_a_version_that_was_sealed_anew_is_not_that_of_the_index(top: Path) -> None:
    shutil.rmtree(top / "2026.11.22")
    shutil.copytree(top / "2026.11.22-2", top / "2026.11.22")
    result = checked(top)
    assert "2026.11.22: workshops.csv: its size or content is not what index.json says." in result.output


def test_a_version_that_is_gone_and_files_the_index_does_not_list_are_told(top: Path) -> None:
    index = read_json(top / "index.json")
    index["versions"][1]["files"] = index["versions"][1]["files"][1:]
    write_json(top / "index.json", index)
    shutil.rmtree(top / "2026.11.22")
    output = checked(top).output
    assert f"2026.11.22: {top}/2026.11.22: there is no such folder." in output
    assert "2026.11.22-2: README.md: index.json does not list it." in output


def body(size: int) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Length": str(size)}, b"x" * size


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        ("/2026.11.22/workshops.csv", lambda _: body(5_000_000), "workshops.csv: is larger than the .* bytes that were announced; it was not fetched"),
        ("/2026.11.22/SHA256SUMS", lambda _: (200, {}, b"0" * 64 + b"  ../../secret.txt\n"), "leads out of the snapshot"),
        ("/2026.11.22/SHA256SUMS", lambda _: (200, {}, b"<html>"), "SHA256SUMS or datapackage.json can't be read"),
        ("/2026.11.22/datapackage.json", lambda _: (200, {}, b"[]"), "SHA256SUMS or datapackage.json can't be read"),
        ("/2026.11.22/visits.csv", lambda url: (302, {"Location": f"{url}/elsewhere"}, b""), "redirects to http://127.0.0.1:.*/elsewhere; give the address"),
        ("/2026.11.22/visits.csv", lambda _: (500, {}, b""), "visits.csv: HTTP 500"),
        ("/2026.11.22/visits.csv", lambda _: (200, {"Content-Length": "900"}, b"cut"), "visits.csv: can't be reached"),
    ],
)
def test_what_a_server_may_do_is_said(server: tuple[str, type[Quiet]], path: str, answer: Callable[[str], tuple[int, dict[str, str], bytes]], sentence: str) -> None:
    url, handler = server
    handler.told[path] = answer(url)
    result = checked(f"{url}/2026.11.22")
    assert result.exit_code == 1
    assert re.search(sentence, result.output), result.output
    assert not [a for a in handler.asked if "secret" in a or "elsewhere" in a]


def test_no_file_may_be_larger_than_the_index_says(server: tuple[str, type[Quiet]]) -> None:
    url, handler = server
    handler.told["/2026.11.22/README.md"] = body(1_000_000)
    output = checked(url).output
    assert re.search(r"2026\.11\.22: http\S+/README.md: is larger than the [0-9,]+ bytes that were announced", output)
    assert "2026.11.22-2: " not in output


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"latest": null, "versions": [{"version": "../x", "path": "../x/", "files": []}]}', b'{"latest": "2026.1.2", "versions": []}'])
def test_a_broken_index_at_an_address_gets_a_sentence(server: tuple[str, type[Quiet]], text: bytes) -> None:
    url, handler = server
    handler.told["/index.json"] = (200, {}, text)
    result = checked(url)
    assert result.exit_code == 1
    assert f"{url}: its index.json can't be read" in result.output


def test_an_address_without_published_data_gets_a_sentence(server: tuple[str, type[Quiet]]) -> None:
    url, _ = server
    assert "holds neither SHA256SUMS nor index.json" in checked(f"{url}/nowhere").output
    assert "which is not an http(s) address" in checked("ftp://127.0.0.1/x").output
