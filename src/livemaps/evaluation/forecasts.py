"""Experiment: do the forecasts of two weeks beat last week's same day, and do their intervals hold?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.evaluation.alarm_counts import daily
from livemaps.evaluation.plan import MONTH, Experiment, Plan, Tick, day_text, measured
from livemaps.evaluation.report import (
    Chart,
    Claim,
    Section,
    Series,
    TextTable,
    number,
    percent,
    too_short,
)
from livemaps.measures.contents import Measures
from livemaps.measures.forecast_names import FAMILY, LEVELS
from livemaps.measures.levels import CITY
from livemaps.statistics.forecast import HORIZON
from livemaps.statistics.spans import WEEK

NAME = "forecast"
TITLE = "Forecast"

TARGETS = (("80", (0.75, 0.85)), ("95", (0.92, 0.98)))
"""Where the share within each interval should lie."""
LEAST_HISTORY = 730

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Made:
    """One series forecast from one origin; arrays are by day ahead."""

    level: str
    actual: Numbers
    forecast: Numbers
    naive: Numbers
    unit: float
    """Mean change from a week before in the series' past, the unit of scaled errors."""
    within: tuple[Numbers, ...]
    """By interval: 1 where the actual number lies in it, 0 where not, NaN where none is told."""
    shown: bool


def origins(plan: Plan) -> tuple[int, ...]:
    """Return the days of the worlds that forecast, a month apart, so that two weeks follow each."""
    last = plan.last_day - HORIZON - plan.history.frame.profile.feed.delay_days - 1
    room = (last - plan.history.since - LEAST_HISTORY) // MONTH + 1
    count = min(plan.trials, room)
    return tuple(last - MONTH * back for back in reversed(range(max(count, 0))))


def steps(plan: Plan) -> int:
    """Return how many origins there are."""
    return len(origins(plan))


def run(plan: Plan, tick: Tick) -> Section:
    """Forecast at each origin and see what came."""
    if not origins(plan):
        return too_short(NAME, TITLE)
    final = daily(plan.history.on(plan.last_day), LEVELS)
    made: list[Made] = []
    for origin in origins(plan):
        measures = measured(plan.history.on(origin), [FAMILY])
        made += _made(measures, final.levels, final.first)
        tick()
    return _section(plan, made)


def _made(
    measures: Measures, counts: Mapping[str, NDArray[np.int64]], first: int
) -> Iterator[Made]:
    """Set each series' forecast beside what came in on its days."""
    result = measures.family(FAMILY)
    arrays, complete = result.arrays, int(result.facts["complete_day"])
    at = complete - first + 1
    for row in range(len(arrays["code"])):
        forecast = arrays["forecast"][row]
        if np.isnan(forecast).any():
            continue
        level = LEVELS[int(arrays["level"][row])]
        series = counts[level][int(arrays["code"][row])].astype(np.float64)
        actual, past = series[at : at + HORIZON], series[:at]
        past = past[-int(arrays["days"][row]) :]
        within = tuple(
            _within(actual, arrays[f"low{name}"][row], arrays[f"high{name}"][row])
            for name, _ in TARGETS
        )
        yield Made(
            level=level,
            actual=actual,
            forecast=forecast,
            naive=np.resize(past[-WEEK:], HORIZON),
            unit=float(np.abs(past[WEEK:] - past[:-WEEK]).mean()),
            within=within,
            shown=int(arrays["reason"][row]) == 0,
        )


def _within(actual: Numbers, low: Numbers, high: Numbers) -> Numbers:
    inside = ((actual >= low) & (actual <= high)).astype(np.float64)
    return np.where(np.isnan(low) | np.isnan(high), np.nan, inside)


@dataclass(frozen=True, slots=True)
class Score:
    """How some forecasts did."""

    series: int
    mase: float
    naive: float
    coverage: tuple[float, ...]


