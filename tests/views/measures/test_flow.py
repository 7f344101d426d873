"""The answers flow, queues and life: looked up and counted on demand say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.errors import MeasuresPending, TooLarge, UnknownValue, VisitorError
from livemaps.measures.families import Family
from livemaps.measures.flow import flow
from livemaps.measures.life import life
from livemaps.measures.queues import queues_of_world
from livemaps.measures.world import World
from livemaps.model import Filters, Measure, Stage, Standing, day_date
from livemaps.views.measures import flow as flow_view
from livemaps.views.measures import life as life_view
from livemaps.views.measures import queues as queues_view
from livemaps.views.measures.groups import chosen as chosen_dimensions
from livemaps.views.measures.values import Answer, MeasureView
from tests.measures.test_flow import TODAYS, counts, is_open, odd_towns
from tests.measures.village import answer_of, measures_of, world_of
from tests.measures.village import asked as ask
from tests.views.strategies import all_filters
from tests.views.town import AGENCIES, SET_APART, TODAY, Row, passes

FAMILIES = (Family("flow", flow), Family("queues", queues_of_world), Family("life", life))
FAMILY_OF = {family.name: (family,) for family in FAMILIES}
"""Measures of this module are read from the family of their own name."""

COMPLETE = TODAY - 2


def iso(day: int) -> str:
    return day_date(day).isoformat()


def table(view: MeasureView, answer: Answer) -> list[dict[str, Any]]:
    names = [field.name for field in view.fields]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def asked(
    view: MeasureView, world: World, filters: Filters | None = None, **options: Any
) -> list[dict[str, Any]]:
    return table(view, answer_of(view, world, FAMILY_OF[view.name], filters, **options))


def plain(filters: Filters) -> Filters:
    """Return filters without those that say nothing about what came in and went out."""
    return replace(
        filters,
        measure=Measure.REPORTED,
        stages=frozenset(),
        ages=frozenset(),
        since=None,
        until=None,
    )


def chosen_rows(town: list[Row], filters: Filters) -> list[Row]:
    apart = filters.set_apart or bool(filters.services)
    return [row for row in town if counts(row) and passes(row, replace(filters, set_apart=apart))]


@settings(max_examples=60)
@given(odd_towns, all_filters(), st.sampled_from([5, 60, 800]))
def test_every_day_under_any_filters_equals_a_recount(
    town: list[Row], filters: Filters, back: int
) -> None:
    filters = plain(filters)
    rows = chosen_rows(town, filters)
    dated = replace(filters, since=TODAY - back)
    told = asked(flow_view.VIEW, world_of(town), dated, step="day")
    assert told[-1]["period_end"] == iso(TODAY)
    days = {iso(day): day for day in range(TODAY - back, TODAY + 1)}
    for row in told:
        day = days[row["period_end"]]
        assert row["inflow"] == sum(r.requested == day for r in rows)
        assert row["outflow"] == sum(r.stage is Stage.RESOLVED and r.closed == day for r in rows)
        assert row["net"] == row["inflow"] - row["outflow"]
        assert row["backlog"] == sum(is_open(r, day) for r in rows)
        assert row["complete"] == (day <= COMPLETE)


ONE_FILTER = (
    Filters(),
    Filters(services=frozenset({"Roads - Signs", SET_APART})),
    Filters(categories=frozenset({"Roads"})),
    Filters(agencies=frozenset({"Mobility"})),
    Filters(channels=frozenset({"App"})),
    Filters().with_area("ward", frozenset({"2"})),
    Filters().with_area("community", frozenset({"ALT", "unplaced:outside"})),
)


@settings(max_examples=25)
@given(odd_towns)
def test_what_is_looked_up_is_what_is_counted_on_demand(town: list[Row]) -> None:
    world = world_of(town)
    measures = measures_of(world, FAMILIES)
    for filters in (one for one in ONE_FILTER if not one.agencies):
        # A choice of every agency changes nothing but where the answer comes from.
        every = replace(filters, agencies=frozenset(AGENCIES))
        asking: tuple[tuple[MeasureView, dict[str, Any]], ...] = (
            (flow_view.VIEW, {"by": "city", "step": "week"}),
            (queues_view.VIEW, {"by": "ward", "word": "any"}),
        )
        for view, options in asking:
            found, counted = (
                view.answer(ask(world.snapshot, measures, chosen, **options))
                for chosen in (filters, every)
            )
            assert list(found.rows) == list(counted.rows)
            if view is flow_view.VIEW:
                assert found.facts["computed"] == "looked up"
                again = len(chosen_dimensions(every)) > 1
                assert counted.facts["computed"] == (
                    "counted when asked for" if again else "looked up"
                )


@settings(max_examples=25)
@given(odd_towns)
def test_the_whole_history_is_read_where_what_is_live_does_not_reach_back(town: list[Row]) -> None:
    # One at least is in Mobility's queue in ward 1, so that there is something to compare.
    town = [*town, Row(requested=TODAY - 30, agency="Mobility", ward="1")]
    near, far = world_of(town), world_of(town, recent_since=TODAY)
    filters = Filters(agencies=frozenset({"Mobility"})).with_area("ward", frozenset({"1"}))
    measures = measures_of(near, ())
    for by in ("city", "service-ward"):
        told = [
            queues_view.VIEW.answer(ask(world.snapshot, measures, filters, by=by, word="any")).rows
            for world in (near, far)
        ]
        assert told[0]
        assert told[0] == told[1]


class TestPeriods:
    town = (Row(requested=TODAY - 40), Row(requested=TODAY))

    def periods(self, **dates: Any) -> list[tuple[str, str, bool]]:
        step = dates.pop("step", "week")
        rows = asked(flow_view.VIEW, world_of(self.town), Filters(**dates), step=step)
        return [(row["period_start"], row["period_end"], row["complete"]) for row in rows]

    def test_weeks_end_on_the_last_complete_day_and_what_follows_is_marked(self) -> None:
        shown = self.periods(since=TODAY - 16)
        assert shown == [
            (iso(COMPLETE - 13), iso(COMPLETE - 7), True),
            (iso(COMPLETE - 6), iso(COMPLETE), True),
            (iso(COMPLETE + 1), iso(TODAY), False),
        ]

    def test_weeks_up_to_an_earlier_day_are_counted_back_from_it(self) -> None:
        shown = self.periods(since=TODAY - 40, until=TODAY - 20)
        assert shown[-1] == (iso(TODAY - 26), iso(TODAY - 20), True)
        assert len(shown) == 3

    def test_nothing_is_told_of_days_before_the_first_request_or_after_today(self) -> None:
        shown = self.periods(since=TODAY - 4000, until=TODAY + 50, step="day")
        assert (shown[0][0], shown[-1][0], len(shown)) == (iso(TODAY - 40), iso(TODAY), 41)
        assert self.periods(since=TODAY + 5) == []
        assert self.periods(since=TODAY - 3, until=TODAY - 9, step="day") == []

    def test_the_newest_days_are_marked(self) -> None:
        shown = self.periods(since=TODAY - 3, step="day")
        assert [complete for _, _, complete in shown] == [True, True, False, False]


def test_a_service_set_apart_is_left_out_of_all_but_itself() -> None:
    world = world_of([Row(service=SET_APART, requested=TODAY - 9), TODAYS])
    last = asked(flow_view.VIEW, world)[-1]
    assert last["backlog"] == 1
    by_service = {row["key"]: row["backlog"] for row in asked(flow_view.VIEW, world, by="service")}
    assert by_service == {SET_APART: 1, "Waste - Cart": 1}
    assert asked(flow_view.VIEW, world, Filters(set_apart=True))[-1]["backlog"] == 2
    named = Filters(services=frozenset({SET_APART}))
    both = named.with_area("ward", frozenset({"1"}))
    assert [asked(flow_view.VIEW, world, f)[-1]["backlog"] for f in (named, both)] == [1, 1]


def test_an_answer_that_would_be_too_large_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_view, "MOST_ROWS", 10)
    with pytest.raises(TooLarge, match="step=week"):
        asked(flow_view.VIEW, world_of([Row(requested=TODAY - 40), TODAYS]))


def test_answers_have_a_cell_for_every_field_and_only_plain_values() -> None:
    world = world_of(TOWN)
    for view in (flow_view.VIEW, queues_view.VIEW, life_view.VIEW):
        for by in ("city", "service", "ward"):
            answer = answer_of(view, world, FAMILIES, by=by)
            assert answer.rows
            assert {len(row) for row in answer.rows} == {len(view.fields)}
            plain_types = (str, int, float, bool, type(None))
            assert {type(cell) for row in answer.rows for cell in row} <= set(plain_types)
            assert msgspec.json.decode(msgspec.json.encode(answer.facts)) == answer.facts


def test_a_level_that_is_not_there_is_named_with_those_that_are() -> None:
    for view in (flow_view.VIEW, queues_view.VIEW, life_view.VIEW):
        with pytest.raises(UnknownValue, match="city, category, service"):
            asked(view, world_of([TODAYS]), by="borough")


def test_figures_that_are_not_computed_yet_are_pending() -> None:
    for view in (flow_view.VIEW, queues_view.VIEW, life_view.VIEW):
        with pytest.raises(MeasuresPending):
            answer_of(view, world_of([TODAYS]), ())


QUIET = [Row(service="Waste - Cart", requested=TODAY - 200 - day) for day in range(3)]
GROWING = [Row(requested=TODAY - 3 - day, ward="2") for day in range(56)]
SHRINKING = [
    Row(
        service="Roads - Signs",
        stage=Stage.RESOLVED,
        requested=TODAY - 90,
        closed=TODAY - 2 - day,
    )
    for day in range(56)
]
LEFT = [Row(service="Roads - Signs", requested=TODAY - 90) for _ in range(8)]
TOWN = [*QUIET, *GROWING, *SHRINKING, *LEFT, TODAYS]


class TestQueues:
    world = world_of(TOWN)

    def test_growing_and_shrinking_queues_are_told_with_a_day_only_where_they_shrink(self) -> None:
        found = {row["key"]: row for row in asked(queues_view.VIEW, self.world)}
        assert found["Roads - Potholes"]["word"] == "growing"
        assert found["Roads - Potholes"]["not_cleared"] == "not shrinking"
        assert (found["Roads - Potholes"]["weeks_grown"], found["Roads - Potholes"]["net"]) == (
            4,
            27,
        )
        signs = found["Roads - Signs"]
        assert (signs["word"], signs["backlog"], signs["outflow"]) == ("shrinking", 8, 28)
        # 8 left at one a day.
        assert (signs["cleared_in_days"], signs["cleared_by"]) == (8, iso(COMPLETE + 8))
        assert (found["Waste - Cart"]["word"], found["Waste - Cart"]["backlog"]) == ("too_few", 3)

    def test_a_word_can_be_asked_for(self) -> None:
        for word in ("growing", "shrinking", "too_few"):
            rows = asked(queues_view.VIEW, self.world, word=word)
            assert {row["word"] for row in rows} == {word}

    def test_pages_look_up_the_path_of_a_group(self) -> None:
        measures = measures_of(self.world, FAMILIES)
        path = flow_view.flow_path(measures, "ward", "2")
        assert path is not None
        assert path.backlog[-1] == 56
        assert flow_view.flow_path(measures, "ward", "99") is None

    def test_what_lies_in_no_area_is_not_judged(self) -> None:
        town = [replace(row, ward="unplaced:outside") for row in GROWING]
        assert asked(queues_view.VIEW, world_of([*town, TODAYS]), by="ward", word="growing") == []


class TestLife:
    town = (
        Row(stage=Stage.IN_PROGRESS, ward="2", closed=TODAY - 2, requested=TODAY - 5),
        Row(standing=Standing.DUPLICATE, ward="2"),
        Row(stage=Stage.RESOLVED, requested=TODAY - 3, closed=TODAY - 9),
        TODAYS,
    )

    def test_requests_are_counted_by_the_point_of_their_life(self) -> None:
        (city,) = asked(life_view.VIEW, world_of(self.town))
        told: Mapping[str, int] = {
            "requests": 3,
            "resolved": 1,
            "open": 2,
            "in_progress": 1,
            "reopened": 1,
            "duplicates": 1,
            "closed_before_requested": 1,
        }
        assert {name: city[name] for name in told} == told
        assert city["seen_reopened"] is None

    def test_one_filter_is_looked_up_and_more_are_refused(self) -> None:
        two = Filters().with_area("ward", frozenset({"2"}))
        (city,) = asked(life_view.VIEW, world_of(self.town), two)
        assert (city["requests"], city["duplicates"]) == (1, 1)
        with pytest.raises(VisitorError, match="keep only ward"):
            asked(
                life_view.VIEW,
                world_of(self.town),
                replace(two, agencies=frozenset({"Mobility"})),
                by="ward",
            )
        with pytest.raises(VisitorError, match="all but one"):
            asked(
                life_view.VIEW, world_of(self.town), replace(two, agencies=frozenset({"Mobility"}))
            )
