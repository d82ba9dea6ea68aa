"""Tables, directories, search and versions as people use them: with the keyboard, on a phone, without script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which an error of a script fails the test."""
    page, wrong = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    page.close()
    assert not wrong


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page without script, as wide as a small phone."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    yield context.new_page()
    context.close()


def shown(page: Page, column: int) -> list[str]:
    return [row.locator("th, td").nth(column).inner_text() for row in page.locator("table.preview tbody tr:visible").all()]


def test_an_analyst_sorts_and_filters_a_preview_by_keyboard(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}tables/headcounts.html")
    heading = page.locator("table.preview thead th", has_text="Chiffre")
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    counts = [int("".join(c for c in text if c.isdigit())) for text in shown(page, 1)]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 5
    box = page.get_by_label("Filtrer ces lignes")
    box.fill("ETUDIANTS km")
    assert 0 < len(shown(page, 0)) < len(counts)
    assert page.locator(".tools output").inner_text() == f"{len(shown(page, 0))} lignes sur {len(counts)}"
    box.press("Escape")
    assert len(shown(page, 0)) == len(counts)


def test_a_journalist_follows_a_cell_to_the_words_behind_it(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}tables/headcounts.html")
    link = page.locator("table.preview td a.p").first
    link.focus()
    page.keyboard.press("Enter")
    proof = page.locator(".proof")
    proof.wait_for(state="visible")
    assert proof.locator("li.meant q").count() == 1
    page.keyboard.press("Escape")
    assert link.evaluate("e => e === document.activeElement")


def test_whoever_searches_from_home_finds_by_keyboard(page: Page, site_url: str) -> None:
    page.goto(site_url)
    page.locator("input[name=q]").fill("agglo MULH")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.locator(".hits a").first.wait_for()
    assert "Mulhouse Alsace Agglomération" in page.locator(".hits").inner_text()
    page.locator("input[name=q]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/id/org/*")
    page.goto(f"{site_url}en/search.html?q=zzzz")
    page.get_by_text("Nothing has this name.").wait_for()


def test_a_search_on_a_slow_network_says_that_it_goes_on(page: Page, site_url: str) -> None:
    held: list[Route] = []
    page.route("**/search/index.json", lambda route: held.append(route))
    page.goto(site_url + "search.html?q=epitech")
    page.get_by_text("Recherche…").wait_for()
    held[0].continue_()
    page.locator(".hits a", has_text="Epitech").first.wait_for()
    assert "Recherche…" not in page.locator(".told").inner_text()


def test_facets_work_without_script_and_all_is_there(plain: Page, site_url: str) -> None:
    plain.goto(f"{site_url}organisations.html")
    everyone = plain.locator(".entries li:visible").count()
    plain.get_by_label("Banque").check()
    assert {li.locator(".tag").inner_text() for li in plain.locator(".entries li:visible").all()} == {"banque"}
    assert everyone > plain.locator(".entries li:visible").count()
    plain.goto(f"{site_url}search.html")
    assert "Sans lui, ces listes mènent à tout." in plain.locator("noscript p").inner_text()
    plain.goto(f"{site_url}tables/funding.html")
    assert plain.locator("table.preview tbody tr").count() > 5
    assert plain.locator("[data-copy]:visible").count() == 0


def test_a_directory_is_filtered_by_name_and_says_how_many_are_left(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}en/organisations.html")
    page.get_by_label("Filter by name").fill("credit agr")
    left = page.locator(".entries li:visible")
    assert left.count() in (2, 3)
    assert page.locator(".directory output").inner_text().startswith(f"{left.count()} of ")
