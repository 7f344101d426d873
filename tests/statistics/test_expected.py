"""What is expected of areas, and how often chance alone is called news."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.statistics.discovery import q_values
from livemaps.statistics.expected import LEAST_VARIANCE, against_mix, against_past, words
from livemaps.statistics.smoothing import prior_of, smoothed
from livemaps.statistics.verdicts import (
    AS_EXPECTED,
    FEWER,
    LEAST_EXPECTED,
    MORE,
    TOO_FEW,
)

Floats = np.ndarray


def told(now: Floats, past: list[Floats]) -> Floats:
    found = against_past(now, past)
    expected = np.nan_to_num(found.mean)
    ratio = smoothed(now, expected, prior_of(now, expected, LEAST_VARIANCE))
    return words(ratio, q_values(found.p))


def city(rng: np.random.Generator, areas: int, groups: int, usual: float) -> Floats:
    return rng.gamma(4, usual / 4, (areas, 1)) * rng.dirichlet(np.full(groups, 3.0)) * groups


def draw(rng: np.random.Generator, mean: Floats, varies: float) -> Floats:
    return rng.poisson(mean * rng.gamma(1 / varies, varies, mean.shape)).astype(float)


def test_expected_is_the_areas_share_of_the_past_times_the_city_now() -> None:
    now = np.array([[30.0, 1], [60, 0]])
    past = [np.array([[10.0, 0], [20, 0]]), np.array([[20.0, 0], [10, 0]])]
    mean = against_past(now, past).mean
    np.testing.assert_allclose(mean[:, 0], [30 * 90 / 60, 30 * 90 / 60])
    assert np.isnan(mean[:, 1]).all()


def test_a_rise_of_the_whole_city_is_no_areas() -> None:
    past = np.full((30, 1), 40.0)
    assert (told(past * 3, [past, past]) == AS_EXPECTED).all()


def test_an_area_that_doubles_while_others_stay_reports_more() -> None:
    rng = np.random.default_rng(6)
    past = [rng.poisson(60, (40, 3)).astype(float) for _ in range(3)]
    now = rng.poisson(60, (40, 3)).astype(float)
    now[7, 1], now[9, 2] = 130, 18
    found = told(now, past)
    assert found[7, 1] == MORE
    assert found[9, 2] == FEWER
    assert (found == AS_EXPECTED).sum() == found.size - 2


def test_an_area_without_a_past_is_too_few_however_much_it_reports() -> None:
    past = np.full((20, 1), 30.0)
    past[3] = 0
    found = against_past(past + 20, [past, past])
    assert found.mean[3] == 0
    assert np.isnan(found.p[3])
    assert told(past + 20, [past, past])[3] == TOO_FEW


def test_less_than_the_least_expected_is_not_tested() -> None:
    now = np.array([[LEAST_EXPECTED], [100.0]])
    assert not np.isnan(against_past(now, [now]).p).any()
    assert np.isnan(against_past(now - [[0.1], [0]], [now - [[0.1], [0]]]).p[0])


@pytest.mark.parametrize("areas", [1, 2])
def test_few_areas_are_no_error(areas: int) -> None:
    now, past = np.full((areas, 1), 50.0), np.full((areas, 1), 20.0)
    assert (told(now, [past]) == AS_EXPECTED).all()
    assert (told(now, [past, past, past]) == AS_EXPECTED).all()


def test_identical_areas_are_as_expected() -> None:
    same = np.full((12, 2), 25.0)
    assert (told(same, [same]) == AS_EXPECTED).all()
    mix = against_mix(same, same.sum(axis=1))
    assert (mix.mean == same).all()
    assert (mix.dispersion == 0).all()
    assert (mix.p > 0.9).all()


def test_nothing_at_all_is_too_few() -> None:
    none = np.zeros((4, 2))
    assert (told(none, [none]) == TOO_FEW).all()
    assert np.isnan(against_mix(none, none.sum(axis=1)).p).all()


def test_the_mix_is_the_areas_total_times_the_citys_share() -> None:
    now = np.array([[10.0, 30], [30, 50]])
    mean = against_mix(now, now.sum(axis=1)).mean
    np.testing.assert_allclose(mean, [[40 * 40 / 120, 40 * 80 / 120], [80 / 3, 160 / 3]])


def test_an_area_with_another_mix_stands_out_only_beyond_what_areas_differ_by() -> None:
    rng = np.random.default_rng(7)
    alike = rng.poisson(60, (60, 2)).astype(float)
    alike[5, 0] = 160
    unlike = np.where(rng.random((60, 2)) < 0.5, 20.0, 140.0)
    unlike[5] = (160, 60)
    p_alike = against_mix(alike, alike.sum(axis=1)).p[5, 0]
    p_unlike = against_mix(unlike, unlike.sum(axis=1)).p[5, 0]
    assert p_alike < 1e-4
    assert p_unlike > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("years", [1, 2, 3])
@pytest.mark.parametrize("varies", [0.02, 0.2])
def test_in_a_city_where_nothing_happens_words_are_seldom_said(years: int, varies: float) -> None:
    """Of 60 such cities, 5 % may say any: 8 or more would come once in a hundred trials."""
    rng = np.random.default_rng([8, years])
    said = 0
    for _ in range(60):
        usual = city(rng, areas=50, groups=8, usual=15)
        past = [draw(rng, usual * size, varies) for size in (0.8, 1, 1.2)[:years]]
        found = told(draw(rng, usual * 1.3, varies), past)
        said += bool(np.isin(found, (MORE, FEWER)).any())
    assert said < 8


def test_p_of_an_ordinary_city_is_spread_evenly() -> None:
    rng = np.random.default_rng(9)
    usual = city(rng, areas=400, groups=6, usual=40)
    found = against_past(draw(rng, usual, 0.05), [draw(rng, usual, 0.05) for _ in range(3)])
    p = found.p[~np.isnan(found.p)]
    assert 0.03 < (p < 0.05).mean() < 0.065
    assert 0.45 < (p < 0.5).mean() < 0.56
    np.testing.assert_allclose(found.dispersion, 0.05, atol=0.02)
