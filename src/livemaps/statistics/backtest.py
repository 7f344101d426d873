"""How good the forecasts would have been: from many past days, each seeing only what was before.

The accuracy is the mean absolute scaled error (Hyndman & Koehler, International Journal of
Forecasting 22, 2006): errors over those of "the same day last week" in the days before the first
origin. Intervals are quantiles of the errors of earlier origins, on the scale of a negative
binomial's spread; which quantiles follows how often the intervals missed of late (adaptive
conformal inference: Gibbs & Candes, NeurIPS 34, 2021). Their coverage is that of origins that
taught them nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics import forecast as method
from livemaps.statistics.forecast import HORIZON, LEAST_TRAINING, MOST_TRAINING
from livemaps.statistics.spans import WEEK

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

STEP = 5
"""Days between origins: every weekday has its turn, as it would not with 7."""

JUDGED = 73
"""Origins that accuracy and coverage are told of, at most: a year of them."""

LEARNED = 73
"""Origins before those that only teach how wide the intervals must be, at most."""

LEAST_ORIGINS = 20
"""Origins below which a forecast is not shown, whatever its accuracy: 100 days."""

LEAST_LEARNED = 10
"""Earlier origins below which there is no interval: they are 70 errors for each week ahead."""

REFIT = 91
"""Days after which the pattern is fitted anew; the level follows at every origin."""

LEAST_SPREAD = 0.5
"""Requests that an interval's scale is worked out from, at least."""

MISSES: Mapping[str, float] = {"80": 0.2, "95": 0.05}
"""The share of days that each interval may miss, by its name."""

GAIN = 0.1
"""How fast the quantiles follow what was missed; 0: not at all."""

EXTREMES = 0.005, 0.5
"""The least and the most that the quantiles are cut at, both sides together."""

