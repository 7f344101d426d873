"""The forecast as pages and the interface read it: who is forecast, what is shown, what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from livemaps.errors import UnknownValue, VisitorError
from livemaps.measures.families import Family
from livemaps.measures.forecast import LONGEST, forecasts
from livemaps.measures.forecast_names import NOT_BETTER, TOO_FEW, TOO_SHORT
from livemaps.measures.world import World
from livemaps.model import Filters, Stage, day_date
from livemaps.views.measures.forecast import VIEW, forecast_of
from livemaps.views.measures.values import Answer
from tests.measures.village import answer_of, measures_of, world_of
from tests.views.town import SET_APART, TODAY, Row

FAMILIES = (Family("forecast", forecasts),)
COMPLETE = TODAY - 3
"""The feed of the village tells two days late, and its newest day is three days old."""


def rows(per_day: Sequence[int], last: int = COMPLETE + 1, **changes: object) -> list[Row]:
    """Return resolved requests by day, the newest on `last`."""
    first = last - len(per_day) + 1
    usual = Row(stage=Stage.RESOLVED, **changes)  # type: ignore[arg-type]
    return [
        replace(usual, requested=first + at, closed=first + at)
        for at, number in enumerate(per_day)
        for _ in range(number)
    ]


@cache
def poisson(number: int, level: float = 4.0, seed: int = 0) -> tuple[int, ...]:
    return tuple(np.random.default_rng([311, seed]).poisson(level, number).tolist())


@cache
def busy() -> World:
    """Half a year of one agency that is forecast, one that is asked too seldom, one that ended."""
    return world_of(
        [
            *rows(poisson(220)),
            *rows(poisson(220, 0.2, 1), agency="Waste & Recycling", service="Waste - Cart"),
            *rows(poisson(180, 5.0, 2), last=COMPLETE - 40, agency="=Finance"),
            *rows(poisson(220, 3.0, 3), service=SET_APART),
        ]
    )


def ask(world: World, filters: Filters | None = None, **options: str) -> Answer:
    return answer_of(VIEW, world, FAMILIES, filters, **options)


def column(answer: Answer, name: str) -> list[object]:
    at = [field.name for field in answer.fields].index(name)
    return [row[at] for row in answer.rows]


def test_the_fourteen_days_after_the_last_complete_one_are_forecast() -> None:
    world = busy()
    made = ask(world)
    first = day_date(world.days.complete) + timedelta(days=1)
    assert column(made, "day") == [str(first + timedelta(days=at)) for at in range(14)]
    assert column(made, "horizon") == list(range(1, 15))
    assert set(column(made, "shown")) == {True}
    assert set(column(made, "reason")) == {None}


def test_numbers_of_a_day_are_in_their_order() -> None:
    for row in ask(busy()).rows:
        forecast, low80, high80, low95, high95 = (float(str(value)) for value in row[4:9])
        assert 0 <= low95 <= low80 <= forecast <= high80 <= high95


def test_a_group_is_forecast_that_has_one_request_a_day_and_is_active() -> None:
    made = ask(busy(), by="agency", part="backtest")
    assert column(made, "key") == ["Mobility"]
    assert made.facts["left_out"] == {
        "fewer than one a day": 1,
        "none in 28 days": 1,
        "beyond the busiest": 0,
    }


def test_a_service_set_apart_is_in_no_group() -> None:
    assert SET_APART not in column(ask(busy(), by="category", part="backtest"), "key")
    city = column(ask(busy()), "forecast")[0]
    assert float(str(city)) < 7


def test_the_backtest_is_published_with_it() -> None:
    made = ask(busy(), part="backtest")
    [origins], [ratio], [tested] = (
        column(made, name) for name in ("origins", "relative_mase", "tested_days")
    )
    assert int(str(origins)) >= 20
    assert 0 < float(str(ratio)) < 1
    assert int(str(tested)) > 0
    assert [len(row) for row in made.rows] == [len(made.fields)]


@pytest.mark.parametrize(
    ("per_day", "reason"),
    [
        (poisson(40), TOO_SHORT),
        (poisson(120), TOO_FEW),
        ((3,) * 220, NOT_BETTER),
    ],
)
def test_what_is_not_shown_says_why_and_gives_no_numbers(
    per_day: tuple[int, ...], reason: str
) -> None:
    world = world_of(rows(per_day))
    made = ask(world)
    assert len(made.rows) == 14
    assert set(column(made, "reason")) == {reason}
    for name in ("forecast", "low80", "high95"):
        assert set(column(made, name)) == {None}
    assert column(ask(world, part="backtest"), "reason") == [reason]


def test_days_before_everything_was_held_are_not_used() -> None:
    per_day = poisson(400)
    world = world_of(rows(per_day), complete_since=COMPLETE - 199)
    assert column(ask(world, part="backtest"), "days") == [200]


def test_a_mistyped_year_begins_no_history() -> None:
    world = world_of([*rows(poisson(220)), *rows([1], last=100)])
    assert column(ask(world, part="backtest"), "days") == [219]
    assert world.days.complete - 100 > LONGEST


def test_filters_choose_among_the_groups_and_others_are_refused() -> None:
    world = busy()
    picked = Filters(agencies=frozenset({"Mobility"}))
    assert column(ask(world, picked, by="agency", part="backtest"), "key") == ["Mobility"]
    other = Filters(agencies=frozenset({"=Finance"}))
    assert ask(world, other, by="agency").rows == []
    with pytest.raises(VisitorError, match="agency"):
        ask(world, picked, by="category")


def test_a_level_that_is_not_forecast_is_named() -> None:
    with pytest.raises(UnknownValue, match="city, agency, category"):
        ask(busy(), by="ward")


def test_a_page_looks_up_one_group() -> None:
    measures = measures_of(busy(), FAMILIES)
    city = forecast_of(measures)
    assert city is not None
    assert city.shown
    assert city.first_day == busy().days.complete + 1
    assert city.forecast == tuple(column(ask(busy()), "forecast"))
    roads = forecast_of(measures, "category", "Roads")
    assert roads is not None
    assert roads.group.name == "Roads"
    assert forecast_of(measures, "agency", "=Finance") is None
    assert forecast_of(measures, "ward", "1") is None


def test_what_is_not_shown_is_looked_up_without_numbers() -> None:
    made = forecast_of(measures_of(world_of(rows((3,) * 220)), FAMILIES))
    assert made is not None
    assert (made.forecast, made.high80, made.reason) == (None, None, NOT_BETTER)


def test_data_without_one_complete_day_give_no_forecast() -> None:
    world = world_of([Row(requested=TODAY)], complete_since=TODAY)
    assert ask(world).rows == []
    assert forecast_of(measures_of(world, FAMILIES)) is None
