"""The survival curves against lifelines, statsmodels and plain arithmetic."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from livemaps.statistics.survival import NOT_REACHED, Curves, Tally, curves, regrouped, tally
from livemaps.statistics.survival_times import band, quantiles, remaining

SHARES = (0.5, 0.8, 0.9)

lives = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)
"""Days and whether closed: few days, so that ties and exact shares are common."""

long_lives = st.lists(st.tuples(st.integers(0, 800), st.booleans()), min_size=1, max_size=60)


def close(ours: Any, theirs: Any) -> None:
    assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def one(rows: Sequence[tuple[int, bool]]) -> Curves:
    """Return the curve of a single group."""
    return estimate([(0, day, closed) for day, closed in rows], 1)


def counted(rows: Sequence[tuple[int, int, bool]], groups: int) -> Tally:
    group, day, closed = (np.array([row[place] for row in rows]) for place in range(3))
    return tally(group.astype(np.int64), day.astype(np.int32), closed.astype(bool), groups)


def estimate(rows: Sequence[tuple[int, int, bool]], groups: int) -> Curves:
    return curves(counted(rows, groups))


def fitted(rows: Sequence[tuple[int, bool]]) -> Any:
    """Return lifelines' estimate, without its remarks on logarithms of nothing."""
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return KaplanMeierFitter().fit([day for day, _ in rows], [closed for _, closed in rows])


def exact(rows: Sequence[tuple[int, bool]], share: float) -> int:
    """Return the day by which a share is closed, by fractions that do not round."""
    left, wanted = Fraction(1), 1 - Fraction(str(share))
    for day in sorted({day for day, _ in rows}):
        at_risk = sum(other >= day for other, _ in rows)
        left *= 1 - Fraction(sum(closed and other == day for other, closed in rows), at_risk)
        if left <= wanted:
            return day
    return NOT_REACHED


def agrees_with_lifelines(rows: Sequence[tuple[int, bool]]) -> None:
    ours, theirs = one(rows), fitted(rows)
    days = ours.steps.day
    close(ours.steps.survival, theirs.survival_function_.loc[days].iloc[:, 0])
    lower, upper = band(ours.steps.survival, ours.variance)
    interval = theirs.confidence_interval_.loc[days]
    close(lower, interval.iloc[:, 0])
    close(upper, interval.iloc[:, 1])
    table = theirs.event_table.loc[days]
    assert_array_equal(ours.steps.at_risk, table["at_risk"])
    assert_array_equal(ours.closed, table["observed"])
    found = quantiles(ours, SHARES)
    for place, share in enumerate(SHARES):
        assert found.day[0, place] == exact(rows, share)
        first = (first_day(interval.iloc[:, side], 1 - share) for side in (0, 1))
        assert (found.low[0, place], found.high[0, place]) == tuple(first)


def first_day(line: pd.Series[float], level: float) -> int:
    below = line.index[line <= level * (1 + 1e-11)]
    return int(below[0]) if len(below) else NOT_REACHED


@given(lives)
def test_the_curve_its_band_and_its_quantiles_are_those_of_lifelines(
    rows: list[tuple[int, bool]],
) -> None:
    agrees_with_lifelines(rows)


@given(long_lives)
def test_curves_over_years_are_those_of_lifelines(rows: list[tuple[int, bool]]) -> None:
    agrees_with_lifelines(rows)


@pytest.mark.parametrize("size", [200, 3_000])
def test_quantiles_and_intervals_are_what_lifelines_utilities_look_up(size: int) -> None:
    from lifelines.utils import median_survival_times, qth_survival_times

    random = np.random.default_rng([311, size])
    days = np.floor(random.lognormal(2, 1, size)).astype(int)
    followed = random.integers(0, 60, size)
    rows = list(zip(np.minimum(days, followed).tolist(), (days <= followed).tolist(), strict=True))
    theirs, found = fitted(rows), quantiles(one(rows), SHARES)
    assert found.day[0, 0] == median_survival_times(theirs)
    for place, share in enumerate(SHARES):
        left = 1 - share
        assert found.day[0, place] == qth_survival_times(left, theirs.survival_function_)
        low, high = qth_survival_times(left, theirs.confidence_interval_).to_numpy().ravel()
        assert (found.low[0, place], found.high[0, place]) == (low, high)


