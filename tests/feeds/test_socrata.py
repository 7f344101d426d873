"""The feed of a Socrata portal: what polls cost, real rows, and servers that differ."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_answers import Manners, write_answer
from livemaps.demo.soda_replies import Reply
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.demo.troubles import Kind
from livemaps.errors import FeedMalformed, FeedRefused, SchemaChanged
from livemaps.feeds.base import Feed, PlanKind
from livemaps.feeds.boundary_folder import BoundarySource
from livemaps.feeds.http import HttpClient
from livemaps.feeds.platforms import open_feed
from livemaps.feeds.portal import Portal
from livemaps.feeds.profile import Profile
from livemaps.feeds.socrata import SocrataFeed
from livemaps.model import RequestRow
from livemaps.settings import Settings
from tests.feeds.contract import (
    DATASET,
    MovedClock,
    Report,
    SocrataHarness,
    calgary_table,
    reports,
    served_by,
)

OTHER_SERVERS = {
    "no views": Manners(views=False),
    "no views, no conditional requests": Manners(views=False, conditional=False),
    "no system fields": Manners(system_fields=False),
    "neither views nor system fields": Manners(views=False, system_fields=False),
    "a cap on limits": Manners(most_rows=4),
    "a cap of one row": Manners(most_rows=1),
    "no zone in times": Manners(zone=""),
    "an offset in times": Manners(zone="+00:00"),
    "numbers as numbers": Manners(numbers_as_text=False),
    "no gzip": Manners(gzip=False),
    "no CSV": Manners(csv=False),
}


@pytest.fixture
def portals() -> Iterator[Callable[[Manners], SocrataHarness]]:
    with ExitStack() as stack:
        yield lambda manners: stack.enter_context(SocrataHarness(manners))


@pytest.fixture
def portal(portals: Callable[[Manners], SocrataHarness]) -> SocrataHarness:
    return portals(Manners())


@pytest.fixture(params=sorted(OTHER_SERVERS))
def other(
    request: pytest.FixtureRequest, portals: Callable[[Manners], SocrataHarness]
) -> SocrataHarness:
    """A portal that is not quite Socrata's."""
    return portals(OTHER_SERVERS[request.param])


def fetched(feed: Feed, state: str) -> tuple[list[RequestRow], str]:
    """Poll; return the rows and the state to poll with next."""
    plan = feed.plan(state)
    return [row for page in feed.pages(plan) for row in page.rows], plan.state


def numbers(rows: list[RequestRow]) -> list[str]:
    return sorted(row.service_request_id for row in rows)


