"""Which requests the times are of: what was open, held, set apart or impossible."""

from __future__ import annotations

from livemaps.views.measures.time_to_close import usual
from livemaps.views.measures.time_to_close_table import VIEW as TIME_TO_CLOSE
from tests.measures.lives import DONE, FAMILIES, as_dicts, asked, life
from tests.measures.village import answer_of, measures_of, world_of
from tests.views.town import SERVICES, SET_APART, TODAY, Row


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
