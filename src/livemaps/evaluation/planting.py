"""Truths on demand: requests added to a history, so that what finds them can be judged.

Every function returns only what is added, as an array of lives. What is added are copies of
requests that the history has, moved to another day with everything that happens to them: their
places, agencies and times to close are those of the group that they are planted in.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from livemaps.demo.lives import EVENTS, NEVER

USUAL_WEEKS = 8
"""Weeks before a day from which its usual number is taken: the mean of the same weekday."""

NUMBERS_PER_YEAR = 100_000_000
PLANTED_NUMBERS = 50_000_000
"""Added to the numbers of a year's copies; the year's own requests have numbers below."""


def surge(
    random: np.random.Generator,
    lives: np.ndarray,
    group: np.ndarray,
    days: Iterable[int],
    times: float,
) -> np.ndarray:
    """Return what makes a group's requests of some days `times` the usual.

    Args:
        random: where chance comes from.
        lives: all requests, sorted by requested day.
        group: which of them are of the group, bool [lives].
        days: the days on which more is asked for.
        times: how many times the usual number; 2.0 adds as many as are usual, with a Poisson's
            chance.
    """
    added = [_on_day(random, lives, group, day, times - 1) for day in days]
    return np.concatenate([lives[:0], *added])


def usual_number(lives: np.ndarray, group: np.ndarray, day: int) -> float:
    """Return a group's mean number of requests on this weekday in the weeks before a day."""
    before = day - 7 * np.arange(1, USUAL_WEEKS + 1)
    start, end = np.searchsorted(lives["requested"], [before[-1], day])
    requested = lives["requested"][start:end][group[start:end]]
    return float(np.isin(requested, before).sum()) / USUAL_WEEKS


def excess(
    random: np.random.Generator,
    lives: np.ndarray,
    group: np.ndarray,
    first_day: int,
    last_day: int,
    times: float,
) -> np.ndarray:
    """Return what makes a group's requests `times` as many, from a day to another one included.

    Each of its requests gets a Poisson number of copies on its own day, `times - 1` in the mean.
    """
    start, end = np.searchsorted(lives["requested"], [first_day, last_day + 1])
    own = start + np.flatnonzero(group[start:end])
    templates = np.repeat(own, random.poisson(times - 1, len(own)))
    return copies(lives, templates, lives["requested"][templates])


def reported_again(
    random: np.random.Generator,
    lives: np.ndarray,
    group: np.ndarray,
    share: float,
    within_days: int,
) -> np.ndarray:
    """Return, for a share of a group's closed requests, one more of the same service and place.

    It is made on a day drawn evenly from the day after closing to `within_days` after it.
    """
    closed = np.flatnonzero(group & (lives["closed"] < NEVER) & (lives["marked"] == NEVER))
    again = closed[random.random(len(closed)) < share]
    later = random.integers(1, within_days + 1, len(again))
    return copies(lives, again, lives["closed"][again] + later)


def copies(lives: np.ndarray, templates: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return copies of lives (by their positions), each moved to begin on another day."""
    made: np.ndarray = lives[templates]
    moved = np.asarray(days, np.int64) - made["requested"]
    for event in ("requested", *EVENTS):
        happens = made[event] < NEVER
        made[event] = np.where(happens, made[event] + moved, NEVER)
    dates = made["requested"].astype("datetime64[D]").astype("datetime64[Y]")
    years = dates.astype(np.int64) + 1970
    made["number"] = years % 100 * NUMBERS_PER_YEAR + PLANTED_NUMBERS + np.arange(len(made))
    return made


def joined(lives: np.ndarray, *added: np.ndarray) -> np.ndarray:
    """Return lives with others, sorted by requested day; each with a number of its own."""
    later = np.concatenate([lives[:0], *added])
    taken = int((lives["number"] % NUMBERS_PER_YEAR >= PLANTED_NUMBERS).sum())
    first = later["number"] // NUMBERS_PER_YEAR * NUMBERS_PER_YEAR + PLANTED_NUMBERS
    later["number"] = first + taken + np.arange(len(later))
    everything = np.concatenate([lives, later])
    order: np.ndarray = everything[np.argsort(everything["requested"], kind="stable")]
    return order


def _on_day(
    random: np.random.Generator, lives: np.ndarray, group: np.ndarray, day: int, more: float
) -> np.ndarray:
    """Return what a day gets: copies of the group's requests of the weeks before."""
    start, end = np.searchsorted(lives["requested"], [day - 7 * USUAL_WEEKS, day])
    own = start + np.flatnonzero(group[start:end])
    total = random.poisson(more * usual_number(lives, group, day)) if len(own) else 0
    templates = random.choice(own, total) if total else own[:0]
    return copies(lives, templates, np.full(total, day))
