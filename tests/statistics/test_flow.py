"""Inflow, outflow and backlog by day, against a recount request by request."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livemaps.statistics.flow import (
    DailyFlow,
    daily_flow,
    open_on,
    per_day,
    weeks_ending,
)

GROUPS = 3
FIRST, LAST = 100, 130
NO_DAY = -1


class Request(NamedTuple):
    requested: int
    closed: int
    resolved: bool
    group: int

    def open_on(self, day: int) -> bool:
        return self.requested <= day and not (self.resolved and self.closed <= day)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """One possible request; of what is open some have a closed day: re-opened."""
    requested = draw(st.integers(FIRST - 20, LAST))
    resolved = draw(st.booleans())
    after = st.integers(0, 40).map(lambda days: requested + days)
    closed = draw(after if resolved else st.one_of(st.just(NO_DAY), after))
    return Request(requested, closed, resolved, draw(st.integers(0, GROUPS - 1)))


towns = st.lists(requests(), max_size=30)


def columns(rows: list[Request]) -> tuple[NDArray[Any], ...]:
    table = pd.DataFrame(rows, columns=Request._fields)
    return (
        table["requested"].to_numpy(np.int32),
        table["closed"].to_numpy(np.int32),
        table["resolved"].to_numpy(bool),
        table["group"].to_numpy(np.uint8),
    )


def flow_of(rows: list[Request], first: int = FIRST, last: int = LAST) -> DailyFlow:
    requested, closed, resolved, codes = columns(rows)
    return daily_flow(requested, closed, resolved, codes, GROUPS, first, last)


@given(towns, st.integers(FIRST, LAST + 1))
def test_every_day_s_flow_and_backlog_equal_a_recount(rows: list[Request], first: int) -> None:
    found = flow_of(rows, first)
    backlog = found.backlog()
    for group in range(GROUPS):
        mine = [row for row in rows if row.group == group]
        assert found.opening[group] == sum(row.open_on(first - 1) for row in mine)
        for at, day in enumerate(range(first, LAST + 1)):
            assert found.inflow[group, at] == sum(row.requested == day for row in mine)
            assert found.outflow[group, at] == sum(
                row.resolved and row.closed == day for row in mine
            )
            assert backlog[group, at] == sum(row.open_on(day) for row in mine)


@given(towns)
def test_the_backlog_of_the_last_day_is_what_is_open_then(rows: list[Request]) -> None:
    """Nothing is requested after the last day; what is closed after it is still open."""
    requested, closed, resolved, codes = columns(rows)
    was = open_on(requested, closed, resolved, LAST)
    expected = np.bincount(codes[was], minlength=GROUPS)
    assert flow_of(rows).backlog()[:, -1].tolist() == expected.tolist()


@given(towns, st.integers(FIRST, LAST))
def test_a_later_first_day_changes_nothing_but_where_the_path_begins(
    rows: list[Request], first: int
) -> None:
    whole, part = flow_of(rows), flow_of(rows, first)
    assert np.array_equal(whole.backlog()[:, first - FIRST :], part.backlog())


@given(towns)
def test_groups_together_are_the_sum_of_the_groups(rows: list[Request]) -> None:
    found = flow_of(rows)
    assert found.together().backlog()[0].tolist() == found.backlog().sum(axis=0).tolist()
    chosen = found.of(np.array([2, 0]))
    assert np.array_equal(chosen.backlog(), found.backlog()[[2, 0]])


def test_no_requests_and_no_days_give_zeros() -> None:
    empty = flow_of([])
    assert empty.backlog().shape == (GROUPS, LAST - FIRST + 1)
    assert not empty.backlog().any()
    nothing = flow_of([Request(FIRST - 1, NO_DAY, False, 1)], FIRST, FIRST - 1)
    assert nothing.inflow.shape == (GROUPS, 0)
    assert nothing.opening.tolist() == [0, 1, 0]
    assert nothing.last == FIRST - 1


def test_a_request_closed_on_its_day_goes_in_and_out_and_is_never_backlog() -> None:
    found = flow_of([Request(FIRST + 2, FIRST + 2, True, 0)])
    assert found.inflow[0, 2] == found.outflow[0, 2] == 1
    assert not found.backlog().any()


def test_narrow_codes_do_not_overflow_the_table_of_days() -> None:
    codes = np.full(4, 255, np.uint8)
    counted = per_day(np.array([0, 1, 1, 999], np.int32), codes, 256, 0, 1000)
    assert counted[255, [0, 1, 999]].tolist() == [1, 2, 1]
    assert counted.sum() == 4


def test_weeks_end_with_the_last_day_and_a_part_of_one_is_left_out() -> None:
    daily = np.arange(17)[None, :].astype(np.uint16)
    weeks = weeks_ending(daily, 8)
    assert weeks.tolist() == [[sum(range(3, 10)), sum(range(10, 17))]]
    assert weeks_ending(daily, 1).tolist() == [[sum(range(10, 17))]]
    assert weeks_ending(daily[:, :6], 8).shape == (1, 0)
