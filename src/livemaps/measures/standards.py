"""Standards: what was due in each month and week and done by then, and what is overdue now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.profile import Counting, Profile
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.world import Level, World
from livemaps.model import day_date, day_number
from livemaps.snapshot.columns import Column
from livemaps.statistics.business_days import WorkingDays, working_days
from livemaps.statistics.standards import (
    NO_DUE_DAY,
    NO_STANDARD,
    Cells,
    DueBy,
    DueDays,
    Overdue,
    Promise,
    count_due,
    due_days,
    outcomes,
    overdue_now,
)

FAMILY = "standards"

MONTHS = 36
"""Months that are kept, the present one included: three years show each season three times."""
WEEKS = 105
"""Weeks that are kept, the present one included: two years, so that any week has last year's."""

NOW = ("groups", "open_due", "overdue", "due_week", "median_days", "oldest_days")

Mask = NDArray[np.bool_]


def promises_of(profile: Profile) -> tuple[Promise, ...]:
    """Return the profile's standards as the statistics take them, in its order."""
    return tuple(Promise(one.days, one.counting is Counting.BUSINESS) for one in profile.standards)


def calendar_of(profile: Profile) -> WorkingDays:
    """Return the days that the city works."""
    return working_days(profile.calendar.week, profile.calendar.holidays)


def standards(world: World) -> FamilyResult:
    """Count what was due by group, month and week, and what is overdue, for every level.

    Where the city publishes no standard and its feed expects no date there is nothing to count,
    and the facts say so.
    """
    of_service = service_standards(world)
    due = due_of(world, of_service)
    facts = _facts(world, due, of_service)
    if not facts["published"]:
        return FamilyResult({}, facts)
    edges = {"month": month_edges(world.days.complete), "week": week_edges(world.days.complete)}
    arrays: dict[str, Column] = {f"{name}/edges": each for name, each in edges.items()}
    arrays |= _bases(world, due, of_service)
    judged = _Judged.of(world, due.day)
    for name in world.levels():
        arrays |= judged.level(world.level(name), edges)
    return FamilyResult(arrays, facts)


def service_standards(world: World) -> NDArray[np.int16]:
    """Return by service code the index of its standard in the profile, or `NO_STANDARD`."""
    return standards_by_service(world.profile, world.snapshot.vocab.service.names)


def standards_by_service(profile: Profile, services: Sequence[str]) -> NDArray[np.int16]:
    """Return the index of the standard of each of some services, or `NO_STANDARD`."""
    index = {one: at for at, one in enumerate(profile.standards)}
    found = [profile.standard(name) for name in services]
    return np.array([index[one] if one else NO_STANDARD for one in found], np.int16)


def due_of(world: World, of_service: NDArray[np.int16]) -> DueDays:
    """Return when each row of a world is due; `of_service` is what `service_standards` gives."""
    return due_days(
        world.column("requested_day"),
        world.column("expected_day"),
        of_service[world.column("service")],
        promises_of(world.profile),
        calendar_of(world.profile),
    )


