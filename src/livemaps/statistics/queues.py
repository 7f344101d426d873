"""Whether a queue grows or shrinks, and when it would be empty at the rate of the last weeks.

The rule is: net growth (inflow less outflow) over four complete weeks, of the same sign in at
least three of them, and larger than chance. If inflow and outflow were independent Poisson
counts with equal means, their difference would have the variance inflow + outflow (Skellam,
J. R. Stat. Soc. 109 (1946) 296), so a net growth of less than two standard deviations, 2 *
sqrt(inflow + outflow), is called steady.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.flow import DailyFlow, weeks_ending
from livemaps.statistics.spans import WEEK

Counts = NDArray[np.int64]

WEEKS = 4
"""Complete weeks over which growth is measured."""

SUSTAINED = 3
"""In how many of them the sign has to be that of the whole."""

RATE_WEEKS = 8
"""Complete weeks whose mean net outflow says when a queue would be empty."""

LEAST_EVENTS = 20
"""Requests and closings in the four weeks (five a week) below which nothing is said."""

LEAST_NET = 5
"""The least net growth or shrinkage that is given a word, however quiet the queue."""

DEVIATIONS = 2.0
"""How many standard deviations of chance the net has to exceed."""

LONGEST_DAYS = 5 * 365
"""A queue that takes longer than this is not given a date."""


class Word(IntEnum):
    """What becomes of a queue."""

    TOO_FEW = 0
    STEADY = 1
    GROWING = 2
    SHRINKING = 3

    @property
    def text(self) -> str:
        """The word as answers have it."""
        return self.name.lower()


class Clearing(NamedTuple):
    """In how many days a queue would be empty; None and a reason where that is not said."""

    days: int | None
    reason: str | None


@dataclass(frozen=True)
class Queues:
    """The queues of groups; one element, or one row of weeks (oldest first), for each."""

    backlog: Counts
    """At the end of the last complete day."""
    inflow: Counts
    """By week, shape (groups, weeks)."""
    outflow: Counts
    words: NDArray[np.uint8]
    """`Word`s."""

    @property
    def net(self) -> Counts:
        """Inflow less outflow over the four weeks."""
        return _newest(self.inflow) - _newest(self.outflow)


def queues_of(daily: DailyFlow) -> Queues:
    """Judge queues by their daily flow, whose last day is the last complete one.

    The weeks are counted back from that day; up to `RATE_WEEKS` of them are looked at. With
    fewer than `WEEKS` every queue is "too few".
    """
    net = daily.inflow.sum(axis=1, dtype=np.int64) - daily.outflow.sum(axis=1, dtype=np.int64)
    inflow, outflow = (weeks_ending(part, RATE_WEEKS) for part in (daily.inflow, daily.outflow))
    return Queues(daily.opening + net, inflow, outflow, words(inflow, outflow))


def words(inflow: Counts, outflow: Counts) -> NDArray[np.uint8]:
    """Return the `Word` of each group from its weekly counts, shape (groups, weeks)."""
    if inflow.shape[1] < WEEKS:
        return np.full(len(inflow), Word.TOO_FEW, np.uint8)
    weekly = (inflow - outflow)[:, -WEEKS:]
    net, events = weekly.sum(axis=1), _newest(inflow) + _newest(outflow)
    marked = np.abs(net) >= np.maximum(LEAST_NET, DEVIATIONS * np.sqrt(events))
    growing = marked & (net > 0) & ((weekly > 0).sum(axis=1) >= SUSTAINED)
    shrinking = marked & (net < 0) & ((weekly < 0).sum(axis=1) >= SUSTAINED)
    chosen = (events < LEAST_EVENTS, growing, shrinking)
    found: NDArray[np.uint8] = np.select(
        chosen, (Word.TOO_FEW, Word.GROWING, Word.SHRINKING), Word.STEADY
    ).astype(np.uint8)
    return found


def clearing(word: Word, backlog: int, inflow: Counts, outflow: Counts) -> Clearing:
    """Return in how many days one queue would be empty, from its weekly counts.

    It is said only of a queue that shrinks by `words`, has `RATE_WEEKS` weeks and a net outflow
    over all of them: the backlog divided by the mean weekly net outflow, times seven days,
    rounded up.
    """
    if backlog == 0:
        return Clearing(None, "nothing open")
    if word is Word.TOO_FEW or len(inflow) < RATE_WEEKS:
        return Clearing(None, "too few")
    if word is not Word.SHRINKING:
        return Clearing(None, "not shrinking")
    left = int(outflow[-RATE_WEEKS:].sum() - inflow[-RATE_WEEKS:].sum())
    if left <= 0:
        return Clearing(None, "not shrinking")
    days = -(-backlog * RATE_WEEKS * WEEK // left)
    if days > LONGEST_DAYS:
        return Clearing(None, "more than five years")
    return Clearing(days, None)


def _newest(weekly: Counts) -> Counts:
    """Return the sum over the four newest weeks."""
    summed: Counts = weekly[:, -WEEKS:].sum(axis=1)
    return summed
