"""The pages of areas: the same counts as every other view, whole and by their parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livemaps.errors import UnknownValue
from livemaps.feeds.profile import load_profile
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Measure, Order, Stage, Standing
from livemaps.snapshot import NO_DAY
from livemaps.views.area import AreaView, area_rows, area_view, layer_view
from livemaps.views.area.side_by_side import natural
from livemaps.views.headline import headline
from livemaps.views.listing import listing
from livemaps.views.measures.backlog import backlog_by
from livemaps.views.measures.queues import queue_table
from livemaps.views.measures.unattended import unattended_by
from livemaps.views.waiting import with_waiting
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import AGENCIES, COMMUNITIES, SERVICES, SET_APART, TODAY, WARDS, Row

LOOKED_UP = ("life", "flow", "queues", "standards", "re-reported", "expected", "compare")


def random_rows(seed: int, count: int) -> list[Row]:
    draw = np.random.default_rng(seed)

    def some(values: tuple[str, ...]) -> str:
        return values[int(draw.integers(len(values)))]

    rows = []
    for _ in range(count):
        requested = TODAY - int(draw.integers(0, 500))
        resolved = bool(draw.random() < 0.7)
        closed = requested + int(draw.integers(0, 60))
        again = closed if draw.random() < 0.1 and closed <= TODAY else NO_DAY
        rows.append(
            Row(
                service=some((*SERVICES[:3], SET_APART)),
                agency=some(AGENCIES),
                community=some((*COMMUNITIES, "unplaced:no_place")),
                ward=some((*WARDS, "unplaced:no_place")),
                requested=requested,
                updated=min(requested + int(draw.integers(0, 200)), TODAY),
                stage=Stage.RESOLVED if resolved and closed <= TODAY else Stage.RECEIVED,
                closed=closed if resolved and closed <= TODAY else again,
                standing=Standing.DUPLICATE if draw.random() < 0.05 else Standing.COUNTS,
            )
        )
    return rows


WORLD = world_of(random_rows(311, 900), layers=areas())
ROWS = area_rows(WORLD.snapshot)


@pytest.fixture(scope="module")
def measures() -> Measures:
    return measures_of(WORLD, [family for family in FAMILIES if family.name in LOOKED_UP])


def view_of(layer: str, key: str, measures: Measures | None = None, beside: str = "") -> AreaView:
    return area_view(WORLD.snapshot, measures, ROWS, layer, key, beside)


@pytest.mark.parametrize(("layer", "key"), [("ward", "1"), ("ward", "2"), ("community", "BLN")])
def test_the_counts_of_an_area_are_those_of_every_other_view(layer: str, key: str) -> None:
    snapshot, filters = WORLD.snapshot, Filters().with_area(layer, frozenset({key}))
    view = view_of(layer, key)
    here, told = view.here, headline(snapshot, filters)
    assert (here.open, here.over_four_weeks) == (told.total, told.over_four_weeks)
    since, until = view.basis.since, view.basis.until
    dated = replace(filters, measure=Measure.REPORTED, since=since, until=until)
    assert here.reported == headline(snapshot, dated).total
    quiet = {group.group.key: group.unattended for group in unattended_by(snapshot, filters)}
    assert {row.agency: row.unattended for row in view.agencies} == quiet
    assert here.unattended == sum(quiet.values())
    assert sum(row.open for row in view.agencies) == here.open
    oldest = listing(snapshot, filters, Order.OLDEST, size=10).rows
    assert [old.request for old in view.oldest] == list(oldest)
    for row in view.services:
        one = replace(filters, services=frozenset({row.service}))
        assert row.open == headline(snapshot, one).total
        dated = replace(one, measure=Measure.REPORTED, since=since, until=until)
        assert row.reported == headline(snapshot, dated).total
    reported = [row.reported for row in view.services]
    assert reported == sorted(reported, reverse=True)
    assert SET_APART not in {row.service for row in view.services}


def test_what_is_unattended_in_areas_is_what_the_filter_finds() -> None:
    snapshot = with_waiting(WORLD.snapshot, load_profile("calgary"), None)
    view = layer_view(snapshot, None, "ward", area_rows(snapshot))
    quiet = Filters(waiting=frozenset({"unattended"}))
    assert view.city.unattended == headline(snapshot, quiet).total > 0
    for area in view.areas:
        here = quiet.with_area("ward", frozenset({area.key}))
        assert area.unattended == headline(snapshot, here).total


def test_the_areas_of_a_layer_and_what_lies_in_none_add_up_to_the_city() -> None:
    view = layer_view(WORLD.snapshot, None, "ward", ROWS)
    placed = sum(area.open for area in view.areas)
    nowhere = Filters().with_area("ward", frozenset({"unplaced:no_place"}))
    assert placed + headline(WORLD.snapshot, nowhere).total == view.city.open


def test_the_change_of_four_weeks_is_that_of_the_backlog_and_of_the_queue(
    measures: Measures,
) -> None:
    rows = {row.group.key: row for row in backlog_by(WORLD.snapshot, Filters(), "ward")}
    queues = queue_table(WORLD.snapshot, measures, Filters(), "ward")
    for area in layer_view(WORLD.snapshot, measures, "ward", ROWS).areas:
        assert area.change is not None
        assert area.change.more == rows[area.key].change
        (queue,) = queues.queues(queues.words.codes("ward", (area.key,)))
        assert (area.inflow, area.outflow) == (queue.inflow, queue.outflow)


def test_the_parts_of_an_area_are_counted_whole() -> None:
    counted = {part.key: part for part in view_of("ward", "1").parts}
    for key, part in counted.items():
        filters = Filters().with_area("community", frozenset({key}))
        assert part.open == headline(WORLD.snapshot, filters).total
    # The town's communities all lie in ward 1, whatever its requests say.
    assert set(counted) == set(COMMUNITIES)
    assert view_of("ward", "2").parts == ()


def test_each_area_says_where_it_stands_in_its_layer_and_what_contains_it() -> None:
    layer = WORLD.snapshot.layer("community")
    for area in layer_view(WORLD.snapshot, None, "community", ROWS).areas:
        assert layer.keys[area.code] == area.key
        assert layer.parents[area.code] == area.parent == "1"


def test_an_area_without_parts_is_shown_among_those_around_it() -> None:
    view = view_of("community", "CAP")
    assert view.finest
    assert view.within == ("ward", "1", "Ward 1")
    assert {part.key for part in view.parts} == set(COMMUNITIES)


def test_another_area_stands_beside_with_the_same_figures(measures: Measures) -> None:
    view = view_of("ward", "1", measures, beside="2")
    assert view.beside == view_of("ward", "2", measures).here
    assert view_of("ward", "1", measures, beside="1").beside is None
    assert [key for key, _ in view.others] == ["2"]


def test_without_measures_what_is_counted_is_told_and_the_rest_is_pending() -> None:
    view = view_of("ward", "1")
    assert view.basis.pending
    assert view.here.measured is None
    assert view.here.change is not None
    assert view.path is None
    assert all(part.word is None for part in view.parts)


def test_a_family_that_is_not_worked_out_leaves_the_others(measures: Measures) -> None:
    some = {name: found for name, found in measures.families.items() if name == "flow"}
    view = view_of("ward", "1", replace(measures, families=some))
    assert not view.basis.pending
    assert view.path is not None
    assert view.here.measured is not None
    assert view.here.measured.word is None
    assert view.again is None


@pytest.mark.parametrize(("layer", "key"), [("ward", "99"), ("ward", "unplaced:no_place")])
def test_an_area_that_there_is_not_is_said(layer: str, key: str) -> None:
    with pytest.raises(UnknownValue, match=key):
        view_of(layer, key)
    with pytest.raises(UnknownValue, match="layer"):
        view_of("parish", "1")


def test_keys_are_in_the_order_in_which_people_count() -> None:
    assert sorted(["10", "2", "1", "B", "A10", "A2"], key=natural) == [
        "1",
        "2",
        "10",
        "A2",
        "A10",
        "B",
    ]


def busy(service: str, days: range, *, closed: bool) -> list[Row]:
    """Return four requests for a service on each of some days before today."""
    resolved = Stage.RESOLVED if closed else Stage.RECEIVED
    return [
        Row(
            service=service,
            ward="1",
            community="BLN",
            # What went was made long before the four weeks.
            requested=TODAY - before - (60 if closed else 0),
            closed=TODAY - before if closed else NO_DAY,
            stage=resolved,
        )
        for before in days
        for _ in range(4)
    ]


def test_what_clearly_grew_and_shrank_in_an_area_is_told_and_chance_is_not() -> None:
    growing, shrinking, steady = SERVICES[:3]
    lately = range(2, 32)
    rows = [
        *busy(growing, lately, closed=False),
        *busy(shrinking, lately, closed=True),
        *busy(steady, range(100, 102), closed=False),
        Row(service=SERVICES[0], ward="2", community="BLN", requested=TODAY - 500),
    ]
    snapshot = world_of(rows, layers=areas()).snapshot
    view = area_view(snapshot, None, area_rows(snapshot), "ward", "1")
    assert view.services_moved is not None
    (grown,), (shrunk,) = view.services_moved.grown, view.services_moved.shrunk
    assert (grown.name, shrunk.name) == (growing, shrinking)
    assert grown.more == -shrunk.more == 4 * 28
    changes = {row.service: row.change for row in view.services}
    assert changes[growing] == grown.more
    assert changes[steady] == 0


def test_the_change_of_a_part_is_that_of_its_own_page() -> None:
    for part in view_of("ward", "1").parts:
        rows = backlog_by(WORLD.snapshot, Filters(), "community")
        assert part.change == {row.group.key: row.change for row in rows}.get(part.key, 0)


@pytest.mark.parametrize("layer", ["ward", "community"])
def test_what_is_counted_does_not_wait_for_measures(measures: Measures, layer: str) -> None:
    early, late = (layer_view(WORLD.snapshot, held, layer, ROWS) for held in (None, measures))
    counted = [replace(area, measured=None) for area in (*late.areas, late.city)]
    assert counted == [*early.areas, early.city]
    assert all(area.change is not None for area in counted)
