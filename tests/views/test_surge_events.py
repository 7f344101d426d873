"""Surges of several levels as events: what is one cause is told once."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from livemaps.views.measures.groups import Group
from livemaps.views.measures.surge import Part, SurgeNow
from livemaps.views.surge_events import SurgeEvent, SurgeView, surge_events

LAYERS = ("community", "ward")
DAY = 20_000
TREES, SIGNS, GRAFFITI = "Tree concern", "Signs", "Graffiti"


def part(key: str, share: float) -> Part:
    return Part(key, key, round(100 * share), 0.0, share)


def surging(level: str, key: str, excess: int = 40, **changes: Any) -> SurgeNow:
    """Return a surge of a group on the day, with so much more than expected."""
    usual = SurgeNow(
        level=level,
        group=Group(key, key),
        window="day",
        first_day=DAY,
        last_day=DAY,
        observed=10 + excess,
        corrected=10.0 + excess,
        expected=10.0,
        low=4,
        high=16,
        told=1.0,
        complete=True,
        p=0.0,
        q=0.0,
        word="surge",
    )
    return replace(usual, **changes)


TREES_IN_BOWNESS = surging(
    "service", TREES, 35, areas=(part("BOW", 0.6), part("GRN", 0.2), part("BLN", 0.1))
)
OF_TREES = (part(TREES, 0.6), part(SIGNS, 0.3), part(GRAFFITI, 0.02))
STORM = (
    surging("agency", "Parks", 38, services=(part(TREES, 0.9),), areas=(part("BOW", 0.6),)),
    surging("category", "Parks", 37, services=(part(TREES, 0.9),), areas=(part("BOW", 0.6),)),
    TREES_IN_BOWNESS,
    surging("ward", "1", 55, services=OF_TREES, areas=(part("BOW", 0.8),)),
    surging("community", "BOW", 50, services=OF_TREES),
    surging("ward", "6", 12, services=(part(TREES, 0.7),), areas=(part("WES", 0.2),)),
    surging("service", SIGNS, 13, areas=(part("BOW", 0.8),)),
)
SCRAWLS = surging("service", GRAFFITI, 60, areas=(part("BLN", 1.0),))


def levels_of(event: SurgeEvent) -> list[tuple[str, str]]:
    return [(one.level, one.group.key) for one in (event.told, *event.also)]


def test_one_storm_is_one_event_told_by_its_service_with_the_other_levels_behind() -> None:
    (event,) = surge_events(STORM, LAYERS)
    assert levels_of(event) == [
        ("service", TREES),
        ("service", SIGNS),
        ("community", "BOW"),
        ("ward", "1"),
        ("ward", "6"),
        ("category", "Parks"),
        ("agency", "Parks"),
    ]
    assert event.area is not None
    assert event.area.key == "BOW"
    assert event.service is None


def test_what_has_another_cause_is_another_event_and_the_larger_comes_first() -> None:
    events = surge_events([*STORM, SCRAWLS], LAYERS)
    assert [event.told.group.key for event in events] == [GRAFFITI, TREES]
    assert events[0].also == ()


def test_the_order_in_which_surges_are_found_changes_nothing() -> None:
    few = (*STORM[:4], SCRAWLS)
    told = {surge_events(order, LAYERS) for order in permutations(few)}
    assert len(told) == 1


def test_every_group_that_surges_is_in_one_event_and_in_no_other() -> None:
    week = surging("ward", "9", 90, window="week", first_day=DAY - 6)
    found = [*STORM, SCRAWLS, week, replace(week, level="agency"), surging("city", "city", 200)]
    for chosen in (found, found[:-1], found[::2], found[1::3]):
        told = [one for event in surge_events(chosen, LAYERS) for one in levels_of(event)]
        assert sorted(told) == sorted({(one.level, one.group.key) for one in chosen})


def test_a_small_part_of_a_large_surge_does_not_tie_it_to_others() -> None:
    ward = surging("ward", "8", 90, areas=(part("BLN", 0.2),), services=(part(GRAFFITI, 0.24),))
    events = surge_events([ward, SCRAWLS], LAYERS)
    assert [levels_of(event) for event in events] == [[("ward", "8")], [("service", GRAFFITI)]]


def test_a_wide_surge_belongs_to_what_brought_most_of_it_and_ties_no_causes() -> None:
    both = (part(GRAFFITI, 0.55), part(TREES, 0.4))
    ward = surging("ward", "8", 95, services=both)
    week = replace(ward, window="week", first_day=DAY - 6, services=())
    events = surge_events([ward, week, TREES_IN_BOWNESS, SCRAWLS], LAYERS)
    assert [levels_of(event) for event in events] == [
        [("service", GRAFFITI), ("ward", "8")],
        [("service", TREES)],
    ]


def test_an_event_is_not_told_by_what_brought_little_of_it() -> None:
    ward = surging("ward", "1", 100, services=OF_TREES, areas=(part("BOW", 0.3),))
    area = surging("community", "BOW", 30, services=OF_TREES)
    (event,) = surge_events([area, ward], LAYERS)
    assert levels_of(event) == [("ward", "1"), ("community", "BOW")]
    assert event.service is not None
    assert event.service.key == TREES


def test_a_group_that_surges_for_days_and_the_week_is_told_once_by_the_day() -> None:
    week = replace(
        TREES_IN_BOWNESS, window="week", first_day=DAY - 6, observed=300, corrected=300.0
    )
    later = replace(TREES_IN_BOWNESS, first_day=DAY + 1, last_day=DAY + 1, observed=25)
    only_week = surging("ward", "1", 80, window="week", first_day=DAY - 6, services=OF_TREES)
    (event,) = surge_events([week, later, TREES_IN_BOWNESS, only_week], LAYERS)
    assert event.told is TREES_IN_BOWNESS
    assert event.also == (only_week,)


@pytest.mark.parametrize(("share", "events"), [(0.1, 1), (0.5, 2)])
def test_a_day_that_is_busy_everywhere_is_one_event(share: float, events: int) -> None:
    whole = surging("city", "city", 400, services=(part(TREES, share),))
    found = surge_events([whole, SCRAWLS], LAYERS)
    assert len(found) == events
    assert found[0].told is whole


def test_nothing_is_no_event() -> None:
    assert surge_events([], LAYERS) == ()


def test_a_city_without_areas_has_events_too() -> None:
    found = [surging("service", TREES), surging("agency", "Parks", services=OF_TREES)]
    assert [event.told.level for event in surge_events(found, ())] == ["service"]


def test_the_days_of_a_view_are_those_that_its_events_are_told_by() -> None:
    week = surging("service", GRAFFITI, 90, window="week", first_day=DAY - 7, last_day=DAY - 1)
    for found, days in (
        ([], (DAY - 7, DAY - 1)),
        ([TREES_IN_BOWNESS], (DAY, DAY)),
        ([week], (DAY - 7, DAY - 1)),
        ([TREES_IN_BOWNESS, week], (DAY - 7, DAY)),
    ):
        assert SurgeView((), surge_events(found, LAYERS), DAY - 1).days == days


def test_what_was_expected_is_of_as_much_as_the_feed_has_told() -> None:
    half = surging("service", TREES, observed=20, expected=25.0, told=0.3, complete=False)
    assert half.expected_by_now == pytest.approx(7.5)
    assert half.excess == pytest.approx(12.5)
    assert replace(half, told=None).expected_by_now is None
