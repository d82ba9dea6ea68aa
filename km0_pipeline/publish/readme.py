"""README.md of a snapshot: what it is, its licence, its files and what each column means, in French and English."""

from __future__ import annotations

from pathlib import Path

from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.staged import Staged


def write(staged: Staged, path: Path) -> bool:
    """Write the Markdown text; the same for the same snapshot wherever it is made."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("km0_pipeline.publish"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # Markdown, not HTML
    )
    environment.filters["cell"] = _cell
    environment.filters["grouped"] = lambda n, separator: f"{n:,}".replace(",", separator)
    hub = staged.project.hub
    text = environment.get_template("README.md.j2").render(
        hub=hub.hub, publisher=hub.publisher, version=staged.version, day=staged.day,
        tables=[r.table for r in staged.releases], rows=staged.rows, formats=FORMATS,
        maps="places.geojson" in staged.written,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def _cell(text: str) -> str:
    """A text as it may stand in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
