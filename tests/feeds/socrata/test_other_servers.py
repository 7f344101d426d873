"""Servers that lack what the portals of Socrata have, or answer in other ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest

from livemaps.demo.soda_answers import Manners
from livemaps.demo.soda_replies import Reply
from livemaps.errors import FeedMalformed, FeedRefused
from livemaps.feeds.base import PlanKind
from livemaps.feeds.portal import Portal
from tests.feeds.contract import Report, SocrataHarness, reports
from tests.feeds.socrata.conftest import OTHER_SERVERS, fetched, numbers, send_pages


def test_other_servers_are_read_whole(other: SocrataHarness) -> None:
    other.put(*reports(11))
    rows, _ = fetched(other.feed(page_size=5), "")
    assert numbers(rows) == [f"26-{number:08}" for number in range(11)]


def test_other_servers_changes_are_seen(other: SocrataHarness) -> None:
    other.put(*reports(11))
    feed = other.feed(page_size=5)
    _, state = fetched(feed, "")
    other.clock.move(3600)
    other.put(Report("26-00000003", lat="51.2"), Report("26-new"))
    rows, _ = fetched(feed, state)
    changed = {row.service_request_id: row.place.lat for row in rows}
    assert changed["26-00000003"] == 51.2
    assert "26-new" in changed


def test_other_servers_give_the_same_history_and_ids(other: SocrataHarness) -> None:
    other.put(*reports(11))
    feed = other.feed(page_size=5)
    everything = [f"26-{number:08}" for number in range(11)]
    assert numbers([row for page in feed.history(0, 30_000) for row in page.rows]) == everything
    assert sorted(one for batch in feed.open_ids() for one in batch) == everything
    assert numbers(list(feed.existing(everything))) == everything
    assert feed.counts_by_month() == {"2026-08": 11}


def test_months_are_counted_one_by_one_where_a_portal_groups_by_none(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(
        Report("a", "2026-07-31"), Report("b", "2026-08-01"), Report("c", "2026-08-31"),
        Report("d", "2025-12-31"), Report("e", "2100-12-31"), Report("f", "1900-01-01"),
    )  # fmt: skip
    refused = FeedRefused("400: No such function: date_trunc_ym")
    monkeypatch.setattr(Portal, "grouped", Mock(side_effect=refused))
    counts = {"1900-01": 1, "2025-12": 1, "2026-07": 1, "2026-08": 2, "2100-12": 1}
    assert portal.feed().counts_by_month() == counts


@pytest.mark.parametrize("name", ["no views", "neither views nor system fields"])
def test_without_a_stamp_an_unchanged_poll_is_one_conditional_request(
    portals: Callable[[Manners], SocrataHarness], name: str
) -> None:
    portal = portals(OTHER_SERVERS[name])
    portal.put(*reports(11))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.server.log.clear()
    plan = feed.plan(state)
    assert plan.kind is PlanKind.UNCHANGED
    (asked,) = portal.server.log.requests
    assert (asked.status, asked.sent) == (304, 0)


def test_without_stamp_and_conditions_an_unchanged_poll_is_one_count(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(OTHER_SERVERS["no views, no conditional requests"])
    portal.put(*reports(11))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.server.log.clear()
    assert feed.plan(state).kind is PlanKind.UNCHANGED
    assert len(portal.server.log) == 1


def test_without_system_fields_a_later_poll_reads_what_is_open_or_recent(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(OTHER_SERVERS["no system fields"])
    portal.put(Report("open", "2012-01-01"), Report("old", "2012-01-01", "Closed", "2012-01-02"))
    feed = portal.feed()
    rows, state = fetched(feed, "")
    assert numbers(rows) == ["old", "open"]
    portal.clock.move(3600)
    portal.put(Report("new"))
    assert numbers(fetched(feed, state)[0]) == ["new", "open"]


@pytest.mark.parametrize(
    ("stamp", "published"),
    [
        (1_788_000_000, datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
        (1_788_000_000_999, datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
        ("1788000000", datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
    ],
)
def test_a_stamp_is_read_in_seconds_in_milliseconds_and_as_text(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch, stamp: object, published: datetime
) -> None:
    view = Reply(200, json.dumps({"rowsUpdatedAt": stamp}).encode())
    monkeypatch.setattr("livemaps.demo.soda.view_reply", lambda *_: view)
    portal.put(Report("26-1"))
    assert portal.feed().plan("").published == published


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"rowsUpdatedAt":null,"columns":"none"}'])
def test_a_view_that_says_nothing_is_done_without(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr("livemaps.demo.soda.view_reply", lambda *_: Reply(200, body))
    portal.put(Report("26-1"))
    feed = portal.feed()
    _, state = fetched(feed, "")
    assert feed.plan(state).kind is PlanKind.UNCHANGED


def test_a_server_whose_paging_stands_still_is_not_asked_for_ever(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(*reports(10))
    answer = portal.table.answer

    def always_the_first_page(query: Any, **how: Any) -> Any:
        is_page = query.order and query.where is not None
        return answer(
            type(query)(query.select, None, (), query.order, 3) if is_page else query, **how
        )

    monkeypatch.setattr(portal.table, "answer", always_the_first_page)
    with pytest.raises(FeedMalformed, match="stands still"):
        fetched(portal.feed(page_size=3), "")


@pytest.mark.parametrize("body", [b"[]", b"[1,2,3]", b"[null]", b'[["26-1","Open"]]'])
@pytest.mark.parametrize("views", [True, False])
def test_a_page_without_rows_where_rows_were_counted_is_no_end(
    portals: Callable[[Manners], SocrataHarness],
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    views: bool,
) -> None:
    portal = portals(Manners(views=views))
    portal.put(*reports(5))
    feed = portal.feed(page_size=2)
    with monkeypatch.context() as trouble:
        send_pages(trouble, body)
        with pytest.raises(FeedMalformed, match=r"5 more|without one row"):
            fetched(feed, "")
    assert len(fetched(feed, "")[0]) == 5


def test_a_rewrite_is_not_over_with_a_page_that_came_empty(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(*reports(5))
    feed = portal.feed(full_rewrite_rows=3)
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.rewrite()
    _, state = fetched(feed, state)
    with monkeypatch.context() as trouble:
        send_pages(trouble, b"[]")
        with pytest.raises(FeedMalformed, match="5 more"):
            feed.catch_up(state)
    piece = feed.catch_up(state)
    assert piece is not None
    assert len(piece.page.rows) == 5


def test_rows_that_were_deleted_since_they_were_counted_are_not_waited_for(
    portal: SocrataHarness,
) -> None:
    portal.put(*reports(5))
    feed = portal.feed(page_size=2)
    plan = feed.plan("")
    portal.remove("26-00000004", "26-00000003")
    assert sum(len(page.rows) for page in feed.pages(plan)) == 3


def test_a_token_that_the_portal_requires_opens_it(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(Manners(token="sEcReT"))
    portal.put(Report("26-1"))
    assert numbers(fetched(portal.feed(app_token="sEcReT"), "")[0]) == ["26-1"]
    with pytest.raises(FeedRefused, match="LIVEMAPS_APP_TOKEN"):
        fetched(portal.feed(), "")
