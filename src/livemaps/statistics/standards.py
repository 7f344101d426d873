"""When requests are due, and whether they were done by then.

On time is counted by *period due*: of all requests that were due in a period, the share that was
resolved by its due day. A request that is open after it was due is late, whenever it will be
closed. To look at the closed ones only, or by the day they were requested, makes recent periods
look better than they were.

Source of the interval: Wilson, E. B. (1927), Probable inference, the law of succession, and
statistical inference. Journal of the American Statistical Association 22.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.business_days import Days, WorkingDays

NO_DUE_DAY = -1
NO_STANDARD = -1
Z_95 = 1.959963984540054
"""The 0.975 quantile of the normal distribution."""

Ints = NDArray[np.integer]
Mask = NDArray[np.bool_]


class DueBy(IntEnum):
    """What a request's due day follows from."""

    NOTHING = 0
    STANDARD = 1
    FEED = 2


class Outcome(IntEnum):
    """What became of a request that was due."""

    ON_TIME = 0
    LATE_CLOSED = 1
    LATE_OPEN = 2
    NOT_YET = 3
    """It has no due day, or is open and not yet due."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Within how many days something is to be done; `business` counts working days only."""

    days: int
    business: bool


@dataclass(frozen=True)
class DueDays:
    """By request: the day it is due (`NO_DUE_DAY`: none), and a `DueBy`."""

    day: Days
    by: NDArray[np.uint8]
    refused: int
    """How many expected days of the feed were before the requested day, and not believed."""
    uncovered: int
    """How many due days count business days in years that the holidays do not cover."""


def due_days(
    requested: Ints,
    expected: Ints,
    standard: Ints,
    promises: Sequence[Promise],
    calendar: WorkingDays,
) -> DueDays:
    """Return when each request is due.

    The feed's own expected day wins where it has one (not negative) that is not before the
    requested day; else the standard counts: `standard` holds the index into `promises`,
    `NO_STANDARD` where there is none. All arrays are equally long, days are day numbers.
    """
    day = np.full(len(requested), NO_DUE_DAY, np.int32)
    by = np.zeros(len(requested), np.uint8)
    promised = np.flatnonzero(np.asarray(standard) != NO_STANDARD)
    uncovered = np.zeros(len(requested), bool)
    if len(promised):
        distinct = tuple(dict.fromkeys(promises))
        index = np.array([distinct.index(promise) for promise in promises])
        table, covered, first = _due_table(requested[promised], distinct, calendar)
        at = (index[standard[promised]], requested[promised] - first)
        day[promised], by[promised] = table[at], DueBy.STANDARD
        uncovered[promised] = ~covered[at]
    given = expected >= 0
    believed = given & (expected >= requested)
    day[believed], by[believed] = expected[believed], DueBy.FEED
    return DueDays(
        day,
        by,
        refused=int(np.count_nonzero(given & ~believed)),
        uncovered=int(np.count_nonzero(uncovered & ~believed)),
    )


def _due_table(
    requested: Ints, promises: Sequence[Promise], calendar: WorkingDays
) -> tuple[Days, Mask, int]:
    """Return the due day by promise and requested day, whether holidays cover it, the first day.

    Millions of requests share a few thousand days and a few promises: each pair once.
    """
    first, last = int(requested.min()), int(requested.max())
    days = np.arange(first, last + 1, dtype=np.int64)
    table = np.empty((len(promises), len(days)), np.int32)
    covered = np.ones(table.shape, bool)
    for at, promise in enumerate(promises):
        if promise.business:
            table[at] = calendar.after(days, promise.days)
            covered[at] = calendar.covered(days, table[at])
        else:
            table[at] = days + promise.days
    return table, covered, first


def outcomes(due: Ints, resolved: Mask, closed: Ints, today: int) -> NDArray[np.uint8]:
    """Return an `Outcome` for each request.

    On time is resolved with a closed day up to the due day; late is resolved after it, or open
    with a due day before `today`. A request resolved before it is due is on time already.
    """
    has_due = due != NO_DUE_DAY
    found = np.full(len(due), Outcome.NOT_YET, np.uint8)
    found[has_due & resolved & (closed <= due)] = Outcome.ON_TIME
    found[has_due & resolved & (closed > due)] = Outcome.LATE_CLOSED
    found[has_due & ~resolved & (due < today)] = Outcome.LATE_OPEN
    return found