def month_edges(last: int, months: int = MONTHS) -> NDArray[np.int32]:
    """Return the first days of the months up to that of day `last`, and of the one after."""
    day = day_date(last)
    number = day.year * 12 + day.month - 1
    firsts = range(number - months + 1, number + 2)
    return np.array([day_number(date(at // 12, at % 12 + 1, 1)) for at in firsts], np.int32)


def week_edges(last: int, weeks: int = WEEKS) -> NDArray[np.int32]:
    """Return the Mondays of the weeks up to that of day `last`, and of the one after."""
    monday = last - day_date(last).weekday()
    return np.arange(monday - 7 * (weeks - 1), monday + 8, 7, dtype=np.int32)


@dataclass(frozen=True)
class _Judged:
    """The requests to count: what was due in the periods kept, and what is open and has a due day.

    Of the first, only those requested since every request is held: of older ones only those that
    stayed open are known, and all of these are late.
    """

    was_due: NDArray[np.intp]
    due: Column
    outcome: NDArray[np.uint8]
    waiting: NDArray[np.intp]
    waiting_due: Column
    today: int

    @classmethod
    def of(cls, world: World, due: Column) -> _Judged:
        """Judge the rows of a world by their due days, `NO_DUE_DAY` where nothing is promised."""
        days, resolved = world.days, world.resolved
        first = min(int(month_edges(days.complete)[0]), int(week_edges(days.complete)[0]))
        held = world.column("requested_day") >= days.since
        was_due = np.flatnonzero(held & (due >= first) & (due <= days.complete))
        closed = world.column("closed_day")[was_due]
        # All of them were due by a day that the feed has in full: none is still to be judged.
        outcome = outcomes(due[was_due], resolved[was_due], closed, days.complete + 1)
        waiting = np.flatnonzero(~resolved & (due != NO_DUE_DAY))
        return cls(was_due, due[was_due], outcome, waiting, due[waiting], days.as_of)

    def level(self, level: Level, edges: dict[str, NDArray[np.int32]]) -> dict[str, Column]:
        """Return the arrays of one level."""
        counted = _counted(level, self.was_due)
        groups, due = level.codes[self.was_due[counted]], self.due[counted]
        arrays: dict[str, Column] = {}
        for name, starts in edges.items():
            kept = due >= starts[0]
            period = np.searchsorted(starts, due[kept], side="right") - 1
            outcome = self.outcome[counted][kept]
            cells = count_due(groups[kept], period, outcome, len(starts) - 1)
            arrays[f"{level.name}/{name}/keys"] = cells.keys
            arrays[f"{level.name}/{name}/sums"] = cells.sums
        open_now = _counted(level, self.waiting)
        codes = level.codes[self.waiting[open_now]]
        found = overdue_now(codes, self.waiting_due[open_now], self.today)
        counted_groups = np.unique(arrays[f"{level.name}/month/keys"] // MONTHS)
        arrays[f"{level.name}/groups"] = np.union1d(counted_groups, found.groups)
        return arrays | {f"{level.name}/now/{name}": getattr(found, name) for name in NOW}


def _counted(level: Level, rows: NDArray[np.intp]) -> Mask | slice:
    """Return which of some rows count in a level."""
    return slice(None) if level.included is None else level.included[rows]


def _bases(world: World, due: DueDays, of_service: NDArray[np.int16]) -> dict[str, Column]:
    """Return by service its standard, and how many due days follow from what."""
    size = len(of_service)
    service = world.column("service")
    return {
        "service/standard": of_service,
        "service/by_feed": np.bincount(service[due.by == DueBy.FEED], minlength=size),
        "service/by_standard": np.bincount(service[due.by == DueBy.STANDARD], minlength=size),
    }


def _facts(world: World, due: DueDays, of_service: NDArray[np.int16]) -> dict[str, object]:
    """Return what holds for all figures: where due days come from, and what was left out."""
    used = set(of_service.tolist())
    listed = world.profile.standards
    by_feed, by_standard = (
        int(np.count_nonzero(due.by == by)) for by in (DueBy.FEED, DueBy.STANDARD)
    )
    years = world.profile.calendar.years
    return {
        "published": bool(listed) or by_feed > 0,
        "standards": len(listed),
        "standards_of_no_service": [
            one.service or one.category for at, one in enumerate(listed) if at not in used
        ],
        "due_by_feed": by_feed,
        "due_by_standard": by_standard,
        "without_due_day": len(due.day) - by_feed - by_standard,
        "expected_before_requested": due.refused,
        "business_days_outside_holidays": due.uncovered,
        "holiday_years": list(years) if years else None,
        "counted_from": str(day_date(world.days.since)),
        "counted_to": str(day_date(world.days.complete)),
        "today": str(day_date(world.days.as_of)),
    }


def cells_of(measures: Measures, level: str, period: str) -> tuple[Cells, NDArray[np.int32]]:
    """Return what was due by group and period of a level, and the first days of the periods.

    There is one first day more than periods: that of the one after.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level, or the city publishes no standard.
    """
    arrays = measures.family(FAMILY).arrays
    edges = arrays[f"{period}/edges"]
    start = f"{level}/{period}"
    return Cells(arrays[f"{start}/keys"], arrays[f"{start}/sums"], len(edges) - 1), edges


def groups_of(measures: Measures, level: str) -> NDArray[np.intp]:
    """Return the codes of the groups of a level that have any figure; raises as `cells_of`."""
    return measures.family(FAMILY).arrays[f"{level}/groups"].astype(np.intp)


def overdue_of(measures: Measures, level: str) -> Overdue:
    """Return what is overdue now by group of a level; raises as `cells_of`."""
    arrays = measures.family(FAMILY).arrays
    return Overdue(*(arrays[f"{level}/now/{name}"] for name in NOW))
