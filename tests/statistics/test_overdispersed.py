"""Counts that vary by more than chance, against scipy and naive loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from livemaps.statistics.overdispersed import (
    beta_binomial_dispersion,
    beta_binomial_p,
    negative_binomial_dispersion,
    negative_binomial_p,
    steadied,
)

ALL = np.ones((1, 1), bool)


def mid_p(law: object, count: int) -> float:
    below, above = law.cdf(count - 1), law.sf(count)  # type: ignore[attr-defined]
    return min(1.0, float(2 * min(below, above) + law.pmf(count)))  # type: ignore[attr-defined]


def table(*numbers: float) -> np.ndarray:
    return np.array([numbers], float)


@pytest.mark.parametrize(("count", "mean", "spread"), [(0, 6, 0.2), (9, 6, 0), (30, 6, 1.5)])
def test_p_of_a_count_is_that_of_scipys_law(count: int, mean: float, spread: float) -> None:
    law = stats.nbinom(1 / spread, 1 / (1 + spread * mean)) if spread else stats.poisson(mean)
    p = negative_binomial_p(table(count), table(mean), np.array([spread]), ALL)
    assert p[0, 0] == pytest.approx(mid_p(law, count))


@pytest.mark.parametrize(
    ("count", "size", "spread"), [(0, 12, 0.1), (12, 12, 0.1), (7, 20, 0), (40, 90, 0.3), (0, 0, 1)]
)
def test_p_of_a_part_is_that_of_scipys_law(count: int, size: int, spread: float) -> None:
    total = 4 / (spread or 1)
    law = stats.betabinom(size, 0.3 * total, 0.7 * total) if spread else stats.binom(size, 0.3)
    p = beta_binomial_p(
        table(count), table(size), np.array([0.3]), np.array([spread]), windows=4, tested=ALL
    )
    assert p[0, 0] == pytest.approx(mid_p(law, count))


def test_p_of_large_parts_stays_exact() -> None:
    law = stats.betabinom(20_000, 0.25 * 4 / 0.01, 0.75 * 4 / 0.01)
    given = (table(5_900), table(20_000), np.array([0.25]), np.array([0.01]))
    assert beta_binomial_p(*given, windows=4, tested=ALL)[0, 0] == pytest.approx(mid_p(law, 5_900))


def test_what_is_not_tested_has_no_p() -> None:
    assert np.isnan(negative_binomial_p(table(3), table(np.nan), np.array([0.1]), ~ALL)).all()
    given = (table(3), table(5), np.array([0.5]), np.array([0.1]))
    assert np.isnan(beta_binomial_p(*given, windows=2, tested=~ALL)).all()


def test_dispersion_solves_pearsons_equation() -> None:
    rng = np.random.default_rng(4)
    mean = rng.uniform(6, 60, (80, 2))
    count = rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * mean)).astype(float)
    used = rng.random((80, 2)) < 0.8
    found = negative_binomial_dispersion(count, mean, used, fits=1)
    for at in range(2):
        o, e = count[used[:, at], at], mean[used[:, at], at]

        def excess(d: float, o: np.ndarray = o, e: np.ndarray = e) -> float:
            return float(((o - e) ** 2 / (e + d * e**2)).sum() - (len(o) - 1))

        assert found[at] == pytest.approx(optimize.brentq(excess, 0, 50), abs=1e-9)


def test_the_dispersion_of_parts_is_found_again() -> None:
    rng = np.random.default_rng(5)
    size = rng.integers(20, 400, (3_000, 1)).astype(float)
    total = 4 / 0.2
    chance = rng.beta(0.25 * total, 0.75 * total, size.shape)
    count = rng.binomial(size.astype(int), chance).astype(float)
    used = np.ones(size.shape, bool)
    found = beta_binomial_dispersion(count, size, np.array([0.25]), 4, used, fits=1)
    # Williams's correlation counts the beta distribution's a + b + 1.
    assert found[0] == pytest.approx(0.2, rel=0.1)


def test_counts_that_vary_by_no_more_than_chance_have_no_dispersion() -> None:
    mean = np.full((5, 1), 10.0)
    used = np.ones((5, 1), bool)
    assert negative_binomial_dispersion(mean, mean, used) == 0
    assert beta_binomial_dispersion(mean, mean * 2, np.array([0.5]), 2, used, 1) == 0


def test_too_few_cells_have_no_dispersion() -> None:
    used = np.array([[True], [False]])
    assert negative_binomial_dispersion(np.array([[50.0], [1]]), np.full((2, 1), 9.0), used) == 0


def test_a_dispersion_of_few_cells_is_drawn_to_that_of_all() -> None:
    drawn = steadied(np.array([0.0, 1.0, 1.0]), 0.5, np.array([-1, 50, 10**9]))
    np.testing.assert_allclose(drawn, [0.5, 0.75, 1.0], rtol=1e-6)
