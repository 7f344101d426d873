"""What every feed promises of changes: nothing is missed, and little is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livemaps.feeds.base import PlanKind
from tests.feeds.contract import Harness, Report, reports
from tests.feeds.every_feed.conftest import fetched, first_state, numbers


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
