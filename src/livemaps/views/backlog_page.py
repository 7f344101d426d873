"""Everything that managers are shown of the city or of one agency, in one answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from livemaps.errors import UnknownValue
from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.measures.days import days_of
from livemaps.measures.levels import CITY
from livemaps.model import Filters, Measure, Waiting
from livemaps.snapshot import Snapshot
from livemaps.statistics.spans import WEEK
from livemaps.views.backlog_parts import (
    Beyond,
    Moving,
    OpenTable,
    beyond_usual,
    moving,
    open_table,
)
from livemaps.views.comparing import lagging, week_under
from livemaps.views.headline import headline
from livemaps.views.known import fold
from livemaps.views.measures.flow import FlowPath, Period, flow_under
from livemaps.views.measures.forecast import Forecast, forecast_of
from livemaps.views.measures.groups import Words, chosen
from livemaps.views.measures.queues import QueueTable, queue_table
from livemaps.views.measures.standards import (
    NOTHING_OVERDUE,
    Due,
    GroupRecord,
    OverdueNow,
    Record,
    due_of_groups,
    publishes_standards,
    record_of,
)
from livemaps.views.measures.surge import SurgeNow, surges, windows_at
from livemaps.views.measures.told import if_told
from livemaps.views.measures.unattended import Unattended, unattended_requests
from livemaps.views.measures.values import Asked
from livemaps.views.overdue import overdue_by, overdue_under
from livemaps.views.surge_events import SurgeView, surge_events
from livemaps.views.values import Headline, Week

WEEKS = 52
"""Weeks of the flow and the path: a year, so that every season is seen once."""

DAYS_BEFORE = 28
"""Complete days that a forecast is drawn after."""

OLDEST = 6
"""Unattended requests that are listed."""

LEVELS = ("agency", "service")
"""What open requests and queues are grouped by."""

LONGEST_NAME = 100
LEAST_LIKE = 0.4
"""How alike names have to be to be offered, from 0 to 1 (`difflib`)."""

NOTHING_DUE = Due(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """The one group that figures are told of which know no more than one filter."""

    level: str
    key: str


@dataclass(frozen=True, slots=True)
class Standards:
    """How much was on time, and what is overdue: the one as measured, the other on show."""

    record: Record | None
    """Of the subject; None where that is not told of it."""
    agencies: tuple[GroupRecord, ...]
    """Those that the filters choose, the most overdue first; none where other filters are in
    force."""


@dataclass(frozen=True, slots=True)
class BacklogPage:
    """What managers are shown. Parts that are None are still being worked out."""

    filters: Filters
    """Those that say what and where; stage, age, waiting and dates are lifted."""
    lifted: bool
    """Whether any were."""
    subject: Subject | None
    """None where several filters meet."""
    as_of_day: int
    complete_day: int | None
    as_of: int | None
    """The last complete day of what is measured, where that is behind `complete_day`."""
    headline: Headline
    week: Week | None
    """The newest complete week. Services that are set apart count where they are named."""
    agencies: OpenTable
    services: OpenTable
    unattended: int
    oldest: tuple[Unattended, ...]
    weeks: FlowPath | None
    days: FlowPath | None
    """The last complete days, before those that are forecast."""
    agency_queues: Moving | None
    service_queues: Moving | None
    published: bool
    """Whether the city publishes standards, or its feed expects dates."""
    now: OverdueNow | None
    """What is overdue now of all that the filters choose; None where nothing is promised."""
    standards: Standards | None
    beyond: Beyond | None
    surge: SurgeView | None
    forecast: Forecast | None
    """Also None where the subject is not forecast: `forecast_told` says which."""
    forecast_told: bool

    @property
    def pending(self) -> bool:
        """Whether figures are still being worked out."""
        return self.weeks is None or self.agency_queues is None

    @property
    def last_week(self) -> tuple[Period, int, int] | None:
        """The last complete week, what came in and what was closed in it; None without one."""
        if self.week is None:
            return None
        period = Period(self.week.ends - WEEK + 1, self.week.ends, complete=True)
        return period, self.week.reported, self.week.closed

    @property
    def overdue(self) -> int | None:
        """Open requests past their due day; None where nothing is promised."""
        return None if self.now is None else self.now.overdue


def where_and_what(filters: Filters) -> Filters:
    """Return the filters without stage, age, waiting and dates, and counting the backlog."""
    return replace(
        filters,
        measure=Measure.OPEN,
        stages=frozenset(),
        ages=frozenset(),
        waiting=frozenset(),
        since=None,
        until=None,
    )


def subject_of(filters: Filters) -> Subject | None:
    """Return the one group that filters choose, the city where there are none."""
    picked = chosen(filters)
    if not picked:
        return Subject(CITY, CITY)
    values = [(level, value) for level, names in picked.items() for value in names]
    return Subject(*values[0]) if len(values) == 1 else None


def backlog_page(
    snapshot: Snapshot, measures: Measures | None, profile: Profile, asked: Filters
) -> BacklogPage:
    """Gather what managers are shown under the filters; `measures` is None while there are none.

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    filters = where_and_what(asked)
    subject, days = subject_of(filters), days_of(snapshot)
    queues = {level: _queues(snapshot, measures, filters, level) for level in LEVELS}
    agencies, services = (open_table(snapshot, filters, level, queues[level]) for level in LEVELS)
    agency_queues, service_queues = (_moving(snapshot, queues[level], filters) for level in LEVELS)
    complete = None if days is None else days.complete
    published = Waiting.OVERDUE in snapshot.waits
    return BacklogPage(
        filters=filters,
        lifted=filters != asked,
        subject=subject,
        as_of_day=snapshot.meta.as_of_day,
        complete_day=complete,
        as_of=lagging(snapshot, measures),
        headline=headline(snapshot, filters),
        week=week_under(snapshot, _named_too(filters)),
        agencies=agencies,
        services=services,
        unattended=sum(group.unattended for group in agencies.groups),
        oldest=unattended_requests(snapshot, filters, most=OLDEST),
        weeks=_flow(snapshot, measures, profile, filters, "week", WEEKS * WEEK),
        days=_flow(snapshot, measures, profile, filters, "day", DAYS_BEFORE),
        agency_queues=agency_queues,
        service_queues=service_queues,
        published=published,
        now=overdue_under(snapshot, filters),
        standards=if_told(measures, lambda known: _standards(snapshot, known, filters, subject))
        if published
        else None,
        beyond=if_told(measures, lambda known: beyond_usual(snapshot, known, filters)),
        surge=if_told(measures, lambda known: _surge(known, filters, subject)),
        forecast=if_told(measures, lambda known: _forecast(known, subject)),
        forecast_told=if_told(measures, _is_forecast) or False,
    )


