"""How many requests a day of a series was to bring: a regression for all series at once.

The mean of a day is `exp(terms x coefficients)`, with terms for weekday, season, holidays,
trend and the level of the last weeks; the count is negative binomial around it. Days that lie
far off are weighted down, so that the storm of last month does not hide the one of today.

Sources: Farrington et al. (1996), "A statistical algorithm for the early detection of outbreaks
of infectious disease", and Noufaily et al. (2013), "An improved algorithm for outbreak detection
in multiple surveillance systems" (regression on the own past, Anscombe residuals, threshold
2.58 for weighting down); Hilbe (2011), "Negative Binomial Regression", for NB2 by scoring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.spans import WEEK, YEAR

Numbers = NDArray[np.float64]
Days = NDArray[np.int64]

SEASON_DAYS = 548
"""Days of history from which on season and trend are told apart: a year and a half."""
RECENT_DAYS = 56
"""The last weeks before the judged days, whose level is a term of its own."""
RECENT_FROM = 112
"""Days of history from which on there is more before the last weeks than in them."""
HARMONICS = 3
"""Waves of a year, of half a year and of a third of a year."""

FAR = 2.58
"""Anscombe residuals beyond this are weighted down (Noufaily et al. 2013)."""
ROUNDS = 3
"""How often dispersion and weights are worked out anew."""
PENALTY = 1.0
"""Each coefficient but the first has a normal prior of variance 1: a weekday on which nothing was
ever asked for is then rare, not impossible."""

STEPS = 50
"""Steps at most, of scoring and of the dispersion; ten are usual."""
PRECISE = 1e-8
"""The largest change of a coefficient at which scoring ends; of the dispersion relatively."""
LONGEST_STEP = 2.0
"""What a coefficient may change in one step."""
MOST_DISPERSION = 50.0
"""A dispersion that stands for all larger ones."""
ROUGH = 1e-4
"""As `PRECISE`, while dispersion and weights are still to be worked out."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which terms an expectation has, and the days that they refer to."""

    names: tuple[str, ...]
    last: int
    """The last day of the history: day 0 of the trend."""
    harmonics: int
    recent: bool
    slope: bool
    holidays: tuple[int, ...]

    def of(self, days: Days) -> Numbers:
        """Return the terms of days (day numbers), [days, terms]."""
        columns = [np.ones(len(days)), *_weekdays(days)]
        angle = 2 * np.pi * days / YEAR
        for wave in range(1, self.harmonics + 1):
            columns += [np.sin(wave * angle), np.cos(wave * angle)]
        if self.harmonics:
            columns.append((days - self.last) / YEAR)
        if self.recent:
            columns.append((days > self.last - RECENT_DAYS).astype(float))
        if self.slope:
            columns.append(np.maximum(days - self.last + RECENT_DAYS, 0) / RECENT_DAYS)
        if self.holidays:
            columns.append(np.isin(days, self.holidays).astype(float))
        return np.column_stack(columns)


