"""What a visitor waits for in a real browser, and what travels: beside a plain Dash app.

`watch.js` tells when the map shows what; it looks at both maps in the same way.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.plain_app import serving_plain
from benchmarks.serving import serving
from benchmarks.table import Figure, Section, milliseconds, quantile
from benchmarks.world import World
from livemaps.web.static import precompress

WATCH = Path(__file__).with_name("watch.js")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VISITS = 5
TICKS = (0, 1, 2, 3, 4, 0, 1, 2)
"""Which boxes are ticked one after another, then unticked: the map is another after each."""

TIMEOUT = 60_000
QUIET = 1000
"""Milliseconds after the map is at rest in which what is still under way may end."""

LOOKS = 100
"""Milliseconds between looks at what `watch.js` has noted: seldom, so as not to be measured."""


@dataclass(frozen=True, slots=True)
class Site:
    """A page that is measured: where it is, and the boxes that filter by age."""

    url: str
    boxes: str


@dataclass(slots=True)
class Measured:
    """What was seen of a site: seconds, and bytes over the wire with all headers."""

    pictured: list[float] = field(default_factory=list)
    coloured: list[float] = field(default_factory=list)
    resting: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    first_bytes: list[float] = field(default_factory=list)
    second_bytes: list[float] = field(default_factory=list)


def measure(world: World) -> Section:
    """Visit livemaps and the plain app, each with an empty cache and again with a full one."""
    precompress(world.data_dir)
    with serving(world) as url, chromium() as browser:
        ours = _seen(browser, livemaps_site(url))
    with serving_plain(world) as url, chromium() as browser:
        theirs = _seen(browser, plain_site(url))
    note = (
        f"Chromium without a screen, WebGL in software, loopback. Median of {VISITS} visits with an "
        f"empty cache, and of {len(TICKS)} clicks in each. In sight: the areas in their "
        "colours, as shapes or as a map; to move about in: the first frame of the map with every area "
        "filled; at rest: everything loaded and every label faded in. The scripts of livemaps "
        "were compressed beforehand, as the refresher has it done once. Bytes are counted with headers; "
        "not counted is what the map's own worker fetches (the wards' outlines, some 3 kB, once)."
    )
    return Section("In the browser", tuple(_figures(ours, theirs)), note)


def livemaps_site(url: str) -> Site:
    """Return the first page of livemaps."""
    return Site(url, 'input[data-param="age"]')


def plain_site(url: str) -> Site:
    """Return the only page of the plain app."""
    return Site(url, "#age input")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium without a screen until the block ends.

    Raises:
        FileNotFoundError: there is none.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise FileNotFoundError(
            "the browser's figures need chromium: install it (.ci/install-chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def opened(context: BrowserContext, site: Site, received: list[float] | None = None) -> Page:
    """Return a page that shows a site, its map at rest and nothing under way.

    The bytes of each answer over the wire, headers included, are added to `received`.
    """
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes = received if received is not None else []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    page.goto(site.url, timeout=TIMEOUT)
    _wait(page, "resting")
    page.wait_for_timeout(QUIET)
    session.detach()
    return page


def tick(page: Page, site: Site, box: int) -> float:
    """Tick or untick a box; returns the seconds until the map is painted in other colours."""
    page.evaluate("benchmark.expectChange()")
    page.locator(site.boxes).nth(box).click()
    _wait(page, "settled")
    return float(page.evaluate("benchmark.painted - benchmark.clicked")) / 1000


def watching(browser: Browser) -> BrowserContext:
    """Return a browser's context with an empty cache, whose pages note when the map shows what."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(path=WATCH)
    return context


def _wait(page: Page, event: str) -> None:
    page.wait_for_function(f"window.benchmark.{event} !== null", polling=LOOKS, timeout=TIMEOUT)


def _seen(browser: Browser, site: Site) -> Measured:
    """Visit a site several times; the visit that starts the browser's own parts is left out."""
    _visit(browser, site, Measured())
    measured = Measured()
    for _ in range(VISITS):
        _visit(browser, site, measured)
    return measured


def _visit(browser: Browser, site: Site, measured: Measured) -> None:
    """Visit with an empty cache, change the filter, and visit again."""
    context = watching(browser)
    first: list[float] = []
    second: list[float] = []
    page = opened(context, site, first)
    measured.pictured.append(_first(page))
    measured.coloured.append(_noted(page, "coloured"))
    measured.resting.append(_noted(page, "resting"))
    measured.painted.extend(tick(page, site, box) for box in TICKS)
    page.close()
    measured.again.append(_noted(opened(context, site, second), "coloured"))
    measured.first_bytes.append(sum(first))
    measured.second_bytes.append(sum(second))
    context.close()


def _noted(page: Page, event: str) -> float:
    """Return the seconds from the start of the navigation to an event."""
    return float(page.evaluate(f"benchmark.{event}")) / 1000


def _first(page: Page) -> float:
    """Return the seconds until the areas are there in their colours, as shapes or as a map."""
    if page.evaluate("benchmark.pictured") is None:
        return _noted(page, "coloured")
    return min(_noted(page, "pictured"), _noted(page, "coloured"))


def _figures(ours: Measured, theirs: Measured) -> Iterator[Figure]:
    """Yield the lines of the table."""
    lines: Sequence[tuple[str, Callable[[Measured], str], str]] = (
        ("first map, empty cache: in sight", lambda seen: _median(seen.pictured), "2,500 ms"),
        (
            "first map, empty cache: to move about in",
            lambda seen: _median(seen.coloured),
            "2,500 ms",
        ),
        ("first map, empty cache: at rest", lambda seen: _median(seen.resting), "2,500 ms"),
        ("second visit: to move about in", lambda seen: _median(seen.again), "–"),
        (
            "a click on a filter until the map is painted anew",
            lambda seen: _median(seen.painted),
            "–",
        ),
        ("bytes of a first visit", lambda seen: _size(seen.first_bytes), "1,500 kB"),
        ("bytes of a second visit", lambda seen: _size(seen.second_bytes), "–"),
    )
    for what, shown, bar in lines:
        yield Figure(what, shown(ours), shown(theirs), "a plain pandas Dash app", bar)


def _median(seconds: Sequence[float]) -> str:
    return f"median {milliseconds(statistics.median(seconds))}, p95 {milliseconds(quantile(seconds, 0.95))}"


def _size(sizes: Sequence[float]) -> str:
    return f"{statistics.median(sizes) / 1000:,.0f} kB"
