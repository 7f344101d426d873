"""Filters as bits: for each row, which of the filters it fails.

Every filter owns one bit. Filters on codes become lookup tables, so that a row costs one look
at each column that is filtered, however many names were chosen (`take` looks three times as
fast as indexing does). A row with no bit set is shown.
A row whose only bit is that of one filter would be shown if that filter were lifted: this is
what the counts beside the options of that filter count, found without a second pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.model import AGE_BANDS, Filters, Measure, Stage, Standing, Waiting
from livemaps.snapshot import NO_DAY, Snapshot, Table
from livemaps.views.ages import ages, bands_of

Bits = NDArray[np.uint32]
Rows = NDArray[np.intp]

CHUNK_ROWS = 1 << 16
"""Rows looked at in one go: few enough for a processor's cache, so that memory stays flat."""

FIXED = ("superseded", "standing", "apart", "dates")
"""Reasons for leaving a row out that are no filter with options."""

DIMENSIONS = ("service", "category", "agency", "channel", "stage", "age", "waiting")
"""The filters with options that every city has; its boundary layers come after them."""

WAITS = 1 << len(Waiting)
"""Combinations of `Waiting`."""


@dataclass(frozen=True)
class Part:
    """Rows that a measure looks at: a range of one table, without the rows in `superseded`."""

    table: Table
    start: int
    end: int
    day_column: str
    """The column that the dates of the filters and the order of the list are about."""
    dates: tuple[int | None, int | None] = (None, None)
    """The days still to be tested row by row; where the table is sorted the range does it."""
    superseded: NDArray[np.int64] | None = None
    """Sorted rows of `table` that no longer count."""
    is_sorted: bool = True
    """Whether the rows are sorted by `day_column`."""

    def chunks(self, backwards: bool = False, size: int = CHUNK_ROWS) -> Iterator[slice]:
        """Yield the range in slices of bounded size, from its end where `backwards`."""
        starts = range(self.start, self.end, size)
        for start in reversed(starts) if backwards else starts:
            yield slice(start, min(start + size, self.end))


@dataclass(frozen=True)
class Sieve:
    """The filters of one address as bits and lookup tables for one snapshot."""

    bits: Mapping[str, int]
    """The bit of each of `FIXED`, `DIMENSIONS` and the boundary layers."""
    lookups: tuple[tuple[str, Bits], ...]
    """For each filtered column, at least that of the standing: the failed bits by code."""
    band_bits: Bits | None
    """By band of age: the failed bits, where ages are filtered."""
    as_of_day: int

    def fails(self, part: Part, rows: slice) -> Bits:
        """Return for each row of a slice of a part the bits of what it fails."""
        failed = self.fails_by_value(part.table, rows)
        self._test_dates(part, rows, failed)
        if part.superseded is not None:
            first, last = np.searchsorted(part.superseded, (rows.start, rows.stop))
            failed[part.superseded[first:last] - rows.start] |= np.uint32(self.bits["superseded"])
        return failed

    def fails_by_value(self, table: Table, rows: slice | Rows) -> Bits:
        """Return for some rows of a table the bits of what they fail, dates left aside."""
        (column, lookup), *others = self.lookups
        failed = lookup.take(table[column][rows])
        for column, lookup in others:
            failed |= lookup.take(table[column][rows])
        if self.band_bits is not None:
            failed |= self.band_bits.take(bands_of(ages(table, rows, self.as_of_day)))
        return failed

    def passing(self, part: Part, rows: slice) -> Rows:
        """Return the indices into the part's table of the rows in a slice that fail nothing."""
        found: Rows = np.flatnonzero(self.fails(part, rows) == 0) + rows.start
        return found

    def _test_dates(self, part: Part, rows: slice, failed: Bits) -> None:
        """Add the bit of the dates to the rows outside them, in place."""
        since, until = part.dates
        if since is None and until is None:
            return
        days = part.table[part.day_column][rows]
        outside = days < _first_day(since)
        if until is not None:
            outside |= days > until
        failed[outside] |= np.uint32(self.bits["dates"])


