"""A town behind the HTTP interface, asked through Flask's own client."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.feeds.profile import load_profile
from livemaps.model import Stage, Standing
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.status import State, Status, write_status
from livemaps.views import Board
from tests.views.town import SET_APART, TODAY, Row, snapshot_of

NOW = datetime(2024, 10, 4, 12, 5, tzinfo=UTC)
ROWS = [
    Row(requested=TODAY - 400, ward="2", agency="=Finance"),
    Row(requested=TODAY - 3, community="unplaced:no_place", ward="unplaced:no_place", place=2),
    Row(requested=TODAY - 1, community="BLN", stage=Stage.IN_PROGRESS),
    Row(service=SET_APART),
    Row(standing=Standing.DUPLICATE),
    Row(stage=Stage.RESOLVED, requested=TODAY - 20, closed=TODAY - 10),
]
PLACES = [(-114.05, 51.03), (-114.10, 51.08), (float("nan"), float("nan"))]
EXPORTS = ("requests.csv", "requests.geojson", "areas.csv", "facets")
DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


class Source:
    """Holds the current snapshot, or the error that stands in its place."""

    def __init__(self, latest: Snapshot | Exception) -> None:
        self.current = latest

    def latest(self) -> Snapshot:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def source() -> Source:
    return Source(snapshot_of(ROWS, places=PLACES))


@pytest.fixture
def client(source: Source, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings(data_dir=tmp_path, stale_after_seconds=1800)
    board = Board(source, load_profile("calgary"), settings, lambda: NOW)
    checked = NOW - timedelta(minutes=2)
    status = Status(State.OK, last_checked=checked, last_success=checked)
    write_status(tmp_path, status)
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: NOW))
    with app.test_client() as found:
        yield found


@pytest.fixture
def outlines(tmp_path: Path) -> bytes:
    """The published outlines of the town's communities, plain and compressed."""
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    features = [
        {"type": "Feature", "properties": {"key": key, "name": key}, "geometry": square}
        for key in ("ALT", "BLN", "CAP", "DOV")
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    folder = tmp_path / "areas"
    folder.mkdir()
    plain = folder / "community-0123456789abcdef.geojson"
    plain.write_bytes(content)
    plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(content))
    plain.with_name(plain.name + ".br").write_bytes(brotli.compress(content))
    return content


def table(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).get_data(as_text=True))))


def error(client: FlaskClient, address: str) -> tuple[int, dict[str, str]]:
    answer = client.get(address)
    assert set(answer.json or {}) == {"error"}
    return answer.status_code, (answer.json or {})["error"]
