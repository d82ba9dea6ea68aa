"""The home page as it is seen: light, asking nobody else, on the narrowest screen, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response


def test_all_of_it_comes_from_the_site_and_is_under_200_kb(browser: Browser, site_url: str) -> None:
    page = browser.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site_url, wait_until="networkidle")
    assert all(a.url.startswith((site_url, "data:")) for a in answers)
    assert all(a.ok for a in answers if not a.url.startswith("data:")), [a.url for a in answers if not a.ok]
    assert sum(sum(a.request.sizes()[part] for part in ("responseHeadersSize", "responseBodySize")) for a in answers if a.url.startswith(site_url)) < 200_000
    page.close()


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_320_pixels_nothing_is_cut_off(browser: Browser, site_url: str, language: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{site_url}{language}index.html")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    beyond = "[...document.querySelectorAll('.network text, .map text')].filter(e => getComputedStyle(e).display != 'none' && getComputedStyle(e).visibility != 'hidden' && (e.getBoundingClientRect().right > 320 || e.getBoundingClientRect().left < 0)).map(e => e.textContent)"
    assert page.evaluate(beyond) == []
    context.close()


def test_a_name_that_has_no_room_is_shown_when_its_mark_has_the_focus_and_the_mark_leads_to_its_page(browser: Browser, site_url: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(site_url)
    mark = page.locator(".network a:has(text.only-narrow.hid)").first
    name = mark.locator("text.only-narrow")
    assert not name.is_visible()
    mark.focus()
    assert name.is_visible()
    assert str(mark.get_attribute("href")).startswith("id/")
    page.close()
