"""Areas and agencies beside each other and the whole."""

from __future__ import annotations

import pytest

from livemaps.errors import UnknownValue
from livemaps.measures.compare import compare
from livemaps.measures.families import Family
from livemaps.measures.time_to_close import time_to_close
from livemaps.measures.world import World
from livemaps.model import Filters, Stage
from livemaps.snapshot import NO_DAY
from livemaps.views.measures.compare import FIELDS, VIEW, compared
from livemaps.views.measures.values import Answer, Value
from tests.measures.village import answer_of, measures_of, profile, world_of
from tests.views.town import AGENCIES, SERVICES, SET_APART, TODAY, Row

FAMILIES = (Family("compare", compare),)
NAMES = [field.name for field in FIELDS]
COMPLETE = TODAY - 3
PEOPLE = {"community": {"year": 2021, "residents": {"ALT": 8_000, "BLN": 4_000, "CAP": 0}}}


def open_for(days: int, times: int = 1, **more: str) -> list[Row]:
    return [Row(requested=TODAY - days, **more) for _ in range(times)]  # type: ignore[arg-type]


def done(requested: int, took: int, times: int = 1, **more: str) -> list[Row]:
    row = Row(
        requested=requested,
        stage=Stage.RESOLVED,
        closed=requested + took,
        **more,  # type: ignore[arg-type]
    )
    return [row] * times


def asked(rows: list[Row], filters: Filters | None = None, **options: Value) -> Answer:
    newest = Row(requested=COMPLETE + 1, community="unplaced:no_place", ward="unplaced:no_place")
    oldest = done(TODAY - 400, 1, community="unplaced:no_place", ward="unplaced:no_place")
    world: World = world_of([newest, *oldest, *rows], city=profile(population=PEOPLE))
    return answer_of(VIEW, world, FAMILIES, filters, **options)


def told(answer: Answer) -> dict[Value, dict[str, Value]]:
    return {row[0]: dict(zip(NAMES, row, strict=True)) for row in answer.rows}


def test_over_four_weeks_is_of_the_open_ones_and_begins_at_28_days() -> None:
    rows = [
        *open_for(27, 3),
        *open_for(28, 2),
        *done(TODAY - 90, 1),
        *open_for(50, community="BLN"),
    ]
    found = asked(rows, of="over-four-weeks")
    assert told(found)["ALT"]["value"] == pytest.approx(2 / 5)
    assert told(found)["BLN"]["value"] == 1
    # The newest row has no place; it is in the whole all the same.
    assert told(found)["ALT"]["whole"] == pytest.approx(3 / 7)
    assert told(found)["ALT"]["difference"] == pytest.approx(2 / 5 - 3 / 7)
    assert (told(found)["CAP"]["value"], told(found)["CAP"]["position"]) == (None, "not_compared")


def test_resolved_within_28_days_is_of_requests_that_had_as_long() -> None:
    last = COMPLETE - 28
    rows = [
        *done(last, 28, 2),
        *done(last - 90, 29),
        *open_for(TODAY - last),
        *done(last + 1, 1, 50),
        *done(last - 91, 1, 50),
    ]
    found = asked(rows, of="resolved-in-28-days")
    assert (told(found)["ALT"]["count"], told(found)["ALT"]["size"]) == (2, 4)
    assert found.facts["to"] == "2024-09-03"


def test_what_the_days_held_do_not_allow_is_not_told() -> None:
    newest = Row(requested=COMPLETE + 1)
    world = world_of([newest, *open_for(60)], complete_since=COMPLETE - 60)
    found = answer_of(VIEW, world, FAMILIES, of="resolved-in-28-days")
    assert (found.rows, found.facts["told"]) == ((), False)


def test_requests_are_per_thousand_residents_where_there_are_any() -> None:
    rows = [*open_for(5, 40), *open_for(5, 80, community="BLN"), *open_for(5, 9, community="CAP")]
    found = told(asked(rows, of="requests"))
    assert found["ALT"]["value"] == pytest.approx(5)
    assert found["BLN"]["value"] == pytest.approx(20)
    assert found["BLN"]["whole"] == pytest.approx(120 / 12)
    assert found["ALT"]["position"] == "below"
    assert found["BLN"]["position"] == "above"
    assert (found["CAP"]["value"], found["CAP"]["position"]) == (None, "not_compared")
    assert found["CAP"]["count"] == 9


def test_residents_that_nobody_counted_are_not_said_to_be_none() -> None:
    people = {"community": {"year": 2021, "residents": {"ALT": 8_000, "CAP": 0}}}
    newest = Row(requested=COMPLETE + 1)
    rows = [newest, *open_for(400), *open_for(5, 40), *open_for(5, 9, community="BLN")]
    world = world_of(rows, city=profile(population=people))
    found = told(answer_of(VIEW, world, FAMILIES, of="requests"))
    assert (found["BLN"]["size"], found["BLN"]["value"], found["BLN"]["count"]) == (None, None, 9)
    assert (found["CAP"]["size"], found["ALT"]["size"]) == (0, 8_000)
    assert (found["BLN"]["position"], found["BLN"]["difference"]) == ("not_compared", None)


