"""Pushes to the real udata, the real CKAN and a real S3 server, on this machine (docs/portals.md: how they are made).

Each is asked through a portal of `portal_world` that hands everything on, and can fail on demand.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from portal_world import Asked, Fault, Portal, Said, Through, configured, served, snapshot_files, two_versions

from km0_pipeline.portals import push
from km0_pipeline.portals.outcome import Outcome, PortalError
from km0_pipeline.steps import Project
from tests.conftest import ROOT, hub_toml

HERE = Path(__file__).parent
MADE = ROOT / ".portals"
FIRST, SECOND = "2026.11.22", "2026.11.23"
VARIABLES = {"datagouv": "DATAGOUV_API_KEY", "ckan": "CKAN_API_TOKEN", "s3": "AWS_SECRET_ACCESS_KEY"}
ENVIRONMENTS = {"datagouv": "udata", "ckan": "ckan", "s3": "moto"}

pytestmark = pytest.mark.portal


def free_ports(n: int) -> int:
    """The first of `n` ports in a row that nobody listens on."""
    for port in range(17100 + os.getpid() % 500 * 4, 60000, 4):
        try:
            for p in range(port, port + n):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", p))
        except OSError:
            continue
        return port
    raise AssertionError("no port is free")


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def real(request: pytest.FixtureRequest) -> Iterator[tuple[str, Through]]:
    """Which portal, and the way to its real server, which ends with the module."""
    name, environment = request.param, MADE / ENVIRONMENTS[request.param]
    if not os.environ.get("KM0_PORTALS"):
        pytest.skip("takes minutes, and servers made once: `make portals`, or KM0_PORTALS=1 where they are made, in CI too (docs/portals.md)")
    if not (environment / "made").exists():
        pytest.skip(f"{environment} is absent: `make portals` makes it and passes these tests (docs/portals.md)")
    if name == "ckan" and not (shutil.which("redis-server") and list(Path("/usr/lib/postgresql").glob("*/bin"))):
        pytest.skip("CKAN needs PostgreSQL and Redis: apt-get install postgresql redis-server curl")
    port, folder = free_ports(4), Path(tempfile.mkdtemp(prefix="km0-portal-"))
    folder.chmod(0o755)
    commands = {
        "datagouv": [str(environment / "bin/python"), str(HERE / "udata_server.py"), str(port), str(folder)],
        "ckan": ["bash", str(HERE / "ckan_server.sh"), str(environment), str(folder), str(port)],
        "s3": [str(environment / "bin/moto_server"), "-H", "127.0.0.1", "-p", str(port)],
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(commands[name], stdout=log, stderr=log)
    try:
        portal = Through(real=f"http://127.0.0.1:{port}")
        ready(name, portal, folder, process)
        yield name, portal
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def ready(name: str, portal: Through, folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, and note its key and organisation."""
    for _ in range(600):
        time.sleep(0.5)
        assert process.poll() is None, (folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]
        try:
            if name == "s3":
                httpx.put(f"{portal.real}/hub", trust_env=False).raise_for_status()
                portal.key = "secret-of-a-test"
                return
            if (folder / "ready.json").exists():
                said = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
                httpx.get(portal.real, timeout=30, trust_env=False)
                portal.key, portal.organisation = said["key"], said["organisation"]
                return
        except httpx.TransportError:
            continue
    raise AssertionError(f"{name} does not answer")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two versions."""
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    project = Project.at(root)
    two_versions(project)
    return project


class Pushed:
    """The project, configured for a real server that knows nothing of it yet."""

    def __init__(self, name: str, portal: Through, published: Project, prefix: str) -> None:
        self.name, self.portal, self.prefix = name, portal, prefix
        where = {"bucket": "hub", "endpoint": portal.url, "prefix": prefix} if name == "s3" else {"url": portal.url, "organisation": portal.organisation}
        self.project = configured(published, name, attempts=1, pause_seconds=0.2, **where)
        if name == "datagouv":
            for dataset in self.datasets():
                httpx.delete(f"{portal.real}/api/1/datasets/{dataset['id']}/", headers={"X-API-KEY": portal.key}, trust_env=False).raise_for_status()
        elif name == "ckan":
            httpx.post(f"{portal.real}/api/3/action/dataset_purge", json={"id": "km0"}, headers={"Authorization": portal.key}, trust_env=False)

    def push(self, version: str = "", **options: Any) -> Outcome:
        return push(self.project, self.name, version, **options)

    def get(self, path: str, **params: str) -> httpx.Response:
        header = {"datagouv": "X-API-KEY", "ckan": "Authorization"}[self.name]
        return httpx.get(self.portal.real + path, params=params, headers={header: self.portal.key}, follow_redirects=True, trust_env=False)

    def dataset(self) -> dict[str, Any]:
        if self.name == "ckan":
            found: dict[str, Any] = self.get("/api/3/action/package_show", id="km0").json()["result"]
            return found
        (one,) = self.datasets()
        return one

    def datasets(self) -> list[dict[str, Any]]:
        """Those of udata that are not deleted."""
        return [d for d in self.get("/api/1/me/org_datasets/").json() if not d["deleted"]]

    def ids(self) -> dict[str, str]:
        return {path: r["id"] for r in self.dataset()["resources"] if (path := r.get("km0_path") or r.get("extras", {}).get("km0:path"))}

    def bytes(self) -> dict[str, bytes]:
        """What people can download, by path."""
        if self.name == "s3":
            import obstore
            from obstore.store import S3Store

            options: Any = {"client_options": {"allow_http": True}, "region": "us-east-1", "access_key_id": "a", "secret_access_key": "b"}
            store = S3Store("hub", prefix=self.prefix, endpoint=self.portal.real, **options)
            return {m["path"]: bytes(obstore.get(store, m["path"]).bytes()) for batch in obstore.list(store) for m in batch}
        by_id = {id: path for path, id in self.ids().items()}
        return {by_id[r["id"]]: self.get(r["url"].removeprefix(self.portal.real).removeprefix(self.portal.url)).content for r in self.dataset()["resources"] if r["id"] in by_id}

    def shows(self, version: str) -> bool:
        wanted = snapshot_files(self.project, version)
        if self.name == "s3":
            return {k.removeprefix(f"{version}/"): v for k, v in self.bytes().items() if k.startswith(f"{version}/")} == wanted
        if self.name == "datagouv":  # it says what its own settings take; Markdown and what has no suffix go as text
            taken = {*self.get("/api/1/datasets/extensions/").json(), "md"}
            wanted = {k: v for k, v in wanted.items() if k.rpartition(".")[2] in taken or "." not in k}
        return self.bytes() == wanted


@pytest.fixture
def pushed(real: tuple[str, Through], published: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    name, portal = real
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id-of-a-test")
    monkeypatch.setenv(VARIABLES[name], portal.key)
    portal.faults = []
    with served(portal):
        yield Pushed(name, portal, published, tmp_path.name)


def test_a_snapshot_is_shown_then_the_next_one_and_a_push_without_news_changes_nothing(pushed: Pushed) -> None:
    assert pushed.push(FIRST).created
    assert pushed.shows(FIRST)
    ids = pushed.ids() if pushed.name != "s3" else {}
    assert not pushed.push(FIRST).changed
    assert pushed.push(SECOND, dry_run=True).changed and pushed.shows(FIRST)
    assert pushed.push(SECOND).changed
    assert pushed.shows(SECOND)
    assert not pushed.push(SECOND).changed
    if pushed.name == "s3":
        assert pushed.shows(FIRST) and pushed.bytes()["index.json"] == (pushed.project.published / "index.json").read_bytes()
    else:
        assert pushed.ids() == ids and not pushed.dataset()["private"]


@pytest.mark.parametrize(("how", "nth"), [("drop", 1), (Said(500), 10), ("drop", 30)], ids=["dropped at once", "500 on the way", "dropped late"])
def test_a_push_that_breaks_off_shows_nothing_half_and_the_next_completes_it(pushed: Pushed, how: Any, nth: int) -> None:
    pushed.push(FIRST)
    pushed.portal.faults = [Fault("^(PUT|POST|DELETE)", how, nth, times=99)]
    try:
        pushed.push(SECOND)
    except PortalError as e:
        assert e.passing
        if pushed.name == "s3":
            assert SECOND.encode() not in pushed.bytes()["index.json"]
        else:
            assert pushed.dataset()["private"] or pushed.shows(FIRST)
    pushed.portal.faults = []
    pushed.push(SECOND)
    assert pushed.shows(SECOND) and (pushed.name == "s3" or not pushed.dataset()["private"])


def test_links_are_kept_by_the_real_portals_too(pushed: Pushed) -> None:
    if pushed.name == "s3":
        pytest.skip("a bucket holds files, not links")

    class Files(Portal):
        def answer(self, asked: Asked) -> Said:
            return Said(200, (pushed.project.published / asked.path.lstrip("/")).read_bytes())

    files = Files()
    with served(files):
        base = files.url.replace("127.0.0.1", "localhost") + "/"
        portal = pushed.portal
        pushed.project = configured(pushed.project, pushed.name, url=portal.url, organisation=portal.organisation, files="link", base_url=base)
        pushed.push(FIRST)
        ids = pushed.ids()
        assert set(ids) == set(snapshot_files(pushed.project, FIRST)), "Parquet too: it is linked to, not uploaded"
        pushed.push(SECOND)
        assert pushed.ids() == ids and not pushed.push(SECOND).changed
        assert all(r["url"].startswith(f"{base}{SECOND}/") for r in pushed.dataset()["resources"])


def test_udata_gives_the_dataset_nine_of_nine(pushed: Pushed) -> None:
    if pushed.name != "datagouv":
        pytest.skip("only udata gives marks")
    pushed.push()
    quality = pushed.dataset()["quality"]
    marks = {k: v for k, v in quality.items() if k not in ("score", "has_resources")}
    assert len(marks) == 9 and all(marks.values()) and quality["score"] == 1.0, quality
    permalink = pushed.get(f"/api/1/datasets/r/{pushed.ids()['places.csv']}")
    assert permalink.content == snapshot_files(pushed.project, SECOND)["places.csv"]
