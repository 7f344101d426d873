"""The types and names that everything else speaks: requests, pages, refreshes, filters.

Times. A feed's times are kept as *wall seconds*: whole seconds since 1970-01-01T00:00 as a
clock on a wall in the city would show them, with no zone. A floating time of a portal is
taken as it is; a time with an offset is first turned to the city's zone. A *day* is wall
seconds divided by 86,400, rounded down: a calendar day of the city, whatever daylight saving
does. Times of this program itself (when a refresh ran) are aware UTC datetimes, or *epoch
seconds* where they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, IntFlag, StrEnum
from typing import NamedTuple

SECONDS_PER_DAY = 86_400
EPOCH = date(1970, 1, 1)

Clock = Callable[[], datetime]
"""Returns now, as an aware UTC datetime."""

Calendar = Callable[[], int]
"""Returns today in the city, as a day number."""


def utc_now() -> datetime:
    """Return the present as an aware datetime; pass another `Clock` in tests."""
    return datetime.now(UTC)


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (day - EPOCH).days


def day_date(day: int) -> date:
    """Return days since 1970-01-01 as a date."""
    return EPOCH + timedelta(days=int(day))


class Stage(IntEnum):
    """The three stages that 311 shows the public."""

    RECEIVED = 0
    IN_PROGRESS = 1
    RESOLVED = 2


class Standing(IntEnum):
    """Whether a request counts. Duplicates and deletions are neither backlog nor done work."""

    COUNTS = 0
    DUPLICATE = 1
    DELETED = 2


class Unplaced(IntEnum):
    """Why a request lies in no area of a layer; shown and counted, never dropped."""

    NO_PLACE = 0
    """Neither an area code nor a point."""
    UNKNOWN_CODE = 1
    """A code that no boundary has, and no point."""
    OUTSIDE = 2
    """A point outside every area of the layer."""


STRADDLES_BELOW = 0.99
"""An area with a smaller share than this in its containing area is said to straddle.

Neighbouring polygons overlap by slivers, which are no reason to say anything.
"""


class PlacePrecision(StrEnum):
    """What a feed's point means. Marks are drawn only for `EXACT`."""

    EXACT = "exact"
    AREA_CENTRE = "area centre"


class TimePrecision(StrEnum):
    """Whether a feed's times carry a time of day."""

    DAY = "day"
    SECOND = "second"


class Place(NamedTuple):
    """Where a feed says a request is, exactly as far as it says it.

    `codes` holds the area key that the row gives for each boundary layer that the profile maps
    (in the profile's order of layers; None where absent), `name` the area's name in the feed.
    """

    codes: tuple[str | None, ...]
    name: str | None
    long: float | None
    lat: float | None


class AddressPoint(NamedTuple):
    """What an address search found: how it reads, and its point in degrees."""

    label: str
    long: float
    lat: float


class RequestRow(NamedTuple):
    """One service request as decoded from a feed: names as in Open311 GeoReport v2.

    Datetimes are wall seconds. `status` is the feed's own word; its meaning (`Stage`,
    `Standing`) is decided by the city profile's status map when a snapshot is built.
    """

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


class Reject(NamedTuple):
    """A row that could not be read at all, kept to look at."""

    reason: str
    """One of `no id`, `no requested date`, `not an object`, or another short phrase."""
    row: str
    """The row as it came, as JSON text, cut at 4,000 characters."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of decoded rows. `received` = len(rows) + len(rejects)."""

    rows: tuple[RequestRow, ...]
    rejects: tuple[Reject, ...] = ()
    defects: Mapping[str, int] = field(default_factory=dict)
    """Cells that could not be read and were left empty, counted by `column: reason`."""
    position: str = ""
    """Where this page ends, for resuming; opaque to all but the feed."""

    @property
    def received(self) -> int:
        """How many rows the feed sent on this page."""
        return len(self.rows) + len(self.rejects)


