"""Where the data of a snapshot end, and which of its days are whole."""

from __future__ import annotations

from dataclasses import dataclass

from livemaps.snapshot import SnapshotMeta


@dataclass(frozen=True, slots=True)
class Days:
    """The days that every measure refers to, as day numbers."""

    as_of: int
    """Today in the city when the snapshot was built."""
    data: int
    """The newest requested day: where the data end. What is open then is known to be open."""
    complete: int
    """The newest day of which the feed tells all: later ones are still being filled."""


def last_complete_day(meta: SnapshotMeta) -> int | None:
    """Return the newest requested day that the feed has in full, None without requests.

    The newest day itself is never taken for whole, nor are the last `delay_days` before today.
    """
    if meta.newest_day is None:
        return None
    return min(meta.newest_day - 1, meta.as_of_day - max(meta.delay_days, 1))


def days_of(meta: SnapshotMeta) -> Days | None:
    """Return the days of a snapshot, None where it holds no request."""
    complete = last_complete_day(meta)
    if meta.newest_day is None or complete is None:
        return None
    return Days(meta.as_of_day, meta.newest_day, complete)
