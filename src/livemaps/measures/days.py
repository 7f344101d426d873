"""Where the data of a snapshot end, and which of its days are whole."""

from __future__ import annotations

from dataclasses import dataclass

from livemaps.snapshot import Snapshot, SnapshotMeta


@dataclass(frozen=True, slots=True)
class Days:
    """The days that every measure refers to, as day numbers."""

    as_of: int
    """Today in the city when the snapshot was built."""
    data: int
    """The newest requested day: where the data end. What is open then is known to be open."""
    complete: int
    """The newest day of which the feed tells all: later ones are still being filled."""
    since: int
    """The first day from which on every request is held; of earlier days only some are, at
    first start those still open. The first requested day where the whole history is held."""


def last_complete_day(meta: SnapshotMeta) -> int | None:
    """Return the newest requested day that the feed has in full, None without requests.

    The newest day itself is never taken for whole, nor are the last `delay_days` before today.
    """
    if meta.newest_day is None:
        return None
    return min(meta.newest_day - 1, meta.as_of_day - max(meta.delay_days, 1))


def days_of(snapshot: Snapshot) -> Days | None:
    """Return the days of a snapshot, None where it holds no request."""
    complete = last_complete_day(snapshot.meta)
    if snapshot.meta.newest_day is None or complete is None:
        return None
    first, held = _first_day(snapshot), snapshot.meta.complete_since
    since = first if held is None else max(held, first)
    return Days(snapshot.meta.as_of_day, snapshot.meta.newest_day, complete, since)


def _first_day(snapshot: Snapshot) -> int:
    """Return the first requested day; there is one."""
    tables = (snapshot.base, snapshot.fresh)
    return min(int(table["requested_day"].min()) for table in tables if table.rows)
