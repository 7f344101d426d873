"""The time to close of a village, recomputed group by group with pandas and lifelines."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from livemaps.errors import UnknownValue, VisitorError
from livemaps.measures.days import days_of
from livemaps.measures.families import Family
from livemaps.measures.read import MeasuresReader
from livemaps.measures.time_to_close import (
    LEAST_AT_RISK,
    LEAST_KNOWN,
    LONG_OPEN,
    NAME,
    RECENT_DAYS,
    time_to_close,
)
from livemaps.measures.world import World
from livemaps.model import Filters, Stage, Standing
from livemaps.snapshot import UNPLACED_KEYS
from livemaps.views.measures.time_to_close import MOST_POINTS, usual
from livemaps.views.measures.time_to_close_table import VIEW as TIME_TO_CLOSE
from livemaps.views.measures.usual_time import VIEW as USUAL_TIME
from livemaps.views.measures.usual_time import usual_days
from livemaps.views.measures.values import Answer, MeasureView
from tests.measures.small import measured
from tests.measures.village import answer_of, measures_of, world_of
from tests.measures.village import asked as asked_of
from tests.snapshot.hamlet import Hamlet
from tests.views.town import (
    AGENCIES,
    CHANNELS,
    COMMUNITIES,
    SERVICES,
    SET_APART,
    TODAY,
    WARDS,
    Row,
)

FAMILIES = (Family(NAME, time_to_close),)
SHARES = {"median": 0.5, "p80": 0.8, "p90": 0.9}
PLACES = [*COMMUNITIES, *UNPLACED_KEYS.values()]
HELD = ("base", "fresh", "changed")

DONE = Stage.RESOLVED


def life(requested: int, days: int | None, **more: Any) -> Row:
    """Return a request of a day that was closed after some days, or is open."""
    if days is None:
        return Row(requested=requested, **more)
    return Row(requested=requested, stage=DONE, closed=requested + days, **more)


def random_rows(size: int = 1_200, seed: int = 3) -> list[Row]:
    """Return requests of four years, of services that differ in speed; the data end yesterday."""
    random = np.random.default_rng([311, seed])
    rows = [life(TODAY - 1, None)]
    for _ in range(size):
        service = int(random.choice(len(SERVICES), p=[0.6, 0.02, 0.2, 0.13, 0.05]))
        requested = TODAY - 1 - int(random.integers(0, 4 * 365))
        days = int(random.lognormal(1 + service, 1.2)) if random.random() < 0.9 else 5_000
        place = int(random.choice(len(PLACES), p=[0.4, 0.3, 0.2, 0.04, 0.02, 0.02, 0.02]))
        ward = WARDS[place % 2] if place < len(COMMUNITIES) else PLACES[place]
        rows.append(
            replace(
                life(requested, days if requested + days < TODAY else None),
                service=SERVICES[service],
                agency=AGENCIES[int(random.integers(len(AGENCIES)))],
                channel=CHANNELS[int(random.integers(len(CHANNELS)))],
                standing=Standing(int(random.choice(3, p=[0.9, 0.07, 0.03]))),
                community=PLACES[place],
                ward=ward,
                held=HELD[int(random.choice(3, p=[0.9, 0.05, 0.05]))],
            )
        )
    return rows


def frame(rows: list[Row], last: int) -> pd.DataFrame:
    """Return the cohort as the definition has it: `days` and `closed` of requests that count."""
    table = pd.DataFrame(
        {
            "service": [row.service for row in rows],
            "category": [row.category for row in rows],
            "agency": [row.agency for row in rows],
            "channel": [row.channel for row in rows],
            "community": [row.community for row in rows],
            "ward": [row.ward for row in rows],
            "requested": [row.requested for row in rows],
            "done": [row.closed for row in rows],
            "resolved": [row.stage is DONE for row in rows],
            "counts": [row.standing is Standing.COUNTS for row in rows],
            "city": "city",
        }
    )
    table = table[table["counts"]]
    table["closed"] = table["resolved"] & (table["done"] <= last)
    table["days"] = table["done"].where(table["closed"], last) - table["requested"]
    return table


def fitted(group: pd.DataFrame) -> Any:
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return KaplanMeierFitter().fit(group["days"], group["closed"])


def first_day(line: pd.Series[float], level: float) -> int | None:
    below = line.index[line <= level * (1 + 1e-11)]
    return int(below[0]) if len(below) else None


def expected_times(group: pd.DataFrame) -> dict[str, int | None]:
    curve = fitted(group)
    lines = {
        "days": curve.survival_function_.iloc[:, 0],
        "low_days": curve.confidence_interval_.iloc[:, 0],
        "high_days": curve.confidence_interval_.iloc[:, 1],
    }
    return {
        f"{name}_{what}": first_day(line, 1 - share)
        for name, share in SHARES.items()
        for what, line in lines.items()
    }


def known(group: pd.DataFrame) -> int:
    return int((group["closed"] | (group["days"] >= LONG_OPEN)).sum())


def as_dicts(answer: Answer) -> list[dict[str, Any]]:
    names = [field.name for field in answer.fields]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def asked(rows: list[Row], filters: Filters | None = None, **options: Any) -> list[dict[str, Any]]:
    return as_dicts(answer_of(TIME_TO_CLOSE, world_of(rows), FAMILIES, filters, **options))


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


def test_what_is_left_to_wait_is_the_time_of_those_who_got_as_old() -> None:
    rows = random_rows()
    everything = frame(rows, TODAY - 1)
    recent = everything[everything["requested"] >= TODAY - RECENT_DAYS]
    told = set()
    for age in (0, 3, 40, 400, 600, 900):
        for row in asked(rows, by="service", at_day=age):
            expected = waiting({"recent": recent, "history": everything}, row["key"], age)
            told.add((expected["wait_cohort"], expected["wait_group_used_level"]))
            assert {name: row[name] for name in expected} == expected
    assert told >= {("recent", "service"), ("history", "service"), ("history", "city")}


def waiting(cohorts: dict[str, pd.DataFrame], service: str, age: int) -> dict[str, Any]:
    """Return what the definition says of those of a service that are open at an age."""
    for level in ("service",) if service == SET_APART else ("service", "category", "city"):
        for cohort, table in cohorts.items():
            rest = still_open(table, level, service, age)
            if len(rest) < LEAST_AT_RISK:
                continue
            line = fitted(rest).survival_function_.iloc[:, 0]
            half, eight = (first_day(line, 1 - share) for share in (0.5, 0.8))
            if cohort == "recent" and (half is None or eight is None):
                continue
            return {
                "wait_cohort": cohort,
                "wait_group_used_level": level,
                "at_risk": len(rest),
                "wait_median_day": half,
                "wait_median_more_days": None if half is None else half - age,
                "wait_p80_day": eight,
                "wait_p80_more_days": None if eight is None else eight - age,
            }
    return dict.fromkeys(("wait_cohort", "wait_group_used_level", "at_risk", "wait_median_day"))


def still_open(table: pd.DataFrame, level: str, service: str, age: int) -> pd.DataFrame:
    wanted = {"service": service, "category": service.split(" - ", maxsplit=1)[0], "city": "city"}
    counted = table if level == "service" else table[table["service"] != SET_APART]
    return counted[(counted[level] == wanted[level]) & (counted["days"] > age)]


def test_the_usual_time_is_the_80th_percentile_and_counts_the_open_beyond_it() -> None:
    rows = random_rows()
    world = world_of(rows)
    answer = answer_of(USUAL_TIME, world, FAMILIES)
    times = {row["key"]: row for row in asked(rows, by="service")}
    opened = [row for row in rows if row.stage is not DONE and row.standing is Standing.COUNTS]
    for row in as_dicts(answer):
        assert row["usual_days"] == times[row["key"]]["p80_days"]
        ages = [TODAY - other.requested for other in opened if other.service == row["key"]]
        assert row["open"] == len(ages)
        if row["usual_days"] is None:
            assert row["open_beyond"] is row["share_beyond"] is None
        else:
            assert row["open_beyond"] == sum(age > row["usual_days"] for age in ages)
        assert usual_days(measures_of(world, FAMILIES), row["key"]) == row["usual_days"]
    counted = [row for row in opened if row.service != SET_APART]
    assert answer.facts["open"] == len(counted)


def test_the_look_up_tells_the_same_as_the_table() -> None:
    rows = random_rows()
    measures = measures_of(world_of(rows), FAMILIES)
    for row in asked(rows, by="service-ward", at_day=20):
        found = usual(measures, service=row["key"], area=("ward", row["area"]), age=20)
        assert found is not None
        assert (found.median, found.p80) == (row["median_days"], row["p80_days"])
        assert found.followed == row["followed_days"]
        assert found.speaker.own is not row["too_few"]
        assert found.wait is not None
        wait = found.wait
        assert (wait.at_risk, wait.speaker.cohort) == (row["at_risk"], row["wait_cohort"])
        assert (wait.median, wait.median_more) == (
            row["wait_median_day"],
            row["wait_median_more_days"],
        )
        assert wait.p80_more == row["wait_p80_more_days"]
        days, shares = zip(*found.curve, strict=True)
        assert len(days) <= MOST_POINTS
        assert sorted(set(days)) == list(days)
        assert sorted(shares) == list(shares)


def test_without_a_service_or_an_area_the_look_up_is_of_the_city() -> None:
    found = usual(measures_of(world_of(random_rows()), FAMILIES))
    assert found is not None
    assert (found.speaker.level, found.speaker.own, found.wait) == ("city", True, None)


def test_a_service_in_an_area_of_the_finest_layer_is_answered_for_the_service() -> None:
    measures = measures_of(world_of(random_rows()), FAMILIES)
    found = usual(measures, service=SERVICES[0], area=("community", "ALT"), age=1)
    assert found is not None
    assert found.wait is not None
    assert (found.speaker.level, found.speaker.own, found.wait.speaker.own) == (
        "service",
        False,
        False,
    )


@pytest.mark.parametrize(
    "wrong", [{"service": "No"}, {"area": ("ward", "9")}, {"area": ("x", "1")}]
)
def test_the_look_up_refuses_what_is_not_there(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnknownValue):
        usual(measures_of(world_of(random_rows(40)), FAMILIES), **wrong)


def test_a_request_closed_after_the_data_end_was_open_until_then() -> None:
    """The newest request is of TODAY - 5: what happened later is known of some only."""
    rows = [life(TODAY - 10, 8) for _ in range(40)] + [life(TODAY - 5, 0)]
    answer = answer_of(TIME_TO_CLOSE, world_of(rows), FAMILIES, by="city")
    row = as_dicts(answer)[0]
    assert (row["requests"], row["resolved"], row["too_few"]) == (41, 1, True)
    assert answer.facts["closed_after_the_data_end"] == 40


def test_rows_of_which_only_the_open_ones_are_held_are_in_no_cohort() -> None:
    old = [life(TODAY - 300, None) for _ in range(50)]
    new = [life(TODAY - 60, 4) for _ in range(50)] + [life(TODAY, 0)]
    held = world_of([*old, *new], complete_since=TODAY - 90)
    row = as_dicts(answer_of(TIME_TO_CLOSE, held, FAMILIES, by="city", at_day=2))[0]
    assert (row["requests"], row["median_days"], row["p90_days"]) == (51, 4, 4)
    assert (row["wait_cohort"], row["at_risk"]) == ("recent", 50)


def test_a_service_that_closes_next_to_nothing_is_not_told_the_times_of_others() -> None:
    quick = [life(TODAY - 20, 2, service=SERVICES[0]) for _ in range(200)]
    never = [life(TODAY - 200, None, service=SERVICES[1]) for _ in range(40)]
    found = {row["key"]: row for row in asked([*quick, *never, life(TODAY, 0)], by="service")}
    slow = found[SERVICES[1]]
    assert (slow["too_few"], slow["median_days"], slow["followed_days"]) == (False, None, 200)
    assert slow["not_reached"] == "median, p80, p90: more than 200 days"


def test_a_set_apart_service_with_too_few_is_told_nothing() -> None:
    rows = [life(TODAY - 20, 2) for _ in range(60)]
    rows += [life(TODAY - 9, 1, service=SET_APART), life(TODAY, 0)]
    found = {row["key"]: row for row in asked(rows, by="service", at_day=0)}
    apart = found[SET_APART]
    assert (apart["too_few"], apart["group_used"], apart["median_days"]) == (True, None, None)
    assert (apart["wait_group_used"], apart["not_reached"]) == (None, None)
    assert usual(measures_of(world_of(rows), FAMILIES), service=SET_APART) is None


def test_a_city_of_one_request_has_no_times_and_no_group_that_speaks() -> None:
    row = asked([life(TODAY, 0)], by="city", at_day=3)[0]
    assert (row["requests"], row["too_few"], row["group_used"]) == (1, True, None)
    assert row["median_days"] is row["followed_days"] is row["wait_median_day"] is None


def test_impossible_requests_are_left_out_and_counted() -> None:
    rows = [life(TODAY - 9, 3), Row(requested=TODAY - 9, stage=DONE, closed=TODAY - 12)]
    answer = answer_of(TIME_TO_CLOSE, world_of([*rows, life(TODAY, 0)]), FAMILIES, by="city")
    assert as_dicts(answer)[0]["requests"] == 2
    assert answer.facts["impossible"]["closed before requested"] == 1


def test_an_open_request_with_a_closed_day_is_open() -> None:
    rows = [Row(requested=TODAY - 9, closed=TODAY - 5), life(TODAY, 0)]
    row = asked(rows, by="city")[0]
    assert (row["requests"], row["resolved"]) == (2, 1)


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
