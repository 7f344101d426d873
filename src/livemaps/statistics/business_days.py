"""Business days: which days are worked, and the n-th working day after a day.

The rule: a request that comes on a day that is not worked counts as come on the next day that is;
from there the standard's days are counted in working days. So a standard of 0 business days is the
same day on a working day, and the next working day on others.

Source: `numpy.busday_offset` with `roll="forward"`, and `numpy.busday_count`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
"""Day numbers: days since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days that a city works. Make one with `working_days`."""

    calendar: np.busdaycalendar = field(repr=False)
    years: tuple[int, int] | None
    """The first and last year that the holidays cover; None: no holiday is known."""

    def after(self, start: NDArray[np.integer], days: NDArray[np.integer] | int) -> Days:
        """Return the `days`-th working day after each start, rolled forward to a working one."""
        found = np.busday_offset(_dates(start), days, roll="forward", busdaycal=self.calendar)
        return found.astype(np.int64).astype(np.int32)

    def between(self, since: NDArray[np.integer], until: NDArray[np.integer]) -> Days:
        """Return how many working days are in [since, until); minus those in the other order."""
        counted = np.busday_count(_dates(since), _dates(until), busdaycal=self.calendar)
        return counted.astype(np.int32)

    def covered(self, since: NDArray[np.integer], until: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Tell where both days lie in the years that the holidays cover."""
        if self.years is None:
            return np.zeros(np.broadcast(since, until).shape, bool)
        first, last = (np.datetime64(str(year), "Y") for year in self.years)
        begin, end = first.astype("M8[D]"), (last + 1).astype("M8[D]")
        inside: NDArray[np.bool_] = (_dates(since) >= begin) & (_dates(until) < end)
        return inside


def working_days(week: Sequence[bool], holidays: Iterable[date]) -> WorkingDays:
    """Return the working days of a week (Monday first) without the holidays.

    A holiday on a day that is not worked changes nothing.

    Raises:
        ValueError: no day of the week is worked.
    """
    days = sorted(set(holidays))
    calendar = np.busdaycalendar(weekmask=list(week), holidays=np.array(days, "M8[D]"))
    return WorkingDays(calendar, (days[0].year, days[-1].year) if days else None)


def _dates(days: NDArray[np.integer]) -> NDArray[np.datetime64]:
    return np.asarray(days).astype(np.int64).astype("M8[D]")
