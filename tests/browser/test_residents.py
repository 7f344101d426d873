"""What a resident does on the first screen and with a request, in a real browser.

And what every screen owes everybody: axe in every state and theme, targets, zoom, forced colours,
a script that runs from right to left.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from livemaps.status import Progress, State, Status, write_status
from tests.browser.conftest import MAP_IDLE, Live, Watched
from tests.quadville import OPEN, request_row

pytestmark = pytest.mark.browser

NO_DATA = "ERR|503"
A_DAY_MS = 86_400_000


def typed(page: Page, text: str) -> None:
    field = page.locator("#search-field")
    field.fill("")
    field.press_sequentially(text)


def test_a_request_number_without_its_dash_leads_to_its_page_on_enter(
    watched: Watched,
) -> None:
    number = watched.live.numbers[0]
    page = watched.open()
    typed(page, number.replace("-", ""))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/request/{number}"))
    expect(page.locator("#page")).to_contain_text(f"Request {number}")


def test_what_changed_since_the_last_visit_is_told_by_the_browser_alone(
    watched: Watched, live: Live
) -> None:
    page = watched.open()
    told = page.locator("[data-last-visit]")
    expect(told).to_be_hidden()
    age = "const kept = JSON.parse(localStorage['livemaps.visits']);"
    age += f"for (const view of Object.values(kept)) view.now.at -= {A_DAY_MS};"
    page.evaluate(f"() => {{ {age} localStorage['livemaps.visits'] = JSON.stringify(kept); }}")
    live.city.requests.upsert([request_row("26-91"), request_row("26-92")])
    live.refresh()
    watched.again()
    expect(told).to_contain_text("2 new and 2 more open.")
    watched.again()
    expect(told).to_contain_text("2 new and 2 more open.")
    page.evaluate("localStorage['livemaps.visits'] = '{broken'")
    watched.again()
    expect(page.locator("h1")).to_contain_text("open requests")
    expect(told).to_be_hidden()


def test_the_map_is_kept_as_a_picture_with_its_words(watched: Watched, tmp_path: Path) -> None:
    page = watched.drawn()
    page.locator("#map-head .menu summary").click()
    with page.expect_download() as found:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert re.fullmatch(r"\w+-311-by-\w+-open-\d{4}-\d\d-\d\d\.png", found.value.suggested_filename)
    file = tmp_path / "map.png"
    found.value.save_as(file)
    head = file.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:24])
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    assert width > 2 * box["width"]
    # Title, legend, ages and source stand above and below the map.
    assert height > 2 * box["height"] + 250


@pytest.mark.parametrize(("width", "height"), [(320, 400), (600, 400)])
def test_an_embedded_view_fits_its_frame_and_leads_out_of_it(
    watched: Watched, width: int, height: int
) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": height})
    watched.drawn("/?embed=1&ward=1")
    expect(page.locator("h1")).to_be_in_viewport()
    expect(page.locator(".site-footer a")).to_be_in_viewport()
    expect(page.locator(".facts").first).to_contain_text("Checked")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    assert box["height"] > 90
    with page.context.expect_page() as opened:
        page.locator(".site-footer a").click()
    assert "embed" not in opened.value.url
    opened.value.close()


def test_the_code_of_an_embedded_view_names_just_this_view(watched: Watched) -> None:
    page = watched.open("/?ward=1&lang=en")
    page.locator("#listing .menu summary").click()
    page.locator("#listing [data-action=embed]").click()
    code = page.locator("#listing .embed-code textarea").input_value()
    assert code.startswith(f'<iframe src="{watched.address}/?ward=1&amp;lang=en&amp;embed=1"')
    assert 'title="Ward 1' in code


def first_start(live: Live) -> None:
    (live.settings.data_dir / "snapshots" / "current").unlink()
    write_status(live.settings.data_dir, Status(State.FIRST_START, progress=Progress(3, 12)))


def failing(live: Live) -> None:
    now = datetime.now(UTC)
    write_status(
        live.settings.data_dir,
        Status(
            State.FAILING,
            last_checked=now,
            last_success=now - timedelta(minutes=5),
            error_kind="FeedUnavailable",
            failing_since=now - timedelta(minutes=4),
            next_check=now + timedelta(minutes=5),
        ),
    )


LOOKS = {
    "/": "open requests",
    "/?table=1&ward=1&lang=fr": "demandes ouvertes",
    "/?service=Roads+-+Pothole&ward=1": "reported already",
    "/?stage=received&ward=2&from=2020-01-01&to=2020-01-02": "No requests match",
    "/?ward=99": "not a known value",
    "/?embed=1": "open requests",
    "/request/{number}": "Where it stands",
    "/request/nothing": "is not a request number",
    "/request?number=26-99": "There is no request",
    "/ward/99": "has no ward “99”",
    "/nowhere": "This page does not exist",
    "/status": "Data status",
    "/about": "About this map",
}
PENDING = {"/ward": "2 wards", "/ward/1": "Ward 1", "/community/NW?lang=fr": "Northwest"}
STATES = (
    (failing, {"/": "The portal does not answer", "/status": "The portal does not answer"}),
    (Live.grow_stale, {"/": "This data is old"}),
    (first_start, {"/": "Loading 3 of 12 pages", "/request/{number}": "on its way"}),
)


def nothing_is_wrong(watched: Watched, looks: Mapping[str, str]) -> None:
    """Hold each address against axe in both themes, with all help unfolded."""
    for path, text in looks.items():
        page = watched.open(path.replace("{number}", "26-1"))
        expect(page.locator(".site")).to_contain_text(text)
        page.evaluate(
            "document.querySelectorAll('details.help, details.filter').forEach(one => one.open = true)"
        )
        watched.bars_nobody()


def test_axe_finds_nothing_wrong_on_any_page_in_any_theme(watched: Watched) -> None:
    nothing_is_wrong(watched, LOOKS)
    watched.complaints = [text for text in watched.complaints if not re.search(NO_DATA, text)]


def test_axe_finds_nothing_wrong_in_any_state_and_theme(live: Live, watched: Watched) -> None:
    nothing_is_wrong(watched, PENDING)
    for state, looks in STATES:
        state(live)
        nothing_is_wrong(watched, looks)
    watched.complaints = [text for text in watched.complaints if not re.search(NO_DATA, text)]


SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, input, select')]
  .filter((part) => part.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((part) => !part.closest('.visually-hidden, .skip-link'))
  .map((part) => {
    const around = part.matches('input') ? (part.closest('label') ?? part) : part;
    const { width, height } = around.getBoundingClientRect();
    const inline = getComputedStyle(around).display === 'inline';
    return { text: around.textContent.trim().slice(0, 40), width, height, inline };
  })
  .filter(({ width, height, inline }) => !inline && width > 0 && Math.min(width, height) < 24)
"""


