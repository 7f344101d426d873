"""Which share of requests kept to a day that was told for them, though some are still open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.survival import curves, tally

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some requests were closed by the day told for each."""

    share: float
    """NaN where none can be judged."""
    judged: int
    unjudged: int
    """The day told for them lies beyond what was followed."""


def closed_by(told: Whole, days: Whole, closed: NDArray[np.bool_]) -> Kept:
    """Estimate the share of requests that were closed by the day told for each.

    Those with the same day told are a group; its share is 1 - S(that day) by Kaplan-Meier, so
    that what is open counts for as long as it was followed. Groups are added up by size.

    Args:
        told: by request, the day of its life that was told; -1 is before its first.
        days: by request, whole days to closing, or to the day until which it was followed.
        closed: by request, whether it was closed.
    """
    if not len(told):
        return Kept(np.nan, 0, 0)
    limits, group = np.unique(told, return_inverse=True)
    shares = shares_by(limits, group, days, closed)
    sizes = np.bincount(group, minlength=len(limits))
    known = ~np.isnan(shares)
    judged = int(sizes[known].sum())
    kept = float((shares[known] * sizes[known]).sum()) / judged if judged else np.nan
    return Kept(kept, judged, int(sizes[~known].sum()))


def shares_by(limits: Whole, group: Whole, days: Whole, closed: NDArray[np.bool_]) -> Numbers:
    """Return by group the share closed by its limit; NaN where none was followed as long."""
    found = curves(tally(group, days, closed, len(limits)))
    shares = np.full(len(limits), np.nan)
    steps = found.steps
    for at, limit in enumerate(limits.tolist()):
        start, stop = int(steps.starts[at]), int(steps.starts[at + 1])
        last = start + int(np.searchsorted(steps.day[start:stop], limit, side="right"))
        survival = 1.0 if last == start else float(steps.survival[last - 1])
        if found.longest[at] >= limit or survival == 0:
            shares[at] = 1 - survival
    return shares
