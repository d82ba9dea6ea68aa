"""README.md of a snapshot: what it is, its licence, how to read it, and its files, in French and English."""

from __future__ import annotations

from pathlib import Path

from km0_pipeline.publish import national
from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.pages import render
from km0_pipeline.publish.staged import Staged


def write(staged: Staged, path: Path) -> bool:
    """Write the Markdown text; the same for the same snapshot wherever it is made."""
    hub = staged.project.hub
    text = render(
        "README.md.j2", hub=hub.hub, publisher=hub.publisher, version=staged.version, day=staged.day,
        tables=[r.table for r in staged.releases], rows=staged.rows, formats=FORMATS,
        maps="places.geojson" in staged.written,
        national={f"{name}.csv": said for name, said in national.RESOURCES.items() if f"{name}.csv" in staged.written},
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")
    return True
