"""The expected count of a day: the regression against statsmodels, and what short histories give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livemaps.statistics.expectation import (
    anscombe,
    dispersion_of,
    expect,
    terms_for,
)

FIRST = 19_000
"""A Saturday of January 2022."""


def drawn(days: int = 1096, dispersion: float = 0.05, level: float = 3.0) -> np.ndarray:
    """Draw a series with weekdays, a season and a trend, negative binomial."""
    random = np.random.default_rng([311, days])
    terms = terms_for(days, FIRST + days - 1)
    at = np.arange(FIRST, FIRST + days)
    coefficients = np.zeros(len(terms.names))
    coefficients[:7] = level, 0.1, 0.1, 0.0, -0.2, -0.9, -1.1
    if terms.harmonics:
        coefficients[7:9] = 0.3, -0.2
    mean = np.exp(terms.of(at) @ coefficients)
    return random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean))[None, :]


def test_without_prior_and_weights_the_coefficients_are_those_of_statsmodels() -> None:
    import statsmodels.api as sm

    counts, terms = drawn(), terms_for(1096, FIRST + 1095)
    fit = expect(counts, FIRST, terms=terms, penalty=0.0, rounds=1)
    family = sm.families.NegativeBinomial(alpha=float(fit.dispersion[0]))
    design = terms.of(np.arange(FIRST, FIRST + 1096))
    theirs = sm.GLM(counts[0], design, family=family).fit(tol=1e-12)
    assert fit.coefficients[0] == pytest.approx(theirs.params, abs=1e-6)
    assert fit.fitted[0] == pytest.approx(theirs.mu, rel=1e-6)
    # statsmodels scales by Pearson's statistic only when told so; the scale is 1 by default.
    assert fit.covariance[0] == pytest.approx(theirs.cov_params(), rel=1e-4, abs=1e-9)


def test_weighted_days_count_as_the_weights_of_statsmodels() -> None:
    import statsmodels.api as sm

    counts = drawn().copy()
    counts[0, 500:505] *= 6
    terms = terms_for(1096, FIRST + 1095)
    fit = expect(counts, FIRST, terms=terms, penalty=0.0)
    assert (fit.weights[0, 500:505] < 0.3).all()
    family = sm.families.NegativeBinomial(alpha=float(fit.dispersion[0]))
    design = terms.of(np.arange(FIRST, FIRST + 1096))
    theirs = sm.GLM(counts[0], design, family=family, var_weights=fit.weights[0]).fit(tol=1e-12)
    assert fit.coefficients[0] == pytest.approx(theirs.params, abs=1e-6)


def test_the_dispersion_is_the_one_at_which_pearsons_statistic_is_as_large_as_it_should_be() -> (
    None
):
    counts, terms = drawn(dispersion=0.2), terms_for(1096, FIRST + 1095)
    fit = expect(counts, FIRST, terms=terms, rounds=1)
    mean, known = fit.fitted, len(terms.names)
    found = dispersion_of(counts.astype(float), np.ones(counts.shape), mean, known)
    pearson = ((counts - mean) ** 2 / (mean + found[0] * mean**2)).sum()
    assert pearson == pytest.approx(counts.shape[1] - known, rel=1e-9)
    assert found[0] == pytest.approx(0.2, rel=0.25)


def test_a_storm_of_the_past_hardly_moves_what_is_expected() -> None:
    calm = drawn()
    stormy = calm.copy()
    stormy[0, -10:-7] *= 8
    ahead = np.arange(FIRST + 1096, FIRST + 1103)
    terms = terms_for(1096, FIRST + 1095)
    before, after = (expect(counts, FIRST, terms=terms).mean(ahead) for counts in (calm, stormy))
    assert after == pytest.approx(before, rel=0.08)
    plain = expect(stormy, FIRST, terms=terms, rounds=1).mean(ahead)
    assert (plain > 1.2 * before).all()


def test_a_constant_series_is_expected_to_stay_and_has_no_dispersion() -> None:
    fit = expect(np.full((1, 60), 5), FIRST, terms=terms_for(60, FIRST + 59))
    assert fit.mean(np.arange(FIRST + 60, FIRST + 67)) == pytest.approx(np.full((1, 7), 5.0))
    assert fit.dispersion[0] == 0


def test_a_weekday_on_which_nothing_ever_came_is_expected_to_bring_next_to_nothing() -> None:
    days = np.arange(FIRST, FIRST + 364)
    weekend = (days + 3) % 7 >= 5
    fit = expect(np.where(weekend, 0, 20)[None, :], FIRST, terms=terms_for(364, int(days[-1])))
    ahead = np.arange(FIRST + 364, FIRST + 371)
    mean = fit.mean(ahead)[0]
    assert (mean[(ahead + 3) % 7 >= 5] < 0.3).all()
    assert mean[(ahead + 3) % 7 < 5] == pytest.approx(20, rel=0.02)


def test_a_series_of_nothing_stays_finite() -> None:
    fit = expect(np.zeros((1, 60), int), FIRST, terms=terms_for(60, FIRST + 59))
    assert np.isfinite(fit.mean(np.arange(FIRST + 60, FIRST + 67))).all()
    assert fit.mean(np.array([FIRST + 60]))[0, 0] < 1e-5


def test_days_before_a_series_began_do_not_count() -> None:
    late = np.concatenate([np.zeros((1, 200), int), drawn(300)], axis=1)
    terms = terms_for(300, FIRST + 499)
    ahead = np.arange(FIRST + 500, FIRST + 507)
    begun = expect(late, FIRST, terms=terms, begun=np.array([200])).mean(ahead)
    alone = expect(late[:, 200:], FIRST + 200, terms=terms).mean(ahead)
    assert begun == pytest.approx(alone, rel=1e-6)


@pytest.mark.parametrize(
    ("history", "names"),
    [(30, 7), (55, 7), (56, 8), (111, 8), (112, 9), (547, 9), (548, 15), (1096, 15)],
)
def test_only_terms_are_used_that_the_history_can_tell(history: int, names: int) -> None:
    terms = terms_for(history, FIRST)
    assert len(terms.names) == names
    assert terms.of(np.arange(FIRST - 3, FIRST)).shape == (3, names)


def test_the_slope_of_the_last_weeks_begins_flat_and_goes_on_after_them() -> None:
    terms = terms_for(300, 1000)
    slope = terms.names.index("slope of the last 8 weeks")
    days = np.array([900, 944, 972, 1000, 1007])
    assert terms.of(days)[:, slope].tolist() == [0, 0, 0.5, 1, 1.125]


def test_a_holiday_is_a_term_where_the_history_has_one_on_a_working_day() -> None:
    monday, saturday = FIRST + 2, FIRST
    assert "holiday" not in terms_for(60, FIRST + 59, [saturday]).names
    assert "holiday" not in terms_for(60, FIRST + 59, [FIRST + 66]).names
    terms = terms_for(60, FIRST + 59, [monday, FIRST + 65])
    assert terms.names[-1] == "holiday"
    assert terms.of(np.array([monday, FIRST + 65, FIRST + 66]))[:, -1].tolist() == [1, 1, 0]


def test_holidays_that_are_quiet_are_expected_to_be_quiet() -> None:
    counts = drawn(364).copy()
    holidays = [FIRST + 30 + 7 * week + (2 - (FIRST + 30 + 3) % 7) for week in range(0, 49, 6)]
    counts[0, np.array(holidays[:-1]) - FIRST] //= 4
    terms = terms_for(364, FIRST + 363, [*holidays, FIRST + 366])
    fit = expect(counts, FIRST, terms=terms)
    ordinary = replace(terms, holidays=(0,))
    day = np.array([FIRST + 366])
    quiet, usual = fit.mean(day)[0, 0], np.exp(fit.coefficients @ ordinary.of(day).T)[0, 0]
    assert quiet < 0.6 * usual


def test_how_far_a_count_lies_off_is_told_in_standard_deviations() -> None:
    random = np.random.default_rng(5)
    counts = random.poisson(40, (1, 20_000)).astype(float)
    off = anscombe(counts, np.full_like(counts, 40.0), np.zeros(1))
    assert off.std() == pytest.approx(1, abs=0.02)
