"""The alarms that the rule for surges would have given, day after day, on series of the past.

It serves to measure false alarms and power: series in, alarms out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from livemaps.statistics.spans import WEEK
from livemaps.statistics.surge import (
    HISTORY_DAYS,
    SURGE,
    Counts,
    Foreseen,
    Rule,
    Verdicts,
    foresee,
    judge_day,
    judge_week,
)

DAY_WINDOW, WEEK_WINDOW = "day", "week"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A surge that was told on a day."""

    level: str
    series: int
    """Its row in the level's counts."""
    day: int
    """The newest complete day on which it was told."""
    window: str
    """`day`, or `week` for the seven days up to it."""
    observed: int
    expected: float
    p: float
    q: float


def alarms(
    history: Mapping[str, Counts],
    first_day: int,
    since: int,
    until: int,
    *,
    rule: Rule | None = None,
    holidays: Sequence[int] = (),
    refit: int = WEEK,
) -> tuple[Alarm, ...]:
    """Judge every day from `since` to `until` as if it were the newest complete one.

    Args:
        history: for each level the requests of each day, [series, days], all on the same
            consecutive days from `first_day`.
        first_day: day number of the first column.
        since: the first day to judge; what lies before it is only history.
        until: the last day to judge, within the columns.
        rule: when a count is a surge.
        holidays: day numbers on which the city rests.
        refit: after how many days the expectation is fitted anew; 1 is what a refresh does each
            day, 7 is faster and differs by what up to six more days of history would tell.
    """
    return tuple(
        alarm
        for level, counts in history.items()
        for start in range(since, until + 1, refit)
        for alarm in _span(
            level, counts, first_day, start, min(start + refit - 1, until), rule or Rule(), holidays
        )
    )


def _span(
    level: str,
    counts: Counts,
    first_day: int,
    start: int,
    end: int,
    rule: Rule,
    holidays: Sequence[int],
) -> Iterator[Alarm]:
    """Yield the alarms of some days that are judged by one expectation."""
    cut = start - WEEK + 1
    begin = max(first_day, cut - HISTORY_DAYS)
    past = counts[:, begin - first_day : cut - first_day]
    foreseen = foresee(past, begin, end - cut + 1, holidays=holidays)
    for day in range(start, end + 1):
        for window, verdicts in _judged(foreseen, counts, first_day, day, rule):
            for series in np.flatnonzero(verdicts.word == SURGE).tolist():
                yield Alarm(
                    level,
                    series,
                    day,
                    window,
                    int(verdicts.observed[series]),
                    float(verdicts.expected[series]),
                    float(verdicts.p[series]),
                    float(verdicts.q[series]),
                )


def _judged(
    foreseen: Foreseen, counts: Counts, first_day: int, day: int, rule: Rule
) -> Iterator[tuple[str, Verdicts]]:
    at = day - first_day
    yield DAY_WINDOW, judge_day(foreseen, day, counts[:, at], rule)
    week = counts[:, at - WEEK + 1 : at + 1].sum(axis=1)
    yield WEEK_WINDOW, judge_week(foreseen, day, week, rule)
