"""Whatever the rows and the filters, every count equals a plain recount of the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given

from livemaps.measures.days import last_complete_day
from livemaps.model import AGE_BANDS, Filters, Measure, Order, Stage, Standing
from livemaps.snapshot import Change, Snapshot
from livemaps.views.areas import area_values, breakdown
from livemaps.views.comparing import week_under
from livemaps.views.facets import facets
from livemaps.views.headline import changes, headline
from livemaps.views.listing import listing
from livemaps.views.totals import total
from livemaps.views.trend import trend
from tests.views.strategies import all_filters, towns
from tests.views.town import (
    DIMENSIONS,
    RECENT_DAYS,
    SET_APART,
    TODAY,
    UNPLACED,
    Row,
    passes,
    recount,
    snapshot_of,
)


def shown(rows: list[Row], filters: Filters) -> list[Row]:
    return [row for row in rows if passes(row, filters)]


@given(towns, all_filters())
def test_each_option_counts_what_it_would_show_under_the_other_filters(
    rows: list[Row], filters: Filters
) -> None:
    found = facets(snapshot_of(rows), filters)
    for dimension in DIMENSIONS:
        expected = recount(rows, filters, dimension)
        facet = found[dimension]
        assert {option.value: option.count for option in facet.options if option.count} == expected
        assert facet.total == expected.total()
        assert sum(option.count for option in facet.options) + facet.blank == facet.total


@given(towns, all_filters())
def test_the_set_apart_are_counted_whether_shown_or_not(rows: list[Row], filters: Filters) -> None:
    expected = sum(row.service == SET_APART and passes(row, filters, "apart") for row in rows)
    snapshot = snapshot_of(rows)
    assert facets(snapshot, filters).set_apart == expected
    hidden = headline(snapshot, filters).set_apart_hidden
    assert hidden == (0 if filters.set_apart else expected)


@given(towns, all_filters())
def test_each_measure_is_counted_beside_the_chosen_one(rows: list[Row], filters: Filters) -> None:
    expected = {measure: len(shown(rows, replace(filters, measure=measure))) for measure in Measure}
    assert facets(snapshot_of(rows), filters).measures == expected


@given(towns, all_filters())
def test_areas_and_unplaced_sum_to_the_total(rows: list[Row], filters: Filters) -> None:
    snapshot = snapshot_of(rows)
    for layer in ("community", "ward"):
        values = area_values(snapshot, filters, layer)
        expected = Counter(row.value(layer) for row in shown(rows, filters))
        counted = dict(zip(values.keys, values.counts, strict=True)) | dict(values.unplaced)
        assert {key: count for key, count in counted.items() if count} == expected
        assert sum(values.counts) + values.unplaced_total == values.total == expected.total()


@given(towns, all_filters())
def test_the_breakdown_counts_stages_ages_agencies_and_categories(
    rows: list[Row], filters: Filters
) -> None:
    found = breakdown(snapshot_of(rows), filters)
    rows = shown(rows, filters)
    expected = Counter((row.stage, row.band) for row in rows)
    assert found.total == len(rows)
    assert found.table == tuple(
        tuple(expected[stage, band.key] for band in AGE_BANDS) for stage in Stage
    )
    for groups, name in ((found.agencies, "agency"), (found.categories, "category")):
        by_stage = Counter((row.value(name), row.stage) for row in rows)
        by_band = Counter((row.value(name), row.band) for row in rows)
        assert {group.value for group in groups} == {row.value(name) for row in rows}
        for group in groups:
            assert group.stages == tuple(by_stage[group.value, stage] for stage in Stage)
            assert group.ages == tuple(by_band[group.value, band.key] for band in AGE_BANDS)


@given(towns, all_filters())
def test_the_headline_says_how_many_and_how_old(rows: list[Row], filters: Filters) -> None:
    snapshot = snapshot_of(rows)
    found, kept = headline(snapshot, filters), shown(rows, filters)
    resolved = filters.measure is Measure.RESOLVED
    days = [row.closed if resolved else row.requested for row in kept]
    assert found.total == len(kept) == total(snapshot, filters)
    assert found.over_four_weeks == sum(row.age >= 28 for row in kept)
    assert found.oldest_day == min(days, default=None)
    assert found.newest_day == max(days, default=None)
    assert found.unplaced == sum(row.community in UNPLACED for row in kept)
    assert found.duplicates == sum(
        row.standing is not Standing.COUNTS and passes(row, filters, "standing") for row in rows
    )


@given(towns, all_filters())
def test_the_list_has_as_many_as_the_headline_says_and_every_one_once(
    rows: list[Row], filters: Filters
) -> None:
    snapshot = snapshot_of(rows)
    for order in Order:
        first = listing(snapshot, filters, order, 1, 7)
        pages = [listing(snapshot, filters, order, page, 7) for page in range(1, first.pages + 1)]
        listed = [line for page in pages for line in page.rows]
        expected = {f"26-{index:05d}" for index, row in enumerate(rows) if passes(row, filters)}
        assert first.total == len(listed) == headline(snapshot, filters).total
        assert {line.service_request_id for line in listed} == expected
        resolved = filters.measure is Measure.RESOLVED
        days = [line.closed_day if resolved else line.requested_day for line in listed]
        assert days == sorted(days, key=lambda day: day or 0, reverse=order is Order.NEWEST)
        for line in listed:
            row = rows[int(line.service_request_id[3:])]
            assert (line.service_name, line.stage, line.age) == (row.service, row.stage, row.age)
            assert [key for _, key, _ in line.areas] == [row.community, row.ward]


@given(towns, all_filters())
def test_what_came_in_is_counted_by_day_whatever_became_of_it(
    rows: list[Row], filters: Filters
) -> None:
    lifted = replace(filters, measure=Measure.REPORTED, stages=frozenset(), ages=frozenset())
    since, until = TODAY - 120, TODAY - 2
    expected = Counter(
        row.requested for row in shown(rows, replace(lifted, since=since, until=until))
    )
    found = trend(snapshot_of(rows), filters, since, until)
    assert found.received == tuple(expected[day] for day in range(since, until + 1))
    weeks = trend(snapshot_of(rows), filters, since, until, step=7)
    assert sum(weeks.received) == sum(
        count for day, count in expected.items() if day >= weeks.days[0]
    )


@given(towns, all_filters())
def test_the_backlog_is_compared_at_the_ends_of_four_complete_weeks(
    rows: list[Row], filters: Filters
) -> None:
    filters = replace(
        filters,
        measure=Measure.OPEN,
        stages=frozenset(),
        ages=frozenset(),
        since=None,
        until=None,
    )
    snapshot = snapshot_of(rows)
    complete = last_complete_day(snapshot.meta)
    found = headline(snapshot, filters).change
    if complete is None or snapshot.meta.recent_since > complete - 27:
        assert found is None
        return
    as_open = [(row, replace(row, stage=Stage.RECEIVED)) for row in rows if possible(row)]

    def backlog(day: int) -> int:
        return sum(
            row.requested <= day
            and (row.stage is not Stage.RESOLVED or row.closed > day)
            and passes(still, filters)
            for row, still in as_open
        )

    assert found is not None
    assert (found.now, found.before) == (backlog(complete), backlog(complete - 28))
    assert found.more == found.now - found.before


def possible(row: Row) -> bool:
    resolved = row.stage is Stage.RESOLVED
    return row.requested <= TODAY and (not resolved or row.requested <= row.closed <= TODAY)


@given(towns, all_filters())
def test_the_week_counts_what_its_lists_hold(rows: list[Row], filters: Filters) -> None:
    snapshot = snapshot_of(rows)
    found, told = week_under(snapshot, filters), headline(snapshot, filters)
    if found is None:
        assert (told.week_ends, told.last_week, told.week_before) == (None, 0, 0)
        return
    lifted = replace(filters, stages=frozenset(), ages=frozenset(), waiting=frozenset())
    week = replace(lifted, since=found.ends - 6, until=found.ends)
    reported, closed = (
        replace(week, measure=measure) for measure in (Measure.REPORTED, Measure.RESOLVED)
    )
    assert found.reported == told.last_week == len(shown(rows, reported))
    assert found.closed == len(shown(rows, closed))


@given(towns, all_filters())
def test_changes_are_counted_under_the_filters_that_say_where_and_what(
    rows: list[Row], filters: Filters
) -> None:
    lifted = replace(
        filters,
        measure=Measure.REPORTED,
        stages=frozenset(),
        ages=frozenset(),
        since=None,
        until=None,
    )
    live = [row for row in shown(rows, lifted) if _is_live(row)]
    found = changes(snapshot_of(rows), filters)
    expected = Counter(row.flags for row in live)
    assert found.new == expected[Change.NEW]
    assert found.resolved == expected[Change.RESOLVED]
    assert found.reopened == expected[Change.REOPENED]
    assert found.changed == expected[Change.CHANGED]


def _is_live(row: Row) -> bool:
    return row.stage is not Stage.RESOLVED or row.closed >= TODAY - RECENT_DAYS


def test_an_empty_town_counts_nothing_and_breaks_nothing() -> None:
    snapshot: Snapshot = snapshot_of([])
    for measure in Measure:
        filters = Filters(measure=measure)
        assert headline(snapshot, filters).total == 0
        assert listing(snapshot, filters).rows == ()
        assert breakdown(snapshot, filters).agencies == ()
        assert facets(snapshot, filters)["service"].options == ()
