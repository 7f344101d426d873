"""The page that comes with the document: there before any script, and handed over in one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Live, Watched
from tests.quadville import OPEN

pytestmark = pytest.mark.browser

LAYOUT = "**/_dash-layout"
MOST_SHIFT = 0.05
"""Of Core Web Vitals' layout shift, half of what is called good there."""

SHIFTS = """window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) window.shift += entry.value;
})).observe({ type: "layout-shift", buffered: true });"""


AGES = (0, 8, 44, 90, 3_000, 80_000)
"""Seconds since the feed was checked, from "now" to "22 hours ago"."""

OLDER = """(seconds) => new Promise((painted) => {
  const moment = new Date(Date.now() - seconds * 1000).toISOString();
  document.querySelectorAll(".facts time").forEach((age) => age.setAttribute("datetime", moment));
  document.dispatchEvent(new CustomEvent("livemaps:drawn", { detail: {} }));
  requestAnimationFrame(() => requestAnimationFrame(painted));
})"""


@contextmanager
def before_it_is_live(page: Page, address: str) -> Iterator[None]:
    """Go to an address; the live page is held back until the block ends."""
    held: list[Route] = []
    page.route(LAYOUT, lambda route: held.append(route))
    with page.expect_request(LAYOUT):
        page.goto(address)
    yield
    for route in held:
        route.continue_()
    page.unroute(LAYOUT)
    page.wait_for_selector("html[data-live]")


def test_without_scripts_the_page_is_there_with_its_links(browser: Browser, live: Live) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-CA")
    page = context.new_page()
    page.goto(f"{live.address}/")
    expect(page.locator("h1")).to_contain_text(f"Quadville: {OPEN} open requests")
    expect(page.locator(".list-table tbody tr")).to_have_count(OPEN)
    expect(page.locator(".map-draft path").first).to_be_visible()
    expect(page.locator("noscript .notice")).to_contain_text("Without JavaScript")
    page.get_by_role("link", name="Wards").click()
    expect(page).to_have_url(re.compile(r"/ward$"))
    expect(page.locator("h1")).to_be_visible()
    context.close()


def test_what_was_typed_unfolded_and_focused_is_handed_over(watched: Watched) -> None:
    page = watched.page
    with before_it_is_live(page, f"{watched.address}/"):
        page.locator("#more-filters summary", has_text="Category").click()
        page.get_by_role("searchbox").first.press_sequentially("Nor")
        page.evaluate("window.scrollTo(0, 120)")
    assert page.locator("#first-view").count() == 0
    field = page.get_by_role("searchbox").first
    expect(field).to_have_value("Nor")
    expect(field).to_be_focused()
    expect(page.locator("[data-suggestion]").first).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("Trees"))).to_be_visible()
    assert page.evaluate("window.scrollY") == 120


def test_a_filter_chosen_early_holds_once_the_page_is_live(watched: Watched) -> None:
    page = watched.page
    with before_it_is_live(page, f"{watched.address}/"):
        page.locator('input[name="stage"][value="received"]').check()
    expect(page).to_have_url(re.compile("stage=received"))
    expect(page.locator(".chips")).to_contain_text("Received")
    expect(page.locator('input[name="stage"][value="received"]')).to_be_checked()


def test_a_filter_chosen_while_the_page_is_on_its_way_holds_too(watched: Watched) -> None:
    page = watched.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "page.children" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/_dash-update-component*", hold)
    page.goto(f"{watched.address}/")
    page.wait_for_timeout(100)
    while not held:
        page.wait_for_timeout(50)
    page.locator('#first-view input[name="stage"][value="received"]').check()
    held[0].continue_()
    page.unroute("**/_dash-update-component*")
    page.wait_for_selector("html[data-live]")
    expect(page.locator(".chips")).to_contain_text("Received")
    expect(page.locator('input[name="stage"][value="received"]')).to_be_checked()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_a_page_comes_to_life(browser: Browser, live: Live, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="en-CA")
    context.add_init_script(SHIFTS)
    for path in ("/", "/ward", "/backlog", "/about", "/status"):
        page = context.new_page()
        page.goto(live.address + path)
        page.wait_for_selector("html[data-live]")
        page.wait_for_load_state("networkidle")
        for age in AGES:
            page.evaluate(OLDER, age)
        assert page.evaluate("window.shift") < MOST_SHIFT, path
        page.close()
    context.close()
