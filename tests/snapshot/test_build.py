"""What a snapshot holds of the requests: which, where, in which words and days."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.errors import NoSnapshot
from livemaps.model import Stage, Standing
from livemaps.snapshot import NO_DAY
from livemaps.snapshot.read import read_meta
from tests.snapshot.hamlet import (
    BY_POINT,
    IN_A,
    IN_B,
    NEW_CODE,
    NOWHERE,
    OUTSIDE,
    RECENT_DAYS,
    TODAY,
    Hamlet,
    area_of,
    profile,
    request,
)
from tests.snapshot.looking import stages


def test_before_the_first_publication_there_is_no_snapshot(hamlet: Hamlet) -> None:
    with pytest.raises(NoSnapshot):
        hamlet.snapshot()
    assert read_meta(hamlet.data_dir) is None


def test_a_store_without_requests_is_published_as_an_empty_city(hamlet: Hamlet) -> None:
    snapshot = hamlet.published()
    assert (snapshot.current.rows, snapshot.base.rows, snapshot.fresh.rows) == (0, 0, 0)
    assert snapshot.meta.newest_day is None
    assert snapshot.meta.counts.history == 0


def test_current_is_what_is_not_resolved_and_then_what_was_resolved_recently(
    hamlet: Hamlet,
) -> None:
    hamlet.apply(
        request("open", day=TODAY - 900),
        request("newer", day=TODAY - 3),
        request("same day", day=TODAY - 3),
        request("first recent", status="Closed", closed=TODAY - RECENT_DAYS),
        request("just too old", status="Closed", closed=TODAY - RECENT_DAYS - 1),
        request("closed later", day=TODAY - 800, status="Closed", closed=TODAY - 1),
        request("closed without a day", status="Closed"),
    )
    snapshot = hamlet.published()
    assert snapshot.current.ids() == [
        "open", "newer", "same day", "first recent", "closed later",
    ]  # fmt: skip
    assert snapshot.open_rows == 3
    assert snapshot.open.ids() == ["open", "newer", "same day"]
    assert snapshot.recent.ids() == ["first recent", "closed later"]
    assert snapshot.meta.counts.history == 7


def test_status_decides_never_the_closed_date(hamlet: Hamlet) -> None:
    hamlet.apply(request("reopened", closed=TODAY - 2))
    snapshot = hamlet.published()
    assert snapshot.open.ids() == ["reopened"]
    assert snapshot.current["closed_day"].tolist() == [TODAY - 2]


def test_stage_and_standing_follow_the_status_map_and_the_days(hamlet: Hamlet) -> None:
    day = TODAY - 5
    hamlet.apply(
        request("received", updated=day),
        request("touched later", updated=day + 1),
        request("never touched"),
        request("closed", updated=day + 1, status="Closed", closed=day + 1),
        request("duplicate", status="Duplicate (Open)"),
        request("deleted", status="TO BE DELETED"),
        request("unheard of", status="On hold"),
    )
    assert stages(hamlet.published()) == {
        "received": (Stage.RECEIVED, Standing.COUNTS),
        "touched later": (Stage.IN_PROGRESS, Standing.COUNTS),
        "never touched": (Stage.RECEIVED, Standing.COUNTS),
        "closed": (Stage.RESOLVED, Standing.COUNTS),
        "duplicate": (Stage.RECEIVED, Standing.DUPLICATE),
        "deleted": (Stage.RECEIVED, Standing.DELETED),
        "unheard of": (Stage.RECEIVED, Standing.COUNTS),
    }


def test_nothing_is_inferred_where_the_profile_does_not_say_so(hamlet: Hamlet) -> None:
    hamlet.city = profile(infer_in_progress=False)
    hamlet.apply(request("touched later", updated=TODAY))
    assert stages(hamlet.published())["touched later"][0] is Stage.RECEIVED


def test_every_request_is_in_one_area_of_each_layer_or_unplaced_for_a_reason(
    hamlet: Hamlet,
) -> None:
    places = {
        "code": IN_A,
        "other code": IN_B,
        "point": BY_POINT,
        "nothing": NOWHERE,
        "new code": NEW_CODE,
        "far": OUTSIDE,
    }
    hamlet.apply(*(request(name, place=place) for name, place in places.items()))
    hamlet.apply(request("duplicate", place=NOWHERE, status="Duplicate (Open)"))
    snapshot = hamlet.published()
    reasons = {
        "nothing": "unplaced:no_place",
        "new code": "unplaced:unknown_code",
        "far": "unplaced:outside",
        "duplicate": "unplaced:no_place",
    }
    assert area_of(snapshot, "community") == {
        "code": "A", "other code": "B", "point": "D", **reasons,
    }  # fmt: skip
    assert area_of(snapshot, "ward") == {"code": "1", "other code": "2", "point": "2", **reasons}
    one_each = {"no_place": 1, "unknown_code": 1, "outside": 1}
    assert snapshot.meta.unplaced == {"community": one_each, "ward": one_each}


def test_places_that_came_after_the_base_are_placed_too(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", place=IN_A))
    hamlet.publish()
    hamlet.apply(request("26-2", place=BY_POINT))
    snapshot = hamlet.published()
    assert area_of(snapshot, "community") == {"26-1": "A", "26-2": "D"}
    long, lat = snapshot.places.points(snapshot.current["place"])
    assert long.tolist() == [IN_A.long, BY_POINT.long]
    assert lat.tolist() == [IN_A.lat, BY_POINT.lat]


def test_a_request_without_a_point_has_none(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", place=NEW_CODE))
    snapshot = hamlet.published()
    assert np.isnan(snapshot.places.points(snapshot.current["place"])).all()


def test_words_are_held_once_and_rows_refer_to_them(hamlet: Hamlet) -> None:
    hamlet.apply(
        request("26-1", service="Roads - Pothole", agency="Mobility", channel="App"),
        request("26-2", service="Éclairage", agency="", channel="Phone"),
        request("26-3", service="Contact - Mail"),
    )
    snapshot = hamlet.published()
    vocab, rows = snapshot.vocab, snapshot.current
    services = [vocab.service.names[code] for code in rows["service"].tolist()]
    assert services == ["Roads - Pothole", "Éclairage", "Contact - Mail"]
    assert [vocab.agency.names[code] for code in rows["agency"].tolist()] == [
        "Mobility", "", "Mobility",
    ]  # fmt: skip
    assert vocab.service.codes["Éclairage"] == rows["service"][1]
    categories = vocab.service_category[rows["service"]].tolist()
    assert [vocab.category.names[code] for code in categories] == ["Roads", "Éclairage", "Contact"]
    assert vocab.service_apart[rows["service"]].tolist() == [False, False, True]
    assert snapshot.meta.counts.set_apart_open == 1


def test_words_that_came_after_the_base_widen_the_codes(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-0"))
    base = hamlet.published().meta.base_id
    hamlet.apply(*(request(f"26-{i:03}", agency=f"Agency {i}") for i in range(1, 301)))
    snapshot = hamlet.published()
    assert snapshot.meta.base_id == base
    agencies = [snapshot.vocab.agency.names[code] for code in snapshot.current["agency"].tolist()]
    assert agencies == ["Mobility", *(f"Agency {i}" for i in range(1, 301))]


def test_days_are_whole_days_of_the_city_and_absent_ones_are_marked(hamlet: Hamlet) -> None:
    late = request("26-1")
    hamlet.apply(late._replace(requested_datetime=late.requested_datetime + 86_399))
    row = hamlet.published().current
    assert row["requested_day"].tolist() == [TODAY - 5]
    assert [row[f"{name}_day"].tolist() for name in ("updated", "closed", "expected")] == [
        [NO_DAY], [NO_DAY], [NO_DAY],
    ]  # fmt: skip
    assert "requested_time" not in row


def test_times_of_day_are_kept_where_the_feed_has_them(hamlet: Hamlet) -> None:
    hamlet.city = profile(precision={"time": "second", "place": "exact"})
    asked = request("26-1")
    hamlet.apply(asked._replace(requested_datetime=asked.requested_datetime + 3_661))
    row = hamlet.published().current
    assert (row["requested_day"][0], row["requested_time"][0]) == (TODAY - 5, 3_661)


def test_the_newest_day_is_not_in_the_future(hamlet: Hamlet) -> None:
    hamlet.apply(
        request("typo", day=TODAY + 4_000),
        request("newest", day=TODAY - 1, status="Closed", closed=TODAY - 1),
        request("older", day=TODAY - 2),
    )
    assert hamlet.published().meta.newest_day == TODAY - 1
    hamlet.vanish("newest")
    assert hamlet.published().meta.newest_day == TODAY - 2
    hamlet.apply(request("fresh", day=TODAY))
    assert hamlet.published().meta.newest_day == TODAY
