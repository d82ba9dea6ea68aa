"""What is known of a kept file beside what it says itself: where a fetched page came from, and what its feed says of it.

A sidecar is a hidden file of JSON beside the file: `.page.html.json` for `page.html`. It is written
once; a person may mend it, or write one for a file of their own. Belongs here: its shape and place.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from km0_pipeline.press.document import Document, Unreadable
from km0_pipeline.press.metadata import date_said
from km0_pipeline.storage import write_json


class Sidecar(BaseModel):
    """What one fetched page was; '' where unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    """Where it was found, after redirects."""
    title: str = ""
    published: str = ""
    """Its date, as the feed writes it."""
    publisher: str = ""
    licence: str = ""
    feed: str = ""
    """Address of the feed that lists it."""
    item: str = ""
    """Id of its item in the feed."""
    updated: str = ""
    """When the item was last changed, as the feed says: ISO 8601 in UTC."""
    fetched_at: str = ""
    """ISO 8601 in UTC."""
    content_type: str = ""
    """As the server declares it."""
    sha256: str = ""
    """Of its bytes as they came."""
    same_as: str = ""
    """File beside this one that holds the same bytes, where they were kept before; there is then no other file."""

    def document(self, zone: ZoneInfo) -> Document:
        """What stands in for what the file does not say itself."""
        return Document(
            "",
            title=self.title,
            publisher=self.publisher,
            url=self.url,
            published_on=date_said(self.published, zone),
            licence=self.licence,
            item=f"{self.feed} {self.item}" if self.item else "",
            updated=self.updated,
        )


def beside(file: Path) -> Path:
    """Where the sidecar of `file` lies, if it has one."""
    return file.with_name(f".{file.name}.json")


def read(path: Path) -> Sidecar | None:
    """The sidecar at `path`, None if there is none there; raises Unreadable."""
    try:
        return Sidecar.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        sentence = f"has a note beside it, {path.name}, that can't be read; mend it, or delete it."
        raise Unreadable("bad_sidecar", sentence) from None


def write(path: Path, sidecar: Sidecar) -> None:
    """Write `sidecar` at `path`, by rename."""
    write_json(path, sidecar.model_dump(exclude_defaults=True))
