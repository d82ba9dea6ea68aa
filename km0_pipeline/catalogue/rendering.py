"""A page filled in, in one language: `templates/`, and what all of them may use.

In a template: `t("texte français", "English text")`, `lang`, `here` (links: `here.to("tables.html")`), `asset("site.css")`,
`file("organisations.csv")` (of this version), `period(start, end)` (two dates), `hub`, `edition`; filters `number`, `size`, `date`, `code`, `others` (`12 autres`), `typographic`, `json`,
`first_sentence`, `lower_first`, and those of `terms`: `said` (a claim's value), `anchor`, `called` (a property), `confidence`, `counted`, `place`, `precisely`.
All that is put in is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from km0_pipeline.catalogue import terms, words
from km0_pipeline.catalogue.addresses import LANGUAGES, Here, Language
from km0_pipeline.catalogue.edition import Edition

SECURITY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
)
"""Content-Security-Policy of every page: nothing from elsewhere, no script or style within a page."""


@dataclass(frozen=True)
class Page:
    """A page at an `address` (see `addresses`): its template is filled in with `said`, the same for both languages.

    `title` and `description` are in French and English; `section` is the address of the entry of the menu that it belongs to;
    `scripts` are modules of static/js that it needs beside `site.js`, `sheets` style sheets of static/css beside `site.css`.
    """

    address: str
    template: str
    title: tuple[str, str]
    said: Mapping[str, Any]
    description: tuple[str, str] = ("", "")
    section: str = ""
    scripts: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ("tables.css", "directories.css", "records.css", "sql.css")
    own: Mapping[str, Any] = field(default_factory=dict)
    """What `base.html.j2` is told beside: `indexed` False keeps search engines away; `dated` False leaves the version out,
    so that the pages of many things change only where what they say does."""


def render(edition: Edition, assets: str, page: Page, language: Language) -> str:
    """The page in `language`; `assets` is the folder of what it is drawn with, below data/published."""
    here = Here(page.address, language)
    base = edition.hub.publisher.base_url

    def t(french: str, english: str) -> str:
        return words.typographic(french) if language == "fr" else english

    return str(
        _environment(language).get_template(page.template).render(
            page.said, t=t, lang=language, here=here, page=page, hub=edition.hub, edition=edition, security=SECURITY,
            title=t(*page.title), description=t(*page.description), languages=LANGUAGES, indexed=page.own.get("indexed", True), dated=page.own.get("dated", True),
            asset=lambda path: here.to_file(f"{assets}/{path}"), file=lambda path: here.to_file(f"{edition.version}/{path}"),
            canonical=f"{base}{here.path}" if base else "", alternates={other: base + here.within(other) for other in LANGUAGES} if base else {},
        )
    )  # fmt: skip


@cache
def _environment(language: Language) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("km0_pipeline.catalogue"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, auto_reload=False,
    )
    for name in ("number", "size", "date", "code", "others"):
        environment.filters[name] = partial(getattr(words, name), language=language)
    environment.globals["period"] = partial(words.period, language=language)
    environment.filters["anchor"] = terms.anchor
    environment.filters["said"] = partial(terms.value, language=language)
    for name in ("called", "confidence", "counted", "place", "precisely"):
        environment.filters[name] = partial(getattr(terms, name), language=language)
    environment.filters |= {"first_sentence": words.first_sentence, "lower_first": words.lower_first}
    environment.filters["typographic"] = words.typographic if language == "fr" else str
    environment.filters["json"] = lambda value: Markup(json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"))
    return environment
