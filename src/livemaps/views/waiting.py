"""How each open request waits: unattended, overdue, due this week, longer than is usual.

The refresher publishes columns of days; this is what follows from them, from the city's
standards and from the measures' usual times. It is worked out once for each snapshot (and again
when usual times were computed anew) in a few milliseconds, as columns beside those published:
then it is a filter like any other, and every figure is a count of the rows that the list shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import MeasuresPending, SnapshotError
from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.measures.standards import calendar_of, promises_of, standards_by_service
from livemaps.measures.time_to_close import SHARES
from livemaps.model import Waiting
from livemaps.snapshot import Snapshot, Table
from livemaps.statistics.standards import NO_DUE_DAY, due_days
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.ages import ages
from livemaps.views.measures.asking import checked_measures
from livemaps.views.measures.lifetimes import Lifetimes
from livemaps.views.measures.unattended import unattended
from livemaps.views.sources import MeasuresSource, SnapshotSource

DAYS_AHEAD = 7
"""Today and the six days after."""

USUAL = SHARES.index(0.8)

Days = NDArray[np.int32]
Mask = NDArray[np.bool_]


class WaitingSource:
    """Hands out the current snapshot with what is told of how its open requests wait.

    One for a process; safe between threads. It keeps the newest snapshot only.
    """

    def __init__(
        self, snapshots: SnapshotSource, measures: MeasuresSource, profile: Profile
    ) -> None:
        self._snapshots = snapshots
        self._measures = measures
        self._profile = profile
        self._lock = Lock()
        self._held: _Held | None = None

    def latest(self) -> Snapshot:
        """Return the current snapshot: the same object until a snapshot or measures are new.

        Raises what its source raises: NoSnapshot before the first.
        """
        published, usual = self._snapshots.latest(), self._usual()
        with self._lock:
            held = self._held
            if held is None or held.published is not published or held.usual is not usual:
                held = _Held(published, usual, self._worked_out(published, usual))
                self._held = held
        return held.told

    def _usual(self) -> Measures | None:
        """Return the current measures, None while there are none that can be read.

        What asks for measures themselves is told why.
        """
        try:
            return self._measures.latest()
        except (MeasuresPending, SnapshotError):
            return None

    def _worked_out(self, published: Snapshot, usual: Measures | None) -> Snapshot:
        try:
            fitting = None if usual is None else checked_measures(usual, published)
            return with_waiting(published, self._profile, fitting)
        except MeasuresPending:
            return with_waiting(published, self._profile, None)


@dataclass(frozen=True, slots=True)
class _Held:
    """What was worked out, and of what."""

    published: Snapshot
    usual: Measures | None
    told: Snapshot


def with_waiting(snapshot: Snapshot, profile: Profile, measures: Measures | None) -> Snapshot:
    """Return a snapshot whose `current` has the columns `waiting` and `due_day` as well.

    `waiting` holds the bits of `Waiting`, `due_day` the day by which a request is to be done, or
    `NO_DUE_DAY`; both say nothing of what is resolved. Without measures no usual time is told.

    Raises:
        MeasuresPending: the measures have no usual times.
    """
    due = _due_days(snapshot, profile)
    found = {Waiting.UNATTENDED: unattended(snapshot, slice(snapshot.open_rows))}
    if has_due_days(snapshot, profile):
        found |= _due(due[: snapshot.open_rows], snapshot.meta.as_of_day)
    if measures is not None:
        _, found[Waiting.BEYOND_USUAL] = beside_usual(snapshot, measures, slice(snapshot.open_rows))
    flags = np.zeros(snapshot.current.rows, np.uint8)
    for kind, rows in found.items():
        flags[: snapshot.open_rows][rows] |= np.uint8(kind)
    columns = {**snapshot.current, "waiting": flags, "due_day": due}
    return replace(
        snapshot,
        current=Table(columns),
        waits=reduce(or_, found),
        usual_of="" if measures is None else measures.meta.id,
    )


def has_due_days(snapshot: Snapshot, profile: Profile) -> bool:
    """Whether anything can be due: the city has standards, or its feed expects dates.

    Of the feed, the requests that are open or were closed within the recent window speak.
    """
    expected = snapshot.current["expected_day"]
    believed = (expected >= 0) & (expected >= snapshot.current["requested_day"])
    return bool(profile.standards) or bool(believed.any())


def beside_usual(
    snapshot: Snapshot, measures: Measures, rows: NDArray[np.intp] | slice
) -> tuple[Mask, Mask]:
    """Tell of which open rows of `current` the service has a usual time, and which are older.

    Raises:
        MeasuresPending: usual times are not computed yet.
    """
    limits = _usual_limits(snapshot, measures)[snapshot.current["service"][rows]]
    known: Mask = limits != NOT_REACHED
    return known, known & (ages(snapshot.current, rows, snapshot.meta.as_of_day) > limits)


def _usual_limits(snapshot: Snapshot, measures: Measures) -> NDArray[np.int64]:
    """Return the usual time by the snapshot's code of a service, or `NOT_REACHED`.

    Measures may be of an earlier snapshot: names are what both have.

    Raises:
        MeasuresPending: usual times are not computed yet.
    """
    days = Lifetimes(measures).told("service", "told_days")[:, USUAL, 0].astype(np.int64)
    known = measures.vocab.service.codes
    codes = [known.get(name, -1) for name in snapshot.vocab.service.names]
    limits: NDArray[np.int64] = np.append(days, NOT_REACHED)[codes]
    return limits


def _due_days(snapshot: Snapshot, profile: Profile) -> Days:
    """Return when each row of `current` is due; what is resolved, or of the future, is not."""
    table, still = snapshot.current, slice(snapshot.open_rows)
    requested = table["requested_day"][still]
    of_service = standards_by_service(profile, snapshot.vocab.service.names)
    found = due_days(
        requested,
        table["expected_day"][still],
        of_service[table["service"][still]],
        promises_of(profile),
        calendar_of(profile),
    ).day
    due = np.full(table.rows, NO_DUE_DAY, np.int32)
    due[still] = np.where(requested > snapshot.meta.as_of_day, NO_DUE_DAY, found)
    return due


def _due(due: Days, today: int) -> dict[Waiting, Mask]:
    """Return which of some due days are past, and which are today or soon."""
    awaited, left = due != NO_DUE_DAY, due - today
    soon = awaited & (left >= 0) & (left < DAYS_AHEAD)
    return {Waiting.OVERDUE: awaited & (left < 0), Waiting.DUE_THIS_WEEK: soon}
