"""Snapshots of old without those who asked to be left out: the one case in which what was published changes (STANDARDS R7).

Every version in which somebody of the opt-out list stands is written again, as today's hub.toml introduces it, as `<version>+r1` (then `+r2`), with what is in it
alone: its tables and the schemas of its datapackage.json. index.json then names the new one in the place of the old, and says how many
rows and cells were withdrawn and when, nobody's name; the old folder goes last. Killed in between, the next run of anything that publishes
ends it (`snapshot`). Belongs here: that loop. Who goes, and what with them: `privacy.suppression`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from km0_pipeline.publish import datapackage, national
from km0_pipeline.publish.privacy import PublicationStopped, Release, optout
from km0_pipeline.publish.privacy.masking import mask_names
from km0_pipeline.publish.privacy.private import naming_opted_out, opted_out, refuse_opted_out
from km0_pipeline.publish.privacy.scanner import texts_of
from km0_pipeline.publish.privacy.suppression import suppress, suppression_of
from km0_pipeline.publish.snapshot import STAGING, alone, replace_version, settle, write_snapshot
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Table, from_schema
from km0_pipeline.versions import rebuilt


@dataclass(frozen=True)
class Rebuilt:
    """A version written again: what it was and is called, and how much was withdrawn of it."""

    version: str
    now: str
    rows: int
    cells: int


def rebuild(project: Project) -> list[Rebuilt]:
    """Write again each published version in which somebody of the opt-out list stands, oldest first.

    Raises OptOutError where the list can't be used, PublicationStopped where a version can't be read or written; those before it stay done.
    """
    listed = optout.read(project.raw)
    if not listed:
        return []
    key = optout.key(project.raw)
    with alone(project.published):
        settle(project, every_version=True)
        return [done for v in project.index()["versions"] if (done := _again(project, project.published / v["version"], listed, key))]


def _again(project: Project, folder: Path, listed: list[optout.Entry], key: bytes) -> Rebuilt | None:
    whom, package = suppression_of(folder, listed, key), _package(folder)
    scratch, version = project.warehouse / "leaving" / folder.name, rebuilt(folder.name)
    shutil.rmtree(scratch, ignore_errors=True)
    releases = releases_of(folder, package)
    leaving = suppress(project, releases, whom.ids, scratch)
    leaving = mask_names(project, leaving, opted_out(project, leaving), scratch, "R7")
    if leaving == releases and not naming_opted_out(project, _own_texts(folder), releases):
        return None
    refuse_opted_out(project, leaving)
    rows, cells = sum(r.withheld.get("R7", 0) for r in leaving), sum(sum(r.masked.get("R7", {}).values()) for r in leaving)
    withdrawn = {"rows": rows, "cells": cells, "on": max(e.on for e in listed)}
    staging = project.published / f"{STAGING}{version}"
    try:
        before = _before(project, folder.name)
        day = date.fromisoformat(package["created"][:10])
        staged = write_snapshot(project, staging, version, day, leaving, before, package["km0:checks"], withdrawn, folder)
        if wrong := verify(staging, {path: sha256 for path, (_, sha256) in staged.written.items()}):
            raise PublicationStopped(f"{folder.name} could not be written again; it stays as it was.", *wrong)
        replace_version(project, folder.name, staging, version)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(scratch, ignore_errors=True)
    return Rebuilt(folder.name, version, rows, cells)


def _package(folder: Path) -> dict[str, Any]:
    try:
        return datapackage.read(folder)
    except (OSError, ValueError) as e:
        raise PublicationStopped(
            f"data/published/{folder.name}/{datapackage.NAME} can't be read ({e}); put the version back from a copy, and say it again."
        ) from None


def releases_of(folder: Path, package: dict[str, Any]) -> list[Release]:
    """The tables of a snapshot as they left then."""
    found = []
    for resource in package["resources"]:
        if resource.get("km0:table") and resource["format"] == "parquet":
            text = {"fr": resource["title"], "en": resource["km0:title_en"]}
            long = {"fr": resource["description"], "en": resource["km0:description_en"]}
            table: Table = from_schema(resource["km0:table"], text, long, resource["schema"])
            found.append(Release(table, folder / resource["path"], resource["schema"]))
    return found


def _own_texts(folder: Path) -> list[tuple[str, str]]:
    """What a snapshot says that its tables don't: what hub.toml said then, wherever it stands."""
    files = ("README.md", datapackage.NAME, f"{national.SITE}.csv")
    return [(text.file, text.text) for name in files if (folder / name).exists() for text in texts_of(name, (folder / name).read_bytes())]


def _before(project: Project, version: str) -> Path | None:
    """Folder of the version before, as it is now."""
    names = [v["version"] for v in project.index()["versions"]]
    at = names.index(version)
    return project.published / names[at - 1] if at else None
