"""The backlog by group and what is unattended, against the screens' own counts and a recount."""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.errors import UnknownValue
from livemaps.model import AGE_BANDS, Filters, Measure, Stage, day_date
from livemaps.snapshot import NO_DAY
from livemaps.views.measures import backlog, unattended
from livemaps.views.measures.backlog import backlog_ages, backlog_by
from livemaps.views.measures.unattended import unattended_by, unattended_requests
from livemaps.views.tally import tally
from tests.measures.test_flow import TODAYS, counts, is_open, odd_towns
from tests.measures.village import answer_of, world_of
from tests.views.strategies import all_filters, towns
from tests.views.town import SET_APART, TODAY, Row, passes, snapshot_of

BY = ("city", "category", "service", "agency", "channel", "community", "ward", "stage", "age")
COMPLETE = TODAY - 2


def of_backlog(filters: Filters) -> Filters:
    return replace(filters, measure=Measure.OPEN)


@settings(max_examples=60)
@given(towns, all_filters())
def test_the_counts_are_those_of_the_screens(town: list[Row], filters: Filters) -> None:
    filters, snapshot = of_backlog(filters), snapshot_of(town)
    shown = tally(snapshot, filters)
    alone = {"service", "category", "agency", "channel", "stage", "age"}
    for by in BY:
        rows = backlog_by(snapshot, filters, by)
        assert sum(row.backlog for row in rows) == shown.total
        assert sum(row.set_apart for row in rows) == shown.set_apart
        assert sum(row.duplicates for row in rows) == shown.duplicates
        if by == "city" or (by in alone and getattr(filters, _field(by))):
            continue  # facets lift the filter of their own dimension
        found = {row.group.key: row.backlog for row in rows if row.backlog}
        if by in ("community", "ward"):
            layer, expected = snapshot.layer(by), shown.areas[by]
            named = {key: int(expected[code]) for key, code in layer.code_of.items()}
        elif by == "stage":
            named = {stage.name.lower(): int(shown.facets["stage"][stage]) for stage in Stage}
        elif by == "age":
            keys = [band.key for band in AGE_BANDS]
            named = dict(zip(keys, shown.facets["age"].tolist(), strict=True))
        else:
            names = snapshot.vocab.of(by).names
            named = dict(zip(names, shown.facets[by].tolist(), strict=True))
        assert found == {key: count for key, count in named.items() if count}


def _field(by: str) -> str:
    return {"category": "categories", "agency": "agencies"}.get(by, f"{by}s")


@settings(max_examples=60)
@given(odd_towns, all_filters(), st.sampled_from(BY[:-2]))
def test_ages_and_the_backlog_four_weeks_before_equal_a_recount(
    town: list[Row], filters: Filters, by: str
) -> None:
    filters = of_backlog(filters)
    whole = replace(filters, stages=frozenset(), ages=frozenset(), since=None, until=None)
    reported = replace(whole, measure=Measure.REPORTED)
    snapshot = world_of(town).snapshot
    for row in backlog_by(snapshot, filters, by):
        mine = [r for r in town if by == "city" or r.value(by) == row.group.key]
        shown = [r for r in mine if passes(r, filters)]
        assert row.backlog == len(shown)
        assert row.median_age == (statistics.median(r.age for r in shown) if shown else None)
        assert row.oldest_day == min((r.requested for r in shown), default=None)
        if filters != whole:
            assert row.change is None
            continue
        possible = [r for r in mine if counts(r) and passes(r, reported)]
        assert row.complete_day == sum(is_open(r, COMPLETE) for r in possible)
        assert row.four_weeks_ago == sum(is_open(r, COMPLETE - 28) for r in possible)


@settings(max_examples=30)
@given(odd_towns)
def test_age_bands_of_four_weeks_before_are_those_of_then(town: list[Row]) -> None:
    shown = [row for row in town if counts(row) and row.service != SET_APART]
    for row in backlog_by(world_of(town).snapshot, Filters(), "age"):
        band = next(band for band in AGE_BANDS if band.key == row.group.key)
        ages = [COMPLETE - 28 - r.requested for r in shown if is_open(r, COMPLETE - 28)]
        inside = [age for age in ages if band.least <= age and age <= (band.most or age)]
        assert row.four_weeks_ago == len(inside)


@settings(max_examples=30)
@given(towns, all_filters(), st.sampled_from(BY))
def test_the_table_of_ages_adds_up_to_the_backlog(
    town: list[Row], filters: Filters, by: str
) -> None:
    filters, snapshot = of_backlog(filters), snapshot_of(town)
    table = backlog_ages(snapshot, filters, by)
    expected = {row.group: row.backlog for row in backlog_by(snapshot, filters, by) if row.backlog}
    assert dict(zip(table.groups, map(sum, table.counts), strict=True)) == expected
    ages = {row.group.key: row.backlog for row in backlog_by(snapshot, filters, "age")}
    for at, band in enumerate(table.bands):
        assert sum(row[at] for row in table.counts) == ages.get(band, 0)