class Outcome(StrEnum):
    """What came of a refresh."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refresh:
    """What one refresh did; `livemaps refresh --json` prints exactly these fields.

    `open` is the backlog after the refresh: open and neither duplicate nor deleted.
    `unplaced` counts the requests of the backlog that lie in no area of the finest layer.
    `snapshot` is the version that is now current, None before the first.
    """

    outcome: Outcome
    started: datetime
    finished: datetime
    received: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    unplaced: int = 0
    open: int = 0
    snapshot: str | None = None
    error: str | None = None
    trouble: tuple[str, ...] = ()
    """What was not quite right in a refresh that succeeded, as sentences for an operator."""

    def followed_by(self, later: Refresh) -> Refresh:
        """Return both as one: what they did together, and how things stand after the later one.

        What was unchanged is not added: the later one may have read the same rows again.
        """
        both_unchanged = self.outcome == later.outcome == Outcome.UNCHANGED
        outcome = Outcome.UNCHANGED if both_unchanged else Outcome.OK
        return replace(
            later,
            outcome=Outcome.FAILED if later.outcome is Outcome.FAILED else outcome,
            started=self.started,
            received=self.received + later.received,
            inserted=self.inserted + later.inserted,
            updated=self.updated + later.updated,
            unchanged=self.unchanged,
            removed=self.removed + later.removed,
            rejected=self.rejected + later.rejected,
        )


@dataclass(frozen=True, slots=True)
class AgeBand:
    """An age in whole days, `least` and `most` included; `most` None is without end."""

    key: str
    least: int
    most: int | None


AGE_BANDS = (
    AgeBand("0-6", 0, 6),
    AgeBand("7-27", 7, 27),
    AgeBand("28-89", 28, 89),
    AgeBand("90-364", 90, 364),
    AgeBand("365-729", 365, 729),
    AgeBand("730-", 730, None),
)


class Waiting(IntFlag):
    """What is told of how an open request waits; several may hold of one.

    An address has them in lower case: `unattended`, `overdue`, `due_this_week`, `beyond_usual`.
    """

    UNATTENDED = 1
    """Nothing was heard of it for four weeks of the data."""
    OVERDUE = 2
    """Its due day, by the city's standards or the feed, is past."""
    DUE_THIS_WEEK = 4
    """Its due day is today or one of the six days after."""
    BEYOND_USUAL = 8
    """It is older than 8 of 10 of its service were when they were closed."""


class Measure(StrEnum):
    """What is counted on the map."""

    OPEN = "open"
    """The backlog now."""
    RESOLVED = "resolved"
    """Closed within the recent window, by closed day."""
    REPORTED = "reported"
    """Requested within the dates, whatever became of them."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor asked for. Empty means no restriction; several values in one are "or".

    Values are the names as published (service_name, agency_responsible, channel), area keys,
    `AgeBand.key`s, and names of `Stage` and `Waiting` in lower case. `waiting` lets open requests
    through only, whatever the measure. `areas` maps a boundary layer's id to keys;
    the pseudo-keys `unplaced:no_place`, `unplaced:unknown_code`, `unplaced:outside` select
    requests that lie in no area. `since` and `until` are days, both included: of the request
    for OPEN and REPORTED, of closing for RESOLVED.
    """

    measure: Measure = Measure.OPEN
    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    ages: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    areas: tuple[tuple[str, frozenset[str]], ...] = ()
    since: int | None = None
    until: int | None = None
    set_apart: bool = False
    """True counts the services that the profile sets apart (in Calgary "311 Contact Us") too."""

    @property
    def of_life(self) -> bool:
        """Whether they are about what became of requests: stage, age, waiting, dates.

        What came in, and what was open on another day, cannot follow these.
        """
        dated = self.since is not None or self.until is not None
        return bool(self.stages or self.ages or self.waiting or dated)

    def area(self, layer: str) -> frozenset[str]:
        """Return the keys chosen in a layer, empty where none are."""
        return dict(self.areas).get(layer, frozenset())

    def with_area(self, layer: str, keys: frozenset[str]) -> Filters:
        """Return these filters with the keys of one layer replaced."""
        areas = dict(self.areas) | {layer: keys}
        return replace(
            self, areas=tuple(sorted((name, keys) for name, keys in areas.items() if keys))
        )


class Order(StrEnum):
    """How the list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
