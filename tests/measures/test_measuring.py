"""When measures are computed: at once where they must be, a tenth of the time where they may wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from livemaps.errors import (
    BoundaryError,
    FeedUnavailable,
    MeasuresPending,
    NoSnapshot,
    SnapshotError,
)
from livemaps.measures.contents import FamilyResult
from livemaps.measures.families import Family
from livemaps.measures.publish import MEASURES
from livemaps.measures.read import MeasuresReader, read_meta
from livemaps.measures.world import World
from livemaps.measuring import PAUSE, RETRY, Measuring, measure_now
from livemaps.model import Outcome
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader, versions
from livemaps.status import State
from tests.fake_feed import Town, row, town_in
from tests.measures.small import COUNTING, FAILING, NOTHING, noting
from tests.snapshot.hamlet import NOW, TODAY, Hamlet, layers, profile, request

SECONDS = 20.0
"""What a computation takes by the hamlet's clock."""


def slow(hamlet: Hamlet) -> Family:
    """Return a family that takes some seconds by the hamlet's clock."""

    def compute(_: World) -> FamilyResult:
        hamlet.now += timedelta(seconds=SECONDS)
        return FamilyResult()

    return Family("slow", compute)


def measuring(hamlet: Hamlet, *families: Family) -> Measuring:
    """Return what decides for a hamlet, as after a restart."""
    chosen = families or (slow(hamlet), COUNTING)
    return Measuring(hamlet.city, hamlet.data_dir, lambda: hamlet.areas, chosen, lambda: hamlet.now)


def computes(hamlet: Hamlet, working: Measuring, *, patient: bool = True) -> bool:
    """Let it work until it has nothing to do; returns whether it published measures."""
    before = read_meta(hamlet.data_dir)
    while working.step(patient=patient):
        pass
    return read_meta(hamlet.data_dir) != before


def rows_of(hamlet: Hamlet) -> int:
    facts = MeasuresReader(hamlet.data_dir).latest().family("counting").facts
    return int(facts["rows"])


def test_before_the_first_snapshot_there_is_nothing_to_do(tmp_path: Path) -> None:
    working = Measuring(profile(), tmp_path, tuple, (COUNTING,), lambda: NOW)
    assert not working.step()
    assert working.trouble == ()


def test_where_there_are_none_they_are_computed_at_once_and_then_not_again(hamlet: Hamlet) -> None:
    working = measuring(hamlet)
    assert computes(hamlet, working)
    hamlet.now += timedelta(days=30)
    assert not computes(hamlet, working)
    assert not computes(hamlet, measuring(hamlet)), "nor after a restart"


def test_one_family_is_computed_at_a_time(hamlet: Hamlet) -> None:
    seen: list[str] = []
    working = measuring(hamlet, noting("one", seen), noting("two", seen))
    assert working.step()
    assert (seen, read_meta(hamlet.data_dir)) == (["one"], None)
    assert not working.step()
    assert seen == ["one", "two"]
    assert read_meta(hamlet.data_dir) is not None


def test_other_rows_are_measured_after_a_pause_so_that_a_tenth_of_the_time_goes_into_it(
    hamlet: Hamlet,
) -> None:
    working = measuring(hamlet)
    assert computes(hamlet, working)
    finished = hamlet.now
    hamlet.apply(request("26-4"))
    hamlet.publish()
    hamlet.now = finished + timedelta(seconds=PAUSE * SECONDS - 1)
    assert not computes(hamlet, working)
    assert rows_of(hamlet) == 3
    hamlet.now = finished + timedelta(seconds=PAUSE * SECONDS)
    assert computes(hamlet, working)
    assert rows_of(hamlet) == 4


def test_the_pause_is_kept_across_a_restart_and_left_out_for_who_is_in_a_hurry(
    hamlet: Hamlet,
) -> None:
    assert computes(hamlet, measuring(hamlet))
    hamlet.apply(request("26-4"))
    hamlet.publish()
    assert not computes(hamlet, measuring(hamlet))
    assert computes(hamlet, measuring(hamlet), patient=False)


def test_no_pause_is_kept_while_somebody_waits_for_what_was_ordered_in_a_demo(
    hamlet: Hamlet,
) -> None:
    assert computes(hamlet, measuring(hamlet))
    hurried = Measuring(
        hamlet.city,
        hamlet.data_dir,
        lambda: hamlet.areas,
        (slow(hamlet), COUNTING),
        lambda: hamlet.now,
        hurry=lambda: True,
    )
    assert not computes(hamlet, hurried)
    hamlet.apply(request("26-4"))
    hamlet.publish()
    assert computes(hamlet, hurried)


