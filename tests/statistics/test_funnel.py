"""Funnel limits, against naive sums of the laws' chances."""

from __future__ import annotations

import math

import numpy as np
import pytest

from livemaps.statistics.funnel import funnel_of_rates, funnel_of_shares
from livemaps.statistics.verdicts import ABOVE, BELOW, NOT_COMPARED, WITHIN


def binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def limit(chances: list[float], tail: float) -> float:
    """Return where the sum of chances reaches a tail, interpolated between whole numbers."""
    total = 0.0
    for k, chance in enumerate(chances):
        if total + chance >= tail:
            return max(k - (total + chance - tail) / chance, 0)
        total += chance
    raise AssertionError


@pytest.mark.parametrize("size", [1, 7, 40, 300])
def test_limits_of_shares_are_exact(size: int) -> None:
    count, sizes = np.array([3.0, 27]), np.array([float(size), 90])
    funnel = funnel_of_shares(count, sizes, whole=0.3)
    chances = [binomial(k, size, 0.3) for k in range(size + 1)]
    assert funnel.dispersion == 1
    found = [funnel.low_998[0], funnel.low_95[0], funnel.high_95[0], funnel.high_998[0]]
    wanted = [limit(chances, tail) / size for tail in (0.001, 0.025, 0.975, 0.999)]
    assert found == pytest.approx(wanted)


def test_limits_of_rates_are_exact() -> None:
    count, thousands = np.array([12.0, 18, 30]), np.array([2.0, 3, 5])
    funnel = funnel_of_rates(count, thousands)
    assert funnel.whole == pytest.approx(6)
    chances = [math.exp(-12) * 12**k / math.factorial(k) for k in range(60)]
    assert funnel.high_998[0] * 2 == pytest.approx(limit(chances, 0.999))
    assert funnel.low_95[0] * 2 == pytest.approx(limit(chances, 0.025))
    assert (funnel.position == WITHIN).all()


def test_a_small_group_is_not_extreme_where_a_large_one_with_the_same_share_is() -> None:
    size = np.array([4.0, 4_000, *[1_000] * 20])
    count = np.array([3.0, 3_000, *[500] * 20])
    funnel = funnel_of_shares(count, size, whole=0.5)
    assert funnel.value[0] == funnel.value[1]
    assert funnel.position[:2].tolist() == [WITHIN, ABOVE]


def test_groups_that_all_vary_widen_the_limits() -> None:
    rng = np.random.default_rng(1)
    size = np.full(80, 2_000.0)
    count = rng.binomial(2_000, rng.beta(30, 30, 80)).astype(float)
    funnel = funnel_of_shares(count, size)
    assert funnel.dispersion > 10
    assert (funnel.position != WITHIN).mean() <= 0.03
    width = 3.090232306167813 * math.sqrt(funnel.dispersion * funnel.whole * (1 - funnel.whole))
    assert funnel.high_998[0] - funnel.whole == pytest.approx(width / math.sqrt(2_000))


def test_chance_alone_calls_few_groups_extreme() -> None:
    rng = np.random.default_rng(2)
    size = rng.integers(5, 900, 3_000).astype(float)
    funnel = funnel_of_shares(rng.binomial(size.astype(int), 0.2).astype(float), size)
    assert funnel.dispersion == 1
    assert (np.isin(funnel.position, (ABOVE, BELOW))).mean() < 0.004


def test_groups_of_nobody_are_not_compared() -> None:
    funnel = funnel_of_shares(np.array([0.0, 4]), np.array([0.0, 9]))
    assert funnel.position.tolist() == [NOT_COMPARED, WITHIN]
    assert np.isnan([funnel.value[0], funnel.low_95[0]]).all()


@pytest.mark.parametrize("count", [0.0, 9.0])
def test_where_all_or_none_count_there_is_nothing_to_compare(count: float) -> None:
    funnel = funnel_of_shares(np.full(3, count), np.full(3, 9.0))
    assert funnel.whole in (0, 1)
    assert (funnel.position == NOT_COMPARED).all()


def test_no_groups_at_all_are_no_error() -> None:
    funnel = funnel_of_rates(np.empty(0), np.empty(0))
    assert math.isnan(funnel.whole)
    assert len(funnel.position) == 0
