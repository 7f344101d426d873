"""What a wall shows is read from five metres, whole, by everybody."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Live
from tests.browser.wall.conftest import Server, Wall

pytestmark = pytest.mark.browser

ALL = "map,backlog,queues,surge,oldest,unattended,standards,forecast"
LEAST_TEXT, LEAST_FIGURE = 0.025, 1 / 12
TYPE = """(name) => {
  for (const view of document.querySelectorAll('[data-wall-view]')) {
    view.hidden = view.dataset.wallView !== name;
  }
  const shown = (element) => !element.closest('[hidden]') && element.getBoundingClientRect().width > 1;
  const height = (element) => parseFloat(getComputedStyle(element).fontSize) / innerHeight;
  const texts = [...document.querySelectorAll('#page *')].filter((element) =>
    !element.closest('svg, .wall-lost') && shown(element) &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim()));
  const beyond = texts.filter((element) => {
    const box = element.getBoundingClientRect();
    const clipped = element.closest('.wall-rows, .wall-list h3, .wall-words');
    return !clipped && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.left < -1);
  });
  return {
    least: Math.min(...texts.map(height)),
    figures: [...document.querySelectorAll('#page .wall-view dd')].filter(shown).map(height),
    beyond: beyond.map((element) => element.textContent),
    scrolls: document.scrollingElement.scrollHeight > innerHeight,
    cursors: [...new Set(texts.map((element) => getComputedStyle(element).cursor))],
  };
}"""

# Which figures a sign would cut in two, and how many are in sight above it.
CUT = """(name) => {
  for (const view of document.querySelectorAll('[data-wall-view]')) {
    view.hidden = view.dataset.wallView !== name;
  }
  const sign = document.querySelector('.wall-sign-stale').getBoundingClientRect().top;
  const boxes = [...document.querySelectorAll('[data-wall-view]:not([hidden]) dd')]
    .map((one) => one.getBoundingClientRect())
    .filter((box) => box.left < innerWidth && box.top < sign);
  return { seen: boxes.length, cut: boxes.filter((box) => box.bottom > sign + 1).length };
}"""


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_every_view_is_read_from_five_metres(wall: Wall, live: Live, size: tuple[int, int]) -> None:
    live.measure()
    wall.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = wall.hang(f"views={ALL}&every=600&lang=en&theme=dark")
    names = page.eval_on_selector_all(
        "[data-wall-view]", "found => found.map(one => one.dataset.wallView)"
    )
    assert {"map", "backlog", "surge", "oldest"} <= set(names)
    for name in names:
        found = page.evaluate(TYPE, name)
        assert found["least"] >= LEAST_TEXT, (name, found)
        assert found["figures"], name
        assert all(figure >= LEAST_FIGURE for figure in found["figures"]), (name, found)
        assert found["beyond"] == [], name
        assert not found["scrolls"], name
        assert found["cursors"] == ["none"], name


def test_nothing_about_a_wall_shuts_anybody_out(wall: Wall, live: Live) -> None:
    live.measure()
    # A view that fades in has less contrast for half a second.
    wall.page.emulate_media(reduced_motion="reduce")
    for theme, name in product(("light", "dark"), ("map", "backlog", "queues", "oldest")):
        page = wall.hang(f"views={name}&theme={theme}&lang=fr")
        found = Axe().run(page)
        assert found.violations_count == 0, (name, theme, found.generate_report())


def test_there_is_nothing_to_operate(wall: Wall) -> None:
    page = wall.hang()
    assert (
        page.locator("a:visible, button:visible, input:visible, [tabindex='0']:visible").count()
        == 0
    )
    assert page.locator(".site-header:visible, .site-footer:visible").count() == 0


def test_nothing_moves_where_the_machine_asks_for_less_motion(wall: Wall) -> None:
    moving = """[...document.querySelectorAll('#page *')].filter((element) => {
      const style = getComputedStyle(element);
      return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
    }).length"""
    assert wall.hang("lang=en").evaluate(moving) > 0
    wall.page.emulate_media(reduced_motion="reduce")
    assert wall.hang("lang=en").evaluate(moving) == 0


def test_what_is_above_a_sign_is_whole(wall: Wall, server: Server) -> None:
    wall.address = server.address
    page = wall.hang_moved("views=oldest&lang=en")
    server.stop()
    wall.wait(5, "document.documentElement.dataset.connection === 'lost'")
    sign = page.locator(".wall-sign-lost").bounding_box()
    shown = page.locator(".wall-places, .wall-views").last.bounding_box()
    assert sign is not None
    assert shown is not None
    assert shown["y"] + shown["height"] <= sign["y"]
    assert sign["x"] <= -6
    assert sign["x"] + sign["width"] >= 1920 + 6


def test_no_figure_is_cut_in_two_above_the_sign_of_old_data(wall: Wall, live: Live) -> None:
    live.measure()
    live.grow_stale()
    page = wall.hang(f"views={ALL}&every=600&lang=en")
    assert page.locator(".wall-sign-stale").is_visible()
    names = page.eval_on_selector_all(
        "[data-wall-view]", "found => found.map(one => one.dataset.wallView)"
    )
    for name in names:
        found = page.evaluate(CUT, name)
        assert found["seen"], name
        assert found["cut"] == 0, name