def send_pages(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Let a portal send a body instead of rows, while it still counts them."""

    def write(rows: Any, suffix: str, manners: Manners) -> bytes:
        is_count = len(rows.outputs) <= 2
        return write_answer(rows, suffix, manners) if is_count else body

    monkeypatch.setattr("livemaps.demo.soda.write_answer", write)


def asked_for(portal: SocrataHarness, name: str) -> list[str]:
    """Return a parameter of each call since the log was cleared, "" where it was not there."""
    return [asked.parameters.get(name, "") for asked in portal.server.log.requests]


# What it is


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


# What a poll costs


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


# Servers that differ


def test_other_servers_are_read_whole(other: SocrataHarness) -> None:
    other.put(*reports(11))
    rows, _ = fetched(other.feed(page_size=5), "")
    assert numbers(rows) == [f"26-{number:08}" for number in range(11)]


def test_other_servers_changes_are_seen(other: SocrataHarness) -> None:
    other.put(*reports(11))
    feed = other.feed(page_size=5)
    _, state = fetched(feed, "")
    other.clock.move(3600)
    other.put(Report("26-00000003", lat="51.2"), Report("26-new"))
    rows, _ = fetched(feed, state)
    changed = {row.service_request_id: row.place.lat for row in rows}
    assert changed["26-00000003"] == 51.2
    assert "26-new" in changed


def test_other_servers_give_the_same_history_and_ids(other: SocrataHarness) -> None:
    other.put(*reports(11))
    feed = other.feed(page_size=5)
    everything = [f"26-{number:08}" for number in range(11)]
    assert numbers([row for page in feed.history(0, 30_000) for row in page.rows]) == everything
    assert sorted(one for batch in feed.open_ids() for one in batch) == everything
    assert numbers(list(feed.existing(everything))) == everything
    assert feed.counts_by_month() == {"2026-08": 11}


def test_months_are_counted_one_by_one_where_a_portal_groups_by_none(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(
        Report("a", "2026-07-31"), Report("b", "2026-08-01"), Report("c", "2026-08-31"),
        Report("d", "2025-12-31"), Report("e", "2100-12-31"), Report("f", "1900-01-01"),
    )  # fmt: skip
    refused = FeedRefused("400: No such function: date_trunc_ym")
    monkeypatch.setattr(Portal, "grouped", Mock(side_effect=refused))
    counts = {"1900-01": 1, "2025-12": 1, "2026-07": 1, "2026-08": 2, "2100-12": 1}
    assert portal.feed().counts_by_month() == counts


@pytest.mark.parametrize("name", ["no views", "neither views nor system fields"])
def test_without_a_stamp_an_unchanged_poll_is_one_conditional_request(
    portals: Callable[[Manners], SocrataHarness], name: str
) -> None:
    portal = portals(OTHER_SERVERS[name])
    portal.put(*reports(11))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.server.log.clear()
    plan = feed.plan(state)
    assert plan.kind is PlanKind.UNCHANGED
    (asked,) = portal.server.log.requests
    assert (asked.status, asked.sent) == (304, 0)


def test_without_stamp_and_conditions_an_unchanged_poll_is_one_count(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(OTHER_SERVERS["no views, no conditional requests"])
    portal.put(*reports(11))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.server.log.clear()
    assert feed.plan(state).kind is PlanKind.UNCHANGED
    assert len(portal.server.log) == 1


def test_without_system_fields_a_later_poll_reads_what_is_open_or_recent(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(OTHER_SERVERS["no system fields"])
    portal.put(Report("open", "2012-01-01"), Report("old", "2012-01-01", "Closed", "2012-01-02"))
    feed = portal.feed()
    rows, state = fetched(feed, "")
    assert numbers(rows) == ["old", "open"]
    portal.clock.move(3600)
    portal.put(Report("new"))
    assert numbers(fetched(feed, state)[0]) == ["new", "open"]


@pytest.mark.parametrize(
    ("stamp", "published"),
    [
        (1_788_000_000, datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
        (1_788_000_000_999, datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
        ("1788000000", datetime(2026, 8, 29, 10, 40, tzinfo=UTC)),
    ],
)
def test_a_stamp_is_read_in_seconds_in_milliseconds_and_as_text(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch, stamp: object, published: datetime
) -> None:
    view = Reply(200, json.dumps({"rowsUpdatedAt": stamp}).encode())
    monkeypatch.setattr("livemaps.demo.soda.view_reply", lambda *_: view)
    portal.put(Report("26-1"))
    assert portal.feed().plan("").published == published


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"rowsUpdatedAt":null,"columns":"none"}'])
def test_a_view_that_says_nothing_is_done_without(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr("livemaps.demo.soda.view_reply", lambda *_: Reply(200, body))
    portal.put(Report("26-1"))
    feed = portal.feed()
    _, state = fetched(feed, "")
    assert feed.plan(state).kind is PlanKind.UNCHANGED


def test_a_server_whose_paging_stands_still_is_not_asked_for_ever(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(*reports(10))
    answer = portal.table.answer

    def always_the_first_page(query: Any, **how: Any) -> Any:
        is_page = query.order and query.where is not None
        return answer(
            type(query)(query.select, None, (), query.order, 3) if is_page else query, **how
        )

    monkeypatch.setattr(portal.table, "answer", always_the_first_page)
    with pytest.raises(FeedMalformed, match="stands still"):
        fetched(portal.feed(page_size=3), "")


@pytest.mark.parametrize("body", [b"[]", b"[1,2,3]", b"[null]", b'[["26-1","Open"]]'])
@pytest.mark.parametrize("views", [True, False])
def test_a_page_without_rows_where_rows_were_counted_is_no_end(
    portals: Callable[[Manners], SocrataHarness],
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    views: bool,
) -> None:
    portal = portals(Manners(views=views))
    portal.put(*reports(5))
    feed = portal.feed(page_size=2)
    with monkeypatch.context() as trouble:
        send_pages(trouble, body)
        with pytest.raises(FeedMalformed, match=r"5 more|without one row"):
            fetched(feed, "")
    assert len(fetched(feed, "")[0]) == 5


def test_a_rewrite_is_not_over_with_a_page_that_came_empty(
    portal: SocrataHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.put(*reports(5))
    feed = portal.feed(full_rewrite_rows=3)
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.rewrite()
    _, state = fetched(feed, state)
    with monkeypatch.context() as trouble:
        send_pages(trouble, b"[]")
        with pytest.raises(FeedMalformed, match="5 more"):
            feed.catch_up(state)
    piece = feed.catch_up(state)
    assert piece is not None
    assert len(piece.page.rows) == 5


def test_rows_that_were_deleted_since_they_were_counted_are_not_waited_for(
    portal: SocrataHarness,
) -> None:
    portal.put(*reports(5))
    feed = portal.feed(page_size=2)
    plan = feed.plan("")
    portal.remove("26-00000004", "26-00000003")
    assert sum(len(page.rows) for page in feed.pages(plan)) == 3


def test_a_token_that_the_portal_requires_opens_it(
    portals: Callable[[Manners], SocrataHarness],
) -> None:
    portal = portals(Manners(token="sEcReT"))
    portal.put(Report("26-1"))
    assert numbers(fetched(portal.feed(app_token="sEcReT"), "")[0]) == ["26-1"]
    with pytest.raises(FeedRefused, match="LIVEMAPS_APP_TOKEN"):
        fetched(portal.feed(), "")


# Schema changes


@pytest.mark.parametrize("views", [True, False])
def test_a_renamed_column_is_named_whether_or_not_the_portal_lists_its_columns(
    portals: Callable[[Manners], SocrataHarness], views: bool
) -> None:
    portal = portals(Manners(views=views))
    portal.put(*reports(5))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    portal.table.rename_column("service_name", "service_type")
    with pytest.raises(SchemaChanged, match="service_name") as caught:
        fetched(feed, state)
    assert caught.value.columns == ("service_name",)
    assert DATASET in str(caught.value)


def test_several_columns_that_are_gone_are_all_named(portal: SocrataHarness) -> None:
    portal.put(*reports(5))
    portal.table.drop_column("service_name")
    portal.table.drop_column("comm_code")
    with pytest.raises(SchemaChanged, match="service_name, comm_code"):
        portal.feed().plan("")


def test_a_column_that_is_not_mapped_may_go(portal: SocrataHarness) -> None:
    portal.put(*reports(5))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.table.drop_column("location_type")
    portal.clock.move(5)
    assert fetched(feed, state)


# Boundaries


def square(name: str) -> dict[str, str | None]:
    ring = [[-114.1, 51.0], [-114.0, 51.0], [-114.0, 51.1], [-114.1, 51.0]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
    return {"ward_num": name, "the_geom": json.dumps(shape)}


@pytest.mark.parametrize("most_rows", [None, 2])
def test_boundaries_are_fetched_whole_however_few_the_portal_sends_at_once(
    portal: SocrataHarness, most_rows: int | None
) -> None:
    table = SodaTable(
        [Column("ward_num"), Column("the_geom", "multipolygon")], key="ward_num", clock=portal.clock
    )
    table.upsert(square(str(number)) for number in range(1, 6))
    with SodaServer({"tz8z-hyaz": table}, manners=Manners(most_rows=most_rows)) as server:
        profile = served_by(portal.profile, server)
        with requests.Session() as session:
            settings = Settings()
            feed = SocrataFeed(profile, HttpClient(session, settings), settings, clock=portal.clock)
            collection = json.loads(feed.fetch_dataset("tz8z-hyaz", "geojson"))
            same = json.loads(feed.fetch_url(f"{server.address}/resource/tz8z-hyaz.geojson"))
    table.close()
    assert collection["type"] == "FeatureCollection"
    keys = [feature["properties"]["ward_num"] for feature in collection["features"]]
    assert sorted(keys) == ["1", "2", "3", "4", "5"]
    assert collection["features"][0]["geometry"]["type"] == "MultiPolygon"
    assert same["type"] == "FeatureCollection"


# Real rows


def new_york_table(rows: list[dict[str, Any]], clock: MovedClock) -> SodaTable:
    """Return New York's rows as its portal holds them, the columns nobody maps left out."""
    dates = ("created_date", "closed_date", "due_date", "resolution_action_updated_date")
    columns = [Column(name, "calendar_date") for name in dates]
    columns += [Column("latitude", "number"), Column("longitude", "number")]
    given = {name for row in rows for name in row if not name.startswith(":")}
    named = {column.name for column in columns}
    columns += [Column(name) for name in sorted(given - named - {"location"})]
    table = SodaTable(columns, key="unique_key", clock=clock)
    table.upsert(
        {name: value for name, value in row.items() if isinstance(value, str)} for row in rows
    )
    clock.move(1)
    return table


@pytest.fixture
def new_york(
    shared_data: Path, new_york_profile: Profile
) -> Iterator[tuple[SocrataFeed, SodaTable, MovedClock]]:
    rows = json.loads((shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes())
    clock = MovedClock()
    table = new_york_table(rows, clock)
    settings = Settings(page_size=300)
    with SodaServer({"erm2-nwe9": table}, clock=clock) as server, requests.Session() as session:
        profile: Profile = served_by(new_york_profile, server)
        yield (
            SocrataFeed(profile, HttpClient(session, settings), settings, clock=clock),
            table,
            clock,
        )
    table.close()


@pytest.mark.real_data
def test_real_rows_of_new_york_arrive_complete_through_json_and_csv(
    new_york: tuple[SocrataFeed, SodaTable, MovedClock],
) -> None:
    feed, _, _ = new_york
    rows, _ = fetched(feed, "")
    history = [row for page in feed.history(0, 30_000) for row in page.rows]
    assert len(rows) == len(set(numbers(rows))) == 1000
    assert sorted(rows) == sorted(history)
    assert sum(feed.counts_by_month().values()) == 1000
    assert sum(len(batch) for batch in feed.open_ids()) == 323


@pytest.mark.real_data
def test_a_real_row_that_closes_is_the_only_one_that_a_poll_adds(
    new_york: tuple[SocrataFeed, SodaTable, MovedClock],
) -> None:
    feed, table, clock = new_york
    before, state = fetched(feed, "")
    clock.move(3600)
    table.upsert(
        [
            {
                "unique_key": "61276295",
                "created_date": "2024-05-27T02:08:51.000",
                "closed_date": "2024-05-28T09:00:00.000",
                "status": "Closed",
                "complaint_type": "Street Condition",
            }
        ]
    )
    after, _ = fetched(feed, state)
    changed = set(after) - set(before)
    assert {(row.service_request_id, row.status) for row in changed} == {("61276295", "Closed")}


@pytest.mark.real_data
def test_real_rows_of_calgary_are_the_same_through_the_portal_as_in_the_export(
    shared_data: Path, portal: SocrataHarness
) -> None:
    path = shared_data / "calgary" / "requests_2026_streetlights_a.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        raw = list(csv.DictReader(file))
    portal.table.upsert({name: cell or None for name, cell in row.items()} for row in raw)
    portal.clock.move(1)
    rows, _ = fetched(portal.feed(), "")
    assert len(rows) == len(raw)
    assert {(row.service_request_id, row.status, row.place.name) for row in rows} == {
        (row["service_request_id"], row["status_description"], row["comm_name"] or None)
        for row in raw
    }


# Trouble in the middle


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