def test_without_residents_requests_are_counted_and_not_compared() -> None:
    found = asked([*open_for(5, 4), *open_for(40)], by="ward", of="requests")
    ward = told(found)["1"]
    assert (ward["value"], ward["difference"], ward["position"]) == (4, None, "not_compared")
    assert found.facts["per"] is None


def test_on_time_is_told_only_where_something_is_promised() -> None:
    rows = [*done(COMPLETE - 20, 5, 3), *done(COMPLETE - 20, 12), *open_for(60)]
    assert asked(rows, of="on-time").facts["told"] is False
    newest = Row(requested=COMPLETE + 1)
    promise = {"service": SERVICES[0], "days": 10, "counting": "calendar"}
    city = profile(standards=[promise])
    found = answer_of(VIEW, world_of([newest, *rows], city=city), FAMILIES, of="on-time")
    assert (told(found)["ALT"]["count"], told(found)["ALT"]["size"]) == (3, 5)


def test_a_small_area_is_not_called_extreme() -> None:
    rows = [*open_for(40, 2, community="BLN"), *open_for(5, 60), *open_for(40, 60, community="CAP")]
    found = told(asked(rows, of="over-four-weeks"))
    assert found["BLN"]["value"] == found["CAP"]["value"] == 1
    assert (found["BLN"]["position"], found["CAP"]["position"]) == ("within", "above")
    assert found["ALT"]["position"] == "below"


def test_one_area_is_set_beside_another() -> None:
    rows = [*open_for(40, 2, community="BLN"), *open_for(5, 6), *open_for(40, 2)]
    beside: dict[str, Value] = {"with": "BLN"}
    nowhere: dict[str, Value] = {"with": "Nowhere"}
    found = told(asked(rows, None, of="over-four-weeks", **beside))
    assert found["ALT"]["with"] == "BLN"
    assert found["ALT"]["with_difference"] == pytest.approx(0.25 - 1)
    with pytest.raises(UnknownValue, match="key of an area of community"):
        asked(rows, None, **nowhere)


def test_agencies_are_compared_in_the_order_of_their_names() -> None:
    rows = [*open_for(40, 2), *open_for(5, agency=AGENCIES[2]), *open_for(5, service=SET_APART)]
    found = asked(rows, by="agency", of="over-four-weeks")
    assert list(told(found)) == [AGENCIES[2], AGENCIES[0]]
    assert told(found)[AGENCIES[0]]["size"] == 3
    one = Filters(agencies=frozenset({AGENCIES[2]}))
    assert list(told(asked(rows, one, by="agency", of="over-four-weeks"))) == [AGENCIES[2]]


def test_a_level_that_is_neither_is_refused() -> None:
    with pytest.raises(UnknownValue, match="agency, community, ward"):
        asked([], by="service")


def test_a_page_looks_one_group_up() -> None:
    world = world_of([Row(requested=COMPLETE + 1), *open_for(40)], city=profile())
    measures = measures_of(world, FAMILIES)
    found = compared(measures, "ward", "1", "over-four-weeks")
    assert found is not None
    assert (found.count, found.size, found.whole) == (1, 2, 0.5)
    assert compared(measures, "ward", "1", "on-time") is None
    with pytest.raises(UnknownValue, match="over-four-weeks"):
        compared(measures, "ward", "1", "speed")


def test_an_open_row_with_a_closed_day_is_open() -> None:
    reopened = Row(requested=TODAY - 40, closed=TODAY - 30)
    assert reopened.closed != NO_DAY
    assert told(asked([reopened], of="over-four-weeks"))["ALT"]["value"] == 1


def test_medians_are_the_groups_own_or_none() -> None:
    rows = [*done(TODAY - 200, 4, 60), *done(TODAY - 200, 30, 60, community="BLN")]
    rows += done(TODAY - 200, 9, 3, community="CAP")
    world = world_of([Row(requested=COMPLETE + 1, community="unplaced:no_place"), *rows])
    families = (*FAMILIES, Family("time-to-close", time_to_close))
    beside: dict[str, Value] = {"with": "BLN"}
    found = told(answer_of(VIEW, world, families, None, of="time-to-close", **beside))
    assert [found[key]["value"] for key in ("ALT", "BLN", "CAP")] == [4, 30, None]
    assert found["ALT"]["with_difference"] == -26
    assert found["ALT"]["whole"] == 9
    assert found["CAP"]["count"] == 3
    assert {row["position"] for row in found.values()} == {"not_compared"}
