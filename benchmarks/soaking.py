"""A wall that hangs for days: what the page holds after hundreds of refreshes.

The city is small and simulated; every refresh publishes another of its days. The clock of the
browser is moved on by a quarter of an hour between two refreshes, so that hundreds of them are
days for the page, with every rotation, countdown and shift in between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import CDPSession, Page
from werkzeug.serving import make_server

from benchmarks.browsing import chromium
from benchmarks.table import Figure, Section
from livemaps.demo.run import Demo, DemoOptions, running_demo
from livemaps.main import create_app, create_feed, refresher
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.snapshot.read import read_meta

REFRESHES = 300
WARM = 20
"""Refreshes before the first look: until then the browser compiles what it runs often."""

STEP_MS = 10_000
"""How far the clock runs between two looks at whether a refresh is on show."""

LEAP = timedelta(minutes=14, seconds=30)
PATIENCE = 200
SHARE = 0.02
HISTORY_DAYS = 400
SIZE = {"width": 1920, "height": 1080}


@dataclass(frozen=True, slots=True)
class Held:
    """What a page holds, garbage collected."""

    heap: int
    """Bytes of scripts' objects."""
    nodes: int
    """Of the document, and those that scripts keep beside it."""
    listeners: int


def measure() -> Section:
    """Hang a wall, refresh the city hundreds of times, and look at what the page holds."""
    with _city() as (demo, once, url, folder), chromium() as browser:
        context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
        page = context.new_page()
        started = datetime.now(UTC)
        page.clock.install(time=started)
        page.goto(f"{url}/wall?every=20&lang=en&theme=dark")
        page.locator(".wall-view").first.wait_for(state="attached")
        session = context.new_cdp_session(page)
        looks = list(_looks(page, session, demo, once, folder))
        days = page.evaluate("Date.now()") / 1000 - started.timestamp()
    return _section(looks, timedelta(seconds=days))


@contextmanager
def _city() -> Iterator[tuple[Demo, Refresher, str, Path]]:
    """Yield a small city that passes a day when it is told to, its refresher, its pages, its folder."""
    options = DemoOptions(share=SHARE, history_days=HISTORY_DAYS)
    with TemporaryDirectory() as folder, running_demo(options, live=False) as demo:
        settings = replace(Settings(), data_dir=Path(folder), jitter_seconds=0.0)
        profile = demo.profile
        feed = create_feed(settings, profile)
        with refresher(settings, profile, feed, today=demo.city.today) as once:
            once.run_once()
            while once.measure(patient=False):
                pass
            server = make_server(
                "127.0.0.1", 0, create_app(settings, profile=profile).server, threaded=True
            )
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield demo, once, f"http://127.0.0.1:{server.server_port}", settings.data_dir
            finally:
                server.shutdown()
                thread.join()
                server.server_close()


def _looks(
    page: Page, session: CDPSession, demo: Demo, once: Refresher, folder: Path
) -> Iterator[Held]:
    """Refresh again and again; yield what is held after the warm ones and at the end."""
    session.send("Performance.enable")
    for number in range(REFRESHES):
        demo.publisher.publish()
        # A day may bring nothing new: then the wall is to show what it showed.
        once.run_once()
        _until_shown(page, folder)
        page.clock.fast_forward(int(1000 * LEAP.total_seconds()))
        if number in (WARM - 1, REFRESHES // 2, REFRESHES - 1):
            yield _held(session)


def _until_shown(page: Page, folder: Path) -> None:
    """Let the clock run until the page has drawn the current snapshot.

    Raises:
        TimeoutError: it never does.
    """
    meta = read_meta(folder)
    wanted = meta.version if meta else ""
    for _ in range(PATIENCE):
        shown = page.evaluate("document.querySelector('[data-wall]').dataset.version")
        if str(shown).split(" ")[0] == wanted:
            return
        page.clock.run_for(STEP_MS)
        page.wait_for_timeout(100)
    raise TimeoutError(f"the wall does not show {wanted} after {PATIENCE} questions")


def _held(session: CDPSession) -> Held:
    """Return what the page holds once nothing is left to collect."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    return Held(int(heap), int(told["Nodes"]), int(told["JSEventListeners"]))


def _section(looks: list[Held], passed: timedelta) -> Section:
    first, middle, last = looks
    figures = (
        Figure("JS heap", _mb(last.heap), _mb(first.heap), f"after {WARM} refreshes", "flat"),
        Figure("JS heap, half way", _mb(middle.heap), _mb(first.heap), f"after {WARM}", "flat"),
        Figure("DOM nodes", f"{last.nodes:,}", f"{first.nodes:,}", f"after {WARM}", "flat"),
        Figure(
            "event listeners",
            f"{last.listeners:,}",
            f"{first.listeners:,}",
            f"after {WARM}",
            "flat",
        ),
    )
    note = (
        f"The wall with all of its views, {REFRESHES} refreshes of a simulated city with {SHARE:.0%} of "
        f"the real one's requests; the browser's clock moved on by {passed.total_seconds() / 86400:.1f} "
        "days. Garbage is collected before each look."
    )
    return Section("Soak: a wall for days", figures, note)


def _mb(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
