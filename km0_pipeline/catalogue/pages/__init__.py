"""What each page is filled in with: one module a kind of page, each with `pages(edition)`.

To add a kind: a module here, a template beside the others, a line in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages import home, records, tables
from km0_pipeline.catalogue.rendering import Page

KINDS: tuple[Callable[[Edition], Iterator[Page]], ...] = (
    home.pages,
    tables.pages,
    records.pages,
)


def pages(edition: Edition) -> Iterator[Page]:
    """Every page of the site, each once."""
    for kind in KINDS:
        yield from kind(edition)
