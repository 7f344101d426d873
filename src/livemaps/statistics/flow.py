"""What comes in and goes out day by day, and the backlog of every past day.

The backlog at the end of day d is the number of requests that were requested by then and are
not resolved, or were closed after it: the stock-and-flow identity B(d) = B(d - 1) + in(d) -
out(d) of queueing (Newell, *Applications of Queueing Theory*, 2nd ed. 1982, ch. 1, cumulative
arrivals less cumulative departures). Status decides what is resolved, so a request that was
re-opened counts as open from its requested day on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.spans import WEEK

Counts = NDArray[np.int64]
Days = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class DailyFlow:
    """Inflow and outflow of groups on consecutive days.

    `inflow` and `outflow` have the shape (groups, days), the first day being `first`; `opening`
    is each group's backlog at the end of the day before it.
    """

    first: int
    opening: NDArray[Any]
    inflow: NDArray[Any]
    outflow: NDArray[Any]

    @property
    def last(self) -> int:
        """The last day."""
        return self.first + int(self.inflow.shape[1]) - 1

    def backlog(self) -> Counts:
        """Return the backlog at the end of each day, shape (groups, days)."""
        net = np.subtract(self.inflow, self.outflow, dtype=np.int64)
        return np.cumsum(net, axis=1) + self.opening[:, None].astype(np.int64)

    def of(self, groups: NDArray[np.intp] | slice) -> DailyFlow:
        """Return the flow of some groups only."""
        return DailyFlow(
            self.first, self.opening[groups], self.inflow[groups], self.outflow[groups]
        )

    def together(self) -> DailyFlow:
        """Return the flow of all groups as one."""
        opening = self.opening.sum(keepdims=True, dtype=np.int64)
        inflow = self.inflow.sum(axis=0, keepdims=True, dtype=np.int64)
        outflow = self.outflow.sum(axis=0, keepdims=True, dtype=np.int64)
        return DailyFlow(self.first, opening, inflow, outflow)


def daily_flow(
    requested: Days,
    closed: Days,
    resolved: Mask,
    codes: NDArray[Any],
    size: int,
    first: int,
    last: int,
) -> DailyFlow:
    """Count what came in and went out on each day from `first` to `last`, by group.

    One element of `requested`, `closed`, `resolved` and `codes` for each request: day numbers,
    whether it is resolved, its group below `size`. Days must be possible (see `orders`); the
    closed day of what is not resolved is never looked at. What was requested before `first` and
    was open at the end of the day before it is the opening backlog. `last` < `first` gives no
    days.
    """
    length = max(last - first + 1, 0)
    before = (requested < first) & ~(resolved & (closed < first))
    return DailyFlow(
        first,
        np.bincount(codes[before], minlength=size),
        per_day(requested, codes, size, first, length),
        per_day(closed[resolved], codes[resolved], size, first, length),
    )


def per_day(days: Days, codes: NDArray[Any], size: int, first: int, length: int) -> Counts:
    """Count by group and day, shape (size, length); days outside are left out."""
    inside = (days >= first) & (days < first + length)
    if not inside.all():
        days, codes = days[inside], codes[inside]
    flat = codes.astype(np.int64) * length + (days - first)
    return np.bincount(flat, minlength=size * length).reshape(size, length)


def open_on(requested: Days, closed: Days, resolved: Mask, day: int) -> Mask:
    """Return which requests were open at the end of a day; their days must be possible."""
    was: Mask = (requested <= day) & ~(resolved & (closed <= day))
    return was


def weeks_ending(daily: NDArray[Any], weeks: int) -> Counts:
    """Add days up to the last `weeks` whole weeks, oldest first: shape (groups, weeks).

    `daily` has the shape (groups, days); its last day ends the last week. Weeks that begin
    before its first day are left out, so there may be fewer.
    """
    held = min(weeks, daily.shape[1] // WEEK)
    kept = daily[:, daily.shape[1] - held * WEEK :]
    summed: Counts = kept.reshape(len(daily), held, WEEK).sum(axis=2, dtype=np.int64)
    return summed
