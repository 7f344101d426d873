"""Time to close: each group beside lifelines, what is chosen and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from livemaps.errors import VisitorError
from livemaps.measures.days import days_of
from livemaps.measures.read import MeasuresReader
from livemaps.measures.time_to_close import LEAST_KNOWN, RECENT_DAYS
from livemaps.measures.world import World
from livemaps.model import Filters
from livemaps.views.measures.time_to_close_table import VIEW as TIME_TO_CLOSE
from livemaps.views.measures.usual_time import VIEW as USUAL_TIME
from livemaps.views.measures.values import MeasureView
from tests.measures.lives import (
    FAMILIES,
    as_dicts,
    asked,
    expected_times,
    frame,
    known,
    life,
    random_rows,
)
from tests.measures.small import measured
from tests.measures.village import answer_of, world_of
from tests.measures.village import asked as asked_of
from tests.snapshot.hamlet import Hamlet
from tests.views.town import AGENCIES, SERVICES, SET_APART, TODAY


@pytest.mark.parametrize(
    "level", ["city", "category", "service", "agency", "channel", "community", "ward"]
)
def test_every_group_has_the_times_that_lifelines_finds(level: str) -> None:
    rows = random_rows()
    cohort = frame(rows, TODAY - 1)
    cohort = cohort[cohort["requested"] >= TODAY - RECENT_DAYS]
    shown = cohort if level == "service" else cohort[cohort["service"] != SET_APART]
    if level in ("community", "ward"):
        shown = shown[~shown[level].str.startswith("unplaced")]
    groups = dict(iter(shown.groupby(level)))
    found = asked(rows, by=level)
    assert {row["key"] for row in found} == set(groups)
    own = 0
    for row in found:
        group = groups[row["key"]]
        assert (row["requests"], row["resolved"]) == (len(group), group["closed"].sum())
        assert row["too_few"] == (known(group) < LEAST_KNOWN)
        if not row["too_few"]:
            own += 1
            assert (row["group_used_level"], row["group_used"]) == (level, row["key"])
            assert {name: row[name] for name in expected_times(group)} == expected_times(group)
            assert row["followed_days"] == group["days"].max()
    assert own


def test_a_service_in_a_ward_falls_back_to_the_service_then_the_category_then_the_city() -> None:
    rows = random_rows()
    cohort = frame(rows, TODAY - 1)
    cohort = cohort[cohort["requested"] >= TODAY - RECENT_DAYS]
    counted = cohort[cohort["service"] != SET_APART]
    levels: tuple[tuple[str, Callable[[Mapping[str, Any]], pd.DataFrame]], ...] = (
        (
            "service-ward",
            lambda row: cohort[(cohort["service"] == row["key"]) & (cohort["ward"] == row["area"])],
        ),
        ("service", lambda row: cohort[cohort["service"] == row["key"]]),
        ("category", lambda row: counted[counted["category"] == row["key"].split(" - ")[0]]),
        ("city", lambda _: counted),
    )
    found = asked(rows, by="service-ward")
    assert {row["group_used_level"] for row in found} > {"service-ward", "category"}
    for row in found:
        allowed = levels[:2] if row["key"] == SET_APART else levels
        level, group = next(
            (level, of(row)) for level, of in allowed if known(of(row)) >= LEAST_KNOWN
        )
        assert row["group_used_level"] == level
        assert {name: row[name] for name in expected_times(group)} == expected_times(group)


WARD_1 = (("ward", frozenset({"1"})),)


@pytest.mark.parametrize(
    ("filters", "by", "level"),
    [
        (Filters(), None, "service"),
        (Filters(areas=WARD_1), None, "ward"),
        (Filters(agencies=frozenset({AGENCIES[0]})), None, "agency"),
        (Filters(categories=frozenset({"Roads"})), None, "category"),
        (Filters(categories=frozenset({"Roads"})), "service", "service"),
        (Filters(services=frozenset({SERVICES[0]}), areas=WARD_1), None, "service-ward"),
        (Filters(areas=WARD_1), "service", "service-ward"),
        (Filters(services=frozenset({SERVICES[0]})), "ward", "service-ward"),
        (Filters(services=frozenset({SERVICES[0]}), areas=WARD_1), "service-ward", "service-ward"),
    ],
)
def test_what_is_chosen_says_which_groups_are_told(
    filters: Filters, by: str | None, level: str
) -> None:
    answer = answer_of(TIME_TO_CLOSE, world_of(random_rows()), FAMILIES, filters, by=by)
    assert answer.facts["by"] == level
    rows = as_dicts(answer)
    assert rows
    for row in rows:
        if filters.services:
            assert row["key"] in filters.services
        if filters.categories:
            assert row["key"].startswith("Roads")
        if filters.areas:
            assert row["area" if level == "service-ward" else "key"] == "1"


@pytest.mark.parametrize(
    ("filters", "by"),
    [
        (Filters(agencies=frozenset({AGENCIES[0]})), "service"),
        (Filters(services=frozenset({SERVICES[0]})), "city"),
        (Filters(areas=(("community", frozenset({"ALT"})),)), "service"),
        (Filters(areas=(("community", frozenset({"ALT"})), *WARD_1)), None),
        (Filters(areas=(("ward", frozenset({"unplaced:outside"})),)), None),
        (Filters(), "postcode"),
    ],
)
def test_what_cannot_be_told_together_is_refused(filters: Filters, by: str | None) -> None:
    with pytest.raises(VisitorError):
        answer_of(TIME_TO_CLOSE, world_of(random_rows(60)), FAMILIES, filters, by=by)


def test_a_service_that_is_chosen_is_answered_for_without_requests_too() -> None:
    rows = [life(TODAY - 20, 2) for _ in range(60)] + [life(TODAY, 0)]
    found = asked(rows, Filters(services=frozenset({SERVICES[1]})))
    assert [(row["requests"], row["group_used"]) for row in found] == [(0, "Roads")]
    assert SERVICES[1] not in {row["key"] for row in asked(rows)}


@pytest.mark.parametrize("view", [TIME_TO_CLOSE, USUAL_TIME], ids=lambda view: view.name)
def test_answers_have_only_fields_that_are_described(view: MeasureView) -> None:
    options: dict[str, Any] = {"by": "service-ward", "at_day": 3} if view is TIME_TO_CLOSE else {}
    answer = answer_of(view, world_of(random_rows(200)), FAMILIES, **options)
    assert answer.fields == view.fields
    for row in answer.rows:
        assert all(isinstance(value, str | int | float | bool | None) for value in row)


def test_what_is_read_from_the_disk_answers_as_what_was_computed(hamlet: Hamlet) -> None:
    measured(hamlet, *FAMILIES)
    kept = MeasuresReader(hamlet.data_dir).latest()
    days = days_of(hamlet.snapshot())
    assert days is not None
    world = World(hamlet.snapshot(), hamlet.city, days)
    asking: dict[str, Any] = {"by": "service", "at_day": 1}
    for view, options in ((TIME_TO_CLOSE, asking), (USUAL_TIME, {})):
        read = view.answer(asked_of(world.snapshot, kept, None, world.profile, **options))
        assert read == answer_of(view, world, FAMILIES, None, **options)
        assert read.rows
