"""What every feed promises of rows: complete, once, as the portal has them."""

from __future__ import annotations

import json

from livemaps.feeds.base import PlanKind
from livemaps.model import Place, RequestRow
from tests.feeds.contract import Harness, Report, reports
from tests.feeds.every_feed.conftest import FIRST_OF_AUGUST, fetched, numbers


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
