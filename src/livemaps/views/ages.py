"""How old a request is, and in which step of age that puts it.

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

A_MONTH = 30
"""Days after which a request is "over a month" old."""

FOUR_WEEKS = 28

STEP_STARTS = tuple(sorted({band.least for band in AGE_BANDS} | {FOUR_WEEKS, A_MONTH + 1}))
"""The first age of each *step*: the age bands, cut further where the headline needs it."""

STEPS = len(STEP_STARTS)
OLDEST_STEP_START = STEP_STARTS[-1]

BAND_OF_STEP = tuple(
    next(
        number
        for number, band in enumerate(AGE_BANDS)
        if band.least <= start and (band.most is None or start <= band.most)
    )
    for start in STEP_STARTS
)
"""By step: the index of the age band that it lies in."""


def ages(table: Table, rows: slice | NDArray[np.intp], as_of_day: int) -> NDArray[np.int32]:
    """Return the ages in days of some rows, given as a slice or as indices."""
    requested = table["requested_day"][rows]
    stage, closed = table["stage"][rows], table["closed_day"][rows]
    ended = (stage == Stage.RESOLVED) & (closed != NO_DAY)
    last = np.where(ended, closed, np.int32(as_of_day)) if ended.any() else np.int32(as_of_day)
    age: NDArray[np.int32] = np.maximum(last - requested, 0)
    return age


def step_table() -> NDArray[np.uint8]:
    """Return the step of each age from 0 to the oldest step's first day."""
    return (
        np.searchsorted(STEP_STARTS, np.arange(OLDEST_STEP_START + 1), side="right") - 1
    ).astype(np.uint8)


def steps(age: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the step of each age."""
    found: NDArray[np.uint8] = step_table().take(np.minimum(age, OLDEST_STEP_START))
    return found


def bands(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Add counts by step (the last axis) up to counts by age band."""
    summed = np.zeros((*counts.shape[:-1], len(AGE_BANDS)), np.int64)
    for step, band in enumerate(BAND_OF_STEP):
        summed[..., band] += counts[..., step]
    return summed
