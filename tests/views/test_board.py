"""What the board remembers, and what it says of the data's age."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from livemaps.errors import NoSnapshot, SnapshotDamaged, TooLarge
from livemaps.feeds.profile import load_profile
from livemaps.measures.days import last_complete_day
from livemaps.model import Filters, Measure, Stage
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.status import State, Status, write_status
from livemaps.views import Board, ViewOptions
from livemaps.views.memo import Memo
from livemaps.views.trend import trend
from tests.views.town import TODAY, Row, snapshot_of

NOW = datetime(2024, 10, 4, 12, 10, tzinfo=UTC)
ROWS = [Row(ward="1"), Row(ward="2", stage=Stage.IN_PROGRESS), Row(requested=TODAY - 50)]


class Source:
    def __init__(self, current: Snapshot | None) -> None:
        self.current = current

    def latest(self) -> Snapshot:
        if self.current is None:
            raise NoSnapshot("nothing was published yet")
        return self.current


def board(current: Snapshot | None, folder: Path) -> Board:
    settings = Settings(data_dir=folder, stale_after_seconds=600)
    return Board(Source(current), load_profile("calgary"), settings, lambda: NOW)


class TestHome:
    def test_one_call_answers_all_that_the_screen_shows_on_one_snapshot(
        self, tmp_path: Path
    ) -> None:
        view = ViewOptions(layer="ward", theme="dark", table=True)
        home = board(snapshot_of(ROWS), tmp_path).home(Filters(), view)
        versions = {
            part.version
            for part in (home.headline, home.facets, home.areas, home.breakdown, home.listing)
        }
        assert versions == {home.version, home.changes.version}
        assert home.areas.layer == "ward"
        assert home.view == view
        assert home.headline.total == home.areas.total == home.breakdown.total == 3
        assert home.listing.total == 3

    def test_its_parts_are_what_each_view_answers_alone(self, tmp_path: Path) -> None:
        filters = Filters(measure=Measure.REPORTED).with_area("ward", frozenset({"1"}))
        found = board(snapshot_of(ROWS), tmp_path)
        home = found.home(filters)
        assert home.headline == found.headline(filters)
        assert home.facets == found.facets(filters)
        assert home.areas == found.area_values(filters)
        assert home.breakdown == found.breakdown(filters)
        assert home.listing == found.listing(filters)
        assert home.changes == found.changes(filters)

    def test_a_new_snapshot_is_answered_from_anew(self, tmp_path: Path) -> None:
        source = Source(snapshot_of(ROWS))
        found = Board(source, load_profile("calgary"), Settings(data_dir=tmp_path), lambda: NOW)
        assert found.home(Filters()).headline.total == 3
        source.current = snapshot_of(ROWS[:1], version="later")
        assert found.home(Filters()).headline.total == 1
        assert found.home(Filters()).version == "later"

    def test_themes_and_languages_share_one_answer(self, tmp_path: Path) -> None:
        found = board(snapshot_of(ROWS), tmp_path)
        dark = found.home(Filters(), ViewOptions(theme="dark", lang="fr"))
        assert found.home(Filters(), ViewOptions(theme="light")).listing is dark.listing

    def test_before_the_first_snapshot_it_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(NoSnapshot):
            board(None, tmp_path).home(Filters())
        assert board(None, tmp_path).parse("ward=7&lang=fr").view.lang == "fr"


class TestAge:
    @pytest.mark.parametrize(("minutes", "expected"), [(9, None), (11, "check")])
    def test_it_is_stale_when_the_last_success_is_too_long_ago(
        self, tmp_path: Path, minutes: int, expected: str | None
    ) -> None:
        success = NOW - timedelta(minutes=minutes)
        status = Status(State.FAILING, last_checked=NOW, last_success=success)
        write_status(tmp_path, status)
        assert board(snapshot_of(ROWS), tmp_path).stale() == expected

    def test_without_a_status_the_snapshot_itself_says_when_it_was_made(
        self, tmp_path: Path
    ) -> None:
        assert board(snapshot_of(ROWS), tmp_path).stale() is None

    def test_the_feed_is_late_when_its_newest_request_is_old(self, tmp_path: Path) -> None:
        assert board(snapshot_of([Row(requested=TODAY - 5)]), tmp_path).stale() == "feed"
        assert board(snapshot_of([Row(requested=TODAY - 4)]), tmp_path).stale() is None

    def test_nothing_is_stale_before_there_is_anything(self, tmp_path: Path) -> None:
        assert board(None, tmp_path).stale() is None

    def test_the_status_is_read_again_once_it_was_written(self, tmp_path: Path) -> None:
        found = board(None, tmp_path)
        assert found.status() is None
        write_status(tmp_path, Status(State.OK))
        first = found.status()
        assert found.status() is first
        write_status(tmp_path, Status(State.FAILING, error="the portal is silent"))
        second = found.status()
        assert second is not None
        assert second.state is State.FAILING

    def test_a_damaged_status_is_an_error_and_not_an_old_answer(self, tmp_path: Path) -> None:
        (tmp_path / "status.json").write_text("{")
        with pytest.raises(SnapshotDamaged):
            board(None, tmp_path).status()


class TestTrend:
    def test_weeks_end_on_the_last_day_and_a_part_of_one_is_left_out(self) -> None:
        rows = [Row(requested=TODAY - day) for day in range(20)]
        found = trend(snapshot_of(rows), Filters(), TODAY - 19, TODAY, step=7)
        assert found.days == (TODAY - 13, TODAY - 6)
        assert found.received == (7, 7)

    def test_the_newest_days_are_marked_as_incomplete(self) -> None:
        snapshot = snapshot_of([Row(requested=TODAY - 2)])
        assert last_complete_day(snapshot.meta) == TODAY - 3
        found = trend(snapshot, Filters(), TODAY - 4, TODAY)
        assert found.complete == (True, True, False, False, False)
        assert last_complete_day(snapshot_of([]).meta) is None

    def test_no_days_are_no_trend(self) -> None:
        assert trend(snapshot_of(ROWS), Filters(), TODAY, TODAY - 5).received == ()

    def test_centuries_are_refused(self) -> None:
        with pytest.raises(TooLarge):
            trend(snapshot_of(ROWS), Filters(), 0, 10**7)

    def test_the_headline_compares_two_complete_weeks(self, tmp_path: Path) -> None:
        rows = [Row(requested=TODAY - day) for day in (1, 2, 3, 9, 10, 16, 17, 17)]
        found = board(snapshot_of(rows), tmp_path).headline(Filters())
        assert found.week_ends == TODAY - 2
        assert (found.last_week, found.week_before) == (2, 2)


class TestMemo:
    def test_an_answer_is_worked_out_once_however_many_ask_at_once(self) -> None:
        memo, begun = Memo(4), threading.Barrier(8)
        worked: list[int] = []

        def work() -> int:
            worked.append(1)
            return 7

        def ask() -> int:
            begun.wait(10)
            return memo.get("key", work)

        with ThreadPoolExecutor(8) as pool:
            answers = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
        assert answers == [7] * 8
        assert worked == [1]

    def test_it_forgets_what_was_not_asked_for_longest(self) -> None:
        memo = Memo(2)
        worked: list[str] = []

        def ask(key: str) -> None:
            memo.get(key, lambda: worked.append(key))

        for key in ("a", "b", "a", "c", "a", "b"):
            ask(key)
        assert worked == ["a", "b", "c", "b"]
        assert len(memo) == 2

    def test_an_error_is_raised_and_not_remembered(self) -> None:
        memo = Memo(2)
        with pytest.raises(ZeroDivisionError):
            memo.get("key", lambda: 1 // 0)
        assert memo.get("key", lambda: 5) == 5
