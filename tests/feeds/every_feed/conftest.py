"""The portal of every platform, one after the other: see `tests/feeds/contract.py` to add one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from livemaps.feeds.base import Feed, Plan
from livemaps.model import RequestRow, day_number
from tests.feeds.contract import HARNESSES, Harness

TOKEN = "tOkEn-0123456789"
FIRST_OF_AUGUST = day_number(date(2026, 8, 1))


@pytest.fixture(params=sorted(HARNESSES))
def portal(request: pytest.FixtureRequest) -> Iterator[Harness]:
    harness = HARNESSES[request.param]()
    yield harness
    harness.close()


def fetched(feed: Feed, plan: Plan) -> list[RequestRow]:
    return [row for page in feed.pages(plan) for row in page.rows]


def numbers(rows: list[RequestRow]) -> list[str]:
    return sorted(row.service_request_id for row in rows)


def first_state(portal: Harness, **settings: object) -> str:
    """Load once; return the state to poll with from then on, its answers forgotten."""
    feed = portal.feed(**settings)
    plan = feed.plan("")
    fetched(feed, plan)
    portal.asked()
    return plan.state
