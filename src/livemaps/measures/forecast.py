"""The inflow of the next days for the city, its agencies and its main categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import FamilyResult
from livemaps.measures.forecast_names import BOUNDS, LEVELS, NOT_BETTER, REASONS, TOO_FEW, TOO_SHORT
from livemaps.measures.levels import CITY
from livemaps.measures.world import World
from livemaps.model import day_number
from livemaps.statistics import backtest, forecast
from livemaps.statistics.backtest import Outlook
from livemaps.statistics.spans import WHOLE_YEAR

LEAST_DAILY = 1.0
"""Requests a day over the last year from which on a group is forecast: of fewer, chance is all."""

ACTIVE_DAYS = 28
"""Days within which a group had a request, or it is forecast no more: agencies are renamed."""

MOST_GROUPS: Mapping[str, int] = {CITY: 1, "agency": 15, "category": 24}
"""Groups of each level, the busiest first: 40 series are what a refresh has time for."""

LONGEST = (
    forecast.MOST_TRAINING + backtest.STEP * (backtest.JUDGED + backtest.LEARNED) + forecast.HORIZON
)
"""Days of history that are used, at most."""

LEAST_BEGUN = 7
"""Requests in 28 days from which on a group has begun: a mistyped year begins no series."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """The requests of one group by day, from its own beginning to the last complete day."""

    level: int
    """The position in `LEVELS`."""
    code: int
    days: NDArray[np.int64]
    counts: Floats


def forecasts(world: World) -> FamilyResult:
    """Forecast every group that has enough requests, and replay its forecasts of the past."""
    left_out: dict[str, dict[str, int]] = {}
    series = [one for level in LEVELS for one in _series(world, level, left_out)]
    holidays = np.array(
        sorted(day_number(day) for day in world.profile.calendar.holidays), np.int64
    )
    found = [backtest.outlook(one.counts, one.days, holidays) for one in series]
    facts = {
        "first_day": _first(world),
        "complete_day": world.days.complete,
        "holidays": len(holidays),
        "left_out": left_out,
        "fits_failed": sum(one.failed for one in found if one),
    }
    return FamilyResult(_arrays(series, found), facts)


def _first(world: World) -> int:
    """Return the first day of history that is used."""
    return max(world.days.since, world.days.complete - LONGEST + 1)


def _series(world: World, level: str, left_out: dict[str, dict[str, int]]) -> Iterator[Series]:
    """Yield the series of a level's groups that are forecast, the busiest first.

    What is not is counted in `left_out`, by why.
    """
    first = _first(world)
    if world.days.complete < first:
        return
    counts = _daily(world, level, first)
    begun = [_beginning(group) for group in counts]
    length = np.minimum(WHOLE_YEAR, np.maximum(counts.shape[1] - np.array(begun, int), 1))
    year = counts[:, -WHOLE_YEAR:].sum(axis=1)
    frequent = year >= LEAST_DAILY * length
    active = counts[:, -ACTIVE_DAYS:].any(axis=1)
    chosen = np.flatnonzero((frequent & active) | (level == CITY))
    chosen = chosen[np.argsort(-year[chosen], kind="stable")]
    kept = chosen[: MOST_GROUPS[level]]
    left_out[level] = {
        "fewer than one a day": int((counts.any(axis=1) & ~frequent & (level != CITY)).sum()),
        "none in 28 days": int((frequent & ~active & (level != CITY)).sum()),
        "beyond the busiest": len(chosen) - len(kept),
    }
    days = np.arange(first, world.days.complete + 1)
    for code in kept.tolist():
        start = begun[code]
        yield Series(
            LEVELS.index(level), code, days[start:], counts[code, start:].astype(np.float64)
        )


def _daily(world: World, level: str, first: int) -> NDArray[np.int64]:
    """Count the requests of each group of a level by requested day: [groups x days]."""
    groups, span = world.level(level), world.days.complete - first + 1
    at = world.column("requested_day").astype(np.int64) - first
    counted = (at >= 0) & (at < span)
    if groups.included is not None:
        counted &= groups.included
    cells = groups.codes[counted].astype(np.int64) * span + at[counted]
    return np.bincount(cells, minlength=groups.size * span).reshape(groups.size, span)


def _beginning(counts: NDArray[np.int64]) -> int:
    """Return the position of a group's first day that begins 28 days with enough requests.

    0 where there are none such: the group then has too few requests anyway, or too few days.
    """
    total = np.concatenate([[0], np.cumsum(counts)])
    ends = np.minimum(np.arange(len(counts)) + ACTIVE_DAYS, len(counts))
    enough = (total[ends] - total[:-1] >= LEAST_BEGUN) & (counts > 0)
    return int(np.argmax(enough))


def _arrays(series: list[Series], found: list[Outlook | None]) -> dict[str, NDArray[np.generic]]:
    """Return what is kept, an entry for each series."""
    ahead = (len(series), forecast.HORIZON)
    told: dict[str, Floats] = {name: np.full(ahead, np.nan) for name in ("forecast", *BOUNDS)}
    for row, one in enumerate(found):
        if one is None:
            continue
        told["forecast"][row] = one.forecast
        for name, bound in (*_named("low", one.low), *_named("high", one.high)):
            told[name][row] = bound
    return {
        **told,
        "level": np.array([one.level for one in series], np.uint8),
        "code": np.array([one.code for one in series], np.int32),
        "days": np.array([len(one.days) for one in series], np.int32),
        "reason": np.array([REASONS.index(_reason(one)) for one in found], np.uint8),
        "origins": np.array([one.origins if one else 0 for one in found], np.int32),
        "tested": np.array([one.tested if one else 0 for one in found], np.int32),
        "failed": np.array([one.failed if one else 0 for one in found], np.int32),
        "mase": _numbers(one.mase if one else None for one in found),
        "mase_naive": _numbers(one.mase_naive if one else None for one in found),
        "mase_mean_of_four": _numbers(one.mase_mean_of_four if one else None for one in found),
        "coverage80": _numbers(one.coverage["80"] if one else None for one in found),
        "coverage95": _numbers(one.coverage["95"] if one else None for one in found),
    }


def _named(side: str, bounds: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """Yield the bounds of one side with the names of their arrays."""
    yield from ((side + name, bound) for name, bound in bounds.items())


def _reason(one: Outlook | None) -> str | None:
    """Return why a forecast is not shown, None where it is."""
    if one is None:
        return TOO_SHORT
    if one.origins < backtest.LEAST_ORIGINS:
        return TOO_FEW
    return None if one.shown else NOT_BETTER


def _numbers(values: Iterator[float | None]) -> Floats:
    """Return numbers, NaN for what is not told."""
    return np.array([np.nan if value is None else value for value in values], np.float64)
