"""The backlog by group under the screens' filters: how many, how old, and four weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.days import days_of
from livemaps.measures.levels import CITY
from livemaps.measures.queues import growth_known
from livemaps.model import AGE_BANDS, Filters
from livemaps.snapshot import Snapshot
from livemaps.statistics.flow import open_on
from livemaps.statistics.spans import WEEK
from livemaps.views.ages import ages, bands_of
from livemaps.views.measures.groups import Group
from livemaps.views.measures.ledger import ledger
from livemaps.views.measures.open_rows import (
    AGE,
    STAGE,
    OpenRows,
    checked,
    codes_of,
    counted,
    firsts,
    group_of,
    medians,
    open_rows,
    size_of,
)
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

FOUR_WEEKS = 4 * WEEK

Counts = NDArray[np.int64]

FIELDS = (
    Field("key", "text", "The group: a name, an area's key, a stage or an age band."),
    Field("name", "text", "What the group is called."),
    Field("backlog", "count", "Open requests now, as the screens count them."),
    Field("share", "share", "Its share of all open requests under the filters."),
    Field("median_age_days", "number", "The median age of the open requests in days."),
    Field("oldest_day", "day", "The requested day of the oldest open request."),
    Field("oldest_service_request_id", "text", "Its number."),
    Field("backlog_complete_day", "count", "Open at the end of the last complete day."),
    Field("four_weeks_ago", "count", "Open at the end of the day four weeks before that."),
    Field("change", "count", "The difference of the two."),
    Field("set_apart", "count", "Open requests of set-apart services, shown or not."),
    Field("duplicates", "count", "Open duplicates and deletions, which are not backlog."),
)


@dataclass(frozen=True, slots=True)
class BacklogRow:
    """The backlog of one group. Days are day numbers, counts those of `FIELDS`."""

    group: Group
    backlog: int
    share: float | None
    median_age: float | None
    oldest_day: int | None
    oldest_id: str | None
    complete_day: int | None
    four_weeks_ago: int | None
    set_apart: int
    duplicates: int

    @property
    def change(self) -> int | None:
        """The backlog of the last complete day less that of four weeks before."""
        if self.complete_day is None or self.four_weeks_ago is None:
            return None
        return self.complete_day - self.four_weeks_ago


@dataclass(frozen=True, slots=True)
class AgeTable:
    """The backlog of groups by age band; the largest group first."""

    bands: tuple[str, ...]
    groups: tuple[Group, ...]
    counts: tuple[tuple[int, ...], ...]
    """By group, then band."""


def backlog_by(snapshot: Snapshot, filters: Filters, by: str) -> tuple[BacklogRow, ...]:
    """Return the backlog of each group that has any figure, under all filters.

    `by` is a level, `stage` or `age`. The largest come first, ties by key; stages and age bands
    are in their order.

    Raises:
        UnknownValue: there is no such level, or layer of a filter.
    """
    found, size = open_rows(snapshot, filters), size_of(snapshot, checked(snapshot, by))
    codes = codes_of(snapshot, snapshot.current, found.shown, by)
    counts = counted(codes, size)
    then = _open_then(snapshot, filters, by, size)
    others = [
        counted(codes_of(snapshot, snapshot.current, rows, by), size)
        for rows in (found.apart, found.duplicates)
    ]
    age = medians(ages(snapshot.current, found.shown, snapshot.meta.as_of_day), codes, size)
    nothing: list[int | None] = [None, None]
    first = _oldest(snapshot, found, firsts(codes, size))
    some = np.flatnonzero(np.sum([counts, *others, *then], axis=0))
    rows = [
        BacklogRow(
            group_of(snapshot, by, code),
            int(counts[code]),
            int(counts[code]) / len(codes) if len(codes) else None,
            age[code],
            *first[code],
            *([int(held[code]) for held in then] or nothing),
            *(int(other[code]) for other in others),
        )
        for code in some.tolist()
    ]
    if by in (STAGE, AGE):
        return tuple(rows)
    return tuple(sorted(rows, key=lambda row: (-row.backlog, row.group.key)))


def backlog_ages(snapshot: Snapshot, filters: Filters, by: str = "agency") -> AgeTable:
    """Return the backlog by group and age band under all filters; the largest group first.

    Raises:
        UnknownValue: there is no such level, or layer of a filter.
    """
    found, size = open_rows(snapshot, filters), size_of(snapshot, checked(snapshot, by))
    codes = codes_of(snapshot, snapshot.current, found.shown, by).astype(np.int64)
    bands = codes_of(snapshot, snapshot.current, found.shown, AGE)
    table = counted(codes * len(AGE_BANDS) + bands, size * len(AGE_BANDS)).reshape(size, -1)
    totals = table.sum(axis=1)
    order = np.argsort(-totals, kind="stable")[: int(np.count_nonzero(totals))]
    return AgeTable(
        tuple(band.key for band in AGE_BANDS),
        tuple(group_of(snapshot, by, code) for code in order.tolist()),
        tuple(tuple(row) for row in table[order].tolist()),
    )


def compared(snapshot: Snapshot, filters: Filters, by: str) -> tuple[int, ...]:
    """Return the last complete day and that four weeks before; none where it cannot be told.

    What stage a request was in then is not known; a filter on age, waiting or dates would mean
    other requests then; and the requests closed since must be held.
    """
    days = days_of(snapshot)
    if days is None or filters.of_life or by == STAGE or not growth_known(snapshot, days.complete):
        return ()
    return days.complete, days.complete - FOUR_WEEKS


def answer(asked: Asked) -> Answer:
    """Answer `backlog`. UnknownValue where there is no such level."""
    snapshot, by = asked.snapshot, str(asked.options["by"])
    rows = backlog_by(snapshot, asked.filters, by)
    days = compared(snapshot, asked.filters, by)
    facts: Mapping[str, Any] = {
        "by": by,
        "as_of_day": day_value(snapshot.meta.as_of_day),
        "backlog": sum(row.backlog for row in rows),
        "set_apart": sum(row.set_apart for row in rows),
        "set_apart_counted": asked.filters.set_apart,
        "duplicates": sum(row.duplicates for row in rows),
        "complete_day": day_value(days[0]) if days else None,
        "four_weeks_ago_day": day_value(days[1]) if days else None,
    }
    return Answer(FIELDS, [_row(row) for row in rows], facts)


def _open_then(snapshot: Snapshot, filters: Filters, by: str, size: int) -> list[Counts]:
    """Count what was open at the end of the compared days by group, of those under the filters."""
    days = compared(snapshot, filters, by)
    if not days:
        return []
    level = CITY if by == AGE else by
    book = ledger(snapshot, filters, level, min(days) + 1, apart=filters.set_apart)
    found = []
    for day in days:
        was = open_on(book.requested, book.closed, book.resolved, day)
        codes = bands_of(day - book.requested[was]) if by == AGE else book.codes[was]
        found.append(counted(codes, size))
    return found


def _oldest(
    snapshot: Snapshot, found: OpenRows, at: NDArray[np.int64]
) -> dict[int, tuple[int | None, str | None]]:
    """Return by group the requested day and number of its first row, given where that stands."""
    present = np.flatnonzero(at >= 0)
    rows = found.shown[at[present]]
    days = snapshot.current["requested_day"][rows].tolist()
    days_and_ids = zip(days, snapshot.current.ids(rows), strict=True)
    nothing: dict[int, tuple[int | None, str | None]] = dict.fromkeys(range(len(at)), (None, None))
    return nothing | dict(zip(present.tolist(), days_and_ids, strict=True))


def _row(row: BacklogRow) -> tuple[Value, ...]:
    """Return a group's backlog as a row of the answer."""
    return (
        row.group.key,
        row.group.name,
        row.backlog,
        row.share,
        row.median_age,
        day_value(row.oldest_day),
        row.oldest_id,
        row.complete_day,
        row.four_weeks_ago,
        row.change,
        row.set_apart,
        row.duplicates,
    )


EVERY_FILTER = frozenset(
    {
        "services",
        "categories",
        "agencies",
        "channels",
        "stages",
        "ages",
        "waiting",
        "areas",
        "dates",
        "set_apart",
    }
)

VIEW = MeasureView(
    name="backlog",
    anchor="backlog-by",
    caveat="measures.backlog.caveat",
    filters=EVERY_FILTER,
    parameters=(Parameter("by", "choice", "agency", "The groups: a level, or stage, or age."),),
    fields=FIELDS,
    answer=answer,
)
