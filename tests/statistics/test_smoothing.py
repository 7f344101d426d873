"""Empirical Bayes, against esda's own and the gamma distribution by hand."""

from __future__ import annotations

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes
from scipy import stats

from livemaps.statistics.smoothing import prior_of, smoothed, smoothed_interval


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers, float)[:, np.newaxis]


def test_smoothed_rates_are_those_of_esda() -> None:
    rng = np.random.default_rng(2)
    residents = rng.integers(50, 20_000, (60, 1)).astype(float)
    count = rng.poisson(residents * rng.gamma(4, 0.25 / 100, (60, 1))).astype(float)
    theirs = Empirical_Bayes(count.ravel(), residents.ravel()).r
    ours = smoothed(count, residents, prior_of(count, residents))
    np.testing.assert_allclose(ours.ravel(), np.ravel(theirs), rtol=1e-9)


def test_the_unit_of_the_exposure_does_not_matter() -> None:
    count, residents = column(3, 40, 9), column(1_000, 9_000, 4_000)
    one = smoothed(count, residents, prior_of(count, residents))
    thousand = smoothed(count, residents / 1_000, prior_of(count, residents / 1_000))
    np.testing.assert_allclose(thousand, one * 1_000)


def test_where_nothing_differs_all_are_drawn_to_the_mean() -> None:
    count, expected = column(5, 10, 20), column(5, 10, 20)
    prior = prior_of(count, expected)
    assert prior.variance == 0
    assert (smoothed(count, expected, prior) == 1).all()
    low, high = smoothed_interval(count, expected, prior)
    assert (low == 1).all()
    assert (high == 1).all()


def test_a_least_variance_lets_one_area_stand_out() -> None:
    expected = np.full((200, 1), 30.0)
    count = np.where(np.arange(200) == 7, 60.0, 30.0)[:, np.newaxis]
    shrunk = smoothed(count, expected, prior_of(count, expected))[7, 0]
    told = smoothed(count, expected, prior_of(count, expected, 0.0625))[7, 0]
    assert shrunk < 1.25 < told < 2


def test_the_interval_is_that_of_the_gamma_distribution() -> None:
    count, expected = column(4, 30, 9), column(8, 20, 9)
    prior = prior_of(count, expected, 0.1)
    low, high = smoothed_interval(count, expected, prior)
    for at in range(3):
        law = stats.gamma(
            prior.mean**2 / prior.variance + count[at],
            scale=1 / (prior.mean / prior.variance + expected[at]),
        )
        assert low[at] == pytest.approx(law.ppf(0.025))
        assert high[at] == pytest.approx(law.ppf(0.975))
        assert smoothed(count, expected, prior)[at] == pytest.approx(law.mean())


def test_an_area_without_exposure_tells_nothing_and_is_told_the_mean() -> None:
    count, residents = column(0, 40, 9), column(0, 9_000, 4_000)
    prior = prior_of(count, residents)
    assert prior == prior_of(count[1:], residents[1:])
    assert smoothed(count, residents, prior)[0] == prior.mean


@pytest.mark.parametrize("residents", [column(0, 0), column(5, 5)])
def test_nobody_and_nothing_are_no_error(residents: np.ndarray) -> None:
    prior = prior_of(np.zeros((2, 1)), residents, 0.0625)
    low, high = smoothed_interval(np.zeros((2, 1)), residents, prior)
    assert not np.nan_to_num(smoothed(np.zeros((2, 1)), residents, prior)).any()
    assert not np.nan_to_num(low).any()
    assert not np.nan_to_num(high).any()


def test_columns_do_not_know_of_each_other() -> None:
    rng = np.random.default_rng(3)
    count = rng.poisson(20, (9, 4)).astype(float)
    expected = rng.uniform(10, 30, (9, 4))
    together = smoothed(count, expected, prior_of(count, expected))
    for at in range(4):
        one = (count[:, [at]], expected[:, [at]])
        np.testing.assert_allclose(together[:, [at]], smoothed(*one, prior_of(*one)), rtol=1e-12)
