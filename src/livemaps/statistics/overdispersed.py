"""Counts that vary by more than chance alone: how much more, and what is still unusual.

A count's rate is thought to vary from one window to another as a gamma distribution of variance
d times the squared mean. Then the count is negative binomial; and of two counts that are known
only together, one given their sum is beta-binomial, whatever the rate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEADY = 50
"""Degrees of freedom that the dispersion of all groups together counts for."""

STEPS = 60
"""Halvings when the dispersion is sought: far below what a figure shows."""

MOST_CORRELATION = 0.999
"""The correlation within a sum of counts that stands for all larger ones."""


def negative_binomial_dispersion(
    observed: Floats, mean: Floats, used: NDArray[np.bool_], fits: int = 1
) -> Floats:
    """Return the d >= 0 that makes Pearson's sum equal its degrees of freedom.

    sum (O - E)^2 / (E + d E^2) = n - fits over the n cells that are used; 0 where the sum is no
    larger at d = 0, or where n <= fits.

    Args:
        observed: counts, [cells, groups].
        mean: what is expected, of the same shape, over 0 where it is used.
        used: which cells, of the same shape.
        fits: how many sums of the expectation were made equal to those observed.

    Returns:
        By group.

    Source: Breslow (1984), Applied Statistics 33, 38-44.
    """
    expected = np.where(used, mean, 1.0)
    squares = np.where(used, (observed - expected) ** 2, 0.0)
    return _solved(
        lambda d: squares / (expected + d * expected**2),
        used.sum(axis=0) - fits,
        (squares / expected**2).sum(axis=0),
    )


def beta_binomial_dispersion(
    count: Floats, size: Floats, chance: Floats, windows: int, used: NDArray[np.bool_], fits: int
) -> Floats:
    """Return the d >= 0 of a count of one window among the `size` of `windows` windows.

    sum (x - n c)^2 / (n c (1 - c) (1 + (n - 1) r)) = cells used - fits, r = d / (windows + d).

    Args:
        count: x, [cells, groups].
        size: n, of the same shape: the counts of all windows together.
        chance: c, of a shape that fits.
        windows: how many, the one of `count` included.
        used: which cells; those with no size must not be.
        fits: how many sums of n c were made equal to those of x.

    Returns:
        By group.

    Source: Williams (1982), Applied Statistics 31, 144-148, for the correlation r.
    """
    poisson = np.where(used, size * chance * (1 - chance), 1.0)
    squares = np.where(used, (count - size * chance) ** 2, 0.0)
    more = np.where(used, size - 1.0, 0.0)
    freedom = used.sum(axis=0) - fits
    most = np.full(freedom.shape, MOST_CORRELATION)
    correlation = _solved(lambda r: squares / (poisson * (1 + more * r)), freedom, most)
    return windows * correlation / (1 - correlation)


def _solved(terms: Callable[[Floats], Floats], freedom: NDArray[np.int_], high: Floats) -> Floats:
    """Return where falling sums meet the degrees of freedom, between 0 and `high`."""
    low = np.zeros(freedom.shape)
    over = (freedom > 0) & (terms(low).sum(axis=0) > freedom)
    for _ in range(STEPS):
        middle = (low + high) / 2
        above = terms(middle).sum(axis=0) > freedom
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(over, (low + high) / 2, 0.0)


def steadied(own: Floats, pooled: float, freedom: NDArray[np.int_]) -> Floats:
    """Return each group's dispersion drawn towards that of all groups, by how little it rests on.

    (f d + `STEADY` d_all) / (f + `STEADY`), f the group's degrees of freedom, at least 0. A
    dispersion of a dozen cells is by chance often far too small, and then chance looks like news.

    Source: the idea of Smyth (2004), Statist. Appl. Genet. Mol. Biol. 3(1), 3, with fixed weight.
    """
    free = np.maximum(freedom, 0)
    drawn: Floats = (free * own + STEADY * pooled) / (free + STEADY)
    return drawn


def negative_binomial_p(
    observed: Floats, mean: Floats, dispersion: Floats, tested: NDArray[np.bool_]
) -> Floats:
    """Return the two-sided mid-p of counts of a known mean; NaN where not tested.

    2 min(P(X < O), P(X > O)) + P(X = O), at most 1; X has the variance E + d E^2 and is Poisson
    where d is 0.

    Source: Lancaster (1961), J. Am. Statist. Ass. 56, 223-234 (mid-p); `scipy.stats`.
    """
    from scipy import stats

    expected = np.where(tested, mean, 1.0)
    wide = np.broadcast_to(dispersion > 0, expected.shape)
    size = 1.0 / np.where(wide, dispersion, 1.0)
    narrow, broad = stats.poisson(expected), stats.nbinom(size, size / (size + expected))
    below = np.where(wide, broad.cdf(observed - 1), narrow.cdf(observed - 1))
    above = np.where(wide, broad.sf(observed), narrow.sf(observed))
    equal = np.where(wide, broad.pmf(observed), narrow.pmf(observed))
    p = np.minimum(2 * np.minimum(below, above) + equal, 1.0)
    return np.where(tested, p, np.nan)


def beta_binomial_p(
    count: Floats,
    size: Floats,
    chance: Floats,
    dispersion: Floats,
    windows: int,
    tested: NDArray[np.bool_],
) -> Floats:
    """Return the two-sided mid-p of counts given the sums that they are part of.

    X of n is beta-binomial with a = c windows / d and b = (1 - c) windows / d, binomial where d
    is 0: as independent negative binomial counts are, given their sum.

    Args:
        count: whole, [areas, groups].
        size: n, of the same shape.
        chance: c, by group.
        dispersion: d, by group.
        windows: how many are summed.
        tested: which cells; the others are NaN.

    Source: Lancaster (1961) for the mid-p; Johnson, Kemp and Kotz (2005), Univariate Discrete
    Distributions, 6.2.2.
    """
    from scipy import stats

    p: Floats = np.full(count.shape, np.nan)
    for group in range(count.shape[1]):
        cells = np.flatnonzero(tested[:, group])
        x, n, c = count[cells, group], size[cells, group], chance[group]
        if dispersion[group] > 0:
            total = windows / dispersion[group]
            p[cells, group] = _beta_binomial_tails(x, n, c * total, (1 - c) * total)
        elif len(cells):
            law = stats.binom(n, c)
            p[cells, group] = 2 * np.minimum(law.cdf(x - 1), law.sf(x)) + law.pmf(x)
    return np.where(p > 1, 1.0, p)


def _beta_binomial_tails(count: Floats, size: Floats, a: float, b: float) -> Floats:
    """Return 2 min(below, above) + equal for counts of one law.

    The chance of k of n is A(k) B(n - k) / C(n): two tables serve all cells, where scipy's
    distribution sums each cell's tail anew.
    """
    from scipy import special

    if not len(count):
        return np.empty(0)
    steps = np.arange(int(size.max()) + 1.0)
    first = special.gammaln(steps + a) - special.gammaln(steps + 1) - special.gammaln(a)
    second = special.gammaln(steps + b) - special.gammaln(steps + 1) - special.gammaln(b)
    p = np.empty(len(count))
    for at, (x, n) in enumerate(zip(count.astype(int), size.astype(int), strict=True)):
        logarithms = first[: n + 1] + second[n::-1]
        chances = np.exp(logarithms - logarithms.max())
        below, equal, above = chances[:x].sum(), chances[x], chances[x + 1 :].sum()
        p[at] = (2 * min(below, above) + equal) / (below + equal + above)
    return p