def _named_too(filters: Filters) -> Filters:
    """Return filters that count services set apart where they are named, as the flow does."""
    return replace(filters, set_apart=filters.set_apart or bool(filters.services))


def _queues(
    snapshot: Snapshot, measures: Measures | None, filters: Filters, level: str
) -> QueueTable | None:
    return if_told(measures, lambda known: queue_table(snapshot, known, filters, level))


def _moving(snapshot: Snapshot, queues: QueueTable | None, filters: Filters) -> Moving | None:
    return None if queues is None else moving(snapshot, queues, filters.set_apart)


def _flow(
    snapshot: Snapshot,
    measures: Measures | None,
    profile: Profile,
    filters: Filters,
    step: str,
    days: int,
) -> FlowPath | None:
    """Return the flow of the last days under the filters."""
    first = snapshot.meta.as_of_day - days + 1

    def look_up(known: Measures) -> FlowPath:
        asked = Asked(
            snapshot, known, profile, replace(filters, since=first), {"by": CITY, "step": step}
        )
        return flow_under(asked, first)

    return if_told(measures, look_up)


def _standards(
    snapshot: Snapshot, measures: Measures, filters: Filters, subject: Subject | None
) -> Standards | None:
    """Return how much was on time: of the subject, and of the agencies that are chosen.

    None where the measures know of no standards yet.
    """
    if not publishes_standards(measures):
        return None
    record = _record(measures, subject)
    if record is not None:
        record = replace(record, now=overdue_under(snapshot, filters) or NOTHING_OVERDUE)
    return Standards(record, _agencies(snapshot, measures, filters))


def _agencies(snapshot: Snapshot, measures: Measures, filters: Filters) -> tuple[GroupRecord, ...]:
    """Return the agencies that had anything due, or have now; those with the most overdue first."""
    if set(chosen(filters)) - {"agency"}:
        return ()
    now = overdue_by(snapshot, filters, "agency")
    was = due_of_groups(measures, "agency")
    names = filters.agencies or was.keys() | now.keys()
    found = [
        GroupRecord(name, was.get(name, NOTHING_DUE), now.get(name, NOTHING_OVERDUE))
        for name in names
        if name in was or name in now
    ]
    return tuple(sorted(found, key=lambda one: (-one.now.overdue, -one.due.due, one.name)))


def _record(measures: Measures, subject: Subject | None) -> Record | None:
    """Return the record of the subject, None where there is none of it."""
    if subject is None:
        return None
    if subject.level == CITY:
        return record_of(measures, CITY, 0)
    codes = Words(measures.vocab, measures.layers).codes(subject.level, (subject.key,))
    return record_of(measures, subject.level, int(codes[0])) if len(codes) else None


def _surge(measures: Measures, filters: Filters, subject: Subject | None) -> SurgeView:
    """Return what surges among what the filters choose, and the windows of the subject."""
    complete = measures.meta.complete_day
    return SurgeView(
        windows=() if subject is None else _windows(measures, subject),
        events=surge_events(_surging(measures, filters), [layer.id for layer in measures.layers]),
        complete_day=complete if complete is not None else measures.meta.as_of_day,
    )


def _windows(measures: Measures, subject: Subject) -> tuple[SurgeNow, ...]:
    try:
        return windows_at(measures, subject.level, subject.key)
    except UnknownValue:
        # Surges are not judged by channel.
        return ()


def _surging(measures: Measures, filters: Filters) -> tuple[SurgeNow, ...]:
    """Return the surges of the groups that the filters choose; without filters, all.

    Where filters of several kinds meet, nothing is judged: a surge of the whole agency need not
    be one of its requests by phone.
    """
    picked = chosen(filters)
    if len(picked) > 1:
        return ()
    return tuple(
        one for one in surges(measures) if not picked or one.group.key in picked.get(one.level, ())
    )


def _forecast(measures: Measures, subject: Subject | None) -> Forecast | None:
    return None if subject is None else forecast_of(measures, subject.level, subject.key)


def _is_forecast(measures: Measures) -> bool:
    """Whether forecasts are computed."""
    forecast_of(measures)
    return True


def closest(snapshot: Snapshot, name: str, most: int = 5) -> tuple[str, ...]:
    """Return the agencies whose names are most like one that is not known."""
    wanted = fold(name[:LONGEST_NAME])
    known = {fold(agency): agency for agency in snapshot.vocab.agency.names if agency}
    within = [folded for folded in known if wanted and wanted in folded]
    alike = get_close_matches(wanted, known, most, LEAST_LIKE)
    return tuple(known[folded] for folded in dict.fromkeys([*within, *alike]))[:most]