@dataclass(frozen=True)
class Cells:
    """How many were on time, late and closed, late and open, by group and period due.

    Only cells with a request in them: `keys` (group * periods + period) is sorted. `sums` is
    [cell + 1, Outcome]: the counts of all cells before each, so that any run of a group's periods
    is one difference.
    """

    keys: NDArray[np.int64]
    sums: NDArray[np.integer]
    periods: int

    def of_group(self, group: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return a group's periods (their numbers) and its counts in each."""
        edges = np.array([group, group + 1], np.int64) * self.periods
        first, last = np.searchsorted(self.keys, edges)
        sums = self.sums[first : last + 1].astype(np.int64)
        return self.keys[first:last] - edges[0], sums[1:] - sums[:-1]

    def between(self, groups: Ints, first: int, after: int) -> NDArray[np.int64]:
        """Return the counts [group, Outcome] of periods from `first` to before `after`."""
        start = groups.astype(np.int64) * self.periods
        low, high = (np.searchsorted(self.keys, start + edge) for edge in (first, after))
        return self.sums[high].astype(np.int64) - self.sums[low]


def count_due(group: Ints, period: Ints, outcome: Ints, periods: int) -> Cells:
    """Count requests by group, period due (from 0, below `periods`) and outcome.

    None of them may be `NOT_YET`.
    """
    keys, cell = np.unique(group.astype(np.int64) * periods + period, return_inverse=True)
    counted = np.bincount(cell * 3 + outcome, minlength=len(keys) * 3).reshape(-1, 3)
    sums = np.zeros((len(keys) + 1, 3), np.int32)
    np.cumsum(counted, axis=0, out=sums[1:])
    return Cells(keys, sums, periods)


@dataclass(frozen=True)
class Overdue:
    """What is open and has a due day, by group; only groups that have any, in order of code."""

    groups: NDArray[np.int64]
    open_due: NDArray[np.int32]
    """Open requests with a due day."""
    overdue: NDArray[np.int32]
    """Of these: due before today."""
    due_week: NDArray[np.int32]
    """Of these: due today or in the six days after."""
    median_days: NDArray[np.float64]
    """Median of the days that the overdue ones are over (today - due); NaN where there is none."""
    oldest_days: NDArray[np.int32]
    """The most of them, -1 where there is none."""


def overdue_now(group: Ints, due: Ints, today: int) -> Overdue:
    """Return by group what is overdue among open requests, all of which have a due day."""
    groups, at = np.unique(group.astype(np.int64), return_inverse=True)
    over = today - due.astype(np.int64)
    late = over > 0
    week = (over <= 0) & (over > -7)
    overdue = np.bincount(at[late], minlength=len(groups))
    median, oldest = _median_and_most(at[late], over[late], overdue)
    return Overdue(
        groups,
        np.bincount(at, minlength=len(groups)).astype(np.int32),
        overdue.astype(np.int32),
        np.bincount(at[week], minlength=len(groups)).astype(np.int32),
        median,
        oldest,
    )


def _median_and_most(
    at: Ints, over: Ints, counts: Ints
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the median (mean of the two middle ones) and the largest of each group's values."""
    sorted_over = over[np.lexsort((over, at))]
    ends = np.cumsum(counts)
    starts = ends - counts
    has = counts > 0
    median = np.full(len(counts), np.nan)
    most = np.full(len(counts), -1, np.int32)
    low, high = (starts + (counts - 1) // 2)[has], (starts + counts // 2)[has]
    median[has] = (sorted_over[low] + sorted_over[high]) / 2
    most[has] = sorted_over[ends[has] - 1]
    return median, most


def wilson(successes: float, trials: float, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, 95 % unless told; (0, 1) of no trials."""
    if trials == 0:
        return 0.0, 1.0
    share, part = successes / trials, z * z / trials
    centre = share + part / 2
    spread = z * ((share * (1 - share) + part / 4) / trials) ** 0.5
    low, high = (centre - spread) / (1 + part), (centre + spread) / (1 + part)
    # Rounding must not push a share of 0 or 1 out of its own interval.
    return min(max(0.0, low), share), max(min(1.0, high), share)
