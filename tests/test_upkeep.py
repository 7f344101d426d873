"""What is done between refreshes: the rest of a rewrite, and requests that vanished."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from livemaps.errors import FeedUnavailable
from livemaps.model import Outcome, day_date
from livemaps.reconcile import days_of
from livemaps.snapshot import SnapshotReader
from livemaps.status import CatchUpLeft, State
from livemaps.store import Kind
from tests.fake_feed import TODAY, Town, closed, row, town_in


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        yield made


def kinds(town: Town, number: int) -> list[Kind]:
    return [event.kind for event in town.store.events(str(number))]


class TestCatchingUp:
    def test_what_a_rewrite_left_comes_in_bounded_pieces(self, town: Town) -> None:
        town.feed.put(*(row(number) for number in range(5)))
        refresher = town.refresher()
        refresher.run_once()
        town.feed.edit_silently(*(closed(number) for number in range(5)))
        town.feed.rewritten = [str(number) for number in range(5)]

        assert refresher.upkeep()
        assert town.store.open_count() == 3
        assert town.status().catch_up == CatchUpLeft(3)
        assert refresher.upkeep()
        assert not refresher.upkeep()
        assert town.store.open_count() == 0
        assert town.status().catch_up is None

    def test_it_is_published_by_the_next_refresh(self, town: Town) -> None:
        town.feed.put(row(1), row(2))
        refresher = town.refresher()
        refresher.run_once()
        town.feed.edit_silently(closed(1))
        town.feed.rewritten = ["1"]
        refresher.upkeep()
        town.clock.move(minutes=5)

        refresh = refresher.run_once()
        assert (refresh.outcome, refresh.open) == (Outcome.UNCHANGED, 1)
        assert SnapshotReader(town.data_dir).latest().meta.counts.open == 1

    def test_that_fails_is_trouble_until_it_succeeds(self, town: Town) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        refresher.run_once()
        town.feed.rewritten = ["1"]
        town.feed.error = FeedUnavailable("the portal is away")
        assert not refresher.upkeep()
        assert town.status().state is State.PARTIAL
        assert "what the portal rewrote is held up" in town.status().trouble[0]

        town.feed.error = None
        assert not refresher.upkeep(), "one piece was all"
        refresher.run_once()
        assert (town.status().state, town.status().trouble) == (State.RECOVERED, ())

    def test_a_fault_of_the_program_is_trouble_until_it_succeeds(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        refresher.run_once()
        town.feed.rewritten = ["1"]

        def fault(_: str) -> None:
            raise ZeroDivisionError("division by zero")

        with monkeypatch.context() as patched:
            patched.setattr(town.feed, "catch_up", fault)
            with pytest.raises(ZeroDivisionError):
                refresher.upkeep()
        assert town.status().state is State.PARTIAL
        assert "ZeroDivisionError: division by zero" in town.status().trouble[0]

        refresher.upkeep()
        refresher.run_once()
        assert (town.status().state, town.status().trouble) == (State.RECOVERED, ())

    def test_waits_until_something_is_held(self, town: Town) -> None:
        town.feed.rewritten = ["1"]
        assert not town.refresher().upkeep()
        assert town.feed.calls["catch_up"] == 0


class TestReconciling:
    def reconciled(self, town: Town) -> None:
        """Let a day pass and reconcile."""
        refresher = town.refresher()
        refresher.upkeep()
        town.clock.move(days=1)
        refresher.upkeep()

    def test_is_done_once_a_day_also_across_restarts(self, town: Town) -> None:
        town.feed.put(row(1))
        town.refresher().run_once()
        for hours in (0, 12, 11, 1, 1):
            town.clock.move(hours=hours)
            town.refresher().upkeep()
        assert town.feed.calls["open_ids"] == 1

    def test_an_open_request_that_the_feed_lacks_has_vanished(self, town: Town) -> None:
        town.feed.put(row(1), row(2))
        town.refresher().run_once()
        town.feed.remove(1)
        self.reconciled(town)
        assert kinds(town, 1) == [Kind.VANISHED]
        assert (town.store.open_count(), town.store.total()) == (1, 1)
        (logged, _) = town.store.refreshes(2)
        assert (logged.outcome, logged.removed) == (Outcome.OK, 1)

    def test_an_open_request_that_the_feed_has_resolved_was_a_missed_update(
        self, town: Town
    ) -> None:
        town.feed.put(row(1), row(2))
        town.refresher().run_once()
        town.feed.edit_silently(closed(1))
        self.reconciled(town)
        assert kinds(town, 1) == [Kind.STATUS]
        assert (town.store.open_count(), town.store.total()) == (1, 2)

    def test_a_request_open_in_the_feed_and_missing_here_is_brought(self, town: Town) -> None:
        town.feed.put(row(1))
        town.refresher().run_once()
        town.feed.edit_silently(row(2))
        self.reconciled(town)
        assert set(town.store.open_ids()) == {"1", "2"}

    def test_a_resolved_request_that_vanished_is_found_by_its_month(self, town: Town) -> None:
        town.feed.put(row(1), closed(2), closed(3), closed(4, days_ago=70))
        town.refresher().run_once()
        town.feed.remove(3)
        self.reconciled(town)
        assert kinds(town, 3) == [Kind.VANISHED]
        assert town.store.total() == 3
        assert town.feed.calls["ids_of_month"] == 1, "months that agree are left alone"

    def test_a_resolved_request_that_was_missed_is_found_where_all_should_be_held(
        self, town: Town
    ) -> None:
        town.feed.put(row(1), closed(2, days_ago=0))
        town.refresher().run_once()
        town.feed.edit_silently(closed(3, days_ago=1), closed(4, days_ago=400))
        self.reconciled(town)
        assert set(town.store.ids_of_days(TODAY - 30, TODAY + 1)) == {"1", "2", "3"}
        assert town.store.request("4") is None, "history is for the backfill to bring"

    def test_where_nothing_differs_nothing_is_asked_again_or_written(self, town: Town) -> None:
        town.feed.put(row(1), closed(2))
        town.refresher().run_once()
        sequence = town.store.sequence
        self.reconciled(town)
        assert town.store.sequence == sequence
        assert town.store.refreshes(1)[0].outcome is Outcome.UNCHANGED

    def test_duplicates_that_are_open_are_no_difference(self, town: Town) -> None:
        town.feed.put(row(1), row(2, status="Duplicate"))
        town.refresher().run_once()
        self.reconciled(town)
        assert town.store.refreshes(1)[0].received == 0

    def test_a_portal_that_is_suddenly_half_empty_is_doubted_once(self, town: Town) -> None:
        town.feed.page_size = 1_000
        town.feed.put(*(row(number) for number in range(300)))
        town.refresher().run_once()
        town.feed.remove(*range(200))
        self.reconciled(town)
        assert town.store.open_count() == 300
        assert not town.feed.calls["open_ids"] + town.feed.calls["ids_of_month"], "numbers told"
        assert town.status().state is State.PARTIAL
        assert "lacks 200 requests" in town.status().trouble[0]

        self.reconciled(town)
        assert town.store.open_count() == 100

    def test_a_portal_that_is_whole_again_lost_nothing(self, town: Town) -> None:
        town.feed.page_size = 1_000
        rows = [row(number) for number in range(300)]
        town.feed.put(*rows)
        town.refresher().run_once()
        town.feed.remove(*range(200))
        self.reconciled(town)
        town.feed.edit_silently(*rows)
        self.reconciled(town)
        assert town.store.open_count() == 300
        assert kinds(town, 1) == []

    def test_that_fails_changes_nothing_and_is_trouble(self, town: Town) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        refresher.run_once()
        refresher.upkeep()
        town.feed.remove(1)
        town.feed.error = FeedUnavailable("the portal is away")
        town.clock.move(days=1)
        refresher.upkeep()
        assert town.store.open_count() == 1
        assert "vanished did not succeed: the portal is away" in town.status().trouble[0]

    def test_that_fails_is_tried_again_after_an_hour_also_by_another_process(
        self, town: Town
    ) -> None:
        town.feed.put(row(1), row(2))
        town.refresher().run_once()
        town.refresher().upkeep()
        town.feed.remove(1)
        town.feed.error = FeedUnavailable("the portal is away")
        town.clock.move(days=1)
        town.refresher().upkeep()
        town.feed.error = None
        town.clock.move(minutes=59)
        town.refresher().upkeep()
        assert town.store.open_count() == 2
        town.clock.move(minutes=1)
        town.refresher().upkeep()
        assert town.store.open_count() == 1

    def test_as_many_new_ones_do_not_hide_that_a_portal_lost_its_requests(self, town: Town) -> None:
        town.feed.page_size = 1_000
        town.feed.put(*(row(number) for number in range(300)))
        town.refresher().run_once()
        town.feed.remove(*range(200))
        town.feed.edit_silently(*(row(number) for number in range(1_000, 1_200)))
        self.reconciled(town)
        assert town.store.open_count() == 500, "the new ones came, the old ones stay"
        assert "lacks 200 requests" in town.status().trouble[0]


class TestWholeRefresh:
    """For a process that does not go on, such as a timer's `refresh --once`."""

    def test_what_a_rewrite_left_is_brought_published_and_counted(self, town: Town) -> None:
        town.feed.put(*(row(number) for number in range(5)))
        town.refresher().run_once()
        town.feed.edit_silently(*(closed(number) for number in range(4)))
        town.feed.rewritten = [str(number) for number in range(5)]
        town.feed.put(row(6))

        refresh = town.refresher().run_whole()
        assert (refresh.outcome, refresh.open) == (Outcome.OK, 2)
        assert (refresh.received, refresh.inserted, refresh.updated) == (6, 1, 4)
        assert SnapshotReader(town.data_dir).latest().meta.counts.open == 2
        assert town.status().catch_up is None

    def test_what_vanished_is_removed_once_it_is_due(self, town: Town) -> None:
        town.feed.put(row(1), row(2))
        assert town.refresher().run_whole().removed == 0
        town.feed.remove(1)
        town.clock.move(hours=23)
        assert town.refresher().run_whole().open == 2
        town.clock.move(hours=1)

        refresh = town.refresher().run_whole()
        assert (refresh.outcome, refresh.removed, refresh.open) == (Outcome.OK, 1, 1)
        assert SnapshotReader(town.data_dir).latest().meta.counts.open == 1
        assert town.refresher().run_whole().outcome is Outcome.UNCHANGED

    def test_where_nothing_is_due_the_portal_is_asked_once(self, town: Town) -> None:
        town.feed.put(row(1))
        town.refresher().run_whole()
        town.feed.calls.clear()
        assert town.refresher().run_whole().outcome is Outcome.UNCHANGED
        assert town.feed.calls == {"plan": 1}

    def test_that_fails_does_no_background_work(self, town: Town) -> None:
        town.feed.put(row(1))
        town.refresher().run_once()
        town.feed.rewritten = ["1"]
        town.feed.error = FeedUnavailable("the portal is away")
        assert town.refresher().run_whole().outcome is Outcome.FAILED
        assert town.feed.calls["catch_up"] == 0


@pytest.mark.parametrize(
    ("month", "first", "after"),
    [
        ("2026-08", "2026-08-01", "2026-09-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2026-11", "2026-11-01", "2026-12-01"),
    ],
)
def test_days_of_a_month(month: str, first: str, after: str) -> None:
    assert [day_date(day).isoformat() for day in days_of(month)] == [first, after]
