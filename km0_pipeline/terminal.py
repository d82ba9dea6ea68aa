"""What the commands of `km0` share: the project in a folder, with what its buckets hold, and lines as wide as the terminal.

Belongs here: only that; a command of its own belongs to `cli`.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from km0_pipeline.steps import Project

PLACES = {
    "page": "page",
    "char": "characters",
    "sheet": "sheet",
    "cell": "cell",
    "row": "row",
    "column": "column",
    "key": "key",
    "line": "line",
}
"""Parts of a locator, in words."""


def project_in(root: Path) -> Project:
    """The project in `root`; what is wrong with its hub.toml is said, and the command ends."""
    from km0_pipeline.hub import HubError
    from km0_pipeline.steps import Project

    try:
        return Project.at(root)
    except HubError as e:
        raise click.ClickException(str(e)) from None


def fetched(root: Path, every_version: bool = False) -> Project:
    """`project_in`, with what its buckets hold: the last version, or every one. A run that is at work here keeps that up to date itself."""
    from km0_pipeline.storage import sole_use

    project = project_in(root)
    if project.hub.storage.warehouse or project.hub.storage.published:
        with plainly(), suppress(BlockingIOError), sole_use(project.root, wait=False):
            project.fetch(every_version)
    return project


@contextmanager
def plainly() -> Iterator[None]:
    """What a bucket refuses is said, and the command ends."""
    from km0_pipeline.service_settings import SecretError
    from km0_pipeline.storage import StorageError

    try:
        yield
    except (StorageError, SecretError) as e:
        raise click.ClickException(str(e)) from None


def width_of_terminal() -> int:
    """Characters of a line, at most 120."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def place(locator: str) -> str:
    """A locator in words: `sheet Locataires, cell F12`, `page 2, characters 1024-1090`."""
    parts = [part.partition(":") for part in re.split("/(?=char:|row:|cell:|column:)", locator)]
    return ", ".join(f"{PLACES.get(name, name)} {value}" for name, _, value in parts)


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """`text` in lines of `width`, each behind `indent`."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
