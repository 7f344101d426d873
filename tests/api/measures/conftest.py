"""Two measures of a small world, answered over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.measures.contents import FamilyResult
from livemaps.measures.families import Family
from livemaps.settings import Settings
from livemaps.status import State, Status, write_status
from livemaps.views import Board
from livemaps.views.measures import registry
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter
from tests.measures.village import measures_of, profile, world_of
from tests.views.town import AGENCIES, TODAY, Row

NOW = datetime(2024, 10, 4, 12, 5, tzinfo=UTC)
WORLD = world_of([Row(requested=TODAY - 3), Row(requested=TODAY - 400, agency="=Finance")])
COUNTS = Family("counts", lambda world: FamilyResult({}, {"rows": world.rows}))
FIELDS = (
    Field("agency_responsible", "text", "The accountable unit."),
    Field("requests", "count", "How many requests there are."),
    Field("share", "share", "Its share of all."),
    Field("late", "flag", "Whether it is late."),
    Field("since", "day", "The first day."),
)


def answer(asked: Asked) -> Answer:
    """Tell every agency with numbers that depend on what is asked."""
    rows = asked.measures.family("counts").facts["rows"]
    return Answer(
        FIELDS,
        [(name, rows + number, 0.5, number > 0, None) for number, name in enumerate(AGENCIES)],
        {
            "days": asked.options["days"],
            "by": asked.options["by"],
            "services": len(asked.filters.services),
        },
    )


COUNTED = MeasureView(
    name="counted-things",
    anchor="backlog",
    caveat="measures.backlog.caveat",
    filters=frozenset({"services", "areas", "dates"}),
    parameters=(
        Parameter("by", "choice", "agency", "The groups.", choices=("agency", "service")),
        Parameter("days", "whole", 7, "How many days.", least=1, most=30),
    ),
    fields=FIELDS,
    answer=answer,
)
BARE = replace(COUNTED, name="bare", filters=frozenset[str](), parameters=())


class Source:
    """Holds what is current, or the error that stands in its place."""

    def __init__(self, current: Any) -> None:
        self.current = current

    def latest(self) -> Any:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def snapshots() -> Source:
    return Source(WORLD.snapshot)


@pytest.fixture
def measured() -> Source:
    return Source(measures_of(WORLD, [COUNTS]))


@pytest.fixture
def client(
    snapshots: Source, measured: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    views: Mapping[str, MeasureView] = {view.name: view for view in (COUNTED, BARE)}
    monkeypatch.setattr(registry, "MEASURES", MappingProxyType(views))
    settings = Settings(data_dir=tmp_path)
    board = Board(snapshots, profile(), settings, lambda: NOW, measured)
    checked = NOW - timedelta(minutes=2)
    write_status(tmp_path, Status(State.OK, last_checked=checked, last_success=checked))
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: NOW))
    with app.test_client() as found:
        yield found


ADDRESS = "/api/v1/measures/counted-things"


def error_of(client: FlaskClient, address: str) -> tuple[int, str]:
    """Return the status of an error, and all that it says."""
    found = client.get(address)
    error = found.get_json()["error"]
    assert set(error) <= {"type", "message", "remedy"}
    return found.status_code, f"{error['type']}: {error['message']}"
