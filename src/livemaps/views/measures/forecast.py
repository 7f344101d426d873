"""What is forecast to come in, and how such forecasts did in the past: looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.forecast_names import BOUNDS, FAMILY, LEVELS, REASONS
from livemaps.measures.levels import CITY
from livemaps.model import day_date
from livemaps.views.measures.groups import Group, Words
from livemaps.views.measures.plain import number_value
from livemaps.views.measures.selection import selected
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

FORECAST = (
    Field("key", "text", "The group: `city`, an agency or a category."),
    Field("name", "text", "What the group is called."),
    Field("day", "day", "The day that is forecast."),
    Field("horizon", "count", "How many days after the last complete day it lies, from 1."),
    Field("forecast", "number", "Requests forecast to be requested that day; null: not shown."),
    Field("low80", "number", "Lower bound of the interval that holds 8 of 10 days."),
    Field("high80", "number", "Its upper bound."),
    Field("low95", "number", "Lower bound of the interval that holds 95 of 100 days."),
    Field("high95", "number", "Its upper bound."),
    Field("shown", "flag", "Whether the forecast was better than last week's same day."),
    Field("reason", "text", "Why it is not shown; null where it is."),
)

BACKTEST = (
    *FORECAST[:2],
    Field("days", "count", "Complete days of the group's history that were used."),
    Field("origins", "count", "Past days from which 14 days were forecast and compared."),
    Field("mase", "number", "Mean absolute scaled error of those forecasts."),
    Field("mase_naive", "number", "The same of `the same weekday of last week`."),
    Field("relative_mase", "number", "The first over the second: below 1 the forecast is better."),
    Field("mase_mean_of_four", "number", "The same of the mean of the last four such weekdays."),
    Field("coverage80", "share", "Share of forecast days that lay within the 80 % interval."),
    Field("coverage95", "share", "Share of forecast days that lay within the 95 % interval."),
    Field("tested_days", "count", "Forecast days that the coverages are shares of."),
    Field("fits_failed", "count", "Fits that did not converge: the weekday's mean stood in."),
    *FORECAST[-2:],
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one group. The numbers are None where it is not shown, and say why."""

    level: str
    group: Group
    first_day: int
    """The first day that is forecast: that after the last complete one."""
    shown: bool
    reason: str | None
    forecast: tuple[float, ...] | None
    """Requests of each day from `first_day` on."""
    low80: tuple[float, ...] | None
    high80: tuple[float, ...] | None
    low95: tuple[float, ...] | None
    high95: tuple[float, ...] | None
    relative_mase: float | None
    """The error over that of last week's same day, of past forecasts."""
    coverage80: float | None
    origins: int


def forecast_of(measures: Measures, level: str = CITY, key: str = CITY) -> Forecast | None:
    """Return the forecast of one group, None where it is not among those that are forecast.

    Raises:
        MeasuresPending: forecasts are not computed yet.
    """
    family = measures.family(FAMILY)
    words = Words(measures.vocab, measures.layers)
    codes = np.zeros(1, np.intp) if level == CITY else words.codes(level, (key,))
    rows = _rows(family, level)
    rows = rows[np.isin(family.arrays["code"][rows], codes)]
    if not len(rows):
        return None
    row = int(rows[0])
    group = words.group(level, int(family.arrays["code"][row]))
    reason = REASONS[int(family.arrays["reason"][row])]
    told = {
        name: tuple(family.arrays[name][row].tolist()) if reason is None else None
        for name in ("forecast", *BOUNDS)
    }
    return Forecast(
        level=level,
        group=group,
        first_day=int(family.facts["complete_day"]) + 1,
        shown=reason is None,
        reason=reason,
        relative_mase=_ratio(family, row),
        coverage80=_number(family, "coverage80", row),
        origins=int(family.arrays["origins"][row]),
        **told,
    )


