"""The history: newest first, resumable at any point, beside a live refresh."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from livemaps.backfill import Backfill, BackfillProgress
from livemaps.errors import FeedUnavailable, StoreLocked
from livemaps.model import Outcome, Page, Reject, day_number
from livemaps.snapshot import SnapshotReader
from livemaps.snapshot.source import COMPLETE_SINCE
from livemaps.store import Store, backfill_lock
from tests.fake_feed import NOON, Town, closed, row, town_in

SINCE = day_number(date(2025, 1, 10))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        made.feed.edit_silently(*(closed(f"{n:04}", days_ago=n * 10) for n in range(60)))
        yield made


def backfill(town: Town, stop: threading.Event | None = None) -> Backfill:
    return Backfill(
        town.feed, town.store, town.data_dir, clock=town.clock, today=town.clock.today, stop=stop
    )


def test_all_since_the_month_of_the_day_given_is_brought(town: Town) -> None:
    expected = town.feed._of_days(day_number(date(2025, 1, 1)), 10**6)
    result = backfill(town).run(SINCE)
    assert result.finished
    assert (result.received, result.inserted) == (len(expected), len(expected))
    assert town.store.total() == len(expected) == 60
    assert town.store.open_count() == 0


def test_the_newest_month_comes_first(town: Town) -> None:
    days: list[int] = []
    backfill(town).run(SINCE, lambda progress: days.append(progress.day))
    assert days == sorted(days, reverse=True)
    assert days[-1] == day_number(date(2025, 1, 1))


def test_months_without_requests_cost_nothing(town: Town) -> None:
    asked: list[int] = []
    history = town.feed.history

    def watched(since: int, until: int, position: str = "") -> Iterator[Page]:
        asked.append(since)
        return history(since, until, position)

    town.feed.history = watched  # type: ignore[method-assign]
    assert backfill(town).run(0).received == 60
    assert min(asked) == day_number(date(2025, 1, 1))


def test_a_second_run_finds_nothing_to_do_and_an_earlier_day_the_rest(town: Town) -> None:
    backfill(town).run(day_number(date(2026, 1, 1)))
    held = town.store.total()
    assert backfill(town).run(day_number(date(2026, 1, 1))).received == 0
    result = backfill(town).run(SINCE)
    assert result.received == 60 - held


@pytest.mark.parametrize("pages", [1, 2, 5, 11, 20])
def test_it_goes_on_where_it_was_stopped_without_fetching_again(town: Town, pages: int) -> None:
    stop = threading.Event()
    seen: list[BackfillProgress] = []

    def stop_after(progress: BackfillProgress) -> None:
        seen.append(progress)
        if len(seen) == pages:
            stop.set()

    first = backfill(town, stop).run(SINCE, stop_after)
    assert not first.finished
    assert first.received == town.store.total()

    second = backfill(town).run(SINCE)
    assert second.finished
    assert first.received + second.received == 60
    assert town.store.total() == 60


def test_a_feed_that_fails_loses_nothing_that_came_before(town: Town) -> None:
    def fail(progress: BackfillProgress) -> None:
        if progress.rows_done >= 20:
            town.feed.error = FeedUnavailable("away")

    with pytest.raises(FeedUnavailable):
        backfill(town).run(SINCE, fail)
    held = town.store.total()
    assert held >= 20
    town.feed.error = None
    assert backfill(town).run(SINCE).received == 60 - held


def test_again_starts_from_today(town: Town) -> None:
    backfill(town).run(SINCE)
    result = backfill(town).run(SINCE, again=True)
    assert (result.received, result.inserted) == (60, 0)


def test_progress_has_a_rate_and_the_time_left(town: Town) -> None:
    shown: list[BackfillProgress] = []

    def tick(progress: BackfillProgress) -> None:
        shown.append(progress)
        town.clock.move(seconds=1)

    backfill(town).run(SINCE, tick)
    assert shown[0].seconds_left is None
    last = shown[-1]
    assert (last.rows_done, last.rows_expected, last.seconds_left) == (60, 60, 0.0)
    assert [progress.rows_per_second for progress in shown[1:]] == pytest.approx(
        [progress.rows_done / seconds for seconds, progress in enumerate(shown[1:], 1)]
    )


def test_what_the_live_refresh_stored_is_not_overwritten(town: Town) -> None:
    town.feed.put(row(1))
    town.refresher().run_once()
    town.feed.edit_silently(closed(1))
    backfill(town).run(SINCE)
    assert town.store.open_count() == 1


def test_the_live_refresh_goes_on_meanwhile_and_shows_the_history_in_the_end(town: Town) -> None:
    refresher = town.refresher()
    refresher.run_once()

    def refresh_too(progress: BackfillProgress) -> None:
        if progress.rows_done == 20:
            town.feed.put(row("new"))
            refresh = refresher.run_once()
            assert (refresh.inserted, refresh.open) == (1, 1)

    backfill(town).run(SINCE, refresh_too)
    refresher.run_once()
    assert SnapshotReader(town.data_dir).latest().meta.counts.history == 61


def test_a_long_refresh_is_waited_for(town: Town) -> None:
    with Store.open(town.data_dir, town.profile, busy_seconds=0.01) as impatient:
        waiting = Backfill(
            town.feed, impatient, town.data_dir, clock=town.clock, today=town.clock.today
        )
        thread = threading.Thread(target=waiting.run, args=(SINCE,))
        with town.store.refreshing(NOON) as live:
            live.apply([row("live")])
            thread.start()
            thread.join(0.3)
            assert thread.is_alive()
            live.apply([row("live too")])
        thread.join(60)
    assert town.store.total() == 62


def test_the_last_rows_are_shown_once_it_has_ended_though_nothing_else_is_new(town: Town) -> None:
    refresher = town.refresher()
    refresher.run_once()

    def refresh_too(progress: BackfillProgress) -> None:
        if progress.rows_done == 60:
            assert refresher.run_once().outcome is Outcome.UNCHANGED
            assert SnapshotReader(town.data_dir).latest().meta.counts.history < 60

    backfill(town).run(SINCE, refresh_too)
    assert refresher.run_once().outcome is Outcome.UNCHANGED
    assert SnapshotReader(town.data_dir).latest().meta.counts.history == 60


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_wrong_with_the_rows_is_told_in_the_end(
    town: Town, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    history = town.feed.history

    def flawed(since: int, until: int, position: str = "") -> Iterator[Page]:
        for page in history(since, until, position):
            yield replace(page, rejects=(Reject("no id", "{}"),), defects={"lat: not a number": 2})
            if fails:
                raise FeedUnavailable("away")

    town.feed.history = flawed  # type: ignore[method-assign]
    if fails:
        with pytest.raises(FeedUnavailable):
            backfill(town).run(SINCE)
    else:
        result = backfill(town).run(SINCE)
        assert (result.received, result.inserted) == (60 + result.rejected, 60)
        assert result.rejected > 1
        assert town.store.rejected_total() == 1, "it is the same row on every page"
    rows, cells = (record.getMessage() for record in caplog.records)
    assert "rows could not be read and were set aside (no id: " in rows
    assert "cells could not be read and were left empty (lat: not a number: " in cells


def test_only_one_backfill_works_on_a_folder(town: Town) -> None:
    with (
        backfill_lock(town.data_dir),
        pytest.raises(StoreLocked, match="another backfill"),
    ):
        backfill(town).run(SINCE)


def test_reconciliation_is_told_from_which_day_on_all_is_held(town: Town) -> None:
    town.refresher().run_once()
    assert int(town.store.meta(COMPLETE_SINCE)) == town.clock.today() - 89
    backfill(town).run(SINCE)
    assert int(town.store.meta(COMPLETE_SINCE)) == day_number(date(2025, 1, 1))


def test_the_history_of_a_feed_that_moved_is_fetched_again_and_told_complete(town: Town) -> None:
    town.refresher().run_once()
    backfill(town).run(SINCE)
    with town.store.refreshing(NOON) as writing:
        writing.save_feed_state("")
    town.refresher().run_once()
    assert int(town.store.meta(COMPLETE_SINCE)) == town.clock.today() - 89
    backfill(town).run(SINCE)
    assert int(town.store.meta(COMPLETE_SINCE)) == day_number(date(2025, 1, 1))
