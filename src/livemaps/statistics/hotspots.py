"""Hot spots: areas that are high or low together with their neighbours.

An area is left out of the test where it has no value, where none of its neighbours has one, and
everywhere where fewer than `LEAST_AREAS` are left or all values are the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.discovery import q_values
from livemaps.statistics.verdicts import COLD, HOT, MOST_FALSE, NONE, NOT_TESTED, PERMUTATIONS

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

LEAST_AREAS = 8
"""Of fewer areas there are too few ways to shuffle the neighbours."""


@dataclass(frozen=True, slots=True)
class HotSpots:
    """What was found, by area. Figures are NaN where an area was not tested."""

    z: Floats
    """Gi* as a standard score, Ord and Getis (1995), equation 6, binary weights."""
    z_p: Floats
    z_q: Floats
    moran: Floats
    """Local Moran's I, Anselin (1995), weights that sum to 1 for each area."""
    moran_p: Floats
    moran_q: Floats
    spot: Codes
    """By position in `verdicts.SPOTS`."""
    cluster: Codes
    """By position in `verdicts.CLUSTERS`."""


def hot_spots(
    values: Floats, pairs: NDArray[np.int64], seed: int, permutations: int = PERMUTATIONS
) -> HotSpots:
    """Return where high or low values lie together.

    p is two-sided: 2 min(#(s >= v) + 1, #(s <= v) + 1) / (R + 1), at most 1, of R values s that
    come of giving the area's neighbours the values of other areas at random (conditional
    permutation). q: `q_values` over the areas tested.

    Args:
        values: by area, the higher the more; NaN where there is none.
        pairs: neighbours, positions of two areas a row, each pair once.
        seed: of the permutations.
        permutations: R.

    Source: Ord and Getis (1995), Geographical Analysis 27, 286-306 (`esda.G_Local`, transform
    "B", star); Anselin (1995), the same 27, 93-115 (`esda.Moran_Local`, transformation "r").
    """
    tested = _testable(values, pairs)
    found = {name: np.full(len(values), np.nan) for name in ("z", "z_p", "moran", "moran_p")}
    quadrant = np.zeros(len(values), np.uint8)
    if tested.any():
        given = values[tested]
        near = _neighbours(tested, pairs)
        found["z"][tested], found["z_p"][tested] = _getis_ord(given, near, seed, permutations)
        moran, p, quadrants = _local_moran(given, near, seed, permutations)
        found["moran"][tested], found["moran_p"][tested] = moran, p
        quadrant[tested] = quadrants
    z_q, moran_q = q_values(found["z_p"]), q_values(found["moran_p"])
    side = np.where(found["z"] > 0, HOT, COLD)
    return HotSpots(
        **found,
        z_q=z_q,
        moran_q=moran_q,
        spot=_named(tested, z_q, side),
        cluster=_named(tested, moran_q, quadrant + 1),
    )


def _named(tested: NDArray[np.bool_], q: Floats, kind: NDArray[Any]) -> Codes:
    named = np.where(q <= MOST_FALSE, kind, NONE)
    return np.where(tested, named, NOT_TESTED).astype(np.uint8)


def _testable(values: Floats, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which areas have a value and a neighbour with one; none where there are too few."""
    given = ~np.isnan(values)
    joined = pairs[given[pairs].all(axis=1)]
    tested = np.zeros(len(values), bool)
    tested[joined.ravel()] = True
    kept = values[tested]
    if len(kept) < LEAST_AREAS or np.ptp(kept) <= 1e-9 * max(float(np.abs(kept).max()), 1.0):
        return np.zeros(len(values), bool)
    return tested


def _neighbours(tested: NDArray[np.bool_], pairs: NDArray[np.int64]) -> dict[int, list[int]]:
    """Return the neighbours of each tested area, renumbered from 0, in order."""
    number = np.cumsum(tested) - 1
    joined = number[pairs[tested[pairs].all(axis=1)]]
    near: dict[int, list[int]] = {at: [] for at in range(int(tested.sum()))}
    for first, second in joined.tolist():
        near[first].append(second)
        near[second].append(first)
    return {at: sorted(others) for at, others in near.items()}


def _getis_ord(
    values: Floats, near: dict[int, list[int]], seed: int, permutations: int
) -> tuple[Floats, Floats]:
    """Return Gi* as a standard score, and p. Shifted to begin at 1: the score stays the same."""
    import esda

    with_itself = {at: sorted([at, *others]) for at, others in near.items()}
    with _quiet():
        found = esda.G_Local(
            values - values.min() + 1.0,
            _weights(with_itself),
            transform="B",
            star=True,
            permutations=permutations,
            n_jobs=1,
            seed=seed,
        )
    return found.Zs, _two_sided(found.Gs, found.rGs)


def _local_moran(
    values: Floats, near: dict[int, list[int]], seed: int, permutations: int
) -> tuple[Floats, Floats, Codes]:
    """Return local Moran's I, p and the quadrants: 1 high among high, 2 low-high, 3 low-low, 4."""
    import esda

    with _quiet():
        found = esda.Moran_Local(
            values,
            _weights(near),
            transformation="r",
            permutations=permutations,
            n_jobs=1,
            seed=seed,
        )
    return found.Is, _two_sided(found.Is, found.rlisas), found.q.astype(np.uint8)


def _two_sided(observed: Floats, simulated: Floats) -> Floats:
    """Return the pseudo p-values of statistics, [areas], among simulated ones, [areas, times].

    Equal but for rounding counts as equal: esda sums the observed and the simulated in another
    order.
    """
    slack = 1e-9 * np.abs(observed)[:, np.newaxis]
    above = (simulated >= observed[:, np.newaxis] - slack).sum(axis=1)
    below = (simulated <= observed[:, np.newaxis] + slack).sum(axis=1)
    p: Floats = np.minimum(2.0 * (np.minimum(above, below) + 1) / (simulated.shape[1] + 1), 1.0)
    return p


def _weights(near: dict[int, list[int]]) -> Any:
    """Return the weights anew: esda changes those that it is given."""
    from libpysal.weights import W

    return W(near, id_order=sorted(near), silence_warnings=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep numpy's global generator, which esda seeds, as it was.

    Its warning says that its own p, which is not used here, will become two-sided.
    """
    state = np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
