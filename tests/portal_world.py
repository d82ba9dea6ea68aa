"""Portals that answer as told, on 127.0.0.1: as much of udata and of CKAN as a push asks for, and what goes wrong with them.

The real ones are in tests/portals; these are quick, and can fail on demand.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import httpx
from publish_world import DAY, fill, fill_library

from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import table

KEY = "k3y-that-must-not-be-seen-anywhere"
ORGANISATION = "hub-fictif"
LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"


class Asked(NamedTuple):
    """A request; `form` are the fields of a form, files as bytes."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any
    form: dict[str, Any]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Said(NamedTuple):
    status: int
    content: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012


@dataclass
class Fault:
    """What goes wrong with the `nth` request that matches, and with `times` of them from there."""

    request: str
    how: Said | str
    nth: int = 1
    times: int = 1
    seen: int = 0

    def strikes(self, request: str) -> bool:
        if not re.search(self.request, request):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass
class Portal:
    """What all have: what was asked, and what goes wrong."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    stores: Callable[[bytes], bytes] = lambda content: content
    """What becomes of a file that is stored."""
    ids: int = 0

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError

    def new_id(self) -> str:
        self.ids += 1
        return f"00000000-0000-0000-0000-{self.ids:012}"

    def changes(self) -> list[str]:
        """Requests that may change something, as `METHOD path`."""
        return [str(a) for a in self.asked if a.method not in ("GET", "HEAD")]


class Udata(Portal):
    """As much of udata as a push asks for, with its traps: what a PUT lacks of tags and dates is dropped, an unknown licence is none."""

    extensions = ("csv", "json", "txt", "zip", "xlsx", "geojson")
    parts: dict[str, dict[int, bytes]]

    def answer(self, asked: Asked) -> Said:
        self.parts = self.__dict__.setdefault("parts", {})
        if asked.path.startswith("/files/"):
            return Said(200, self.files[asked.path])
        if asked.headers.get("x-api-key") != KEY and asked.path != "/api/1/datasets/extensions/":
            return Said(401, {"message": f"Invalid API Key {asked.headers.get('x-api-key')}"})
        path = asked.path.removeprefix("/api/1")
        match (asked.method, path.strip("/").split("/")):
            case "GET", ["datasets", "extensions"]:
                return Said(200, list(self.extensions))
            case "GET", ["datasets", "licenses"]:
                return Said(200, [{"id": "lov2", "url": LICENCE}, {"id": "notspecified", "url": None}])
            case "GET", ["me", "org_datasets"]:
                return Said(200, [self.shown(d) for d in self.datasets.values()])
            case "POST", ["datasets"]:
                dataset = {"id": self.new_id(), "resources": [], "deleted": None}
                self.datasets[dataset["id"]] = dataset
                self.populate(dataset, asked.json)
                return Said(201, self.shown(dataset))
            case method, ["datasets", id, *rest] if id in self.datasets:
                return self.within(self.datasets[id], method, rest, asked)
        return Said(404, {"message": "Not found"})

    def within(self, dataset: dict[str, Any], method: str, rest: list[str], asked: Asked) -> Said:
        by_id = {r["id"]: r for r in dataset["resources"]}
        match (method, rest):
            case "GET", []:
                return Said(200, self.shown(dataset))
            case "PUT", []:
                self.populate(dataset, asked.json)
                return Said(200, self.shown(dataset))
            case "POST", ["upload"]:
                return self.upload(dataset, None, asked)
            case "POST", ["resources", rid, "upload"] if rid in by_id:
                return self.upload(dataset, by_id[rid], asked)
            case "PUT", ["resources", rid] if rid in by_id:
                self.describe(by_id[rid], asked.json)
                return Said(200, by_id[rid])
            case "DELETE", ["resources", rid] if rid in by_id:
                dataset["resources"].remove(by_id[rid])
                return Said(204)
        return Said(404, {"message": "Not found"})

    def upload(self, dataset: dict[str, Any], resource: dict[str, Any] | None, asked: Asked) -> Said:
        form = asked.form
        held = self.parts.setdefault(form["uuid"], {})
        if "file" in form:
            held[int(form["partindex"])] = form["file"]
            return Said(200, {"success": True})
        if len(held) != int(form["totalparts"]):
            return Said(500, {"message": "parts are missing"})
        content = self.stores(b"".join(held[n] for n in sorted(held)))
        name = form["filename"].lower()
        if name.rpartition(".")[2] not in self.extensions:
            return Said(400, {"message": "File extension not allowed"})
        if resource is None:
            resource = {"id": self.new_id(), "title": name, "filetype": "file", "type": "other", "description": None, "extras": {}}
            dataset["resources"].insert(0, resource)
            status = 201
        else:
            status = 200
        path = f"/files/{resource['id']}/{len(self.files)}/{name}"
        self.files[path] = content
        resource |= {
            "url": self.url + path, "filesize": len(content), "format": name.rpartition(".")[2], "mime": "text/plain",
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},
        }  # fmt: skip
        return Said(status, resource)

    def populate(self, dataset: dict[str, Any], said: dict[str, Any]) -> None:
        dataset |= {"tags": [], "temporal_coverage": None} | {k: v for k, v in said.items() if k != "resources"}
        if dataset.get("license") != "lov2":
            dataset["license"] = "notspecified"
        if "resources" in said:
            by_id = {r["id"]: r for r in dataset["resources"]}
            dataset["resources"] = [self.describe(by_id.get(r.get("id"), {"id": self.new_id(), "filetype": r.get("filetype")}), r) for r in said["resources"]]

    def describe(self, resource: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        hosted = resource["filetype"] == "file"
        resource |= {k: v for k, v in said.items() if k != "id" and not (hosted and k in ("url", "checksum", "filesize", "mime", "format", "filetype"))}
        return resource

    def shown(self, dataset: dict[str, Any]) -> dict[str, Any]:
        shown = deepcopy(dataset) | {"page": f"{self.url}/datasets/{dataset['id']}"}
        shown["organization"] = {"id": dataset["organization"]} if dataset.get("organization") else None
        return shown


class CkanWorld(Portal):
    """As much of CKAN as a push asks for."""

    def answer(self, asked: Asked) -> Said:
        if asked.path.startswith("/files/"):
            return Said(200, self.files[asked.path])
        action = asked.path.removeprefix("/api/3/action/")
        if action == "license_list":
            return self.result([{"id": "etalab-2.0", "url": LICENCE}])
        if asked.headers.get("authorization") != KEY:
            return Said(403, {"success": False, "error": {"message": f"Access denied for {asked.headers.get('authorization')}"}})
        if action == "package_show":
            found = self.datasets.get(asked.query["id"])
            return self.result(found) if found else Said(404, {"success": False, "error": {"message": "Not found"}})
        if action == "package_create":
            made = asked.json | {"id": self.new_id(), "resources": [], "metadata_modified": "0", "organization": {"name": asked.json["owner_org"]}}
            self.datasets[made["name"]] = made
            return self.result(made)
        if action == "resource_patch":
            for resource in (r for d in self.datasets.values() for r in d["resources"] if r["id"] == asked.json["id"]):
                resource |= asked.json
            return self.result({})
        return self.revise(asked)

    def revise(self, asked: Asked) -> Said:
        match, update = json.loads(asked.form["match"]), json.loads(asked.form["update"])
        dataset = next(d for d in self.datasets.values() if d["id"] == match["id"])
        if dataset["metadata_modified"] != match["metadata_modified"]:
            return Said(409, {"success": False, "error": {"match": ["metadata_modified"]}})
        for n, resource in enumerate(update["resources"]):
            resource.setdefault("id", self.new_id())
            if "format" in resource:
                resource["format"] = {"GEOJSON": "GeoJSON"}.get(resource["format"], resource["format"])
            content = asked.form.get(f"update__resources__{n}__upload")
            if content is not None:
                path = f"/files/{resource['id']}/{resource['km0_path']}"
                self.files[path] = self.stores(content)
                resource |= {"url": self.url + path, "size": len(content)}
        dataset |= update | {"metadata_modified": str(int(match["metadata_modified"]) + 1)}
        return self.result({"package": dataset})

    def result(self, content: Any) -> Said:
        return Said(200, {"success": True, "result": deepcopy(content)})


class Bucket(Portal):
    """As much of S3 as a push asks for: a bucket `bucket`, conditional writes, tags that are MD5 sums; `files` are its objects by path."""

    def answer(self, asked: Asked) -> Said:
        if asked.method == "POST":  # DeleteObjects
            keys = re.findall(r"<Key>(.*?)</Key>", asked.body.decode())
            for key in keys:
                del self.files[key]
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return Said(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
        if "prefix" in asked.query or asked.path in ("/bucket", "/bucket/"):
            listed = "".join(
                f"<Contents><Key>{k}</Key><LastModified>2026-11-22T00:00:00.000Z</LastModified><ETag>{self.tag(v)}</ETag><Size>{len(v)}</Size></Contents>"
                for k, v in sorted(self.files.items())
                if k.startswith(asked.query.get("prefix", ""))
            )
            xml = f"<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>"
            return Said(200, xml.encode(), {"content-type": "application/xml"})
        key = unquote(asked.path.removeprefix("/bucket/"))
        if asked.method == "PUT":
            wanted = asked.headers.get("if-match")
            if (asked.headers.get("if-none-match") and key in self.files) or (wanted and self.tag(self.files.get(key, b"")) != wanted):
                return Said(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            self.files[key] = self.stores(asked.body)
            return Said(200, b"", {"ETag": self.tag(self.files[key])})
        if key not in self.files:
            return Said(404, b"<Error><Code>NoSuchKey</Code></Error>")
        content = self.files[key]
        return Said(200, content, {"ETag": self.tag(content), "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"})

    def tag(self, content: bytes) -> str:
        return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@dataclass
class Through(Portal):
    """The server at `real`, and what goes wrong on the way there."""

    real: str = ""
    key: str = ""
    organisation: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))
    """One for all: to make one takes longer than to ask."""

    def answer(self, asked: Asked) -> Said:
        kept = {k: v for k, v in asked.headers.items() if k not in ("host", "connection", "content-length", "accept-encoding")}
        url = f"{self.real}{asked.path}" + (f"?{urlencode(asked.query)}" if asked.query else "")
        got = self.client.request(asked.method, url, headers=kept, content=asked.body)
        named = {k: v for k, v in got.headers.items() if k in ("content-type", "etag", "last-modified", "location")}
        if asked.method == "HEAD":
            named["content-length"] = got.headers["content-length"]
        return Said(got.status_code, got.content, named)


@contextmanager
def served(portal: Portal) -> Iterator[None]:
    """Serve `portal` on a free port of this machine while this lasts."""

    class Handler(BaseHTTPRequestHandler):
        def ask(self) -> None:
            url = urlsplit(self.path)
            size = int(self.headers.get("content-length") or 0)
            fault = next((f for f in portal.faults if f.strikes(f"{self.command} {url.path}")), None)
            if fault and fault.how == "drop":  # nine tenths of what is sent, and no answer
                self.rfile.read(size * 9 // 10)
                self.close_connection = True
                self.connection.close()
                return
            asked = self.read(url.path, {k: v[-1] for k, v in parse_qs(url.query, keep_blank_values=True).items()}, self.rfile.read(size))
            portal.asked.append(asked)
            if fault and fault.how == "lost":  # done, and no answer
                portal.answer(asked)
                self.close_connection = True
                self.connection.close()
                return
            if fault and fault.how == "late":
                time.sleep(0.5)
                self.close_connection = True
                return
            said = fault.how if fault and isinstance(fault.how, Said) else portal.answer(asked)
            body = said.content if isinstance(said.content, bytes) else b"" if said.content is None else json.dumps(said.content).encode()
            self.send_response(said.status)
            for name, value in ({"content-type": "application/json", "content-length": str(len(body))} | said.headers).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def read(self, path: str, query: dict[str, str], body: bytes) -> Asked:
            kind = self.headers.get("content-type", "")
            form: dict[str, Any] = {}
            if "multipart" in kind:
                for part in body.split(b"--" + kind.partition("boundary=")[2].encode())[1:-1]:
                    head, _, content = part[2:-2].partition(b"\r\n\r\n")
                    name = re.search(rb'name="([^"]*)"', head)
                    assert name
                    form[name[1].decode()] = content if b"filename=" in head else content.decode()
            elif "urlencoded" in kind:
                form = {k: v[-1] for k, v in parse_qs(body.decode()).items()}
            headers = {k.lower(): v for k, v in self.headers.items()}
            return Asked(self.command, path, query, headers, json.loads(body) if "json" in kind and body and "/bucket/" not in path else None, form, body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = ask

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        portal.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def configured(project: Project, section: str, **settings: Any) -> Project:
    """The project with a section `[portals.<section>]` in its hub.toml, in the place of the one it has."""
    path = project.root / "hub.toml"
    base_url = settings.pop("base_url", "")
    text = re.sub('base_url = ".*"', f'base_url = "{base_url}"', path.read_text(encoding="utf-8").partition("\n[portals.")[0])
    lines = [f"{k} = {json.dumps(v)}" for k, v in settings.items()]
    path.write_text("\n".join([text, f"\n[portals.{section}]", *lines, ""]), encoding="utf-8")
    return Project.at(project.root)


def two_versions(project: Project) -> None:
    """Publish 2026.11.22, and 2026.11.23 in which an organisation has another name: four or five files differ."""
    fill_library(project)
    publish(project, DAY)
    seen = {"sources": 1, "first_document_id": "d" * 20, "first_locator": "char:0-9"}
    rows = [
        {"organisation_id": "org-00000000000000aa", "name": "Atelier tout autrement nommé", "is_hub": False, **seen},
        {"organisation_id": "org-00000000000000bb", "name": "Fabrique Imaginaire", "area_m2": 12.5, "is_hub": True, **seen},
    ]
    fill(project, table("organisations"), rows)
    publish(project, date(2026, 11, 23))


def snapshot_files(project: Project, version: str) -> dict[str, bytes]:
    """Bytes by path of a published version."""
    folder: Path = project.published / version
    return {p.name: p.read_bytes() for p in folder.iterdir()}
