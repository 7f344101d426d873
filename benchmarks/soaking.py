"""A wall that hangs for days: what the page holds after hundreds of refreshes.

The city is small and simulated; every refresh publishes another of its days. The clock of the
browser leaps by a quarter of an hour between two refreshes, so that hundreds of them are days for
the page. What it keeps with every question to the server is counted by itself.
"""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import CDPSession, Page
from werkzeug.serving import make_server

from benchmarks.browsing import chromium
from benchmarks.table import Figure, Section, megabytes
from livemaps.demo.run import Demo, DemoOptions, running_demo
from livemaps.main import create_app, create_feed, refresher
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.snapshot.read import read_meta

REFRESHES, EVERY = 300, 20
"""How many refreshes, and after how many each time it is looked at what is held."""

WARM = 100
"""Refreshes until which the heap gains what the browser compiles; its course is judged after them."""

LEAST_LOOKS = 4
"""Looks once warm that a course can be judged by."""

STEP_MS = 4_000
"""How far the clock runs between two looks at whether a refresh is on show: a question or two."""

LEAP = timedelta(minutes=14, seconds=50)
PATIENCE_MS = 60_000
LOOK_MS = 30
SHARE = 0.02
HISTORY_DAYS = 400
SIZE = {"width": 1280, "height": 720}

LONGEST = timedelta(minutes=5)
"""A machine that is busy makes fewer refreshes in this time, and it is said how many."""

MOST_KEPT = 150
"""Entries of Dash's history that may be there: `assets/wall.js` empties it at a hundred."""

KEPT = "window.dash_stores.reduce((sum, one) => sum + one.getState().history.past.length, 0)"

FLAT_BYTES = 1000
"""What the heap may gain with each refresh and still be called flat: it comes and goes by a tenth of
a megabyte, and a kilobyte every five minutes is 9 MB in a month."""

SPARE = 0.05
"""Share of nodes and listeners that may come and go: a day with more surges has more lines."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a page holds, garbage collected."""

    heap: int
    """Bytes of scripts' objects."""
    nodes: int
    """Of the document, and those that scripts keep beside it."""
    listeners: int
    kept: int
    """Entries of the history that Dash writes of its timer, to undo what nobody undoes."""
    refreshes: int
    asked: int
    """Questions to the server until then."""


def measure() -> Section:
    """Hang a wall, refresh the city hundreds of times, and look at what the page holds."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with _city() as (demo, once, url, folder), chromium() as browser:
        # A view that fades in costs a browser without a graphics card more than drawing it.
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        started = datetime.now(UTC)
        page.clock.install(time=started)
        page.goto(f"{url}/wall?every=20&lang=en&theme=dark")
        page.locator(".wall-view").first.wait_for(state="attached", timeout=60_000)
        looks = list(_looks(page, context.new_cdp_session(page), demo, once, folder))
        passed = page.evaluate("Date.now()") / 1000 - started.timestamp()
    return _section(looks, timedelta(seconds=passed))


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
    """Refresh again and again; yield what is held after some of the refreshes."""
    session.send("Performance.enable")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ends = time.monotonic() + LONGEST.total_seconds()
    for number in range(1, REFRESHES + 1):
        demo.publisher.publish()
        # A day may bring nothing new: then the wall is to show what it showed.
        once.run_once()
        _until_shown(page, folder)
        page.clock.fast_forward(int(1000 * LEAP.total_seconds()))
        late = time.monotonic() > ends
        if number % EVERY == 0 or late:
            held = _held(page, session, number, len(asked))
            click.echo(str(held), err=True)
            yield held
        if late:
            return


def _until_shown(page: Page, folder: Path) -> None:
    """Let the clock run until the page has drawn the current snapshot.

    Raises:
        TimeoutError: it never does.
    """
    meta = read_meta(folder)
    wanted = meta.version if meta else ""
    for look in range(PATIENCE_MS // LOOK_MS):
        shown = page.evaluate("document.querySelector('[data-wall]').dataset.version")
        if str(shown).split(" ")[0] == wanted:
            return
        # The answer to a question takes its time, whatever the clock says.
        if look % 10 == 0:
            page.clock.run_for(STEP_MS)
        page.wait_for_timeout(LOOK_MS)
    raise TimeoutError(f"the wall does not show {wanted} after {PATIENCE_MS / 1000:.0f} s")


def _held(page: Page, session: CDPSession, refreshes: int, asked: int) -> Held:
    """Return what the page holds once nothing is left to collect."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    kept = page.evaluate(KEPT)
    return Held(
        int(heap), int(told["Nodes"]), int(told["JSEventListeners"]), int(kept), refreshes, asked
    )


def _section(looks: list[Held], passed: timedelta) -> Section:
    first, last = looks[0], looks[-1]
    figures = [
        Figure(
            f"after {held.refreshes} refreshes: JS heap; DOM nodes; listeners; kept by Dash",
            _told(held),
            _told(first),
            f"the same after {first.refreshes}",
            "flat",
        )
        for held in _some(looks)
    ]
    figures.append(
        Figure(
            "verdict: what each refresh adds to the heap, once warm",
            _verdict(looks),
            "0 bytes",
            "a page that keeps nothing",
            f"{FLAT_BYTES} bytes",
        )
    )
    note = (
        f"The wall with all of its views, {last.refreshes} refreshes of a simulated city with "
        f"{SHARE:.0%} of the real one's requests; the browser's clock moved on by "
        f"{passed.total_seconds() / 86400:.1f} days, and the page asked the server {last.asked:,} "
        f"times. Garbage is collected before each of {len(looks)} looks. What the heap gains at first "
        f"is code that the browser compiles: the verdict is the slope (least squares) of the looks "
        f"from {WARM} refreshes on. What Dash keeps of its timer is thrown away at a hundred entries."
    )
    return Section("Soak: a wall for days", tuple(figures), note)


def _told(held: Held) -> str:
    return f"{megabytes(held.heap)}; {held.nodes:,}; {held.listeners:,}; {held.kept:,}"


def _some(looks: list[Held]) -> list[Held]:
    """Return the looks that are told: five or six of them, the last among them."""
    step = max(len(looks) // 5, 1)
    return looks[1:][::-1][::step][::-1]


def _verdict(looks: list[Held]) -> str:
    """Return in words what each refresh adds, and whether that is nothing."""
    warm = [look for look in looks if look.refreshes >= WARM]
    if len(warm) < LEAST_LOOKS:
        return "too few refreshes to tell"
    gained = _gained(warm)
    flat = gained <= FLAT_BYTES and _constant(looks[0], looks[-1])
    return f"{gained:,.0f} bytes: {'flat' if flat else 'NOT flat'}"


def _gained(looks: list[Held]) -> float:
    """Return how many bytes a refresh adds to the heap: the slope of a line through the looks."""
    refreshes, heap = [look.refreshes for look in looks], [look.heap for look in looks]
    return statistics.linear_regression(refreshes, heap).slope


def _constant(first: Held, last: Held) -> bool:
    """Whether neither nodes nor listeners nor what Dash keeps became more."""
    return (
        last.nodes <= first.nodes * (1 + SPARE)
        and last.listeners <= first.listeners * (1 + SPARE)
        and last.kept <= MOST_KEPT
    )
