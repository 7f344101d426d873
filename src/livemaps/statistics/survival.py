"""How long things last when some are not over yet: Kaplan-Meier for many groups at once.

Method: Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete
observations, JASA 53; variance by Greenwood, M. (1926). Days are whole, so many requests leave
on the same day: those closed on a day come before those censored on it, who are still at risk
then, as in `lifelines.KaplanMeierFitter`, with which everything here agrees to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Codes = NDArray[Any]

NOT_REACHED = -1
"""Stands for a day that is not known because nothing was followed that long."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many left each group on each day, for the days on which any did.

    Sorted by group, then day. All that a curve needs of its requests: order is lost, nothing else.
    """

    groups: int
    group: Whole
    day: Whole
    closed: Whole
    """How many were closed that day."""
    left: Whole
    """How many were closed or censored that day."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The curves of many groups, one after the other: group g has `starts[g]:starts[g + 1]`.

    A step is a day on which any request of the group was closed or censored.
    """

    starts: Codes
    """One more than there are groups."""
    day: Codes
    """Rising within a group."""
    at_risk: Codes
    """How many were neither closed nor censored before that day."""
    survival: Real
    """The share not closed by the end of that day, S(day); before the first step it is 1."""


@dataclass(frozen=True, slots=True)
class Curves:
    """The Kaplan-Meier estimate of every group.

    Arrays are by group, unless by step is said.
    """

    steps: Steps
    closed: Whole
    """By step: how many were closed that day; 0 where some were only censored."""
    variance: Real
    """By step: Greenwood's sum of d / (n (n - d)) up to that day; a term with n = d adds 0."""
    requests: Whole
    resolved: Whole
    longest: Whole
    """The longest that any request was followed, in days; `NOT_REACHED` for an empty group."""


def tally(codes: Codes, days: Codes, resolved: NDArray[np.bool_], groups: int) -> Tally:
    """Count who left each group on which day.

    Args:
        codes: by request, its group, 0 to `groups` - 1.
        days: by request, whole days from its request to its closing, or to the day until which
            it is known to be open; 0 or more.
        resolved: by request, whether it was closed; others are censored.
        groups: how many groups there are, empty ones included.

    Raises:
        ValueError: a code or a day is out of its range.
    """
    if not len(codes):
        nobody = np.zeros(0, np.int64)
        return Tally(groups, nobody, nobody, nobody, nobody)
    if int(codes.min()) < 0 or int(codes.max()) >= groups or int(days.min()) < 0:
        raise ValueError(f"groups are numbered 0 to {groups - 1}, and days are 0 or more")
    width = int(days.max()) + 1
    key = codes.astype(np.int64)
    key *= width
    key += days
    key *= 2
    key += resolved
    key.sort()
    first = np.flatnonzero(np.diff(key, prepend=-1))
    counts = np.diff(first, append=len(key))
    return _merged(groups, width, key[first] // 2, counts * (key[first] % 2), counts)


def regrouped(counted: Tally, codes: Codes, groups: int) -> Tally:
    """Return the tally of wider groups, from that of the narrower ones.

    Args:
        counted: the tally of the narrower groups.
        codes: by narrower group, its wider one; negative: it belongs to none.
        groups: how many wider groups there are.
    """
    wider = codes.astype(np.int64)[counted.group]
    kept = np.flatnonzero(wider >= 0)
    width = int(counted.day.max(initial=0)) + 1
    key = wider[kept] * width + counted.day[kept]
    order = np.argsort(key, kind="stable")
    rows = kept[order]
    return _merged(groups, width, key[order], counted.closed[rows], counted.left[rows])


def _merged(groups: int, width: int, key: Whole, closed: Whole, left: Whole) -> Tally:
    """Add up what has the same key, which is `group * width + day`; keys are sorted."""
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        nobody = np.zeros(0, np.int64)
        return Tally(groups, nobody, nobody, nobody, nobody)
    group, day = np.divmod(key[first], width)
    return Tally(groups, group, day, np.add.reduceat(closed, first), np.add.reduceat(left, first))


def curves(counted: Tally) -> Curves:
    """Estimate the share not yet closed, by day and group.

    S(t) is the product over days up to t of (n - d) / n, with n at risk and d closed on a day.
    The factors are multiplied from the first day on, each group by itself, so that a group's
    curve does not depend on what else is estimated.
    """
    starts = np.searchsorted(counted.group, np.arange(counted.groups + 1))
    total, closed = np.append(0, counted.left.cumsum()), np.append(0, counted.closed.cumsum())
    requests = np.diff(total[starts])
    at_risk = requests[counted.group] - (total[:-1] - total[starts[counted.group]])
    staying = at_risk - counted.closed
    factor = staying / at_risk
    greenwood = np.zeros(len(factor))
    np.divide(counted.closed, at_risk * staying, out=greenwood, where=staying > 0)
    for start, stop in pairwise(starts[np.append(True, np.diff(starts) > 0)].tolist()):
        np.multiply.accumulate(factor[start:stop], out=factor[start:stop])
        np.add.accumulate(greenwood[start:stop], out=greenwood[start:stop])
    longest = np.full(counted.groups, NOT_REACHED)
    some = requests > 0
    longest[some] = counted.day[starts[1:][some] - 1]
    steps = Steps(starts, counted.day, at_risk, factor)
    resolved = np.diff(closed[starts])
    return Curves(steps, counted.closed, greenwood, requests, resolved, longest)
