"""Inflow, outflow and backlog of every group on every day, kept as small arrays.

The arrays are of groups x days, so that one group's whole history lies together on disk.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import MeasuresPending
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.days import Days
from livemaps.measures.levels import CITY
from livemaps.measures.world import World
from livemaps.snapshot import Snapshot
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import Vocabularies
from livemaps.statistics.flow import DailyFlow, daily_flow

FAMILY = "flow"

LONGEST_HISTORY = 20 * 366
"""Days that are kept at most: a mistyped year must not make the arrays large."""

PARTS = ("opening", "inflow", "outflow")


def flow(world: World) -> FamilyResult:
    """Count what came in and went out by day, for each group of every plain level.

    The days are those from which on every request is held up to today; `opening` is the backlog
    at the end of the day before the first.
    """
    first, last = first_day(world.days), world.days.as_of
    arrays = {
        f"{level}/{part}": compact(getattr(found, part))
        for level, found in _levels(world, first, last)
        for part in PARTS
    }
    facts = {"first": first, "last": last, "held_since": held_since(world.snapshot)}
    return FamilyResult(arrays, facts)


def flow_of(measures: Measures, level: str) -> DailyFlow:
    """Return the flow of the groups of a level, read from disk as far as it is looked at.

    Raises:
        MeasuresPending: it is not computed yet, or not for this level.
    """
    family = measures.family(FAMILY)
    if f"{level}/opening" not in family.arrays:
        raise MeasuresPending(
            f"there is no flow by {level} yet: it is computed after the next refresh"
        )
    opening, inflow, outflow = (family.arrays[f"{level}/{part}"] for part in PARTS)
    return DailyFlow(int(family.facts["first"]), opening, inflow, outflow)


def first_day(days: Days) -> int:
    """Return the first day that histories by day are told of."""
    return max(days.since, days.as_of - LONGEST_HISTORY + 1)


def held_since(snapshot: Snapshot) -> int | None:
    """Return the day before which requests are held only in part, None where all are held.

    A store that was just begun holds those only where they were still open.
    """
    held = snapshot.meta.complete_since
    # The base is sorted by requested day.
    oldest = (snapshot.base["requested_day"][:1], snapshot.fresh["requested_day"])
    partial = held is not None and any(bool((days < held).any()) for days in oldest)
    return held if partial else None


def compact(counts: Column) -> Column:
    """Return counts in the smallest unsigned type that holds them."""
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def folded(counts: Column, vocab: Vocabularies, level: str) -> Column:
    """Add counts by service (the first axis) up to categories or the city, without those apart."""
    shown = np.flatnonzero(~vocab.service_apart)
    if level == CITY:
        city: Column = counts[shown].sum(axis=0, keepdims=True)
        return city
    summed = np.zeros((len(vocab.category), *counts.shape[1:]), counts.dtype)
    np.add.at(summed, vocab.service_category[shown], counts[shown])
    return summed


def plain_levels(world: World) -> tuple[str, ...]:
    """Return the levels whose groups are looked at by row: not the city nor categories."""
    return ("service", "agency", "channel", *(layer.id for layer in world.snapshot.layers))


def _levels(world: World, first: int, last: int) -> Iterator[tuple[str, DailyFlow]]:
    """Yield each level with its flow; the city and the categories are sums of services."""
    for name in plain_levels(world):
        found = _flow(world, name, first, last)
        yield name, found
        if name == "service":
            for wider in (CITY, "category"):
                parts = (
                    folded(getattr(found, part), world.snapshot.vocab, wider) for part in PARTS
                )
                yield wider, DailyFlow(first, *parts)


def _flow(world: World, name: str, first: int, last: int) -> DailyFlow:
    """Count the flow of one level."""
    level = world.level(name)
    included: NDArray[np.bool_] | slice = slice(None) if level.included is None else level.included
    return daily_flow(
        world.column("requested_day")[included],
        world.column("closed_day")[included],
        world.resolved[included],
        level.codes[included],
        level.size,
        first,
        last,
    )
