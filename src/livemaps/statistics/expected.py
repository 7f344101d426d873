"""More than expected: what areas report against their own past and against the city's mix.

Tables of counts are [areas, groups]: a group is all requests, those of a category or of a
service. The whole is the sum over the areas, so that requests without a place, of which some
services have more than others, make no area look quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.overdispersed import (
    beta_binomial_dispersion,
    beta_binomial_p,
    negative_binomial_dispersion,
    negative_binomial_p,
    steadied,
)
from livemaps.statistics.verdicts import (
    AS_EXPECTED,
    FEWER,
    LEAST_EFFECT,
    LEAST_EXPECTED,
    MORE,
    MOST_FALSE,
    TOO_FEW,
)

Floats = NDArray[np.float64]

LEAST_VARIANCE = (LEAST_EFFECT - 1) ** 2
"""Of the ratios' prior: one standard deviation of it is no less than the least effect.

In a city where nearly nothing differs the estimate is 0, which would hide the one area that does.
"""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected, and how unusual what was observed is."""

    mean: Floats
    """[areas, groups]; NaN where there is nothing to expect from."""
    dispersion: Floats
    """By group: the variance of an area's rate between windows, in units of its square."""
    p: Floats
    """Two-sided, [areas, groups]; NaN where too little is expected."""


def against_past(now: Floats, past: Sequence[Floats]) -> Expectation:
    """Set each area against its share of the group's past, times what the whole has now.

    E = P N / W: P of the area and W of the whole over all earlier windows together, N of the
    whole now. So a rise of the whole city is no area's. Given n = O + P, O is beta-binomial of
    chance N / (N + W): so what the past leaves uncertain counts too. The dispersion comes of
    setting each earlier year against the others in the same way; with one year only, of the
    areas now. NaN where the whole has no past.

    Args:
        now: whole counts in the window now, [areas, groups].
        past: as many tables as there are earlier years, at least one.
    """
    before = np.sum(past, axis=0)
    chance = _share(now.sum(axis=0), now.sum(axis=0) + before.sum(axis=0))
    mean = before * _share(now.sum(axis=0), before.sum(axis=0))
    spread = _dispersion([(now, before)] if len(past) == 1 else _each_year(past))
    tested = np.nan_to_num(mean) >= LEAST_EXPECTED
    p = beta_binomial_p(now, now + before, chance, spread, len(past) + 1, tested)
    return Expectation(mean, spread, p)


def _each_year(past: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
    """Return each year's counts with the sum of the other years'."""
    before = np.sum(past, axis=0)
    return [(year, before - year) for year in past]


def _dispersion(windows: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the dispersion over the areas of all windows, each with the sum of the others."""
    count = np.concatenate([one for one, _ in windows])
    size = np.concatenate([one + others for one, others in windows])
    chance = np.concatenate(
        [
            np.broadcast_to(_share(one.sum(axis=0), (one + others).sum(axis=0)), one.shape)
            for one, others in windows
        ]
    )
    summed, fits = max(len(windows), 2), len(windows)
    used = (np.nan_to_num(size * chance) >= LEAST_EXPECTED) & (chance < 1)
    own = beta_binomial_dispersion(count, size, chance, summed, used, fits)
    groups = int(used.any(axis=0).sum())
    pooled = beta_binomial_dispersion(
        _flat(count), _flat(size), _flat(chance), summed, used.reshape(-1, 1), fits * groups
    )
    return steadied(own, float(pooled[0]), used.sum(axis=0) - fits)


def against_mix(now: Floats, totals: Floats) -> Expectation:
    """Set each area's count against the area's total times the group's share of the whole.

    O is negative binomial with that mean; the dispersion is that of the areas now, so that an
    area stands out only where it differs by more than areas do.

    Args:
        now: whole counts in the window, [areas, groups].
        totals: all requests of each area in the window, [areas].
    """
    mean = totals[:, np.newaxis] * _share(now.sum(axis=0), np.full(now.shape[1], totals.sum()))
    tested = np.nan_to_num(mean) >= LEAST_EXPECTED
    own = negative_binomial_dispersion(now, mean, tested)
    pooled = negative_binomial_dispersion(
        _flat(now), _flat(mean), tested.reshape(-1, 1), fits=int(tested.any(axis=0).sum())
    )
    spread = steadied(own, float(pooled[0]), tested.sum(axis=0) - 1)
    return Expectation(mean, spread, negative_binomial_p(now, mean, spread, tested))


def _flat(table: Floats) -> Floats:
    """Return a table as one column: all groups together."""
    return table.reshape(-1, 1)


def _share(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, NaN where there is no whole."""
    shares: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares


def words(smoothed: Floats, q: Floats) -> NDArray[np.uint8]:
    """Return the word for each cell, as a position in `WORDS`.

    Args:
        smoothed: ratios of observed to expected, smoothed.
        q: adjusted p-values; NaN where there was no test: too few.
    """
    found = q <= MOST_FALSE
    told = np.select(
        [np.isnan(q), found & (smoothed >= LEAST_EFFECT), found & (smoothed <= 1 / LEAST_EFFECT)],
        [TOO_FEW, MORE, FEWER],
        AS_EXPECTED,
    )
    return told.astype(np.uint8)
