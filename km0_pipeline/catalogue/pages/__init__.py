"""What each page is filled in with: one module a kind of page, each with `pages(edition)`.

To add a kind: a module here, a template beside the others, a line in `KINDS`; or in `MANY`, where there is a page for each of many
things. What its pages read beside stands in `FILES`. Three modules are parts of a table's page: `preview`, `charts` and `snippets`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.pages import (
    about,
    changes,
    directories,
    home,
    quality,
    records,
    search,
    sources,
    sql,
    tables,
)
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.catalogue.streams import Share

KINDS: tuple[Callable[[Edition], Iterator[Page]], ...] = (
    home.pages,
    tables.pages,
    sql.pages,
    directories.pages,
    search.pages,
    changes.pages,
    quality.pages,
    about.pages,
)
MANY: tuple[Callable[[Edition, Share], Iterator[Page]], ...] = (
    records.pages,
    sources.pages,
)
"""Kinds whose pages several processes share among them."""
FILES: tuple[Callable[[Edition], Iterator[tuple[str, bytes]]], ...] = (search.files,)
"""What gives the files that pages read beside those that are published: paths below data/published, and contents."""


def pages(edition: Edition, share: Share) -> Iterator[Page]:
    """Every page of the site that is of this share; all shares together are each page once."""
    if share.first == 0:
        for kind in KINDS:
            yield from kind(edition)
    for many in MANY:
        yield from many(edition, share)


def files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Every file that pages read, each once."""
    for kind in FILES:
        yield from kind(edition)
