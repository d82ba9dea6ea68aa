"""About: how the data are made, under which licence, whom to write to, how to be left out, how to cite them."""

from __future__ import annotations

from collections.abc import Iterator

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.rendering import Page

SECTION = "about.html"


def pages(edition: Edition) -> Iterator[Page]:
    counts = edition.rows("select (select count(*) from claims) as claims, (select count(*) from sources) as documents, (select count(*) from discrepancies) as disagreements")[0]
    about = (
        "D’où viennent ces données, comment elles sont faites, ce qu’on peut en faire, et comment ne plus y figurer.",
        "Where these data come from, how they are made, what may be done with them, and how to be left out.",
    )
    limit = edition.hub.limits.quotation
    yield Page(SECTION, "about.html.j2", ("À propos", "About"), {"counts": counts, "quotation": limit}, about, section=SECTION)
