"""What came in and went out by day or week, and the backlog at the end of each: looked up.

Filters on one dimension are looked up in the arrays of the measures; any other combination is
counted from the columns when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import TooLarge
from livemaps.measures.contents import Measures
from livemaps.measures.days import days_of
from livemaps.measures.flow import FAMILY, first_day, flow_of, held_since
from livemaps.measures.levels import CITY
from livemaps.statistics.flow import DailyFlow
from livemaps.statistics.spans import WEEK
from livemaps.views.measures.groups import Group, Words, chosen
from livemaps.views.measures.ledger import ledger
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

MOST_ROWS = 25_000
"""Periods of all groups in one answer."""

USUAL_DAYS: Mapping[str, int] = {"day": 90, "week": 104 * WEEK}
"""How far back an answer goes by step, where no first day is given."""

FIELDS = (
    Field("key", "text", "The group: a name or an area's key."),
    Field("name", "text", "What the group is called."),
    Field("period_start", "day", "The first day of the period."),
    Field("period_end", "day", "Its last day."),
    Field("complete", "flag", "Whether the feed tells all of the period; do not compare others."),
    Field("inflow", "count", "Requests requested in the period."),
    Field("outflow", "count", "Requests closed in the period."),
    Field("net", "count", "Inflow less outflow."),
    Field("backlog", "count", "Requests open at the end of the period's last day."),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a week: both ends are included."""

    start: int
    end: int
    complete: bool
    """Whether the feed tells all of it."""


@dataclass(frozen=True, slots=True)
class FlowPath:
    """The flow of one group over consecutive periods."""

    level: str
    group: Group
    periods: tuple[Period, ...]
    inflow: tuple[int, ...]
    outflow: tuple[int, ...]
    backlog: tuple[int, ...]
    """At the end of each period."""


@dataclass(frozen=True)
class _Found:
    """The daily flow that answers some filters, and what it is a flow of."""

    daily: DailyFlow
    codes: NDArray[np.intp]
    words: Words
    complete: int | None
    first: int
    """The first day that could be told."""
    held_since: int | None
    how: str


def flow_path(
    measures: Measures,
    level: str = CITY,
    key: str = CITY,
    step: str = "week",
    since: int | None = None,
    until: int | None = None,
) -> FlowPath | None:
    """Return the flow of one group by day or week, None where the measures have no such group.

    `key` is a name or an area's key. Without dates: the usual ones, up to the day of the
    snapshot. Periods after the last complete day are marked.

    Raises:
        MeasuresPending: flows are not computed yet.
    """
    words = Words(measures.vocab, measures.layers)
    codes = np.zeros(1, np.intp) if level == CITY else words.codes(level, (key,))
    if not len(codes):
        return None
    daily = flow_of(measures, level).of(codes)
    shown = periods(daily, measures.meta.complete_day, step, since, until)
    inflow, outflow, backlog = (part[0].tolist() for part in by_period(daily, shown))
    group = words.group(level, int(codes[0]))
    return FlowPath(level, group, shown, tuple(inflow), tuple(outflow), tuple(backlog))


def flow_under(asked: Asked, since: int | None = None) -> FlowPath:
    """Return the flow of all requests under the filters together, by the step asked for.

    Raises:
        MeasuresPending: it would be looked up and is not computed yet.
    """
    found, step = _found(asked, CITY), str(asked.options["step"])
    shown = periods(found.daily, found.complete, step, since, None)
    inflow, outflow, backlog = (part[0].tolist() for part in by_period(found.daily, shown))
    return FlowPath(CITY, Group(CITY, CITY), shown, tuple(inflow), tuple(outflow), tuple(backlog))


def periods(
    daily: DailyFlow, complete: int | None, step: str, since: int | None, until: int | None
) -> tuple[Period, ...]:
    """Return the periods from `since` to `until`, as far as there are days.

    Weeks are counted back from the last complete day (or from `until` if it is earlier); an
    incomplete first one is left out, and what follows is cut into weeks from there, marked.
    """
    last = daily.last if until is None else min(until, daily.last)
    first = max(daily.first, last - USUAL_DAYS[step] + 1 if since is None else since)
    sure = daily.first - 1 if complete is None else complete
    if step == "day":
        return tuple(Period(day, day, day <= sure) for day in range(first, last + 1))
    anchor = min(max(sure, first - 1), last)
    begin = first + (anchor + 1 - first) % WEEK
    starts = range(begin, last + 1, WEEK)
    ends = ((start, min(start + WEEK - 1, last)) for start in starts)
    return tuple(Period(start, end, end <= sure) for start, end in ends)


