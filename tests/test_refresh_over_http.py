"""Refresh, catch-up, reconciliation and backfill with the real client on a portal that speaks SODA."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from livemaps.backfill import Backfill
from livemaps.feeds.profile import load_profile
from livemaps.main import city_calendar, create_feed, refresher
from livemaps.model import Outcome
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.status import read_status
from livemaps.store import Store
from tests.quadville import Quadville, days_ago, quadville, request_row

OLD = 400
NEW = 50


class Clock:
    """The real time, moved on by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Quadville]:
    """A portal whose history is too long to be taken whole at once."""
    with quadville(tmp_path) as running:
        running.environment |= {"LIVEMAPS_PAGE_SIZE": "100", "LIVEMAPS_FULL_REWRITE_ROWS": "150"}
        closed = {"state": "Closed", "asked": days_ago(700), "done": days_ago(690)}
        running.requests.upsert([request_row(f"24-{number}", **closed) for number in range(OLD)])
        running.requests.upsert([request_row(f"27-{number}") for number in range(NEW)])
        yield running


@contextmanager
def working(city: Quadville, clock: Clock) -> Iterator[Refresher]:
    settings = Settings.from_environment(city.environment)
    with refresher(settings, load_profile(settings.city), clock=clock) as made:
        yield made


@contextmanager
def store_of(city: Quadville) -> Iterator[Store]:
    with Store.open(city.data_dir, load_profile(str(city.profile))) as store:
        yield store


def backfill(city: Quadville, store: Store) -> Backfill:
    settings = Settings.from_environment(city.environment)
    profile = load_profile(settings.city)
    feed = create_feed(settings, profile, stop=threading.Event())
    return Backfill(
        feed, store, city.data_dir, clock=Clock(), today=city_calendar(profile, Clock())
    )


def test_open_and_recent_come_first_and_the_backfill_brings_the_rest(city: Quadville) -> None:
    with working(city, Clock()) as live:
        first = live.run_once()
        assert first.outcome is Outcome.OK
        assert NEW <= first.inserted < OLD
        with store_of(city) as store:
            # The requests that were open or recent are held already.
            result = backfill(city, store).run(0)
            assert result.finished
            assert result.received == len(city.requests) - first.rejected
            assert store.total() == result.received
        again = live.run_once()
        assert (again.outcome, again.open) == (Outcome.UNCHANGED, first.open)
        assert SnapshotReader(city.data_dir).latest().meta.counts.history == result.received


def test_what_a_portal_rewrote_is_caught_up_and_changes_only_what_changed(city: Quadville) -> None:
    clock = Clock()
    with working(city, clock) as live, store_of(city) as store:
        live.run_once()
        backfill(city, store).run(0)
        live.run_once()
        before = store.sequence
        changed = {"state": "Closed", "asked": days_ago(700), "done": days_ago(689)}
        city.requests.upsert([request_row("24-7", **changed)])
        city.requests.rewrite_all()
        clock.ahead += timedelta(minutes=5)

        refresh = live.run_once()
        assert (refresh.inserted, refresh.removed) == (0, 0)
        pieces = 1
        while live.upkeep():
            pieces += 1
        assert pieces > 1
        assert store.changed_count(before) == 1
        status = read_status(city.data_dir)
        assert status is not None
        assert status.catch_up is None
        clock.ahead += timedelta(minutes=5)
        assert live.run_once().outcome is Outcome.UNCHANGED


def test_requests_that_vanish_are_found_within_a_day(city: Quadville) -> None:
    clock = Clock()
    with working(city, clock) as live, store_of(city) as store:
        live.run_once()
        backfill(city, store).run(0)
        first = live.run_once()
        while live.upkeep():
            pass
        total = store.total()
        city.requests.delete(["27-1", "27-2", "24-3"])
        clock.ahead += timedelta(days=1)
        live.run_once()
        while live.upkeep():
            pass
        refresh = live.run_once()
        assert refresh.open == first.open - 2
        for number in ("27-1", "27-2", "24-3"):
            held = store.request(number)
            assert held is not None
            assert held.vanished is not None
        assert store.total() == total - 3


def test_live_refreshes_go_on_while_the_backfill_runs(city: Quadville) -> None:
    with working(city, Clock()) as live, store_of(city) as store:
        first = live.run_once()
        fresh = iter(range(1_000))

        def refresh_too(_: object) -> None:
            city.requests.upsert([request_row(f"28-{next(fresh)}")])
            assert live.run_once().inserted == 1

        result = backfill(city, store).run(0, refresh_too)
        assert result.finished
        after = live.run_once()
        assert after.open == first.open + next(fresh)
        assert SnapshotReader(city.data_dir).latest().meta.counts.open == after.open
