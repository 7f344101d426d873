"""Requests by requested day or week: what came in, whatever became of it since."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import TooLarge
from livemaps.measures.days import last_complete_day
from livemaps.model import Filters, Measure
from livemaps.snapshot import Snapshot, reported_per_day
from livemaps.views.masks import parts, sieve
from livemaps.views.values import Trend

LONGEST_TREND = 366 * 30
"""Days that one trend may span."""


def trend(snapshot: Snapshot, filters: Filters, since: int, until: int, step: int = 1) -> Trend:
    """Count the requests of each day or week from day `since` to `until`, both included.

    The filters on measure, stage, age, waiting and dates say nothing about what came in: they are
    lifted. Weeks (`step` 7) are counted back from `until`; an incomplete first one is left out.

    Raises:
        TooLarge: more days than `LONGEST_TREND`.
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    if until - since >= LONGEST_TREND:
        raise TooLarge(f"a trend spans at most {LONGEST_TREND:,} days: choose closer dates")
    first = max(until, since - 1) + 1 - (max(until + 1 - since, 0) // step) * step
    counts = received_per_day(snapshot, filters, first, until)
    days = range(first, until + 1, step)
    complete = last_complete_day(snapshot.meta)
    return Trend(
        version=snapshot.version,
        step=step,
        days=tuple(days),
        received=tuple(counts.reshape(-1, step).sum(axis=1).tolist()),
        complete=tuple(complete is not None and day + step - 1 <= complete for day in days),
    )


def received_per_day(
    snapshot: Snapshot, filters: Filters, since: int, until: int
) -> NDArray[np.int64]:
    """Count the requests of each day from `since` to `until`; `received_filters` hold."""
    lifted = received_filters(filters, since, until)
    if until < since:
        return np.zeros(0, np.int64)
    found = sieve(snapshot, lifted)
    shown = {column: bits == 0 for column, bits in found.lookups if column != "standing"}
    column = next(iter(shown), "service")
    if len(shown) <= 1 and column in snapshot.cubes.by_day:
        codes = np.flatnonzero(shown[column]) if shown else None
        return reported_per_day(snapshot, column, codes, since, until)
    counts = np.zeros(until - since + 1, np.int64)
    for part in parts(snapshot, lifted):
        for rows in part.chunks():
            days = part.table[part.day_column][found.passing(part, rows)]
            counts += np.bincount(days - since, minlength=len(counts))
    return counts


def received_filters(filters: Filters, since: int | None, until: int | None) -> Filters:
    """Return the filters for what came in from day `since` to `until`, whatever became of it."""
    nothing: frozenset[str] = frozenset()
    return replace(
        filters,
        measure=Measure.REPORTED,
        stages=nothing,
        ages=nothing,
        waiting=nothing,
        since=since,
        until=until,
    )
