"""When the data refresh themselves without anyone asking: once a day, at the hub's own time."""

from __future__ import annotations

import dagster as dg

from assets.jobs import refresh
from km0_pipeline.hub import Hub


def schedules(hub: Hub) -> list[dg.ScheduleDefinition]:
    """The daily refresh, at `[schedule] daily` of hub.toml, in the hub's time zone; on from the start."""
    at = hub.schedule.daily
    return [
        dg.ScheduleDefinition(
            name="daily_refresh",
            job=refresh,
            cron_schedule=f"{at.minute} {at.hour} * * *",
            execution_timezone=hub.hub.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=f"Refresh every day at {at:%H:%M} ({hub.hub.timezone}).\n\n"
            f"Rafraîchir chaque jour à {at:%H:%M} ({hub.hub.timezone}).",
        )
    ]
