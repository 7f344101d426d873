"""From a real store and a real publication to the numbers and files that a visitor gets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.model import Filters, Measure
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.views import Board
from tests.snapshot.hamlet import (
    BY_POINT,
    IN_B,
    NEW_CODE,
    NOWHERE,
    OUTSIDE,
    TODAY,
    Hamlet,
    hamlet_in,
    request,
)


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    with hamlet_in(tmp_path) as built:
        built.apply(
            request("26-1"),
            request("26-2", place=IN_B, updated=TODAY - 1),
            request("26-3", place=BY_POINT, day=TODAY - 40),
            request("26-4", place=NOWHERE),
            request("26-5", place=NEW_CODE),
            request("26-6", place=OUTSIDE),
            request("26-7", status="Closed", closed=TODAY - 2),
            request("26-8", status="Duplicate (Open)"),
            request("26-9", service="Contact - Question"),
            request("26-10", status="Closed", day=TODAY - 900, closed=TODAY - 800),
        )
        built.publish()
        yield built


@pytest.fixture
def board(hamlet: Hamlet) -> Board:
    settings = Settings(data_dir=hamlet.data_dir)
    return Board(SnapshotReader(hamlet.data_dir), hamlet.city, settings, lambda: hamlet.now)


@pytest.fixture
def client(board: Board) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, board.settings))
    return app.test_client()


def test_the_first_screen_counts_what_was_published(board: Board) -> None:
    home = board.home(Filters())
    assert home.headline.total == 6
    assert home.headline.over_four_weeks == 1
    assert home.headline.duplicates == 1
    assert home.headline.set_apart_hidden == 1
    assert home.headline.unplaced == 3
    assert dict(zip(home.areas.keys, home.areas.counts, strict=True)) == {
        "A": 1,
        "B": 1,
        "C": 0,
        "D": 1,
    }
    assert set(home.areas.unplaced.values()) == {1}
    assert home.breakdown.stages == (5, 1, 0)
    assert [line.service_request_id for line in home.listing.rows][-1] == "26-3"
    assert dict(home.facets.measures) == {
        Measure.OPEN: 6,
        Measure.RESOLVED: 1,
        Measure.REPORTED: 8,
    }


def test_what_a_refresh_changed_is_counted_and_the_old_rows_no_longer(
    hamlet: Hamlet, board: Board
) -> None:
    before = board.home(Filters()).version
    hamlet.apply(
        request("26-1", status="Closed", closed=TODAY),
        request("26-2", place=IN_B, agency="Waste"),
        request("26-7", day=TODAY - 5),
        request("26-11"),
    )
    hamlet.publish()
    home = board.home(Filters())
    assert home.version != before
    assert home.headline.total == 7
    changes = home.changes
    assert (changes.new, changes.resolved, changes.reopened, changes.changed) == (1, 1, 1, 1)
    reported = board.home(Filters(measure=Measure.REPORTED))
    assert reported.headline.total == reported.listing.total == len(reported.listing.rows) == 9
    assert {group.value: group.total for group in reported.breakdown.agencies}["Waste"] == 1


def test_a_request_is_found_by_its_number_even_years_later(board: Board) -> None:
    found = board.find("26-10")
    assert found is not None
    assert found.closed_day == TODAY - 800


def test_files_hold_what_the_screen_shows(board: Board, client: FlaskClient) -> None:
    listed = client.get("/api/v1/requests.csv?ward=2").get_data(as_text=True)
    ids = [row["service_request_id"] for row in csv.DictReader(io.StringIO(listed))]
    shown = board.listing(Filters().with_area("ward", frozenset({"2"})))
    assert ids == [line.service_request_id for line in shown.rows] == ["26-2", "26-3"]


def test_the_map_file_has_an_outline_for_every_area(client: FlaskClient) -> None:
    found = json.loads(client.get("/api/v1/areas.geojson?layer=ward").data)
    assert [feature["id"] for feature in found["features"]] == ["1", "2"]
    assert all(feature["geometry"]["coordinates"] for feature in found["features"])
    counted = sum(feature["properties"]["count"] for feature in found["features"])
    assert counted + sum(found["unplaced"].values()) == found["total"] == 6


def test_the_outlines_are_served_under_the_name_that_the_snapshot_gives(
    board: Board, client: FlaskClient
) -> None:
    for layer in board.snapshot().layers:
        for accepted, encoding in (("br", "br"), ("gzip", "gzip"), ("", None)):
            answer = client.get(f"/areas/{layer.areas_file}", headers={"Accept-Encoding": accepted})
            assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, encoding)
