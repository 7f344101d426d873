"""Pages of the list, and how far they may be turned."""

from __future__ import annotations

import pytest

from livemaps.errors import UnknownValue
from livemaps.model import Filters, Measure, Order, Stage
from livemaps.views import listing as values
from livemaps.views.areas import area_values
from livemaps.views.listing import LARGEST_PAGE, find, listing
from livemaps.views.values import Listing
from tests.views.town import TODAY, Row, snapshot_of

ROWS = [Row(requested=TODAY - day) for day in (5, 1, 9, 1, 700)]


def ids(found: Listing) -> list[str]:
    return [line.service_request_id for line in found.rows]


def test_newest_and_oldest_are_each_other_backwards() -> None:
    snapshot = snapshot_of(ROWS)
    oldest = ids(listing(snapshot, Filters(), Order.OLDEST))
    assert oldest == ["26-00004", "26-00002", "26-00000", "26-00001", "26-00003"]
    assert ids(listing(snapshot, Filters(), Order.NEWEST)) == oldest[::-1]


def test_the_resolved_are_listed_by_the_day_they_were_closed() -> None:
    rows = [
        Row(stage=Stage.RESOLVED, requested=TODAY - 1, closed=TODAY - 1),
        Row(stage=Stage.RESOLVED, requested=TODAY - 80, closed=TODAY),
    ]
    found = listing(snapshot_of(rows), Filters(measure=Measure.RESOLVED))
    assert ids(found) == ["26-00001", "26-00000"]


def test_reports_from_the_base_and_since_come_in_one_order() -> None:
    rows = [
        Row(requested=TODAY - day, held=held)
        for day, held in ((9, "base"), (8, "fresh"), (7, "changed"), (6, "base"), (5, "fresh"))
    ]
    snapshot = snapshot_of(rows)
    reported = Filters(measure=Measure.REPORTED)
    assert ids(listing(snapshot, reported, Order.OLDEST, 1, 2)) == ["26-00000", "26-00001"]
    assert ids(listing(snapshot, reported, Order.OLDEST, 2, 2)) == ["26-00002", "26-00003"]
    assert ids(listing(snapshot, reported, Order.NEWEST, 1, 2)) == ["26-00004", "26-00003"]


@pytest.mark.parametrize(("page", "expected"), [(-5, 1), (0, 1), (2, 2), (3, 3), (10**9, 3)])
def test_a_page_that_is_not_there_is_the_nearest_that_is(page: int, expected: int) -> None:
    found = listing(snapshot_of(ROWS), Filters(), Order.NEWEST, page, 2)
    assert (found.page, found.pages) == (expected, 3)
    assert len(found.rows) == (1 if expected == 3 else 2)


def test_a_page_has_a_bounded_size() -> None:
    snapshot = snapshot_of([Row()] * (LARGEST_PAGE + 1))
    assert len(listing(snapshot, Filters(), size=10**6).rows) == LARGEST_PAGE
    assert len(listing(snapshot, Filters(), size=0).rows) == 1


def test_pages_reach_so_far_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_REACHABLE", 3)
    found = listing(snapshot_of(ROWS), Filters(), Order.OLDEST, 99, 2)
    assert (found.total, found.reachable, found.pages, len(found.rows)) == (5, 3, 2, 1)


def test_a_line_tells_all_that_the_feed_tells_in_public() -> None:
    row = Row(community="BLN", ward="unplaced:outside", requested=TODAY - 40)
    (line,) = listing(snapshot_of([row]), Filters()).rows
    assert line.service_name == "Roads - Potholes"
    assert line.category == "Roads"
    assert line.status == "Open"
    assert line.stage is Stage.RECEIVED
    assert line.age == 40
    assert line.areas == (("community", "BLN", "BELTLINE"), ("ward", "unplaced:outside", ""))
    assert (line.long, line.lat) == (-114.05, 51.03)
    assert (line.closed_day, line.updated_day, line.expected_day) == (None, None, None)
    assert line.requested_time is None


def test_a_reopened_request_ages_on_and_keeps_its_closed_day() -> None:
    (line,) = listing(snapshot_of([Row(requested=TODAY - 40, closed=TODAY - 20)]), Filters()).rows
    assert (line.age, line.closed_day) == (40, TODAY - 20)


def test_a_request_closed_before_it_was_made_has_the_age_of_nothing() -> None:
    row = Row(stage=Stage.RESOLVED, requested=TODAY - 5, closed=TODAY - 6)
    (line,) = listing(snapshot_of([row]), Filters(measure=Measure.RESOLVED)).rows
    assert line.age == 0


def test_one_request_is_found_by_its_number_wherever_it_is_held() -> None:
    old = Row(stage=Stage.RESOLVED, requested=TODAY - 900, closed=TODAY - 880)
    snapshot = snapshot_of([Row(), old, Row(held="fresh"), Row(held="changed", ward="1")])
    for number in range(4):
        found = find(snapshot, f"26-{number:05d}")
        assert found is not None
        assert found.service_request_id == f"26-{number:05d}"
    changed = find(snapshot, "26-00003")
    assert changed is not None
    assert changed.areas[1][1] == "1"
    assert find(snapshot, "26-99999") is None
    assert find(snapshot, "") is None


def test_an_unknown_layer_is_named() -> None:
    snapshot = snapshot_of(ROWS)
    with pytest.raises(UnknownValue, match=r"planet.*community, ward"):
        area_values(snapshot, Filters(), "planet")
    with pytest.raises(UnknownValue, match=r"planet.*community, ward"):
        listing(snapshot, Filters().with_area("planet", frozenset({"x"})))
