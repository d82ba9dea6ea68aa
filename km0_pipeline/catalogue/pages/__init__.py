"""What each page is filled in with: one module a kind of page, each with `pages(edition)`.

To add a kind: a module here, a template beside the others, a line in `KINDS`; what its pages read beside, in `FILES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages import changes, directories, home, records, search, tables
from km0_pipeline.catalogue.rendering import Page

KINDS: tuple[Callable[[Edition], Iterator[Page]], ...] = (
    home.pages,
    tables.pages,
    directories.pages,
    search.pages,
    changes.pages,
    records.pages,
)


FILES: tuple[Callable[[Edition], Iterator[tuple[str, bytes]]], ...] = (search.files,)
"""What gives the files that pages read beside those that are published: paths below data/published, and contents."""


def pages(edition: Edition) -> Iterator[Page]:
    """Every page of the site, each once."""
    for kind in KINDS:
        yield from kind(edition)


def files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Every file that pages read, each once."""
    for kind in FILES:
        yield from kind(edition)
