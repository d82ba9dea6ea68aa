"""The one job: everything, from data/raw to the snapshot. What "Materialize all" does, under a name."""

from __future__ import annotations

import dagster as dg

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Refresh everything, from data/raw to data/published; what has not changed is not made again.\n\n"
    "Tout rafraîchir, de data/raw à data/published ; ce qui n'a pas changé n'est pas refait.",
    tags={"km0/kind": "refresh"},
)
