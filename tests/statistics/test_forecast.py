"""The forecast: what it must find, what it must say of itself, and what it must not know."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livemaps.model import day_number
from livemaps.statistics import backtest as replay
from livemaps.statistics import forecast as method
from livemaps.statistics.backtest import Outlook, backtest, outlook
from livemaps.statistics.spans import YEAR

FIRST = 18_000
NONE = np.array([], np.int64)
Floats = NDArray[np.float64]


def days(number: int) -> NDArray[np.int64]:
    return np.arange(FIRST, FIRST + number)


def weekly(number: int, level: float = 100.0) -> Floats:
    """A week of its own shape: Sundays bring a fifth of Mondays."""
    shape = np.array([1.5, 1.2, 1.1, 1.0, 1.2, 0.7, 0.3])
    counts: Floats = level * shape[(days(number) + 3) % 7]
    return counts


def drawn(seed: int, number: int, level: float = 100.0, waves: float = 0.3) -> Floats:
    """Requests by chance around a weekly and yearly pattern with a level that wanders."""
    random = np.random.default_rng([311, seed])
    season = np.exp(waves * np.sin(2 * np.pi * days(number) / 365.25))
    wander = np.exp(np.cumsum(random.normal(0, 0.01, number)))
    mean = weekly(number, level) * season * wander
    counts: Floats = random.negative_binomial(20, 20 / (20 + mean)).astype(np.float64)
    return counts


def found(counts: Floats, holidays: NDArray[np.int64] = NONE) -> Outlook:
    made = outlook(counts, days(len(counts)), holidays)
    assert made is not None
    return made


def test_a_weekly_pattern_is_recovered() -> None:
    counts = weekly(400)
    assert found(counts).forecast == pytest.approx(weekly(414)[400:], rel=1e-6)


def test_a_yearly_season_is_foreseen() -> None:
    angle = 2 * np.pi * days(1_514) / YEAR
    season = weekly(1_514) * np.exp(0.5 * np.sin(angle))
    assert found(season[:1_500]).forecast == pytest.approx(season[1_500:], rel=0.02)


def test_where_last_weeks_same_day_is_right_every_time_nothing_is_shown() -> None:
    made = found(weekly(400))
    assert made.mase is None
    assert not made.shown


def test_a_constant_series_is_forecast_and_not_shown() -> None:
    made = found(np.full(300, 7.0))
    assert made.forecast == pytest.approx(np.full(14, 7.0))
    assert made.failed == 0
    assert not made.shown


def test_a_series_of_zeros_is_forecast_as_none_and_not_shown() -> None:
    made = found(np.zeros(300))
    assert made.forecast == pytest.approx(np.zeros(14), abs=1e-3)
    assert not made.shown


def test_a_weekday_on_which_nothing_ever_comes_in_stays_empty() -> None:
    counts = drawn(1, 800)
    sundays = (days(814) + 3) % 7 == 6
    counts[sundays[:800]] = 0
    made = found(counts)
    assert (made.forecast[sundays[800:]] < 0.01).all()
    assert made.failed == 0
    assert made.shown


def test_less_than_eight_weeks_are_too_short_to_forecast() -> None:
    assert outlook(drawn(2, 55), days(55), NONE) is None
    assert found(drawn(2, 56)).origins == 0


def test_few_origins_are_not_shown() -> None:
    made = found(drawn(3, 150))
    assert 0 < made.origins < replay.LEAST_ORIGINS
    assert not made.shown


@pytest.mark.parametrize(("since", "ahead"), [(14, 3), (70, 14)])
def test_a_sudden_level_is_followed_first_for_the_next_days_then_for_all(
    since: int, ahead: int
) -> None:
    counts = drawn(4, 800, waves=0.0)
    before = found(counts).forecast[:ahead].mean()
    counts[-since:] *= 3
    assert found(counts).forecast[:ahead].mean() > 2 * before


def test_a_series_where_last_week_tells_more_is_not_shown() -> None:
    """Weeks of a pattern that each repeat the one before nearly, and drift far from any mean."""
    random = np.random.default_rng(9)
    week = random.integers(5, 400, 7).astype(np.float64)
    weeks = []
    for number in range(60):
        if number % 13 == 0:
            week = random.permutation(week)
        weeks.append(week + random.integers(0, 2, 7))
    made = found(np.concatenate(weeks))
    assert made.mase is not None
    assert made.mase_naive is not None
    assert made.mase > made.mase_naive
    assert not made.shown


def test_holidays_are_known_beforehand() -> None:
    counts = drawn(5, 1_200)
    holidays = FIRST + np.arange(35, 1_300, 45)
    inside = np.isin(days(1_200), holidays)
    counts[inside] *= 0.1
    ahead = np.isin(FIRST + 1_200 + np.arange(14), holidays)
    assert ahead.sum() == 1
    with_them, without = found(counts, holidays), found(counts)
    assert with_them.forecast[ahead][0] < 0.5 * without.forecast[ahead][0]
    assert (with_them.mase or 9) < (without.mase or 0)


def test_intervals_hold_the_forecast_and_are_never_below_nothing() -> None:
    made = found(drawn(6, 1_000, level=2.0))
    for name in ("80", "95"):
        assert (made.low[name] >= 0).all()
        assert (made.high[name] >= made.low[name]).all()
    assert (made.low["95"] <= made.low["80"]).all()
    assert (made.high["95"] >= made.high["80"]).all()


@pytest.mark.parametrize("level", [2.0, 100.0])
def test_eight_of_ten_days_lie_within_the_interval_for_eight_of_ten(level: float) -> None:
    """On days after the data ended, not only in the replay that the intervals learnt from."""
    series = [drawn(seed, 1_514, level) for seed in range(40)]
    held: dict[str, list[float]] = {"80": [], "95": []}
    for counts in series:
        made = found(counts[:1_500])
        for name, shares in held.items():
            inside = (made.low[name] <= counts[1_500:]) & (counts[1_500:] <= made.high[name])
            shares.append(float(inside.mean()))
    assert 0.75 <= np.mean(held["80"]) <= 0.85
    assert 0.92 <= np.mean(held["95"]) <= 0.98


def test_the_replayed_past_knows_nothing_of_the_future() -> None:
    counts = drawn(7, 900)
    changed = counts.copy()
    changed[800:] = 10_000
    whole, other = backtest(counts, days(900), NONE), backtest(changed, days(900), NONE)
    before = whole.origins < 800
    assert before.any()
    assert not before.all()
    np.testing.assert_array_equal(whole.forecast[before], other.forecast[before])
    np.testing.assert_array_equal(whole.naive[before], other.naive[before])


def test_an_origin_replays_what_would_have_been_forecast_that_day() -> None:
    counts = drawn(8, 400)
    past = backtest(counts, days(400), NONE)
    first = int(past.origins[0]) + 1
    assert past.forecast[0] == pytest.approx(found(counts[:first]).forecast)


def test_origins_begin_on_every_weekday_and_end_with_the_series() -> None:
    past = backtest(drawn(8, 900), days(900), NONE)
    assert len(past.origins) == replay.JUDGED + replay.LEARNED
    assert set((past.origins % 7).tolist()) == set(range(7))
    assert past.origins[-1] + method.HORIZON == 899


def test_the_naive_forecasts_repeat_the_weekdays() -> None:
    counts = np.arange(60, dtype=np.float64)
    assert method.seasonal_naive(counts)[[0, 6, 7]].tolist() == [53, 59, 53]
    assert method.mean_of_four(counts)[[0, 7]].tolist() == [42.5, 42.5]


def test_the_same_series_gives_the_same_forecast() -> None:
    counts = drawn(10, 700)
    np.testing.assert_array_equal(found(counts).forecast, found(counts).forecast)


@pytest.mark.real_data
@pytest.mark.parametrize("until", [1_200, 1_400, 1_600, 1_800, 1_985])
def test_the_real_city_is_forecast_better_than_by_last_week(shared_data: Path, until: int) -> None:
    with (shared_data / "calgary" / "daily_requests_2018_2023.csv").open() as file:
        rows = {
            day_number(date.fromisoformat(row["requested_date"])): float(row["requests"])
            for row in csv.DictReader(file)
        }
    first = min(rows)
    counts = np.array([rows.get(first + at, 0.0) for at in range(until)])
    made = outlook(counts, first + np.arange(until), NONE)
    assert made is not None
    assert made.shown
    assert made.mase is not None
    assert made.mase_naive is not None
    assert made.mase < 0.85 * made.mase_naive
    assert 0.75 <= (made.coverage["80"] or 0) <= 0.85
    assert 0.92 <= (made.coverage["95"] or 0) <= 0.98
