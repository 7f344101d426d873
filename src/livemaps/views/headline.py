"""The numbers of the answer in words, and what the last refresh changed."""

from __future__ import annotations

import numpy as np

from livemaps.model import Filters
from livemaps.snapshot import Change, Snapshot
from livemaps.views.ages import OLD_BANDS
from livemaps.views.comparing import change_under, week_under
from livemaps.views.masks import sieve
from livemaps.views.tally import Tally, tally
from livemaps.views.trend import received_filters
from livemaps.views.values import Changes, Headline


def headline(snapshot: Snapshot, filters: Filters, counted: Tally | None = None) -> Headline:
    """Return the numbers of the answer in words under the filters."""
    counted = counted or tally(snapshot, filters)
    newest = week_under(snapshot, filters)
    return Headline(
        version=snapshot.version,
        measure=filters.measure,
        total=counted.total,
        over_four_weeks=int(counted.table[:, OLD_BANDS].sum()),
        change=change_under(snapshot, filters),
        oldest_day=counted.oldest_day,
        newest_day=counted.newest_day,
        last_week=newest.reported if newest else 0,
        week_before=newest.reported_before if newest else 0,
        week_ends=newest.ends if newest else None,
        set_apart_hidden=0 if filters.set_apart else counted.set_apart,
        duplicates=counted.duplicates,
        unplaced=_unplaced(snapshot, counted),
    )


def changes(snapshot: Snapshot, filters: Filters) -> Changes:
    """Count what the last refresh changed, under the filters that say where and what.

    Measure, stage, age, waiting and dates are lifted: a request that was resolved is news to those who
    look at the backlog.
    """
    lifted = received_filters(filters, None, None)
    flags = snapshot.current["flags"]
    rows = np.flatnonzero(flags != 0)
    shown = sieve(snapshot, lifted).fails_by_value(snapshot.current, rows) == 0
    seen = flags[rows[shown]]
    counts = {change: int(np.count_nonzero(seen & change.value)) for change in Change}
    return Changes(
        version=snapshot.version,
        new=counts[Change.NEW],
        resolved=counts[Change.RESOLVED],
        reopened=counts[Change.REOPENED],
        changed=counts[Change.CHANGED],
    )


def _unplaced(snapshot: Snapshot, counted: Tally) -> int:
    """Return how many of the requests lie in no area of the finest layer."""
    if not snapshot.layers:
        return counted.total
    finest = snapshot.layers[0]
    return int(counted.areas[finest.id][len(finest.keys) :].sum())
