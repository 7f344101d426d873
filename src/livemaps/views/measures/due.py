"""When one request is due, by which standard, and how it stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from livemaps.feeds.profile import Profile, Standard
from livemaps.measures.standards import calendar_of, promises_of
from livemaps.statistics.standards import DueBy, Outcome, due_days, outcomes

State = Literal["on time", "late", "overdue", "not yet due"]

STATES: tuple[State, ...] = ("on time", "late", "overdue", "not yet due")
"""In the order of `Outcome`."""


@dataclass(frozen=True, slots=True)
class RequestDue:
    """When a request is due and how it stands.

    `days_left` is due day minus today for an open request, due day minus closed day for a
    resolved one: negative where it is or was over.
    """

    due_day: int
    by_feed: bool
    """The feed expects this day; else the standard gives it."""
    standard: Standard | None
    """The profile's standard for the service, also where the feed's day wins over it."""
    state: State
    days_left: int


def standard_of(
    profile: Profile,
    service_name: str,
    requested_day: int,
    *,
    today: int,
    expected_day: int | None = None,
    closed_day: int | None = None,
) -> RequestDue | None:
    """Return when a request is due, None where nothing is promised.

    `expected_day` is the feed's own; `closed_day` is given for resolved requests only (one that
    was opened again has none). All days are day numbers of the city.
    """
    standard = profile.standard(service_name)
    at = profile.standards.index(standard) if standard else -1
    found = due_days(
        np.array([requested_day]),
        np.array([-1 if expected_day is None else expected_day]),
        np.array([at]),
        promises_of(profile),
        calendar_of(profile),
    )
    if found.by[0] == DueBy.NOTHING:
        return None
    resolved = np.array([closed_day is not None])
    closed = np.array([-1 if closed_day is None else closed_day])
    outcome = Outcome(int(outcomes(found.day, resolved, closed, today)[0]))
    due = int(found.day[0])
    return RequestDue(
        due_day=due,
        by_feed=bool(found.by[0] == DueBy.FEED),
        standard=standard,
        state=STATES[outcome],
        days_left=due - (today if closed_day is None else closed_day),
    )
