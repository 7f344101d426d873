"""How open requests wait, beside the same told naively of each row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.errors import MeasuresPending, SnapshotDamaged
from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Measure, Stage, Standing, Waiting
from livemaps.snapshot import Snapshot
from livemaps.views.facets import facets
from livemaps.views.headline import headline
from livemaps.views.listing import listing
from livemaps.views.measures.usual_time import usual_days
from livemaps.views.overdue import overdue_by, overdue_under
from livemaps.views.tally import tally
from livemaps.views.waiting import WaitingSource, with_waiting
from tests.measures.village import measures_of, profile, world_of
from tests.views.strategies import rows as any_row
from tests.views.town import AGENCIES, SERVICES, SET_APART, TODAY, Row, passes, snapshot_of

NAMES = tuple(str(kind.name).lower() for kind in Waiting)
PROMISED = profile(
    standards=[
        {
            "service": SERVICES[0],
            "days": 5,
            "counting": "calendar",
            "source": "https://example.org/standards",
        },
        {
            "category": "Waste",
            "days": 30,
            "counting": "calendar",
            "source": "https://example.org/standards",
        },
    ]
)
PAST = [
    Row(requested=day, closed=day + 3, stage=Stage.RESOLVED, service=SERVICES[day % 2])
    for day in range(TODAY - 300, TODAY - 3)
]


@pytest.fixture(scope="module")
def measures() -> Measures:
    times = [family for family in FAMILIES if family.name == "time-to-close"]
    return measures_of(world_of(PAST), times)


def due_day(row: Row, city: Profile) -> int | None:
    """Return the feed's day if it can be believed, else that of the standard; calendar days."""
    if row.requested > TODAY:
        return None
    if row.expected >= max(row.requested, 0):
        return row.expected
    standard = city.standard(row.service)
    return None if standard is None else row.requested + standard.days


def waits(row: Row, city: Profile, newest: int, usual: dict[str, int | None]) -> set[str]:
    """Return in plain Python how a row waits."""
    if row.stage is Stage.RESOLVED:
        return set()
    due, limit = due_day(row, city), usual[row.service]
    told = {
        "unattended": newest - max(row.requested, row.updated) >= 28,
        "overdue": due is not None and due < TODAY,
        "due_this_week": due is not None and TODAY <= due < TODAY + 7,
        "beyond_usual": limit is not None and row.age > limit,
    }
    return {name for name, holds in told.items() if holds}


@st.composite
def waiting_rows(draw: st.DrawFn) -> Row:
    """A random request that was updated, and is expected, on some day near today or on none."""
    near = st.one_of(st.just(-1), st.integers(TODAY - 60, TODAY + 20))
    return replace(draw(any_row()), updated=draw(near), expected=draw(near))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(waiting_rows(), max_size=30),
    chosen=st.frozensets(st.sampled_from(NAMES), max_size=3),
    measure=st.sampled_from(list(Measure)),
    agencies=st.sampled_from([frozenset[str](), frozenset(AGENCIES[:1])]),
    since=st.sampled_from([None, TODAY - 90]),
)
def test_rows_are_listed_and_counted_as_each_of_them_waits(
    measures: Measures,
    rows: list[Row],
    chosen: frozenset[str],
    measure: Measure,
    agencies: frozenset[str],
    since: int | None,
) -> None:
    filters = Filters(measure=measure, agencies=agencies, waiting=chosen, since=since)
    snapshot = with_waiting(snapshot_of(rows), PROMISED, measures)
    newest = max((row.requested for row in rows if row.requested <= TODAY), default=TODAY)
    usual = {service: usual_days(measures, service) for service in SERVICES}
    under = [
        waits(row, PROMISED, newest, usual)
        for row in rows
        if passes(row, replace(filters, waiting=frozenset()))
    ]
    expected = sum(1 for told in under if not chosen or told & chosen)
    assert listing(snapshot, filters, size=100).total == expected
    assert tally(snapshot, filters).total == expected
    facet = facets(snapshot, filters)["waiting"]
    assert {option.value: option.count for option in facet.options} == {
        name: sum(name in told for told in under) for name in NAMES
    }
    assert facet.total == sum(bool(told) for told in under)


