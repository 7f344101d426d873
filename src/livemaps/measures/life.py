"""How many requests of every group are at which point of their life, and which cannot be."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import StoreError
from livemaps.measures.contents import FamilyResult
from livemaps.measures.flow import folded, plain_levels
from livemaps.measures.levels import CITY, by_service, level_codes, level_size
from livemaps.measures.observed import seen_reopened
from livemaps.measures.world import World
from livemaps.model import Stage, Standing, day_date
from livemaps.snapshot import NO_DAY, Snapshot, Table
from livemaps.snapshot.columns import encode_id
from livemaps.statistics.orders import IMPOSSIBLE, impossible

FAMILY = "life"

RECENT_DAYS = 28
"""Days in which re-openings that were seen are counted."""

COLUMNS = (
    "requests",
    "resolved",
    "open",
    "in_progress",
    "reopened",
    "duplicates",
    "deletions",
    *(reason.replace(" ", "_") for reason in IMPOSSIBLE),
    "seen_reopened",
)
"""What is counted of each group, in the order of the arrays' second axis."""

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

_log = logging.getLogger(__name__)


def life(world: World) -> FamilyResult:
    """Count the requests of each group of every plain level at each point of their life.

    Base, less what is superseded, plus what is fresh: the counts are additive.
    """
    snapshot = world.snapshot
    recently = _seen_recently(world)
    tables = (snapshot.base, snapshot.superseded, snapshot.fresh)
    masks = [_points(table, world.days.as_of, recently) for table in tables]
    arrays: dict[str, Counts] = {}
    for level in plain_levels(world):
        base, gone, fresh = (
            _counted(snapshot, level, table, points)
            for table, points in zip(tables, masks, strict=True)
        )
        arrays[level] = base - gone + fresh
    for wider in (CITY, "category"):
        arrays[wider] = folded(arrays["service"], snapshot.vocab, wider)
    facts = {
        "columns": list(COLUMNS),
        "seen_known": recently is not None,
        "inferred": world.profile.infer_in_progress,
    }
    return FamilyResult({name: found.astype(np.uint32) for name, found in arrays.items()}, facts)


def _points(table: Table, as_of: int, recently: NDArray[np.bytes_] | None) -> Mapping[str, Mask]:
    """Return for each of `COLUMNS` which rows of a table it counts."""
    standing, stage = table["standing"], table["stage"]
    requested, closed = table["requested_day"], table["closed_day"]
    counts, resolved = standing == Standing.COUNTS, stage == Stage.RESOLVED
    reasons = impossible(requested, closed, resolved, as_of)
    reasons[~counts] = 0
    live = counts & ~resolved
    found = {
        "requests": counts,
        "resolved": counts & resolved,
        "open": live,
        "in_progress": live & (stage == Stage.IN_PROGRESS),
        "reopened": live & (closed != NO_DAY),
        "duplicates": standing == Standing.DUPLICATE,
        "deletions": standing == Standing.DELETED,
    }
    by_reason = {
        reason.replace(" ", "_"): reasons == number for number, reason in enumerate(IMPOSSIBLE, 1)
    }
    names = np.zeros(0, "S1") if recently is None else recently
    seen = counts & np.isin(table["service_request_id"], names) if len(names) else counts & False
    return MappingProxyType(found | by_reason | {"seen_reopened": seen})


def _counted(snapshot: Snapshot, level: str, table: Table, points: Mapping[str, Mask]) -> Counts:
    """Count the rows of a table by group of a level and column: shape (groups, columns)."""
    codes, size = level_codes(snapshot, level, table.__getitem__), level_size(snapshot, level)
    shown = None
    if not by_service(level) and snapshot.vocab.service_apart.any():
        shown = ~snapshot.vocab.service_apart[table["service"]]
    counted = [
        np.bincount(codes[mask if shown is None else mask & shown], minlength=size)
        for mask in (points[name] for name in COLUMNS)
    ]
    return np.stack(counted, axis=1)


def _seen_recently(world: World) -> NDArray[np.bytes_] | None:
    """Return the ids of what was seen to be re-opened lately, None where that is not known."""
    if world.data_dir is None:
        return None
    first = day_date(world.days.as_of - RECENT_DAYS + 1)
    midnight = datetime.combine(first, time(), ZoneInfo(world.profile.time_zone))
    try:
        names = seen_reopened(world.data_dir, int(midnight.timestamp()))
    except StoreError as error:
        _log.warning("re-openings that were seen are not counted: %s", error)
        return None
    return np.array([encode_id(name) for name in names], "S") if names else np.zeros(0, "S1")
