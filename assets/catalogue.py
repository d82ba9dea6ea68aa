"""The site: the pages in data/published, after the snapshot they show."""

from __future__ import annotations

import base64

import dagster as dg

from assets.describe import both
from assets.resources import ProjectResource, plainly
from assets.sources import OWNERS
from km0_pipeline.catalogue.site import build


@dg.asset(
    deps=["snapshot"],
    description=both(
        "The site in data/published: pages on which people see, check and take the data. Only pages that changed are written.",
        "Le site dans data/published : des pages où l'on voit, vérifie et prend les données. Seules les pages qui changent sont écrites.",
    ),
    group_name="6_published",
    kinds={"html"},
    owners=OWNERS,
)
def catalogue(project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    here = project.project()
    with plainly():
        built = build(here)
    drawn = base64.b64encode(built.picture.encode()).decode()
    base = here.hub.publisher.base_url
    return dg.MaterializeResult(
        metadata={
            "address": dg.MetadataValue.url(base) if base else "make serve, then http://127.0.0.1:8000",
            **({"picture": dg.MetadataValue.md(f"![{here.hub.publisher.title}](data:image/svg+xml;base64,{drawn})")} if drawn else {}),
            "home": dg.MetadataValue.path(built.home.relative_to(here.root).as_posix()),
            "files": built.files,  # none where there are more things than limits.pages of hub.toml
            "unchanged": not (built.written or built.removed),
            "written": built.written,
            "removed": built.removed,
        }
    )
