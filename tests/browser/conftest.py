"""Quadville in a real browser: its portal, a refresher and the pages, all on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

from livemaps.feeds.profile import load_profile
from livemaps.main import create_app, create_feed, refresher
from livemaps.settings import Settings
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
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
PATIENCE_MS = 60_000
"""How long a machine may take at most; a test ends as soon as what it waits for holds."""

expect.set_options(timeout=PATIENCE_MS)


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


@dataclass
class Watched:
    """A page, what its console complained of, and which other hosts it asked."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of scripts, warnings of the console, and requests to other hosts."""
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning")
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


MAP_IDLE = """() => {
  const map = document.querySelector('#map .js-plotly-plot')?._fullLayout?.map?._subplot?.map;
  return map?.livemapsReady && map.loaded() && !map.isMoving();
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen; skipped where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Quadville with its first data, served on a free port."""
    with quadville(tmp_path) as city:
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
def watched(browser: Browser, live: Live) -> Iterator[Watched]:
    """A page of the city, 1280 pixels wide; it fails the test if it complains or asks elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-CA")
    found = Watched(context.new_page(), live.address)
    found.watch()
    yield found
    context.close()
    assert found.complaints == []
    assert found.elsewhere == []
