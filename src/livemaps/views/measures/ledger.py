"""The requests behind a flow, read from the columns where no array has the filters' answer.

Only what was open on a day or later is read: from `current`, where it reaches back so far, else
from the whole history, which takes some tenths of a second at millions of requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.levels import by_service, level_codes, level_size
from livemaps.model import Filters, Measure, Stage
from livemaps.snapshot import Snapshot, Table
from livemaps.snapshot.columns import Column
from livemaps.statistics.flow import DailyFlow, daily_flow
from livemaps.statistics.orders import impossible
from livemaps.views.masks import Part, Rows, Sieve, parts, sieve
from livemaps.views.trend import received_filters

COLUMNS = ("requested_day", "closed_day", "stage")


@dataclass(frozen=True)
class Ledger:
    """Requests that count, whose days are possible and that pass some filters, as columns."""

    requested: NDArray[np.int32]
    closed: NDArray[np.int32]
    resolved: NDArray[np.bool_]
    codes: Column
    """The group of each in the level asked for."""
    size: int
    """How many codes the level has."""

    def flow(self, first: int, last: int) -> DailyFlow:
        """Count what came in and went out; `first` not before the ledger's own."""
        return daily_flow(
            self.requested, self.closed, self.resolved, self.codes, self.size, first, last
        )


def ledger(
    snapshot: Snapshot, filters: Filters, level: str, first: int, apart: bool | None = None
) -> Ledger:
    """Return the requests that were open on day `first` or later, whatever became of them.

    Measure, stage, age, waiting and dates of the filters are lifted. Services that are set apart are left
    out unless `apart`; by default unless they are asked for, by `set_apart` or by their name, or
    the groups are services.

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    if apart is None:
        apart = filters.set_apart or bool(filters.services) or by_service(level)
    lifted = replace(received_filters(filters, None, None), set_apart=apart)
    found = sieve(snapshot, lifted)
    pieces = [
        _piece(snapshot, part.table, rows, level)
        for part in _parts(snapshot, lifted, first)
        for rows in _touched(snapshot, part, found, first)
    ]
    requested, closed, stage, codes = (
        np.concatenate(columns) for columns in zip(*(pieces or [_none()]), strict=True)
    )
    return Ledger(requested, closed, stage == Stage.RESOLVED, codes, level_size(snapshot, level))


def _parts(snapshot: Snapshot, filters: Filters, first: int) -> tuple[Part, ...]:
    """Return the tables to look into: those of what is live, where nothing older is needed."""
    if snapshot.meta.recent_since <= first:
        return (Part(snapshot.current, 0, snapshot.current.rows, "requested_day"),)
    return parts(snapshot, replace(filters, measure=Measure.REPORTED))


def _touched(snapshot: Snapshot, part: Part, found: Sieve, first: int) -> Iterator[Rows]:
    """Yield the rows of a part that pass and were open on a day or later, chunk by chunk."""
    for chunk in part.chunks():
        requested, closed, stage = (part.table[name][chunk] for name in COLUMNS)
        resolved = stage == Stage.RESOLVED
        kept = ~resolved | (closed >= first)
        if not kept.any():
            continue
        kept &= found.fails(part, chunk) == 0
        kept &= impossible(requested, closed, resolved, snapshot.meta.as_of_day) == 0
        yield np.flatnonzero(kept) + chunk.start


def _piece(
    snapshot: Snapshot, table: Table, rows: Rows, level: str
) -> tuple[Column, Column, Column, Column]:
    """Return the columns of some rows."""
    requested, closed, stage = (table[name][rows] for name in COLUMNS)
    codes = level_codes(snapshot, level, lambda name: table[name][rows])
    return requested, closed, stage, codes


def _none() -> tuple[Column, Column, Column, Column]:
    """Return the columns of no rows."""
    return (
        np.zeros(0, np.int32),
        np.zeros(0, np.int32),
        np.zeros(0, np.uint8),
        np.zeros(0, np.uint8),
    )
