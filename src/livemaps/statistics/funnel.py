"""Funnel plots: how far from the whole's value a group of its size may be by chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.dispersion import dispersion
from livemaps.statistics.verdicts import ABOVE, BELOW, INNER, NOT_COMPARED, OUTER, WITHIN

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits around the whole's value, by group; NaN where a group has no size."""

    value: Floats
    whole: float
    low_95: Floats
    high_95: Floats
    low_998: Floats
    high_998: Floats
    dispersion: float
    """How many times the variance of chance alone the groups vary by; 1: no more than that."""
    position: NDArray[np.uint8]


def funnel_of_shares(count: Floats, size: Floats, whole: float | None = None) -> Funnel:
    """Return the funnel of shares count / size, binomial.

    Args:
        count: whole numbers by group, such as requests on time.
        size: of how many, by group; groups of 0 are not compared.
        whole: the share of the whole; None: that of all groups together.
    """
    from scipy import stats

    whole = whole_of(count, size) if whole is None else whole
    return _funnel(count, size, whole, whole * (1 - whole), lambda n: stats.binom(n, whole), 1.0)


def funnel_of_rates(count: Floats, exposure: Floats) -> Funnel:
    """Return the funnel of rates count / exposure, Poisson.

    Args:
        count: whole numbers by group, such as requests.
        exposure: by group, such as thousands of residents; groups of 0 are not compared.
    """
    from scipy import stats

    whole = whole_of(count, exposure)
    return _funnel(count, exposure, whole, whole, lambda n: stats.poisson(n * whole))


def whole_of(count: Floats, size: Floats) -> float:
    """Return the value of all groups together, NaN where there are none."""
    total = float(size[size > 0].sum())
    return float(count[size > 0].sum()) / total if total > 0 else float("nan")


def _funnel(
    count: Floats, size: Floats, whole: float, variance: float, law: Any, most: float = np.inf
) -> Funnel:
    """Return limits: exact where groups vary as by chance, else wider by the dispersion.

    A group is beyond them if its value is and chance alone gives such a count in less than a tail.

    `most` is the largest value there can be.

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202: exact limits with
    interpolation (appendix A.1.1), winsorised scores and the multiplicative dispersion
    (section 3.3), used where it is over 1 + 2 sqrt(2 / groups).
    """
    compared = (size > 0) & bool(variance > 0)
    value = np.divide(count, size, out=np.full(size.shape, np.nan), where=size > 0)
    spread = dispersion((value[compared] - whole) / np.sqrt(variance / size[compared]))
    tails = ((1 - INNER) / 2, (1 + INNER) / 2, (1 - OUTER) / 2, (1 + OUTER) / 2)
    limits = np.full((len(tails), len(size)), np.nan)
    for limit, tail in zip(limits, tails, strict=True):
        if spread > 1:
            wide = _normal_limit(size[compared], whole, variance * spread, tail)
            limit[compared] = np.minimum(wide, most)
        else:
            limit[compared] = _exact_limit(law(size[compared]), tail) / size[compared]
    low_95, high_95, low_998, high_998 = limits
    surely = _tails(law, count, size, compared)
    position = np.select(
        [~compared, surely & (value > high_998), surely & (value < low_998)],
        [NOT_COMPARED, ABOVE, BELOW],
        WITHIN,
    ).astype(np.uint8)
    return Funnel(value, whole, low_95, high_95, low_998, high_998, spread, position)


def _tails(law: Any, count: Floats, size: Floats, compared: NDArray[np.bool_]) -> Any:
    """Return which counts, or ones further out, chance alone gives more seldom than a tail.

    Interpolated limits lie between whole numbers: all of a group of two can lie beyond them.
    """
    chance = np.ones(size.shape)
    given = law(size[compared])
    chance[compared] = np.minimum(given.sf(count[compared] - 1), given.cdf(count[compared]))
    return chance < (1 - OUTER) / 2


def _normal_limit(size: Floats, whole: float, variance: float, tail: float) -> Floats:
    """Return a limit by the normal law, never below 0."""
    from scipy import stats

    limit: Floats = np.maximum(whole + stats.norm.ppf(tail) * np.sqrt(variance / size), 0.0)
    return limit


def _exact_limit(law: Any, tail: float) -> Floats:
    """Return the count at which a discrete law reaches a probability, interpolated, at least 0.

    r - (F(r) - tail) / P(r), r being the least whole number with F(r) >= tail.
    """
    reached = law.ppf(tail)
    limit: Floats = reached - (law.cdf(reached) - tail) / law.pmf(reached)
    return np.maximum(limit, 0.0)
