"""What views answer with: plain frozen values, ready for a page, a figure or an export.

Days are day numbers (`model.day_number`), ages are whole days, counts are requests. Every value
names the `version` of the snapshot that it was counted on, so that a page never mixes two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from livemaps.model import Filters, Measure, Order, Stage


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter, and how many requests it would show under the other filters."""

    value: str
    """What goes into the address: a name as published, an area key, a stage or age key."""
    label: str
    """What people read; equals `value` except for areas (their name)."""
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """The options of one filter, each counted given all *other* filters."""

    dimension: str
    """`service`, `category`, `agency`, `channel`, `stage`, `age`, `waiting` or a boundary
    layer's id."""
    options: tuple[Option, ...]
    """Most frequent first; stages, ages and area keys in their own order. Chosen ones always."""
    total: int
    """All requests under the other filters: with `blank`, the options of a facet from which
    nothing was left out sum to it. Of `waiting` those of which any option holds: several may."""
    left_out: int = 0
    """How many options with a count were left out to keep the list short."""
    blank: int = 0
    """Requests whose value is empty in the feed, which no option shows."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Every filter's options under the filters in force."""

    version: str
    facets: Mapping[str, Facet]
    """By dimension, in the order in which a page shows them."""
    set_apart: int
    """Requests of set-apart services under the other filters, whether shown or not."""
    measures: Mapping[Measure, int | None]
    """What each measure would show under the filters. None where it would have to be counted
    over years of rows: it is known once that measure is chosen."""

    def __getitem__(self, dimension: str) -> Facet:
        """Return one dimension's facet; KeyError where the snapshot has no such layer."""
        return self.facets[dimension]


@dataclass(frozen=True, slots=True)
class AreaValues:
    """The map's numbers: a count for each area of one layer, and what lies in none."""

    version: str
    layer: str
    measure: Measure
    keys: tuple[str, ...]
    names: tuple[str, ...]
    counts: tuple[int, ...]
    """As long as `keys`, in the same order; they and `unplaced` sum to `total`."""
    unplaced: Mapping[str, int]
    """By pseudo-key (`unplaced:no_place`, `unplaced:unknown_code`, `unplaced:outside`)."""
    total: int

    @property
    def unplaced_total(self) -> int:
        """Requests that lie in no area of the layer, for whatever reason."""
        return sum(self.unplaced.values())


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a breakdown: a stage, an age band, an agency or a category."""

    value: str
    total: int
    stages: tuple[int, ...]
    """By `Stage` in order: received, in progress, resolved."""
    ages: tuple[int, ...]
    """By `AGE_BANDS` in order."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The status breakdown: stage by age band, and the same for each agency and category."""

    version: str
    total: int
    table: tuple[tuple[int, ...], ...]
    """`table[stage][age band]`: three rows of `len(AGE_BANDS)` counts; sums to `total`."""
    agencies: tuple[Group, ...]
    """Largest first, only those with a count."""
    categories: tuple[Group, ...]

    @property
    def stages(self) -> tuple[int, ...]:
        """Requests by `Stage`: received, in progress, resolved."""
        return tuple(sum(row) for row in self.table)

    @property
    def ages(self) -> tuple[int, ...]:
        """Requests by age band."""
        return tuple(sum(column) for column in zip(*self.table, strict=True))


