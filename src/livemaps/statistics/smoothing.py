"""Empirical Bayes: ratios and rates of small groups, drawn towards what is usual for all.

A count O over an exposure E (what was expected, or the residents) is Poisson with the mean
theta x E, and the thetas of all groups follow one gamma distribution, estimated from them all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
"""Of the intervals beside smoothed figures."""


@dataclass(frozen=True, slots=True)
class Prior:
    """How ratios vary between groups: one mean and variance for each column."""

    mean: Floats
    variance: Floats


def prior_of(observed: Floats, exposure: Floats, least_variance: float = 0.0) -> Prior:
    """Return the gamma prior's moments, column by column.

    With n rows of exposure > 0, m = sum(O) / sum(E) and s2 = sum(E (O/E - m)^2) / sum(E):
    mean m, variance max(s2 - m / (sum(E) / n), least_variance x m^2). A column without exposure
    has the mean NaN and the variance 0.

    Args:
        observed: counts, [groups, columns].
        exposure: of the same shape, in any unit; rows of 0 tell nothing.
        least_variance: the smallest variance to believe in, in units of the squared mean.

    Source: Marshall (1991), Applied Statistics 40, 283-294, the global estimator; Clayton and
    Kaldor (1987), Biometrics 43, 671-681.
    """
    used = exposure > 0
    count = np.where(used, observed, 0.0)
    total = np.where(used, exposure, 0.0).sum(axis=0)
    ratio = np.divide(count, exposure, out=np.zeros(count.shape), where=used)
    with np.errstate(invalid="ignore"):
        mean = count.sum(axis=0) / np.where(total > 0, total, np.nan)
        spread = (np.where(used, exposure, 0.0) * (ratio - mean) ** 2).sum(axis=0) / total
        noise = mean * used.sum(axis=0) / total
        variance = np.maximum(spread - noise, least_variance * mean**2)
    return Prior(mean, np.nan_to_num(np.maximum(variance, 0.0)))


def smoothed(observed: Floats, exposure: Floats, prior: Prior) -> Floats:
    """Return the mean of theta given the count: (m^2 + v O) / (m + v E).

    Where v is 0 that is m for every group; without exposure it is m too, raised by any count.

    Args:
        observed: counts, [groups, columns].
        exposure: of the same shape.
        prior: of as many columns.
    """
    numerator = prior.mean**2 + prior.variance * observed
    divisor = prior.mean + prior.variance * exposure
    mean: Floats = np.divide(
        numerator, divisor, out=np.full(numerator.shape, np.nan), where=divisor > 0
    )
    return mean


def smoothed_interval(
    observed: Floats, exposure: Floats, prior: Prior, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Return the bounds of theta given the count, equal tails; both m where v is 0.

    Theta then follows a gamma distribution of shape m^2/v + O and rate m/v + E.
    """
    from scipy import special

    centre = np.broadcast_to(prior.mean, observed.shape)
    certain = np.broadcast_to(prior.variance <= 0, observed.shape)
    variance = np.where(certain, 1.0, prior.variance)
    shape, rate = centre**2 / variance + observed, centre / variance + exposure
    possible = ~certain & (shape > 0) & (rate > 0)
    shape, rate = np.where(possible, shape, 1.0), np.where(possible, rate, 1.0)
    tail = (1 - confidence) / 2
    low, high = (
        np.where(possible, special.gammaincinv(shape, at) / rate, centre) for at in (tail, 1 - tail)
    )
    return low, high