def score(made: Sequence[Made], days: slice = slice(None)) -> Score:
    """Return the mean absolute scaled errors and the coverages over some days ahead.

    Each series and origin counts the same. Errors are scaled as Hyndman and Koehler (2006),
    "Another look at measures of forecast accuracy", with the week as the season.
    """
    useful = [one for one in made if one.unit > 0]
    if not useful:
        return Score(0, np.nan, np.nan, (np.nan,) * len(TARGETS))
    errors = [np.abs(one.actual - one.forecast)[days].mean() / one.unit for one in useful]
    naive = [np.abs(one.actual - one.naive)[days].mean() / one.unit for one in useful]
    coverage = tuple(
        _mean(np.concatenate([one.within[at][days] for one in useful]))
        for at in range(len(TARGETS))
    )
    return Score(len(useful), float(np.mean(errors)), float(np.mean(naive)), coverage)


def _mean(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _section(plan: Plan, made: Sequence[Made]) -> Section:
    shown = [one for one in made if one.shown]
    days = origins(plan)
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            f"Forecasts are made on {len(days)} days, {day_text(days[0])} to {day_text(days[-1])}, "
            f"{MONTH} days apart (seed {plan.seed}), each from what was published by then, for the "
            f"{HORIZON} days after the newest complete one: {len(made):,} series, of which "
            f"{len(shown):,} would be shown. Errors are scaled by the mean change from a week "
            "before (MASE); seasonal-naive is the same weekday of the last week. Only what would "
            "be shown is judged."
        ),
        claims=tuple(_claims(shown)),
        tables=(_by_level(shown), _by_horizon(shown)),
        charts=(_chart(shown),),
    )


def _claims(shown: Sequence[Made]) -> Iterator[Claim]:
    found = score(shown)
    yield Claim(
        "forecasts beat the same day of last week",
        "scaled error below seasonal-naive's",
        f"{number(found.mase)} against {number(found.naive)}",
        bool(found.mase < found.naive) if found.series else None,
    )
    for (name, (low, high)), share in zip(TARGETS, found.coverage, strict=True):
        yield Claim(
            f"{name} % intervals of the forecast hold",
            f"{100 * low:.0f} to {100 * high:.0f} %",
            percent(share),
            bool(low <= share <= high) if found.series else None,
        )


COLUMNS = ("series", "MASE", "seasonal-naive", "in 80 %", "in 95 %")


def _cells(found: Score) -> tuple[str, ...]:
    return (
        f"{found.series}",
        number(found.mase),
        number(found.naive),
        *map(percent, found.coverage),
    )


def _by_level(shown: Sequence[Made]) -> TextTable:
    rows = [
        (level, *_cells(score([one for one in shown if one.level == level]))) for level in LEVELS
    ]
    return TextTable(
        "By level; a series counts once for each origin.", ("level", *COLUMNS), tuple(rows)
    )


def _by_horizon(shown: Sequence[Made]) -> TextTable:
    spans = ((0, 1), (1, 3), (3, 7), (7, 14))
    rows = [
        (f"{low + 1} to {high}" if high > low + 1 else "1", *_cells(score(shown, slice(low, high))))
        for low, high in spans
    ]
    return TextTable("By days ahead.", ("days ahead", *COLUMNS), tuple(rows))


def _chart(shown: Sequence[Made]) -> Chart:
    by_day = [score(shown, slice(day, day + 1)).coverage for day in range(HORIZON)]
    return Chart(
        name="forecast-coverage",
        caption="Share of days that came within the 80 % interval, by days ahead and level",
        x=[str(day + 1) for day in range(HORIZON)],
        x_label="days ahead",
        y_label="within the 80 % interval (%)",
        series=(
            Series("all", [100 * coverage[0] for coverage in by_day]),
            *(
                Series(
                    level,
                    [
                        100
                        * score(
                            [one for one in shown if one.level == level], slice(day, day + 1)
                        ).coverage[0]
                        for day in range(HORIZON)
                    ],
                )
                for level in LEVELS
                if level != CITY
            ),
        ),
        target=(75.0, 85.0),
        y_range=(50.0, 100.0),
    )


FORECASTS = Experiment(NAME, steps, run)