@given(lives)
def test_curve_and_spread_are_those_of_statsmodels(rows: list[tuple[int, bool]]) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    ours = one(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        theirs = SurvfuncRight([day for day, _ in rows], [closed for _, closed in rows])
    at = np.isin(ours.steps.day, theirs.surv_times)
    here = np.isin(theirs.surv_times, ours.steps.day[at])
    close(ours.steps.survival[at], theirs.surv_prob[here])
    inside = ours.steps.survival[at] > 0
    spread = ours.steps.survival[at] * np.sqrt(ours.variance[at])
    close(spread[inside], theirs.surv_prob_se[here][inside])


many = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 15), st.booleans()), min_size=1, max_size=60
)


@given(many)
def test_many_groups_at_once_are_each_as_if_alone(rows: list[tuple[int, int, bool]]) -> None:
    together = estimate(rows, 7)
    found = quantiles(together, SHARES)
    for group in range(7):
        own = [(0, day, closed) for code, day, closed in rows if code == group]
        part = slice(*together.steps.starts[group : group + 2].tolist())
        assert together.requests[group] == len(own)
        if not own:
            assert part.start == part.stop
            assert together.longest[group] == NOT_REACHED
            assert (found.day[group] == NOT_REACHED).all()
            continue
        alone = estimate(own, 1)
        for name in ("day", "at_risk", "survival"):
            assert_array_equal(getattr(together.steps, name)[part], getattr(alone.steps, name))
        assert_array_equal(together.variance[part], alone.variance)
        assert together.resolved[group] == alone.resolved[0]
        assert together.longest[group] == max(day for _, day, _ in own)
        assert_array_equal(found.high[group], quantiles(alone, SHARES).high[0])


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_requests_does_not_matter(
    rows: list[tuple[int, int, bool]], random: Any
) -> None:
    shuffled = random.sample(rows, len(rows))
    for ours, theirs in zip(
        _arrays(estimate(rows, 6)), _arrays(estimate(shuffled, 6)), strict=True
    ):
        assert_array_equal(ours, theirs)


@given(many)
def test_wider_groups_are_those_of_their_requests(rows: list[tuple[int, int, bool]]) -> None:
    wider = np.array([1, 0, -1, 1, 2, 2])
    regroup = curves(regrouped(counted(rows, 6), wider, 4))
    direct = [(int(wider[code]), day, closed) for code, day, closed in rows if wider[code] >= 0]
    expected = estimate(direct, 4) if direct else curves(tally(*_nobody(), 4))
    for ours, theirs in zip(_arrays(regroup), _arrays(expected), strict=True):
        assert_array_equal(ours, theirs)


def _arrays(found: Curves) -> tuple[Any, ...]:
    steps = found.steps
    return (
        *(steps.starts, steps.day, steps.at_risk, steps.survival),
        *(found.closed, found.variance, found.requests, found.resolved, found.longest),
    )


def _nobody() -> tuple[Any, Any, Any]:
    return np.zeros(0, np.uint16), np.zeros(0, np.int32), np.zeros(0, bool)


def test_nobody_has_no_curve_and_no_quantile() -> None:
    found = curves(tally(*_nobody(), 3))
    assert_array_equal(found.requests, [0, 0, 0])
    assert (quantiles(found, SHARES).day == NOT_REACHED).all()
    asked = remaining(found.steps, np.array([1]), np.array([4]), SHARES)
    assert asked.at_risk.tolist() == [0]
    assert (asked.day == NOT_REACHED).all()


def test_one_request_closed_the_same_day_is_closed_on_day_0() -> None:
    assert quantiles(one([(0, True)]), SHARES).day.tolist() == [[0, 0, 0]]


def test_all_still_open_reaches_no_quantile() -> None:
    found = one([(3, False), (9, False)])
    assert quantiles(found, SHARES).day.tolist() == [[NOT_REACHED] * 3]
    assert found.longest.tolist() == [9]


def test_those_censored_on_a_day_are_at_risk_that_day() -> None:
    found = one([(5, True), (5, False)])
    assert found.steps.survival.tolist() == [0.5]
    assert quantiles(found, [0.5]).day.tolist() == [[5]]


@pytest.mark.parametrize("size", [2, 10, 98, 998, 5_000])
def test_an_exact_half_is_reached_on_its_day(size: int) -> None:
    """One closing a day multiplies as many roundings as there are days."""
    rows = [(day, True) for day in range(size)]
    assert quantiles(one(rows), SHARES).day.tolist() == [
        [int(size * Fraction(str(share)) + Fraction(999, 1000)) - 1 for share in SHARES]
    ]


