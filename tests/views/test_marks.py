"""Marks for a map of exact places."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import UnknownValue
from livemaps.model import Filters, Measure, PlacePrecision
from livemaps.snapshot import Snapshot
from livemaps.views import Bounds
from livemaps.views import marks as module
from livemaps.views.marks import MOST_MARKS, marks
from tests.views.town import Row, snapshot_of

WORLD = Bounds(-180, -90, 180, 90)
points = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def exact(rows: list[Row], places: list[tuple[float, float]]) -> Snapshot:
    return snapshot_of(rows, places=places, precision=PlacePrecision.EXACT)


def one_at_each(places: list[tuple[float, float]]) -> list[Row]:
    return [Row(place=number) for number in range(len(places))]


@given(st.lists(points, min_size=1, max_size=60), st.floats(-5, 40))
def test_no_request_is_lost_between_the_marks(
    places: list[tuple[float, float]], zoom: float
) -> None:
    found = marks(exact(one_at_each(places), places), Filters(), WORLD, zoom)
    assert found.total == sum(mark.count for mark in found.marks) == len(places)
    assert sum(mark.places for mark in found.marks) == len(places)


@given(st.lists(points, min_size=1, max_size=60), points, points)
def test_what_lies_in_view_and_what_does_not_make_the_whole(
    places: list[tuple[float, float]], one: tuple[float, float], other: tuple[float, float]
) -> None:
    bounds = Bounds(one[0], min(one[1], other[1]), other[0], max(one[1], other[1]))
    found = marks(exact(one_at_each(places), places), Filters(), bounds, 12)
    assert found.total + found.elsewhere == len(places)


def test_a_view_across_the_date_line_shows_both_sides() -> None:
    places = [(179.5, 0.0), (-179.5, 0.0), (0.0, 0.0)]
    found = marks(exact(one_at_each(places), places), Filters(), Bounds(179, -1, -179, 1), 8)
    assert (found.total, found.elsewhere) == (2, 1)


def test_requests_without_a_point_are_counted() -> None:
    places = [(-114.0, 51.0), (math.nan, math.nan)]
    found = marks(exact([Row(), Row(place=1), Row(place=1)], places), Filters(), WORLD, 10)
    assert (found.total, found.placeless) == (1, 2)


def test_a_single_place_keeps_its_exact_point_and_counts_its_requests() -> None:
    rows = [Row(held="base"), Row(held="fresh"), Row(held="changed")]
    found = marks(exact(rows, [(-114.05, 51.03)]), Filters(measure=Measure.REPORTED), WORLD, 16)
    (mark,) = found.marks
    assert (mark.long, mark.lat, mark.count, mark.places) == (-114.05, 51.03, 3, 1)


def test_near_places_share_a_mark_until_one_looks_closer() -> None:
    places = [(-114.0500, 51.03), (-114.0505, 51.03)]
    snapshot = exact(one_at_each(places), places)
    assert len(marks(snapshot, Filters(), WORLD, 8).marks) == 1
    assert len(marks(snapshot, Filters(), WORLD, 18).marks) == 2


def test_there_are_never_more_marks_than_a_browser_draws_well() -> None:
    places = [(-114 + column / 100, 50 + row / 100) for column in range(60) for row in range(60)]
    found = marks(exact(one_at_each(places), places), Filters(), WORLD, 22)
    assert len(found.marks) <= MOST_MARKS
    assert found.total == 3_600


def test_marks_do_not_jump_when_the_map_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MARKS", 10)
    places = [(-114 + step / 1000, 51.0) for step in range(40)]
    snapshot = exact(one_at_each(places), places)
    here = marks(snapshot, Filters(), Bounds(-114.1, 50, -113.9, 52), 9).marks
    there = marks(snapshot, Filters(), Bounds(-114.2, 50, -113.5, 52), 9).marks
    assert here == there


def test_centres_of_areas_are_not_drawn_as_places() -> None:
    with pytest.raises(UnknownValue, match="centres of areas"):
        marks(snapshot_of([Row()]), Filters(), WORLD, 10)
