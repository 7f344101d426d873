"""Measures as several web workers over one data folder give them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.measures.families import FAMILIES
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.views import Board
from tests.measures.small import measured
from tests.snapshot.hamlet import TODAY, Hamlet, hamlet_in, layers, request

ADDRESS = "/api/v1/measures/flow"


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    with hamlet_in(tmp_path) as built:
        built.apply(request("26-1"), request("26-2", day=TODAY - 9))
        built.publish()
        yield built


def worker(hamlet: Hamlet) -> FlaskClient:
    """Return a client of a web worker of its own."""
    settings = Settings(data_dir=hamlet.data_dir)
    board = Board(SnapshotReader(hamlet.data_dir), hamlet.city, settings, lambda: hamlet.now)
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: hamlet.now))
    return app.test_client()


def test_workers_wait_for_the_first_measures_and_then_all_give_the_same(hamlet: Hamlet) -> None:
    workers = [worker(hamlet), worker(hamlet)]
    assert [one.get(ADDRESS).status_code for one in workers] == [503, 503]
    measured(hamlet, *FAMILIES)
    first, second = (one.get(ADDRESS) for one in workers)
    assert first.status_code == 200
    assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])


def test_what_one_worker_gave_another_calls_unchanged_until_measures_are_new(
    hamlet: Hamlet,
) -> None:
    one, other = worker(hamlet), worker(hamlet)
    measured(hamlet, *FAMILIES)
    sent = {"If-None-Match": one.get(ADDRESS).headers["ETag"]}
    assert other.get(ADDRESS, headers=sent).status_code == 304
    new = measured(hamlet, *FAMILIES)
    found = other.get(ADDRESS, headers=sent)
    assert found.status_code == 200
    assert found.get_json()["measured"]["id"] == new.id


def test_measures_of_the_old_boundaries_are_not_given_for_the_new(hamlet: Hamlet) -> None:
    one = worker(hamlet)
    measured(hamlet, *FAMILIES)
    assert one.get(ADDRESS).status_code == 200
    hamlet.areas = layers(-0.01)
    hamlet.publish()
    pending = one.get(ADDRESS)
    assert (pending.status_code, pending.get_json()["error"]["type"]) == (503, "MeasuresPending")
    assert pending.headers["Cache-Control"] == "no-store"
    measured(hamlet, *FAMILIES)
    assert one.get(ADDRESS).status_code == 200


def test_measures_of_fewer_rows_are_given_and_say_of_which_snapshot_they_are(
    hamlet: Hamlet,
) -> None:
    one = worker(hamlet)
    before = measured(hamlet, *FAMILIES)
    hamlet.apply(request("26-3"))
    shown = hamlet.publish()
    found = one.get(ADDRESS).get_json()
    assert (found["version"], found["measured"]["version"]) == (shown.version, before.snapshot)
