"""Building the cubes of a history base, piece by piece so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from livemaps.model import Standing
from livemaps.snapshot.columns import Column, Table
from livemaps.snapshot.cubes import Counts, Cube, Cubes, first_day_of, months_of

CUBE_YEARS = 20
"""How many years before the day of building the cubes cover."""

CROSS_AREAS = 100
"""A layer of more areas than this has no cube by month, service and area: it would be large."""

_PIECE = 1_000_000


def build_cubes(base: Table, codes: Mapping[str, int], as_of_day: int) -> Cubes:
    """Count a base that is sorted by requested day.

    `codes` gives how many codes `service` and each layer's column have: `service` first, then
    the layers from the finest on.
    """
    first, end = _months(base["requested_day"], as_of_day)
    first_day, end_day = first_day_of(first), first_day_of(end)
    bounds = np.array([first_day, end_day], np.int32)
    rows = base.take(slice(*np.searchsorted(base["requested_day"], bounds).tolist()))
    service, finest, *containing = codes
    by_day = {
        column: _cube(rows, _as_it_is, (first_day, end_day), {column: codes[column]})
        for column in (service, finest)
    }
    by_month = {
        column: _cube(
            rows, months_of, (first, end), {service: codes[service], column: codes[column]}
        )
        for column in containing
        if codes[column] <= CROSS_AREAS
    }
    return Cubes(by_day, by_month, first_day, end_day)


def _months(days: Column, as_of_day: int) -> tuple[int, int]:
    """Return the first month that the cubes cover and the one after the last."""
    today = int(months_of(as_of_day))
    if not len(days):
        return today, today + 1
    oldest, newest = int(months_of(days[0])), int(months_of(days[-1]))
    first = min(max(oldest, today - 12 * CUBE_YEARS), today)
    return first, max(min(newest, today + 1), first) + 1


def _as_it_is(days: Column) -> Counts:
    return days.astype(np.int64)


def _cube(
    rows: Table,
    step: Callable[[Column], Counts],
    span: tuple[int, int],
    codes: Mapping[str, int],
) -> Cube:
    """Count the rows that count by step of time and by code.

    A piece of rows in the order of days touches few steps of time, so each is counted into
    those only.
    """
    shape = tuple(codes.values())
    counts = np.zeros((span[1] - span[0] + 1, *shape), np.uint32)
    for start in range(0, rows.rows, _PIECE):
        piece = slice(start, start + _PIECE)
        counting = np.flatnonzero(rows["standing"][piece] == Standing.COUNTS)
        steps = step(rows["requested_day"][piece]) - span[0]
        low, high = int(steps[0]), int(steps[-1]) + 1
        block = (high - low, *shape)
        at = [steps - low, *(rows[column][piece].astype(np.int64) for column in codes)]
        flat = np.ravel_multi_index(tuple(index[counting] for index in at), block)
        added = np.bincount(flat, minlength=int(np.prod(block))).reshape(block)
        counts[low + 1 : high + 1] += added.astype(np.uint32)
    return Cube(span[0], np.cumsum(counts, axis=0, dtype=np.uint32, out=counts))