class TestFourWeeksBefore:
    def change(
        self,
        *more: Row,
        by: str = "city",
        filters: Filters | None = None,
        **meta: Any,
    ) -> int | None:
        town = [Row(requested=TODAY - 40), Row(requested=TODAY - 10), TODAYS, *more]
        (row, *_) = backlog_by(world_of(town, **meta).snapshot, filters or Filters(), by)
        return row.change

    def test_it_is_told_of_complete_days_only(self) -> None:
        assert self.change() == 1  # what came in on the newest days is in neither

    def test_it_is_not_told_of_stages_nor_under_filters_that_mean_other_requests_then(self) -> None:
        assert self.change(by="stage") is None
        for filters in (
            Filters(stages=frozenset({"received"})),
            Filters(ages=frozenset({"0-6", "7-27", "28-89"})),
            Filters(since=TODAY - 50),
        ):
            assert self.change(filters=filters) is None

    def test_it_is_not_told_where_the_past_is_held_in_part(self) -> None:
        old = Row(requested=TODAY - 900)
        assert self.change(old, complete_since=COMPLETE - 28 - 364) is None
        assert self.change(old, complete_since=COMPLETE - 28 - 365) == 1
        assert self.change(complete_since=COMPLETE - 28 - 364) == 1  # there is nothing older

    def test_it_is_told_from_the_history_where_what_is_live_does_not_reach_back(self) -> None:
        assert self.change(recent_since=TODAY - 3) == 1


def naive_unattended(town: list[Row], filters: Filters, days: int, data: int) -> list[Row]:
    """Return the unattended requests, the oldest first."""
    quiet = [
        row
        for row in town
        if passes(row, filters) and data - max(row.requested, row.updated) >= days
    ]
    return sorted(quiet, key=lambda row: row.requested)


touched = st.builds(
    lambda row, after: replace(
        row, updated=NO_DAY if after is None else min(row.requested + after, TODAY)
    ),
    towns.filter(bool).map(lambda town: town[0]),
    st.one_of(st.none(), st.integers(-5, 60)),
)


@settings(max_examples=60)
@given(st.lists(touched, max_size=20), all_filters(), st.sampled_from([1, 28, 90]))
def test_what_is_unattended_equals_a_recount(town: list[Row], filters: Filters, days: int) -> None:
    filters, town = of_backlog(filters), [*town, TODAYS]
    snapshot = snapshot_of(town)
    quiet = naive_unattended(town, filters, days, TODAY)
    listed = unattended_requests(snapshot, filters, days, most=1000)
    assert [found.request.requested_day for found in listed] == [row.requested for row in quiet]
    assert all(found.silent_days >= days for found in listed)
    groups = unattended_by(snapshot, filters, "agency", days)
    for found in groups:
        mine = [row for row in quiet if row.agency == found.group.key]
        assert found.unattended == len(mine)
        assert found.backlog == sum(
            passes(row, filters) and row.agency == found.group.key for row in town
        )
        oldest = found.oldest and found.oldest.request.requested_day
        assert oldest == (mine[0].requested if mine else None)
    assert sum(found.unattended for found in groups) == len(quiet)


def test_silence_is_counted_to_where_the_data_end_not_to_today() -> None:
    town = [Row(requested=TODAY - 30), Row(requested=TODAY - 5)]
    assert unattended_requests(snapshot_of(town), Filters(), 26) == ()
    (found,) = unattended_requests(snapshot_of(town), Filters(), 25)
    assert (found.silent_days, found.request.agency_responsible) == (25, "Mobility")


def test_answers_have_a_cell_for_every_field_and_only_plain_values() -> None:
    world = world_of([Row(requested=TODAY - 60), Row(agency="=Finance"), TODAYS])
    for view in (backlog.VIEW, unattended.VIEW):
        answer = answer_of(view, world, ())
        assert answer.rows
        for row in answer.rows:
            assert len(row) == len(view.fields)
            assert all(cell is None or type(cell) in (str, int, float) for cell in row)
    (first, *_) = answer_of(unattended.VIEW, world, ()).rows
    assert first == (
        *("Mobility", "Mobility", 1, 2, 0.5),
        *("26-00000", "Mobility", day_date(TODAY - 60).isoformat()),
        day_date(TODAY - 60).isoformat(),
    )


def test_an_unknown_level_is_told_with_those_that_are_there() -> None:
    for view in (backlog.VIEW, unattended.VIEW):
        with pytest.raises(UnknownValue, match="stage, age"):
            answer_of(view, world_of([TODAYS]), (), by="borough")


def test_a_town_without_any_request_has_no_backlog() -> None:
    snapshot = snapshot_of([])
    assert backlog_by(snapshot, Filters(), "agency") == ()
    assert unattended_by(snapshot, Filters()) == ()
    assert unattended_requests(snapshot, Filters()) == ()
    assert backlog_ages(snapshot, Filters()).groups == ()
