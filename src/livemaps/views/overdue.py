"""What is overdue now among the open requests on show, by group.

It is counted on the snapshot, not looked up in the measures, which may be of an earlier one: so
the figure is the length of the list that it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from livemaps.measures.levels import CITY
from livemaps.model import Filters, Waiting
from livemaps.snapshot import Snapshot
from livemaps.statistics.standards import NO_DUE_DAY, overdue_now
from livemaps.views.measures.open_rows import codes_of, group_of, open_rows
from livemaps.views.measures.standards import NOTHING_OVERDUE, OverdueNow


def overdue_by(snapshot: Snapshot, filters: Filters, level: str) -> Mapping[str, OverdueNow]:
    """Return what is overdue under all filters, by the key of each group that has a due day.

    Nothing where no due days are told of the snapshot.

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    if Waiting.OVERDUE not in snapshot.waits:
        return {}
    shown = open_rows(snapshot, filters).shown
    due = snapshot.current["due_day"][shown]
    awaited = due != NO_DUE_DAY
    codes = codes_of(snapshot, snapshot.current, shown[awaited], level)
    found = overdue_now(codes, due[awaited], snapshot.meta.as_of_day)
    late = found.overdue > 0
    columns = (
        found.open_due,
        found.overdue,
        found.due_week,
        np.where(late, found.median_days, 0),
        found.oldest_days,
    )
    rows = zip(found.groups.tolist(), *(column.tolist() for column in columns), strict=True)
    return {
        group_of(snapshot, level, code).key: OverdueNow(
            held, over, week, median if over else None, most if over else None
        )
        for code, held, over, week, median, most in rows
    }


def overdue_under(snapshot: Snapshot, filters: Filters) -> OverdueNow | None:
    """Return what is overdue of all that filters choose; None where no due days are told."""
    if Waiting.OVERDUE not in snapshot.waits:
        return None
    return overdue_by(snapshot, filters, CITY).get(CITY, NOTHING_OVERDUE)
