"""Service standards for pages: on-time shares by period due, and what is overdue now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.standards import FAMILY, groups_of, overdue_of
from livemaps.model import Filters
from livemaps.statistics.standards import Outcome, wilson
from livemaps.views.measures.due_periods import due_by
from livemaps.views.measures.groups import Words


@dataclass(frozen=True, slots=True)
class Due:
    """What was due in some periods."""

    on_time: int
    late_closed: int
    late_open: int

    @classmethod
    def of(cls, counts: Sequence[int]) -> Due:
        """Return it from counts by `Outcome`."""
        return cls(
            *(counts[at] for at in (Outcome.ON_TIME, Outcome.LATE_CLOSED, Outcome.LATE_OPEN))
        )

    @property
    def due(self) -> int:
        """How many were due."""
        return self.on_time + self.late_closed + self.late_open

    @property
    def share(self) -> float | None:
        """The on-time share, None where nothing was due."""
        return self.on_time / self.due if self.due else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % Wilson interval."""
        return wilson(self.on_time, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class OverdueNow:
    """What is open today and has a due day."""

    open_with_due_day: int
    overdue: int
    due_this_week: int
    median_days: float | None
    most_days: int | None


@dataclass(frozen=True, slots=True)
class DueMonth:
    """What was due in one month; `whole` where the feed has all of its days in full."""

    start: int
    end: int
    whole: bool
    due: Due


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one group: the whole months of the last twelve together, and each month."""

    total: Due
    months: Sequence[DueMonth]
    now: OverdueNow


NOTHING_OVERDUE = OverdueNow(0, 0, 0, None, None)


def publishes_standards(measures: Measures) -> bool:
    """Whether any request of the city has a due day.

    Raises:
        MeasuresPending: it is not computed yet.
    """
    return bool(measures.family(FAMILY).facts["published"])


def record_of(measures: Measures, level: str, code: int) -> Record | None:
    """Return the record of one group of a level, None where the city publishes no standard.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level.
    """
    if not publishes_standards(measures):
        return None
    cells, periods = due_by(measures, level, "month")
    months = tuple(
        DueMonth(*periods.ends(at), bool(periods.whole[at]), Due.of(count))
        for at, count in zip(*(part.tolist() for part in cells.of_group(code)), strict=True)
    )
    group = np.array([code])
    total = cells.between(group, *periods.chosen(Filters()))[0]
    return Record(Due.of(total.tolist()), months, overdue_in(measures, level, group)[0])


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """One group: what was due in the whole months of the last twelve, and what is overdue now."""

    name: str
    due: Due
    now: OverdueNow


def due_of_groups(measures: Measures, level: str) -> Mapping[str, Due]:
    """Return what was due of each group of a level in the last twelve whole months, by name.

    Groups of which nothing was due are left out.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level, or the city publishes no standard.
    """
    cells, periods = due_by(measures, level, "month")
    groups = groups_of(measures, level)
    words = Words(measures.vocab, measures.layers)
    counts = cells.between(groups, *periods.chosen(Filters())).tolist()
    return {
        words.group(level, code).name: Due.of(of_group)
        for code, of_group in zip(groups.tolist(), counts, strict=True)
        if sum(of_group)
    }


def overdue_in(measures: Measures, level: str, groups: NDArray[np.intp]) -> Sequence[OverdueNow]:
    """Return what is overdue today in each of some groups of a level, in their order.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level, or the city publishes no standard.
    """
    found = overdue_of(measures, level)
    if not len(found.groups):
        return [NOTHING_OVERDUE] * len(groups)
    at = np.minimum(np.searchsorted(found.groups, groups), len(found.groups) - 1)
    columns = (found.open_due, found.overdue, found.due_week, found.median_days, found.oldest_days)
    values = zip(*(column[at].tolist() for column in columns), strict=True)
    return [
        OverdueNow(waiting, late, week, median if late else None, oldest if late else None)
        if there
        else NOTHING_OVERDUE
        for there, (waiting, late, week, median, oldest) in zip(
            (found.groups[at] == groups).tolist(), values, strict=True
        )
    ]
