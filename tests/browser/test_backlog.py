"""The managers' screens in a real browser: axe, the keyboard, every width, live updates."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Live, Watched
from tests.quadville import OPEN, request_row

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 768, 1280, 3840)
PAGES = ("/backlog", "/agency/Mobility")


def test_nothing_bars_anybody_from_the_screens(watched: Watched) -> None:
    for path in PAGES:
        for query in ("?theme=light", "?theme=dark&lang=fr"):
            page = watched.open(path + query)
            expect(page.locator("#open-service")).to_be_visible()
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_the_screens_fit_every_width(watched: Watched) -> None:
    for path in PAGES:
        watched.open(path + "?lang=fr")
        for width in WIDTHS:
            watched.fits(width)


def test_a_menu_narrows_by_keyboard_and_a_chip_takes_it_back(watched: Watched) -> None:
    page = watched.open("/backlog")
    menu = page.locator(".narrow-menu", has_text="Agency")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/backlog\?agency="))
    expect(page.locator(".chips .chip")).to_have_count(1)
    page.locator(".chips .chip").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/backlog$"))


def test_a_number_leads_to_its_list_and_back(watched: Watched) -> None:
    page = watched.open("/backlog?lang=en")
    page.locator("h1 a").first.click()
    expect(page.locator("h1")).to_contain_text(f"{OPEN} open requests")
    page.go_back()
    expect(page.locator("h1")).to_contain_text(f"{OPEN} open,")


def test_what_waits_too_long_leads_to_just_these_requests(watched: Watched) -> None:
    page = watched.open("/backlog?lang=en")
    figure = page.locator(".figures a[href*='waiting=unattended']")
    count = figure.inner_text()
    figure.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?waiting=unattended"))
    expect(page.locator("h1")).to_contain_text(count)
    expect(page.locator(".chips .chip")).to_have_text("Waiting: No update for four weeks")
    page.locator("[data-fold=waiting] summary").click()
    expect(page.get_by_role("checkbox", name="No update for four weeks")).to_be_checked()


def test_new_data_arrives_by_itself_and_keeps_the_focus(watched: Watched, live: Live) -> None:
    page = watched.open("/backlog?lang=en")
    focused = page.locator("#open-agency tbody th a").first
    focused.focus()
    live.city.requests.upsert([request_row(f"26-7{number}") for number in range(3)])
    live.refresh()
    expect(page.locator("h1")).to_contain_text(f"{OPEN + 3} open,")
    expect(focused).to_be_focused()
