"""By which day a share of requests is closed, with an interval, and how long is still to wait.

Quantile: the first day on which the Kaplan-Meier curve is down to what should remain. Interval:
Brookmeyer, R. and Crowley, J. (1982), A confidence interval for the median survival time,
Biometrics 38, read off the log-log ("exponential Greenwood") band of Kalbfleisch, J. D. and
Prentice, R. L. (1980), The Statistical Analysis of Failure Time Data; as in `lifelines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from livemaps.statistics.survival import NOT_REACHED, Codes, Curves, Real, Steps, Whole

CONFIDENCE = 0.95
"""How often an interval should hold the true day."""

TOLERANCE = 1e-11
"""A curve this close above a share, relatively, has reached it. 5,000 factors each rounded twice
are off by at most 1.2e-12, so that a curve of exactly one half is never taken for more."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """By group (row) and share (column): days, `NOT_REACHED` where the curve does not get there."""

    day: Whole
    low: Whole
    """The interval's first day."""
    high: Whole
    """The interval's last day."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is still to come for requests that are not closed by the end of a day."""

    at_risk: Whole
    """How many of the group were followed beyond that day and not closed by its end."""
    day: Whole
    """By request asked for (row) and share (column): the day, counted from its request, by which
    the share of those at risk is closed; `NOT_REACHED` where the curve does not get there."""


def quantiles(curves: Curves, shares: Sequence[float]) -> Quantiles:
    """Return the days by which shares of each group are closed, with 95 % intervals.

    The day for share p is the smallest t with S(t) <= 1 - p, within `TOLERANCE`. The interval
    runs from the first day on which the lower band is that low to the first day on which the
    upper band is; a band may rise where few are at risk, and the first day counts.
    """
    steps, levels = curves.steps, 1 - np.asarray(shares)
    groups = len(steps.starts) - 1
    lines = (steps.survival, *band(steps.survival, curves.variance))
    found = tuple(np.full((groups, len(shares)), NOT_REACHED) for _ in lines)
    for group, (start, stop) in enumerate(pairwise(steps.starts.tolist())):
        if start < stop:
            for line, days in zip(lines, found, strict=True):
                lowest = np.minimum.accumulate(line[start:stop])
                days[group] = _first_days(lowest, steps.day[start:stop], levels)
    return Quantiles(*found)


def band(survival: Real, variance: Real) -> tuple[Real, Real]:
    """Return the lower and upper 95 % band of S(t), point by point.

    exp(-exp(log(-log S) ± z sqrt(V) / log S)), z the normal quantile and V Greenwood's sum;
    1 where S is 1 (nothing is known of its spread), 0 where S is 0.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    lower, upper = survival.copy(), survival.copy()
    inside = np.flatnonzero((survival > 0) & (survival < 1))
    log = np.log(survival[inside])
    spread = z * np.sqrt(variance[inside]) / log
    with np.errstate(over="ignore"):  # exp(-infinity) is the 0 that is meant
        lower[inside] = np.exp(log * np.exp(-spread))
        upper[inside] = np.exp(log * np.exp(spread))
    return lower, upper


def remaining(steps: Steps, groups: Codes, ages: Codes, shares: Sequence[float]) -> Remaining:
    """Return how requests go on that are not closed at the end of some day of their life.

    Given that it lasts longer than N days, a request lasts longer than t with probability
    S(t) / S(N). The day for share p is the smallest t > N with S(t) <= (1 - p) S(N).

    Args:
        steps: the curves; those of a group are what it is like.
        groups: for each request asked about, its group.
        ages: for each, the day N: 0 is the day of the request itself.
        shares: the shares p, such as 0.5 and 0.8.
    """
    at_risk = np.zeros(len(groups), np.int64)
    day = np.full((len(groups), len(shares)), NOT_REACHED)
    levels = 1 - np.asarray(shares)
    starts, stops = steps.starts[groups].tolist(), steps.starts[groups + 1].tolist()
    for row, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        later = start + int(np.searchsorted(steps.day[start:stop], ages[row], side="right"))
        if later < stop:
            now = steps.survival[later - 1] if later > start else 1.0
            at_risk[row] = steps.at_risk[later]
            line, days = steps.survival[later:stop], steps.day[later:stop]
            day[row] = _first_days(line, days, now * levels)
    return Remaining(at_risk, day)


def _first_days(line: Real, days: Codes, levels: Real) -> Whole:
    """Return the days on which a line that never rises is first down to some levels."""
    at = np.searchsorted(-line, -levels * (1 + TOLERANCE))
    reached = at < len(days)
    return np.where(reached, days[np.where(reached, at, 0)], NOT_REACHED)
