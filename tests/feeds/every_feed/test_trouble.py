"""What every feed promises when its portal is in trouble."""

from __future__ import annotations

import pytest

from livemaps.demo.troubles import Kind
from livemaps.errors import (
    FeedError,
    FeedMalformed,
    FeedRefused,
    FeedThrottled,
    FeedUnavailable,
    SchemaChanged,
)
from tests.feeds.contract import SPOILING, Harness, Report, reports
from tests.feeds.every_feed.conftest import TOKEN, fetched, first_state, numbers


@pytest.mark.parametrize(
    ("kind", "error", "names"),
    [
        (Kind.OUTAGE, FeedUnavailable, "no answer"),
        (Kind.ERROR, FeedUnavailable, "500"),
        (Kind.THROTTLED, FeedThrottled, "429"),
        (Kind.TRUNCATED, FeedMalformed, "broke off"),
        (Kind.HTML, FeedMalformed, "text/html"),
        (Kind.WRONG_TYPE, FeedMalformed, "application/pdf"),
        (Kind.GARBAGE, FeedMalformed, "cannot be read"),
        (Kind.ENDLESS, FeedMalformed, "LIVEMAPS_RESPONSE_LIMIT"),
        (Kind.ERROR_BODY, FeedRefused, "The query took too long"),
    ],
)
def test_trouble_while_rows_are_read_is_named_for_what_it_is(
    portal: Harness, kind: Kind, error: type[FeedError], names: str
) -> None:
    portal.put(*reports(30))
    feed = portal.feed(page_size=10, response_limit=1_000_000, attempts=2, app_token=TOKEN)
    pages = feed.pages(feed.plan(""))
    next(pages)
    portal.troubles.make(kind)
    with pytest.raises(error, match=names) as caught:
        list(pages)
    assert TOKEN not in "".join(map(str, (caught.value, caught.value.__cause__)))


@pytest.mark.parametrize("kind", [Kind.OUTAGE, Kind.ERROR, Kind.THROTTLED, Kind.TRUNCATED])
def test_trouble_that_passes_is_waited_out(portal: Harness, kind: Kind) -> None:
    portal.put(*reports(5))
    portal.troubles.make(kind, times=2)
    feed = portal.feed(attempts=3)
    assert len(fetched(feed, feed.plan(""))) == 5
    assert len(portal.slept) == 2


@pytest.mark.parametrize("kind", SPOILING)
def test_a_spoilt_poll_fails_and_the_next_good_one_finds_everything(
    portal: Harness, kind: Kind
) -> None:
    portal.put(*reports(5))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    portal.troubles.make(kind)
    feed = portal.feed(response_limit=1_000_000, attempts=1)
    with pytest.raises(FeedError):
        fetched(feed, feed.plan(state))
    portal.troubles.clear()
    assert "26-new" in numbers(fetched(feed, feed.plan(state)))


def test_a_mapped_column_that_is_gone_is_named_at_once(portal: Harness) -> None:
    portal.put(*reports(5))
    state = first_state(portal)
    column = portal.lose_column()
    with pytest.raises(SchemaChanged, match=column):
        portal.feed().plan(state)
    with pytest.raises(SchemaChanged, match=column):
        portal.feed().plan("")
