"""Takes the pictures of README.md and of the tour anew, from the demo city: `make pictures`.

The city has to know its history and its measures first, which takes a minute or two.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from PIL import Image
from playwright.sync_api import Page, ViewportSize

from benchmarks.browsing import chromium
from livemaps.views.measures.registry import MEASURES

IMAGES = Path(__file__).parent / "images"
SCREEN = ViewportSize(width=1280, height=860)
WALL = ViewportSize(width=1280, height=720)
SCREENS: Mapping[str, str] = {"home": "/", "ward": "/ward/7", "backlog": "/backlog"}
A_REQUEST = "/?stage=in_progress&age=28-89&service=Roads+-+Pothole+Maintenance"
"""A list whose first request has something to tell: it is under way, and not new."""

MOST_SECONDS = 900.0
DRAWN_MS = 4000
"""After a page is live: for the map's tiles and the marks that fade in."""


def take(page: Page, name: str, address: str) -> None:
    """Take one picture, in as few colours as it has: a tenth of the bytes."""
    page.goto(address)
    page.wait_for_selector("html[data-live]")
    page.wait_for_timeout(DRAWN_MS)
    with Image.open(BytesIO(page.screenshot())) as seen:
        seen.convert("RGB").quantize(256).save(IMAGES / f"{name}.png", optimize=True)


def take_all(page: Page, address: str) -> None:
    """Take every picture of a city that is served."""
    page.set_viewport_size(SCREEN)
    for name, path in SCREENS.items():
        take(page, name, address + path)
    page.goto(address + A_REQUEST)
    number = page.locator('a[href^="/request/"]').first.get_attribute("href")
    take(page, "request", f"{address}{number}")
    page.set_viewport_size(WALL)
    take(page, "wall", f"{address}/wall?views=backlog&theme=dark")


@contextmanager
def demo() -> Iterator[str]:
    """Run the demo until the block ends, and yield its address once all of it is there.

    Raises:
        TimeoutError: the measures were not there in time.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--port", str(port), "--data-dir", folder]
        running = subprocess.Popen(command)
        try:
            _wait_for_measures(address)
            yield address
        finally:
            running.terminate()
            running.wait()


def _wait_for_measures(address: str) -> None:
    until = time.monotonic() + MOST_SECONDS
    while not all(_answers(f"{address}/api/v1/measures/{name}") for name in MEASURES):
        if time.monotonic() > until:
            raise TimeoutError(f"not every measure was there within {MOST_SECONDS:.0f} seconds")
        time.sleep(5)


def _answers(address: str) -> bool:
    """Whether there is an answer: a question that lacks a filter has one, too."""
    try:
        status = requests.get(address, timeout=30).status_code
    except requests.ConnectionError:
        return False
    return status != HTTPStatus.SERVICE_UNAVAILABLE


if __name__ == "__main__":
    with demo() as city, chromium() as browser:
        take_all(browser.new_page(color_scheme="light", locale="en-CA"), city)
