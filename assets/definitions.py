"""The code location: every asset, check, job, schedule, sensor and resource."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from assets.catalogue import catalogue
from assets.jobs import refresh
from assets.portals import portals
from assets.resources import ProjectResource
from assets.schedules import schedules
from assets.sensors import sensors
from assets.snapshot import database, snapshot
from assets.steps import sources, steps
from assets.tables import tables
from km0_pipeline.hub import Hub
from km0_pipeline.tables.limits import check_names

ROOT = Path(__file__).resolve().parent.parent


def definitions(root: Path = ROOT, date: str = "", accept_loss: Sequence[str] = (), **overrides: Any) -> dg.Definitions:
    """Fresh definitions for the project in `root`; `overrides` replace arguments of `dagster.Definitions`.

    `date` is the day of the snapshot, for those who must say it (else the day of the run); `accept_loss` names sources and
    tables whose loss is meant.
    Raises hub.HubError, with a sentence for each mistake, if hub.toml can't be used.
    """
    hub = Hub.load(root / "hub.toml")
    check_names(hub)
    parts: dict[str, Any] = {
        "assets": [*sources(), *steps(), *tables(), database, snapshot, catalogue, *portals(hub)],
        "jobs": [refresh],
        "schedules": schedules(hub),
        "sensors": sensors(root, hub),
        "resources": {"project": ProjectResource(root=str(root), date=date, accept_loss=list(accept_loss))},
        "executor": dg.in_process_executor,  # a process a step costs seconds each; steps work in parallel inside
    }
    return dg.Definitions(**parts | overrides)


@dg.definitions
def defs() -> dg.Definitions:
    """The project of this checkout: what `dagster dev` loads."""
    return definitions()
