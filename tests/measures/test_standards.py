"""Standards from rows to answers, recounted with pandas and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from livemaps.errors import UnknownValue, VisitorError
from livemaps.feeds.profile import Profile
from livemaps.measures.families import Family
from livemaps.measures.standards import month_edges, standards, week_edges
from livemaps.measures.world import World
from livemaps.model import Filters, Stage, Standing, day_date, day_number
from livemaps.statistics.standards import wilson
from livemaps.views.measures.due import standard_of
from livemaps.views.measures.standards import publishes_standards, record_of
from livemaps.views.measures.standards_table import NONE_PUBLISHED, VIEW
from livemaps.views.measures.values import Answer
from tests.measures.village import answer_of, measures_of, profile, world_of
from tests.views.town import AGENCIES, COMMUNITIES, SERVICES, SET_APART, TODAY, UNPLACED, WARDS, Row

FAMILIES = (Family("standards", standards),)
DONE = Stage.RESOLVED
POTHOLES, SIGNS, CART, _, LIGHTS = SERVICES
COMPLETE = TODAY - 2
CALENDAR = {"holidays": [date(2024, 9, 2), date(2024, 7, 1)]}
STANDARDS = [
    {"service": POTHOLES, "days": 3, "counting": "business", "source": "https://town.example/s"},
    {"category": "Roads", "days": 10, "counting": "calendar"},
    {"service": "Gone", "days": 1, "counting": "calendar"},
]


def city(**more: Any) -> Profile:
    return profile(**{"standards": STANDARDS, "calendar": CALENDAR, **more})


def answered(rows: list[Row], filters: Filters | None = None, **options: str) -> Answer:
    return answer_of(VIEW, world_of(rows, city=city()), FAMILIES, filters, **options)


def table(answer: Answer) -> list[dict[str, Any]]:
    names = [field.name for field in answer.fields]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def many(count: int = 3000) -> list[Row]:
    """Return rows of every kind that there is."""
    random = np.random.default_rng(8)

    def one_of(values: tuple[Any, ...]) -> Any:
        return values[random.integers(len(values))]

    rows = [Row(requested=TODAY - 1)]
    for _ in range(count):
        requested = TODAY - int(random.integers(0, 500))
        done = random.random() < 0.7
        closed = requested + int(random.geometric(0.12)) - 1
        rows.append(
            Row(
                service=one_of(SERVICES),
                agency=one_of(AGENCIES),
                community=one_of((*COMMUNITIES, *UNPLACED)),
                ward=one_of((*WARDS, *UNPLACED)),
                stage=DONE if done and closed <= TODAY else Stage.RECEIVED,
                standing=one_of((Standing.COUNTS,) * 5 + (Standing.DUPLICATE,)),
                requested=requested,
                closed=closed if closed <= TODAY and random.random() < 0.9 else -1,
                expected=one_of((-1, -1, -1, requested + 5, requested - 1)),
                held=one_of(("base", "base", "fresh", "changed")),
            )
        )
    return rows


def recounted(rows: list[Row]) -> pd.DataFrame:
    """Judge every row as docs/metrics.md says, in plain pandas."""
    frame = pd.DataFrame([vars_of(row) for row in rows])
    counts = frame[frame.standing == Standing.COUNTS]
    resolved = counts.stage == DONE
    possible = ~resolved | ((counts.closed >= counts.requested) & (counts.closed <= TODAY))
    counts = counts[possible & (counts.requested <= TODAY)].copy()
    counts["due"] = [due_of(row) for row in counts.itertuples()]
    return counts


def vars_of(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Row.__dataclass_fields__}


def due_of(row: Any) -> int:
    if row.expected >= row.requested:
        return int(row.expected)
    if row.service == POTHOLES:
        holidays = [str(day) for day in CALENDAR["holidays"]]
        start = np.datetime64(day_date(row.requested))
        due = np.busday_offset(start, 3, roll="forward", holidays=holidays)
        return int(due.astype(np.int64))
    return int(row.requested + 10) if row.service == SIGNS else -1


def shares(frame: pd.DataFrame, by: str, first: int, last: int) -> dict[str, tuple[int, ...]]:
    """Return (due, on time, late closed, late open) by group of what was due in [first, last]."""
    due = frame[(frame.due >= first) & (frame.due <= last)]
    resolved = due.stage == DONE
    on_time = resolved & (due.closed <= due.due)
    counted = pd.DataFrame(
        {"due": 1, "on": on_time, "late": resolved & ~on_time, "open": ~resolved, by: due[by]}
    )
    summed = counted.groupby(by).sum().astype(int)
    return {
        str(key): tuple(row)
        for key, row in zip(summed.index, summed.to_numpy().tolist(), strict=True)
    }


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return many()


@pytest.mark.parametrize("by", ["service", "agency", "community", "ward"])
def test_a_year_s_shares_are_those_that_pandas_counts(rows: list[Row], by: str) -> None:
    edges = month_edges(COMPLETE)
    whole = int(np.searchsorted(edges, COMPLETE + 1, side="right")) - 1
    first, last = int(edges[whole - 12]), int(edges[whole]) - 1
    frame = recounted(rows)
    if by != "service":
        frame = frame[frame.service != SET_APART]
    expected = shares(frame, by, first, last)
    found = {
        row["key"]: (row["due"], row["on_time"], row["late_closed"], row["late_open"])
        for row in table(answered(rows, by=by))
        if row["due"]
    }
    assert found == {key: value for key, value in expected.items() if "unplaced" not in key}


def test_each_month_and_week_is_counted_by_the_day_that_requests_were_due(rows: list[Row]) -> None:
    frame = recounted(rows)
    frame = frame[frame.service != SET_APART].assign(city="city")
    for period, edges in (("month", month_edges(COMPLETE)), ("week", week_edges(COMPLETE))):
        found = table(answered(rows, by="city", period=period))
        spans = dict(
            zip(
                map(str, map(day_date, edges[:-1])),
                pairwise(edges),
                strict=True,
            )
        )
        assert len(found) > 10
        for row in found:
            first, after = map(int, spans[row["period_start"]])
            expected = shares(frame, "city", first, min(after - 1, COMPLETE))["city"]
            assert (row["due"], row["on_time"], row["late_closed"], row["late_open"]) == expected
            assert row["whole"] == (first >= frame.requested.min() and after - 1 <= COMPLETE)
            assert row["on_time_share"] == row["on_time"] / row["due"]
            assert (row["on_time_low"], row["on_time_high"]) == wilson(row["on_time"], row["due"])
            assert row["overdue"] is None


@pytest.mark.parametrize("by", ["agency", "ward", "service-ward"])
def test_what_is_overdue_now_is_what_pandas_counts(rows: list[Row], by: str) -> None:
    frame = recounted(rows)
    keys = ["service", "ward"] if by == "service-ward" else [by]
    if by != "service-ward":
        frame = frame[frame.service != SET_APART]
    waiting = frame[
        (frame.stage != DONE) & (frame.due >= 0) & ~frame[keys[-1]].str.contains("unpl")
    ]
    waiting = waiting.assign(over=TODAY - waiting.due)
    found: dict[Any, dict[str, Any]] = {
        (row["key"], row["area"]) if by == "service-ward" else (row["key"],): row
        for row in table(answered(rows, by=by))
        if row["open_with_due_day"]
    }
    groups: dict[Any, pd.DataFrame] = dict(list(waiting.groupby(keys)))
    assert set(found) == set(groups)
    for key, group in groups.items():
        over = group.over[group.over > 0]
        row = found[key]
        assert row["open_with_due_day"] == len(group)
        assert row["overdue"] == len(over)
        assert row["due_this_week"] == ((group.over <= 0) & (group.over > -7)).sum()
        assert row["overdue_median_days"] == (over.median() if len(over) else None)
        assert row["overdue_most_days"] == (over.max() if len(over) else None)


def test_a_service_says_which_standard_it_has() -> None:
    old = Row(requested=TODAY - 60, stage=DONE, closed=TODAY - 59)
    rows = [replace(old, service=POTHOLES), replace(old, service=SIGNS), Row(requested=TODAY - 1)]
    rows.append(replace(old, service=CART, expected=TODAY - 50))
    rows.append(Row(service=LIGHTS, requested=TODAY - 120))
    answer = answered(rows, by="service")
    found = {
        row["key"]: (
            row["standard_days"],
            row["standard_counting"],
            row["standard_of"],
            row["expected_by_feed"],
        )
        for row in table(answer)
    }
    assert found == {
        POTHOLES: (3, "business", "service", False),
        SIGNS: (10, "calendar", "category", False),
        CART: (None, None, None, True),
    }
    assert answer.facts["standards_of_no_service"] == ["Gone"]
    assert (answer.facts["due_by_feed"], answer.facts["due_by_standard"]) == (1, 3)


def test_a_service_without_a_standard_is_neither_due_nor_overdue() -> None:
    rows = [Row(service=LIGHTS, requested=TODAY - 400), Row(requested=TODAY - 1)]
    assert [row["key"] for row in table(answered(rows, by="service"))] == [POTHOLES]


def test_a_city_that_publishes_no_standard_says_so_and_has_no_figures() -> None:
    world = world_of([Row(requested=TODAY - 9), Row(requested=TODAY - 1)])
    answer = answer_of(VIEW, world, FAMILIES, by="agency")
    assert (list(answer.rows), answer.facts["published"]) == ([], False)
    assert answer.facts["note"] == NONE_PUBLISHED
    measures = measures_of(world, FAMILIES)
    assert not publishes_standards(measures)
    assert record_of(measures, "agency", 1) is None


def test_requests_from_before_everything_was_held_are_overdue_but_in_no_share() -> None:
    """Of these only the ones that stayed open are known: they would all be late."""
    rows = [Row(requested=TODAY - 200), Row(requested=TODAY - 1)]
    rows += [Row(requested=TODAY - 40, stage=DONE, closed=TODAY - 39)]
    world = world_of(rows, complete_since=TODAY - 50, city=city())
    (row,) = table(answer_of(VIEW, world, FAMILIES, by="city", period="total"))
    assert (row["due"], row["overdue"], row["overdue_most_days"]) == (0, 1, TODAY - due_of(rows[0]))
    months = table(answer_of(VIEW, world, FAMILIES, by="city", period="month"))
    assert [(month["due"], month["on_time"], month["whole"]) for month in months] == [(1, 1, False)]


def test_a_request_due_on_the_last_whole_day_is_in_a_week_and_one_due_later_is_not() -> None:
    rows = [Row(requested=TODAY - 9, expected=day) for day in (COMPLETE, COMPLETE + 1, TODAY + 3)]
    rows.append(Row(requested=TODAY - 1, service=LIGHTS))
    found = table(answered(rows, by="city", period="week"))
    assert [(row["due"], row["late_open"]) for row in found] == [(1, 1)]
    (now,) = table(answered(rows, by="city"))
    assert (now["open_with_due_day"], now["overdue"], now["due_this_week"]) == (3, 2, 1)


def test_impossible_and_re_opened_requests_are_judged_by_rule() -> None:
    week = TODAY - 30
    rows = [
        Row(requested=week, closed=week - 2, stage=DONE, expected=week + 1),  # impossible
        Row(requested=week, closed=week + 1, expected=week + 1),  # opened again: open, late
        Row(requested=week, closed=week + 1, expected=week - 5),  # the feed's day is not believed
        Row(requested=TODAY - 1, service=LIGHTS),
    ]
    answer = answered(rows, by="city", period="week")
    assert sum(int(str(row["due"])) for row in table(answer)) == 2
    assert sum(int(str(row["late_open"])) for row in table(answer)) == 2
    assert answer.facts["expected_before_requested"] == 1


def test_business_days_in_years_without_holidays_are_counted() -> None:
    rows = [Row(requested=day_number(date(2023, 3, 1)) + at) for at in range(4)]
    rows.append(Row(requested=TODAY - 1))
    facts = answered(rows, by="city").facts
    assert facts["business_days_outside_holidays"] == 4
    assert facts["holiday_years"] == [2024, 2024]


def test_dates_choose_the_periods_that_lie_wholly_within_them(rows: list[Row]) -> None:
    edges = month_edges(COMPLETE)
    first, last = int(edges[-7]), int(edges[-4]) - 1
    (exact,) = table(answered(rows, Filters(since=first, until=last), by="city"))
    assert (exact["period_start"], exact["period_end"]) == (
        str(day_date(first)),
        str(day_date(last)),
    )
    (less,) = table(answered(rows, Filters(since=first + 1, until=last), by="city"))
    assert less["period_start"] == str(day_date(int(edges[-6])))
    (none,) = table(answered(rows, Filters(since=last, until=last), by="city"))
    assert (none["period_start"], none["due"], none["on_time_share"]) == (None, 0, None)


def test_filters_choose_among_the_groups_and_others_are_refused(rows: list[Row]) -> None:
    road = Filters(categories=frozenset(["Roads"]))
    assert {row["key"] for row in table(answered(rows, road, by="service"))} == {POTHOLES, SIGNS}
    both = Filters(services=frozenset([SIGNS]), areas=(("ward", frozenset(["2"])),))
    (row,) = table(answered(rows, both, by="service-ward"))
    assert (row["key"], row["area"]) == (SIGNS, "2")
    with pytest.raises(VisitorError, match="by agency cannot be filtered by category"):
        answered(rows, road, by="agency")
    with pytest.raises(UnknownValue, match="nowhere"):
        answered(rows, by="nowhere")


def test_one_group_s_record_is_that_of_its_rows(rows: list[Row]) -> None:
    world = world_of(rows, city=city())
    measures = measures_of(world, FAMILIES)
    code = world.snapshot.vocab.agency.codes[AGENCIES[1]]
    record = record_of(measures, "agency", code)
    assert record is not None
    totals = {row["key"]: row for row in table(answered(rows, by="agency"))}
    row = totals[AGENCIES[1]]
    assert (record.total.due, record.total.share) == (row["due"], row["on_time_share"])
    assert record.total.interval == (row["on_time_low"], row["on_time_high"])
    assert record.now.overdue == row["overdue"]
    months = table(
        answered(rows, Filters(agencies=frozenset([AGENCIES[1]])), by="agency", period="month")
    )
    assert [month.due.due for month in record.months] == [month["due"] for month in months]
    nothing = record_of(measures, "agency", 0)
    assert nothing is not None
    assert (nothing.total.due, nothing.total.share, nothing.now.overdue) == (0, None, 0)


class TestOneRequest:
    """The look-up of one request's due day."""

    friday = day_number(date(2024, 8, 30))  # before Labour Day, 2 September

    def test_business_days_pass_over_the_long_weekend(self) -> None:
        found = standard_of(city(), POTHOLES, self.friday, today=self.friday + 3)
        assert found is not None
        assert day_date(found.due_day) == date(2024, 9, 5)
        assert (found.state, found.days_left, found.by_feed) == ("not yet due", 3, False)
        assert found.standard is not None
        assert found.standard.source == "https://town.example/s"

    def test_the_feed_s_own_day_wins(self) -> None:
        found = standard_of(
            city(), POTHOLES, self.friday, today=self.friday + 9, expected_day=self.friday + 1
        )
        assert found is not None
        assert (found.by_feed, found.state, found.days_left) == (True, "overdue", -8)

    @pytest.mark.parametrize(("took", "state", "left"), [(4, "on time", 6), (12, "late", -2)])
    def test_a_resolved_request_is_judged_by_its_closed_day(
        self, took: int, state: str, left: int
    ) -> None:
        found = standard_of(
            city(), SIGNS, self.friday, today=self.friday + 90, closed_day=self.friday + took
        )
        assert found is not None
        assert (found.state, found.days_left) == (state, left)

    def test_nothing_is_due_where_nothing_is_promised(self) -> None:
        assert standard_of(city(), LIGHTS, self.friday, today=TODAY) is None


@pytest.mark.parametrize(
    "last", [TODAY, day_number(date(2024, 2, 29)), day_number(date(2024, 12, 31))]
)
def test_periods_are_whole_months_and_weeks_from_monday(last: int) -> None:
    months, weeks = [*map(day_date, month_edges(last))], [*map(day_date, week_edges(last))]
    assert {day.day for day in months} == {1}
    assert months[-2] <= day_date(last) < months[-1]
    assert (len(months), len(weeks)) == (37, 106)
    assert {day.weekday() for day in weeks} == {0}
    assert weeks[-2] <= day_date(last) < weeks[-1] == weeks[-2] + timedelta(7)


def test_a_world_of_one_request_has_figures() -> None:
    world: World = world_of([Row(requested=TODAY)], city=city())
    (row,) = table(answer_of(VIEW, world, FAMILIES, by="city"))
    assert (row["due"], row["open_with_due_day"], row["overdue"]) == (0, 1, 0)
