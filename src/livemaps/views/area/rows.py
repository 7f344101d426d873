"""The requests that the pages of areas count, read once for all areas of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.days import last_complete_day
from livemaps.measures.levels import CITY as CITY_LEVEL
from livemaps.model import Filters, Measure, Waiting
from livemaps.snapshot import NO_DAY, Snapshot, SnapshotLayer
from livemaps.views.ages import FOUR_WEEKS, ages
from livemaps.views.area.values import CITY
from livemaps.views.comparing import Moves, moves
from livemaps.views.masks import Part, Rows, parts, sieve
from livemaps.views.measures.open_rows import open_rows
from livemaps.views.measures.unattended import silent_days, unattended

Column = NDArray[Any]
Mask = NDArray[np.bool_]

FLAGS = ("over_four_weeks", "unattended", "reopened", "overdue", "due_this_week")
"""What is told of each open request besides, and counted."""


@dataclass(frozen=True)
class AreaRows:
    """What is open, and what was reported in the last four complete weeks, as columns.

    Both are in the order of requested day; services that are set apart are in neither.
    """

    part: Part
    rows: Rows
    """Where the open ones are in the snapshot's `current`."""
    open: Mapping[str, Column]
    """Of the open ones: service, agency, the layers' columns, and whether each is
    one of `FLAGS`; `silent` are the days nothing was heard."""
    reported: Mapping[str, Column]
    """Of the reported ones: service and the layers' columns."""
    counts: Mapping[str, Mapping[str, Sequence[int]]]
    """By layer, `CITY` for the whole: each count by area code: open, reported, and `FLAGS`."""
    moves: Mapping[str, Moves | None]
    """Likewise: the backlog at both ends of the four weeks; None where that is not told."""
    since: int | None
    """The first of the four weeks' days; None without any request."""
    until: int | None


def area_rows(snapshot: Snapshot) -> AreaRows:
    """Read what all areas are counted from, once for a snapshot.

    What is open is looked through once, what was reported in the four weeks as well, and what
    came and went in them once for each layer and once for the city: 5 ms for a snapshot of 26,000
    open and recent requests in two layers, and in proportion to these.
    """
    found = open_rows(snapshot, Filters())
    until = last_complete_day(snapshot.meta)
    since = None if until is None else until - FOUR_WEEKS + 1
    still, reported = _open(snapshot, found.shown), _reported(snapshot, since, until)
    counts = {layer.id: _counts(still, reported, layer) for layer in snapshot.layers}
    counts[CITY] = _counts(still, reported, None)
    moved = {layer.id: moves(snapshot, Filters(), layer.id) for layer in snapshot.layers}
    moved[CITY] = moves(snapshot, Filters(), CITY_LEVEL)
    return AreaRows(found.part, found.shown, still, reported, counts, moved, since, until)


def _counts(
    still: Mapping[str, Column], reported: Mapping[str, Column], layer: SnapshotLayer | None
) -> Mapping[str, Sequence[int]]:
    """Return each count by area code of a layer; without a layer, one of the whole city."""

    def counted(columns: Mapping[str, Column], mask: Mask | slice = slice(None)) -> list[int]:
        if layer is None:
            return [len(columns["service"][mask])]
        found: list[int] = np.bincount(columns[layer.column][mask], minlength=layer.codes).tolist()
        return found

    of_open = {name: counted(still, still[name]) for name in FLAGS}
    return {"open": counted(still), "reported": counted(reported), **of_open}


def _columns(snapshot: Snapshot) -> tuple[str, ...]:
    return ("service", *(layer.column for layer in snapshot.layers))


def _open(snapshot: Snapshot, rows: Rows) -> dict[str, Column]:
    """Return the columns of the open requests."""
    table = snapshot.current
    return {
        **{name: table[name][rows] for name in (*_columns(snapshot), "agency")},
        "over_four_weeks": ages(table, rows, snapshot.meta.as_of_day) >= FOUR_WEEKS,
        "unattended": unattended(snapshot, rows),
        "reopened": table["closed_day"][rows] != NO_DAY,
        "silent": silent_days(snapshot, rows),
        "overdue": _waits(snapshot, rows, Waiting.OVERDUE),
        "due_this_week": _waits(snapshot, rows, Waiting.DUE_THIS_WEEK),
    }


def _waits(snapshot: Snapshot, rows: Rows, kind: Waiting) -> Mask:
    """Return which rows wait in a way; none where that is not told."""
    if kind not in snapshot.waits:
        return np.zeros(len(rows), bool)
    found: Mask = (snapshot.current["waiting"][rows] & kind) > 0
    return found


def _reported(snapshot: Snapshot, since: int | None, until: int | None) -> dict[str, Column]:
    """Return the columns of what was requested within two days."""
    names = _columns(snapshot)
    if since is None:
        return {name: np.zeros(0, np.uint16) for name in names}
    filters = Filters(measure=Measure.REPORTED, since=since, until=until)
    found = sieve(snapshot, filters)
    pieces = [
        (part.table, found.passing(part, rows))
        for part in parts(snapshot, filters)
        for rows in part.chunks()
    ]
    return {
        name: np.concatenate(
            [np.zeros(0, np.uint16), *(table[name][rows] for table, rows in pieces)]
        )
        for name in names
    }