def by_period(
    daily: DailyFlow, shown: Sequence[Period]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return inflow, outflow and final backlog, each of groups x periods (which join)."""
    if not shown:
        none = np.zeros((len(daily.opening), 0), np.int64)
        return none, none, none
    begin, end = shown[0].start - daily.first, shown[-1].end + 1 - daily.first
    at = [period.start - shown[0].start for period in shown]
    inflow, outflow = (
        np.add.reduceat(part[:, begin:end], at, axis=1, dtype=np.int64)
        for part in (daily.inflow, daily.outflow)
    )
    came, went = (
        part[:, :begin].sum(axis=1, dtype=np.int64) for part in (daily.inflow, daily.outflow)
    )
    opening = daily.opening.astype(np.int64) + came - went
    return inflow, outflow, opening[:, None] + np.cumsum(inflow - outflow, axis=1)


def answer(asked: Asked) -> Answer:
    """Answer `flow`.

    Raises:
        UnknownValue: there is no such level.
        TooLarge: more than `MOST_ROWS` periods of all groups.
        MeasuresPending: it would be looked up and is not computed yet.
    """
    by, step = str(asked.options["by"]), str(asked.options["step"])
    found = _found(asked, by)
    shown = periods(found.daily, found.complete, step, asked.filters.since, asked.filters.until)
    inflow, outflow, backlog = by_period(found.daily, shown)
    busy = np.flatnonzero((inflow | outflow | backlog).any(axis=1) | bool(by == CITY))
    if len(busy) * len(shown) > MOST_ROWS:
        raise TooLarge(
            f"{len(busy):,} groups of {len(shown):,} periods are more than {MOST_ROWS:,} rows",
            "choose closer dates with from= and to=, step=week, or fewer groups",
        )
    dates = [(day_value(period.start), day_value(period.end), period.complete) for period in shown]
    rows: list[tuple[Value, ...]] = []
    for index in busy.tolist():
        group = found.words.group(by, int(found.codes[index]))
        numbers = (part[index].tolist() for part in (inflow, outflow, backlog))
        rows += [
            (group.key, group.name, *date, came, went, came - went, left)
            for date, came, went, left in zip(dates, *numbers, strict=True)
        ]
    return Answer(FIELDS, rows, _facts(asked, by, found))


def _found(asked: Asked, by: str) -> _Found:
    """Return the flow by a level under the filters: looked up, or counted now."""
    words = Words(asked.measures.vocab, asked.measures.layers)
    words.checked(by)
    picked = chosen(asked.filters)
    levels = {by, *picked} - {CITY}
    if asked.filters.set_apart and levels <= {"service"}:
        levels = {"service"}  # all of them: those set apart are only left out of wider groups
    elif asked.filters.set_apart or len(levels) > 1:
        return _counted(asked, by)
    daily = flow_of(asked.measures, next(iter(levels), CITY))
    codes = np.arange(len(daily.opening))
    for level, values in picked.items():
        codes = words.codes(level, values)
        daily = daily.of(codes)
    if by == CITY:
        daily, codes = daily.together(), np.zeros(1, np.intp)
    held, complete = (
        asked.measures.family(FAMILY).facts["held_since"],
        asked.measures.meta.complete_day,
    )
    return _Found(daily, codes, words, complete, daily.first, held, "looked up")


def _counted(asked: Asked, by: str) -> _Found:
    """Count the flow by a level from the columns, from the first day that is shown."""
    snapshot, filters = asked.snapshot, asked.filters
    days = days_of(snapshot)
    words = Words(snapshot.vocab, snapshot.layers)
    held, how, today = (
        held_since(snapshot),
        "counted when asked for",
        snapshot.meta.as_of_day,
    )
    if days is None:
        nothing = np.zeros((1, 0), np.int64)
        daily = DailyFlow(today + 1, np.zeros(1, np.int64), nothing, nothing)
        return _Found(daily, np.zeros(1, np.intp), words, None, today + 1, held, how)
    known = first_day(days)
    last = today if filters.until is None else min(filters.until, today)
    usual = last - USUAL_DAYS[str(asked.options["step"])] + 1
    first = min(max(known, usual if filters.since is None else filters.since), today)
    book = ledger(snapshot, filters, by, first)
    codes = np.arange(book.size)
    return _Found(book.flow(first, today), codes, words, days.complete, known, held, how)


def _facts(asked: Asked, by: str, found: _Found) -> Mapping[str, Any]:
    """Return what holds for all rows of an answer."""
    return {
        "by": by,
        "step": asked.options["step"],
        "complete_day": day_value(found.complete),
        "first_day": day_value(found.first),
        "held_since": day_value(found.held_since),
        "computed": found.how,
        "left_out": dict(asked.measures.meta.left_out),
    }


VIEW = MeasureView(
    name="flow",
    anchor="flow",
    caveat="measures.flow.caveat",
    filters=frozenset(
        {"services", "categories", "agencies", "channels", "areas", "dates", "set_apart"}
    ),
    parameters=(
        Parameter("by", "choice", CITY, "The groups: a level such as service, agency or ward."),
        Parameter("step", "choice", "day", "The length of a period.", ("day", "week")),
    ),
    fields=FIELDS,
    answer=answer,
)
