"""Real rows of New York and Calgary, as a portal gives them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.feeds.http import HttpClient
from livemaps.feeds.profile import Profile
from livemaps.feeds.socrata import SocrataFeed
from livemaps.settings import Settings
from tests.feeds.contract import MovedClock, SocrataHarness, served_by
from tests.feeds.socrata.conftest import fetched, numbers


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
