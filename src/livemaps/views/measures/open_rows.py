"""The open requests under the screens' own filters, as rows of `snapshot.current`, and groups.

The same bits decide as in every other view, so that the counts are the screens' own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.levels import level_codes, level_size
from livemaps.model import AGE_BANDS, Filters, Measure, Stage
from livemaps.snapshot import Snapshot, Table
from livemaps.views.ages import ages, bands_of
from livemaps.views.masks import Part, Rows, parts, sieve
from livemaps.views.measures.groups import Group, Words

STAGE, AGE = "stage", "age"


@dataclass(frozen=True)
class OpenRows:
    """Rows of `snapshot.current`: what is open, in the order of requested day, then id."""

    part: Part
    shown: Rows
    """What passes all filters: the backlog."""
    apart: Rows
    """Of services set apart, if all other filters pass; shown or not."""
    duplicates: Rows
    """Duplicates and deletions that pass all filters."""


def open_rows(snapshot: Snapshot, filters: Filters) -> OpenRows:
    """Return the open requests under all filters; the measure is always the backlog.

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    asked = replace(filters, measure=Measure.OPEN)
    found = sieve(snapshot, asked)
    (part,) = parts(snapshot, asked)
    failed = np.concatenate(
        [np.zeros(0, np.uint32), *(found.fails(part, rows) for rows in part.chunks())]
    )
    apart = (failed & ~np.uint32(found.bits["apart"])) == 0
    apart &= snapshot.vocab.service_apart[snapshot.current["service"][part.start : part.end]]
    shown, duplicates = failed == 0, failed == found.bits["standing"]
    rows = (np.flatnonzero(mask) + part.start for mask in (shown, apart, duplicates))
    return OpenRows(part, *rows)


def levels_of(snapshot: Snapshot) -> tuple[str, ...]:
    """Return by what open requests can be grouped."""
    return (*Words(snapshot.vocab, snapshot.layers).levels(), STAGE, AGE)


def checked(snapshot: Snapshot, level: str) -> str:
    """Return a level of open requests. UnknownValue where there is none of that name."""
    if level not in levels_of(snapshot):
        raise UnknownValue("by", level, f"choose one of {', '.join(levels_of(snapshot))}")
    return level


def codes_of(snapshot: Snapshot, table: Table, rows: Rows, level: str) -> NDArray[Any]:
    """Return the group of some rows in a level, a stage or an age band."""
    if level == STAGE:
        return table["stage"][rows]
    if level == AGE:
        return bands_of(ages(table, rows, snapshot.meta.as_of_day))
    return level_codes(snapshot, level, lambda name: table[name][rows])


def size_of(snapshot: Snapshot, level: str) -> int:
    """Return how many groups a level has."""
    fixed = {STAGE: len(Stage), AGE: len(AGE_BANDS)}
    return fixed[level] if level in fixed else level_size(snapshot, level)


def group_of(snapshot: Snapshot, level: str, code: int) -> Group:
    """Return a group by name: of stages and age bands, as filters have them."""
    if level == STAGE:
        stage = Stage(code).name.lower()
        return Group(stage, stage)
    if level == AGE:
        return Group(AGE_BANDS[code].key, AGE_BANDS[code].key)
    return Words(snapshot.vocab, snapshot.layers).group(level, code)


def counted(codes: NDArray[Any], size: int) -> NDArray[np.int64]:
    """Count by code."""
    return np.bincount(codes, minlength=size)


def firsts(codes: NDArray[Any], size: int) -> NDArray[np.int64]:
    """Return the position at which each code first occurs, -1 where it does not."""
    found = np.full(size, -1, np.int64)
    # Backwards, so that of several positions the first is written last.
    found[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return found


def medians(ages: NDArray[Any], codes: NDArray[Any], size: int) -> list[float | None]:
    """Return the median of the ages of each code, None for a code without any.

    The ages must not grow from one row to the next, as those of rows sorted by requested day
    do not. Of an even number it is the mean of the two in the middle, as in pandas and numpy.
    """
    order = np.argsort(codes, kind="stable")
    counts = counted(codes, size)
    ends, present = np.cumsum(counts), counts > 0
    starts = ends - counts
    low, high = starts + (counts - 1) // 2, starts + counts // 2
    middle = (ages[order[low[present]]] + ages[order[high[present]]]) / 2
    found: list[float | None] = [None] * size
    for code, value in zip(np.flatnonzero(present).tolist(), middle.tolist(), strict=True):
        found[code] = value
    return found
