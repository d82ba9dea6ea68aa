"""A project that pushes to a portal of `portal_world`, and what people then see there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from portal_world import KEY, ORGANISATION, Bucket, CkanWorld, Portal, Udata, configured, served, snapshot_files

from km0_pipeline.portals import push
from km0_pipeline.portals.outcome import PortalError
from km0_pipeline.steps import Project

FIRST, SECOND = "2026.11.22", "2026.11.23"
VARIABLES = {"datagouv": "DATAGOUV_API_KEY", "ckan": "CKAN_API_TOKEN", "s3": "AWS_SECRET_ACCESS_KEY"}
WORLDS: dict[str, type[Portal]] = {"datagouv": Udata, "ckan": CkanWorld, "s3": Bucket}
DATASETS = ("datagouv", "ckan")


class Pushed:
    """A portal, and a project that pushes to it."""

    def __init__(self, name: str, project: Project) -> None:
        self.name, self.portal, self.project = name, WORLDS[name](), project
        self.said: list[str] = []

    def set(self, **settings: Any) -> None:
        quick = {"pause_seconds": 0.01, "max_seconds": 30}
        where = {"bucket": "bucket", "endpoint": self.portal.url} if self.name == "s3" else {"url": self.portal.url, "organisation": ORGANISATION}
        self.project = configured(self.project, self.name, **(quick | where | settings))

    def push(self, version: str = "", **options: Any) -> Any:
        self.portal.asked.clear()
        return push(self.project, self.name, version, say=self.said.append, **options)

    def refused(self, version: str = "", **options: Any) -> PortalError:
        with pytest.raises(PortalError) as e:
            self.push(version, **options)
        return e.value

    @property
    def dataset(self) -> dict[str, Any]:
        (found,) = self.portal.datasets.values()
        return found

    def hidden(self) -> bool:
        return bool(self.dataset["private"] or self.dataset.get("state") == "draft")

    def ids(self) -> dict[str, str]:
        """Ids of resources by path."""
        marked = ((r.get("extras", {}).get("km0:path") or r.get("km0_path"), r["id"]) for r in self.dataset["resources"])
        return {path: id for path, id in marked if path}

    def shown(self) -> dict[str, bytes]:
        """What people can download, by path."""
        if self.name == "s3":
            return self.portal.files
        paths = {id: path for path, id in self.ids().items()}
        return {paths[r["id"]]: self.portal.files[r["url"].removeprefix(self.portal.url)] for r in self.dataset["resources"] if r["id"] in paths}

    def takes(self, path: str) -> bool:
        """Whether the portal takes files of that suffix; Markdown and what has none goes to udata as text."""
        return self.name != "datagouv" or path.rpartition(".")[2] in (*self.portal.extensions, "md", path)

    def shows(self, version: str) -> bool:
        """Whether people see that version: the files that the portal takes, all of them and no other."""
        wanted = snapshot_files(self.project, version)
        if self.name == "s3":
            return {k.removeprefix(f"{version}/"): v for k, v in self.portal.files.items() if k.startswith(f"{version}/")} == wanted
        if self.name == "datagouv":
            wanted = {k: v for k, v in wanted.items() if self.takes(k)}
        return self.shown() == wanted


@contextmanager
def at(name: str, published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pushed]:
    """The project, configured for a portal of that kind, with its key in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id-of-the-key")
    monkeypatch.setenv(VARIABLES[name], KEY)
    pushed = Pushed(name, published)
    with served(pushed.portal):
        pushed.set()
        yield pushed
