"""Which requests are measured, in which groups, and until which day."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.measures.days import Days, days_of
from livemaps.measures.world import World
from livemaps.model import Stage, Standing
from livemaps.snapshot import UNPLACED_KEYS
from tests.measures.village import areas, world_of
from tests.views.town import SERVICES, SET_APART, TODAY, Row, snapshot_of

CLOSED = Stage.RESOLVED


def tally(world: World, level: str) -> dict[int, int]:
    """Count the rows of each group of a level that has any."""
    found = world.level(level)
    codes = found.codes if found.included is None else found.codes[found.included]
    counts = np.bincount(codes, minlength=found.size)
    assert len(counts) == found.size
    return {int(code): int(counts[code]) for code in np.flatnonzero(counts)}


def test_the_data_end_on_the_newest_requested_day_by_today() -> None:
    world = world_of(
        [Row(requested=TODAY - 3), Row(requested=TODAY - 900), Row(requested=TODAY + 9)]
    )
    assert world.days == Days(TODAY, TODAY - 3, TODAY - 4, TODAY - 900)


def test_the_newest_day_and_those_that_the_feed_still_fills_are_not_complete() -> None:
    assert world_of([Row(requested=TODAY)]).days.complete == TODAY - 2
    assert world_of([Row(requested=TODAY)], delay_days=0).days.complete == TODAY - 1


def test_history_begins_where_every_request_is_held() -> None:
    rows = [Row(requested=TODAY - 900), Row(requested=TODAY - 3)]
    assert world_of(rows, complete_since=TODAY - 89).days.since == TODAY - 89
    assert world_of(rows, complete_since=TODAY - 4_000).days.since == TODAY - 900
    assert world_of([Row(requested=TODAY - 5, held="fresh")]).days.since == TODAY - 5


def test_without_a_request_by_today_there_are_no_days() -> None:
    assert days_of(snapshot_of([])) is None
    assert days_of(snapshot_of([Row(requested=TODAY + 1)])) is None


def test_rows_are_those_of_the_base_that_still_count_and_the_fresh_ones() -> None:
    world = world_of(
        [
            Row(requested=TODAY - 3),
            Row(requested=TODAY - 4, held="fresh", stage=CLOSED, closed=TODAY - 4),
            Row(requested=TODAY - 5, held="changed", service=SERVICES[2]),
        ]
    )
    assert sorted(world.column("requested_day").tolist()) == [TODAY - 5, TODAY - 4, TODAY - 3]
    services = world.snapshot.vocab.service.codes
    assert tally(world, "service") == {services[SERVICES[0]]: 2, services[SERVICES[2]]: 1}
    assert world.resolved.sum() == 1
    assert world.column("requested_day") is world.column("requested_day")


def test_impossible_requests_are_left_out_and_counted_by_reason() -> None:
    world = world_of(
        [
            Row(requested=TODAY - 3),
            Row(requested=TODAY - 3, stage=CLOSED, closed=TODAY - 3),
            Row(requested=TODAY + 1),
            Row(requested=TODAY + 5, stage=CLOSED, closed=TODAY + 2),
            Row(requested=TODAY - 3, stage=CLOSED),
            Row(requested=TODAY - 3, stage=CLOSED, closed=TODAY - 4, held="fresh"),
            Row(requested=TODAY - 3, stage=CLOSED, closed=TODAY + 1),
        ]
    )
    assert world.rows == 2
    assert world.left_out == {
        "requested in the future": 2,
        "resolved without a closed day": 1,
        "closed before requested": 1,
        "closed in the future": 1,
    }


def test_an_open_request_with_a_closed_day_was_reopened_and_stays() -> None:
    world = world_of([Row(requested=TODAY - 3, closed=TODAY - 9), Row(closed=TODAY + 4)])
    assert (world.rows, int(world.resolved.sum())) == (2, 0)
    assert not any(world.left_out.values())


def test_duplicates_and_deleted_requests_are_neither_measured_nor_left_out() -> None:
    world = world_of(
        [
            Row(),
            Row(standing=Standing.DUPLICATE),
            Row(standing=Standing.DELETED, stage=CLOSED, closed=TODAY + 1),
        ]
    )
    assert world.rows == 1
    assert not any(world.left_out.values())


def test_the_levels_are_the_citys_the_vocabularies_and_the_layers() -> None:
    assert world_of([Row()]).levels() == (
        *("city", "category", "service", "agency", "channel"),
        *("community", "ward", "service-ward"),
    )


def test_services_set_apart_count_in_their_own_service_only() -> None:
    world = world_of([Row(), Row(service=SET_APART), Row(service=SET_APART, ward="2")])
    vocab, ward = world.snapshot.vocab, world.snapshot.layer("ward")
    apart, pothole = vocab.service.codes[SET_APART], vocab.service.codes[SERVICES[0]]
    assert int(world.apart.sum()) == 2
    for level in ("city", "category", "agency", "channel", "community", "ward"):
        assert sum(tally(world, level).values()) == 1, level
    assert tally(world, "service") == {pothole: 1, apart: 2}
    assert tally(world, "service-ward") == {
        pothole * ward.codes: 1,
        apart * ward.codes: 1,
        apart * ward.codes + 1: 1,
    }


def test_requests_in_no_area_have_a_code_beyond_the_areas() -> None:
    unplaced = next(iter(UNPLACED_KEYS.values()))
    world = world_of([Row(), Row(community=unplaced, ward=unplaced)])
    layer = world.snapshot.layer("community")
    assert tally(world, "city") == {0: 2}
    assert tally(world, "community") == {0: 1, layer.code_of[unplaced]: 1}
    assert layer.code_of[unplaced] >= len(layer.keys)


def test_a_level_that_the_city_does_not_have_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="parish"):
        world_of([Row()]).level("parish")


def test_every_level_gives_each_row_a_code_below_its_size() -> None:
    world = world_of([Row(), Row(service=SERVICES[4], agency="=Finance", ward="2")], layers=areas())
    for name in world.levels():
        level = world.level(name)
        assert (level.name, len(level.codes)) == (name, world.rows)
        assert int(level.codes.max()) < level.size
