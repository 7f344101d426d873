"""What comes again after a closing, against plain loops, against shuffles, and on planted truth."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livemaps.statistics.rereported import (
    AROUND_DAYS,
    Closings,
    follow_up,
    ratio_interval,
    shares,
)

LAST = 20_000
WINDOWS = (7, 14, 30)
ROWS = st.lists(
    st.tuples(
        st.integers(-1, 2),  # spot
        st.integers(LAST - 200, LAST),  # requested
        st.one_of(st.none(), st.integers(0, 90)),  # days to close, None: open
    ),
    max_size=40,
)


def columns(rows: list[tuple[int, int, int | None]]) -> tuple[NDArray[np.int32], ...]:
    spot, requested = (np.array([row[at] for row in rows], np.int32) for at in (0, 1))
    closed = np.array([-1 if row[2] is None else row[1] + row[2] for row in rows], np.int32)
    return spot, requested, closed


def chosen(closed: NDArray[np.int32]) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (closed >= LAST - 160) & (closed <= LAST - max(WINDOWS))
    return within


@given(ROWS)
def test_what_comes_again_and_what_chance_gives_is_as_counted_by_hand(
    rows: list[tuple[int, int, int | None]],
) -> None:
    spot, requested, closed = columns(rows)
    found = follow_up(spot, requested, closed, chosen(closed), WINDOWS, LAST)
    by_hand = {at: rows[at] for at in np.flatnonzero(chosen(closed)) if rows[at][0] >= 0}
    assert sorted(found.row.tolist()) == sorted(by_hand)
    for column, row in enumerate(found.row.tolist()):
        others = [
            rows[at][1] - int(closed[row])
            for at in range(len(rows))
            if at != row and spot[at] == spot[row]
        ]
        for at, window in enumerate(WINDOWS):
            after = min(AROUND_DAYS, LAST - int(closed[row]) - window)
            assert found.again[at, column] == any(0 < day <= window for day in others)
            around = sum(
                -AROUND_DAYS <= day < 0 or window < day <= window + after for day in others
            )
            expected = 1 - (1 - window / (AROUND_DAYS + after)) ** around
            assert found.chance[at, column] == pytest.approx(expected)


def test_a_request_on_the_closing_day_is_not_counted_and_one_on_the_last_day_is() -> None:
    closing = LAST - 100
    for day, again in (
        (closing, False),
        (closing + 1, True),
        (closing + 7, True),
        (closing + 8, False),
    ):
        spot, requested, closed = columns([(0, closing - 3, 3), (0, day, None)])
        found = follow_up(spot, requested, closed, chosen(closed), (7,), LAST)
        assert found.again.tolist() == [[again]]


def test_no_closing_gives_no_share() -> None:
    none = np.zeros(0, np.int32)
    found = follow_up(none, none, none, none.astype(bool), WINDOWS, LAST)
    assert (found.again.shape, len(shares(found, none).groups)) == ((3, 0), 0)


def simulated(
    seed: int, spots: int, per_day: float, planted: float = 0.0, uneven: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return spot, requested and closed of requests that come independently of each other.

    Of the closings the share `planted` is followed by a further request within a week. Rates
    differ by spot, and rise and fall with the year.
    """
    random = np.random.default_rng([seed, spots])
    days = np.arange(LAST - 900, LAST + 1)
    season = 1 + 0.6 * np.sin(days / 365.25 * 2 * np.pi)
    rates = per_day * (random.gamma(1, 1, spots) if uneven else np.ones(spots))
    counts = random.poisson(rates[:, None] * season)
    where, day = np.nonzero(counts)
    spot, requested = (np.repeat(each, counts[where, day]) for each in (where, days[day]))
    closed = requested + random.geometric(0.15, len(spot)) - 1
    more = random.random(len(spot)) < planted
    spot = np.concatenate([spot, spot[more]])
    later = closed[more] + random.integers(1, 8, more.sum())
    requested = np.concatenate([requested, later])
    closed = np.concatenate([closed, later + random.geometric(0.15, more.sum()) - 1])
    held = requested <= LAST
    closed = np.where(closed > LAST, -1, closed)
    return spot[held], requested[held], closed[held]


def whole(closed: NDArray[np.int64]) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (closed >= LAST - 800) & (closed <= LAST - max(WINDOWS))
    return within


