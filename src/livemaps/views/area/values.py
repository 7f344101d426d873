"""What the pages of areas are answered with: plain frozen values. Days are day numbers."""

from __future__ import annotations

from dataclasses import dataclass

from livemaps.measures.contents import MeasuresMeta
from livemaps.snapshot import SnapshotMeta
from livemaps.statistics.queues import Word
from livemaps.views.measures.compare import Compared
from livemaps.views.measures.expected import AreaWord
from livemaps.views.measures.standards import Record
from livemaps.views.values import Change, ListedRequest

CITY = ""
"""The key of the whole city's figures."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a page of areas is told of: one snapshot, and measures that may be behind it."""

    meta: SnapshotMeta
    measured: MeasuresMeta | None
    """None while there are no measures, or none of these boundaries."""
    as_of: int | None
    """The last complete day of what is measured, where that is behind `until`."""
    since: int | None
    """The first and the last of the days of the last four complete weeks."""
    until: int | None
    standards: bool
    """Whether the city publishes standards, as far as is known."""

    @property
    def pending(self) -> bool:
        """Whether what is measured is still being worked out."""
        return self.measured is None


@dataclass(frozen=True, slots=True)
class Measured:
    """What is worked out in the background of one area or the city; None where not told."""

    backlog: tuple[int, ...] = ()
    """At the end of each of the last complete weeks."""
    word: AreaWord | None = None
    rate: Compared | None = None
    """Requests per 1,000 residents; without a size where the city publishes no residents."""
    over_four_weeks: Compared | None = None
    resolved: Compared | None = None
    """The share that was resolved within 28 days."""
    on_time: Compared | None = None
    median_days: float | None = None
    record: Record | None = None
    """On time and overdue; None where the city publishes no standards."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One area, or the whole city, as they stand side by side."""

    code: int
    """In its layer; 0 of the whole city."""
    key: str
    """Of the area; `CITY` of the whole city."""
    name: str
    """As published."""
    parent: str | None
    """The key of the area that contains it, None where none does."""
    open: int
    over_four_weeks: int
    unattended: int
    reopened: int
    """Open requests with a closed day."""
    reported: int
    """Requested in the last four complete weeks, whatever became of them."""
    overdue: int
    """Open requests past their due day, as `due_this_week` are due within seven days; 0 where the
    city publishes no standards."""
    due_this_week: int
    change: Change | None
    """Of the backlog in the last four complete weeks; None where that is not told."""
    inflow: int | None
    """Requested in the four weeks, as `outflow` is closed in them, where days are possible."""
    outflow: int | None
    measured: Measured | None
    """None while it is being worked out; all else is counted on the snapshot on show."""


@dataclass(frozen=True, slots=True)
class Part:
    """An area of the finer layer, whole even where some of it lies outside the containing one."""

    code: int
    key: str
    name: str
    open: int
    over_four_weeks: int
    reported: int
    word: AreaWord | None
    usual_days: int | None
    """By which day of their life 8 of 10 requests are closed; None where too few are known."""
    inside: bool = True
    """Whether nearly all of it lies in the containing area."""
    change: int | None = None
    """How many more are open than four weeks before; None where that is not told."""
    queue: Word = Word.TOO_FEW
    """Whether that is more than chance gives."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service within an area."""

    service: str
    reported: int
    open: int
    usual_days: int | None
    """Of the service in the whole city."""
    change: int | None = None
    """How many more are open in the area than four weeks before; None where that is not told."""
    queue: Word = Word.TOO_FEW
    """Whether that is more than chance gives."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A service or a part whose backlog clearly grew or shrank in four weeks."""

    key: str
    name: str
    more: int
    """How many more are open than four weeks before; fewer where it is negative."""


@dataclass(frozen=True, slots=True)
class Movers:
    """What clearly grew and shrank, the most first: what chance alone explains is not in it."""

    grown: tuple[Moved, ...]
    shrunk: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """What an agency has open within an area."""

    agency: str
    open: int
    over_four_weeks: int
    unattended: int


@dataclass(frozen=True, slots=True)
class OldRequest:
    """One of the oldest open requests."""

    request: ListedRequest
    silent_days: int
    """Whole days from the last that was heard of it to where the data end."""
    unattended: bool
