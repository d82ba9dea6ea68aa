"""The home page: the hub at a glance."""

from __future__ import annotations

from collections.abc import Iterator

from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.rendering import Page


def pages(edition: Edition) -> Iterator[Page]:
    publisher = edition.hub.publisher
    title = (publisher.title, publisher.title_en or publisher.title)
    yield Page("index.html", "home.html.j2", title, {}, (publisher.description, publisher.description_en or publisher.description))
