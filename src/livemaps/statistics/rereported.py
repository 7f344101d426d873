"""How often a closing is followed by another request for the same service at the same place.

A closing is *re-reported* within N days if another request of the same service and place was
requested on one of the N days after its closed day. A request on the closed day itself is not
counted: with whole days it cannot be told whether it came before the work was done.

Where places are whole areas, most such requests have nothing to do with the one that was closed.
What chance alone would give is worked out for each closing from the days around it, which the
request itself and the N days in question are left out of: with K other requests of that service and
place in L days around,

    chance = 1 - (1 - N / L) ** K

This is exact in two ways. It is the share of all shuffles of K requests over L days that put at
least one in a given N of them; and for requests that come independently at a steady rate its mean
is 1 - exp(-rate * N), whereas 1 - exp(-N * K / L), with the rate merely estimated, is too small on
average: that function is concave, and would make chance look like re-reporting in small groups.
The days around are whole weeks close by, so that weekday, season and the area's own rate are those of
the N days.

Source of the estimator: Lehmann, E. L. and Casella, G., Theory of Point Estimation (2nd ed., 1998),
section 2.3 (unbiased estimation of the Poisson's zero probability); of the interval of a ratio of
sums over clusters: Cochran, W. G., Sampling Techniques (3rd ed., 1977), sections 6.3 and 11.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AROUND_DAYS = 35
"""Days before the closing, and again after the window, from which chance is worked out. Five whole
weeks: each weekday equally often, and more than the longest window even where only one side is
there yet."""

FEWEST_CLUSTERS = 10
"""Below so many clusters an interval of their ratio says nothing."""

LONG = np.int64
Ints = NDArray[np.integer]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Closings:
    """The closings that are looked at, in order of spot and closed day.

    `row` is the index among all requests; `again` and `chance` are [window, closing]: whether it
    was re-reported within the window, and the probability of that by chance alone.
    """

    row: NDArray[np.int64]
    spot: NDArray[np.int64]
    again: NDArray[np.bool_]
    chance: Floats


def follow_up(
    spot: Ints,
    requested: Ints,
    closed: Ints,
    chosen: NDArray[np.bool_],
    windows: Sequence[int],
    last: int,
) -> Closings:
    """Return for each chosen closing whether it was re-reported, and what chance would give.

    `spot` numbers service and place together (negative: no place, left out). All requests are
    given, the open ones too, because any may be the one that comes again; `chosen` are resolved
    ones, closed at least the longest window before `last`, the newest day that is whole, and at
    least `AROUND_DAYS` after the first day from which all requests are given.
    """
    placed = spot >= 0
    first = int(requested.min(initial=last)) - AROUND_DAYS
    span = max(int(closed.max(initial=last)), last) + max(windows) + AROUND_DAYS - first + 2
    history = np.sort(spot[placed].astype(LONG) * span + (requested[placed] - first))
    row = np.flatnonzero(chosen & placed)
    keys = spot[row].astype(LONG) * span + (closed[row] - first)
    order = np.argsort(keys, kind="stable")
    row, keys = row[order], keys[order]
    count = _Counter(history, keys)
    day = closed[row].astype(LONG)
    before = count(-1) - count(-AROUND_DAYS - 1)
    own = (requested[row] >= day - AROUND_DAYS) & (requested[row] < day)
    at_closing = count(0)
    again = np.empty((len(windows), len(row)), bool)
    chance = np.empty(again.shape)
    for at, window in enumerate(windows):
        ends = count(window)
        again[at] = ends > at_closing
        after_days = np.clip(last - day - window, 0, AROUND_DAYS)
        around = before - own + count(window + after_days) - ends
        chance[at] = 1 - (1 - window / (AROUND_DAYS + after_days)) ** around
    return Closings(row, spot[row].astype(LONG), again, chance)


@dataclass(frozen=True)
class _Counter:
    """Counts a spot's requests up to some days after each closing; the keys hold both."""

    history: NDArray[np.int64]
    keys: NDArray[np.int64]

    def __call__(self, shift: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many requests come up to `shift` days after each closing, that day included.

        Those of smaller spots are counted too, which differences take out again.
        """
        return np.searchsorted(self.history, self.keys + shift, side="right").astype(LONG)


@dataclass(frozen=True)
class Shares:
    """By group (only those with closings, in order of code); two-dimensional ones are [window, group].

    `spread` is the standard error of `again / chance` divided by it, NaN where it says nothing.
    """

    groups: NDArray[np.int64]
    closings: NDArray[np.int64]
    again: NDArray[np.int64]
    chance: Floats
    """How many chance alone would give."""
    spread: Floats


def shares(found: Closings, group: Ints) -> Shares:
    """Sum closings by group (a code for each closing), with the error of observed over chance.

    Closings of one service and place share the requests that follow them, so they are one
    cluster, and clusters are taken for independent: the linearised error of a ratio of sums.
    """
    width = int(found.spot.max(initial=0)) + 1
    keys, cluster = np.unique(group.astype(LONG) * width + found.spot, return_inverse=True)
    groups, of_cluster = np.unique(keys // width, return_inverse=True)
    closings = np.bincount(cluster, minlength=len(keys))
    clusters = np.bincount(of_cluster, minlength=len(groups))
    again, chance, spread = [], [], []
    for observed, expected in zip(found.again, found.chance, strict=True):
        in_cluster = (_sums(cluster, observed, len(keys)), _sums(cluster, expected, len(keys)))
        sums = [_sums(of_cluster, each, len(groups)) for each in in_cluster]
        again.append(sums[0].astype(LONG))
        chance.append(sums[1])
        spread.append(_relative_error(in_cluster, sums, of_cluster, clusters))
    totals = np.bincount(of_cluster, closings, minlength=len(groups)).astype(LONG)
    return Shares(groups, totals, np.array(again), np.array(chance), np.array(spread))


def _relative_error(
    in_cluster: tuple[Floats, Floats], sums: Sequence[Floats], of_cluster: Ints, clusters: Ints
) -> Floats:
    """Return the standard error of sums[0] / sums[1], relative to it, from sums by cluster."""
    usable = (sums[0] > 0) & (sums[1] > 0) & (clusters >= FEWEST_CLUSTERS)
    ratio = np.divide(sums[0], sums[1], out=np.zeros(len(clusters)), where=usable)
    residual = in_cluster[0] - ratio[of_cluster] * in_cluster[1]
    squares = np.bincount(of_cluster, residual**2, minlength=len(clusters))
    variance = squares * clusters / np.maximum(clusters - 1, 1)
    nothing = np.full(len(clusters), np.nan)
    error: Floats = np.divide(np.sqrt(variance), sums[0], out=nothing, where=usable)
    return error


def _sums(code: Ints, values: NDArray[np.bool_] | Floats, size: int) -> Floats:
    """Return the sum of values by code."""
    return np.bincount(code, values, minlength=size).astype(np.float64)


def ratio_interval(ratio: float, spread: float, z: float) -> tuple[float, float]:
    """Return the interval of a ratio from its relative error, symmetric in its logarithm."""
    factor = float(np.exp(z * spread))
    return ratio / factor, ratio * factor
