"""What a poll of a Socrata portal asks for and costs, and how it goes on after trouble."""

from __future__ import annotations

import pytest
import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.troubles import Kind
from livemaps.errors import FeedMalformed, FeedRefused
from livemaps.feeds.base import Feed, PlanKind
from livemaps.feeds.boundary_folder import BoundarySource
from livemaps.feeds.http import HttpClient
from livemaps.feeds.platforms import open_feed
from livemaps.feeds.socrata import SocrataFeed
from livemaps.settings import Settings
from tests.feeds.contract import DATASET, Report, SocrataHarness, calgary_table, reports, served_by
from tests.feeds.socrata.conftest import asked_for, fetched, numbers


def test_a_socrata_feed_is_a_feed_and_a_source_of_boundaries(portal: SocrataHarness) -> None:
    feed: Feed = portal.feed()
    source: BoundarySource = portal.feed()
    assert feed.plan("").kind is PlanKind.FIRST
    with pytest.raises(FeedRefused, match="404"):
        source.fetch_dataset("none-none", "geojson")


def test_a_profile_opens_the_feed_of_its_platform(portal: SocrataHarness) -> None:
    portal.put(Report("26-1"))
    with requests.Session() as session:
        http = HttpClient(session, Settings())
        feed = open_feed(portal.profile, Settings(), clock=portal.clock, http=http)
        assert numbers(fetched(feed, "")[0]) == ["26-1"]


def test_an_unchanged_poll_asks_only_for_the_stamp(portal: SocrataHarness) -> None:
    portal.put(*reports(3))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.server.log.clear()
    feed.plan(state)
    (asked,) = portal.server.log.requests
    assert asked.path == f"/api/views/{DATASET}.json"


def test_a_poll_that_finds_changes_counts_first_and_reads_only_the_mapped_columns(
    portal: SocrataHarness,
) -> None:
    portal.put(*reports(3))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    portal.server.log.clear()
    fetched(feed, state)
    stamp, count, rows = asked_for(portal, "$select")
    assert stamp == ""
    assert count == "count(*) as number, max(:updated_at) as newest"
    assert rows.startswith(":id, :updated_at, service_request_id")
    assert "address" not in rows


def test_changes_are_paged_by_update_with_the_row_id_as_tie_break(portal: SocrataHarness) -> None:
    portal.put(*reports(5))
    feed = portal.feed(page_size=2, full_rewrite_rows=100)
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.put(*reports(5, status="Closed"))
    portal.server.log.clear()
    rows, _ = fetched(feed, state)
    assert len(rows) == 5
    pages = [asked for asked in portal.server.log.requests if "$order" in asked.parameters]
    assert {asked.parameters["$order"] for asked in pages} == {":updated_at, :id"}
    assert "$offset" not in {name for asked in pages for name in asked.parameters}
    assert " or :id > 'row-" in pages[1].parameters["$where"]


def test_conditions_name_every_status_that_is_not_wanted(portal: SocrataHarness) -> None:
    portal.put(*reports(3))
    list(portal.feed().open_ids())
    assert asked_for(portal, "$where")[0] == (
        "status_description not in ('Closed', 'Duplicate (Open)', 'Duplicate (Closed)', "
        "'TO BE DELETED') or status_description is null"
    )


def test_a_request_without_a_status_is_read_as_open(portal: SocrataHarness) -> None:
    row = {"service_request_id": "26-1", "requested_date": "2012-01-01", "service_name": "x"}
    portal.table.upsert([row])
    portal.put(*(Report(f"old-{n}", "2012-01-01", "Closed", "2012-01-02") for n in range(5)))
    feed = portal.feed(full_rewrite_rows=2)
    assert numbers(fetched(feed, "")[0]) == ["26-1"]
    assert [one for batch in feed.open_ids() for one in batch] == ["26-1"]


def test_history_comes_as_csv(portal: SocrataHarness) -> None:
    portal.put(*reports(3))
    list(portal.feed().history(0, 30_000))
    assert portal.server.log.requests[-1].path.endswith(".csv")


def test_the_published_time_is_the_portals_own(portal: SocrataHarness) -> None:
    published = portal.clock()
    portal.put(Report("26-1"))
    assert portal.feed().plan("").published == published


def test_a_catch_up_that_fails_starts_again_where_it_was(portal: SocrataHarness) -> None:
    portal.put(*(Report(f"old-{n}", "2012-01-01", "Closed", "2012-01-02") for n in range(20)))
    _, state = fetched(portal.feed(), "")
    portal.clock.move(3600)
    portal.rewrite()
    feed = portal.feed(full_rewrite_rows=5, page_size=8, attempts=1)
    state = feed.plan(state).state
    work = feed.catch_up(state)
    assert work is not None
    portal.troubles.make(Kind.TRUNCATED, times=1)
    with pytest.raises(FeedMalformed):
        feed.catch_up(work.state)
    again = feed.catch_up(work.state)
    assert again is not None
    assert not {*work.page.rows} & {*again.page.rows}


def test_another_dataset_in_the_profile_starts_afresh(portal: SocrataHarness) -> None:
    portal.put(Report("26-1"))
    _, state = fetched(portal.feed(), "")
    table = calgary_table(portal.clock)
    with SodaServer({DATASET: table}, clock=portal.clock) as server, requests.Session() as session:
        settings = Settings()
        profile = served_by(portal.profile, server)
        feed = SocrataFeed(profile, HttpClient(session, settings), settings, clock=portal.clock)
        plan = feed.plan(state)
    table.close()
    assert plan.kind is PlanKind.FIRST
    assert server.address in plan.note
