"""The life of every request, known in advance, and what the feed shows of it on a given day.

A life is drawn once, at birth, as the days on which something happens to the request. What a
feed says on some day is then a pure function of the life and the day, so that publications are
differences between two days, and any past can be shown at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEVER = 2_000_000
"""A day that does not come."""

NO_PLACE = -1
"""Area code of a request without community and point."""

LIFE = np.dtype(
    [
        ("number", np.int64),  # YYNNNNNNNN of its id, rising with the day
        ("requested", np.int32),  # day of the request
        ("appears", np.int32),  # first day whose publication has it
        ("touched", np.int32),  # somebody is on it
        ("transferred", np.int32),  # passed to another agency
        ("marked", np.int32),  # found to be a duplicate
        ("deleted", np.int32),  # marked TO BE DELETED
        ("closed", np.int32),
        ("reopened", np.int32),  # open again, with its closed date
        ("closed_again", np.int32),
        ("revised", np.int32),  # a clerk's change after it closed
        ("service", np.int16),
        ("agency", np.int16),
        ("next_agency", np.int16),  # from `transferred` on
        ("area", np.int16),  # community, NO_PLACE without
        ("channel", np.int8),
        ("pointless", np.bool_),  # a community but no point
        ("silent", np.bool_),  # its updated date is blank
        ("untold", np.bool_),  # closing did not move its updated date
    ]
)
"""One request's life; all days are day numbers, NEVER where they do not come."""

EVENTS = (
    "appears",
    "touched",
    "transferred",
    "marked",
    "deleted",
    "closed",
    "reopened",
    "closed_again",
    "revised",
)
"""The days on which the feed's row changes."""

STATUSES = ("Open", "Closed", "Duplicate (Open)", "Duplicate (Closed)", "TO BE DELETED")
OPEN, CLOSED, DUPLICATE_OPEN, DUPLICATE_CLOSED, DELETED = range(5)
CHANNELS = ("Phone", "Other", "App", "Web")

PHASES = 1 << 16


@dataclass(frozen=True, slots=True)
class States:
    """What the feed says about lives on some day; columns of equal length."""

    status: np.ndarray
    """Code into STATUSES."""
    agency: np.ndarray
    updated: np.ndarray
    """Day, -1 where blank."""
    closed: np.ndarray
    """Day, -1 where blank; a re-opened request keeps it."""


def no_lives() -> np.ndarray:
    """Return an empty array of lives."""
    return np.empty(0, dtype=LIFE)


def states_on(lives: np.ndarray, day: np.ndarray | int) -> States:
    """Return what the feed says once everything up to `day` (one, or one per life) is known."""
    is_closed = (lives["closed"] <= day) & ~(
        (lives["reopened"] <= day) & (lives["closed_again"] > day)
    )
    status = np.where(is_closed, CLOSED, OPEN).astype(np.int8)
    status[lives["marked"] <= day] += DUPLICATE_OPEN
    status[lives["deleted"] <= day] = DELETED
    closed = np.where(lives["closed_again"] <= day, lives["closed_again"], lives["closed"])
    return States(
        status=status,
        agency=np.where(lives["transferred"] <= day, lives["next_agency"], lives["agency"]),
        updated=np.where(lives["silent"] & is_closed, -1, _updated(lives, day)),
        closed=np.where(closed <= day, closed, -1),
    )


def _updated(lives: np.ndarray, day: np.ndarray | int) -> np.ndarray:
    """Return the last day on which the row was updated: the latest event that moves the date."""
    updated = lives["requested"].copy()
    for event in ("touched", "transferred", "marked", "deleted", "reopened", "revised"):
        happened = lives[event] <= day
        np.maximum(updated, np.where(happened, lives[event], 0), out=updated)
    for event in ("closed", "closed_again"):
        told = (lives[event] <= day) & ~lives["untold"]
        np.maximum(updated, np.where(told, lives[event], 0), out=updated)
    return updated


def horizons(lives: np.ndarray, moment: float) -> np.ndarray:
    """Return, for each life, the last day that is published about it at a moment.

    A moment is a day number with a fraction: at midnight everything of the day before is
    published; later in a day, a growing part of the requests is a day further.
    """
    phase = (lives["number"] * 40_503 % PHASES + 1) / PHASES
    return np.floor(moment - phase).astype(np.int32)


def changed_between(lives: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Tell which rows of the feed differ between two horizons (days, one per life)."""
    changed = np.zeros(len(lives), dtype=bool)
    for event in EVENTS:
        changed |= (lives[event] > before) & (lives[event] <= after)
    return changed & (lives["appears"] <= after)


def last_change(lives: np.ndarray) -> np.ndarray:
    """Return the day after which the row of a request does not change any more."""
    last = lives["requested"].copy()
    for event in EVENTS:
        np.maximum(last, np.where(lives[event] < NEVER, lives[event], 0), out=last)
    return last
