"""The wall in a real browser: through restarts, cuts and new versions, for days."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, Route, expect

from livemaps.feeds.profile import load_profile
from livemaps.main import create_feed, refresher
from tests.browser.conftest import PATIENCE_MS, Live
from tests.browser.wall.conftest import Server, Wall
from tests.quadville import OPEN, request_row

pytestmark = pytest.mark.browser

REFRESHES = 60

IN_TURN = """document.querySelector('[data-wall-view]:not([hidden])').dataset.wallView ===
  ['map', 'backlog', 'oldest'][Math.floor(Date.now() / 10000) % 3]"""

AWAKE = """
  window.asked = [];
  window.refuse = false;
  window.held = null;
  Object.defineProperty(Navigator.prototype, 'wakeLock', { value: { request: async (kind) => {
    asked.push(kind);
    if (refuse) {
      throw new DOMException('no', 'NotAllowedError');
    }
    held = new EventTarget();
    return held;
  } } });
"""

KEPT = "dash_stores.reduce((sum, one) => sum + one.getState().history.past.length, 0)"


def views(page: Page) -> list[str]:
    """Return which views are up."""
    found: list[str] = page.eval_on_selector_all(
        "[data-wall-view]:not([hidden])", "found => found.map(one => one.dataset.wallView)"
    )
    return found


def moved_on(city: Live, number: int) -> None:
    city.city.requests.upsert([request_row(f"27-{number}")])
    city.refresh()


def test_views_take_turns_by_the_clock_and_a_reload_changes_nothing(wall: Wall) -> None:
    """So two walls with the same address agree."""
    page = wall.hang_moved("views=map,backlog,oldest&every=10&lang=en")
    seen = []
    for _ in range(3):
        wall.wait(1, IN_TURN)
        seen += views(page)
        page.clock.run_for(10_000)
    assert sorted(seen) == ["backlog", "map", "oldest"]
    page.reload()
    page.locator(".wall-view").first.wait_for(state="attached", timeout=PATIENCE_MS)
    wall.wait(1, IN_TURN, most=2)
    assert "views=map,backlog,oldest&every=10" in page.url


def test_the_picture_moves_by_a_few_pixels_and_can_be_told_not_to(wall: Wall) -> None:
    page = wall.hang_moved("lang=en")
    places = set()
    for _ in range(9):
        page.clock.run_for(60_000)
        places.add(page.evaluate("document.getElementById('page').style.transform"))
    assert len(places) == 9
    numbers = [abs(int(one)) for place in places for one in re.findall(r"-?\d+", place)]
    assert max(numbers) == 6
    still = wall.hang("lang=en&shift=0")
    still.clock.run_for(180_000)
    assert still.evaluate("document.getElementById('page').style.transform") == ""


def test_the_screen_is_kept_awake_and_asked_for_again_where_it_was_let_go(wall: Wall) -> None:
    wall.page.add_init_script(AWAKE)
    page = wall.hang_moved("lang=en")
    wall.wait(1, "asked.length === 1")
    page.clock.run_for(10_000)
    assert page.evaluate("asked") == ["screen"]
    page.evaluate("held.dispatchEvent(new Event('release'))")
    page.clock.run_for(2_000)
    assert page.evaluate("asked.length") == 2
    page.evaluate("refuse = true; held.dispatchEvent(new Event('release'))")
    page.clock.run_for(30_000)
    assert page.evaluate("asked.length") == 3
    page.clock.run_for(60_000)
    assert page.evaluate("asked.length") == 4


def test_new_data_arrives_without_a_reload(wall: Wall, live: Live) -> None:
    page = wall.hang_moved("views=backlog&lang=en")
    page.evaluate("window.mark = 1")
    moved_on(live, 1)
    wall.wait(5, f"document.querySelector('.wall-view dd').textContent === '{OPEN + 1}'")
    assert page.evaluate("window.mark") == 1


def test_a_restart_of_the_server_is_shown_and_overcome(wall: Wall, server: Server) -> None:
    wall.address = server.address
    page = wall.hang_moved("views=backlog&lang=en")
    sign = page.locator(".wall-sign-lost")
    expect(sign).to_be_hidden()
    server.stop()
    wall.wait(5, "document.documentElement.dataset.connection === 'lost'")
    expect(sign).to_be_visible()
    box = sign.bounding_box()
    assert box is not None
    assert box["height"] >= 1080 / 3 - 1
    assert page.locator(".wall-view dd").first.inner_text() == str(OPEN)
    server.start()
    moved_on(server.live, 2)
    wall.wait(10, f"document.querySelector('.wall-view dd').textContent === '{OPEN + 1}'")
    expect(sign).to_be_hidden()


def test_a_cut_network_is_asked_less_and_less_often_and_comes_back(wall: Wall) -> None:
    asked: list[float] = []
    now = [0.0]

    def note(request: Request) -> None:
        if "version" in request.url:
            asked.append(now[0])

    page = wall.hang_moved("views=map&lang=en")
    page.on("requestfailed", note)
    wall.context.set_offline(True)
    for _ in range(60):
        page.clock.run_for(10_000)
        now[0] += 10
        page.wait_for_timeout(20)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps[-1] >= 50, gaps
    assert gaps[0] <= 20, gaps
    expect(page.locator(".wall-sign-lost")).to_be_visible()
    assert views(page) == ["map"]
    wall.context.set_offline(False)
    wall.wait(10, "!document.documentElement.dataset.connection")


def test_a_page_that_slept_for_hours_asks_once(wall: Wall) -> None:
    page = wall.hang_moved("views=map,backlog&lang=en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward("08:00:00")
    page.wait_for_timeout(500)
    assert len([one for one in asked if one.endswith("/api/v1/version")]) == 1


def with_build(build: list[str]) -> Callable[[Route], None]:
    """Return what answers as a server of another build would."""

    def answered(route: Route) -> None:
        answer = route.fetch()
        told: dict[str, Any] = answer.json()
        route.fulfill(response=answer, body=json.dumps(told | {"build": build[0]}))

    return answered


def test_a_new_version_is_loaded_once_a_minute_at_most(wall: Wall) -> None:
    loads: list[str] = []
    page = wall.hang_moved("views=map&lang=en")
    page.on("load", lambda shown: loads.append(shown.url))
    page.route("**/api/v1/version", with_build(["9.9.9-0123456789ab"]))
    page.evaluate("window.mark = 1")
    wall.wait(2, "window.mark === undefined")
    for _ in range(20):
        page.clock.run_for(2_000)
        page.wait_for_timeout(50)
    assert len(loads) == 1
    page.locator(".wall-view").first.wait_for(state="attached", timeout=PATIENCE_MS)


def test_other_pages_offer_a_new_version_and_take_nothing_away(wall: Wall) -> None:
    page = wall.page
    page.route("**/api/v1/version", with_build(["9.9.9-0123456789ab"]))
    page.goto(f"{wall.address}/about?lang=en")
    page.wait_for_selector("html[data-live]", timeout=PATIENCE_MS)
    page.evaluate("window.mark = 1")
    offered = page.locator("#connection")
    expect(offered).to_contain_text("A new version of this page is available")
    assert page.evaluate("window.mark") == 1
    assert Axe().run(page).violations_count == 0
    offered.get_by_role("button", name="Load it").click()
    page.wait_for_function("window.mark === undefined", timeout=PATIENCE_MS)


def test_a_drawing_that_failed_is_asked_for_again_and_the_last_one_stays(
    wall: Wall, live: Live
) -> None:
    page = wall.hang_moved("views=backlog&lang=en")
    page.clock.run_for(15_000)
    page.wait_for_timeout(300)
    broken = "**/_dash-update-component*"
    page.route(broken, lambda route: route.fulfill(status=500, body="out of order"))
    moved_on(live, 3)
    for _ in range(6):
        page.clock.run_for(5_000)
        page.wait_for_timeout(50)
    assert page.locator(".wall-view dd").first.inner_text() == str(OPEN)
    page.unroute(broken)
    wall.wait(10, f"document.querySelector('.wall-view dd').textContent === '{OPEN + 1}'")


def test_dozens_of_refreshes_leave_nothing_behind_in_the_page(wall: Wall, live: Live) -> None:
    page = wall.hang_moved("views=map,backlog,oldest,unattended&every=10&lang=en")
    session = wall.context.new_cdp_session(page)
    session.send("Performance.enable")

    def held() -> dict[str, float]:
        session.send("HeapProfiler.collectGarbage")
        told = session.send("Performance.getMetrics")["metrics"]
        found = {one["name"]: one["value"] for one in told}
        return {name: found[name] for name in ("Nodes", "JSEventListeners")}

    profile = load_profile(live.settings.city)
    counts: list[dict[str, float]] = []
    with refresher(live.settings, profile, create_feed(live.settings, profile)) as once:
        for number in range(REFRESHES):
            # Every one changes the same request, so that as much is drawn at the end.
            kind = ("Roads - Pothole", "Trees - Fallen")[number % 2]
            live.city.requests.upsert([request_row("26-1", kind=kind)])
            assert once.run_once().error is None
            page.clock.run_for(10_000)
            page.wait_for_timeout(100)
            if number in (9, REFRESHES - 1):
                counts.append(held())
    assert counts[1]["Nodes"] <= counts[0]["Nodes"] * 1.02 + 20, counts
    assert counts[1]["JSEventListeners"] <= counts[0]["JSEventListeners"] + 5, counts


@pytest.mark.parametrize("path", ["/wall?views=map&lang=en", "/status?lang=en"])
def test_what_dash_keeps_of_its_timer_is_thrown_away(wall: Wall, path: str) -> None:
    """Each tick would be kept for ever, to be undone: a page of weeks would grow and grow slow."""
    page = wall.page
    page.clock.install(time=datetime.now(UTC))
    page.goto(wall.address + path)
    page.wait_for_selector("html[data-live]", timeout=PATIENCE_MS)
    page.wait_for_function("dash_stores.length > 0", timeout=PATIENCE_MS)
    # A wall that has drawn nothing for a minute loads itself again.
    page.wait_for_selector("#page :is(.wall-view, .card)", state="attached", timeout=PATIENCE_MS)
    for _ in range(25):
        page.clock.run_for(100_000)
    # Hundreds of ticks went by; they are thrown away with the next answer of the server.
    wall.wait(10, f"{KEPT} <= 110")
