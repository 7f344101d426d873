"""The months or weeks that requests were due in: which are whole, and which some dates choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.standards import FAMILY, cells_of
from livemaps.model import Filters
from livemaps.statistics.standards import Cells

TOTAL_MONTHS = 12
"""Whole months that a total is of unless dates are given: a year, so that no season counts twice."""


@dataclass(frozen=True)
class DuePeriods:
    """Consecutive months or weeks, by their position."""

    edges: NDArray[np.int32]
    """Their first days, as day numbers, and that of the one after the last."""
    whole: NDArray[np.bool_]
    """By period: whether the feed has all of its days in full."""

    def within(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which periods lie wholly within the dates of the filters."""
        inside = np.ones(len(self.whole), bool)
        if filters.since is not None:
            inside &= self.edges[:-1] >= filters.since
        if filters.until is not None:
            inside &= self.edges[1:] - 1 <= filters.until
        return inside

    def chosen(self, filters: Filters) -> tuple[int, int]:
        """Return the first of the whole periods within the dates, and the one after the last.

        Without dates they are the last twelve.
        """
        found = np.flatnonzero(self.whole & self.within(filters))
        if filters.since is None and filters.until is None:
            found = found[-TOTAL_MONTHS:]
        return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)

    def ends(self, period: int) -> tuple[int, int]:
        """Return the first and the last day of a period."""
        first, after = self.edges[period : period + 2].tolist()
        return first, after - 1


def due_by(measures: Measures, level: str, step: str) -> tuple[Cells, DuePeriods]:
    """Return what was due by group of a level and period; `step` is `month` or `week`.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level, or the city publishes no standard.
    """
    cells, edges = cells_of(measures, level, step)
    facts = measures.family(FAMILY).facts
    first, last = (
        np.datetime64(facts[name], "D").astype(np.int64) for name in ("counted_from", "counted_to")
    )
    return cells, DuePeriods(edges, (edges[:-1] >= first) & (edges[1:] - 1 <= last))
