"""The code location: every asset, check, job, schedule, sensor and resource."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
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
from assets.sources import sources
from assets.steps import steps
from assets.tables import tables
from km0_pipeline.hub import Hub
from km0_pipeline.tables.limits import check_names

ROOT = Path(__file__).resolve().parent.parent


def definitions(root: Path = ROOT, date: str = "", accept_loss: Sequence[str] = (), past: bool = False, **overrides: Any) -> dg.Definitions:
    """Fresh definitions for the project in `root`; `overrides` replace arguments of `dagster.Definitions`.

    `date` is the day of the snapshot, for those who must say it (else the day of the run); `accept_loss` names sources and
    tables whose loss is meant; `past`: its past is being rebuilt, which no portal is told of.
    Raises hub.HubError, with a sentence for each mistake, if hub.toml can't be used.
    """
    hub = Hub.load(root / "hub.toml")
    check_names(hub)
    policy = _daily(hub)
    made = [*steps(hub), *tables(), database, snapshot, catalogue, *(() if past else portals(hub))]
    parts: dict[str, Any] = {
        "assets": [*sources(hub), *(a.map_asset_specs(lambda spec: spec.replace_attributes(freshness_policy=policy)) for a in made)],
        "jobs": [refresh],
        "schedules": schedules(hub),
        "sensors": sensors(root, hub),
        "resources": {"project": ProjectResource(root=str(root), date=date, accept_loss=list(accept_loss), past=past)},
        "executor": dg.in_process_executor,  # a process a step costs seconds each; steps work in parallel inside
    }
    return dg.Definitions(**parts | overrides)


def _daily(hub: Hub) -> dg.FreshnessPolicy:
    """What a refresh makes is to have been made by the daily one, two hours after it was to begin at the latest."""
    at = hub.schedule.daily
    return dg.FreshnessPolicy.cron(f"{at.minute} {(at.hour + 2) % 24} * * *", timedelta(hours=3), hub.hub.timezone)


@dg.definitions
def defs() -> dg.Definitions:
    """The hub in the folder that KM0_HUB names, else the one of this checkout: what `make ui` loads."""
    return definitions(Path(os.environ.get("KM0_HUB", ROOT)))
