"""Requests that wait too long, asked for through the interface: files, feed, facets, measures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.errors import MeasuresPending
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.views import Board
from tests.measures.village import measures_of, profile, world_of
from tests.views.town import AGENCIES, SERVICES, TODAY, Row

NOW = datetime(2024, 10, 4, 12, 5, tzinfo=UTC)

CLOSED = [
    Row(requested=day, closed=day + 3, stage=Stage.RESOLVED) for day in range(TODAY - 300, TODAY)
]
OPEN = [
    Row(requested=TODAY - 40),
    Row(requested=TODAY - 40, updated=TODAY - 2, expected=TODAY - 1, agency=AGENCIES[1]),
    Row(requested=TODAY - 1, expected=TODAY + 6, ward="2", service=SERVICES[1]),
    Row(requested=TODAY, expected=TODAY + 7),
]


class Here:
    """A snapshot and measures that can be taken away or replaced."""

    def __init__(self, snapshot: Snapshot, measures: Measures | None) -> None:
        self.snapshot, self.measures = snapshot, measures

    def latest(self) -> Snapshot:
        return self.snapshot


class Measured:
    def __init__(self, here: Here) -> None:
        self._here = here

    def latest(self) -> Measures:
        if self._here.measures is None:
            raise MeasuresPending("not yet")
        return self._here.measures


def here_of(rows: list[Row]) -> Here:
    world = world_of(rows)
    return Here(world.snapshot, measures_of(world, FAMILIES))


@pytest.fixture(scope="module")
def promised() -> Here:
    return here_of([*CLOSED, *OPEN])


@pytest.fixture(scope="module")
def unpromised() -> Here:
    return here_of([*CLOSED, Row(requested=TODAY - 40)])


def client_of(here: Here, folder: Path) -> FlaskClient:
    settings = Settings(data_dir=folder)
    board = Board(here, profile(), settings, lambda: NOW, Measured(here))
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: NOW))
    return app.test_client()


@pytest.fixture
def client(promised: Here, tmp_path: Path) -> Iterator[FlaskClient]:
    with client_of(promised, tmp_path) as found:
        yield found


@pytest.fixture
def silent(unpromised: Here, tmp_path: Path) -> Iterator[FlaskClient]:
    with client_of(unpromised, tmp_path) as found:
        yield found


def listed(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/api/v1/requests.csv?{query}")
    assert answer.status_code == 200, answer.get_json()
    rows = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    return {row["service_request_id"] for row in rows}


def error(client: FlaskClient, address: str) -> tuple[int, dict[str, Any]]:
    answer = client.get(address)
    return answer.status_code, answer.get_json()["error"]


FIRST, SECOND, THIRD = (f"26-{len(CLOSED) + at:05d}" for at in range(3))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("waiting=unattended", {FIRST}),
        ("waiting=overdue", {SECOND}),
        ("waiting=due_this_week", {THIRD}),
        ("waiting=beyond_usual", {FIRST, SECOND}),
        ("waiting=overdue&waiting=due_this_week", {SECOND, THIRD}),
        ("waiting=overdue&waiting=due_this_week&ward=2", {THIRD}),
        ("waiting=unattended&measure=reported", {FIRST}),
        ("waiting=unattended&measure=resolved", set()),
    ],
)
def test_every_file_has_exactly_those_that_wait_so(
    client: FlaskClient, query: str, expected: set[str]
) -> None:
    assert listed(client, query) == expected
    features = json.loads(client.get(f"/api/v1/requests.geojson?{query}").get_data())["features"]
    assert {feature["id"] for feature in features} == expected
    areas = csv.DictReader(io.StringIO(client.get(f"/api/v1/areas.csv?{query}").text))
    assert sum(int(row["count"]) for row in areas) == len(expected)
    feed = client.get(f"/api/v1/requests.atom?{query}").text
    assert feed.count("<entry>") == len(expected)


def test_a_feed_says_what_it_follows(client: FlaskClient) -> None:
    title = client.get("/api/v1/requests.atom?waiting=overdue&ward=2&lang=en").text
    assert "Ward 2 and Overdue" in title


def test_options_are_counted_and_those_that_are_not_told_not_offered(
    client: FlaskClient, silent: FlaskClient
) -> None:
    def counts(asked: FlaskClient, query: str = "") -> dict[str, int]:
        facet = asked.get(f"/api/v1/facets?{query}").get_json()["facets"]["waiting"]
        return {option["value"]: option["count"] for option in facet["options"]}

    told = {"unattended": 1, "overdue": 1, "due_this_week": 1, "beyond_usual": 2}
    assert counts(client) == told
    assert counts(client, "measure=reported") == told
    assert counts(client, "waiting=overdue") == told
    assert counts(client, "measure=resolved") == dict.fromkeys(told, 0)
    assert counts(silent) == {"unattended": 1, "beyond_usual": 1}


@pytest.mark.parametrize("value", ["overdue", "due_this_week"])
def test_where_nothing_is_promised_it_says_so_in_words(silent: FlaskClient, value: str) -> None:
    for address in ("requests.csv", "facets", "measures/backlog"):
        status, found = error(silent, f"/api/v1/{address}?waiting={value}")
        assert status == 400
        assert f"waiting = '{value}' cannot be used" in found["message"]
        assert "publishes no service standards" in found["remedy"]


def test_before_usual_times_are_known_it_says_when_to_ask_again(
    promised: Here, tmp_path: Path
) -> None:
    client = client_of(Here(promised.snapshot, None), tmp_path)
    answer = client.get("/api/v1/requests.csv?waiting=beyond_usual")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert listed(client, "waiting=overdue") == {SECOND}


def test_a_value_that_does_not_exist_is_refused(client: FlaskClient) -> None:
    status, found = error(client, "/api/v1/requests.csv?waiting=unatended")
    assert status == 404
    assert "did you mean 'unattended'" in found["remedy"]


def test_measures_of_the_open_requests_honour_it_and_the_others_refuse_it_by_name(
    client: FlaskClient,
) -> None:
    backlog = client.get("/api/v1/measures/backlog?waiting=overdue").get_json()
    assert [(row["key"], row["backlog"]) for row in backlog["rows"]] == [(AGENCIES[1], 1)]
    assert backlog["rows"][0]["four_weeks_ago"] is None
    quiet = client.get("/api/v1/measures/unattended?waiting=beyond_usual").get_json()
    assert (quiet["facts"]["unattended"], quiet["facts"]["backlog"]) == (1, 2)
    for name in ("flow", "standards", "usual-time", "surge"):
        status, found = error(client, f"/api/v1/measures/{name}?waiting=overdue")
        assert (status, found["type"]) == (400, "VisitorError")
        assert f"{name} cannot be filtered by waiting" in found["message"]


def test_an_answer_is_kept_until_what_it_was_told_by_changes(
    promised: Here, tmp_path: Path
) -> None:
    here = Here(promised.snapshot, promised.measures)
    client = client_of(here, tmp_path)
    tags = {}
    addresses = ("requests.csv", "requests.csv?waiting=beyond_usual", "facets")
    for known in (promised.measures, None):
        here.measures = known
        tags[known is None] = [
            client.get(f"/api/v1/{one}").headers.get("ETag") for one in addresses
        ]
    same, beyond, facets = zip(tags[False], tags[True], strict=True)
    assert same[0] == same[1]
    assert beyond[0] != beyond[1]
    assert facets[0] != facets[1]
