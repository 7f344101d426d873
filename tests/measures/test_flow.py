"""The families life, flow and queues of whole towns, against a recount row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.measures.families import Family
from livemaps.measures.flow import LONGEST_HISTORY, flow, flow_of
from livemaps.measures.life import COLUMNS, life
from livemaps.measures.queues import queues_at, queues_of_world
from livemaps.measures.world import World
from livemaps.model import Stage, Standing
from livemaps.snapshot import NO_DAY
from livemaps.statistics.orders import IMPOSSIBLE
from livemaps.statistics.queues import Word, words
from tests.measures.village import measures_of, world_of
from tests.views.strategies import rows, towns
from tests.views.town import SET_APART, TODAY, Row

FLOW = (Family("flow", flow),)
QUEUES = (Family("queues", queues_of_world),)
LIFE = (Family("life", life),)
COMPLETE = TODAY - 2
"""With the town's delay of two days, and requests up to today."""

TODAYS = Row(service="Waste - Cart", requested=TODAY)
LEVELS = ("city", "category", "service", "agency", "channel", "community", "ward")


@st.composite
def odd_rows(draw: st.DrawFn) -> Row:
    """One random request, now and then with days that cannot be."""
    row = draw(rows())
    shift = draw(st.sampled_from([None, None, None, "requested", "closed", "no closed day"]))
    if shift == "requested":
        return replace(row, requested=TODAY + draw(st.integers(1, 400)))
    if shift == "closed":
        return replace(row, closed=TODAY + draw(st.integers(1, 400)))
    return replace(row, closed=NO_DAY) if shift == "no closed day" else row


odd_towns = st.lists(odd_rows(), max_size=30).map(lambda town: [*town, TODAYS])


def reason(row: Row) -> str | None:
    """Return why a request's days cannot be, in plain Python."""
    if row.requested > TODAY:
        return IMPOSSIBLE[0]
    if row.stage is not Stage.RESOLVED:
        return None
    if row.closed == NO_DAY:
        return IMPOSSIBLE[1]
    if row.closed < row.requested:
        return IMPOSSIBLE[2]
    return IMPOSSIBLE[3] if row.closed > TODAY else None


def counts(row: Row) -> bool:
    return row.standing is Standing.COUNTS and reason(row) is None


def is_open(row: Row, day: int) -> bool:
    closed = row.stage is Stage.RESOLVED and row.closed <= day
    return row.requested <= day and not closed


def groups_of(town: list[Row], level: str) -> dict[str, list[Row]]:
    """Return the rows of each group of a level, services set apart only as services."""
    groups: dict[str, list[Row]] = {}
    for row in town:
        if level == "service" or row.service != SET_APART:
            name = "city" if level == "city" else row.value(level)
            groups.setdefault(name, []).append(row)
    return groups


def code(world: World, level: str, name: str) -> int:
    if level == "city":
        return 0
    snapshot = world.snapshot
    layer = {layer.id: layer for layer in snapshot.layers}.get(level)
    return layer.code_of[name] if layer else snapshot.vocab.of(level).codes[name]


@settings(max_examples=40)
@given(town=odd_towns, day=st.integers(0, 900))
def test_the_backlog_of_any_day_equals_a_recount(town: list[Row], day: int) -> None:
    world = world_of(town)
    measures = measures_of(world, FLOW)
    for level in LEVELS:
        found = flow_of(measures, level)
        then = max(found.first, TODAY - day)
        path = found.backlog()
        groups = groups_of([row for row in town if counts(row)], level)
        for name, group in groups.items():
            series = path[code(world, level, name)]
            assert series[then - found.first] == sum(is_open(row, then) for row in group)
            assert series[-1] == sum(row.stage is not Stage.RESOLVED for row in group)
        held = (row for group in groups.values() for row in group)
        assert path[:, -1].sum() == sum(is_open(row, TODAY) for row in held)


@settings(max_examples=20)
@given(towns)
def test_days_before_every_request_was_held_are_in_the_opening_backlog(town: list[Row]) -> None:
    since = TODAY - 40
    limited = flow_of(measures_of(world_of([*town, TODAYS], complete_since=since), FLOW), "city")
    first = min(row.requested for row in [*town, TODAYS])
    whole = flow_of(measures_of(world_of([*town, TODAYS]), FLOW), "city")
    assert limited.first == max(since, first)
    assert np.array_equal(limited.backlog()[0, -30:], whole.backlog()[0][-30:])