def test_more_requests_than_sixteen_bits_count_are_counted() -> None:
    rows = 200_000
    codes, days = np.ones(rows, np.uint8), np.zeros(rows, np.uint16)
    days[:70_000] = 400
    found = curves(tally(codes, days, np.ones(rows, bool), 2))
    assert found.steps.at_risk.tolist() == [200_000, 70_000]
    assert found.closed.tolist() == [130_000, 70_000]
    assert found.steps.survival.tolist() == [0.35, 0.0]


@pytest.mark.parametrize(("codes", "days"), [([4], [1]), ([-1], [1]), ([0], [-1])])
def test_what_is_out_of_range_is_refused(codes: list[int], days: list[int]) -> None:
    with pytest.raises(ValueError, match="numbered 0 to 2"):
        tally(np.array(codes), np.array(days), np.ones(1, bool), 3)


@given(lives, st.integers(0, 14))
def test_what_is_left_to_wait_is_the_curve_of_those_who_lasted(
    rows: list[tuple[int, bool]], age: int
) -> None:
    """Conditioning on being at risk after day N is starting the curve there."""
    lasted = [row for row in rows if row[0] > age]
    found = remaining(one(rows).steps, np.array([0]), np.array([age]), SHARES)
    assert found.at_risk[0] == len(lasted)
    assert found.day[0].tolist() == [exact(lasted, share) for share in SHARES]


def test_the_median_left_is_that_of_lifelines() -> None:
    """Every day has a closing, as lifelines needs here; it misses a half that rounding hides."""
    random = np.random.default_rng(311)
    days = [*range(40), *random.geometric(0.08, 457).tolist()]
    rows = [(day, day < 40 or bool(random.random() < 0.8)) for day in days if day < 40]
    estimated = fitted(rows)
    theirs = estimated.conditional_time_to_event_.iloc[:-1, 0]
    ages = theirs.index.to_numpy().astype(int)
    ours = remaining(one(rows).steps, np.zeros(len(ages), int), ages, [0.5]).day[:, 0]
    left = estimated.survival_function_.iloc[:, 0].to_numpy()
    halves = np.isclose(left[ours] / left[ages], 0.5, rtol=1e-12)
    assert halves.sum() < len(ages) / 4
    assert_array_equal((ours - ages)[~halves], theirs[~halves])


def calgary_lives(folder: Path) -> list[tuple[int, bool]]:
    rows = pd.read_csv(folder / "calgary" / "requests_2026_streetlights_a.csv", dtype=str)
    rows = rows[~rows["status_description"].str.startswith("Duplicate")]
    asked, done = (
        pd.to_datetime(rows[name], format="ISO8601").dt.normalize()
        for name in ("requested_date", "closed_date")
    )
    return _lives(asked, done, rows["status_description"] == "Closed")


def new_york_lives(folder: Path) -> list[tuple[int, bool]]:
    rows = pd.read_csv(folder / "new_york" / "requests_2023-12.csv", dtype=str)
    asked, done = (
        pd.to_datetime(rows[name], format="ISO8601").dt.normalize()
        for name in ("created_date", "closed_date")
    )
    return _lives(asked, done, rows["status"] == "Closed")


def new_york_feed_lives(folder: Path) -> list[tuple[int, bool]]:
    rows = json.loads((folder / "new_york" / "soda_requests_2024-05.json").read_text("utf-8"))
    asked, done = (
        pd.Series(pd.to_datetime([row.get(name) for row in rows], format="ISO8601")).dt.normalize()
        for name in ("created_date", "closed_date")
    )
    return _lives(asked, done, pd.Series([row["status"] == "Closed" for row in rows]))


def _lives(
    asked: pd.Series[Any], done: pd.Series[Any], closed: pd.Series[Any]
) -> list[tuple[int, bool]]:
    closed = closed & done.notna() & (done >= asked)
    last = max(asked.max(), done.max())
    days = (done.where(closed, last) - asked).dt.days
    return list(zip(days.astype(int).tolist(), closed.astype(bool).tolist(), strict=True))


@pytest.mark.real_data
@pytest.mark.parametrize("read", [calgary_lives, new_york_lives, new_york_feed_lives])
def test_real_rows_give_the_curve_of_lifelines(read: Any, shared_data: Path) -> None:
    rows = read(shared_data)
    assert len(rows) > 100
    agrees_with_lifelines(rows)
