"""How old a request is, and in which band of age that puts it.

A request that is not resolved ages from its requested day to the snapshot's day; once resolved,
its age stays the days from request to closing. It is never below 0, though a few feeds close
requests before they open.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.model import AGE_BANDS, Stage
from livemaps.snapshot import NO_DAY, Table

FOUR_WEEKS = 28
"""Days after which a request is old; a band of age begins there."""

BANDS = len(AGE_BANDS)
BAND_STARTS = tuple(band.least for band in AGE_BANDS)
OLD_BANDS = slice(BAND_STARTS.index(FOUR_WEEKS), None)
"""The bands that are four weeks old or older."""


def ages(table: Table, rows: slice | NDArray[np.intp], as_of_day: int) -> NDArray[np.int32]:
    """Return the ages in days of some rows, given as a slice or as indices."""
    requested = table["requested_day"][rows]
    stage, closed = table["stage"][rows], table["closed_day"][rows]
    ended = (stage == Stage.RESOLVED) & (closed != NO_DAY)
    last = np.where(ended, closed, np.int32(as_of_day)) if ended.any() else np.int32(as_of_day)
    age: NDArray[np.int32] = np.maximum(last - requested, 0)
    return age


def bands_of(age: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the index of the age band of each age."""
    oldest = BAND_STARTS[-1]
    # A table of all ages up to the last band's is read faster than each age is searched for.
    table = np.searchsorted(BAND_STARTS, np.arange(oldest + 1), side="right") - 1
    found: NDArray[np.uint8] = table.astype(np.uint8).take(np.minimum(age, oldest))
    return found
