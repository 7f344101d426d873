"""The queues of every group: weekly inflow and outflow, and whether they grow or shrink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import MeasuresPending
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.days import Days
from livemaps.measures.flow import compact, held_since
from livemaps.measures.world import World
from livemaps.snapshot import Snapshot
from livemaps.snapshot.columns import Column
from livemaps.statistics.flow import DailyFlow, daily_flow
from livemaps.statistics.queues import RATE_WEEKS, WEEKS, Queues, Word, queues_of
from livemaps.statistics.spans import WEEK

Mask = NDArray[np.bool_]

FAMILY = "queues"

LEAST_HELD = 365
"""Days before the four weeks of which every request has to be held.

A store that was just begun holds older requests only where they are still open: it knows their
inflow, but not that others like them were closed, so every queue would seem to grow. Few
requests are closed after more than a year.
"""


def queues_of_world(world: World) -> FamilyResult:
    """Judge the queues of all groups of all levels by their last eight complete weeks."""
    first = first_day(world.days)
    touched = ~world.resolved | (world.column("closed_day") >= first)
    arrays: dict[str, Column] = {}
    for name in world.levels():
        found = _queues(world, name, first, touched)
        arrays |= {
            f"{name}/backlog": compact(found.backlog),
            f"{name}/inflow": compact(found.inflow),
            f"{name}/outflow": compact(found.outflow),
            f"{name}/word": found.words,
        }
    return FamilyResult(arrays, {"told": growth_known(world.snapshot, world.days.complete)})


def queues_at(measures: Measures, level: str) -> Queues:
    """Return the queues of the groups of a level.

    Raises:
        MeasuresPending: they are not computed yet, or not for this level.
    """
    arrays = measures.family(FAMILY).arrays
    if f"{level}/word" not in arrays:
        raise MeasuresPending(
            f"there are no queues by {level} yet: they come with the next refresh"
        )
    backlog, inflow, outflow = (
        arrays[f"{level}/{name}"].astype(np.int64) for name in ("backlog", "inflow", "outflow")
    )
    return Queues(backlog, inflow, outflow, arrays[f"{level}/word"])


def first_day(days: Days) -> int:
    """Return the first day of the weeks that are looked at, as far as they are held."""
    return max(days.complete - RATE_WEEKS * WEEK + 1, days.since)


def growth_known(snapshot: Snapshot, complete: int) -> bool:
    """Whether it is known what grows: every request is held for long enough before the four weeks.

    `complete` is the last complete day, with which these end.
    """
    held = held_since(snapshot)
    return held is None or complete - WEEKS * WEEK - held >= LEAST_HELD


def judged(daily: DailyFlow, known: bool) -> Queues:
    """Judge queues by their whole weeks up to the last day; all are "too few" unless growth is `known`."""
    found = queues_of(daily)
    return found if known else replace(found, words=np.full_like(found.words, Word.TOO_FEW))


def _queues(world: World, name: str, first: int, touched: Mask) -> Queues:
    """Judge the queues of one level."""
    level = world.level(name)
    rows = np.flatnonzero(touched if level.included is None else touched & level.included)
    daily = daily_flow(
        world.column("requested_day")[rows],
        world.column("closed_day")[rows],
        world.resolved[rows],
        level.codes[rows],
        level.size,
        first,
        world.days.complete,
    )
    return judged(daily, growth_known(world.snapshot, world.days.complete))
