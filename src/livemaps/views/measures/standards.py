"""Service standards: on-time shares by period due, and what is overdue now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.profile import Standard
from livemaps.measures.contents import Measures
from livemaps.measures.standards import FAMILY, cells_of, groups_of, overdue_of
from livemaps.model import Filters, day_date
from livemaps.statistics.standards import NO_STANDARD, Outcome, wilson
from livemaps.views.measures.groups import Words
from livemaps.views.measures.selection import ordered, selected
from livemaps.views.measures.values import (
    Answer,
    Asked,
    Field,
    MeasureView,
    Parameter,
    Value,
)

TOTAL_MONTHS = 12
"""Whole months that a total is of unless dates are given: a year, so that no season counts twice."""

NONE_PUBLISHED = (
    "This city publishes no service standards and its feed expects no dates; "
    "see usual-time for how long requests usually take."
)

FIELDS = (
    Field("key", "text", "The group's name or area key."),
    Field("name", "text", "What the group is called."),
    Field("area", "text", "Of a service in an area: the area's key, else null."),
    Field("area_name", "text", "Of a service in an area: what the area is called, else null."),
    Field("period_start", "day", "First day of the period that the requests were due in."),
    Field("period_end", "day", "Last day of that period."),
    Field("whole", "flag", "Whether the feed has all days of the period in full."),
    Field("due", "count", "Requests due in the period: on time, late and closed, late and open."),
    Field("on_time", "count", "Of these: resolved by the day they were due."),
    Field("late_closed", "count", "Of these: resolved after that day."),
    Field("late_open", "count", "Of these: still open."),
    Field("on_time_share", "share", "on_time / due; null where nothing was due."),
    Field("on_time_low", "share", "Lower end of its 95 % Wilson interval."),
    Field("on_time_high", "share", "Upper end of its 95 % Wilson interval."),
    Field("open_with_due_day", "count", "Open today with a due day; null in rows of a period."),
    Field("overdue", "count", "Of these: due before today."),
    Field("due_this_week", "count", "Of these: due today or in the six days after."),
    Field("overdue_median_days", "number", "Median days that the overdue ones are over."),
    Field("overdue_most_days", "days", "The most days that one of them is over."),
    Field("standard_days", "days", "Of a service: within how many days it is to be done."),
    Field("standard_counting", "text", "Of a service: calendar or business days."),
    Field("standard_of", "text", "Whether that is the standard of the service or its category."),
    Field("standard_source", "text", "The page that promises it."),
    Field("expected_by_feed", "flag", "Of a service: whether the feed expects dates of its own."),
)

PARAMETERS = (
    Parameter("by", "choice", "city", "What the requests are grouped by."),
    Parameter(
        "period",
        "choice",
        "total",
        "total: one row for each group, of the whole months within the dates (without dates the "
        "last twelve); month or week: a row for each period in which something was due.",
        choices=("total", "month", "week"),
    ),
)


@dataclass(frozen=True, slots=True)
class Due:
    """What was due in some periods."""

    on_time: int
    late_closed: int
    late_open: int

    @property
    def due(self) -> int:
        """How many were due."""
        return self.on_time + self.late_closed + self.late_open

    @property
    def share(self) -> float | None:
        """The on-time share, None where nothing was due."""
        return self.on_time / self.due if self.due else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % Wilson interval."""
        return wilson(self.on_time, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class OverdueNow:
    """What is open today and has a due day."""

    open_with_due_day: int
    overdue: int
    due_this_week: int
    median_days: float | None
    most_days: int | None


@dataclass(frozen=True, slots=True)
class Period:
    """What was due in one month or week; `whole` where the feed has all of its days in full."""

    start: int
    end: int
    whole: bool
    due: Due


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one group: the whole months of the last twelve together, and each period."""

    total: Due
    months: Sequence[Period]
    now: OverdueNow


NOTHING_OVERDUE = OverdueNow(0, 0, 0, None, None)


def publishes_standards(measures: Measures) -> bool:
    """Whether any request of the city has a due day.

    Raises:
        MeasuresPending: it is not computed yet.
    """
    return bool(measures.family(FAMILY).facts["published"])


def record_of(measures: Measures, level: str, code: int) -> Record | None:
    """Return the record of one group of a level, None where the city publishes no standard.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level.
    """
    if not publishes_standards(measures):
        return None
    cells, edges = cells_of(measures, level, "month")
    calendar = _Calendar.of(measures, edges)
    months = tuple(
        calendar.period(at, _due(count))
        for at, count in zip(*(part.tolist() for part in cells.of_group(code)), strict=True)
    )
    group = np.array([code])
    total = cells.between(group, *calendar.chosen(Filters()))[0]
    return Record(_due(total.tolist()), months, _overdue_now(measures, level, group)[0])


@dataclass(frozen=True, slots=True)
class Standing:
    """One group: what was due in the whole months of the last twelve, and what is overdue now."""

    name: str
    due: Due
    now: OverdueNow


def standings(measures: Measures, level: str) -> tuple[Standing, ...]:
    """Return the groups of a level that had anything due; those with the most overdue first.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level, or the city publishes no standard.
    """
    cells, edges = cells_of(measures, level, "month")
    groups = groups_of(measures, level)
    chosen = _Calendar.of(measures, edges).chosen(Filters())
    words = Words(measures.vocab, measures.layers)
    found = [
        Standing(words.group(level, code).name, _due(counts), now)
        for code, counts, now in zip(
            groups.tolist(),
            cells.between(groups, *chosen).tolist(),
            _overdue_now(measures, level, groups),
            strict=True,
        )
        if sum(counts) or now.open_with_due_day
    ]
    return tuple(sorted(found, key=lambda one: (-one.now.overdue, -one.due.due, one.name)))


def answer(asked: Asked) -> Answer:
    """Answer with on-time shares and overdue requests by group.

    Raises:
        MeasuresPending: it is not computed yet.
        VisitorError: a filter is about something else than the groups, or a level is unknown.
    """
    measures = asked.measures
    facts = dict(measures.family(FAMILY).facts)
    words = Words(measures.vocab, measures.layers)
    level = words.checked(str(asked.options["by"]), combined=True)
    if not facts["published"]:
        selected(words, level, np.zeros(0, np.intp), asked.filters)
        return Answer(FIELDS, (), facts | {"note": NONE_PUBLISHED})
    period = str(asked.options["period"])
    rows = _totals(asked, words, level) if period == "total" else _periods(asked, words, level)
    return Answer(FIELDS, rows, facts)


def _totals(asked: Asked, words: Words, level: str) -> list[tuple[Value, ...]]:
    """Return a row for each group: its whole months together, and what is overdue now."""
    cells, edges = cells_of(asked.measures, level, "month")
    calendar = _Calendar.of(asked.measures, edges)
    groups = groups_of(asked.measures, level)
    groups = groups[selected(words, level, groups, asked.filters)]
    chosen = calendar.chosen(asked.filters)
    groups = ordered(words, level, groups, cells.between(groups, *chosen).sum(axis=1))
    span, describe = calendar.span(*chosen), _Described.of(asked, words, level)
    return [
        (
            *describe.group(code),
            *span,
            *_due_values(_due(counts)),
            *_overdue_values(now),
            *describe.standard(code),
        )
        for code, counts, now in zip(
            groups.tolist(),
            cells.between(groups, *chosen).tolist(),
            _overdue_now(asked.measures, level, groups),
            strict=True,
        )
        if sum(counts) or now.open_with_due_day
    ]


def _periods(asked: Asked, words: Words, level: str) -> list[tuple[Value, ...]]:
    """Return a row for each group and period in which something was due."""
    cells, edges = cells_of(asked.measures, level, str(asked.options["period"]))
    calendar = _Calendar.of(asked.measures, edges)
    groups = groups_of(asked.measures, level)
    groups = groups[selected(words, level, groups, asked.filters)]
    within = calendar.within(asked.filters)
    describe = _Described.of(asked, words, level)
    spans = [calendar.days(period) for period in range(cells.periods)]
    return [
        (
            *describe.group(code),
            *spans[period],
            *_due_values(_due(count)),
            *(None,) * 5,
            *describe.standard(code),
        )
        for code in groups.tolist()
        for period, count in zip(*(part.tolist() for part in cells.of_group(code)), strict=True)
        if within[period]
    ]


@dataclass(frozen=True)
class _Calendar:
    """The periods of an answer: their first days (one more than periods), and the whole ones."""

    edges: NDArray[np.int32]
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, measures: Measures, edges: NDArray[np.int32]) -> _Calendar:
        facts = measures.family(FAMILY).facts
        first, last = (np.datetime64(facts[name], "D") for name in ("counted_from", "counted_to"))
        begins = edges[:-1] >= first.astype(np.int64)
        return cls(edges, begins & (edges[1:] - 1 <= last.astype(np.int64)))

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

    def days(self, period: int) -> tuple[Value, Value, Value]:
        """Return a period's first and last day, and whether it is whole."""
        first, last = int(self.edges[period]), int(self.edges[period + 1]) - 1
        return str(day_date(first)), str(day_date(last)), bool(self.whole[period])

    def span(self, first: int, after: int) -> tuple[Value, Value, Value]:
        """Return the same of several periods together; null where there is none."""
        if first == after:
            return None, None, None
        return self.days(first)[0], self.days(after - 1)[1], True

    def period(self, at: int, due: Due) -> Period:
        """Return one period with what was due in it."""
        first, after = self.edges[at : at + 2].tolist()
        return Period(first, after - 1, bool(self.whole[at]), due)


@dataclass(frozen=True)
class _Described:
    """Puts names to the groups of a level, and the standard to services."""

    words: Words
    level: str
    standards: Sequence[Standard]
    own: Sequence[int]
    """By service code: the index of its standard; empty for other levels."""
    by_feed: Sequence[int]

    @classmethod
    def of(cls, asked: Asked, words: Words, level: str) -> _Described:
        arrays = asked.measures.family(FAMILY).arrays
        names = ("service/standard", "service/by_feed") if level == "service" else ()
        own, by_feed = (arrays[name].tolist() for name in names) if names else ((), ())
        return cls(words, level, asked.profile.standards, own, by_feed)

    def group(self, code: int) -> tuple[Value, ...]:
        """Return key, name, area key and area name."""
        found = self.words.group(self.level, code)
        return found.key, found.name, found.area, found.area_name

    def standard(self, code: int) -> tuple[Value, ...]:
        """Return the standard of a service, nulls for every other group."""
        if not self.own:
            return (None,) * 5
        at, by_feed = self.own[code], self.by_feed[code] > 0
        if at == NO_STANDARD or at >= len(self.standards):
            return None, None, None, None, by_feed
        found = self.standards[at]
        of = "service" if found.service else "category"
        return found.days, found.counting.value, of, found.source, by_feed


def _overdue_now(measures: Measures, level: str, groups: NDArray[np.intp]) -> Sequence[OverdueNow]:
    """Return what is overdue in each of some groups."""
    found = overdue_of(measures, level)
    if not len(found.groups):
        return [NOTHING_OVERDUE] * len(groups)
    at = np.minimum(np.searchsorted(found.groups, groups), len(found.groups) - 1)
    columns = (found.open_due, found.overdue, found.due_week, found.median_days, found.oldest_days)
    values = zip(*(column[at].tolist() for column in columns), strict=True)
    return [
        OverdueNow(waiting, late, week, median if late else None, oldest if late else None)
        if there
        else NOTHING_OVERDUE
        for there, (waiting, late, week, median, oldest) in zip(
            (found.groups[at] == groups).tolist(), values, strict=True
        )
    ]


def _due(counts: Sequence[int]) -> Due:
    return Due(counts[Outcome.ON_TIME], counts[Outcome.LATE_CLOSED], counts[Outcome.LATE_OPEN])


def _due_values(due: Due) -> tuple[Value, ...]:
    low, high = due.interval or (None, None)
    return due.due, due.on_time, due.late_closed, due.late_open, due.share, low, high


def _overdue_values(now: OverdueNow) -> tuple[Value, ...]:
    return now.open_with_due_day, now.overdue, now.due_this_week, now.median_days, now.most_days


VIEW = MeasureView(
    name="standards",
    anchor="standards",
    caveat="measures.standards.caveat",
    filters=frozenset(("services", "categories", "agencies", "channels", "areas", "dates")),
    parameters=PARAMETERS,
    fields=FIELDS,
    answer=answer,
)
