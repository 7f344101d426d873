"""The rule for surges: what it finds, and what it leaves in peace."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from livemaps.statistics.alarms import Alarm, alarms
from livemaps.statistics.expectation import terms_for
from livemaps.statistics.surge import (
    AS_EXPECTED,
    FEWER,
    INCOMPLETE,
    SURGE,
    TOO_FEW,
    FeedShare,
    Rule,
    foresee,
    judge_day,
    judge_week,
    upper_p,
)

FIRST = 19_002
"""A Monday of January 2022."""
RULE = Rule()
WEEKDAYS = np.array([1.189, 1.299, 1.273, 1.241, 1.052, 0.501, 0.444])


def drawn(levels: tuple[float, ...], days: int, seed: int, dispersion: float = 0.03) -> np.ndarray:
    """Draw series with the weekdays of Calgary and a season, negative binomial."""
    random = np.random.default_rng([seed, days])
    at = np.arange(FIRST, FIRST + days)
    shape = WEEKDAYS[(at + 3) % 7] * (1 + 0.3 * np.sin(2 * np.pi * at / 365.25))
    mean = np.array(levels)[:, None] * shape
    counts: np.ndarray = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean))
    return counts


def planted(level: float, times: float, days: int = 800) -> tuple[np.ndarray, int]:
    """Return a series whose last day brings so many times the usual, and that day."""
    counts = drawn((level,), days, 8)
    last = FIRST + days - 1
    usual = level * WEEKDAYS[(last + 3) % 7] * (1 + 0.3 * np.sin(2 * np.pi * last / 365.25))
    counts[0, -1] = int(usual * times)
    return counts, last


def test_a_planted_surge_of_twice_the_usual_is_found_on_its_day() -> None:
    counts, day = planted(200, 2.0)
    found = alarms({"city": counts}, FIRST, day, day)
    assert [(alarm.level, alarm.day, alarm.window) for alarm in found] == [("city", day, "day")]
    assert found[0].observed == counts[0, -1]
    assert found[0].q == found[0].p < RULE.alpha


def test_a_surge_of_many_small_days_is_found_in_the_week() -> None:
    counts = drawn((12.0,), 800, 3)
    counts[0, -7:] += 12
    day = FIRST + 799
    found = alarms({"service": counts}, FIRST, day, day)
    assert "week" in {alarm.window for alarm in found}


def test_a_single_spike_of_a_tiny_group_is_no_surge_below_the_least_excess() -> None:
    counts = drawn((0.5,), 800, 3)
    counts[0, -1] = 9
    assert alarms({"service": counts}, FIRST, FIRST + 799, FIRST + 799) == ()


def test_the_pattern_of_the_week_gives_no_alarm() -> None:
    days = np.arange(FIRST, FIRST + 400)
    counts = np.where((days + 3) % 7 >= 5, 20, 120)[None, :]
    assert alarms({"city": counts}, FIRST, FIRST + 150, FIRST + 399, refit=50) == ()


def test_constant_and_empty_series_give_no_alarm() -> None:
    counts = np.array([[7] * 400, [0] * 400])
    assert alarms({"service": counts}, FIRST, FIRST + 150, FIRST + 399, refit=50) == ()


@pytest.mark.parametrize("days", [0, 1, 27])
def test_a_short_history_expects_nothing(days: int) -> None:
    counts = np.full((2, days), 50, np.int64)
    foreseen = foresee(counts, FIRST, 8)
    verdicts = judge_day(foreseen, FIRST + days, np.array([500, 0]), RULE)
    assert verdicts.word.tolist() == [TOO_FEW, TOO_FEW]
    assert np.isnan(verdicts.expected).all()
    assert np.isnan(verdicts.p).all()


def test_thirty_days_of_history_are_enough_for_a_surge_of_many() -> None:
    counts = drawn((200.0,), 37, 4)
    foreseen = foresee(counts[:, :30], FIRST, 7)
    usual, many = counts[:, 36], counts[:, 36] * 4
    assert judge_day(foreseen, FIRST + 36, usual, RULE).word.tolist() == [AS_EXPECTED]
    assert judge_day(foreseen, FIRST + 36, many, RULE).word.tolist() == [SURGE]


def test_a_series_with_few_requests_is_not_judged_whatever_it_brings() -> None:
    counts = np.zeros((1, 800), np.int64)
    counts[0, ::9] = 1
    foreseen = foresee(counts, FIRST, 1)
    assert judge_day(foreseen, FIRST + 800, np.array([50]), RULE).word.tolist() == [TOO_FEW]


def test_a_day_with_far_less_is_called_fewer_and_is_no_alarm() -> None:
    counts = drawn((200.0,), 800, 9)
    foreseen = foresee(counts[:, :-1], FIRST, 1)
    verdicts = judge_day(foreseen, FIRST + 799, np.array([15]), RULE)
    assert verdicts.word.tolist() == [FEWER]
    assert verdicts.p[0] > 0.999


def test_mid_p_is_that_of_the_distribution_by_hand() -> None:
    # With dispersion 1 and mean 1 the negative binomial is geometric: P(X = k) = (1/2)^(k + 1).
    found = upper_p(np.array([0, 2]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    assert found == pytest.approx([0.75, 1 / 8 + 1 / 16])
    # Without dispersion it is Poisson: P(X > 0) + P(X = 0) / 2.
    poisson = upper_p(np.array([0]), np.array([2.0]), np.array([0.0]))
    assert poisson == pytest.approx([1 - np.exp(-2) / 2], abs=1e-6)


def test_a_day_that_is_half_told_is_judged_by_half_of_what_was_expected() -> None:
    counts = drawn((200.0,), 801, 9)
    foreseen = foresee(counts[:, :800], FIRST, 1)
    half, day = FeedShare(0.5, 0.001), FIRST + 800
    expected = foreseen.mean[0, 0]
    usual = judge_day(foreseen, day, np.array([int(expected / 2)]), RULE, half)
    many = judge_day(foreseen, day, np.array([int(expected)]), RULE, half)
    assert usual.word.tolist() == [AS_EXPECTED]
    assert many.word.tolist() == [SURGE]
    assert many.corrected[0] == pytest.approx(2 * int(expected))
    assert many.expected[0] == expected


def test_a_day_of_which_nobody_knows_how_much_is_told_is_shown_and_not_judged() -> None:
    counts = drawn((200.0,), 801, 9)
    foreseen = foresee(counts[:, :800], FIRST, 1)
    verdicts = judge_day(foreseen, FIRST + 800, np.array([900]), RULE, None)
    assert verdicts.word.tolist() == [INCOMPLETE]
    assert np.isnan(verdicts.p).all()
    assert np.isnan(verdicts.corrected).all()
    assert verdicts.expected[0] > 0


def test_a_week_is_expected_to_bring_what_its_days_are() -> None:
    counts = drawn((50.0,), 800, 9)
    foreseen = foresee(counts[:, :793], FIRST, 7)
    verdicts = judge_week(foreseen, FIRST + 799, counts[:, 793:].sum(axis=1), RULE)
    assert verdicts.expected[0] == pytest.approx(foreseen.mean[0].sum())
    assert verdicts.low[0] < verdicts.expected[0] < verdicts.high[0]


def test_days_in_a_row_that_are_busy_alike_widen_the_week_more_than_the_day() -> None:
    random = np.random.default_rng(12)
    common = np.repeat(random.gamma(25, 1 / 25, 112), 7)
    counts = random.poisson(100 * common)[None, :]
    foreseen = foresee(counts, FIRST, 7)
    assert foreseen.week_dispersion[0] > 3 * foreseen.dispersion[0] / 7


def test_ordinary_life_gives_less_than_an_alarm_a_month_over_all_groups() -> None:
    levels = tuple(np.geomspace(0.2, 80, 60).tolist())
    counts = drawn(levels, 1000, 21)
    history = {"city": counts.sum(axis=0)[None, :], "service": counts}
    found = alarms(history, FIRST, FIRST + 730, FIRST + 999, refit=45)
    assert len(found) <= 6


@pytest.mark.parametrize("days", [90, 300])
def test_spring_is_no_surge_where_its_season_has_never_been_seen(days: int) -> None:
    random = np.random.default_rng([77, days])
    growth = np.exp(np.clip(np.arange(days + 14) - days + 60, 0, None) / 60)
    counts = random.poisson(np.outer(np.full(40, 30.0), growth))
    assert alarms({"service": counts}, FIRST, FIRST + days, FIRST + days + 13, refit=7) == ()


def test_an_agency_with_a_new_name_gives_no_alarm() -> None:
    daily = drawn((200.0,), 900, 5)[0]
    new = np.arange(900) >= 500
    counts = np.stack([np.where(new, 0, daily), np.where(new, daily, 0)])
    assert alarms({"agency": counts}, FIRST, FIRST + 495, FIRST + 650, refit=7) == ()


def test_p_values_of_ordinary_life_are_as_large_as_chance_makes_them() -> None:
    counts = drawn((30.0,) * 300, 800, 33)
    foreseen = foresee(counts[:, :-1], FIRST, 1)
    p = judge_day(foreseen, FIRST + 799, counts[:, -1], RULE).p
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.035)
    assert (p < 0.5).mean() == pytest.approx(0.5, abs=0.08)


def test_the_interval_holds_about_nine_of_ten_ordinary_days() -> None:
    counts = drawn((30.0,) * 300, 800, 34)
    foreseen = foresee(counts[:, :-1], FIRST, 1)
    verdicts = judge_day(foreseen, FIRST + 799, counts[:, -1], RULE)
    within = (verdicts.low <= counts[:, -1]) & (counts[:, -1] <= verdicts.high)
    assert 0.87 <= within.mean() <= 0.97


def city_of_calgary(shared_data: Path) -> tuple[int, np.ndarray]:
    """Return the first day and the counts of each day, the last (partial) one left out."""
    path = shared_data / "calgary" / "daily_requests_2018_2023.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = int(np.datetime64(rows[0]["requested_date"], "D").astype(int))
    return first, np.array([[int(row["requests"]) for row in rows[:-1]]])


def test_the_real_city_has_a_few_surges_a_year_and_its_storms_are_among_them(
    shared_data: Path,
) -> None:
    first, counts = city_of_calgary(shared_data)
    since, until = (
        int(np.datetime64(day, "D").astype(int)) for day in ("2020-01-01", "2021-12-31")
    )
    found = alarms({"city": counts}, first, since, until, refit=28)
    days = {str(np.datetime64(alarm.day, "D")) for alarm in found if alarm.window == "day"}
    # The record of 3,809 requests, and the snow of Christmas 2020.
    assert {"2020-04-03", "2020-12-27"} <= days
    years = Counter(day[:4] for day in days)
    assert max(years.values()) < 12


def test_terms_of_many_series_do_not_depend_on_the_company() -> None:
    counts = drawn((20.0, 5.0, 80.0), 700, 2)
    together = foresee(counts, FIRST, 7).mean
    alone = np.concatenate([foresee(counts[at : at + 1], FIRST, 7).mean for at in range(3)])
    assert together == pytest.approx(alone, rel=1e-5)
    assert terms_for(700, FIRST).harmonics == 3


def test_an_alarm_can_be_told_from_another() -> None:
    assert len({Alarm("city", 0, day, "day", 1, 1.0, 0.1, 0.1) for day in (1, 2)}) == 2
