"""A portal that speaks SODA, and others that speak less of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from livemaps.demo.soda_answers import Manners, write_answer
from livemaps.feeds.base import Feed
from livemaps.model import RequestRow
from tests.feeds.contract import SocrataHarness

OTHER_SERVERS = {
    "no views": Manners(views=False),
    "no views, no conditional requests": Manners(views=False, conditional=False),
    "no system fields": Manners(system_fields=False),
    "neither views nor system fields": Manners(views=False, system_fields=False),
    "a cap on limits": Manners(most_rows=4),
    "a cap of one row": Manners(most_rows=1),
    "no zone in times": Manners(zone=""),
    "an offset in times": Manners(zone="+00:00"),
    "numbers as numbers": Manners(numbers_as_text=False),
    "no gzip": Manners(gzip=False),
    "no CSV": Manners(csv=False),
}


@pytest.fixture
def portals() -> Iterator[Callable[[Manners], SocrataHarness]]:
    with ExitStack() as stack:
        yield lambda manners: stack.enter_context(SocrataHarness(manners))


@pytest.fixture
def portal(portals: Callable[[Manners], SocrataHarness]) -> SocrataHarness:
    return portals(Manners())


@pytest.fixture(params=sorted(OTHER_SERVERS))
def other(
    request: pytest.FixtureRequest, portals: Callable[[Manners], SocrataHarness]
) -> SocrataHarness:
    """A portal that is not quite Socrata's."""
    return portals(OTHER_SERVERS[request.param])


def fetched(feed: Feed, state: str) -> tuple[list[RequestRow], str]:
    """Poll; return the rows and the state to poll with next."""
    plan = feed.plan(state)
    return [row for page in feed.pages(plan) for row in page.rows], plan.state


def numbers(rows: list[RequestRow]) -> list[str]:
    return sorted(row.service_request_id for row in rows)


def send_pages(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Let a portal send a body instead of rows, while it still counts them."""

    def write(rows: Any, suffix: str, manners: Manners) -> bytes:
        is_count = len(rows.outputs) <= 2
        return write_answer(rows, suffix, manners) if is_count else body

    monkeypatch.setattr("livemaps.demo.soda.write_answer", write)


def asked_for(portal: SocrataHarness, name: str) -> list[str]:
    """Return a parameter of each call since the log was cleared, "" where it was not there."""
    return [asked.parameters.get(name, "") for asked in portal.server.log.requests]
