"""Quadville in a real browser: its portal, a refresher and the pages, all on this machine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from livemaps.feeds.profile import load_profile
from livemaps.main import create_app, create_feed, refresher
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.status import State, Status, write_status
from tests.quadville import Quadville, quadville

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without a graphics card only the map is drawn as by one: to put all pages together so, too,
    # takes three times as long.
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
]
PATIENCE_MS = 120_000
"""How long a machine may take at most; a test ends as soon as what it waits for holds."""
NEVER_ENDING_S = 900

expect.set_options(timeout=PATIENCE_MS)


OF_THE_MACHINE = re.compile(r"GL Driver Message \(OpenGL, Performance|preloaded using link preload")
"""What the console says where it takes long to draw, or to start what was loaded: not of the page."""
OF_COLOURS = "axe.run(document, {resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']})"


@dataclass
class Live:
    """A city on show: change its portal, refresh, and look."""

    city: Quadville
    settings: Settings
    address: str

    def refresh(self) -> None:
        """Refresh once, as the scheduler does."""
        profile = load_profile(self.settings.city)
        with refresher(self.settings, profile, create_feed(self.settings, profile)) as once:
            outcome = once.run_once()
        assert outcome.error is None, outcome.error

    def measure(self) -> None:
        """Work the measures out, as the scheduler does between refreshes."""
        profile = load_profile(self.settings.city)
        with refresher(self.settings, profile, create_feed(self.settings, profile)) as once:
            while once.measure(patient=False):
                pass

    def grow_stale(self) -> None:
        """Let the portal have been asked for the last time three days ago."""
        then = datetime.now(UTC) - timedelta(days=3)
        write_status(self.settings.data_dir, Status(State.OK, last_checked=then, last_success=then))

    @property
    def numbers(self) -> list[str]:
        """The numbers of the open requests."""
        return SnapshotReader(self.settings.data_dir).latest().current.ids()


@dataclass
class Watched:
    """A page, what its console complained of, and which other hosts it asked."""

    page: Page
    live: Live
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the city is served."""
        return self.live.address

    def watch(self) -> None:
        """Note errors of scripts, warnings of the console, and requests to other hosts."""
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning") and not OF_THE_MACHINE.search(message.text)
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, path: str = "/") -> Page:
        """Go to an address and wait until its page is live: drawn by scripts, and listening."""
        self.page.goto(self.address + path)
        return self._live()

    def again(self) -> Page:
        """Load the page anew and wait until it is live."""
        self.page.reload()
        return self._live()

    def _live(self) -> Page:
        self.page.wait_for_selector("html[data-live]", timeout=PATIENCE_MS)
        self.page.locator("h1").first.wait_for(timeout=PATIENCE_MS)
        return self.page

    def drawn(self, path: str = "/") -> Page:
        """Go to an address of the first screen and wait until its map is drawn."""
        page = self.open(path)
        page.wait_for_function(MAP_IDLE, timeout=PATIENCE_MS)
        return page

    def bars_nobody(self) -> None:
        """Hold the page against all rules of axe, and against those of colours in the dark too."""
        self.page.emulate_media(color_scheme="light")
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"
        self.page.emulate_media(color_scheme="dark")
        dark = AxeResults(self.page.evaluate(OF_COLOURS))
        assert dark.violations_count == 0, f"{self.page.url}, dark: {dark.generate_report()}"

    def fits(self, width: int) -> None:
        """Make the window so wide, and fail if the page scrolls sideways once it has settled."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(TWO_FRAMES)
        self.page.wait_for_function(
            "width => document.documentElement.scrollWidth <= width", arg=width
        )


TWO_FRAMES = """() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
})"""
"""Wait until what a page does when its size changes has been done and drawn."""

MAP_IDLE = """() => {
  const map = document.querySelector('#map .js-plotly-plot')?._fullLayout?.map?._subplot?.map;
  return map?.livemapsReady && map.loaded() && !map.isMoving();
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests in a browser take long where a machine has much else to do."""
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(NEVER_ENDING_S))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen; skipped where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield started
        started.close()


@contextmanager
def on_show(folder: Path) -> Iterator[Live]:
    """Serve Quadville with its first data on a free port."""
    with quadville(folder) as city:
        settings = Settings.from_environment(city.environment)
        application = create_app(settings).server
        server = make_server("127.0.0.1", 0, application, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        running = Live(city, settings, f"http://127.0.0.1:{server.server_port}")
        running.refresh()
        yield running
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A city of the test's own, to be changed, nothing measured yet."""
    with on_show(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The city of all tests that only look, measured."""
    with on_show(tmp_path_factory.mktemp("shown")) as running:
        running.measure()
        yield running


WINDOW = ViewportSize(width=1280, height=900)


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """The visitor of that city, who keeps scripts and styles from test to test, nothing else."""
    context = browser.new_context(viewport=WINDOW, locale="en-CA")
    yield context
    context.close()


@pytest.fixture
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A visitor without a past: a new one where the city is the test's own."""
    if "live" in request.fixturenames:
        new = browser.new_context(viewport=WINDOW, locale="en-CA")
        yield new
        new.close()
        return
    known: BrowserContext = request.getfixturevalue("visitor")
    yield known
    forget(known, request.getfixturevalue("shown").address)


def forget(visitor: BrowserContext, address: str) -> None:
    """Close what a visitor has open, and take back what the browser keeps or was allowed."""
    visitor.set_offline(False)
    visitor.clear_permissions()
    visitor.set_geolocation(None)
    for page in visitor.pages[1:]:
        page.close()
    page = visitor.pages[0]
    visitor.new_cdp_session(page).send(
        "Storage.clearDataForOrigin",
        {"origin": address, "storageTypes": "cookies,local_storage,indexeddb,service_workers"},
    )
    page.close()


@pytest.fixture
def watched(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[Watched]:
    """A page of a city, 1280 pixels wide; it fails the test if it complains or asks elsewhere.

    The city is the test's own if the test takes `live`, and otherwise the one that all look at.
    """
    own = "live" in request.fixturenames
    context.set_default_timeout(PATIENCE_MS)
    found = Watched(context.new_page(), request.getfixturevalue("live" if own else "shown"))
    found.watch()
    yield found
    assert found.complaints == []
    assert found.elsewhere == []
