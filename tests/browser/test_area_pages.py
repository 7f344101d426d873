"""The pages of areas in a real browser: by keyboard, at every width, in both themes, on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, Live, Watched
from tests.quadville import request_row

pytestmark = pytest.mark.browser

PATHS = ("/ward", "/ward/1?with=2", "/community/NW?lang=fr", "/ward/1/brief")
WIDTHS = (320, 390, 1280, 3840)
PAGES_OF_PDF = re.compile(rb"/Type\s*/Page\b")


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_wrong_and_no_width_scrolls_sideways(watched: Watched, path: str) -> None:
    page = watched.open(path)
    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    watched.bars_nobody()
    for width in WIDTHS:
        watched.fits(width)


def test_a_councillor_goes_from_all_wards_to_one_to_another_beside_it_by_keyboard(
    watched: Watched,
) -> None:
    page = watched.open("/ward")
    expect(page.locator("h1")).to_contain_text("2 wards")
    page.locator("table").get_by_role("link", name="Ward 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Ward 1")
    choice = page.locator('select[data-param="with"]')
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**/ward/1?with=2")
    expect(page.get_by_role("columnheader", name="Ward 2")).to_be_visible()
    expect(choice).to_be_focused()
    page.locator(".plan a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/community/*")


def test_new_data_changes_the_figures_and_takes_nothing_from_the_reader(
    live: Live, watched: Watched
) -> None:
    page = watched.open("/ward/1")
    before = page.locator("h1 strong").inner_text()
    summary = page.locator(".twin summary").first
    summary.focus()
    page.keyboard.press("Enter")
    live.city.requests.upsert([request_row("26-90")])
    live.refresh()
    expect(page.locator("h1 strong")).to_have_text(str(int(before) + 1))
    expect(summary).to_be_focused()
    assert page.locator("details.twin").first.get_attribute("open") is not None


def test_the_brief_is_printed_on_one_sheet_of_a4_from_either_theme(watched: Watched) -> None:
    page = watched.open("/ward/1/brief?theme=dark")
    page.evaluate("window.print = () => (document.title = 'printed')")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("document.title === 'printed'", timeout=PATIENCE_MS)
    paper = page.pdf(prefer_css_page_size=True)
    assert len(PAGES_OF_PDF.findall(paper)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    ink = page.locator(".brief h1").evaluate("(node) => getComputedStyle(node).color")
    assert ink == "rgb(20, 33, 43)"


def test_a_brief_of_old_data_says_so_on_its_one_sheet(watched: Watched, live: Live) -> None:
    live.grow_stale()
    page = watched.open("/ward/1/brief")
    assert len(PAGES_OF_PDF.findall(page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    expect(page.locator(".notice-stale")).to_contain_text("old")
    # That figures are still to come is for who waits for them, not for paper.
    expect(page.locator(".brief-tools .notice")).to_be_hidden()


@pytest.mark.parametrize("path", ["/ward/1?theme=dark", "/ward?theme=dark", "/backlog?theme=dark"])
def test_a_screen_is_printed_without_what_is_pressed_and_never_over_itself(
    watched: Watched, path: str
) -> None:
    page = watched.open(path)
    page.emulate_media(media="print")
    for pressed in (".actions", ".narrowing", ".no-print", ".definition", ".twin"):
        for one in page.locator(pressed).all():
            expect(one).to_be_hidden()
    # What is a grid or flexible would be cut in two by the end of a sheet, and drawn over the next.
    laid_out = page.locator(".screen, .area-grid, .areas-grid, .screen-grid, .stack").all()
    assert {one.evaluate("(node) => getComputedStyle(node).display") for one in laid_out} == {
        "block"
    }
    ink = page.locator("h1").evaluate("(node) => getComputedStyle(node).color")
    assert ink == "rgb(20, 33, 43)"
