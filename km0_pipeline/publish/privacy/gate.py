"""The way out: tables as the warehouse has them go in, what may leave comes out.

The allow-list first (R1, R2), then sole traders who were not asked (R5), private names in texts (R6), then whoever is left out (R7), so that nothing said before of them
remains. Belongs here: that order alone. What the rules promise of the result is asked in `rules`, of what was written in `scanner`.
"""

from __future__ import annotations

from collections.abc import Iterable

from km0_pipeline.publish.privacy.masking import mask_names
from km0_pipeline.publish.privacy.private import private_names
from km0_pipeline.publish.privacy.release import PublicationStopped, Release, releases
from km0_pipeline.publish.privacy.rules import personal_mailbox
from km0_pipeline.publish.privacy.suppression import sole_traders, suppress, suppression
from km0_pipeline.steps import Project
from km0_pipeline.tables.table import Table


def leave(project: Project, tables: Iterable[Table]) -> list[Release]:
    """What of `tables` may leave, by group and name; what had to be changed lies in `data/warehouse/leaving`. Raises PublicationStopped."""
    if personal := personal_mailbox(project.hub):
        raise PublicationStopped(*personal)
    allowed, folder = releases(project, tables), project.warehouse / "leaving"
    asked = suppress(project, allowed, sole_traders(project, allowed), folder, "R5")
    masked = mask_names(project, asked, private_names(project, asked), folder)
    return suppress(project, masked, suppression(project).ids, folder)
