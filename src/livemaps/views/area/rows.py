"""The requests that the pages of areas count, read once for all areas of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.days import last_complete_day
from livemaps.model import Filters, Measure
from livemaps.snapshot import NO_DAY, Snapshot, SnapshotLayer
from livemaps.views.ages import FOUR_WEEKS, ages
from livemaps.views.masks import Part, Rows, parts, sieve
from livemaps.views.measures.open_rows import open_rows
from livemaps.views.measures.unattended import USUAL_DAYS, last_heard

Column = NDArray[Any]
Mask = NDArray[np.bool_]


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
    `over_four_weeks`, `unattended`, `reopened`; `silent` are the days nothing was heard."""
    reported: Mapping[str, Column]
    """Of the reported ones: service and the layers' columns."""
    since: int | None
    """The first of the four weeks' days; None without any request."""
    until: int | None

    def counts(self, layer: SnapshotLayer | None) -> dict[str, list[int]]:
        """Return each count by area code of a layer; without a layer, one of the whole city."""
        of_open = {
            name: self._counted(self.open, layer, self.open[name])
            for name in ("over_four_weeks", "unattended", "reopened")
        }
        return {
            "open": self._counted(self.open, layer),
            "reported": self._counted(self.reported, layer),
            **of_open,
        }

    def _counted(
        self, columns: Mapping[str, Column], layer: SnapshotLayer | None, mask: Mask | None = None
    ) -> list[int]:
        if layer is None:
            return [len(columns["service"]) if mask is None else int(np.count_nonzero(mask))]
        codes = columns[layer.column]
        counts: list[int] = np.bincount(
            codes if mask is None else codes[mask], minlength=layer.codes
        ).tolist()
        return counts


def area_rows(snapshot: Snapshot) -> AreaRows:
    """Read what all areas are counted from; a few milliseconds for a large city."""
    found = open_rows(snapshot, Filters())
    until = last_complete_day(snapshot.meta)
    since = None if until is None else until - FOUR_WEEKS + 1
    return AreaRows(
        found.part,
        found.shown,
        _open(snapshot, found.shown),
        _reported(snapshot, since, until),
        since,
        until,
    )


def _columns(snapshot: Snapshot) -> tuple[str, ...]:
    return ("service", *(layer.column for layer in snapshot.layers))


def _open(snapshot: Snapshot, rows: Rows) -> dict[str, Column]:
    """Return the columns of the open requests."""
    table, newest = snapshot.current, snapshot.meta.newest_day
    silent = (snapshot.meta.as_of_day if newest is None else newest) - last_heard(snapshot, rows)
    return {
        **{name: table[name][rows] for name in (*_columns(snapshot), "agency")},
        "over_four_weeks": ages(table, rows, snapshot.meta.as_of_day) >= FOUR_WEEKS,
        "unattended": silent >= USUAL_DAYS,
        "reopened": table["closed_day"][rows] != NO_DAY,
        "silent": silent,
    }


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
