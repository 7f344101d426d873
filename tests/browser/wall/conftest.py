"""A wall in a browser, whose clock the test may move, and a server that it may stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page
from werkzeug.serving import BaseWSGIServer, make_server

from livemaps.main import create_app
from tests.browser.conftest import PATIENCE_MS, Live


@dataclass
class Server:
    """The web server of a city, to be stopped and started on the same port."""

    live: Live
    running: BaseWSGIServer | None = None
    thread: threading.Thread | None = None
    port: int = 0

    def start(self) -> None:
        application = create_app(self.live.settings).server
        self.running = make_server("127.0.0.1", self.port, application, threaded=True)
        self.port = self.running.server_port
        self.thread = threading.Thread(target=self.running.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self) -> None:
        if self.running is None or self.thread is None:
            return
        self.running.shutdown()
        self.thread.join()
        self.running.server_close()
        self.running = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Wall:
    """A wall in a browser whose clock is moved by the test."""

    context: BrowserContext
    page: Page
    address: str
    errors: list[str] = field(default_factory=list)

    def hang(self, query: str = "lang=en") -> Page:
        """Show a wall; its clock goes on by itself until a test moves it."""
        self.page.goto(f"{self.address}/wall?{query}")
        self.page.locator(".wall-view").first.wait_for(state="attached", timeout=PATIENCE_MS)
        return self.page

    def hang_moved(self, query: str = "lang=en") -> Page:
        """Show a wall whose clock stands still until it is moved."""
        self.page.clock.install(time=datetime.now(UTC))
        return self.hang(query)

    def wait(self, seconds: int, until: str, most: int = 40) -> int:
        """Move the clock on in steps until something is true of the page; returns the steps."""
        for step in range(most):
            try:
                if self.page.evaluate(until):
                    return step
                self.page.clock.run_for(seconds * 1000)
                self.page.wait_for_timeout(60)
            except Error as left:
                # A wall that loads itself again takes away the page that was asked.
                if "context was destroyed" not in left.message:
                    raise
                self.page.wait_for_load_state()
        raise AssertionError(f"never true: {until}")


@pytest.fixture
def server(live: Live) -> Iterator[Server]:
    found = Server(live)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def wall(browser: Browser, live: Live) -> Iterator[Wall]:
    """A wall of 1920 x 1080 pixels; it fails the test where its scripts do."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-CA")
    found = Wall(context, context.new_page(), live.address)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    yield found
    context.close()
    assert found.errors == []
