"""The table of measure `standards`: a row for each group, or for each group and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemaps.feeds.profile import Standard
from livemaps.measures.standards import FAMILY, groups_of
from livemaps.statistics.standards import NO_STANDARD
from livemaps.views.measures.due_periods import DuePeriods, due_by
from livemaps.views.measures.groups import Words
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.selection import ordered, selected
from livemaps.views.measures.standards import Due, OverdueNow, overdue_in
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

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

NOT_OF_A_PERIOD: tuple[Value, ...] = (None,) * 5
"""What is overdue now, in the row of a period."""

NO_SERVICE: tuple[Value, ...] = (None,) * 5
"""The standard of a group that is no service."""


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
        # What cannot be honoured is refused all the same.
        selected(words, level, np.zeros(0, np.intp), asked.filters)
        return Answer(FIELDS, (), facts | {"note": NONE_PUBLISHED})
    period = str(asked.options["period"])
    rows = _totals(asked, words, level) if period == "total" else _periods(asked, words, level)
    return Answer(FIELDS, rows, facts)


def _totals(asked: Asked, words: Words, level: str) -> list[tuple[Value, ...]]:
    """Return a row for each group: its whole months together, and what is overdue now."""
    cells, periods = due_by(asked.measures, level, "month")
    groups = groups_of(asked.measures, level)
    groups = groups[selected(words, level, groups, asked.filters)]
    chosen = periods.chosen(asked.filters)
    groups = ordered(words, level, groups, cells.between(groups, *chosen).sum(axis=1))
    span, describe = _span(periods, *chosen), _Described.of(asked, words, level)
    return [
        (
            *describe.group(code),
            *span,
            *_due_values(Due.of(counts)),
            *_overdue_values(now),
            *describe.standard(code),
        )
        for code, counts, now in zip(
            groups.tolist(),
            cells.between(groups, *chosen).tolist(),
            overdue_in(asked.measures, level, groups),
            strict=True,
        )
        if sum(counts) or now.open_with_due_day
    ]


def _periods(asked: Asked, words: Words, level: str) -> list[tuple[Value, ...]]:
    """Return a row for each group and period in which something was due."""
    cells, periods = due_by(asked.measures, level, str(asked.options["period"]))
    groups = groups_of(asked.measures, level)
    groups = groups[selected(words, level, groups, asked.filters)]
    within = periods.within(asked.filters)
    describe = _Described.of(asked, words, level)
    spans = [_days(periods, period) for period in range(cells.periods)]
    return [
        (
            *describe.group(code),
            *spans[period],
            *_due_values(Due.of(count)),
            *NOT_OF_A_PERIOD,
            *describe.standard(code),
        )
        for code in groups.tolist()
        for period, count in zip(*(part.tolist() for part in cells.of_group(code)), strict=True)
        if within[period]
    ]


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
        """Return what describes the groups of a level of the measures that are asked."""
        arrays = asked.measures.family(FAMILY).arrays
        names = ("service/standard", "service/by_feed") if level == "service" else ()
        own, by_feed = (arrays[name].tolist() for name in names) if names else ((), ())
        return cls(words, level, asked.profile.standards, own, by_feed)

    def group(self, code: int) -> tuple[Value, ...]:
        """Return key, name, area key and area name."""
        return self.words.group(self.level, code)

    def standard(self, code: int) -> tuple[Value, ...]:
        """Return the standard of a service, nulls for every other group."""
        if not self.own:
            return NO_SERVICE
        at, by_feed = self.own[code], self.by_feed[code] > 0
        if at == NO_STANDARD or at >= len(self.standards):
            return None, None, None, None, by_feed
        found = self.standards[at]
        of = "service" if found.service else "category"
        return found.days, found.counting.value, of, found.source, by_feed


def _days(periods: DuePeriods, period: int) -> tuple[Value, Value, Value]:
    """Return a period's first and last day, and whether it is whole."""
    first, last = periods.ends(period)
    return day_value(first), day_value(last), bool(periods.whole[period])


def _span(periods: DuePeriods, first: int, after: int) -> tuple[Value, Value, Value]:
    """Return the same of several whole periods together; null where there is none."""
    if first == after:
        return None, None, None
    return _days(periods, first)[0], _days(periods, after - 1)[1], True


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
