"""Re-reported: closings that another request of the same service and place followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.levels import COMBINED
from livemaps.measures.world import Level, World
from livemaps.model import PlacePrecision, day_date
from livemaps.snapshot import SnapshotLayer
from livemaps.snapshot.columns import Column
from livemaps.statistics.rereported import AROUND_DAYS, Closings, Shares, follow_up, shares

FAMILY = "re-reported"

WINDOWS = (7, 14, 30)
"""Days after a closing in which a request counts as coming again."""

COHORT_DAYS = 730
"""Days of closings that are looked at: two years, so that each season weighs the same."""

POINT_DECIMALS = 4
"""Points that are equal to so many decimals of a degree, some 10 metres, are one place."""

PARTS = ("groups", "closings", "again", "chance", "spread")


def rereported(world: World) -> FamilyResult:
    """Count for every group the closings of two years, those re-reported, and what chance gives.

    The closings are the same for each window: those that are followed by the longest one in
    full, and preceded by the days that chance is worked out from.
    """
    last = world.days.complete
    until = last - max(WINDOWS)
    first = max(until - COHORT_DAYS + 1, world.days.since + AROUND_DAYS)
    closed, resolved = world.column("closed_day"), world.resolved
    cohort = resolved & (closed >= first) & (closed <= until)
    spots = _spots(world)
    # Older requests can neither follow a closing nor stand in the days around one.
    near = np.flatnonzero(cohort | (world.column("requested_day") >= first - AROUND_DAYS))
    found = follow_up(
        spots[near], world.column("requested_day")[near], closed[near], cohort[near], WINDOWS, last
    )
    found = Closings(near[found.row], found.spot, found.again, found.chance)
    arrays: dict[str, Column] = {}
    for name in world.levels():
        if not name.startswith(COMBINED):
            arrays |= _level(world.level(name), found)
    return FamilyResult(arrays, _facts(world, cohort, found, first, until))


def _spots(world: World) -> NDArray[np.int64]:
    """Number service and place together; -1 where there is no place.

    A place is a point where points are exact, else an area of the finest layer.
    """
    exact = world.snapshot.meta.place_precision is PlacePrecision.EXACT
    place = _points(world) if exact else _areas(world, world.snapshot.layers[0])
    size = int(place.max(initial=0)) + 1
    spot = world.column("service").astype(np.int64) * size + place
    spot[place < 0] = -1
    return spot


def _points(world: World) -> NDArray[np.int64]:
    """Return by row the number of its point, -1 where it has none."""
    places = world.snapshot.places
    known = places.points(np.arange(places.count))
    has_point = np.isfinite(known[0]) & np.isfinite(known[1])
    long, lat = (np.rint(each[has_point] * 10**POINT_DECIMALS).astype(np.int64) for each in known)
    number = np.full(places.count, -1, np.int64)
    # One number for both: latitudes take less than 360 degrees of them.
    _, number[has_point] = np.unique(long * 360 * 10**POINT_DECIMALS + lat, return_inverse=True)
    found: NDArray[np.int64] = number[world.column("place")]
    return found


def _areas(world: World, layer: SnapshotLayer) -> NDArray[np.int64]:
    """Return by row the code of its area, -1 where it lies in none."""
    area = world.column(layer.column).astype(np.int64)
    area[area >= len(layer.keys)] = -1
    return area


def _level(level: Level, found: Closings) -> dict[str, Column]:
    """Return the arrays of one level."""
    if level.included is not None:
        kept = level.included[found.row]
        found = Closings(
            found.row[kept], found.spot[kept], found.again[:, kept], found.chance[:, kept]
        )
    summed = shares(found, level.codes[found.row])
    return {f"{level.name}/{part}": getattr(summed, part) for part in PARTS}


def _facts(
    world: World, cohort: NDArray[np.bool_], found: Closings, first: int, until: int
) -> dict[str, object]:
    exact = world.snapshot.meta.place_precision is PlacePrecision.EXACT
    return {
        "place": "point" if exact else world.snapshot.layers[0].id,
        "exact": exact,
        "closed_from": str(day_date(first)),
        "closed_to": str(day_date(until)),
        "enough_history": first <= until,
        "around_days": AROUND_DAYS,
        "windows": list(WINDOWS),
        "closings": len(found.row),
        "closings_without_place": int(np.count_nonzero(cohort)) - len(found.row),
    }


def shares_of(measures: Measures, level: str) -> Shares:
    """Return what was summed by group of a level.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level.
    """
    arrays = measures.family(FAMILY).arrays
    return Shares(*(arrays[f"{level}/{part}"] for part in PARTS))
