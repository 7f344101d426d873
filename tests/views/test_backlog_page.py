"""What managers are shown, counted naively beside it: open by group, queues, usual time, surges."""

from __future__ import annotations

from collections import Counter

import pytest

from livemaps.errors import UnknownValue
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Measure, Stage
from livemaps.snapshot import Snapshot
from livemaps.statistics.queues import Word
from livemaps.views.backlog_page import (
    BacklogPage,
    Subject,
    backlog_page,
    closest,
    subject_of,
)
from livemaps.views.backlog_parts import Sort
from livemaps.views.measures.usual_time import usual_days
from tests.measures.village import measures_of, profile, world_of
from tests.views.town import AGENCIES, SERVICES, SET_APART, TODAY, Row, snapshot_of

GROWN = [
    Row(requested=day, closed=day + 3, stage=Stage.RESOLVED)
    for day in range(TODAY - 700, TODAY - 60)
    for _ in range(2)
]
WAITING = [Row(requested=TODAY - 2 - at // 3, agency=AGENCIES[at % 2]) for at in range(150)]
ODD = [
    Row(service=SET_APART),
    Row(requested=TODAY - 400, agency="", channel="Phone"),
    Row(requested=TODAY - 500, service="Waste - Cart", agency=AGENCIES[1]),
]
ROWS = [*GROWN, *WAITING, *ODD]
OPEN = [row for row in ROWS if row.stage is Stage.RECEIVED and row.service != SET_APART]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return snapshot_of(ROWS)


@pytest.fixture(scope="module")
def measures() -> Measures:
    return measures_of(world_of(ROWS), FAMILIES)


def page(
    snapshot: Snapshot, measures: Measures | None, filters: Filters | None = None
) -> BacklogPage:
    return backlog_page(snapshot, measures, profile(), filters or Filters())


def test_open_requests_are_counted_by_agency_and_age(
    snapshot: Snapshot, measures: Measures
) -> None:
    found = page(snapshot, measures)
    counted = Counter(row.agency for row in OPEN)
    assert {group.name: group.open for group in found.agencies.groups} == counted
    assert sum(group.open for group in found.services.groups) == found.headline.total == len(OPEN)
    old = sum(row.age >= 28 for row in OPEN)
    assert sum(group.old for group in found.agencies.groups) == old
    assert found.headline.over_four_weeks == old


def test_groups_are_sorted_by_what_is_asked(snapshot: Snapshot, measures: Measures) -> None:
    table = page(snapshot, measures).agencies
    for sort, key in ((Sort.OPEN, "open"), (Sort.OLD, "old"), (Sort.GROWTH, "net")):
        values = [getattr(group, key) for group in table.by(sort)]
        assert values == sorted(values, reverse=True)
    assert len(table.by(Sort.OPEN, 1)) == 1


def test_what_comes_in_and_is_never_closed_is_a_growing_queue(
    snapshot: Snapshot, measures: Measures
) -> None:
    found = page(snapshot, measures)
    assert found.agency_queues is not None
    assert found.agency_queues.told
    assert found.agency_queues.growing == len(found.agency_queues.grow) == 2
    assert found.agency_queues.of(Word.SHRINKING) == ()
    first = found.agency_queues.grow[0]
    assert first.path[-1] == first.queue.backlog
    assert first.path[-1] - first.path[-5] == first.queue.net


def test_services_set_apart_are_no_queue_unless_asked_for(measures: Measures) -> None:
    rows = [*GROWN, *(Row(requested=TODAY - 2 - at % 50, service=SET_APART) for at in range(200))]
    shown, counted = snapshot_of(rows), measures_of(world_of(rows), FAMILIES)
    hidden = page(shown, counted).service_queues
    asked = page(shown, counted, Filters(set_apart=True)).service_queues
    assert hidden is not None
    assert asked is not None
    assert hidden.growing == 0
    assert [one.queue.group.key for one in asked.grow] == [SET_APART]


def test_the_flow_of_the_weeks_adds_up_to_the_rows(snapshot: Snapshot, measures: Measures) -> None:
    found = page(snapshot, measures)
    assert found.weeks is not None
    assert found.last_week is not None
    period, came, went = found.last_week
    days = range(period.start, period.end + 1)
    counting = [row for row in ROWS if row.service != SET_APART]
    assert came == sum(row.requested in days for row in counting)
    assert went == sum(row.closed in days for row in counting)
    assert period.complete
    assert not found.weeks.periods[-1].complete


def test_filters_say_what_and_where_and_stage_age_and_dates_are_lifted(
    snapshot: Snapshot, measures: Measures
) -> None:
    where = Filters(agencies=frozenset({AGENCIES[1]}))
    narrow = Filters(
        measure=Measure.RESOLVED,
        agencies=where.agencies,
        stages=frozenset({"received"}),
        ages=frozenset({"0-6"}),
        since=TODAY - 3,
        until=TODAY,
    )
    found = page(snapshot, measures, narrow)
    assert found.lifted
    assert found.filters == where
    assert not page(snapshot, measures, where).lifted
    assert found.headline.total == sum(row.agency == AGENCIES[1] for row in OPEN)
    assert found.agency_queues is not None
    assert {one.queue.group.key for one in found.agency_queues.grow} <= {AGENCIES[1]}


def test_several_filters_together_are_counted_from_the_rows(
    snapshot: Snapshot, measures: Measures
) -> None:
    filters = Filters(
        agencies=frozenset({AGENCIES[0]}), services=frozenset({SERVICES[0]})
    ).with_area("ward", frozenset({"1"}))
    found = page(snapshot, measures, filters)
    shown = [row for row in OPEN if row.agency == AGENCIES[0]]
    assert found.headline.total == len(shown)
    assert found.subject is None
    assert found.standards is None or found.standards.record is None
    assert found.forecast is None
    assert found.weeks is not None
    complete = [at for at, week in enumerate(found.weeks.periods) if week.complete][-1]
    end = found.weeks.periods[complete].end
    assert found.weeks.backlog[complete] == sum(row.requested <= end for row in shown)


@pytest.mark.parametrize(
    ("filters", "subject"),
    [
        (Filters(), Subject("city", "city")),
        (Filters(agencies=frozenset({"A"})), Subject("agency", "A")),
        (Filters().with_area("ward", frozenset({"1"})), Subject("ward", "1")),
        (Filters(agencies=frozenset({"A", "B"})), None),
        (Filters(agencies=frozenset({"A"}), channels=frozenset({"App"})), None),
    ],
)
def test_figures_that_know_one_filter_are_told_of_one_group(
    filters: Filters, subject: Subject | None
) -> None:
    assert subject_of(filters) == subject


def test_requests_beyond_the_usual_time_of_their_service_are_counted(
    snapshot: Snapshot, measures: Measures
) -> None:
    found = page(snapshot, measures).beyond
    usual = {service: usual_days(measures, service) for service in {row.service for row in OPEN}}
    known = [row for row in OPEN if usual[row.service] is not None]
    late = [row for row in known if row.age > (usual[row.service] or 0)]
    assert found is not None
    assert (found.open, found.beyond, found.without) == (
        len(known),
        len(late),
        len(OPEN) - len(known),
    )
    by_agency = Counter(row.agency for row in late)
    assert {group.name: group.beyond for group in found.agencies if group.beyond} == by_agency


def test_what_needs_no_measures_is_there_before_them(snapshot: Snapshot) -> None:
    found = page(snapshot, None)
    assert found.pending
    assert found.headline.total == len(OPEN)
    assert found.agencies.groups[0].net is None
    later = (found.weeks, found.surge, found.forecast, found.standards, found.overdue)
    assert set(later) == {None}
    assert not found.forecast_told
    newest = max(row.requested for row in OPEN)
    assert found.unattended == sum(row.requested <= newest - 28 for row in OPEN)


def test_a_channel_has_no_surge_and_no_forecast(snapshot: Snapshot, measures: Measures) -> None:
    found = page(snapshot, measures, Filters(channels=frozenset({"App"})))
    assert found.surge is not None
    assert not found.surge.windows
    assert not found.surge.events
    assert found.forecast is None
    assert found.forecast_told


def test_nothing_at_all_is_no_error(measures: Measures) -> None:
    nobody = Filters(agencies=frozenset({AGENCIES[2]}))
    found = page(snapshot_of(ROWS), measures, nobody)
    assert found.headline.total == 0
    assert found.agencies.groups == ()
    assert found.oldest == ()
    with pytest.raises(UnknownValue):
        page(snapshot_of(ROWS), measures, Filters().with_area("street", frozenset({"1"})))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("mobility", "Mobility"),
        ("Wste & Recycling", "Waste & Recycling"),
        ("recyc", "Waste & Recycling"),
    ],
)
def test_a_name_that_is_not_known_finds_those_like_it(
    snapshot: Snapshot, name: str, first: str
) -> None:
    assert closest(snapshot, name)[0] == first


@pytest.mark.parametrize("name", ["", "\0", "x" * 100_000, "<script>"])
def test_a_name_like_none_finds_nothing_or_little(snapshot: Snapshot, name: str) -> None:
    assert len(closest(snapshot, name)) <= 5
