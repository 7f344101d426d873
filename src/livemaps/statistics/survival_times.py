"""By which day a share of requests is closed, with an interval, and how long is still to wait.

Quantile: the first day on which the Kaplan-Meier curve is down to what should remain. Interval:
Brookmeyer, R. and Crowley, J. (1982), A confidence interval for the median survival time,
Biometrics 38, read off the log-log ("exponential Greenwood") band of Kalbfleisch, J. D. and
Prentice, R. L. (1980), The Statistical Analysis of Failure Time Data; as in `lifelines`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

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
    upper band is.
    """
    steps = curves.steps
    start, stop = steps.starts[:-1], steps.starts[1:]
    lower, upper = band(steps.survival, curves.variance)
    lines = (steps.survival, _falling(lower, steps.starts), _falling(upper, steps.starts))
    day, low, high = (
        np.stack([_day_below(line, steps.day, start, stop, 1 - s) for s in shares], axis=1)
        for line in lines
    )
    return Quantiles(day, low, high)


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
    start, stop = (np.asarray(steps.starts[groups + more], np.int64) for more in (0, 1))
    later = first_index(start, stop, lambda at: steps.day[at] > ages)
    left = later < stop
    at_risk = np.zeros(len(later), np.int64)
    at_risk[left] = steps.at_risk[later[left]]
    now = np.ones(len(later))
    begun = later > start
    now[begun] = steps.survival[later[begun] - 1]
    day = [
        _day_below(steps.survival, steps.day, later, stop, now * (1 - share)) for share in shares
    ]
    return Remaining(at_risk, np.stack(day, axis=1))


def first_index(start: Whole, stop: Whole, reached: Callable[[Whole], NDArray[np.bool_]]) -> Whole:
    """Return for each range the first index at which something is so, or its stop.

    `reached` tells it for one index of each range; once so, it stays so to the range's end.
    """
    low, high = start.copy(), stop.copy()
    for _ in range(int((stop - start).max(initial=0)).bit_length()):
        open_ = low < high
        middle = np.where(open_, (low + high) // 2, 0)
        there = reached(middle)
        high = np.where(open_ & there, middle, high)
        low = np.where(open_ & ~there, middle + 1, low)
    return low


def _day_below(line: Real, days: Codes, start: Whole, stop: Whole, level: Real | float) -> Whole:
    """Return for each range the day on which a falling line is first down to a level."""
    if not len(line):
        return np.full(len(start), NOT_REACHED)
    least = level * (1 + TOLERANCE)
    found = first_index(start, stop, lambda at: line[at] <= least)
    there = days[np.minimum(found, len(line) - 1)]
    return np.where(found < stop, there, NOT_REACHED)


def _falling(line: Real, starts: Codes) -> Real:
    """Return the lowest value so far of each group: a band may rise where few are at risk."""
    lowest = line.copy()
    for start, stop in pairwise(np.unique(starts).tolist()):
        np.minimum.accumulate(lowest[start:stop], out=lowest[start:stop])
    return lowest