BEHIND = -(-HORIZON // STEP)
"""Origins back to the newest one whose days have all been seen."""

Bounds = Mapping[str, tuple[Floats, Floats]]
"""By interval: the lowest and highest error of each day ahead; empty where there are too few."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was forecast from each origin, oldest first; arrays are [origins x HORIZON]."""

    origins: Days
    """Positions in the series of the last day that each forecast saw."""
    actual: Floats
    forecast: Floats
    naive: Floats
    """The same weekday of the last week."""
    mean_of_four: Floats
    """The mean of the last four such weekdays."""
    errors: Floats
    """What came in less the forecast, over the forecast's spread."""
    unit: float
    """Mean change from a week before, without sign, of the days up to the first judged origin."""
    failed: int
    """Fits that did not converge."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of one series, and how it would have done; arrays are as long as `HORIZON`.

    The bounds are empty and the coverages None with too few origins; the scaled errors are None
    without an origin, or where no day ever differed from the week before.
    """

    forecast: Floats
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    origins: int
    """How many origins the errors are of."""
    mase: float | None
    mase_naive: float | None
    mase_mean_of_four: float | None
    coverage: Mapping[str, float | None]
    tested: int
    """Days of forecasts that the coverages are shares of."""
    failed: int
    """Fits that did not converge."""
    better: bool
    """Whether the forecast's errors were smaller than those of the same day last week."""

    @property
    def shown(self) -> bool:
        """Whether it may be shown: better than last week's same day from enough origins."""
        return self.better and self.origins >= LEAST_ORIGINS


def outlook(counts: Floats, days: Days, holidays: Days) -> Outlook | None:
    """Return the forecast of the days after a series, None if that is shorter than eight weeks.

    `counts` are the requests of the consecutive `days`; `holidays` are day numbers.
    """
    if len(days) < LEAST_TRAINING:
        return None
    past = backtest(counts, days, holidays)
    pattern = _fitted(counts, days, holidays)
    ahead = method.forecast(pattern, counts, days, holidays)
    scale = spread(ahead, pattern.dispersion)
    missed, bounds = _calibrated(past.errors)
    mean_error, naive_error, four_error = _mean_errors(past)
    coverage, tested = _coverage(missed)
    return Outlook(
        forecast=ahead,
        low={name: np.maximum(ahead + scale * below, 0.0) for name, (below, _) in bounds.items()},
        high={name: np.maximum(ahead + scale * above, 0.0) for name, (_, above) in bounds.items()},
        origins=min(len(past.origins), JUDGED),
        mase=_scaled(mean_error, past.unit),
        mase_naive=_scaled(naive_error, past.unit),
        mase_mean_of_four=_scaled(four_error, past.unit),
        coverage=coverage,
        tested=tested,
        failed=past.failed + (not pattern.converged),
        better=mean_error < naive_error,
    )


def backtest(counts: Floats, days: Days, holidays: Days) -> Backtest:
    """Forecast from every origin of the past, each from what was known on that day alone."""
    last = len(days) - 1 - HORIZON
    number = max(0, min(JUDGED + LEARNED, (last - (LEAST_TRAINING - 1)) // STEP + 1))
    origins = last - STEP * np.arange(number)[::-1]
    made = np.zeros((4, number, HORIZON))
    spreads = np.ones((number, HORIZON))
    failed, fitted, pattern = 0, -REFIT, None
    for place, origin in enumerate(origins.tolist()):
        seen, when = counts[: origin + 1], days[: origin + 1]
        if pattern is None or origin - fitted >= REFIT:
            pattern, fitted = _fitted(seen, when, holidays), origin
            failed += not pattern.converged
        made[0, place] = counts[origin + 1 : origin + 1 + HORIZON]
        made[1, place] = method.forecast(pattern, seen, when, holidays)
        made[2, place] = method.seasonal_naive(seen)
        made[3, place] = method.mean_of_four(seen)
        spreads[place] = spread(made[1, place], pattern.dispersion)
    errors = (made[0] - made[1]) / spreads
    return Backtest(
        origins, made[0], made[1], made[2], made[3], errors, _unit(counts, origins), failed
    )


def spread(forecast: Floats, dispersion: float) -> Floats:
    """Return the scale of a forecast's errors: the standard deviation of a negative binomial."""
    scale: Floats = np.sqrt(np.maximum(forecast, LEAST_SPREAD) + dispersion * forecast**2)
    return scale


def _fitted(counts: Floats, days: Days, holidays: Days) -> method.Pattern:
    """Return the pattern of the newest days of a series."""
    return method.fit(counts[-MOST_TRAINING:], days[-MOST_TRAINING:], holidays)


def _mean_errors(past: Backtest) -> tuple[float, float, float]:
    """Return the mean absolute error of the forecast and of both naive ones; 0 with no origin."""
    judged = slice(-JUDGED, None)
    made = (past.forecast, past.naive, past.mean_of_four)
    if not len(past.origins):
        return 0.0, 0.0, 0.0
    first, second, third = (np.abs(one - past.actual)[judged].mean() for one in made)
    return float(first), float(second), float(third)


def _scaled(error: float, unit: float) -> float | None:
    """Return an error in units of the change from a week before, None where that is always 0."""
    return error / unit if unit else None


def _unit(counts: Floats, origins: Days) -> float:
    """Return the mean change from a week before, of the days that the first judged origin saw."""
    if not len(origins):
        return 0.0
    seen = counts[: origins[-JUDGED:][0] + 1][-MOST_TRAINING:]
    return float(np.abs(seen[WEEK:] - seen[:-WEEK]).mean())


def _calibrated(errors: Floats) -> tuple[list[Mapping[str, float]], Bounds]:
    """Return what each origin's intervals missed, as shares of its days, and the bounds of now.

    `errors` are [origins x HORIZON]. An origin's bounds come from origins whose days had all been
    seen by then; the first have too few, and nothing to miss.
    """
    rates: Mapping[str, float] = MISSES
    missed: list[Mapping[str, float]] = []
    for place in range(len(errors) + BEHIND):
        seen = place - BEHIND
        if seen >= 0 and missed[seen]:
            was = missed[seen]
            rates = {name: rate + GAIN * (MISSES[name] - was[name]) for name, rate in rates.items()}
        if place < len(errors):
            bounds = _quantiles(errors[: max(seen + 1, 0)], rates)
            missed.append({name: _missed(errors[place], held) for name, held in bounds.items()})
    return missed, _quantiles(errors, rates)


def _missed(errors: Floats, held: tuple[Floats, Floats]) -> float:
    """Return the share of errors outside of bounds."""
    return float(((errors < held[0]) | (errors > held[1])).mean())


def _quantiles(errors: Floats, rates: Mapping[str, float]) -> Bounds:
    """Return the bounds that leave out a share of errors, as many above as below.

    The days of each of the two weeks ahead are taken together.
    """
    if len(errors) < LEAST_LEARNED:
        return {}
    tails = [min(max(rate, EXTREMES[0]), EXTREMES[1]) / 2 for rate in rates.values()]
    shares = [share for tail in tails for share in (tail, 1 - tail)]
    weeks = [np.quantile(errors[:, week : week + WEEK], shares) for week in (0, WEEK)]
    found = np.repeat(np.transpose(weeks), WEEK, axis=1)
    return {name: (found[2 * at], found[2 * at + 1]) for at, name in enumerate(rates)}


def _coverage(missed: list[Mapping[str, float]]) -> tuple[dict[str, float | None], int]:
    """Return how often the intervals of the judged origins held what came, and of how many days."""
    told = [shares for shares in missed[-JUDGED:] if shares]
    if not told:
        return dict.fromkeys(MISSES), 0
    held = {name: 1 - sum(shares[name] for shares in told) / len(told) for name in MISSES}
    return dict(held), len(told) * HORIZON
