"""The life of one request, from a real store and real publications."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livemaps.measures.days import days_of
from livemaps.measures.life import COLUMNS
from livemaps.measures.life import life as life_family
from livemaps.measures.observed import events_of, seen_reopened
from livemaps.measures.world import World
from livemaps.model import SECONDS_PER_DAY, Standing, day_date
from livemaps.store.database import FILE
from livemaps.views import RequestLife
from tests.snapshot.hamlet import IN_B, TODAY, Hamlet, hamlet_in, profile, request
from tests.views.life.conftest import EVENING, board_of, life_of


def told(life: RequestLife) -> list[tuple[bool, int | None, str | None]]:
    return [(step.reached, step.day, step.source) for step in life.timeline]


NOT_YET = (False, None, None)


class TestTimeline:
    def test_a_request_is_received_on_the_day_that_the_feed_says(self, hamlet: Hamlet) -> None:
        hamlet.apply(request(day=TODAY - 5))
        life = life_of(hamlet)
        assert told(life) == [(True, TODAY - 5, "published"), NOT_YET, NOT_YET]
        assert (life.age_days, life.days_to_close, life.impossible) == (5, None, None)
        assert (life.changes, life.unseen, life.reopened) == ((), "", ())

    def test_work_is_inferred_from_an_update_after_the_day_of_the_request(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request(day=TODAY - 5, updated=TODAY - 2))
        assert told(life_of(hamlet))[1] == (True, TODAY - 2, "inferred")

    def test_work_that_was_inferred_is_not_forgotten_when_the_request_is_closed(
        self, hamlet: Hamlet
    ) -> None:
        touched = request(day=TODAY - 9, updated=TODAY - 4)
        closed = request(day=TODAY - 9, updated=TODAY - 1, closed=TODAY - 1, status="Closed")
        hamlet.apply(touched, request("26-2", day=TODAY - 9))
        hamlet.apply(closed, closed._replace(service_request_id="26-2"))
        seen_open, unseen = life_of(hamlet), life_of(hamlet, "26-2")
        assert told(seen_open)[1] == (True, TODAY - 4, "inferred")
        assert seen_open.timeline[1].seen is None
        assert told(unseen)[1] == NOT_YET

    def test_work_is_told_from_the_first_update_on_with_the_moment_it_was_seen(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request(day=TODAY - 9))
        for day in (TODAY - 6, TODAY - 3):
            hamlet.now = datetime.fromtimestamp(day * SECONDS_PER_DAY, UTC)
            hamlet.apply(request(day=TODAY - 9, updated=day))
        step = life_of(hamlet).timeline[1]
        assert (step.day, step.source) == (TODAY - 6, "inferred")
        assert step.seen == datetime.fromtimestamp((TODAY - 6) * SECONDS_PER_DAY, UTC)

    def test_work_is_not_inferred_where_the_city_s_feed_would_tell_of_it(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.city = profile(infer_in_progress=False)
        hamlet.apply(request(day=TODAY - 9, updated=TODAY - 4))
        hamlet.apply(request(day=TODAY - 9, closed=TODAY - 1, status="Closed"))
        assert told(life_of(hamlet))[1] == NOT_YET

    def test_work_that_the_feed_tells_of_is_published_without_a_day(self, tmp_path: Path) -> None:
        statuses = {
            "Open": {"stage": "received"},
            "Busy": {"stage": "in_progress"},
            "Done": {"stage": "resolved"},
        }
        city = profile(statuses=statuses)
        with hamlet_in(tmp_path) as hamlet:
            hamlet.city = city
            hamlet.apply(request(status="Busy", updated=TODAY - 1))
            hamlet.publish()
            found = board_of(hamlet).life("26-1")
        assert found is not None
        assert told(found)[1] == (True, None, "published")

    def test_a_closing_that_was_seen_has_the_day_of_the_feed_and_the_moment(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request(day=TODAY - 9))
        hamlet.apply(request(day=TODAY - 9, closed=TODAY - 2, status="Closed"))
        life = life_of(hamlet)
        assert told(life)[1:] == [NOT_YET, (True, TODAY - 2, "published")]
        assert life.timeline[2].seen == EVENING
        assert (life.age_days, life.days_to_close) == (None, 7)

    def test_a_closing_before_the_first_refresh_was_not_seen(self, hamlet: Hamlet) -> None:
        hamlet.apply(request(day=TODAY - 9, closed=TODAY - 9, status="Closed"))
        life = life_of(hamlet)
        assert life.timeline[2].seen is None
        assert life.days_to_close == 0


class TestChanges:
    def test_status_and_agency_are_told_from_and_to_with_the_city_s_day(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request())
        hamlet.apply(request(agency="Parks"))
        hamlet.apply(request(agency="Parks", status="Closed", closed=TODAY))
        first, second = life_of(hamlet).changes
        assert (first.kind, first.from_agency, first.to_agency) == ("agency", "Mobility", "Parks")
        assert (second.kind, second.from_status, second.to_status) == ("status", "Open", "Closed")
        assert second.fields == ("closed_datetime", "status")
        assert (first.seen, first.day) == (EVENING, TODAY)

    def test_a_re_opening_is_told_by_both_kinds_of_evidence(self, hamlet: Hamlet) -> None:
        hamlet.apply(request(status="Closed", closed=TODAY - 3))
        hamlet.apply(request(status="Open", closed=TODAY - 3))
        life = life_of(hamlet)
        assert life.reopened == ("published", "observed")
        assert life.reopened_times == 1
        assert told(life)[2] == NOT_YET
        assert life.age_days == 5

    def test_an_open_request_with_a_closed_day_was_re_opened_before_anybody_looked(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request(closed=TODAY - 3))
        assert life_of(hamlet).reopened == ("published",)


class TestStanding:
    def test_duplicates_and_deletions_and_set_apart_services_say_so(self, hamlet: Hamlet) -> None:
        hamlet.apply(
            request("26-1", status="Duplicate (Open)"),
            request("26-2", status="TO BE DELETED"),
            request("26-3", service="Contact"),
        )
        lives = [life_of(hamlet, f"26-{number}") for number in (1, 2, 3)]
        assert [life.standing for life in lives] == [
            Standing.DUPLICATE,
            Standing.DELETED,
            Standing.COUNTS,
        ]
        assert [life.set_apart for life in lives] == [False, False, True]

    def test_an_order_that_cannot_be_is_told_and_gives_no_time(self, hamlet: Hamlet) -> None:
        hamlet.apply(request(day=TODAY - 2, closed=TODAY - 3, status="Closed"))
        life = life_of(hamlet)
        assert life.impossible == "closed before requested"
        assert life.days_to_close is None

    def test_what_the_feed_does_not_have_any_more_has_no_life(self, hamlet: Hamlet) -> None:
        hamlet.apply(request(), request("26-2"))
        hamlet.vanish("26-1")
        hamlet.publish()
        assert board_of(hamlet).life("26-1") is None
        assert board_of(hamlet).life("\ud800") is None


class TestDatabase:
    def test_without_the_database_the_rest_is_told_and_that_it_is_missing(
        self, hamlet: Hamlet
    ) -> None:
        hamlet.apply(request())
        hamlet.publish()
        hamlet.store.close()
        for path in hamlet.data_dir.glob(f"{FILE}*"):
            path.unlink()
        life = board_of(hamlet).life("26-1")
        assert life is not None
        assert (life.unseen, life.request.service_request_id) == ("StoreError", "26-1")
        assert not (hamlet.data_dir / FILE).exists()

    def test_a_damaged_database_is_no_error_of_the_page(self, hamlet: Hamlet) -> None:
        hamlet.apply(request())
        hamlet.publish()
        hamlet.store.close()
        (hamlet.data_dir / FILE).write_bytes(b"no database" * 1000)
        life = board_of(hamlet).life("26-1")
        assert life is not None
        assert life.unseen == "StoreDamaged"

    def test_it_is_read_while_the_refresher_writes(self, hamlet: Hamlet) -> None:
        hamlet.apply(request())
        hamlet.apply(request(agency="Parks"))
        hamlet.publish()
        with hamlet.store.refreshing(EVENING) as writing:
            writing.apply([request(agency="Water")])
            life = board_of(hamlet).life("26-1")
        assert life is not None
        assert [change.to_agency for change in life.changes] == ["Parks"]

    def test_a_locked_database_is_said_to_be_locked(self, hamlet: Hamlet) -> None:
        hamlet.apply(request())
        hamlet.publish()
        hamlet.store.close()
        path = hamlet.data_dir / FILE
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("PRAGMA journal_mode = DELETE")
            other.execute("BEGIN EXCLUSIVE")
            assert events_of(hamlet.data_dir, hamlet.city, "26-1").trouble == "StoreLocked"
            other.execute("ROLLBACK")
        other.close()

    def test_nothing_can_be_written_through_it(self, hamlet: Hamlet) -> None:
        hamlet.apply(request())
        before = (hamlet.data_dir / FILE).read_bytes()
        assert events_of(hamlet.data_dir, hamlet.city, "26-1").events == ()
        assert (hamlet.data_dir / FILE).read_bytes() == before


class TestSeenReopenings:
    def test_each_request_counts_once_and_only_lately(self, hamlet: Hamlet) -> None:
        closed = request(status="Closed", closed=TODAY - 3)
        hamlet.apply(closed, request("26-2", place=IN_B, status="Closed", closed=TODAY - 3))
        hamlet.now = datetime.fromtimestamp((TODAY - 40) * SECONDS_PER_DAY, UTC)
        hamlet.apply(request("26-2", place=IN_B))
        hamlet.now = EVENING
        hamlet.apply(request())
        hamlet.apply(closed)
        hamlet.apply(request())
        since = (TODAY - 27) * SECONDS_PER_DAY
        assert seen_reopened(hamlet.data_dir, since) == ("26-1",)
        assert set(seen_reopened(hamlet.data_dir, 0)) == {"26-1", "26-2"}
        snapshot = hamlet.published()
        days = days_of(snapshot)
        assert days is not None
        at = COLUMNS.index("seen_reopened")
        for folder, known, city in ((hamlet.data_dir, True, 1), (None, False, 0)):
            found = life_family(World(snapshot, hamlet.city, days, data_dir=folder))
            assert found.facts["seen_known"] is known
            assert found.arrays["city"][0, at] == city
            assert found.arrays["community"][:, at].sum() == city


def wall(text: str) -> int:
    """Return a clock's time in the city as wall seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("requested", "closed", "days"),
    [
        ("2026-03-07T23:59:00", "2026-03-08T00:01:00", 1),  # clocks go forward on the 8th
        ("2026-03-08T00:30:00", "2026-03-08T23:30:00", 0),
        ("2026-03-08T01:00:00", "2026-03-09T00:30:00", 1),
        ("2026-10-31T23:59:00", "2026-11-02T00:00:00", 2),  # clocks go back on the 1st
        ("2026-11-01T01:45:00", "2026-11-01T01:15:00", 0),  # the hour that comes twice
    ],
)
def test_days_to_close_are_calendar_days_also_when_clocks_change(
    hamlet: Hamlet, requested: str, closed: str, days: int
) -> None:
    row = request(status="Closed", closed=TODAY)
    hamlet.apply(row._replace(requested_datetime=wall(requested), closed_datetime=wall(closed)))
    hamlet.publish(day=wall("2026-11-21T12:00:00") // SECONDS_PER_DAY)
    life = board_of(hamlet).life("26-1")
    assert life is not None
    assert (life.days_to_close, life.impossible) == (days, None)


@pytest.mark.parametrize(
    ("seen", "day"),
    [
        ("2026-03-08T06:59:00+00:00", "2026-03-07"),  # 23:59, seven hours behind
        ("2026-03-09T05:59:00+00:00", "2026-03-08"),  # 23:59, six hours behind
        ("2026-03-09T06:00:00+00:00", "2026-03-09"),
        ("2025-11-03T06:30:00+00:00", "2025-11-02"),  # seven hours behind in winter, and
        ("2026-11-02T06:30:00+00:00", "2026-11-02"),  # six from 2026 on: Alberta's new rule
    ],
)
def test_the_day_on_which_something_was_seen_is_the_city_s(
    hamlet: Hamlet, seen: str, day: str
) -> None:
    hamlet.apply(request())
    hamlet.now = datetime.fromisoformat(seen)
    hamlet.apply(request(agency="Parks"))
    (change,) = life_of(hamlet).changes
    assert day_date(change.day).isoformat() == day
