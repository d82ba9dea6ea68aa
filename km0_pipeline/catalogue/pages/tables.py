"""The tables: all of them, and a page each."""

from __future__ import annotations

from collections.abc import Iterator

from km0_pipeline.catalogue.addresses import of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.rendering import Page

SECTION = "tables.html"


def pages(edition: Edition) -> Iterator[Page]:
    yield Page(SECTION, "tables.html.j2", ("Les données", "The data"), {}, section=SECTION)
    for name, table in edition.tables.items():
        said = {"table": table}
        yield Page(
            of_table(name), "table.html.j2", (table["title"], table["km0:title_en"]), said,
            (table["description"], table["km0:description_en"]), section=SECTION,
        )  # fmt: skip