def sieve(snapshot: Snapshot, filters: Filters) -> Sieve:
    """Turn filters into bits and lookup tables.

    A filter on waiting needs a snapshot of which that is told (`views.waiting`).

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    known = [layer.id for layer in snapshot.layers]
    for layer, _ in filters.areas:
        if layer not in known:
            raise UnknownValue("layer", layer, f"choose one of {', '.join(known)}")
    names = (*FIXED, *DIMENSIONS, *known)
    bits = {name: 1 << number for number, name in enumerate(names)}
    tables = dict(_lookups(snapshot, filters, bits))
    chosen = [
        (column, table) for column, table in tables.items() if table.any() or column == "standing"
    ]
    return Sieve(bits, tuple(chosen), _band_bits(filters, bits), snapshot.meta.as_of_day)


def parts(snapshot: Snapshot, filters: Filters) -> tuple[Part, ...]:
    """Return the rows that a measure looks at within the dates of the filters.

    Of reports that wait only the open ones are looked at: no other waits.
    """
    since, until = filters.since, filters.until
    waiting = bool(filters.waiting) and filters.measure is Measure.REPORTED
    if filters.measure is Measure.OPEN or waiting:
        days = snapshot.current["requested_day"][: snapshot.open_rows]
        start, end = _day_range(days, since, until)
        return (Part(snapshot.current, start, end, "requested_day"),)
    if filters.measure is Measure.RESOLVED:
        days = snapshot.current["closed_day"][snapshot.open_rows :]
        start, end = (row + snapshot.open_rows for row in _day_range(days, since, until))
        return (Part(snapshot.current, start, end, "closed_day"),)
    start, end = _day_range(snapshot.base["requested_day"], since, until)
    gone = np.sort(snapshot.superseded["base_row"].astype(np.int64))
    return (
        Part(snapshot.base, start, end, "requested_day", superseded=gone),
        Part(
            snapshot.fresh,
            0,
            snapshot.fresh.rows,
            "requested_day",
            dates=(since, until),
            is_sorted=False,
        ),
    )


def _day_range(days: NDArray[np.int32], since: int | None, until: int | None) -> tuple[int, int]:
    """Return the range of rows, sorted by day, that lie within two days, both included.

    Rows without a day, which are sorted first, are in no range of dates.
    """
    if since is None and until is None:
        return 0, len(days)
    start = rows_before(days, _first_day(since))
    end = len(days) if until is None else rows_before(days, until + 1)
    return start, max(start, end)


def rows_before(days: NDArray[Any], day: int) -> int:
    """Return how many of some days, in order, come before a day.

    The day is looked for in the days' own type: numpy would copy all of them to another.
    """
    return int(np.searchsorted(days, np.asarray(day, days.dtype), side="left"))


def _first_day(since: int | None) -> int:
    """Return the first day of a range of dates, which never includes `NO_DAY`."""
    return NO_DAY + 1 if since is None else max(since, NO_DAY + 1)


def _lookups(
    snapshot: Snapshot, filters: Filters, bits: Mapping[str, int]
) -> Iterator[tuple[str, Bits]]:
    """Yield each column that filters can restrict, with the bits that each code fails."""
    words = snapshot.vocab
    service = _outside(words.service.codes, len(words.service), filters.services, bits["service"])
    category = _outside(
        words.category.codes, len(words.category), filters.categories, bits["category"]
    )
    apart = np.where(words.service_apart & (not filters.set_apart), bits["apart"], 0)
    yield "service", service | category[words.service_category] | apart.astype(np.uint32)
    for column, chosen in (("agency", filters.agencies), ("channel", filters.channels)):
        vocabulary = words.of(column)
        yield column, _outside(vocabulary.codes, len(vocabulary), chosen, bits[column])
    stages = {stage.name.lower(): int(stage) for stage in Stage}
    yield "stage", _outside(stages, len(Stage), filters.stages, bits["stage"])
    standings = {standing.name: int(standing) for standing in Standing}
    counting = frozenset({Standing.COUNTS.name})
    yield "standing", _outside(standings, len(Standing), counting, bits["standing"])
    if filters.waiting:
        chosen_waits = sum(Waiting[name.upper()] for name in filters.waiting)
        lacks = (np.arange(WAITS) & chosen_waits) == 0
        yield "waiting", np.where(lacks, bits["waiting"], 0).astype(np.uint32)
    for layer in snapshot.layers:
        chosen = filters.area(layer.id)
        yield layer.column, _outside(layer.code_of, layer.codes, chosen, bits[layer.id])


def _outside(codes: Mapping[str, int], size: int, chosen: Iterable[str], bit: int) -> Bits:
    """Return by code the bit where a code is not among the chosen names; 0 where none is chosen."""
    names = tuple(chosen)
    failed = np.full(size, bit if names else 0, np.uint32)
    failed[[codes[name] for name in names if name in codes]] = 0
    return failed


def _band_bits(filters: Filters, bits: Mapping[str, int]) -> Bits | None:
    """Return by band of age the bit of the ages that were not chosen, None without such a filter."""
    if not filters.ages:
        return None
    chosen = [band.key in filters.ages for band in AGE_BANDS]
    return np.where(chosen, 0, bits["age"]).astype(np.uint32)
