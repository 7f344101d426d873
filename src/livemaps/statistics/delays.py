"""How late a feed tells of requests: what share of a day is known after so many days.

Source: the reverse-time hazard of right-truncated data, Kalbfleisch and Lawless (1989),
"Inference based on retrospective ascertainment", and Lawless (1994), "Adjustments for reporting
delays and the prediction of occurred but not reported events"; the same as the chain ladder of
Mack (1993), "Distribution-free calculation of the standard error of chain ladder reserve
estimates".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Numbers = NDArray[np.float64]

LONGEST_LAG = 10
"""Days after which a day counts as told."""
LEAST_DAYS = 14
"""Requested days that have to be watched at a lag before it is believed: two weeks."""
LEAST_ROWS = 100
"""Requests seen by a lag, over all of those days."""
NORMAL = 1.6448536269514722
"""Half the width, in standard deviations, of an interval that holds 90 %."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The share of a day's requests that is told by each lag, 0 to `LONGEST_LAG` days."""

    share: Numbers
    """NaN where too little was watched."""
    variance: Numbers
    """Relative variance of one day's share around it."""
    days: Days
    """How many requested days the next lag's hazard rests on; 0 at the last."""
    rows: Days
    """How many requests of those days were seen by then."""

    @property
    def interval(self) -> tuple[Numbers, Numbers]:
        """The ends between which the shares of 9 in 10 days lie."""
        wide = np.exp(NORMAL * np.sqrt(self.variance))
        return self.share / wide, np.minimum(self.share * wide, 1.0)


def completeness(seen: Days, requested: Days, rows: Days, until: int) -> Completeness:
    """Estimate the share that is told by each lag.

    Args:
        seen: the days on which requests were first seen; a day that was watched and brought
            nothing has an entry with 0 rows.
        requested: the days on which those were requested.
        rows: how many they were.
        until: the last day that is over; what was seen later is left out.

    Of each requested day d after the first watched one, the cell of lag j counts if the days
    d + j and d + j - 1 were both watched. With `n` the rows first seen at that lag and `c` those
    seen by then, `g = sum(n) / sum(c)` over the cells of a lag, and the share told by lag l is
    the product of `1 - g` over all later lags.
    """
    triangle = _triangle(seen, requested, rows, until)
    watched = np.unique(seen[seen <= until])
    cells = [_cells(triangle, watched, lag) for lag in range(1, LONGEST_LAG + 1)]
    days = np.array([len(by_now) for by_now, _ in cells], np.int64)
    by_lag = np.array([by_now.sum() for by_now, _ in cells], np.int64)
    hazards = np.array([_hazard(by_now, new) for by_now, new in cells])
    hazards[(days < LEAST_DAYS) | (by_lag < LEAST_ROWS)] = np.nan
    # From the last lag back: what is told by a lag is what no later lag brings.
    share = np.append(np.cumprod((1 - hazards[:, 0])[::-1])[::-1], 1.0)
    variance = np.append(np.cumsum(hazards[::-1, 1])[::-1], 0.0)
    return Completeness(share, variance, np.append(days, 0), np.append(by_lag, 0))


@dataclass(frozen=True, slots=True)
class _Triangle:
    """Requests by requested day and lag: new at each lag."""

    first: int
    """The requested day of the first row."""
    new: Days
    """[requested days, lags]."""


def _triangle(seen: Days, requested: Days, rows: Days, until: int) -> _Triangle:
    """Add up what was seen until a day, of requests of the days after the first watched one."""
    first = int(seen.min(initial=until)) + 1
    new = np.zeros((max(until - first + 1, 0), LONGEST_LAG + 1), np.int64)
    lag = seen - requested
    counted = (seen <= until) & (requested >= first) & (lag >= 0) & (lag <= LONGEST_LAG)
    np.add.at(new, (requested[counted] - first, lag[counted]), rows[counted])
    return _Triangle(first, new)


def _cells(triangle: _Triangle, watched: Days, lag: int) -> tuple[Days, Days]:
    """Return of each requested day that was watched at a lag: seen by then, and new at it."""
    days = triangle.first + np.arange(len(triangle.new))
    both = np.isin(days + lag, watched) & np.isin(days + lag - 1, watched)
    rows = triangle.new[both, : lag + 1]
    return rows.sum(axis=1), rows[:, lag]


def _hazard(by_now: Days, new: Days) -> tuple[float, float]:
    """Return the share of what is seen by a lag that is new at it, and how it varies by day.

    The second is the relative variance of one day's `1 - share`, weighted by the day's rows.
    """
    total = by_now.sum()
    share = new.sum() / total if total else 0.0
    if share >= 1:
        return 1.0, 0.0
    of_day = new / np.maximum(by_now, 1)
    spread = (by_now * (of_day - share) ** 2).sum() / max(total, 1)
    return float(share), float(spread / (1 - share) ** 2)