@dataclass(frozen=True, slots=True)
class Change:
    """The backlog at the end of the last complete day, and four weeks before."""

    now: int
    before: int

    @property
    def more(self) -> int:
        """How many more, or below zero fewer, are open."""
        return self.now - self.before

    @property
    def share(self) -> float | None:
        """The same as a share of what was open then, None where nothing was."""
        return self.more / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Week:
    """What came in and what was closed in the newest complete week."""

    ends: int
    """Its last day."""
    reported: int
    reported_before: int
    """In the week before."""
    closed: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers of the answer in words."""

    version: str
    measure: Measure
    total: int
    over_four_weeks: int
    """Of `total`, those 28 days old or older."""
    change: Change | None
    """Of the backlog in four weeks under the same filters, None where it cannot be told: another
    measure than OPEN, a filter on stage, age, waiting or dates, or too little of the past held."""
    oldest_day: int | None
    """Requested day (of RESOLVED: closed day) of the oldest; None where nothing matches."""
    newest_day: int | None
    last_week: int
    """Requested in the newest complete week, whatever became of them, under the filters on
    service, category, agency, channel and area."""
    week_before: int
    week_ends: int | None
    """The last day of the newest complete week; None before there is a whole week of data."""
    set_apart_hidden: int
    """Requests of set-apart services that the other filters would show."""
    duplicates: int
    """Requests left out of `total` because they are duplicates or deletions."""
    unplaced: int
    """Of `total`, those in no area of the finest layer."""


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """One line of the list. Field names as in Open311 where it has one."""

    service_request_id: str
    status: str
    """The feed's own word."""
    stage: Stage
    service_name: str
    category: str
    agency_responsible: str
    channel: str
    requested_day: int
    updated_day: int | None
    closed_day: int | None
    expected_day: int | None
    age: int
    """Whole days from requested to today, or to the closed day once resolved."""
    areas: tuple[tuple[str, str, str], ...]
    """(layer id, area key, area name) for each layer; where the request lies in none, the key
    is a pseudo-key such as `unplaced:outside` and the name is empty."""
    long: float | None
    lat: float | None
    requested_time: int | None = None
    """Seconds since midnight, where the feed has a time of day; likewise the other three."""
    updated_time: int | None = None
    closed_time: int | None = None
    expected_time: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list."""

    version: str
    order: Order
    rows: tuple[ListedRequest, ...]
    total: int
    """All requests under the filters, equal to the headline's total."""
    page: int
    """From 1; the last page where a later one was asked for."""
    pages: int
    """How many pages can be turned to, at least 1."""
    size: int
    """The most rows on a page."""
    reachable: int
    """How many of `total` the pages reach; beyond it, narrow the filters or export."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that a search finds."""

    kind: str
    """`service`, `category`, `agency`, a boundary layer's id, or `request`."""
    value: str
    """What to put into the address; of a request its service_request_id."""
    label: str
    count: int | None
    """Requests that choosing it would show under the other filters; 1 for a request. None where
    counting them takes longer than somebody who types waits."""
    within: tuple[str, str, str] | None = None
    """The layer, key and name of the area that is chosen with it; None: only it is chosen."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Requests by requested day, or by week."""

    version: str
    step: int
    """Days in one step: 1 or 7."""
    days: tuple[int, ...]
    """The first day of each step."""
    received: tuple[int, ...]
    complete: tuple[bool, ...]
    """False for steps that reach into the newest, under-reported days."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What the last refresh that found something changed, under the filters."""

    version: str
    new: int
    resolved: int
    reopened: int
    changed: int
    """Updated in another way: agency, status within a stage, dates, place."""

    @property
    def total(self) -> int:
        """All requests that the refresh touched."""
        return self.new + self.resolved + self.reopened + self.changed


@dataclass(frozen=True, slots=True)
class Bounds:
    """A viewport in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Requests drawn as one mark, at the mean of their exact places."""

    long: float
    lat: float
    count: int
    places: int
    """Distinct places behind the mark; 1 means that it stands exactly on its place."""


@dataclass(frozen=True, slots=True)
class Marks:
    """At most 2,000 marks for a viewport, for feeds with exact places."""

    version: str
    marks: tuple[Mark, ...]
    total: int
    """Requests in view: the sum of the marks' counts."""
    elsewhere: int
    """Requests under the filters with a place outside the view."""
    placeless: int
    """Requests under the filters without a point."""


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How to show what the filters let through."""

    layer: str = ""
    """The boundary layer on the map; empty is the profile's finest."""
    order: Order = Order.NEWEST
    page: int = 1
    table: bool = False
    """True shows the map's table twin."""
    lang: str | None = None
    theme: str | None = None
    """`light`, `dark` or None for what the visitor's system prefers."""
    embed: bool = False
    """True leaves out header and footer: the page is a part of another one."""


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """Something in the address that was left out, in words for the visitor."""

    kind: str
    """`unknown_name`, `unknown_value`, `bad_date`, `bad_number`, `dates_swapped`, `repeated`,
    `too_long`, `too_many`, `unreadable`, `no_due_days`, `usual_pending`: a key for translations."""
    name: str
    """The part of the address, e.g. `service`."""
    value: str
    """What stood there, cut to 80 characters, without control characters."""
    remedy: str
    """What to write instead, in English."""
    suggestion: str | None = None
    """A known value that looks like the unknown one."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """An address taken apart: what was understood, and what was not."""

    filters: Filters = field(default_factory=Filters)
    view: ViewOptions = field(default_factory=ViewOptions)
    problems: tuple[QueryProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that the first screen shows for one address, counted on one snapshot."""

    version: str
    as_of_day: int
    filters: Filters
    view: ViewOptions
    headline: Headline
    facets: Facets
    areas: AreaValues
    breakdown: Breakdown
    listing: Listing
    changes: Changes