def test_what_is_overdue_is_the_list_of_it_by_group_too() -> None:
    rows = [
        Row(requested=TODAY - 9),
        Row(requested=TODAY - 5),
        Row(requested=TODAY - 40, agency=AGENCIES[1]),
        Row(requested=TODAY - 40, agency=""),
        Row(requested=TODAY - 40, service=SET_APART, expected=TODAY - 30),
        Row(requested=TODAY - 40, standing=Standing.DUPLICATE),
    ]
    snapshot = with_waiting(snapshot_of(rows), PROMISED, None)
    late = Filters(waiting=frozenset({"overdue"}))
    by_agency = overdue_by(snapshot, Filters(), "agency")
    assert {name: now.overdue for name, now in by_agency.items()} == {
        AGENCIES[0]: 1,
        AGENCIES[1]: 1,
        "": 1,
    }
    assert (by_agency[AGENCIES[0]].due_this_week, by_agency[AGENCIES[0]].most_days) == (1, 4)
    whole = overdue_under(snapshot, Filters())
    assert whole is not None
    assert whole.overdue == listing(snapshot, late).total == 3
    assert overdue_under(snapshot, Filters(channels=frozenset({"Phone"}))) is not None


def test_nothing_is_told_that_cannot_be() -> None:
    snapshot = snapshot_of([Row(requested=TODAY - 40)])
    assert snapshot.waits == Waiting(0)
    assert with_waiting(snapshot, profile(), None).waits == Waiting.UNATTENDED
    dated = snapshot_of([Row(requested=TODAY - 40, expected=TODAY)])
    assert Waiting.OVERDUE in with_waiting(dated, profile(), None).waits
    disbelieved = snapshot_of([Row(requested=TODAY - 40, expected=TODAY - 41)])
    assert Waiting.OVERDUE not in with_waiting(disbelieved, profile(), None).waits
    assert overdue_under(with_waiting(disbelieved, profile(), None), Filters()) is None
    assert overdue_by(snapshot, Filters(), "agency") == {}


def test_what_was_open_on_another_day_is_not_told_of_what_waits_today() -> None:
    rows = [Row(requested=TODAY - 40), Row(requested=TODAY)]
    snapshot = with_waiting(snapshot_of(rows), profile(), None)
    found = headline(snapshot, Filters(waiting=frozenset({"unattended"})))
    assert (found.total, found.change) == (1, None)


class Published:
    """What is published now: a snapshot, and measures or why there are none."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def latest(self) -> Snapshot:
        return self.snapshot


class Known:
    def __init__(self, measures: Measures | Exception) -> None:
        self.measures = measures

    def latest(self) -> Measures:
        if isinstance(self.measures, Exception):
            raise self.measures
        return self.measures


class TestSource:
    def test_it_works_out_anew_only_what_was_published_anew(self, measures: Measures) -> None:
        published, known = Published(snapshot_of(PAST)), Known(MeasuresPending("not yet"))
        source = WaitingSource(published, known, profile())
        first = source.latest()
        assert source.latest() is first
        known.measures = measures
        second = source.latest()
        assert (second is first, second.usual_of) == (False, measures.meta.id)
        assert source.latest() is second
        published.snapshot = snapshot_of(PAST, version="later")
        assert source.latest().version == "later"

    @pytest.mark.parametrize("without", ["pending", "damaged", "others", "no times"])
    def test_without_usual_times_the_rest_is_told(self, measures: Measures, without: str) -> None:
        troubles: dict[str, Measures | Exception] = {
            "pending": MeasuresPending("not yet"),
            "damaged": SnapshotDamaged("torn"),
            "others": replace(measures, meta=replace(measures.meta, city="another")),
            "no times": replace(measures, families={}),
        }
        source = WaitingSource(Published(snapshot_of(PAST)), Known(troubles[without]), PROMISED)
        told = source.latest().waits
        assert told == Waiting.UNATTENDED | Waiting.OVERDUE | Waiting.DUE_THIS_WEEK
