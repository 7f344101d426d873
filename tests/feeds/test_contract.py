"""What every feed promises, whatever platform it speaks: see `contract.py` to add one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from livemaps.demo.troubles import Kind
from livemaps.errors import (
    FeedError,
    FeedMalformed,
    FeedRefused,
    FeedThrottled,
    FeedUnavailable,
    SchemaChanged,
)
from livemaps.feeds.base import Feed, Plan, PlanKind
from livemaps.model import Place, RequestRow, day_number
from tests.feeds.contract import HARNESSES, SPOILING, Harness, Report, reports

TOKEN = "tOkEn-0123456789"
FIRST_OF_AUGUST = day_number(date(2026, 8, 1))


@pytest.fixture(params=sorted(HARNESSES))
def portal(request: pytest.FixtureRequest) -> Iterator[Harness]:
    harness = HARNESSES[request.param]()
    yield harness
    harness.close()


def fetched(feed: Feed, plan: Plan) -> list[RequestRow]:
    return [row for page in feed.pages(plan) for row in page.rows]


def numbers(rows: list[RequestRow]) -> list[str]:
    return sorted(row.service_request_id for row in rows)


def first_state(portal: Harness, **settings: object) -> str:
    """Load once; return the state to poll with from then on, its answers forgotten."""
    feed = portal.feed(**settings)
    plan = feed.plan("")
    fetched(feed, plan)
    portal.asked()
    return plan.state


# Rows


def test_the_first_plan_loads_every_row_of_a_small_table_once(portal: Harness) -> None:
    portal.put(*reports(25), *(Report(f"12-{n}", "2012-05-01", "Closed") for n in range(10)))
    feed = portal.feed(page_size=10)
    plan = feed.plan("")
    rows = fetched(feed, plan)
    assert plan.kind is PlanKind.FIRST
    assert (plan.rows_expected, plan.pages_expected) == (35, 4)
    assert len(numbers(rows)) == len(set(numbers(rows))) == 35


def test_a_row_keeps_its_values_and_reads_its_dates_as_days_of_the_city(portal: Harness) -> None:
    portal.put(
        Report("26-00000001", "2026-08-01", "Closed", closed="2026-08-03", updated="2026-08-02")
    )
    feed = portal.feed()
    (row,) = fetched(feed, feed.plan(""))
    assert row == RequestRow(
        service_request_id="26-00000001",
        requested_datetime=FIRST_OF_AUGUST * 86_400,
        updated_datetime=(FIRST_OF_AUGUST + 1) * 86_400,
        closed_datetime=(FIRST_OF_AUGUST + 2) * 86_400,
        expected_datetime=None,
        status="Closed",
        service_name="Roads - Pothole Maintenance",
        agency_responsible="OS - Mobility",
        channel="App",
        place=Place(("BLN", None), None, -114.0625, 51.0375),
    )


def test_nulls_are_none_and_a_bad_cell_is_a_counted_defect(portal: Harness) -> None:
    portal.put(
        Report("26-1", channel=None, area=None, long=None, lat=None),
        Report("26-2", lat="north"),
        Report("26-3", closed="yesterday"),
    )
    feed = portal.feed()
    (page,) = feed.pages(feed.plan(""))
    assert page.defects == {"lat: not a number": 1, "closed_datetime: not a date": 1}
    by_number = {row.service_request_id: row for row in page.rows}
    assert by_number["26-1"].place == Place((None, None), None, None, None)
    assert by_number["26-2"].place == Place(("BLN", None), None, None, None)
    assert by_number["26-3"].closed_datetime is None


def test_a_row_without_a_readable_requested_date_is_set_aside_with_its_reason(
    portal: Harness,
) -> None:
    portal.put(Report("26-1"), Report("26-2", requested="soon"))
    feed = portal.feed()
    (page,) = feed.pages(feed.plan(""))
    (reject,) = page.rejects
    assert page.received == 2
    assert reject.reason == "requested date cannot be read"
    assert json.loads(reject.row)["service_request_id"] == "26-2"


def test_quotes_in_values_are_no_danger(portal: Harness) -> None:
    portal.put(Report("26-'1'", service='Roads - Driver\'s "view"'))
    feed = portal.feed(page_size=1)
    assert numbers(fetched(feed, feed.plan(""))) == ["26-'1'"]
    assert numbers(list(feed.existing(["26-'1'", "' or 1=1 --"]))) == ["26-'1'"]


# First, changes, rewrite


def test_of_a_large_table_the_first_plan_takes_what_is_not_resolved_or_recent(
    portal: Harness,
) -> None:
    portal.put(
        Report("open", "2012-01-01"),
        Report("duplicate", "2012-01-01", "Duplicate (Open)"),
        Report("unknown status", "2012-01-01", "Awaiting parts"),
        Report("recent", "2026-08-20", "Closed", closed="2026-08-20"),
        Report("closed lately", "2012-01-01", "Closed", closed="2026-08-20"),
        Report("old", "2012-01-01", "Closed", closed="2012-01-02"),
    )
    feed = portal.feed(full_rewrite_rows=5)
    expected = ["closed lately", "duplicate", "open", "recent", "unknown status"]
    assert numbers(fetched(feed, feed.plan(""))) == expected


def test_nothing_new_costs_one_small_request(portal: Harness) -> None:
    portal.put(*reports(2000))
    state = first_state(portal)
    portal.clock.move(300)
    plan = portal.feed().plan(state)
    assert plan.kind is PlanKind.UNCHANGED
    sizes = portal.asked()
    assert len(sizes) == 1
    assert sizes[0] < 5_000


def test_a_change_in_the_very_second_of_the_last_poll_is_not_missed(portal: Harness) -> None:
    portal.put(Report("26-1"))
    portal.clock.move(-1)
    state = first_state(portal)
    portal.put(Report("26-2"))
    feed = portal.feed()
    assert "26-2" in numbers(fetched(feed, feed.plan(state)))


def test_a_poll_in_the_second_of_the_last_publication_settles_into_one_request(
    portal: Harness,
) -> None:
    portal.put(Report("26-1"))
    portal.clock.move(-1)
    state = first_state(portal)
    portal.clock.move(60)
    plan = portal.feed().plan(state)
    assert plan.kind is PlanKind.UNCHANGED
    portal.asked()
    assert portal.feed().plan(plan.state).kind is PlanKind.UNCHANGED
    assert len(portal.asked()) == 1


def test_a_changed_row_is_seen_once_and_of_the_others_only_the_overlap(portal: Harness) -> None:
    portal.put(*reports(100))
    portal.clock.move(3600)
    portal.put(Report("newest"))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.put(Report("26-00000007", status="Closed", closed="2026-08-28"))
    feed = portal.feed()
    plan = feed.plan(state)
    rows = {row.service_request_id: row.status for row in fetched(feed, plan)}
    assert (plan.kind, plan.rows_expected) == (PlanKind.CHANGES, 2)
    assert rows == {"26-00000007": "Closed", "newest": "Open"}


def test_after_a_change_the_next_poll_is_unchanged(portal: Harness) -> None:
    portal.put(*reports(5))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    plan = portal.feed().plan(state)
    assert portal.feed().plan(plan.state).kind is PlanKind.UNCHANGED


def test_a_late_row_within_the_overlap_is_seen(portal: Harness) -> None:
    portal.put(Report("26-1"))
    portal.clock.move(3600)
    portal.put(Report("26-2"))
    state = first_state(portal)
    portal.clock.move(10)
    portal.put(Report("late"), late_by=300)
    feed = portal.feed(overlap_seconds=600)
    assert numbers(fetched(feed, feed.plan(state))) == ["26-2", "late"]


def test_rows_that_change_while_pages_are_read_cost_no_other_row(portal: Harness) -> None:
    portal.put(*reports(50))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.put(*reports(40, status="Closed", closed="2026-08-28"))
    feed = portal.feed(page_size=7, overlap_seconds=60)
    plan = feed.plan(state)
    seen: list[str] = []
    for place, page in enumerate(feed.pages(plan)):
        seen += (row.service_request_id for row in page.rows)
        portal.remove(f"26-{place:08}")
        portal.put(Report(f"27-{place}"), replace(Report(f"26-{place + 30:08}"), lat="51.1"))
    after = portal.feed().plan(plan.state)
    seen += numbers(fetched(portal.feed(), after))
    still_there = {f"26-{number:08}" for number in range(place + 1, 40)}
    assert still_there <= set(seen)
    assert {f"27-{number}" for number in range(place + 1)} <= set(seen)


def test_a_set_is_read_whole_while_rows_are_inserted_and_deleted(portal: Harness) -> None:
    portal.put(*reports(50))
    feed = portal.feed(page_size=8)
    seen: list[str] = []
    for place, page in enumerate(feed.pages(feed.plan(""))):
        seen += (row.service_request_id for row in page.rows)
        portal.remove(f"26-{place:08}")
        portal.put(Report(f"27-{place}"))
    kept = {f"26-{number:08}" for number in range(place + 1, 50)}
    assert kept <= set(seen)


def test_a_rewrite_brings_what_is_live_at_once_and_the_rest_page_by_page(portal: Harness) -> None:
    portal.put(*(Report(f"old-{n}", "2012-01-01", "Closed", "2012-01-02") for n in range(30)))
    portal.put(Report("open"))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.rewrite()
    feed = portal.feed(full_rewrite_rows=10, page_size=7)
    plan = feed.plan(state)
    assert plan.kind is PlanKind.REWRITTEN
    assert "31 rows" in plan.note
    assert numbers(fetched(feed, plan)) == ["open"]
    state = plan.state
    caught: list[str] = []
    left: list[int] = []
    while (work := feed.catch_up(state)) is not None:
        caught += numbers(list(work.page.rows))
        state = work.state
        left.append(work.left or 0)
    assert len(caught) == len(set(caught)) == 31
    assert left == sorted(left, reverse=True)
    assert portal.feed(full_rewrite_rows=10).plan(state).kind is PlanKind.UNCHANGED


def test_after_a_rewrite_the_next_publication_is_a_small_change_again(portal: Harness) -> None:
    portal.put(*reports(30))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.rewrite()
    feed = portal.feed(full_rewrite_rows=10)
    state = feed.plan(state).state
    portal.put(Report("26-new"))
    plan = feed.plan(state)
    assert plan.kind is PlanKind.CHANGES
    assert numbers(fetched(feed, plan)) == ["26-new"]
    assert feed.catch_up(plan.state) is not None


def test_a_second_rewrite_during_the_first_loses_nothing(portal: Harness) -> None:
    portal.put(*(Report(f"old-{n}", "2012-01-01", "Closed", "2012-01-02") for n in range(30)))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.rewrite()
    feed = portal.feed(full_rewrite_rows=10, page_size=7)
    work = feed.catch_up(feed.plan(state).state)
    assert work is not None
    caught = set(numbers(list(work.page.rows)))
    portal.clock.move(60)
    portal.rewrite()
    state = feed.plan(work.state).state
    while (work := feed.catch_up(state)) is not None:
        caught |= set(numbers(list(work.page.rows)))
        state = work.state
    assert len(caught) == 30


def test_nothing_is_left_to_catch_up_with_after_an_ordinary_poll(portal: Harness) -> None:
    portal.put(Report("26-1"))
    feed = portal.feed()
    assert feed.catch_up(feed.plan("").state) is None
    assert feed.catch_up("") is None


@pytest.mark.parametrize("state", ["{", "[]", '{"source":"elsewhere"}', "null"])
def test_a_state_of_something_else_starts_afresh_and_says_so(portal: Harness, state: str) -> None:
    portal.put(Report("26-1"))
    plan = portal.feed().plan(state)
    assert plan.kind is PlanKind.FIRST
    assert "read again" in plan.note


# Reconciliation and history


def test_open_ids_are_the_backlog_and_nothing_else(portal: Harness) -> None:
    portal.put(
        Report("a"),
        Report("b", status="Awaiting parts"),
        Report("c", status="Closed"),
        Report("d", status="Duplicate (Open)"),
        Report("e", status="TO BE DELETED"),
    )
    feed = portal.feed(page_size=1)
    assert sorted(one for batch in feed.open_ids() for one in batch) == ["a", "b"]


def test_existing_returns_only_what_is_still_there_for_any_number_of_ids(portal: Harness) -> None:
    portal.put(*reports(700))
    asked = [f"26-{number:08}" for number in range(500, 1500)]
    assert numbers(list(portal.feed().existing(asked))) == asked[:200]
    assert list(portal.feed().existing([])) == []


def test_months_are_counted_and_their_ids_listed(portal: Harness) -> None:
    portal.put(
        Report("a", "2026-07-31"), Report("b", "2026-08-01"), Report("c", "2026-08-31"),
        Report("d", "2025-12-31"), Report("e", "2026-01-01"),
    )  # fmt: skip
    feed = portal.feed()
    counts = {"2025-12": 1, "2026-01": 1, "2026-07": 1, "2026-08": 2}
    assert feed.counts_by_month() == counts
    found = [one for batch in feed.ids_of_month("2026-08") for one in batch]
    assert sorted(found) == ["b", "c"]
    assert [one for batch in feed.ids_of_month("2025-12") for one in batch] == ["d"]


def test_history_yields_the_days_asked_for_and_no_other(portal: Harness) -> None:
    portal.put(*(Report(f"day-{day:02}", f"2026-08-{day:02}") for day in range(1, 31)))
    feed = portal.feed(page_size=4)
    since, until = FIRST_OF_AUGUST + 9, FIRST_OF_AUGUST + 19
    rows = [row for page in feed.history(since, until) for row in page.rows]
    assert numbers(rows) == [f"day-{day}" for day in range(10, 20)]
    assert feed.count_history(since, until) == 10


def test_history_resumes_after_any_page(portal: Harness) -> None:
    portal.put(*reports(30))
    feed = portal.feed(page_size=7)
    span = (FIRST_OF_AUGUST, FIRST_OF_AUGUST + 1)
    pages = list(feed.history(*span))
    for place, page in enumerate(pages):
        resumed = [row for rest in feed.history(*span, page.position) for row in rest.rows]
        assert resumed == [row for rest in pages[place + 1 :] for row in rest.rows]


def test_history_reads_the_same_rows_as_a_first_load(portal: Harness) -> None:
    portal.put(*reports(20, lat="51.04", closed="2026-08-03"), Report("x", area=None, lat="-"))
    feed = portal.feed()
    history = [row for page in feed.history(0, FIRST_OF_AUGUST + 40) for row in page.rows]
    assert sorted(history) == sorted(fetched(feed, feed.plan("")))


# Trouble


@pytest.mark.parametrize(
    ("kind", "error", "names"),
    [
        (Kind.OUTAGE, FeedUnavailable, "no answer"),
        (Kind.ERROR, FeedUnavailable, "500"),
        (Kind.THROTTLED, FeedThrottled, "429"),
        (Kind.TRUNCATED, FeedMalformed, "broke off"),
        (Kind.HTML, FeedMalformed, "text/html"),
        (Kind.WRONG_TYPE, FeedMalformed, "application/pdf"),
        (Kind.GARBAGE, FeedMalformed, "cannot be read"),
        (Kind.ENDLESS, FeedMalformed, "LIVEMAPS_RESPONSE_LIMIT"),
        (Kind.ERROR_BODY, FeedRefused, "The query took too long"),
    ],
)
def test_trouble_while_rows_are_read_is_named_for_what_it_is(
    portal: Harness, kind: Kind, error: type[FeedError], names: str
) -> None:
    portal.put(*reports(30))
    feed = portal.feed(page_size=10, response_limit=1_000_000, attempts=2, app_token=TOKEN)
    pages = feed.pages(feed.plan(""))
    next(pages)
    portal.troubles.make(kind)
    with pytest.raises(error, match=names) as caught:
        list(pages)
    assert TOKEN not in "".join(map(str, (caught.value, caught.value.__cause__)))


@pytest.mark.parametrize("kind", [Kind.OUTAGE, Kind.ERROR, Kind.THROTTLED, Kind.TRUNCATED])
def test_trouble_that_passes_is_waited_out(portal: Harness, kind: Kind) -> None:
    portal.put(*reports(5))
    portal.troubles.make(kind, times=2)
    feed = portal.feed(attempts=3)
    assert len(fetched(feed, feed.plan(""))) == 5
    assert len(portal.slept) == 2


@pytest.mark.parametrize("kind", SPOILING)
def test_a_spoilt_poll_fails_and_the_next_good_one_finds_everything(
    portal: Harness, kind: Kind
) -> None:
    portal.put(*reports(5))
    state = first_state(portal)
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    portal.troubles.make(kind)
    feed = portal.feed(response_limit=1_000_000, attempts=1)
    with pytest.raises(FeedError):
        fetched(feed, feed.plan(state))
    portal.troubles.clear()
    assert "26-new" in numbers(fetched(feed, feed.plan(state)))


def test_a_mapped_column_that_is_gone_is_named_at_once(portal: Harness) -> None:
    portal.put(*reports(5))
    state = first_state(portal)
    column = portal.lose_column()
    with pytest.raises(SchemaChanged, match=column):
        portal.feed().plan(state)
    with pytest.raises(SchemaChanged, match=column):
        portal.feed().plan("")
