"""What every screen compares: the backlog with four weeks before, and a week with the week before.

Both end with the last complete day and are counted on the snapshot on show, so that they are the
same on every screen, whether measures are computed, of an earlier snapshot, or not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.days import last_complete_day
from livemaps.measures.levels import CITY
from livemaps.model import Filters, Measure
from livemaps.snapshot import Snapshot
from livemaps.statistics.flow import open_on, weeks_ending
from livemaps.statistics.queues import WEEKS, Word
from livemaps.statistics.queues import words as words_of
from livemaps.statistics.spans import WEEK
from livemaps.views.masks import parts, sieve
from livemaps.views.measures.backlog import compared
from livemaps.views.measures.ledger import ledger
from livemaps.views.trend import received_filters, received_per_day
from livemaps.views.values import Change, Week

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """The backlog of each group of a level at both ends of four weeks, and what moved it."""

    before: Counts
    """At the end of the day four weeks before the last complete day."""
    now: Counts
    """At the end of the last complete day: `before` and `came`, less `went`."""
    came: Counts
    """Requested in the four weeks."""
    went: Counts
    """Closed in the four weeks."""
    words: NDArray[np.uint8]
    """The `Word` of each: whether it grew or shrank by more than chance gives."""

    def change(self, code: int) -> Change:
        """Return how the backlog of a group has changed."""
        return Change(int(self.now[code]), int(self.before[code]))

    def word(self, code: int) -> Word:
        """Return whether the backlog of a group grew or shrank, as queues are judged."""
        return Word(int(self.words[code]))


def moves(snapshot: Snapshot, filters: Filters, level: str) -> Moves | None:
    """Count what was open at both ends of the last four complete weeks, and what moved, by group.

    None where it cannot be told: a filter on stage, age, waiting or dates, too little of the past
    held, or a recent window shorter than the four weeks.
    """
    days = compared(snapshot, filters, level)
    if not days or snapshot.meta.recent_since > min(days) + 1:
        return None
    complete, before = days
    book = ledger(snapshot, filters, level, before + 1, apart=filters.set_apart)

    def counted(mask: NDArray[np.bool_]) -> Counts:
        return np.bincount(book.codes[mask], minlength=book.size)

    def lately(of: NDArray[np.int32]) -> NDArray[np.bool_]:
        return (of > before) & (of <= complete)

    was, still = (
        open_on(book.requested, book.closed, book.resolved, day) for day in (before, complete)
    )
    came, went = lately(book.requested), book.resolved & lately(book.closed)
    daily = book.flow(before + 1, complete)
    words = words_of(*(weeks_ending(part, WEEKS) for part in (daily.inflow, daily.outflow)))
    return Moves(counted(was), counted(still), counted(came), counted(went), words)


def change_under(snapshot: Snapshot, filters: Filters) -> Change | None:
    """Return how the backlog under the filters has changed in four weeks, None where not told."""
    if filters.measure is not Measure.OPEN:
        return None
    found = moves(snapshot, filters, CITY)
    return None if found is None else found.change(0)


def week_under(snapshot: Snapshot, filters: Filters) -> Week | None:
    """Count what came in and what was closed in the newest complete week; None without requests.

    Of the filters those that say what and where hold; the lists of these days are as long.
    """
    ends = last_complete_day(snapshot.meta)
    if ends is None:
        return None
    per_day = received_per_day(snapshot, filters, ends - 2 * WEEK + 1, ends)
    within = received_filters(filters, ends - WEEK + 1, ends)
    closed = _number(snapshot, replace(within, measure=Measure.RESOLVED))
    return Week(ends, int(per_day[WEEK:].sum()), int(per_day[:WEEK].sum()), closed)


def _number(snapshot: Snapshot, filters: Filters) -> int:
    """Count the requests that pass filters."""
    found = sieve(snapshot, filters)
    return sum(
        len(found.passing(part, rows))
        for part in parts(snapshot, filters)
        for rows in part.chunks()
    )


def lagging(snapshot: Snapshot, measures: Measures | None) -> int | None:
    """Return the last complete day of measures that are behind the snapshot's, None of others."""
    day, newest = measures.meta.complete_day if measures else None, last_complete_day(snapshot.meta)
    return day if day is not None and newest is not None and day < newest else None