def test_another_day_is_measured_after_the_pause_too(hamlet: Hamlet) -> None:
    working = measuring(hamlet)
    assert computes(hamlet, working)
    hamlet.publish(day=TODAY + 1)
    assert not computes(hamlet, working)
    hamlet.now += timedelta(seconds=PAUSE * SECONDS)
    assert computes(hamlet, working)
    found = read_meta(hamlet.data_dir)
    assert found is not None
    assert found.as_of_day == TODAY + 1


def test_other_boundaries_or_another_profile_are_measured_at_once(hamlet: Hamlet) -> None:
    assert computes(hamlet, measuring(hamlet))
    hamlet.areas = layers(-0.01)
    hamlet.publish()
    assert computes(hamlet, measuring(hamlet))
    hamlet.city = profile(set_apart_services=["Roads"])
    hamlet.publish()
    assert computes(hamlet, measuring(hamlet))


def test_other_families_or_another_version_of_the_program_compute_at_once(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert computes(hamlet, measuring(hamlet, slow(hamlet)))
    assert computes(hamlet, measuring(hamlet, slow(hamlet), FAILING))
    assert not computes(hamlet, measuring(hamlet, slow(hamlet), FAILING))
    monkeypatch.setattr("livemaps.measuring.__version__", "99.0")
    assert computes(hamlet, measuring(hamlet, slow(hamlet), FAILING))


def test_damaged_measures_are_computed_anew(hamlet: Hamlet) -> None:
    assert computes(hamlet, measuring(hamlet))
    for path in (hamlet.data_dir / MEASURES).glob("2*/meta.json"):
        path.write_text("{}")
    working = measuring(hamlet)
    while working.step():
        pass
    assert rows_of(hamlet) == 3


def test_a_snapshot_stays_until_its_computation_ends(hamlet: Hamlet) -> None:
    working = measuring(hamlet)
    assert working.step()
    for number in range(4, 9):
        hamlet.apply(request(f"26-{number}"))
        hamlet.publish()
    assert not working.step()
    assert rows_of(hamlet) == 3, "it is of the snapshot that it began with"


def test_a_family_that_fails_is_trouble_until_it_does_not(hamlet: Hamlet) -> None:
    working = measuring(hamlet, FAILING, COUNTING)
    assert computes(hamlet, working)
    told = ("the measures of failing could not be computed: ValueError: 3 rows are too few",)
    assert working.trouble == told
    again = measuring(hamlet, FAILING, COUNTING)
    assert not computes(hamlet, again)
    assert again.trouble == told, "also after a restart"
    cured = measuring(hamlet, COUNTING)
    assert computes(hamlet, cured)
    assert cured.trouble == ()


def test_a_city_without_a_request_is_no_trouble(hamlet: Hamlet) -> None:
    hamlet.vanish("26-1", "26-2", "26-3")
    hamlet.publish()
    working = measuring(hamlet)
    assert computes(hamlet, working)
    assert working.trouble == ()


def test_measures_that_cannot_be_written_are_trouble_and_tried_again_after_a_pause(
    hamlet: Hamlet,
) -> None:
    working = measuring(hamlet)
    with versions.publishing(hamlet.data_dir / MEASURES, "measures"):
        assert not computes(hamlet, working)
    assert "the last ones stay: another process is publishing" in working.trouble[0]
    assert not computes(hamlet, working)
    hamlet.now += RETRY
    assert computes(hamlet, working)
    assert working.trouble == ()


def test_boundaries_that_cannot_be_read_and_unforeseen_errors_are_trouble(
    hamlet: Hamlet, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(error: Exception) -> Measuring:
        def raising() -> tuple[()]:
            raise error

        return Measuring(hamlet.city, hamlet.data_dir, raising, (COUNTING,), lambda: hamlet.now)

    missing = fails(BoundaryError("no file"))
    assert not missing.step()
    assert missing.trouble[0].endswith("no file")
    odd = fails(KeyError("odd"))
    with caplog.at_level(logging.ERROR):
        assert not odd.step()
    assert "livemaps itself is at fault" in odd.trouble[0]
    assert caplog.records[-1].exc_info is not None


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        made.feed.put(row(1), row(2))
        yield made


def refresher(town: Town, *families: Family, stop: threading.Event | None = None) -> Refresher:
    return Refresher(
        town.profile,
        town.feed,
        town.store,
        town.data_dir,
        Settings(jitter_seconds=0),
        clock=town.clock,
        today=town.clock.today,
        stop=stop,
        families=families or (COUNTING,),
    )


class TestInTheRefresher:
    def test_a_refresh_computes_nothing_and_the_work_between_two_does(self, town: Town) -> None:
        one = refresher(town)
        one.run_once()
        assert read_meta(town.data_dir) is None
        assert not one.upkeep()
        found = read_meta(town.data_dir)
        assert found is not None
        assert found.snapshot == SnapshotReader(town.data_dir).latest().version

    def test_what_the_portal_rewrote_comes_before(self, town: Town) -> None:
        one = refresher(town)
        one.run_once()
        town.feed.rewritten = ["1", "2", "1", "2"]
        assert one.upkeep()
        assert read_meta(town.data_dir) is None
        one.upkeep()
        assert read_meta(town.data_dir) is not None

    def test_it_goes_on_while_the_portal_fails(self, town: Town) -> None:
        refresher(town).run_once()
        town.feed.error = FeedUnavailable("the portal is away")
        later = refresher(town)
        assert later.run_once().outcome is Outcome.FAILED
        later.upkeep()
        assert read_meta(town.data_dir) is not None
        assert town.status().state is State.FAILING

    def test_told_to_stop_it_ends_after_the_family_under_way(self, town: Town) -> None:
        stop, seen = threading.Event(), list[str]()
        one = refresher(town, noting("one", seen, stop.set), noting("two", seen), stop=stop)
        one.run_once()
        assert one.upkeep()
        assert not one.upkeep()
        assert (seen, read_meta(town.data_dir)) == (["one"], None)

    def test_a_family_that_fails_is_told_on_the_status_page_until_it_does_not(
        self, town: Town
    ) -> None:
        one = refresher(town, FAILING, COUNTING)
        one.run_once()
        while one.upkeep():
            pass
        assert town.status().state is State.PARTIAL
        assert "the measures of failing could not be computed" in town.status().trouble[0]
        assert "failing" in one.run_once().trouble[0], "the next refresh tells it again"
        cured = refresher(town, COUNTING)
        cured.run_once()
        cured.upkeep()
        cured.run_once()
        assert (town.status().state, town.status().trouble) == (State.OK, ())

    def test_a_single_refresh_measures_too_what_its_background_work_changed(
        self, town: Town
    ) -> None:
        one = refresher(town, COUNTING, FAILING)
        town.feed.rewritten = ["1"]
        refresh = one.run_whole()
        assert refresh.outcome is Outcome.OK
        assert ["failing" in told for told in refresh.trouble] == [True]
        found = read_meta(town.data_dir)
        assert found is not None
        assert found.snapshot == refresh.snapshot

    def test_a_single_refresh_measures_at_once_though_it_was_measured_just_before(
        self, town: Town
    ) -> None:
        def waiting(_: World) -> FamilyResult:
            town.clock.move(minutes=30)
            return FamilyResult()

        refresher(town, Family("waiting", waiting)).run_whole()
        town.feed.put(row(3))
        refresh = refresher(town, Family("waiting", waiting)).run_whole()
        found = read_meta(town.data_dir)
        assert found is not None
        assert found.snapshot == refresh.snapshot


class TestNow:
    """What `livemaps measures` does."""

    def test_all_families_are_computed_whatever_there_is(self, town: Town) -> None:
        refresher(town).run_once()
        shown: list[tuple[int, int]] = []
        for _ in range(2):
            meta = measure_now(
                town.profile,
                town.data_dir,
                Settings().recent_days,
                clock=town.clock,
                families=(COUNTING, NOTHING),
                on_progress=lambda *done: shown.append(done),
            )
        assert set(meta.families) == {"counting", "nothing"}
        assert meta == read_meta(town.data_dir)
        assert shown == [(1, 2), (2, 2)] * 2

    def test_another_profile_or_setting_than_the_snapshots_is_refused(self, town: Town) -> None:
        refresher(town).run_once()
        other = town.profile.model_copy(update={"set_apart_services": ("Roads",)})
        for city, days in ((other, Settings().recent_days), (town.profile, 7)):
            with pytest.raises(SnapshotError, match="run `livemaps refresh --once` first"):
                measure_now(city, town.data_dir, days, clock=town.clock, families=(COUNTING,))
        with pytest.raises(MeasuresPending):
            MeasuresReader(town.data_dir).latest()

    def test_without_a_snapshot_it_says_so(self, town: Town) -> None:
        with pytest.raises(NoSnapshot):
            measure_now(town.profile, town.data_dir, 90, clock=town.clock)
