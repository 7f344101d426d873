"""One refresh: all of it or nothing, counted, published, and told for what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livemaps import publication
from livemaps.errors import FeedMalformed, FeedUnavailable, SnapshotError
from livemaps.model import Outcome, Place, Reject
from livemaps.snapshot import SnapshotReader
from livemaps.status import Progress, State, read_status, refresh_to_json
from tests.fake_feed import FakeFeed, Town, closed, geojson, row, town_in
from tests.quadville import square


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        yield made


def test_the_first_refresh_brings_a_live_map(town: Town) -> None:
    town.feed.put(row(1), row(2), row(3), closed(4), row(5, status="Duplicate"))
    refresh = town.refresher().run_once()

    assert refresh.outcome is Outcome.OK
    assert (refresh.received, refresh.inserted, refresh.open) == (5, 5, 3)
    snapshot = SnapshotReader(town.data_dir).latest()
    assert snapshot.version == refresh.snapshot
    assert snapshot.meta.counts.open == 3
    assert town.store.refreshes(5) == (refresh,)


def test_a_second_refresh_is_unchanged_and_writes_nothing_but_its_log_line(town: Town) -> None:
    town.feed.put(row(1))
    refresher = town.refresher()
    first = refresher.run_once()
    sequence = town.store.sequence

    second = refresher.run_once()
    assert second.outcome is Outcome.UNCHANGED
    assert second.snapshot == first.snapshot
    assert second.open == 1
    assert town.store.sequence == sequence
    assert [refresh.outcome for refresh in town.store.refreshes(5)] == ["unchanged", "ok"]
    assert town.feed.calls["page"] == 1


def test_rows_that_come_again_as_they_are_make_a_refresh_unchanged(town: Town) -> None:
    town.feed.put(row(1), row(2))
    refresher = town.refresher()
    refresher.run_once()
    town.feed.put(row(1))

    refresh = refresher.run_once()
    assert refresh.outcome is Outcome.UNCHANGED
    assert (refresh.received, refresh.unchanged, refresh.updated) == (1, 1, 0)


def test_a_changed_row_is_one_update_one_event_and_a_new_snapshot(town: Town) -> None:
    town.feed.put(row(1), row(2))
    refresher = town.refresher()
    first = refresher.run_once()
    town.clock.move(minutes=5)
    town.feed.put(closed(1))

    refresh = refresher.run_once()
    assert (refresh.outcome, refresh.updated, refresh.inserted) == (Outcome.OK, 1, 0)
    assert refresh.open == 1
    assert refresh.snapshot != first.snapshot
    assert len(town.store.events("1")) == 1


def test_a_bad_page_fails_the_whole_refresh_and_leaves_the_last_good_one(town: Town) -> None:
    town.feed.put(row(1), row(2))
    refresher = town.refresher()
    first = refresher.run_once()
    state = town.store.feed_state()
    town.feed.put(*(row(number) for number in range(10, 20)))
    town.feed.page_error = (3, FeedMalformed("page 3 of rqst is cut short"))

    refresh = refresher.run_once()
    assert refresh.outcome is Outcome.FAILED
    assert refresh.error == "page 3 of rqst is cut short"
    assert (refresh.snapshot, refresh.open, refresh.inserted) == (first.snapshot, 2, 0)
    assert (town.store.total(), town.store.feed_state()) == (2, state)
    assert SnapshotReader(town.data_dir).latest().version == first.snapshot
    assert town.store.refreshes(1) == (refresh,)

    town.feed.page_error = None
    assert refresher.run_once().inserted == 10


def test_a_refresh_whose_snapshot_fails_is_published_by_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.feed.put(row(1))
    refresher = town.refresher()
    first = refresher.run_once()
    town.feed.put(row(2))

    def fail(*_: object, **__: object) -> None:
        raise SnapshotError("no room for the snapshot")

    with monkeypatch.context() as patched:
        patched.setattr(publication, "build_snapshot", fail)
        refresh = refresher.run_once()
    assert (refresh.outcome, refresh.error) == (Outcome.FAILED, "no room for the snapshot")
    assert (refresh.inserted, refresh.snapshot) == (1, first.snapshot)
    assert len(town.store.refreshes(9)) == 2

    town.clock.move(minutes=5)
    refresh = town.refresher().run_once()
    assert refresh.outcome is Outcome.UNCHANGED
    assert refresh.snapshot != first.snapshot
    assert SnapshotReader(town.data_dir).latest().meta.counts.open == 2


def test_a_new_day_in_the_city_is_published_though_nothing_changed(town: Town) -> None:
    town.feed.put(row(1))
    refresher = town.refresher()
    first = refresher.run_once()
    town.clock.move(days=1)

    refresh = refresher.run_once()
    assert refresh.outcome is Outcome.UNCHANGED
    assert refresh.snapshot != first.snapshot
    assert SnapshotReader(town.data_dir).latest().meta.as_of_day == town.clock.today()


def test_requests_in_no_area_are_counted_as_unplaced(town: Town) -> None:
    nowhere = Place((None, None), None, None, None)
    unknown = Place(("XX", None), None, None, None)
    town.feed.put(row(1), row(2, place=nowhere), row(3, place=unknown), closed(4))
    assert town.refresher().run_once().unplaced == 2


class TestBoundaries:
    WIDER = geojson({"NW": square(-114.3, 51.0, -114.1, 51.1)}, "code")

    def file(self, town: Town) -> Path:
        (path,) = (town.data_dir / "boundaries").glob("community.geojson")
        return path

    def test_new_files_take_effect_without_a_restart(self, town: Town) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        first = refresher.run_once()
        self.file(town).write_bytes(self.WIDER)
        town.clock.move(minutes=5)

        refresh = refresher.run_once()
        assert refresh.snapshot != first.snapshot
        assert SnapshotReader(town.data_dir).latest().layers[0].keys == ("NW",)

    def test_a_bad_file_is_trouble_and_the_last_good_areas_stay(self, town: Town) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        refresher.run_once()
        self.file(town).write_bytes(b"<html>not found</html>")
        town.feed.put(row(2))
        town.clock.move(minutes=5)

        refresh = refresher.run_once()
        assert (refresh.outcome, refresh.inserted, refresh.unplaced) == (Outcome.OK, 1, 0)
        assert "stay in use" in refresh.trouble[0]
        assert SnapshotReader(town.data_dir).latest().layers[0].keys == ("NE", "NW")

    def test_files_that_are_there_are_used_while_the_portal_refuses_new_ones(
        self, town: Town
    ) -> None:
        town.feed.put(row(1))
        town.refresher().run_once()
        record = town.data_dir / "boundaries" / "community.source.json"
        record.write_bytes(record.read_bytes().replace(b"/d/", b"/d/once-"))
        town.feed.communities = b'{"type": "FeatureCollection", "features": []}'
        town.feed.put(row(2))

        refresh = town.refresher().run_once()
        assert (refresh.outcome, refresh.open, refresh.unplaced) == (Outcome.OK, 2, 0)
        assert "the last good ones stay" in refresh.trouble[0]

    def test_without_any_the_rows_are_kept_until_they_can_be_had(self, town: Town) -> None:
        town.feed.put(row(1))
        town.feed.communities = b'{"type": "FeatureCollection", "features": []}'
        refresher = town.refresher()
        refresh = refresher.run_once()
        assert (refresh.outcome, refresh.inserted) == (Outcome.FAILED, 1)

        town.feed.communities = FakeFeed().communities
        for path in (town.data_dir / "boundaries").glob("community.*"):
            path.unlink()
        refresh = refresher.run_once()
        assert refresh.snapshot is not None
        assert SnapshotReader(town.data_dir).latest().meta.counts.open == 1


def test_progress_of_the_first_start_is_shown_page_by_page(town: Town) -> None:
    shown: list[Progress | None] = []

    def look(number: int) -> None:
        status = read_status(town.data_dir)
        shown.append(status.progress if status else None)
        assert number == 1 or (status and status.state) is State.FIRST_START

    town.feed.put(*(row(number) for number in range(6)))
    town.feed.before_page = look
    town.refresher().run_once()
    assert shown == [None, Progress(1, 3), Progress(2, 3)]
    status = town.status()
    assert status.progress is None


class TestToldToStop:
    def test_in_the_middle_nothing_is_kept_and_nothing_counts_as_a_failure(
        self, town: Town
    ) -> None:
        town.feed.put(row(1))
        refresher = town.refresher()
        refresher.run_once()
        town.feed.put(*(row(number) for number in range(10, 20)))
        town.feed.before_page = lambda number: refresher.stop.set() if number == 3 else None

        refresh = refresher.run_once()
        assert refresh.outcome is Outcome.FAILED
        assert refresh.error is not None
        assert town.store.total() == 1
        assert len(town.store.refreshes(9)) == 1
        status = town.status()
        assert (status.state, status.consecutive_failures) == (State.OK, 0)

        town.feed.before_page = None
        assert town.refresher().run_once().inserted == 10

    def test_during_the_first_start_no_progress_stays_behind(self, town: Town) -> None:
        town.feed.put(*(row(number) for number in range(10)))
        refresher = town.refresher()
        town.feed.before_page = lambda number: refresher.stop.set() if number == 3 else None
        refresher.run_once()
        status = town.status()
        assert (status.state, status.progress) == (State.FIRST_START, None)


class TestDiskFull:
    def test_the_refresh_fails_and_the_next_goes_on(self, town: Town) -> None:
        town.feed.put(row(1))
        town.feed.page_size = 5_000
        refresher = town.refresher()
        first = refresher.run_once()
        connection = town.store._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        town.feed.put(*(row(number) for number in range(5_000)))

        refresh = refresher.run_once()
        assert refresh.outcome is Outcome.FAILED
        assert "no space is left" in (refresh.error or "")
        assert (town.store.total(), refresh.snapshot) == (1, first.snapshot)
        status = town.status()
        assert (status.state, status.error_kind) == (State.FAILING, "StoreFull")

        connection.execute(f"PRAGMA max_page_count = {2**30}")
        assert refresher.run_once().inserted == 4_999


class TestTrouble:
    def test_rejected_rows_are_counted_and_told_until_other_rows_come(self, town: Town) -> None:
        town.feed.put(row(1))
        town.feed.rejects = (Reject("no id", "{}"), Reject("no requested date", '{"id": 7}'))
        refresher = town.refresher()
        refresh = refresher.run_once()
        assert (refresh.received, refresh.rejected, refresh.inserted) == (3, 2, 1)
        (sentence,) = refresh.trouble
        assert "2 of 3 rows" in sentence
        assert "(no id: 1, no requested date: 1)" in sentence
        assert town.store.rejected_total() == 2

        assert town.refresher().run_once().trouble == refresh.trouble, "also after a restart"
        town.feed.rejects = ()
        town.feed.put(row(2))
        assert refresher.run_once().trouble == ()

    def test_defects_are_told_by_column(self, town: Town) -> None:
        town.feed.put(row(1))
        town.feed.defects = {"lat: not a number": 12}
        (sentence,) = town.refresher().run_once().trouble
        assert sentence == "12 cells could not be read and were left empty (lat: not a number: 12)"

    def test_an_unknown_status_counts_as_open_and_names_the_key_to_add(self, town: Town) -> None:
        town.feed.put(row(1), row(2, status="On Hold"))
        refresh = town.refresher().run_once()
        assert refresh.open == 2
        (sentence,) = refresh.trouble
        assert "On Hold: 1" in sentence
        assert 'add "On Hold" to [statuses]' in sentence


def test_what_a_refresh_prints_has_exactly_the_promised_fields(town: Town) -> None:
    town.feed.put(row(1))
    printed = json.loads(json.dumps(refresh_to_json(town.refresher().run_once())))
    assert list(printed) == [
        *("outcome", "started", "finished", "received", "inserted", "updated", "unchanged"),
        *("removed", "rejected", "unplaced", "open", "snapshot", "error", "trouble"),
    ]
    assert printed["outcome"] == "ok"
    assert printed["started"] == "2026-08-27T18:00:00Z"


def test_the_portals_own_time_and_the_newest_day_are_kept(town: Town) -> None:
    town.feed.put(row(1, days_ago=3))
    town.feed.published = datetime(2026, 8, 27, 17, 0, tzinfo=UTC)
    refresher = town.refresher()
    refresher.run_once()
    town.feed.published = None
    refresher.run_once()
    status = town.status()
    assert status.published == datetime(2026, 8, 27, 17, 0, tzinfo=UTC)
    assert status.newest_day == town.clock.today() - 3


def test_a_feed_that_fails_is_not_asked_for_anything_else(town: Town) -> None:
    town.feed.error = FeedUnavailable("the portal does not answer")
    refresher = town.refresher()
    refresher.run_once()
    town.clock.move(days=2)
    assert not refresher.upkeep()
    assert set(town.feed.calls) == {"plan"}
