"""What every feed promises of reconciliation and history."""

from __future__ import annotations

from tests.feeds.contract import Harness, Report, reports
from tests.feeds.every_feed.conftest import FIRST_OF_AUGUST, fetched, numbers


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
