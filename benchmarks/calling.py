"""How long Dash callbacks take, for one client and for many at once, beside a plain Dash app.

A browser changes a filter once, and what it then posts is taken down. That is posted again and
again with other filters, each asked for the first time, so that nothing is answered from memory.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection
from itertools import islice
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Request

from benchmarks.browsing import (
    QUIET,
    Site,
    chromium,
    livemaps_site,
    opened,
    plain_site,
    tick,
    watching,
)
from benchmarks.plain_app import FILTERS, serving_plain
from benchmarks.serving import serving
from benchmarks.table import Figure, Section, spread
from benchmarks.viewing import random_filters
from benchmarks.world import World, settings_for
from livemaps.main import create_board
from livemaps.model import Filters

PATH = "/_dash-update-component"
CLIENTS = {1: 80, 10: 12, 50: 4}
"""How many clients ask at once, and how many changes each of them makes."""

WARM_UP = 40
CHANGES = WARM_UP + sum(clients * each for clients, each in CLIENTS.items())
MAP = "map.figure"
CLOCK = "live.data"
"""What changes with time alone: a callback that follows it is none of a visitor's doing."""

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}

Body = Mapping[str, Any]
"""What a browser posts for one callback."""

Posts = Sequence[bytes]
"""All that a browser posts for one change of filters."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server under load: where it is, what a browser posted, and how to ask something else."""

    url: str
    posted: Sequence[Body]
    with_filters: Callable[[Body, Filters], Body]

    def posts(self, filters: Filters) -> Posts:
        """Return what a browser would post after a change to these filters."""
        return [json.dumps(self.with_filters(body, filters)).encode() for body in self.posted]


def measure(world: World) -> Section:
    """Load livemaps and the plain app with as many clients, one server after the other."""
    board = create_board(settings_for(world.data_dir), world.profile)
    asked = random_filters(board.snapshot(), 2 * CHANGES)

    def in_address(body: Body, filters: Filters) -> Body:
        return _with_value(body, {("url", "search"): f"?{board.query(filters)}"})

    with serving(world) as url:
        peer = Peer(url, posted_by_browser(livemaps_site(url)), in_address)
        only_map = replace(peer, posted=[body for body in peer.posted if MAP in body["output"]])
        one, every = _loaded(only_map, asked[:CHANGES]), _loaded(peer, asked[CHANGES:])
    with serving_plain(world) as url:
        plain = Peer(url, posted_by_browser(plain_site(url)), _in_choices)
        theirs = _loaded(plain, asked[CHANGES:])
    figures = (
        *_figures("the callback that colours the map", one, theirs),
        *_figures(f"all {len(peer.posted)} callbacks of a filter change", every, theirs),
    )
    return Section("Callbacks", figures, _note())


def posted_by_browser(site: Site) -> list[Body]:
    """Return what a browser posts when a visitor ticks a box, in the order of its asking."""
    found: list[Body] = []

    def take_down(request: Request) -> None:
        if urlsplit(request.url).path == PATH:
            found.append(json.loads(request.post_data or ""))

    with chromium() as browser:
        context = watching(browser)
        page = opened(context, site)
        tick(page, site, 0)
        page.on("request", take_down)
        tick(page, site, 1)
        page.wait_for_timeout(QUIET)
        context.close()
    return [body for body in found if body["changedPropIds"] != [CLOCK]]


def _with_value(body: Body, values: Mapping[tuple[str, str], object]) -> Body:
    """Return what is posted with other values of some inputs."""
    changed = copy.deepcopy(dict(body))
    for given in (*changed["inputs"], *changed.get("state", ())):
        key = given["id"], given["property"]
        if key in values:
            given["value"] = values[key]
    return changed


def _in_choices(body: Body, filters: Filters) -> Body:
    """Return what the plain app's page posts when these filters are chosen."""
    chosen: dict[str, frozenset[str]] = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        "age": filters.ages,
        **dict(filters.areas),
    }
    return _with_value(
        body, {(name, "value"): sorted(chosen.get(name, frozenset())) for name in FILTERS}
    )


def _loaded(peer: Peer, asked: Sequence[Filters]) -> dict[int, list[float]]:
    """Return the seconds of each change of filters, by how many clients made them at once."""
    if not peer.posted:
        raise AssertionError(f"{peer.url}: the browser asked for nothing after a click")
    changes = iter([peer.posts(filters) for filters in asked])
    _all_at_once(peer.url, 4, list(islice(changes, WARM_UP)))
    return {
        clients: _all_at_once(peer.url, clients, list(islice(changes, clients * each)))
        for clients, each in CLIENTS.items()
    }


def _all_at_once(url: str, clients: int, changes: Sequence[Posts]) -> list[float]:
    """Share changes out among clients, each of which makes one as soon as the last is answered."""
    barrier = Barrier(clients)
    with ThreadPoolExecutor(clients) as pool:
        shares = [changes[number::clients] for number in range(clients)]
        return [
            seconds
            for found in pool.map(partial(_client, url, barrier), shares)
            for seconds in found
        ]


def _client(url: str, barrier: Barrier, changes: Sequence[Posts]) -> list[float]:
    """Make one change after another, as a browser does: a connection for each callback of it.

    Bare connections, because a client's own work takes the server's time on the same machine.
    """
    connections = [HTTPConnection(urlsplit(url).netloc, timeout=120) for _ in changes[0]]
    try:
        barrier.wait()
        return [_change(connections, posts) for posts in changes]
    finally:
        for connection in connections:
            connection.close()


def _change(connections: Sequence[HTTPConnection], posts: Posts) -> float:
    """Post all callbacks of a change at once; returns the seconds until the last is answered."""
    started = time.perf_counter()
    for connection, body in zip(connections, posts, strict=True):
        connection.request("POST", PATH, body, HEADERS)
    for connection in connections:
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise AssertionError(f"{PATH} answered {response.status}: {answer[:200]!r}")
    return time.perf_counter() - started


def _figures(
    what: str, ours: Mapping[int, Sequence[float]], theirs: Mapping[int, Sequence[float]]
) -> Iterator[Figure]:
    for clients in CLIENTS:
        yield Figure(
            f"{what}, {clients} client{'s' if clients > 1 else ''}",
            spread(ours[clients]),
            spread(theirs[clients]),
            "the one callback of a plain pandas Dash app, which draws the map and a bar chart",
        )


def _note() -> str:
    counts = ", ".join(f"{each} by each of {clients}" for clients, each in CLIENTS.items())
    return (
        "Both run under gunicorn with two workers of four threads and get what a browser posts, "
        f"each time with filters not asked for before. Changes: {counts}; a client makes the next "
        "one as soon as it has the last answer, so 50 clients are far more than 50 visitors. What "
        "the clients themselves do on the same cores is included."
    )
