"""From a figure to its definition: in sight below the line of ages, unfolded, and marked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

IN_SIGHT = """() => {
  const top = document.getElementById(location.hash.slice(1)).getBoundingClientRect().top;
  const bar = document.querySelector('#freshness .facts').getBoundingClientRect().bottom;
  return bar <= top && top < innerHeight / 2;
}"""


def shows(page: Page, anchor: str) -> None:
    """Check that the definition is read at once, and that no other one is marked."""
    card = page.locator(f"#{anchor}")
    expect(card.locator("details p")).to_be_visible()
    expect(page.locator("[data-wanted]")).to_have_attribute("id", anchor)
    page.wait_for_function(IN_SIGHT)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_mark_beside_a_figure_leads_to_its_definition(watched: Watched, width: int) -> None:
    page = watched.open()
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#answer a.definition").first.click()
    page.wait_for_url("**/about#open")
    shows(page, "open")


@pytest.mark.parametrize("path", ["/about#hot-spots", "/about?lang=fr#reporting-delay"])
def test_an_address_with_an_anchor_unfolds_its_definition(watched: Watched, path: str) -> None:
    shows(watched.open(path), path.partition("#")[2])


def test_the_list_jumps_within_the_page_by_keyboard_and_back(watched: Watched) -> None:
    page = watched.open("/about#open")
    page.locator(".jumps a[href='#surge']").focus()
    page.keyboard.press("Enter")
    shows(page, "surge")
    page.go_back()
    expect(page.locator("[data-wanted]")).to_have_attribute("id", "open")


def test_what_is_folded_by_hand_stays_so(watched: Watched) -> None:
    page = watched.open("/about#surge")
    fold = page.locator("#surge > details")
    fold.locator("summary").click()
    drawn = "new CustomEvent('livemaps:drawn', { detail: { id: 'sources' } })"
    page.evaluate(f"document.dispatchEvent({drawn})")
    expect(fold).not_to_have_attribute("open", "")