@pytest.mark.parametrize("path", ["/", "/?ward=1&table=1", "/request/{number}", "/about"])
def test_targets_are_large_enough_and_twice_the_size_still_fits(
    watched: Watched, path: str
) -> None:
    page = watched.open(path.replace("{number}", watched.live.numbers[0]))
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SMALL_TARGETS) == []
    # 200 % zoom of a window of 1,280 pixels is one of 640, with everything twice the size.
    page.set_viewport_size({"width": 640, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_a_script_from_right_to_left_mirrors_the_page_and_scrolls_nowhere(watched: Watched) -> None:
    page = watched.drawn()
    page.evaluate("document.documentElement.dir = 'rtl'")
    for width in (390, 1280):
        watched.fits(width)
    filters, card = (page.locator(name).bounding_box() for name in (".filters", ".map-card"))
    assert filters is not None
    assert card is not None
    assert filters["x"] > card["x"]


def test_forced_colours_and_little_motion_leave_everything_usable(watched: Watched) -> None:
    page = watched.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    watched.drawn("/?ward=1")
    assert page.locator(".bar-fill").first.evaluate(
        "bar => getComputedStyle(bar).backgroundColor !== getComputedStyle(document.body).backgroundColor"
    )
    page.locator("[data-action=zoom-whole]").click()
    page.wait_for_function(MAP_IDLE)
    expect(page.locator("h1")).to_contain_text("Ward 1")


def test_the_keyboard_moves_the_map_hears_the_area_and_chooses_it(watched: Watched) -> None:
    page = watched.drawn()
    canvas = page.locator(".maplibregl-canvas")
    canvas.focus()
    expect(page.locator(".map-hint")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#announcer")).to_contain_text(re.compile(r": \d"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("community="))
    expect(page.locator("h1")).not_to_contain_text(f"{OPEN} open")
    expect(canvas).to_be_focused()
