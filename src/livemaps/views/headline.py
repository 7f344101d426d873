"""The numbers of the answer in words, and what the last refresh changed."""

from __future__ import annotations

import numpy as np

from livemaps.measures.days import last_complete_day
from livemaps.model import Filters, Measure
from livemaps.snapshot import Change, Snapshot
from livemaps.views.ages import A_MONTH, FOUR_WEEKS, STEP_STARTS
from livemaps.views.masks import rows_before, sieve
from livemaps.views.tally import Tally, tally
from livemaps.views.trend import WEEK, received_filters, received_per_day
from livemaps.views.values import Changes, Headline


def headline(snapshot: Snapshot, filters: Filters, counted: Tally | None = None) -> Headline:
    """Return the numbers of the answer in words under the filters."""
    counted = counted or tally(snapshot, filters)
    steps = counted.table.sum(axis=0)
    last_week, week_before, week_ends = _weeks(snapshot, filters)
    return Headline(
        version=snapshot.version,
        measure=filters.measure,
        total=counted.total,
        over_four_weeks=int(steps[STEP_STARTS.index(FOUR_WEEKS) :].sum()),
        over_a_month=int(steps[STEP_STARTS.index(A_MONTH + 1) :].sum()),
        a_month_ago=a_month_ago(snapshot, filters),
        oldest_day=counted.oldest_day,
        newest_day=counted.newest_day,
        last_week=last_week,
        week_before=week_before,
        week_ends=week_ends,
        set_apart_hidden=0 if filters.set_apart else counted.set_apart,
        duplicates=counted.duplicates,
        unplaced=_unplaced(snapshot, counted),
    )


def changes(snapshot: Snapshot, filters: Filters) -> Changes:
    """Count what the last refresh changed, under the filters that say where and what.

    Measure, stage, age and dates are lifted: a request that was resolved is news to those who
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


def a_month_ago(snapshot: Snapshot, filters: Filters) -> int | None:
    """Return the backlog `A_MONTH` days ago under the filters, None where it cannot be told.

    It was: what is open now and was requested by then, and what was resolved since and was
    requested by then. What was re-opened counts as open all the time.
    """
    meta = snapshot.meta
    if filters.measure is not Measure.OPEN or filters.of_life or meta.newest_day is None:
        return None
    then = min(meta.newest_day, meta.as_of_day) - A_MONTH
    if meta.recent_since > then + 1:
        return None
    found = sieve(snapshot, filters)
    requested, closed = snapshot.current["requested_day"], snapshot.current["closed_day"]
    still = rows_before(requested[: snapshot.open_rows], then + 1)
    resolved_since = snapshot.open_rows + rows_before(closed[snapshot.open_rows :], then + 1)
    resolved = np.flatnonzero(requested[resolved_since:] <= then) + resolved_since
    failed = (found.fails_by_value(snapshot.current, rows) for rows in (slice(still), resolved))
    return sum(int(np.count_nonzero(bits == 0)) for bits in failed)


def _weeks(snapshot: Snapshot, filters: Filters) -> tuple[int, int, int | None]:
    """Return what came in during the newest complete week, the week before, and its last day."""
    ends = last_complete_day(snapshot.meta)
    if ends is None:
        return 0, 0, None
    per_day = received_per_day(snapshot, filters, ends - 2 * WEEK + 1, ends)
    return int(per_day[WEEK:].sum()), int(per_day[:WEEK].sum()), ends


def _unplaced(snapshot: Snapshot, counted: Tally) -> int:
    """Return how many of the requests lie in no area of the finest layer."""
    if not snapshot.layers:
        return counted.total
    finest = snapshot.layers[0]
    return int(counted.areas[finest.id][len(finest.keys) :].sum())
