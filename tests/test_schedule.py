"""When refreshes run: at once, again and again, later while failing, never two at a time."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import FeedThrottled, FeedUnavailable
from livemaps.model import Outcome, Refresh
from livemaps.refresh import Refresher
from livemaps.schedule import Scheduler, wait_seconds
from livemaps.settings import Settings
from tests.fake_feed import Town, row, town_in

PATIENCE = 60.0
"""Far longer than anything here takes; it only ends a test that would hang."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        made.feed.put(row(1), row(2))
        yield made


@contextmanager
def running(
    refresher: Refresher, seconds: float = 3600.0
) -> Iterator[tuple[Scheduler, queue.Queue[Refresh]]]:
    """Run a scheduler; what its refreshes did comes through the queue."""
    done: queue.Queue[Refresh] = queue.Queue()
    settings = Settings(refresh_seconds=seconds, jitter_seconds=0)
    scheduler = Scheduler(refresher, settings, on_refresh=done.put)
    scheduler.start()
    try:
        yield scheduler, done
    finally:
        assert scheduler.stop()


def test_the_first_refresh_runs_at_once_and_tells_when_the_next_will_be(town: Town) -> None:
    before = datetime.now(UTC)
    with running(town.refresher()) as (scheduler, done):
        assert done.get(timeout=PATIENCE).inserted == 2
        next_check = town.status().next_check
        assert next_check is not None
        assert next_check >= before + timedelta(seconds=3599)
        assert scheduler.stop()
    assert town.status().next_check is None


def test_refreshes_follow_one_another(town: Town) -> None:
    with running(town.refresher(), seconds=1) as (_, done):
        outcomes = [done.get(timeout=PATIENCE).outcome for _ in range(3)]
    assert outcomes == [Outcome.OK, Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_two_refreshes_never_overlap_however_long_one_takes(town: Town) -> None:
    at_once = [0]
    most = [0]
    held = threading.Event()

    def slow(_: int) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        held.wait(1.5)
        at_once[0] -= 1

    town.feed.before_page = slow
    with running(town.refresher(), seconds=1) as (_, done):
        done.get(timeout=PATIENCE)
        done.get(timeout=PATIENCE)
    assert most == [1]


def test_while_the_feed_fails_the_next_refresh_is_put_off(town: Town) -> None:
    town.feed.error = FeedUnavailable("away")
    with running(town.refresher(), seconds=1000) as (_, done):
        assert done.get(timeout=PATIENCE).outcome is Outcome.FAILED
        next_check = town.status().next_check
        assert next_check is not None
        assert next_check > datetime.now(UTC) + timedelta(seconds=1900)


def test_background_work_goes_on_until_it_is_done(town: Town) -> None:
    town.feed.rewritten = ["1", "2", "1", "2", "1"]
    caught_up = threading.Event()
    refresher = town.refresher()
    upkeep = refresher.upkeep

    def watched() -> bool:
        more = upkeep()
        if not town.feed.rewritten:
            caught_up.set()
        return more

    refresher.upkeep = watched  # type: ignore[method-assign]
    with running(refresher):
        assert caught_up.wait(PATIENCE)
    assert town.feed.calls["catch_up"] == 3


class TestStopping:
    def test_in_the_middle_of_a_refresh_undoes_it(self, town: Town) -> None:
        town.feed.put(*(row(number) for number in range(10, 20)))
        refresher = town.refresher()
        on_page, stop_is_told = threading.Event(), threading.Event()

        def wait(number: int) -> None:
            if number == 3:
                on_page.set()
                stop_is_told.wait(PATIENCE)

        town.feed.before_page = wait
        with running(refresher) as (scheduler, done):
            assert on_page.wait(PATIENCE)
            stopping = threading.Thread(target=scheduler.stop)
            stopping.start()
            assert refresher.stop.wait(PATIENCE)
            stop_is_told.set()
            stopping.join()
            assert done.empty()
        assert (town.store.total(), town.store.feed_state()) == (0, "")

        town.feed.before_page = None
        assert town.refresher().run_once().inserted == 12

    def test_before_starting_or_twice_is_no_error(self, town: Town) -> None:
        with running(town.refresher()) as (scheduler, done):
            done.get(timeout=PATIENCE)
            assert scheduler.stop()
            assert scheduler.stop()
        assert Scheduler(town.refresher(), Settings()).stop()


def test_a_fault_of_the_program_is_shown_and_the_next_refresh_still_comes(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="apscheduler")
    broken = threading.Event()

    def fault(_: int) -> None:
        town.feed.before_page = None
        broken.set()
        raise ZeroDivisionError("division by zero")

    town.feed.before_page = fault
    with running(town.refresher(), seconds=1) as (_, done):
        assert broken.wait(PATIENCE)
        assert done.get(timeout=PATIENCE).outcome is Outcome.OK
    failed = town.status().refreshes[-1]
    assert failed.outcome is Outcome.FAILED
    assert "ZeroDivisionError" in (failed.error or "")


class TestWaiting:
    SETTINGS = Settings(refresh_seconds=300, backoff_limit_seconds=3600)

    def test_doubles_with_each_failure_up_to_the_limit(self) -> None:
        waits = [wait_seconds(failures, self.SETTINGS) for failures in range(7)]
        assert waits == [300, 600, 1200, 2400, 3600, 3600, 3600]

    def test_is_never_shorter_than_the_portal_asks(self) -> None:
        assert wait_seconds(1, self.SETTINGS, retry_after=5000) == 5000
        assert wait_seconds(1, self.SETTINGS, retry_after=5) == 600

    @pytest.mark.parametrize("seconds", [10**9, float("inf")])
    def test_is_never_so_long_that_nobody_would_ask_again(self, seconds: float) -> None:
        assert wait_seconds(1, self.SETTINGS, retry_after=seconds) == 86_400

    @given(st.integers(0, 10**6), st.floats(1, 10**6), st.floats(1, 10**6))
    def test_is_never_shorter_than_the_interval_nor_longer_than_both(
        self, failures: int, interval: float, limit: float
    ) -> None:
        settings = Settings(refresh_seconds=interval, backoff_limit_seconds=limit)
        assert interval <= wait_seconds(failures, settings) <= max(interval, limit)


def test_the_patience_that_a_portal_asks_for_is_kept(town: Town) -> None:
    town.feed.error = FeedThrottled("too many requests", retry_after=9000)
    with running(town.refresher(), seconds=300) as (_, done):
        done.get(timeout=PATIENCE)
        next_check = town.status().next_check
        assert next_check is not None
        assert next_check > datetime.now(UTC) + timedelta(seconds=8900)
