"""A new hub: the folder that `km0 init` leaves, in which a first refresh already publishes something.

    hub.toml                         who the hub is, from five answers; the rest as most hubs have it
    data/raw/press, registries, decisions    empty but for a README each, and an example of each source, to be deleted

Belongs here: what is written and the templates of it. The examples are plainly fictional.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from km0_pipeline.hub import Hub
from km0_pipeline.storage import write_aside

EXAMPLES = ("data/raw/press/exemple.md", "data/raw/registries/locataires-exemple.csv")
"""To be deleted once the hub has sources of its own."""
FILES = ("hub.toml", "data/raw/README.md", "data/raw/press/README.md", "data/raw/registries/README.md", "data/raw/decisions/README.md", *EXAMPLES)


class CannotStart(RuntimeError):
    """The folder can't become a hub; the message says why and what to do."""


@dataclass(frozen=True)
class Answers:
    """What is asked of whoever starts a hub; `website` may be empty."""

    name: str
    commune: str
    commune_name: str
    contact: str
    website: str = ""


def start(folder: Path, answers: Answers) -> Hub:
    """Write `FILES` into `folder`, which may exist but not hold any of them, and return its hub.

    Raises CannotStart if one is there already, hub.HubError if an answer is no use; nothing is then left behind.
    """
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        raise CannotStart(f"{folder / there[0]} is there already: choose another folder, or move it away; nothing was written.")
    texts = {name: _text(name, answers) for name in FILES}
    try:
        with write_aside(folder / "hub.toml") as aside:
            aside.write_text(texts.pop("hub.toml"), encoding="utf-8")
            hub = Hub.load(aside)
    except OSError as e:
        raise CannotStart(f"{folder} can't be written to ({e.strerror}).") from None
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return hub


def package_name(name: str) -> str:
    """What the files of a hub of that name are called: `La Filature d'en Bas` -> `la-filature-d-en-bas`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "hub"


def _text(name: str, answers: Answers) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("km0_pipeline.starting"), undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["toml"] = lambda text: json.dumps(text, ensure_ascii=False)
    template = name.removeprefix("data/raw/").replace("/", "_") + ".j2"
    return environment.get_template(template).render(hub=answers, package=package_name(answers.name))