def test_a_mistyped_year_does_not_make_the_history_longer_than_it_may_be() -> None:
    old = Row(requested=10)
    found = flow_of(measures_of(world_of([old, TODAYS]), FLOW), "city")
    assert found.inflow.shape == (1, LONGEST_HISTORY)
    assert found.opening.tolist() == [1]


@settings(max_examples=40)
@given(odd_towns)
def test_weeks_and_backlog_of_every_queue_equal_a_recount(town: list[Row]) -> None:
    world = world_of([*town, Row(service="Waste - Cart", requested=TODAY - 900)])
    found = queues_at(measures_of(world, QUEUES), "service-ward")
    codes = world.snapshot.layer("ward").codes
    for row in town:
        same = [
            other
            for other in town
            if counts(other) and (other.service, other.ward) == (row.service, row.ward)
        ]
        at = world.snapshot.vocab.service.codes[row.service] * codes + code(world, "ward", row.ward)
        weeks = [range(COMPLETE - 7 * ago - 6, COMPLETE - 7 * ago + 1) for ago in range(7, -1, -1)]
        assert found.inflow[at].tolist() == [sum(r.requested in w for r in same) for w in weeks]
        assert found.outflow[at].tolist() == [
            sum(r.stage is Stage.RESOLVED and r.closed in w for r in same) for w in weeks
        ]
        extra = (row.service, row.ward) == ("Waste - Cart", "1")
        assert found.backlog[at] == sum(is_open(r, COMPLETE) for r in same) + extra
    assert np.array_equal(found.words, words(found.inflow, found.outflow))


def grown(complete_since: int | None) -> Word:
    """Return the word of a queue of which nothing was closed for weeks."""
    town = [Row(requested=TODAY - day) for day in range(60)]
    world = world_of([*town, Row(requested=TODAY - 900)], complete_since=complete_since)
    return Word(int(queues_at(measures_of(world, QUEUES), "city").words[0]))


def test_growth_is_not_told_where_only_a_part_of_the_past_is_held() -> None:
    assert grown(None) is Word.GROWING
    assert grown(COMPLETE - 28 - 365) is Word.GROWING
    assert grown(COMPLETE - 28 - 364) is Word.TOO_FEW


POINTS: dict[str, Callable[[Row], bool]] = {
    "requests": lambda row: row.standing is Standing.COUNTS,
    "resolved": lambda row: row.standing is Standing.COUNTS and row.stage is Stage.RESOLVED,
    "open": lambda row: row.standing is Standing.COUNTS and row.stage is not Stage.RESOLVED,
    "in_progress": lambda row: row.standing is Standing.COUNTS and row.stage is Stage.IN_PROGRESS,
    "reopened": lambda row: (
        row.standing is Standing.COUNTS and row.stage is not Stage.RESOLVED and row.closed != NO_DAY
    ),
    "duplicates": lambda row: row.standing is Standing.DUPLICATE,
    "deletions": lambda row: row.standing is Standing.DELETED,
    "requested_in_the_future": lambda row: (
        row.standing is Standing.COUNTS and reason(row) == IMPOSSIBLE[0]
    ),
    "resolved_without_a_closed_day": lambda row: (
        row.standing is Standing.COUNTS and reason(row) == IMPOSSIBLE[1]
    ),
    "closed_before_requested": lambda row: (
        row.standing is Standing.COUNTS and reason(row) == IMPOSSIBLE[2]
    ),
    "closed_in_the_future": lambda row: (
        row.standing is Standing.COUNTS and reason(row) == IMPOSSIBLE[3]
    ),
    "seen_reopened": lambda _: False,
}


@settings(max_examples=40)
@given(town=odd_towns)
def test_every_point_of_life_is_counted_as_by_hand(town: list[Row]) -> None:
    world = world_of(town)
    family = measures_of(world, LIFE).family("life")
    standings = [COLUMNS.index(name) for name in ("requests", "duplicates", "deletions")]
    for level in LEVELS:
        found, groups = family.arrays[level], groups_of(town, level)
        for name, group in groups.items():
            expected = [sum(POINTS[column](row) for row in group) for column in COLUMNS]
            assert found[code(world, level, name)].tolist() == expected
        assert found[:, standings].sum() == sum(map(len, groups.values()))
