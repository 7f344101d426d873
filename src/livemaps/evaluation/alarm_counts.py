"""The surge rule on daily counts: alarms where nothing was planted, and where something was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.world import World
from livemaps.statistics.alarms import Alarm, alarms
from livemaps.statistics.spans import WHOLE_YEAR
from livemaps.statistics.surge import HISTORY_DAYS, SURGE, Foreseen, Rule, foresee, judge_day

Counts = NDArray[np.int64]

REFIT = 28
"""Days after which the expectation is fitted anew; a refresh does it each day."""

EPISODE_GAP = 7
"""Alarms of one group that are at most so many days apart are one: a week's window lasts a week."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Requests of each day by level, [groups, days], from `first` to the last complete day."""

    first: int
    last: int
    levels: Mapping[str, Counts]

    def until(self, day: int) -> Mapping[str, Counts]:
        """Return the counts of the days before one, as much as the rule looks back to."""
        start = max(day - HISTORY_DAYS, self.first)
        return {
            name: counts[:, start - self.first : day - self.first]
            for name, counts in self.levels.items()
        }


def daily(world: World, levels: Sequence[str]) -> Daily:
    """Count a world's requests by day and by the groups of some levels."""
    first, last = world.days.since, world.days.complete
    since = world.column("requested_day") - first
    held = (since >= 0) & (since <= last - first)
    width = last - first + 1
    found = {}
    for name in levels:
        level = world.level(name)
        rows = np.flatnonzero(held if level.included is None else held & level.included)
        cells = level.codes[rows].astype(np.int64) * width + since[rows]
        counts = np.bincount(cells, minlength=level.size * width)
        found[name] = counts.reshape(level.size, width).astype(np.int64)
    return Daily(first, last, found)


@dataclass(frozen=True, slots=True)
class Told:
    """What the rule told of some years."""

    years: float
    alarms: tuple[Alarm, ...]

    def episodes(self, level: str | None = None) -> int:
        """Count runs of alarms of one group, of one level or of all."""
        days: dict[tuple[str, int], list[int]] = {}
        for alarm in self.alarms:
            if level in (None, alarm.level):
                days.setdefault((alarm.level, alarm.series), []).append(alarm.day)
        return sum(1 + int((np.diff(np.unique(run)) > EPISODE_GAP).sum()) for run in days.values())

    def days(self, level: str | None = None) -> int:
        """Count the days on which there was any alarm."""
        return len({alarm.day for alarm in self.alarms if level in (None, alarm.level)})


def told(counts: Daily, years: int, holidays: Sequence[int]) -> Told:
    """Return what the rule would have told on each day of the last years."""
    since = counts.last - years * WHOLE_YEAR + 1
    found = alarms(counts.levels, counts.first, since, counts.last, holidays=holidays, refit=REFIT)
    return Told(float(years), found)


@dataclass(frozen=True, slots=True)
class Planting:
    """A surge planted in a day's counts: where, how strong, and whether the rule told it."""

    level: str
    usual: float
    times: float
    found: bool


def planted(
    random: np.random.Generator,
    counts: Daily,
    days: Sequence[int],
    strengths: Sequence[float],
    each: int,
    holidays: Sequence[int],
) -> Iterator[Planting]:
    """Plant surges into some days, one at a time, and say which the rule tells once the day is whole.

    Args:
        random: where chance comes from.
        counts: those of a city without surges.
        days: days to plant in.
        strengths: how many times the usual.
        each: into how many groups of each level.
        holidays: day numbers on which the city rests.
    """
    for day in days:
        for level, before in counts.until(day).items():
            if level not in counts.levels or not before.shape[1]:
                continue
            foreseen = foresee(before, day - before.shape[1], 1, holidays=holidays)
            observed = counts.levels[level][:, day - counts.first]
            yield from _in_level(random, level, foreseen, day, observed, strengths, each)


def _in_level(
    random: np.random.Generator,
    level: str,
    foreseen: Foreseen,
    day: int,
    observed: Counts,
    strengths: Sequence[float],
    each: int,
) -> Iterator[Planting]:
    usual = foreseen.mean[:, 0]
    known = np.flatnonzero(foreseen.judged & (usual >= 1))
    chosen = known if len(known) <= each else random.choice(known, each, replace=False)
    for group in chosen.tolist():
        for times in strengths:
            more = observed.copy()
            more[group] += random.poisson((times - 1) * usual[group])
            word = judge_day(foreseen, day, more, Rule()).word[group]
            yield Planting(level, float(usual[group]), times, bool(word == SURGE))
