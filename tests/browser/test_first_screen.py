"""The first screen in a real browser: first load, filters, the keyboard, live updates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MAP_IDLE, Live, Watched
from tests.quadville import OPEN, request_row

pytestmark = pytest.mark.browser

VIEW = """() => {
  const map = document.querySelector('#map .js-plotly-plot')._fullLayout.map._subplot.map;
  return [map.getCenter().lng.toFixed(4), map.getCenter().lat.toFixed(4), map.getZoom().toFixed(2)];
}"""


PRELOADED = """() => [...document.querySelectorAll('link[rel=preload]')].every((link) =>
  [...document.scripts].some((script) => script.src === link.href))"""
ON_MAP = "document.querySelector('#map .js-plotly-plot')"
COUNTS = f"{ON_MAP}.data[0].customdata"


def zoom_in(page: Page) -> None:
    """Come nearer by the button, and wait until the map is there."""
    before = page.evaluate(VIEW)
    page.locator('[data-action="zoom-plus"]').click()
    page.wait_for_function(f"before => String(({VIEW})()) !== String(before)", arg=before)
    page.wait_for_function(MAP_IDLE)


def test_a_first_visit_shows_the_answer_the_map_and_the_list(watched: Watched) -> None:
    page = watched.drawn()
    expect(page.locator("h1")).to_contain_text(f"Quadville: {OPEN} open requests")
    expect(page.locator(".list-table tbody tr")).to_have_count(OPEN)
    expect(page.locator(".legend-classes li").first).to_contain_text("None")
    expect(page.locator(".facts-line")).to_contain_text("open in Quadville have no place")
    assert page.evaluate(PRELOADED), "what is preloaded is not what the map is drawn with"


def test_a_filter_changes_everything_and_the_address(watched: Watched) -> None:
    page = watched.drawn()
    tick_trees(page)
    expect(page.locator("h1")).to_contain_text("Trees, Quadville: 1 open request")
    expect(page).to_have_url(re.compile(r"\?category=Trees$"))
    expect(page.locator(".list-table tbody tr")).to_have_count(1)


def test_the_back_button_takes_a_filter_back_and_unticks_it(watched: Watched) -> None:
    page = watched.drawn("/?stage=received")
    box = page.locator('input[name="stage"][value="in_progress"]')
    box.check()
    expect(page).to_have_url(re.compile("in_progress"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("in_progress"))
    expect(box).not_to_be_checked()
    expect(page.locator('input[name="stage"][value="received"]')).to_be_checked()


def test_an_address_opens_what_it_says(watched: Watched) -> None:
    page = watched.drawn("/?ward=2&table=1&lang=fr&theme=dark&order=oldest")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    expect(page.locator("h1")).to_contain_text("Ward 2 : 2 demandes ouvertes")
    expect(page.locator("#map-table")).to_be_visible()
    expect(page.locator('input[name="order"][value="oldest"]')).to_be_checked()


def test_new_data_arrives_by_itself_and_takes_nothing_away(watched: Watched, live: Live) -> None:
    page = watched.drawn()
    page.locator("#more-filters summary", has_text="Agency").click()
    box = page.locator('input[name="agency"]').first
    zoom_in(page)
    box.focus()
    page.evaluate("window.scrollTo(0, 240)")
    view, scroll = page.evaluate(VIEW), page.evaluate("window.scrollY")

    live.city.requests.upsert([request_row(f"26-9{number}") for number in range(5)])
    live.refresh()

    expect(page.locator("h1")).to_contain_text(f"{OPEN + 5} open requests")
    expect(page.locator("#changes")).to_contain_text("5 new")
    expect(page.locator("#announcer")).to_contain_text("New data")
    page.wait_for_function(MAP_IDLE)
    assert page.evaluate(VIEW) == view
    assert page.evaluate("window.scrollY") == scroll
    assert page.evaluate("document.activeElement.name") == "agency"
    expect(page.locator("#more-filters details[open]")).to_have_count(1)


def test_updates_can_be_paused_and_go_on(watched: Watched, live: Live) -> None:
    watched.page.clock.install()
    page = watched.open()
    pause = page.get_by_role("button", name="Pause updates")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    live.city.requests.upsert([request_row("26-99")])
    live.refresh()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert not any("version" in url for url in asked)
    expect(page.locator("h1")).to_contain_text(f"{OPEN} open")
    pause.click()
    page.clock.run_for(15_000)
    expect(page.locator("h1")).to_contain_text(f"{OPEN + 1} open")


LINES = """(rows) => rows.map((row) => {
  const cells = [...row.children].filter((cell) => cell.getClientRects().length);
  const top = (cell) => cell.getBoundingClientRect().top;
  const first = cells.reduce((one, other) => (top(other) < top(one) ? other : one));
  const line = parseFloat(getComputedStyle(row).lineHeight);
  const style = getComputedStyle(row);
  const room = row.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  const { fontWeight } = getComputedStyle(first.lastElementChild ?? first);
  return { lines: Math.floor(room / line), first: first.className, weight: fontWeight };
})"""
"""How many lines each row takes, and what stands in the first one."""


def test_everything_is_reached_with_the_keyboard_alone(watched: Watched) -> None:
    page = watched.drawn()
    page.keyboard.press("Tab")
    expect(page.locator("body > .skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#search-field")).to_be_focused()
    page.keyboard.type("northe")
    expect(page.locator("[data-suggestion]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("community=NE"))
    expect(page.locator("h1")).to_contain_text("Northeast: 1 open request")
    expect(page.locator(".search-results")).to_have_text("")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Skip the filters"), ("fr", "Passer les filtres")]
)
@pytest.mark.parametrize("width", [390, 1280])
def test_a_second_link_leads_past_the_filters_to_the_map(
    watched: Watched, language: str, text: str, width: int
) -> None:
    page = watched.open(f"/?lang={language}")
    page.set_viewport_size({"width": width, "height": 900})
    skip = page.get_by_role("link", name=text)
    box = skip.bounding_box()
    assert box is not None
    assert box["width"] <= 1
    page.locator(".help > summary").focus()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#map-head")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.map-card') !== null")


def test_a_request_takes_few_lines_of_a_phone_and_its_service_comes_first(
    watched: Watched,
) -> None:
    page = watched.open()
    page.set_viewport_size({"width": 390, "height": 844})
    lines = page.locator(".list-table tbody tr").evaluate_all(LINES)
    assert len(lines) == OPEN
    assert all(1 < found["lines"] <= 4 for found in lines), lines
    assert all(found["first"] == "cell-service" for found in lines), lines
    assert {found["weight"] for found in lines} == {"650"}


def test_the_map_chooses_the_area_in_its_middle_with_enter(watched: Watched) -> None:
    page = watched.drawn("/?community=SE")
    page.locator(".maplibregl-canvas").focus()
    expect(page.locator(".map-hint")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("community"))


def test_a_click_on_the_map_chooses_an_area_and_goes_to_it(watched: Watched) -> None:
    page = watched.drawn()
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] - 60, middle[1] - 60)
    page.wait_for_function(f"{ON_MAP}._hoverdata?.length > 0")
    page.mouse.click(middle[0] - 60, middle[1] - 60)
    expect(page).to_have_url(re.compile("community=NW"))
    expect(page.locator("h1")).to_contain_text("Northwest")


@pytest.mark.parametrize("place", [".search", ".map-buttons"])
def test_my_location_chooses_the_area_around_me_and_is_sent_nowhere(
    watched: Watched, place: str
) -> None:
    page = watched.drawn()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": -114.05127, "latitude": 51.02341})
    page.locator(place).locator("[data-action=locate]").click()
    expect(page).to_have_url(re.compile("community=SE"))
    expect(page.locator("h1")).to_contain_text("Southeast")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("h1")).to_be_in_viewport()
    assert not [text for text in asked if "114.05" in text or "51.02" in text]


@pytest.mark.parametrize(
    ("longitude", "granted", "said"),
    [(-100.0, True, "outside the areas"), (-114.05, False, "does not say where you are")],
)
def test_why_my_location_finds_no_area_is_said(
    watched: Watched, longitude: float, granted: bool, said: str
) -> None:
    page = watched.drawn()
    if granted:
        page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": longitude, "latitude": 51.02})
    page.locator(".map-buttons [data-action=locate]").click()
    expect(page.locator(".map-note")).to_contain_text(said)
    page.locator(".search [data-action=locate]").click()
    expect(page.locator(".locate-note")).to_contain_text(said)
    expect(page).not_to_have_url(re.compile("community"))


def test_outlines_that_cannot_be_had_are_not_blamed_on_the_browser(watched: Watched) -> None:
    page = watched.open()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": -114.05127, "latitude": 51.02341})
    # A function as what is evaluated would be called.
    page.evaluate("void (window.livemaps.areaAt = () => Promise.reject(new Error('none')))")
    page.locator(".search [data-action=locate]").click()
    expect(page.locator(".locate-note")).to_contain_text("could not be loaded")


def test_theme_and_layer_change_without_losing_the_view(watched: Watched) -> None:
    page = watched.drawn()
    zoom_in(page)
    view, areas = page.evaluate(VIEW), page.evaluate(f"{COUNTS}.length")
    page.locator('[data-action="theme"]').click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator('input[name="layer"][value="ward"]').check()
    expect(page.locator("#map-head h2")).to_contain_text("ward")
    page.wait_for_function(f"areas => {COUNTS}.length < areas", arg=areas)
    # Plotly draws the new layer where the first map looked; then the view is put back.
    page.wait_for_function(f"view => String(({VIEW})()) === String(view)", arg=view)


def test_an_unknown_part_of_the_address_is_named(watched: Watched) -> None:
    page = watched.drawn("/?ward=99&stage=received")
    expect(page.locator(".notice-warning")).to_contain_text("“99” is not a known value")
    expect(page.locator(".chips")).to_contain_text("Stage: Received")


def test_pages_change_without_a_reload(watched: Watched) -> None:
    page = watched.drawn()
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Status").click()
    expect(page.locator("h1")).to_contain_text("Data status")
    expect(page).to_have_title(re.compile("Status"))
    page.get_by_role("link", name="About").click()
    expect(page.locator("h1")).to_contain_text("About this map")
    assert page.evaluate("window.kept") is True


LATE_MAP = """(moment) => {
  const ask = (window.asked ??= window.fetch);
  const map = document.querySelector('#map');
  window.late = 0;
  const left = new Promise((resolve) => {
    new MutationObserver((_changes, observer) => {
      if (!map.isConnected) {
        observer.disconnect();
        resolve();
      }
    }).observe(document, { childList: true, subtree: true });
  });
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (String(given[1]?.body).includes('map-shown.data') && map.isConnected) {
      const body = await answer.clone().text();
      await left;
      if (moment === 'later') {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      window.late += 1;
      return new Response(body, answer);
    }
    return answer;
  };
}"""
"""Hold the answers about the map back until the map is gone: just so, or for longer."""


def tick_trees(page: Page) -> None:
    page.locator("#more-filters summary", has_text="Category").click()
    page.get_by_role("checkbox", name=re.compile("Trees")).check()


def change_theme(page: Page) -> None:
    page.locator('[data-action="theme"]').click()


def change_layer(page: Page) -> None:
    page.locator('input[name="layer"][value="ward"]').check()


@pytest.mark.parametrize("moment", ["at once", "later"])
def test_an_answer_for_a_map_that_is_left_changes_nothing(watched: Watched, moment: str) -> None:
    page = watched.drawn()
    for change in (change_theme, change_layer, tick_trees):
        page.evaluate(LATE_MAP, moment)
        with page.expect_request(lambda request: "map-shown.data" in (request.post_data or "")):
            change(page)
        page.get_by_role("link", name="Status").click()
        expect(page.locator("h1")).to_contain_text("Data status")
        page.wait_for_function("window.late > 0")
        page.get_by_role("link", name="Map", exact=True).click()
        page.wait_for_function(MAP_IDLE)
        expect(page.locator("h1")).to_contain_text("open request")


LEFT_WHILE_DRAWN = """async () => {
  const { data, layout } = document.querySelector('#map .js-plotly-plot');
  const place = document.createElement('div');
  document.querySelector('.map-box').append(place);
  const drawing = window.Plotly.react(place, structuredClone(data), structuredClone(layout));
  window.Plotly.purge(place);
  place.remove();
  await drawing;
}"""


def test_a_map_that_is_left_while_it_is_drawn_is_drawn_to_the_end(watched: Watched) -> None:
    page = watched.drawn()
    page.evaluate(LEFT_WHILE_DRAWN)


def test_a_filter_recolours_the_map_that_is_there(watched: Watched) -> None:
    page = watched.drawn()
    before = page.evaluate(COUNTS)
    tick_trees(page)
    expect(page.locator("h1")).to_contain_text("Trees")
    page.wait_for_function(f"{COUNTS}.reduce((sum, count) => sum + count, 0) === 1")
    assert len(page.evaluate(COUNTS)) == len(before)


@pytest.mark.parametrize("path", ["/?table=1", "/?ward=1&stage=received", "/status", "/about"])
def test_no_width_makes_the_page_scroll_sideways(watched: Watched, path: str) -> None:
    watched.open(path)
    for width in (320, 390, 720, 1280, 1600, 3840):
        watched.fits(width)


def test_a_connection_that_is_lost_is_said_and_recovers_by_itself(
    live: Live, watched: Watched
) -> None:
    page = watched.drawn()
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("No connection to the server")
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_have_text("")
    expect(page.locator("h1")).to_contain_text(f"{OPEN} open")
    watched.complaints = [
        text for text in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in text
    ]
