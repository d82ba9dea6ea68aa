"""Which page stands where, and how one page leads to another.

An address is the path of a page in French below data/published; the same page in English stands at the same address below `en/`.
All links are relative: the site works in a sub-folder, and opened as files. What an organisation's page is
called is made of its id, so it stays: `id/org/<16 digits>.html`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

KINDS = {"org": "organisation", "per": "person", "pla": "place", "evt": "event"}
"""Beginning of an entity's id -> its kind, as the column subject_kind says it."""


def of_table(name: str) -> str:
    return f"tables/{name}.html"


def of_entity(entity_id: str) -> str:
    """Of an organisation, a person, a place or an event: `org-0123456789abcdef` -> `id/org/0123456789abcdef.html`."""
    kind, _, digits = entity_id.partition("-")
    return f"id/{kind}/{digits}.html"


def of_source(document_id: str, part: int = 1) -> str:
    """Of a document; what it says may go on, on further pages: `sources/0123456789abcdef-2.html`."""
    return f"sources/{document_id[:16]}{f'-{part}' if part > 1 else ''}.html"


def of_version(version: str) -> str:
    return f"changes/{version}.html"


@dataclass(frozen=True)
class Here:
    """Where a page stands: `page` is its address, `language` its language. What its links are made with."""

    page: str
    language: Language

    @property
    def path(self) -> str:
        """Its file below data/published."""
        return self.within(self.language)

    @cached_property
    def top(self) -> str:
        """The way up to data/published."""
        return "../" * self.path.count("/")

    def within(self, language: Language) -> str:
        """The file of the same page in `language`."""
        return self.page if language == "fr" else f"en/{self.page}"

    def to(self, page: str) -> str:
        """Link to another page (or a part of it, after #) in the same language."""
        return f"{self.top}{'' if self.language == 'fr' else 'en/'}{page}"

    def to_language(self, language: Language) -> str:
        """Link to this page in `language`."""
        return self.top + self.within(language)

    def to_file(self, path: str) -> str:
        """Link to a file below data/published, such as `2026.11.22/organisations.csv`."""
        return self.top + path
