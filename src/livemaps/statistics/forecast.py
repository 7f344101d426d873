"""How many requests will come in each of the next days: a weekly and yearly pattern at a level.

    expected(day) = exp(weekday + yearly waves + holiday)       fitted to the last three years
    forecast(C + h) = expected(C + h) * slow * (fast / slow) ** FADING ** h

The pattern is a Poisson regression, which needs only the mean to be right, not the spread
(quasi-likelihood: McCullagh & Nelder, Generalized Linear Models, 1989, chapter 9; `statsmodels`).
The level is what came in over what the pattern expected, weighted exponentially, once over the
last days and once over the last months; the quick one fades out of the forecast with the
horizon, as a damped trend does (Gardner & McKenzie, Management Science 31, 1985).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.spans import WEEK, WHOLE_YEAR, YEAR

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

HORIZON = 14
"""Days that are forecast."""

WAVES = 3
"""Sines and cosines of the year: 3 tell a thaw and a snowfall from summer; more fit noise."""

MOST_TRAINING = 1_096
"""Days that the pattern is fitted to, at most: three years."""

LEAST_TRAINING = 56
"""Days that it is fitted to, at least: eight of each weekday."""

LEAST_SEASONS = 730
"""Days from which on the year has waves: a season seen once cannot be told from an event."""

LEAST_HOLIDAYS = 3
"""Holidays among the fitted days from which on they have a term of their own."""

FAST, SLOW = 4.0, 56.0
"""Half-lives of the two levels in days."""

FADING = 0.85
"""How much of the quick level is left after each day of the horizon."""

PRIOR = 20.0
"""Requests that a level must outweigh: it is drawn to the slower one as if it had seen so many.

Without it the forecast of two requests a day would follow the chance of the last four days.
"""

MONDAY = 3
"""1970-01-01, day 0, was a Thursday: the weekday of a day, Monday 0, is (day + 3) mod 7."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A fitted pattern: what is expected of each day at the level of the days it was fitted to."""

    coefficients: Floats
    waves: int
    holidays: Days | None
    """The holidays that it has a term for, None where it has none."""
    dispersion: float
    """Kappa of the variance mu + kappa mu^2 of the fitted days, by moments; at least 0."""
    converged: bool
    """Whether the regression came to an end; else the pattern is the mean of each weekday."""

    def expected(self, days: Days) -> Floats:
        """Return the expected requests of some days, at level 1."""
        linear = _terms(days, self.waves, self.holidays) @ self.coefficients
        mean: Floats = np.exp(np.clip(linear, -20.0, 20.0))
        return mean


def fit(counts: Floats, days: Days, holidays: Days) -> Pattern:
    """Fit the pattern to the requests of consecutive days.

    `counts` and `days` are as long as each other and at least `LEAST_TRAINING`; `holidays` are
    day numbers, which need not lie among them. Where the regression does not converge, the mean
    of each weekday stands in, and the pattern says so.
    """
    waves = WAVES if len(days) >= LEAST_SEASONS else 0
    known = holidays if np.isin(days, holidays).sum() >= LEAST_HOLIDAYS else None
    found = _regression(counts, _terms(days, waves, known))
    if found is None:
        means = np.array([counts[_weekday(days) == day].mean() for day in range(WEEK)])
        pattern = Pattern(np.log(np.maximum(means, 1e-9)), 0, None, 0.0, False)
    else:
        pattern = Pattern(found, waves, known, 0.0, True)
    mean = pattern.expected(days)
    excess = float(((counts - mean) ** 2 - mean).sum() / max(float((mean**2).sum()), 1e-9))
    return Pattern(
        pattern.coefficients, pattern.waves, pattern.holidays, max(excess, 0.0), pattern.converged
    )


def forecast(pattern: Pattern, counts: Floats, days: Days, holidays: Days) -> Floats:
    """Return the forecast of the `HORIZON` days after the last of `days`.

    `counts` are the requests of `days`, of which the last year is used; holidays are left out of
    the levels.
    """
    recent = slice(-WHOLE_YEAR, None)
    counts, past = counts[recent], days[recent]
    ages = np.arange(len(past))[::-1]
    usual = ~np.isin(past, holidays)
    expected = pattern.expected(past)
    slow = _level(counts, expected, usual * 0.5 ** (ages / SLOW), 1.0)
    fast = _level(counts, expected, usual * 0.5 ** (ages / FAST), slow)
    ahead = np.arange(1, HORIZON + 1)
    levels = slow * (fast / slow) ** (FADING**ahead)
    return pattern.expected(past[-1] + ahead) * levels


def seasonal_naive(counts: Floats) -> Floats:
    """Return for each day of the horizon what came in on the same weekday of the last week."""
    return np.resize(counts[-WEEK:], HORIZON)


def mean_of_four(counts: Floats) -> Floats:
    """Return for each day of the horizon the mean of the last four such weekdays."""
    return np.resize(counts[-4 * WEEK :].reshape(4, WEEK).mean(axis=0), HORIZON)


def _level(counts: Floats, expected: Floats, weights: Floats, prior: float) -> float:
    """Return what came in over what was expected, as if `PRIOR` more had come at another level."""
    came, due = float(weights @ counts), float(weights @ expected)
    return (came + PRIOR * prior) / (due + PRIOR)


def _terms(days: Days, waves: int, holidays: Days | None) -> Floats:
    """Return the columns of the regression: a 1 for the weekday, waves of the year, the holiday."""
    angle = 2 * np.pi * days / YEAR
    columns: list[Any] = [_weekday(days) == weekday for weekday in range(WEEK)]
    for wave in range(1, waves + 1):
        columns += [np.sin(wave * angle), np.cos(wave * angle)]
    if holidays is not None:
        columns.append(np.isin(days, holidays))
    return np.column_stack(columns).astype(np.float64)


def _weekday(days: Days) -> Days:
    """Return the weekday of days, Monday 0."""
    weekdays: Days = (days + MONDAY) % WEEK
    return weekdays


def _regression(counts: Floats, terms: Floats) -> Floats | None:
    """Return the coefficients of a Poisson regression, None where it does not converge."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # A series without any chance is foretold perfectly, which is no fault.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        try:
            found = sm.GLM(counts, terms, family=sm.families.Poisson()).fit()
        except (Warning, ValueError, np.linalg.LinAlgError):
            return None
    coefficients: Floats = np.asarray(found.params, np.float64)
    return coefficients if found.converged and np.isfinite(coefficients).all() else None
