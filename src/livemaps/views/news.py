"""What became of requests lately, newest first: what a feed to follow tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Filters, Measure, Stage
from livemaps.snapshot import NO_DAY, Snapshot, Table
from livemaps.views.listing import Ranked, requests_of
from livemaps.views.masks import Part, sieve
from livemaps.views.values import ListedRequest

EVENT_TIMES: Mapping[Stage, str] = MappingProxyType(
    {Stage.RECEIVED: "requested", Stage.IN_PROGRESS: "updated", Stage.RESOLVED: "closed"}
)
"""By stage: which of a request's times is that of reaching it."""


@dataclass(frozen=True, slots=True)
class News:
    """A request, and the stage that it reached on a day."""

    request: ListedRequest
    stage: Stage
    day: int
    seconds: int | None
    """Since midnight, where the feed has a time of day."""


def news(snapshot: Snapshot, filters: Filters, most: int) -> tuple[News, ...]:
    """Return the newest things that happened to requests under the filters, at most `most`.

    Each request stands once, with the stage it is in and the day on which it reached it. The
    measure "open" tells what was resolved in the recent window as well: whoever follows the open
    requests of a place wants to know what became of them. The dates of the filters are about
    the day of what happened.
    """
    table = snapshot.current
    days = event_days(table)
    shown = sieve(snapshot, filters).fails_by_value(table, slice(table.rows)) == 0
    shown &= (days != NO_DAY) & (days <= snapshot.meta.as_of_day)
    if filters.measure is Measure.RESOLVED:
        shown &= table["stage"] == Stage.RESOLVED
    if filters.since is not None:
        shown &= days >= filters.since
    if filters.until is not None:
        shown &= days <= filters.until
    rows = np.flatnonzero(shown)
    newest = rows[np.lexsort((rows, days[rows]))[::-1][:most]]
    return tuple(_told(snapshot, newest, days[newest]))


def event_days(table: Table) -> NDArray[np.int32]:
    """Return for each row the day on which it reached the stage it is in."""
    days = np.full(table.rows, NO_DAY, np.int32)
    for stage, name in EVENT_TIMES.items():
        rows = table["stage"] == stage
        days[rows] = table[f"{name}_day"][rows]
    return np.where(days == NO_DAY, table["requested_day"], days)


def _told(snapshot: Snapshot, rows: NDArray[np.intp], days: NDArray[np.int32]) -> list[News]:
    part = Part(snapshot.current, 0, snapshot.current.rows, "requested_day")
    ranked = Ranked((part,), np.zeros(len(rows), np.uint8), rows)
    return [
        News(
            request, request.stage, int(day), getattr(request, f"{EVENT_TIMES[request.stage]}_time")
        )
        for request, day in zip(requests_of(snapshot, ranked), days.tolist(), strict=True)
    ]
