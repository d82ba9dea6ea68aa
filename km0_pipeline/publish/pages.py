"""The templates of `templates/` filled in: texts in Markdown, pages in HTML."""

from __future__ import annotations

import re
from functools import cache
from typing import Any


def render(template: str, **said: Any) -> str:
    """The text of `template`, filled in; all that is put into a page of HTML is escaped, and into a cell of Markdown by its filters."""
    return str(_environment().get_template(template).render(said))


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("km0_pipeline.publish"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=lambda template: template is not None and template.endswith(".html.j2"),
    )  # fmt: skip
    environment.filters["cell"] = _cell
    environment.filters["code"] = _code
    environment.filters["grouped"] = lambda n, separator: f"{n:,}".replace(",", separator)
    return environment


def _cell(text: str) -> str:
    """A text as it may stand in one cell of a Markdown table: one line, no markup."""
    return re.sub(r"([\\|<`*\[\]])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """The same as code, in backticks."""
    return "`" + " ".join(text.split()).replace("|", "\\|").replace("`", "'") + "`"
