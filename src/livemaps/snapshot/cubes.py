"""Small tables of counts over the whole history, kept with the history base.

A cube counts the rows of `base` that count (`Standing.COUNTS`) by requested day or month and
by one or two codes. It is cumulative along time, so that any range is one subtraction. It
covers the newest years only (`CUBE_YEARS`); older rows, and rows dated in the future by
mistake, are counted one by one. The functions here add all of that up, take off what is
superseded and add what is fresh, so that their answers equal a recount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Standing
from livemaps.snapshot.columns import Column, Table

if TYPE_CHECKING:
    from livemaps.snapshot.contents import Snapshot

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cube:
    """Cumulative counts: `cumulative[i]` counts the rows before the i-th step of time.

    Shape (steps + 1, codes) or (steps + 1, services, codes). `first` is the first day, or the
    first month as months since January 1970.
    """

    first: int
    cumulative: NDArray[np.uint32]

    def between(self, start: int, end: int) -> Counts:
        """Count, by codes, from step of time `start` to before `end`; both within the cube."""
        until, since = self.cumulative[end - self.first], self.cumulative[start - self.first]
        counts: Counts = np.subtract(until, since, dtype=np.int64)
        return counts


@dataclass(frozen=True)
class Cubes:
    """Every cube of a history base. `first_day` begins a month, `end_day` is the day after one ends."""

    by_day: Mapping[str, Cube]
    """By column: `service`, and `area_<finest layer>`."""
    by_month: Mapping[str, Cube]
    """By column `area_<containing layer>`: month x service x area."""
    first_day: int
    end_day: int


def months_of(days: Column | int) -> Counts:
    """Return the months since January 1970 in which days lie."""
    dates = np.asarray(days, np.int64).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64)


def first_day_of(month: int) -> int:
    """Return the first day of a month, which is counted from January 1970."""
    return int(np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64))


def reported_by(
    snapshot: Snapshot, column: str, since: int | None = None, until: int | None = None
) -> Counts:
    """Count all requests that count, by code of a column, requested from `since` to `until`.

    `column` is `service` or the finest layer's column; days are included on both ends, None is
    without end. Returns one count for each code. Raises KeyError where there is no such cube.
    """
    cube, codes = snapshot.cubes.by_day[column], (column,)
    shape = (snapshot.code_count(column),)
    start, end = _days(since, until)
    first, last = _within(snapshot.cubes, start, end)
    return (
        _grown(cube.between(first, last), shape)
        + _outside(snapshot.base, (start, end), (first, last), codes, shape)
        + _correction(snapshot, (start, end), codes, shape)
    )


def reported_by_service_and(
    snapshot: Snapshot, column: str, since: int | None = None, until: int | None = None
) -> Counts:
    """Count the requests that count by service and by code of a containing layer's column.

    Returns shape (services, codes). Raises KeyError where there is no such cube.
    """
    cube, codes = snapshot.cubes.by_month[column], ("service", column)
    shape = (snapshot.code_count("service"), snapshot.code_count(column))
    start, end = _days(since, until)
    first, last = _whole_months(*_within(snapshot.cubes, start, end))
    inside = (first_day_of(first), first_day_of(last))
    return (
        _grown(cube.between(first, last), shape)
        + _outside(snapshot.base, (start, end), inside, codes, shape)
        + _correction(snapshot, (start, end), codes, shape)
    )


def reported_per_day(
    snapshot: Snapshot, column: str, codes: Column | None, since: int, until: int
) -> Counts:
    """Count the requests that count on each day from `since` to `until`, both included.

    `codes` are those of `column` (`service` or the finest layer's) to count, None for all.
    """
    cube, span = snapshot.cubes.by_day[column], (since, until + 1)
    first, last = _within(snapshot.cubes, *span)
    counts = np.zeros(max(until + 1 - since, 0), np.int64)
    if last > first:
        steps = cube.cumulative[first - cube.first : last - cube.first + 1]
        known = None if codes is None else np.asarray(codes)[np.asarray(codes) < steps.shape[1]]
        chosen = steps if known is None else steps[:, known]
        counts[first - since : last - since] = np.diff(chosen.sum(axis=1, dtype=np.int64))
    for piece in _pieces(snapshot.base, span, (first, last)):
        counts += _daily(piece, column, codes, span)
    added = _daily(snapshot.fresh, column, codes, span)
    return counts + added - _daily(snapshot.superseded, column, codes, span)


def _days(since: int | None, until: int | None) -> tuple[int, int]:
    """Return a range of days as its first day and the day after its last."""
    least, most = np.iinfo(np.int32).min, np.iinfo(np.int32).max
    return (least if since is None else since), (most if until is None else until + 1)


def _within(cubes: Cubes, start: int, end: int) -> tuple[int, int]:
    """Return the part of a range of days that the cubes cover; empty parts begin where they end."""
    first = min(max(start, cubes.first_day), cubes.end_day)
    return first, max(first, min(end, cubes.end_day))


def _whole_months(first: int, last: int) -> tuple[int, int]:
    """Return the months that lie wholly in a range of days, as the first and the one after."""
    begin = int(months_of(first))
    begin += first_day_of(begin) < first
    return begin, max(begin, int(months_of(last)))


def _grown(counts: Counts, shape: tuple[int, ...]) -> Counts:
    """Add zeros for the codes that came after the base was built."""
    grown = np.zeros(shape, np.int64)
    grown[tuple(slice(size) for size in counts.shape)] = counts
    return grown


def _pieces(base: Table, span: tuple[int, int], inside: tuple[int, int]) -> tuple[Table, Table]:
    """Return the rows of a range of days that lie before and after the part inside."""
    bounds = [span[0], max(inside[0], span[0]), max(inside[1], span[0]), max(span)]
    at = np.searchsorted(base["requested_day"], np.array(bounds, np.int32)).tolist()
    return base.take(slice(at[0], at[1])), base.take(slice(at[2], at[3]))


def _outside(
    base: Table,
    span: tuple[int, int],
    inside: tuple[int, int],
    codes: tuple[str, ...],
    shape: tuple[int, ...],
) -> Counts:
    """Count, one by one, the rows of a range of days that are not inside another."""
    before, after = _pieces(base, span, inside)
    return _counted(before, span, codes, shape) + _counted(after, span, codes, shape)


def _correction(
    snapshot: Snapshot, span: tuple[int, int], codes: tuple[str, ...], shape: tuple[int, ...]
) -> Counts:
    """Count what is fresh, less what is superseded."""
    fresh = _counted(snapshot.fresh, span, codes, shape)
    return fresh - _counted(snapshot.superseded, span, codes, shape)


def _counting(table: Table, span: tuple[int, int]) -> NDArray[np.bool_]:
    days = table["requested_day"]
    rows: NDArray[np.bool_] = (
        (table["standing"] == Standing.COUNTS) & (days >= span[0]) & (days < span[1])
    )
    return rows


def _counted(
    table: Table, span: tuple[int, int], codes: tuple[str, ...], shape: tuple[int, ...]
) -> Counts:
    """Count the rows that count in a range of days, by their codes."""
    rows = _counting(table, span)
    flat = np.ravel_multi_index(tuple(table[code][rows].astype(np.int64) for code in codes), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)


def _daily(table: Table, column: str, codes: Column | None, span: tuple[int, int]) -> Counts:
    """Count the rows that count by their day in a range."""
    rows = _counting(table, span)
    if codes is not None:
        rows &= np.isin(table[column], codes)
    length = max(span[1] - span[0], 0)
    return np.bincount(table["requested_day"][rows] - span[0], minlength=length)
