"""On which day new requests were first seen by live refreshes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from livemaps.backfill import Backfill
from livemaps.store import Store
from tests.fake_feed import TODAY, Town, closed, row, town_in
from tests.store import samples

DAY = samples.AUGUST_20 // 86_400


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        yield made


def note(store: Store, day: int, *numbers: int) -> None:
    """Store requests of August 20 and note them as seen on a day."""
    with store.refreshing(samples.NOON) as writing:
        writing.apply([samples.row(number) for number in numbers])
        writing.note_arrivals(day)


def test_requests_count_on_the_day_on_which_they_were_first_seen(store: Store) -> None:
    note(store, DAY, 1, 2)
    note(store, DAY + 1, 2, 3)
    note(store, DAY + 1, 4)
    assert store.arrivals(DAY) == ((DAY, DAY, 2), (DAY + 1, DAY, 2), (DAY + 1, DAY + 1, 0))
    assert store.arrivals(DAY + 2) == ()


def test_a_day_on_which_nothing_came_is_known_to_have_been_watched(store: Store) -> None:
    note(store, DAY + 3)
    assert store.arrivals(0) == ((DAY + 3, DAY + 3, 0),)


def test_rows_of_a_backfill_are_not_taken_for_late_reports(store: Store) -> None:
    samples.put(store, samples.row(1), samples.row(2), bulk=True)
    note(store, DAY + 2)
    note(store, DAY + 3, 2, 4)
    assert [entry for entry in store.arrivals(0) if entry.rows] == [(DAY + 3, DAY, 1)]


def test_old_requests_that_are_seen_for_the_first_time_are_no_news(store: Store) -> None:
    note(store, DAY + 61, 1)
    assert sum(entry.rows for entry in store.arrivals(0)) == 0


def test_what_was_seen_long_ago_is_forgotten(store: Store) -> None:
    note(store, DAY, 1)
    note(store, DAY + 401)
    assert [entry.seen_day for entry in store.arrivals(0)] == [DAY + 401]


def test_a_first_start_notes_nothing_and_a_live_refresh_what_is_new(town: Town) -> None:
    town.feed.put(row(1, days_ago=2), closed(2))
    refresher = town.refresher()
    refresher.run_once()
    assert town.store.arrivals(0) == ()
    town.clock.move(minutes=5)
    town.feed.put(row(3, days_ago=1), row(4, days_ago=1), closed(1, days_ago=2))
    refresher.run_once()
    assert town.store.arrivals(0) == ((TODAY, TODAY - 1, 2), (TODAY, TODAY, 0))


def test_a_backfill_notes_nothing(town: Town) -> None:
    town.feed.put(row(1))
    refresher = town.refresher()
    refresher.run_once()
    town.clock.move(minutes=5)
    refresher.run_once()
    town.feed.put(row(9, days_ago=40))
    history = Backfill(
        town.feed,
        town.store,
        town.data_dir,
        clock=town.clock,
        today=lambda: TODAY,
        stop=threading.Event(),
    )
    assert history.run(TODAY - 60).inserted == 1
    assert sum(entry.rows for entry in town.store.arrivals(0)) == 0


def test_days_are_those_of_the_city(town: Town) -> None:
    town.feed.put(row(1))
    refresher = town.refresher()
    refresher.run_once()
    town.clock.now += timedelta(days=2)
    refresher.run_once()
    assert [entry.seen_day for entry in town.store.arrivals(0)] == [TODAY + 2]
