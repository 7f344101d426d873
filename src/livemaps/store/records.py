"""The values that go into and come out of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Place, Stage, Standing

NO_TIME = int(np.iinfo(np.int64).min)
"""Stands for "no such time" in a batch's columns of wall seconds."""


class Meaning(Protocol):
    """What one status means."""

    @property
    def stage(self) -> Stage:
        """Received, in progress or resolved."""
        ...

    @property
    def standing(self) -> Standing:
        """Whether such a request counts."""
        ...


class Layer(Protocol):
    """A boundary layer, as far as the store needs it."""

    @property
    def id(self) -> str:
        """A short word such as `ward`."""
        ...


class City(Protocol):
    """What the store needs to know of a city's profile."""

    @property
    def id(self) -> str:
        """A short word for the city, such as `calgary`."""
        ...

    @property
    def layers(self) -> Sequence[Layer]:
        """Its boundary layers, in the order of `Place.codes`."""
        ...

    @property
    def statuses(self) -> Mapping[str, Meaning]:
        """What each status that the profile lists means."""
        ...

    def meaning(self, status: str) -> Meaning:
        """Return what a status means, listed or not."""
        ...


class Kind(StrEnum):
    """What was observed to happen to a request between two refreshes; the first that fits."""

    VANISHED = "vanished"
    """The feed no longer has it."""
    RETURNED = "returned"
    """It had vanished and the feed has it again."""
    REOPENED = "reopened"
    """It was resolved and is not any more."""
    STATUS = "status"
    AGENCY = "agency"
    DETAILS = "details"
    """Something else changed: a date, the service, the channel or the place."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many requests one transaction brought; each request counts once.

    `resolved` and `reopened` are among `updated`: those that became resolved, or are not
    resolved any more.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    resolved: int = 0
    reopened: int = 0

    @property
    def wrote(self) -> bool:
        """Whether any request is other than before."""
        return bool(self.inserted or self.updated or self.removed)


class StoredRequest(NamedTuple):
    """One request as the store holds it, in plain words. Datetimes are wall seconds."""

    service_request_id: str
    requested_datetime: int
    updated_datetime: int | None
    closed_datetime: int | None
    expected_datetime: int | None
    status: str
    service_name: str
    agency_responsible: str
    channel: str
    place: Place
    is_open: bool
    """In the backlog: not resolved, and neither duplicate nor deleted."""
    vanished: int | None
    """Epoch seconds at which the feed was seen to no longer have it, None while it has."""


class Event(NamedTuple):
    """One observed change of one request. `seen_at` is in epoch seconds."""

    service_request_id: str
    kind: Kind
    seen_at: int
    from_status: str
    to_status: str
    from_agency: str
    to_agency: str
    changed: tuple[str, ...]
    """The names of the fields that differ, as in `RequestRow`."""
    from_updated: int | None = None
    """When it had last been updated, in wall seconds; None also where that was not kept."""


class Arrival(NamedTuple):
    """How many requests of one day live refreshes first saw on another. Days of the city.

    A day on which live refreshes looked has an entry for itself, with 0 rows where none came.
    """

    seen_day: int
    requested_day: int
    rows: int


class KeptReject(NamedTuple):
    """A row that could not be read, with when it came (epoch seconds)."""

    seen_at: int
    reason: str
    row: str


class RowBatch(NamedTuple):
    """Rows as columns of equal length, bounded in number.

    Datetimes are wall seconds, `NO_TIME` where there is none; codes are the store's ids, from
    1 up, 0 for a blank word or no place; `vanished` is True for rows that the feed no longer
    has.
    """

    ids: Sequence[str]
    requested: NDArray[np.int64]
    updated: NDArray[np.int64]
    closed: NDArray[np.int64]
    expected: NDArray[np.int64]
    status: NDArray[np.int64]
    service: NDArray[np.int64]
    agency: NDArray[np.int64]
    channel: NDArray[np.int64]
    place: NDArray[np.int64]
    vanished: NDArray[np.bool_]
