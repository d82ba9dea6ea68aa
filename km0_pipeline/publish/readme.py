"""README.md of a snapshot: what it is, its licence, its files and what each column means, in French and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from km0_pipeline.hub import Hub
from km0_pipeline.publish.formats import FORMATS
from km0_pipeline.publish.privacy import Release


def readme(hub: Hub, version: str, day: date, releases: Iterable[Release], rows: Mapping[str, int]) -> str:
    """The Markdown text; the same for the same arguments wherever it is made."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("km0_pipeline.publish"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # Markdown, not HTML
    )
    environment.filters["cell"] = _cell
    environment.filters["grouped"] = lambda n, separator: f"{n:,}".replace(",", separator)
    return environment.get_template("README.md.j2").render(
        hub=hub.hub, publisher=hub.publisher, version=version, day=day, tables=[r.table for r in releases], rows=rows, formats=FORMATS
    )


def _cell(text: str) -> str:
    """A text as it may stand in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
