"""What is usual and what is left to wait: the table, and the look-up of the pages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from livemaps.errors import UnknownValue
from livemaps.measures.time_to_close import LEAST_AT_RISK, RECENT_DAYS
from livemaps.model import Standing
from livemaps.views.measures.time_to_close import MOST_POINTS, usual
from livemaps.views.measures.usual_time import VIEW as USUAL_TIME
from livemaps.views.measures.usual_time import usual_days
from tests.measures.lives import (
    DONE,
    FAMILIES,
    as_dicts,
    asked,
    first_day,
    fitted,
    frame,
    random_rows,
)
from tests.measures.village import answer_of, measures_of, world_of
from tests.views.town import SERVICES, SET_APART, TODAY


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
