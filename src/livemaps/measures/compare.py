"""Areas and agencies against the whole, with the limits of what chance gives groups of a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.population import load_population
from livemaps.measures.compare_names import (
    COHORT,
    FOUR_WEEKS,
    ON_TIME,
    OVER_FOUR_WEEKS,
    REQUESTS,
    RESOLVED,
    WINDOW,
)
from livemaps.measures.contents import FamilyResult
from livemaps.measures.expected_names import PER_RESIDENTS
from livemaps.measures.standards import due_of, service_standards
from livemaps.measures.world import Level, World
from livemaps.snapshot import NO_DAY, SnapshotLayer
from livemaps.snapshot.columns import Column
from livemaps.statistics.funnel import Funnel, funnel_of_rates, funnel_of_shares
from livemaps.statistics.standards import NO_STANDARD, Outcome, outcomes

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

ARRAYS = ("value", "low_95", "high_95", "low_998", "high_998", "position")


@dataclass(frozen=True)
class Share:
    """The rows that a share is of, and which of them it counts."""

    of: Rows
    counts: NDArray[np.bool_]


def compare(world: World) -> FamilyResult:
    """Compare the groups of every layer and the agencies with the whole.

    Arrays are `<level>/<measure>/<name>`, by group (areas only, without the `Unplaced` codes);
    facts under the same key have what holds for all groups. What the days do not allow is None
    in the facts and has no arrays.
    """
    shares = {
        OVER_FOUR_WEEKS: _over_four_weeks(world),
        RESOLVED: _resolved(world),
        ON_TIME: _on_time(world),
    }
    arrays: dict[str, Column] = {}
    facts: dict[str, Any] = {}
    for level, layer in _levels(world):
        groups = len(layer.keys) if layer else level.size
        found = {name: _share(level, groups, share) for name, share in shares.items()}
        found[REQUESTS] = _requests(world, level, layer)
        for name, one in found.items():
            facts[f"{level.name}/{name}"] = one and one.facts
            if one is not None:
                arrays |= {f"{level.name}/{name}/{key}": each for key, each in one.arrays.items()}
    return FamilyResult(arrays, facts)


def _levels(world: World) -> Iterator[tuple[Level, SnapshotLayer | None]]:
    yield world.level("agency"), None
    for layer in world.snapshot.layers:
        yield world.level(layer.id), layer


@dataclass(frozen=True)
class _Compared:
    """One measure of one level."""

    arrays: dict[str, Column]
    facts: dict[str, Any]

    @classmethod
    def of(cls, funnel: Funnel, count: Floats, size: Floats, **facts: Any) -> _Compared:
        """Put a funnel into arrays and facts."""
        arrays: dict[str, Column] = {name: getattr(funnel, name) for name in ARRAYS}
        whole = None if np.isnan(funnel.whole) else funnel.whole
        return cls(
            arrays | {"count": count, "size": size},
            {"whole": whole, "dispersion": funnel.dispersion, **facts},
        )


def _over_four_weeks(world: World) -> Share:
    """Of the open requests, those four weeks old or more today."""
    rows = np.flatnonzero(~world.resolved)
    return Share(rows, world.days.as_of - world.column("requested_day")[rows] >= FOUR_WEEKS)


def _resolved(world: World) -> Share | None:
    """Of the requests of 91 days that ended four weeks ago, those resolved within four weeks."""
    last = world.days.complete - FOUR_WEEKS
    first = last - COHORT + 1
    if first < world.days.since:
        return None
    requested = world.column("requested_day")
    rows = np.flatnonzero((requested >= first) & (requested <= last))
    days = world.column("closed_day")[rows] - requested[rows]
    return Share(rows, world.resolved[rows] & (days <= FOUR_WEEKS))


def _on_time(world: World) -> Share | None:
    """Of the requests due in 91 days, those done by then; None where nothing is promised."""
    of_service = service_standards(world)
    if (of_service == NO_STANDARD).all() and (world.column("expected_day") == NO_DAY).all():
        return None
    due = due_of(world, of_service).day
    last = world.days.complete
    held = world.column("requested_day") >= world.days.since
    rows = np.flatnonzero(held & (due > last - COHORT) & (due <= last))
    closed = world.column("closed_day")[rows]
    judged = outcomes(due[rows], world.resolved[rows], closed, last + 1)
    return Share(rows, judged == Outcome.ON_TIME)


def _share(level: Level, groups: int, share: Share | None) -> _Compared | None:
    """Compare a share; the whole has the requests without a place too."""
    if share is None:
        return None
    kept = np.ones(len(share.of), bool) if level.included is None else level.included[share.of]
    codes = level.codes[share.of[kept]]
    size = np.bincount(codes, minlength=level.size).astype(np.float64)
    count = np.bincount(codes[share.counts[kept]], minlength=level.size).astype(np.float64)
    if size.sum() == 0:
        return None
    funnel = funnel_of_shares(count[:groups], size[:groups], float(count.sum() / size.sum()))
    return _Compared.of(
        funnel,
        count[:groups],
        size[:groups],
        whole_count=int(count.sum()),
        whole_size=int(size.sum()),
    )


def _requests(world: World, level: Level, layer: SnapshotLayer | None) -> _Compared | None:
    """Compare the requests of 28 days per 1,000 residents, or list them where there are none."""
    first, last = world.days.complete - WINDOW + 1, world.days.complete
    if first < world.days.since:
        return None
    requested = world.column("requested_day")
    rows = np.flatnonzero((requested >= first) & (requested <= last))
    kept = rows if level.included is None else rows[level.included[rows]]
    count = np.bincount(level.codes[kept], minlength=level.size).astype(np.float64)
    people = load_population(world.profile, layer.id, layer.keys) if layer else None
    if layer is None or people is None:
        groups = len(layer.keys) if layer else level.size
        return _counts(count[:groups], int(count.sum()))
    numbers = people.residents
    residents = np.array([numbers.get(key, np.nan) for key in layer.keys], np.float64)
    own = count[: len(layer.keys)]
    # An area of which the table says nothing has an unknown size, which is not the size 0.
    funnel = funnel_of_rates(own, np.nan_to_num(residents) / PER_RESIDENTS)
    return _Compared.of(funnel, own, residents, per=PER_RESIDENTS, whole_count=int(count.sum()))


def _counts(count: Floats, total: int) -> _Compared:
    """Return counts that cannot be compared: nobody knows of how many residents they come."""
    none = np.full(len(count), np.nan)
    arrays: dict[str, Column] = dict.fromkeys(ARRAYS[1:-1], none)
    arrays |= {
        "value": count,
        "count": count,
        "size": none,
        "position": np.zeros(len(count), np.uint8),
    }
    return _Compared(arrays, {"whole": total, "dispersion": None, "per": None})
