"""What is behind a surge: the services and the areas that brought more than their part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.surge_names import Windows
from livemaps.measures.world import World

BASE_DAYS = 56
"""The days before the judged ones from which the usual parts are taken: eight whole weeks."""
MOST = 5
"""How many services and how many areas are named."""


@dataclass(frozen=True, slots=True)
class Surging:
    """A group that surges in a window."""

    level: str
    code: int
    column: int
    """The window."""
    observed: int
    expected: float
    """Of the whole window."""


@dataclass(frozen=True, slots=True)
class _Recent:
    """The rows of the days that parts are taken from and of the judged ones."""

    days: NDArray[np.int64]
    codes: Mapping[str, NDArray[np.int64]]
    """By level: each row's group, -1 where it does not count in it."""


def behind(
    world: World, windows: Windows, found: Iterable[Surging], shares: Sequence[float | None]
) -> list[dict[str, Any]]:
    """Return for each surging group the parts that brought most above their usual share.

    `shares` are the share of each window that the feed has told. A part was expected to bring the
    group's expectation times its share of the group's requests in the eight weeks before the
    judged days; so the parts' excesses add up to the group's. Entries are JSON values:
    beside the group's `excess`, `services` and `areas` (of the finest layer) as lists of [code, observed, expected].
    """
    found, parts = list(found), _parts_by(world)
    recent = _recent(world, windows, {*parts.values(), *(one.level for one in found)})
    return [
        {
            "level": one.level,
            "code": one.code,
            "column": one.column,
            "excess": one.observed - one.expected * (shares[one.column] or 1.0),
            **{
                kind: _largest(recent, windows, one, by, shares[one.column] or 1.0)
                for kind, by in parts.items()
                if by != one.level
            },
        }
        for one in found
    ]


def _recent(world: World, windows: Windows, levels: Iterable[str]) -> _Recent:
    requested = world.column("requested_day")
    rows = np.flatnonzero((requested >= windows.first - BASE_DAYS) & (requested <= windows.last))
    codes = {}
    for name in levels:
        level = world.level(name)
        codes[name] = level.codes[rows].astype(np.int64)
        if level.included is not None:
            codes[name][~level.included[rows]] = -1
    return _Recent(requested[rows].astype(np.int64), codes)


def _parts_by(world: World) -> Mapping[str, str]:
    """Return the levels whose groups a surge is taken apart by."""
    layers = world.snapshot.layers
    return {"services": "service", **({"areas": layers[0].id} if layers else {})}


def _largest(
    recent: _Recent, windows: Windows, surging: Surging, by: str, share: float
) -> list[list[float]]:
    """Return the parts with the largest excess: [code, observed, expected]; ties by code."""
    first, last = windows.of(surging.column)
    days, parts = recent.days, recent.codes[by]
    # A service set apart is part of no group but its own.
    of_group = (recent.codes[surging.level] == surging.code) & (parts >= 0)
    size = int(parts.max(initial=0)) + 1
    before = np.bincount(parts[of_group & (days < windows.first)], minlength=size)
    now = of_group & (days >= first) & (days <= last)
    observed = np.bincount(parts[now], minlength=size)
    expected = surging.expected * share * before / max(before.sum(), 1)
    excess = observed - expected
    largest = np.argsort(-excess, kind="stable")[:MOST]
    return [
        [int(code), int(observed[code]), float(expected[code])]
        for code in largest
        if excess[code] > 0
    ]
