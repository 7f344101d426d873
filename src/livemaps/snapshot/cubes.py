"""Small tables of counts over the whole history, kept with the history base.

A cube counts the rows of `base` that count (`Standing.COUNTS`) by requested day or month and
by one or two codes. It is cumulative along time, so that any range is one subtraction. It
covers the newest years only (`CUBE_YEARS`); older rows, and rows dated in the future by
mistake, are counted one by one. The functions here add all of that up, take off what is
superseded and add what is fresh, so that their answers equal a recount.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from livemaps.snapshot.contents import Snapshot

CUBE_YEARS = 20
"""How many years before the day of building the cubes cover."""

CROSS_AREAS = 100
"""A layer of more areas than this has no cube by month, service and area: it would be large."""


@dataclass(frozen=True, slots=True)
class Cube:
    """Cumulative counts: `cumulative[i]` counts the rows before the i-th step of time.

    Shape (steps + 1, codes) or (steps + 1, services, codes). `first` is the first day, or the
    first month as months since January 1970.
    """

    first: int
    cumulative: NDArray[np.uint32]


@dataclass(frozen=True)
class Cubes:
    """Every cube of a history base, and which of its rows they count."""

    by_day: dict[str, Cube]
    """By column: `service`, and `area_<finest layer>`."""
    by_month: dict[str, Cube]
    """By column `area_<containing layer>`: month x service x area."""
    first_row: int
    end_row: int
    """The cubes count rows `first_row` to before `end_row` of `base`."""


def reported_by(
    snapshot: Snapshot, column: str, since: int | None = None, until: int | None = None
) -> NDArray[np.int64]:
    """Count all requests that count, by code of a column, requested from `since` to `until`.

    `column` is `service` or the finest layer's column; days are included on both ends, None is
    without end. Returns one count for each code.
    """
    raise NotImplementedError


def reported_per_day(
    snapshot: Snapshot, column: str, codes: NDArray[np.int64] | None, since: int, until: int
) -> NDArray[np.int64]:
    """Count the requests that count on each day from `since` to `until`, both included.

    `codes` are those of `column` to count, None for all.
    """
    raise NotImplementedError


def reported_by_service_and(
    snapshot: Snapshot, column: str, since: int | None = None, until: int | None = None
) -> NDArray[np.int64]:
    """Count the requests that count by service and by code of a containing layer's column.

    Returns shape (services, codes). Raises KeyError where there is no such cube.
    """
    raise NotImplementedError
