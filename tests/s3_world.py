"""A real S3 server on this machine, moto's, in a process of its own; and machines that share a bucket on it."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from portal_world import Through

from km0_pipeline.steps import Project
from tests.conftest import ROOT, hub_toml, lacking

KEY_ID, KEY = "id-that-must-not-be-seen", "k3y-that-must-not-be-seen-anywhere"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of moto's server with a bucket `hub`, until this ends."""
    made = ROOT / ".portals" / "moto" / "bin" / "moto_server"
    if importlib.util.find_spec("moto") is not None:
        command = [sys.executable, "-m", "moto.server"]
    elif made.exists():
        command = [str(made)]
    else:
        lacking("moto is absent: it is in the group dev of pyproject.toml (`make test` installs it), or `make portals` makes it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    try:
        for _ in range(600):
            time.sleep(0.1)
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]
            try:
                httpx.put(f"http://127.0.0.1:{port}/hub", trust_env=False).raise_for_status()
                break
            except httpx.TransportError:
                continue
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


class Store:
    """A folder of the bucket `hub`, as its readers see it, and the way to it, on which things go wrong on demand."""

    def __init__(self, way: Through, prefix: str) -> None:
        self.way, self.prefix = way, prefix

    def settings(self, **more: Any) -> dict[str, Any]:
        return {"endpoint": self.way.url, "attempts": 1, "pause_seconds": 0.01, "max_seconds": 60} | more

    def machine(self, root: Path, warehouse: bool = False, published: bool = True, **more: Any) -> Project:
        """A project of its own in `root`, whose data lie in this store."""
        root.mkdir(exist_ok=True)
        hub_toml(root)
        where = {"warehouse": f"s3://hub/{self.prefix}/warehouse"} if warehouse else {}
        where |= {"published": f"s3://hub/{self.prefix}/published"} if published else {}
        lines = [f"{k} = {json.dumps(v)}" for k, v in (where | self.settings(**more)).items()]
        with (root / "hub.toml").open("a", encoding="utf-8") as f:
            f.write("\n".join(["\n[storage]", *lines, ""]))
        return Project.at(root)

    def held(self, folder: str = "published") -> dict[str, bytes]:
        """Every object by path, straight from the server; none hidden."""
        import obstore

        store = self._straight(folder)
        return {m["path"]: bytes(obstore.get(store, m["path"]).bytes()) for batch in obstore.list(store) for m in batch if not m["path"].startswith(".")}

    def put(self, path: str, content: bytes, folder: str = "published") -> None:
        """What another writer, or a fault of the store, puts there."""
        import obstore

        obstore.put(self._straight(folder), path, content)

    def reset(self, held: dict[str, bytes]) -> None:
        """Let the bucket hold what `held` gave."""
        import obstore

        store, now = self._straight("published"), self.held()
        for path in now.keys() - held.keys():
            obstore.delete(store, path)
        for path in (p for p in held if now.get(p) != held[p]):
            obstore.put(store, path, held[path])

    def _straight(self, folder: str) -> Any:
        from obstore.store import S3Store

        options: Any = {"client_options": {"allow_http": True}, "region": "us-east-1", "access_key_id": "a", "secret_access_key": "b"}
        return S3Store("hub", prefix=f"{self.prefix}/{folder}", endpoint=self.way.real, **options)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file by path; of `latest` the name it points to, as the bucket has it; nothing hidden."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] != "latest"}
    latest = {"latest": f"{(folder / 'latest').readlink()}\n".encode()} if (folder / "latest").is_symlink() else {}
    return {path: content for path, content in files.items() if not path.startswith(".")} | latest