def terms_for(history: int, last: int, holidays: Sequence[int] = ()) -> Terms:
    """Choose the terms that so many days of history up to day `last` can tell.

    The weekday always; the level of the last 8 weeks from 112 days on; season and trend from
    548 days on, and before that, from 56 days on, the slope of the last 8 weeks, so that spring
    is not one long surge; holidays (day numbers) where at least one lies in the history on a working day.
    """
    harmonics = HARMONICS if history >= SEASON_DAYS else 0
    recent, slope = history >= RECENT_FROM, RECENT_DAYS <= history < SEASON_DAYS
    known = tuple(day for day in holidays if _weekday(day) < 5)
    held = any(last - history < day <= last for day in known)
    names = ["level", *(f"weekday {day}" for day in range(2, WEEK + 1))]
    names += [f"{wave} of {n} a year" for n in range(1, harmonics + 1) for wave in ("sin", "cos")]
    names += ["trend"] * bool(harmonics) + ["last 8 weeks"] * recent
    names += ["slope of the last 8 weeks"] * slope + ["holiday"] * held
    return Terms(tuple(names), last, harmonics, recent, slope, known if held else ())


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was fitted to each of some series."""

    terms: Terms
    coefficients: Numbers
    """[series, terms]."""
    covariance: Numbers
    """Of the coefficients, [series, terms, terms]."""
    dispersion: Numbers
    """By series: a count of mean m has variance m + dispersion x m^2."""
    weights: Numbers
    """[series, days of history]: 1, or less for days far off, or 0 before a series began."""
    fitted: Numbers
    """[series, days of history]: the mean of each day."""

    def mean(self, days: Days) -> Numbers:
        """Return the expected counts of days, [series, days]."""
        return _exp(self.coefficients @ self.terms.of(days).T)

    def uncertainty(self, days: Days) -> Numbers:
        """Return the relative variance with which each mean is known, [series, days]."""
        terms = self.terms.of(days)
        found: Numbers = np.einsum("dt,stu,du->sd", terms, self.covariance, terms, optimize=True)
        return found


def expect(
    counts: NDArray[np.int64] | Numbers,
    first_day: int,
    *,
    terms: Terms,
    begun: NDArray[np.int64] | None = None,
    penalty: float = PENALTY,
    rounds: int = ROUNDS,
) -> Expectation:
    """Fit the expectation of each series.

    Args:
        counts: requests of each day, [series, days], on consecutive days from `first_day`.
        first_day: the day number of the first column.
        terms: as `terms_for` gives them.
        begun: by series: how many of the first days came before it began, and do not count.
        penalty: of the square of each coefficient but the first, halved.
        rounds: 1 gives every day its full weight.
    """
    observed = np.asarray(counts, np.float64)
    days = np.arange(first_day, first_day + observed.shape[1])
    design = terms.of(days)
    held = np.ones(observed.shape)
    if begun is not None:
        held = (np.arange(len(days))[None, :] >= begun[:, None]).astype(float)
    weights, dispersion = held, np.zeros(len(observed))
    coefficients = _start(observed, held, design.shape[1])
    for turn in range(rounds):
        coefficients = _score(observed, weights, design, dispersion, coefficients, penalty, ROUGH)
        mean = _exp(coefficients @ design.T)
        if turn:
            weights = held * _weights(observed, mean, dispersion)
        dispersion = dispersion_of(observed, weights, mean, design.shape[1])
    coefficients = _score(observed, weights, design, dispersion, coefficients, penalty)
    mean = _exp(coefficients @ design.T)
    information = _information(weights, mean, dispersion, design, penalty)
    covariance = np.asarray(np.linalg.inv(information), np.float64)
    return Expectation(terms, coefficients, covariance, dispersion, weights, mean)


def dispersion_of(observed: Numbers, weights: Numbers, mean: Numbers, known: int = 0) -> Numbers:
    """Return by series the dispersion at which Pearson's statistic equals its degrees of freedom.

    That is `sum(w (y - m)^2 / (m + a m^2)) = sum(w) - known`; 0 where even a = 0 gives less, and
    at most `MOST_DISPERSION`. Found by Newton's steps from 0: the statistic falls with the
    dispersion and is convex in it, so that they come from below and never go too far.

    Args:
        observed: y, [series, days].
        weights: w, of the same shape.
        mean: m, of the same shape, over 0.
        known: how many terms were fitted to each series.
    """
    freedom = np.maximum(weights.sum(axis=1) - known, 1.0)
    square = weights * (observed - mean) ** 2 / mean
    dispersion = np.zeros(len(observed))
    for _ in range(STEPS):
        spread = 1 + dispersion[:, None] * mean
        apart = square / spread
        over = apart.sum(axis=1) - freedom
        slope = np.maximum((apart * mean / spread).sum(axis=1), 1e-12)
        step = np.maximum(over, 0.0) / slope
        dispersion = np.minimum(dispersion + step, MOST_DISPERSION)
        if (step <= PRECISE * (1 + dispersion)).all():
            break
    return dispersion


def anscombe(observed: Numbers, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Return how far counts lie off, [series, days], in about standard deviations."""
    spread = np.sqrt(1 + dispersion[:, None] * mean)
    off: Numbers = 1.5 * (np.cbrt(observed) ** 2 - np.cbrt(mean) ** 2)
    return off / (mean ** (1 / 6) * spread)


def _weekday(day: int) -> int:
    """Return 0 for Monday to 6 for Sunday; day 0, 1970-01-01, was a Thursday."""
    return (day + 3) % WEEK


def _weekdays(days: Days) -> list[Numbers]:
    of_week = (days + 3) % WEEK
    return [(of_week == day).astype(float) for day in range(1, WEEK)]


def _exp(logs: Numbers) -> Numbers:
    """Return e to the power of, without running over: expected counts beyond belief stay finite."""
    return np.exp(np.clip(logs, -25.0, 20.0))


def _start(observed: Numbers, held: Numbers, terms: int) -> Numbers:
    """Begin with every day alike."""
    mean = (observed * held).sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    coefficients = np.zeros((len(observed), terms))
    coefficients[:, 0] = np.log(np.maximum(mean, 1e-6))
    return coefficients


def _score(
    observed: Numbers,
    weights: Numbers,
    design: Numbers,
    dispersion: Numbers,
    coefficients: Numbers,
    penalty: float,
    precise: float = PRECISE,
) -> Numbers:
    """Maximise the weighted likelihood for a known dispersion, by Fisher's scoring."""
    shrink = _shrink(design.shape[1], penalty)
    for _ in range(STEPS):
        mean = _exp(coefficients @ design.T)
        off = weights * (observed - mean) / (1 + dispersion[:, None] * mean)
        gradient = off @ design - coefficients * shrink
        information = _information(weights, mean, dispersion, design, penalty)
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        step = np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        coefficients = coefficients + step
        if np.abs(step).max(initial=0.0) < precise:
            break
    return coefficients


def _shrink(terms: int, penalty: float) -> Numbers:
    shrink = np.full(terms, penalty)
    shrink[0] = 0.0
    return shrink


def _information(
    weights: Numbers, mean: Numbers, dispersion: Numbers, design: Numbers, penalty: float
) -> Numbers:
    """Return the expected information of each series, [series, terms, terms]."""
    known = weights * mean / (1 + dispersion[:, None] * mean)
    terms = design.shape[1]
    # It is symmetric: half of the products are enough.
    row, column = np.triu_indices(terms)
    half = known @ (design[:, row] * design[:, column])
    information = np.empty((len(weights), terms, terms))
    information[:, row, column] = half
    information[:, column, row] = half
    # A series without any request has no information at all: its level stays where it began.
    information += np.diag(_shrink(terms, penalty) + 1e-10)
    return information


def _weights(observed: Numbers, mean: Numbers, dispersion: Numbers) -> Numbers:
    off = np.abs(anscombe(observed, mean, dispersion))
    return np.minimum(1.0, (FAR / np.maximum(off, FAR)) ** 2)
