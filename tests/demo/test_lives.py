"""What the feed says about a life on a given day."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livemaps.demo.lives import (
    CLOSED,
    DELETED,
    DUPLICATE_CLOSED,
    DUPLICATE_OPEN,
    EVENTS,
    LIFE,
    NEVER,
    OPEN,
    changed_between,
    horizons,
    last_change,
    states_on,
)


def life(**events: int) -> np.ndarray:
    """One request of day 100 by agency 1, with some events."""
    lives = np.zeros(1, dtype=LIFE)
    for event in EVENTS:
        lives[event] = NEVER
    lives["number"], lives["requested"], lives["appears"] = 2_600_000_001, 100, 100
    lives["agency"], lives["next_agency"] = 1, 2
    for name, day in events.items():
        lives[name] = day
    return lives


def said(lives: np.ndarray, day: int) -> tuple[int, int, int, int]:
    """Status, agency, updated and closed day, as the feed says them."""
    state = states_on(lives, day)
    return int(state.status[0]), int(state.agency[0]), int(state.updated[0]), int(state.closed[0])


def test_a_request_is_open_until_it_closes() -> None:
    lives = life(closed=105)
    assert said(lives, 104) == (OPEN, 1, 100, -1)
    assert said(lives, 105) == (CLOSED, 1, 105, 105)


def test_a_reopened_request_is_open_with_its_closed_date() -> None:
    lives = life(closed=105, reopened=108, closed_again=120)
    assert said(lives, 107) == (CLOSED, 1, 105, 105)
    assert said(lives, 108) == (OPEN, 1, 108, 105)
    assert said(lives, 120) == (CLOSED, 1, 120, 120)


def test_a_duplicate_is_marked_and_then_closed() -> None:
    lives = life(marked=101, closed=103)
    assert [said(lives, day)[0] for day in (100, 101, 103)] == [
        OPEN,
        DUPLICATE_OPEN,
        DUPLICATE_CLOSED,
    ]


def test_a_deleted_request_is_neither_open_nor_closed() -> None:
    assert said(life(closed=105, deleted=110), 110)[0] == DELETED


def test_somebody_taking_it_up_moves_only_the_updated_date() -> None:
    assert said(life(touched=102, closed=NEVER), 102) == (OPEN, 1, 102, -1)


def test_a_request_passed_on_has_another_agency() -> None:
    lives = life(transferred=103)
    assert [said(lives, day)[1] for day in (102, 103)] == [1, 2]


def test_the_updated_date_is_blank_in_some_closed_rows_only() -> None:
    lives = life(closed=105, reopened=108, silent=1)
    assert [said(lives, day)[2] for day in (104, 105, 108)] == [100, -1, 108]


def test_closing_does_not_always_move_the_updated_date() -> None:
    assert said(life(touched=102, closed=105, untold=1), 105)[2] == 102


def test_a_clerk_may_update_a_closed_request() -> None:
    assert said(life(closed=105, revised=140), 140) == (CLOSED, 1, 140, 105)


def test_at_midnight_everything_of_the_day_before_is_published() -> None:
    lives = np.repeat(life(), 1000)
    lives["number"] += np.arange(1000)
    assert set(horizons(lives, 200.0).tolist()) == {199}


def test_during_a_day_a_growing_part_is_published() -> None:
    lives = np.repeat(life(), 10_000)
    lives["number"] += np.arange(10_000)
    parts = [(horizons(lives, 200 + part / 4) == 200).mean() for part in range(5)]
    assert np.allclose(parts, [0.0, 0.25, 0.5, 0.75, 1.0], atol=0.02)


events = st.fixed_dictionaries({name: st.integers(100, 130) for name in EVENTS})


@given(events, st.integers(99, 131), st.integers(0, 31))
def test_rows_change_exactly_where_something_happened(
    days: dict[str, Any], before: int, more: int
) -> None:
    """Where no event lies between two days, the feed says the same on both."""
    lives, after = life(**days), before + more
    changed = changed_between(lives, np.array([before]), np.array([after]))[0]
    appeared = days["appears"] <= before
    if appeared and not changed:
        assert said(lives, before) == said(lives, after)
    if not appeared and days["appears"] <= after:
        assert changed


@given(events)
def test_nothing_changes_after_the_last_change(days: dict[str, Any]) -> None:
    lives = life(**days)
    last = int(last_change(lives)[0])
    assert said(lives, last) == said(lives, last + 1000)
