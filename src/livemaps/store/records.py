"""The values that go into and come out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from livemaps.model import Place

NO_TIME = -1
"""Stands for an absent datetime in `Columns`: one second before 1970, when no 311 line existed."""


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
    """How many requests a refresh, or one call within it, brought; each request counts once.

    `resolved` and `reopened` are among `inserted` and `updated`: those that became resolved,
    or are open again.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    resolved: int = 0
    reopened: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
            self.resolved + other.resolved,
            self.reopened + other.reopened,
        )

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


class KeptReject(NamedTuple):
    """A row that could not be read, with when it came (epoch seconds)."""

    seen_at: int
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The words of the feed by their code: `services[code]`. Code 0 is the blank word ""."""

    services: tuple[str, ...]
    agencies: tuple[str, ...]
    statuses: tuple[str, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Requests as parallel arrays. Codes index `Vocabularies`; `place` indexes `Store.places()`.

    Times are wall seconds, `NO_TIME` where absent.
    """

    service_request_id: npt.NDArray[np.bytes_]
    """UTF-8, dtype `S<Store.id_width()>`."""
    requested: npt.NDArray[np.int64]
    updated: npt.NDArray[np.int64]
    closed: npt.NDArray[np.int64]
    expected: npt.NDArray[np.int64]
    status: npt.NDArray[np.int64]
    service: npt.NDArray[np.int64]
    agency: npt.NDArray[np.int64]
    channel: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.requested)


@dataclass(frozen=True, slots=True)
class SinceBase:
    """What is other than in the history base: `ids` of all such requests, `rows` their values now.

    A request that vanished is in `ids` and not in `rows`.
    """

    ids: npt.NDArray[np.bytes_]
    rows: Columns


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """Which state of the store a snapshot shows; equal values mean that nothing has changed."""

    sequence: int
    """Counts the transactions that changed requests."""
    bulk_rows: int
    """How many requests backfills have ever inserted; those are not listed in `SinceBase`
    (unless they are unresolved)."""
    statuses: str
    """A digest of the profile's status map: when it differs, every stage may differ."""