def answer(asked: Asked) -> Answer:
    """Answer `forecast`.

    Raises:
        UnknownValue: it is not forecast by this level.
        VisitorError: a filter is about something else than the groups.
        MeasuresPending: forecasts are not computed yet.
    """
    by = str(asked.options["by"])
    if by not in LEVELS:
        raise UnknownValue("by", by, f"choose one of {', '.join(LEVELS)}")
    family = asked.measures.family(FAMILY)
    words = Words(asked.measures.vocab, asked.measures.layers)
    rows = _rows(family, by)
    codes = family.arrays["code"][rows].astype(np.intp)
    rows = rows[selected(words, by, codes, asked.filters)]
    groups = {row: words.group(by, int(family.arrays["code"][row])) for row in rows.tolist()}
    facts = _facts(family, by)
    if asked.options["part"] == "backtest":
        judged = [(*group[:2], *_judged(family, row)) for row, group in groups.items()]
        return Answer(BACKTEST, judged, facts)
    ahead = [(*group[:2], *day) for row, group in groups.items() for day in _ahead(family, row)]
    return Answer(FORECAST, ahead, facts)


def _rows(family: FamilyResult, level: str) -> NDArray[np.intp]:
    """Return the positions of a level's series, the busiest first."""
    if level not in LEVELS:
        return np.zeros(0, np.intp)
    return np.flatnonzero(family.arrays["level"] == LEVELS.index(level))


def _ahead(family: FamilyResult, row: int) -> list[tuple[Value, ...]]:
    """Return the days ahead of one series."""
    reason = REASONS[int(family.arrays["reason"][row])]
    numbers = np.column_stack([family.arrays[name][row] for name in ("forecast", *BOUNDS)])
    first = int(family.facts["complete_day"]) + 1
    return [
        (
            day_date(first + at).isoformat(),
            at + 1,
            *(day if reason is None else [None] * len(day)),
            reason is None,
            reason,
        )
        for at, day in enumerate(numbers.tolist())
    ]


def _judged(family: FamilyResult, row: int) -> tuple[Value, ...]:
    """Return how the past forecasts of one series did."""
    whole = {
        name: int(family.arrays[name][row]) for name in ("days", "origins", "tested", "failed")
    }
    reason = REASONS[int(family.arrays["reason"][row])]
    return (
        whole["days"],
        whole["origins"],
        _number(family, "mase", row),
        _number(family, "mase_naive", row),
        _ratio(family, row),
        _number(family, "mase_mean_of_four", row),
        _number(family, "coverage80", row),
        _number(family, "coverage95", row),
        whole["tested"],
        whole["failed"],
        reason is None,
        reason,
    )


def _number(family: FamilyResult, name: str, row: int) -> float | None:
    """Return a kept number, None where it could not be told."""
    return number_value(family.arrays[name][row])


def _ratio(family: FamilyResult, row: int) -> float | None:
    """Return the error over that of last week's same day, None where that one is 0."""
    mine, theirs = _number(family, "mase", row), _number(family, "mase_naive", row)
    return mine / theirs if mine is not None and theirs else None


def _facts(family: FamilyResult, by: str) -> Mapping[str, Any]:
    """Return what holds for all rows of an answer."""
    facts = family.facts
    return {
        "by": by,
        "complete_day": day_date(int(facts["complete_day"])).isoformat(),
        "first_day": day_date(int(facts["first_day"])).isoformat(),
        "holidays": facts["holidays"],
        "left_out": facts["left_out"].get(by, {}),
        "fits_failed": facts["fits_failed"],
    }


VIEW = MeasureView(
    name="forecast",
    anchor="forecast",
    caveat="measures.forecast.caveat",
    filters=frozenset({"agencies", "categories"}),
    parameters=(
        Parameter("by", "choice", CITY, "The groups that are forecast.", LEVELS),
        Parameter(
            "part",
            "choice",
            "forecast",
            "The days ahead, or how the forecasts of past days did.",
            ("forecast", "backtest"),
        ),
    ),
    fields=(*FORECAST[:-2], *BACKTEST[2:]),
    answer=answer,
)
