"""Surges of every group: the newest days and the last week against what they were to bring."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import StoreError
from livemaps.measures.contents import FamilyResult
from livemaps.measures.levels import COMBINED
from livemaps.measures.observed import arrivals
from livemaps.measures.surge_behind import Surging, behind
from livemaps.measures.surge_names import FIGURES, NOT_JUDGED, Windows, Word
from livemaps.measures.world import World
from livemaps.model import day_number
from livemaps.snapshot.columns import Column
from livemaps.statistics.delays import LONGEST_LAG, Completeness, completeness
from livemaps.statistics.expectation import SEASON_DAYS
from livemaps.statistics.spans import WEEK
from livemaps.statistics.surge import (
    HISTORY_DAYS,
    WHOLE,
    Counts,
    FeedShare,
    Rule,
    Verdicts,
    foresee,
    judge_day,
    judge_week,
)

WATCHED_DAYS = 120
"""Days of the city over which the feed's delay is watched: it may change with the seasons."""

LEAST_SHARE = 0.2
"""Below this share a day is shown and not judged: a fifth says too little of the whole."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delay:
    """What is known of how late the feed tells."""

    newest: int | None
    """The last day on which live refreshes saw new requests, None where there was none."""
    found: Completeness | None
    trouble: str = ""

    def so_far(self, day: int, complete: int, as_of: int) -> FeedShare | None:
        """Return what share of a day the feed has told; None where that cannot be said.

        Days up to the newest complete one are whole; today is not over and never judged.
        """
        if day <= complete:
            return WHOLE
        if self.newest is None or self.found is None or day >= as_of:
            return None
        lag = min(self.newest - day, LONGEST_LAG)
        if lag < 0 or not self.found.share[lag] >= LEAST_SHARE:
            return None
        return FeedShare(float(self.found.share[lag]), float(self.found.variance[lag]))


@dataclass(frozen=True, slots=True)
class Daily:
    """The days of a world that are counted: history and judged ones, one after the other."""

    first: int
    windows: Windows
    rows: NDArray[np.intp]
    """The rows of the world requested on them."""
    days: NDArray[np.int64]
    """By those rows: days since the first."""

    @property
    def history(self) -> int:
        """How many days come before the judged ones."""
        return max(self.windows.first - self.first, 0)


def surges(world: World) -> FamilyResult:
    """Judge the newest days and the last week of every group of every level."""
    rule, daily, delay = Rule(), daily_of(world), delay_of(world)
    so_far = _so_far(world, daily, delay)
    holidays = [day_number(day) for day in world.profile.calendar.holidays]
    arrays: dict[str, Column] = {}
    judged: dict[str, int] = {}
    found: list[Surging] = []
    for name in judged_levels(world):
        verdicts = _verdicts(daily, _counts(world, daily, name), so_far, rule, holidays)
        figures = {
            figure: np.column_stack([getattr(one, figure) for one in verdicts])
            for figure in FIGURES
        }
        arrays |= {f"{name}/{figure}": _compact(column) for figure, column in figures.items()}
        judged[name] = int((figures["word"][:, 0] != Word.TOO_FEW).sum())
        found += _surging(name, figures)
    shares = [one.share if one else None for one in so_far]
    facts = _facts(world, daily, rule, judged) | {"delay": _delay_facts(world, delay, shares)}
    return FamilyResult(arrays, facts | {"behind": behind(world, daily.windows, found, shares)})


def _surging(level: str, figures: Mapping[str, Column]) -> Iterator[Surging]:
    """Yield the groups and windows of a level that are surges; `figures` are [groups, windows]."""
    for code, column in np.argwhere(figures["word"] == Word.SURGE).tolist():
        observed, expected = (figures[name][code, column] for name in ("observed", "expected"))
        yield Surging(level, code, column, int(observed), float(expected))


def judged_levels(world: World) -> tuple[str, ...]:
    """Return the levels whose groups are judged."""
    return tuple(
        name for name in world.levels() if not name.startswith(COMBINED) and name not in NOT_JUDGED
    )


def daily_of(world: World) -> Daily:
    """Choose the days to count, and the rows requested on them."""
    days = world.days
    windows = Windows(
        days.complete - WEEK + 1, days.complete, min(days.data, days.complete + LONGEST_LAG)
    )
    first = min(max(days.since, windows.first - HISTORY_DAYS), windows.first)
    requested = world.column("requested_day")
    rows = np.flatnonzero((requested >= first) & (requested <= windows.last))
    return Daily(first, windows, rows, requested[rows].astype(np.int64) - first)


def delay_of(world: World) -> Delay:
    """Estimate how late the feed tells, from what live refreshes saw."""
    if world.data_dir is None:
        return Delay(None, None, "there is no store to read")
    try:
        entries = arrivals(world.data_dir, world.profile, world.days.as_of - WATCHED_DAYS)
    except StoreError as error:
        _log.warning("how late the feed tells is not known: %s", error)
        return Delay(None, None, str(error))
    seen, requested, rows = np.array(entries, np.int64).reshape(-1, 3).T
    brought = seen[(rows > 0) & (seen <= world.days.as_of)]
    newest = int(brought.max()) if len(brought) else None
    return Delay(newest, completeness(seen, requested, rows, world.days.as_of - 1))


def _counts(world: World, daily: Daily, name: str) -> Counts:
    """Count the requests of each group and day, [groups, days]; of a layer only its areas."""
    level, days = world.level(name), daily.windows.last - daily.first + 1
    codes, at = level.codes[daily.rows].astype(np.int64), daily.days
    areas = {layer.id: len(layer.keys) for layer in world.snapshot.layers}
    size = areas.get(name, level.size)
    counted = codes < size
    if level.included is not None:
        counted &= level.included[daily.rows]
    flat = np.bincount(codes[counted] * days + at[counted], minlength=size * days)
    return flat.reshape(size, days).astype(np.int64)


def _so_far(world: World, daily: Daily, delay: Delay) -> list[FeedShare | None]:
    """Return the share that is told of each window; the week is whole."""
    windows, as_of = daily.windows, world.days.as_of
    return [*(delay.so_far(day, windows.complete, as_of) for day in windows.days), WHOLE]


def _verdicts(
    daily: Daily,
    counts: Counts,
    so_far: Sequence[FeedShare | None],
    rule: Rule,
    holidays: Sequence[int],
) -> list[Verdicts]:
    """Judge each window of the groups of a level."""
    windows, judged = daily.windows, counts[:, daily.history :]
    past = counts[:, : daily.history]
    foreseen = foresee(past, daily.first, len(windows.days), holidays=holidays)
    verdicts = [
        judge_day(foreseen, day, judged[:, at], rule, so_far[at])
        for at, day in enumerate(windows.days)
    ]
    week = judged[:, :WEEK].sum(axis=1)
    return [*verdicts, judge_week(foreseen, windows.complete, week, rule)]


def _compact(column: Column) -> Column:
    """Return counts in half the room; p values need all of theirs."""
    return column.astype(np.int32) if column.dtype == np.int64 else column


def _facts(world: World, daily: Daily, rule: Rule, judged: dict[str, int]) -> dict[str, Any]:
    windows, holidays = daily.windows, world.profile.calendar.holidays
    return {
        "first_day": windows.first,
        "complete_day": windows.complete,
        "last_day": windows.last,
        "history_since": daily.first,
        "history_days": daily.history,
        "season": daily.history >= SEASON_DAYS,
        "holidays": len(holidays),
        "judged": judged,
        "rule": asdict(rule),
    }


def _delay_facts(world: World, delay: Delay, shares: Sequence[float | None]) -> dict[str, Any]:
    """Say what is known of the feed's delay, and what share of each window is told."""
    facts: dict[str, Any] = {
        "profile_days": world.snapshot.meta.delay_days,
        "newest_seen_day": delay.newest,
        "trouble": delay.trouble,
        "told": list(shares),
        "observed": list(shares[WEEK:-1]),
        "by_lag": [],
    }
    if delay.found is not None:
        low, high = delay.found.interval
        columns = (delay.found.share, low, high, delay.found.days, delay.found.rows)
        facts["by_lag"] = [
            [None if np.isnan(value) else float(value) for value in row]
            for row in zip(*columns, strict=True)
        ]
    return facts
