"""From a figure to the words behind it, in a browser: with a mouse, with a keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from km0_pipeline.catalogue.addresses import of_entity, of_source

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


@pytest.fixture(scope="module")
def hub(published: Path) -> str:
    """Address of the record of the hub, which sources disagree about."""
    row = duckdb.execute("select organisation_id from read_parquet($1) where is_hub", [str(published / "latest" / "organisations.parquet")]).fetchall()[0]
    assert row is not None
    return of_entity(row[0])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


def test_a_figure_shows_who_said_it_and_the_keyboard_comes_back(page: Page, site_url: str, hub: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(site_url + hub)
    value = page.locator(".traits a.p[href='#headcount']")
    value.focus()
    page.keyboard.press("Enter")
    proof = page.get_by_role("dialog")
    proof.wait_for()
    assert "Dit autrement" in proof.inner_text()
    page.keyboard.press("Escape")
    proof.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#headcount"
    assert errors == []


def test_from_a_record_to_the_words_in_their_document(page: Page, site_url: str, hub: str) -> None:
    page.goto(site_url + hub)
    first = page.locator("#headcount .side.chosen .words > li").first
    words = first.locator("q").inner_text()
    first.locator(".by a").click()
    page.wait_for_url(re.compile(r"/sources/[0-9a-f]{16}\.html#c-[0-9a-f]{20}$"))
    claim = page.url.rpartition("#")[2]
    assert words in page.locator(f".passage:has(#{claim}) q").first.inner_text()


def test_what_another_page_says_is_fetched_into_the_popover(page: Page, site_url: str, published: Path) -> None:
    row = duckdb.execute("select document_id from read_parquet($1) where property = 'opened_on' order by claim_id", [str(published / "latest" / "claims.parquet")]).fetchall()[0]
    assert row is not None
    page.goto(site_url + of_source(row[0]))
    page.locator(".said a.p[href$='#opened_on']").first.click()
    proof = page.get_by_role("dialog")
    proof.wait_for()
    assert "Ouverture" in proof.inner_text()
    proof.get_by_role("button", name="Fermer").click()
    proof.wait_for(state="hidden")


def test_a_cell_of_a_table_shows_its_claim_among_all_that_is_said_of_it(page: Page, site_url: str, hub: str) -> None:
    page.goto(site_url + "tables/headcounts.html")
    cell = page.locator(f"table.preview a.p[href*='{hub.rpartition('/')[2]}#c-']").first
    claim = (cell.get_attribute("href") or "").rpartition("#")[2]
    cell.click()
    proof = page.get_by_role("dialog")
    proof.wait_for()
    assert "Dit autrement" in proof.inner_text()
    marked = proof.locator("li.meant")
    assert marked.count() == 1 and marked.is_visible()
    proof.get_by_role("link", name="Tout voir").click()
    page.wait_for_url(f"**/{hub}#{claim}")


def test_on_a_slow_network_it_says_that_it_waits_and_can_be_left(page: Page, site_url: str, hub: str) -> None:
    held: list[Route] = []
    page.goto(site_url + "tables/headcounts.html")
    page.route(f"**/{hub}", lambda route: held.append(route))
    page.locator("table.preview a.p[href*='#c-']").first.click()
    proof = page.get_by_role("dialog")
    proof.get_by_text("Chargement…").wait_for()
    page.keyboard.press("Escape")
    proof.wait_for(state="hidden")
    with page.expect_response(f"**/{hub}"):
        held[0].continue_()
    page.wait_for_timeout(200)
    assert proof.is_hidden(), "who has left it is not called back"


def test_without_scripts_a_figure_leads_to_its_sources(browser: Browser, site_url: str, hub: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site_url + hub)
    page.locator(".traits a.p[href='#headcount']").click()
    assert page.url.endswith("#headcount")
    assert page.locator("#headcount .side.chosen").first.is_visible()
    context.close()


def test_headcounts_are_drawn_on_one_scale_however_long_their_figures_are(page: Page, site_url: str, hub: str) -> None:
    page.goto(site_url + hub)
    widths = page.eval_on_selector_all(".counts", "lists => lists.map(l => [...new Set([...l.querySelectorAll('svg')].map(s => s.getBoundingClientRect().width))])")
    assert [len(w) for w in widths] == [1] * len(widths)
    assert widths