def total(found: Closings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return observed over chance of all closings by window, and its relative error."""
    summed = shares(found, np.zeros(len(found.row), int))
    ratio: NDArray[np.float64] = summed.again[:, 0] / summed.chance[:, 0]
    return ratio, summed.spread[:, 0]


@pytest.mark.parametrize("per_day", [0.002, 0.02, 0.2])
def test_independent_requests_come_again_as_often_as_by_chance(per_day: float) -> None:
    spot, requested, closed = simulated(1, 400, per_day)
    ratio, spread = total(follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST))
    # The curve of the season within ten weeks is not seen: well below one in a hundred.
    assert np.all(np.abs(np.log(ratio)) < 3 * spread + 0.005)
    assert np.all(np.abs(ratio - 1) < 0.12)


def test_weekends_off_look_like_chance_too() -> None:
    """Few requests and no closings on weekends: the days after a closing are not like any days."""
    random = np.random.default_rng(7)
    days = np.arange(LAST - 900, LAST + 1)
    weekday = (days + 3) % 7
    rates = 0.05 * random.gamma(1, 1, 300)[:, None] * np.where(weekday >= 5, 0.4, 1.2)
    counts = random.poisson(rates)
    where, day = np.nonzero(counts)
    spot, requested = (np.repeat(each, counts[where, day]) for each in (where, days[day]))
    closed = requested + random.geometric(0.15, len(spot)) - 1
    closed += np.where((closed + 3) % 7 >= 5, 7 - (closed + 3) % 7, 0)
    closed = np.where(closed > LAST, -1, closed)
    ratio, spread = total(follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST))
    assert np.all(np.abs(np.log(ratio)) < 3 * spread + 0.005)


def test_the_interval_holds_one_in_nineteen_of_twenty_simulated_cities() -> None:
    inside = []
    for seed in range(60):
        spot, requested, closed = simulated(seed, 120, 0.03)
        ratio, spread = total(follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST))
        for each, error in zip(ratio.tolist(), spread.tolist(), strict=True):
            low, high = ratio_interval(each, error, 1.96)
            inside.append(low <= 1 <= high)
    assert 0.88 <= np.mean(inside) <= 0.99


def test_planted_re_reports_are_found_and_weigh_as_much_as_were_planted() -> None:
    spot, requested, closed = simulated(2, 400, 0.02, planted=0.10)
    found = follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST)
    summed = shares(found, np.zeros(len(found.row), int))
    above = (summed.again[0, 0] - summed.chance[0, 0]) / summed.closings[0]
    assert 0.06 < above < 0.11  # some of the planted would have been preceded by chance anyway
    ratio, spread = total(found)
    assert ratio_interval(ratio[0], spread[0], 1.96)[0] > 1.15


def test_chance_agrees_with_shuffling_the_days_of_each_place() -> None:
    """A shuffle needs a rate that is steady over all days; there both must give the same."""
    random = np.random.default_rng(3)
    spots, days = 60, 600
    counts = random.poisson(random.gamma(1, 0.03, spots)[:, None], (spots, days))
    where, day = np.nonzero(counts)
    spot, requested = (np.repeat(each, counts[where, day]) for each in (where, day))
    requested = requested + LAST - days + 1
    closed = requested + random.geometric(0.2, len(spot)) - 1
    keep = (closed > LAST - days + AROUND_DAYS) & (closed <= LAST - 14)
    found = follow_up(spot, requested, closed, keep, (14,), LAST)
    shuffled = _shuffled_share(spot, closed, keep, days, random)
    assert found.chance.mean() == pytest.approx(shuffled, rel=0.06)


def _shuffled_share(
    spot: NDArray[np.int64],
    closed: NDArray[np.int64],
    keep: NDArray[np.bool_],
    days: int,
    random: np.random.Generator,
) -> float:
    """Return the share of closings followed by any of the spot's others on shuffled days."""
    by_spot: dict[int, int] = defaultdict(int)
    for each in spot.tolist():
        by_spot[each] += 1
    hits: list[float] = []
    for each in np.unique(spot[keep]).tolist():
        ends = closed[keep & (spot == each)]
        for _ in range(40):
            others = random.integers(LAST - days + 1, LAST + 1, by_spot[each] - 1)
            apart = others[None, :] - ends[:, None]
            hits += ((apart > 0) & (apart <= 14)).any(axis=1).tolist()
    return float(np.mean(hits))


def test_groups_are_summed_by_themselves() -> None:
    spot, requested, closed = simulated(4, 30, 0.05)
    found = follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST)
    group = found.spot % 3 + 5
    summed = shares(found, group)
    assert summed.groups.tolist() == [5, 6, 7]
    for at, code in enumerate(summed.groups.tolist()):
        mine = group == code
        assert summed.closings[at] == mine.sum()
        assert summed.again[:, at].tolist() == found.again[:, mine].sum(axis=1).tolist()
        assert summed.chance[:, at] == pytest.approx(found.chance[:, mine].sum(axis=1))


def test_the_error_of_a_ratio_is_that_of_its_clusters() -> None:
    random = np.random.default_rng(5)
    spot = np.repeat(np.arange(40), 25)
    chance = random.random((1, 1000)) * 0.3
    found = Closings(np.arange(1000), spot, random.random((1, 1000)) < chance, chance)
    summed = shares(found, np.zeros(1000, int))
    observed, expected = (each[0].reshape(40, 25).sum(axis=1) for each in (found.again, chance))
    ratio = observed.sum() / expected.sum()
    residual = observed - ratio * expected
    error = np.sqrt(40 / 39 * (residual**2).sum()) / expected.sum()
    assert summed.spread[0, 0] == pytest.approx(error / ratio)


def test_few_clusters_give_no_interval() -> None:
    spot, requested, closed = simulated(6, 9, 0.1)
    found = follow_up(spot, requested, closed, whole(closed), WINDOWS, LAST)
    assert np.isnan(shares(found, np.zeros(len(found.row), int)).spread).all()
