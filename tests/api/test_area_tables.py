"""The tables of the pages of areas as CSV: the figures of the screen, all rows, stable columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.errors import MeasuresPending
from livemaps.feeds.profile import load_profile
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.settings import Settings
from livemaps.views import Board
from livemaps.views.area import AreaView, LayerView
from livemaps.views.area_tables import AREA_TABLES, SIDE_BY_SIDE, SORTED
from tests.measures.village import measures_of
from tests.views.test_area import WORLD

SLOW = ("surge", "forecast")


class Held:
    """A snapshot, or measures, or what stands in the way of them."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def latest(self) -> Any:
        if isinstance(self.held, Exception):
            raise self.held
        return self.held


@pytest.fixture(scope="module")
def measures() -> Any:
    return measures_of(WORLD, [family for family in FAMILIES if family.name not in SLOW])


def board_of(measures: object, folder: Path) -> Board:
    profile, settings = load_profile("calgary"), Settings(data_dir=folder)
    shown: Any = Held(replace(WORLD.snapshot))
    return Board(shown, profile, settings, measured=Held(measures))


def client_of(board: Board) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, board.settings))
    return app.test_client()


@pytest.fixture
def board(measures: Any, tmp_path: Path) -> Board:
    return board_of(measures, tmp_path)


@pytest.fixture
def client(board: Board) -> FlaskClient:
    return client_of(board)


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/areas/{path}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))


def test_the_file_of_all_areas_has_the_figures_of_the_page_and_the_city_last(
    client: FlaskClient, board: Board
) -> None:
    view, found = board.layer("community"), rows(client, "community.csv")
    assert [row["key"] for row in found] == [*(area.key for area in view.areas), ""]
    assert (found[-1]["layer"], found[-1]["open"]) == ("city", str(view.city.open))
    for area, row in zip(view.areas, found, strict=False):
        assert (row["name"], row["open"]) == (area.name, str(area.open))
        assert row["unattended"] == str(area.unattended)
        assert area.measured is not None
        said, change = area.measured.word, area.change
        assert row["word"] == (said.word if said else "")
        assert row["change_28_days"] == (str(change.more) if change else "")
        assert row["open_by_week"].split() == [str(count) for count in area.measured.backlog]
        if area.open:
            share = float(row["over_four_weeks_share"])
            assert share == pytest.approx(area.over_four_weeks / area.open, abs=1e-4)


def test_columns_stay(client: FlaskClient) -> None:
    assert list(rows(client, "ward.csv")[0]) == [
        *("layer", "key", "name", "open", "change_28_days", "over_four_weeks_share"),
        *("per_1000_residents", "in_28_days", "closed_28_days", "unattended", "on_time_share"),
        *("word", "part_of_cluster", "open_by_week"),
    ]
    assert set(SORTED) <= set(SIDE_BY_SIDE)


def test_a_containing_area_narrows_the_file_and_anything_else_is_refused(
    client: FlaskClient,
) -> None:
    keys = {row["key"] for row in rows(client, "community.csv")}
    one, two = ({row["key"] for row in rows(client, f"community.csv?ward={n}")} for n in (1, 2))
    assert one | two == keys
    assert one & two == {""}
    for query in ("service=x", "community=BLN", "measure=resolved", "age=730-", "ward=99"):
        answer = client.get(f"/api/v1/areas/community.csv?{query}")
        assert answer.status_code in (400, 404), query
        assert answer.get_json()["error"]["remedy"]
    assert client.get("/api/v1/areas/ward.csv?ward=1").status_code == 400


@pytest.mark.parametrize("table", AREA_TABLES)
def test_each_table_of_an_area_has_the_rows_of_the_page(
    client: FlaskClient, board: Board, table: str
) -> None:
    view, found = board.area("ward", "1"), rows(client, f"ward/1/{table}.csv")
    if table == "compare":
        assert [row["layer"] for row in found] == ["ward", "city"]
        assert found[0]["open"] == str(view.here.open)
    elif table == "oldest":
        numbers = [old.request.service_request_id for old in view.oldest]
        assert [row["service_request_id"] for row in found] == numbers
    else:
        shown: Any = getattr(view, table)
        assert [row["open"] for row in found] == [str(one.open) for one in shown]


def test_another_area_stands_beside(client: FlaskClient) -> None:
    found = rows(client, "ward/1/compare.csv?with=2")
    assert [row["key"] for row in found] == ["1", "2", ""]


@pytest.mark.parametrize(
    "path",
    [
        *("parish.csv", "ward/1/more.csv", "ward/99/parts.csv", "ward/1/compare.csv?with=99"),
        *("parish/1/parts.csv", "ward/%3Cb%3E/parts.csv"),
    ],
)
def test_what_there_is_not_is_said(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/areas/{path}")
    assert answer.status_code == 404
    assert answer.get_json()["error"]["type"] == "UnknownValue"


def test_the_file_says_what_it_is_of_and_does_not_come_twice(client: FlaskClient) -> None:
    answer = client.get("/api/v1/areas/ward/1/parts.csv")
    for header in ("Version", "Newest-Record", "Last-Checked", "Measured", "Attribution", "Total"):
        assert answer.headers[f"Livemaps-{header}"]
    assert 'filename="town-311-ward-1-parts-2' in answer.headers["Content-Disposition"]
    tag = answer.headers["ETag"]
    again = client.get("/api/v1/areas/ward/1/parts.csv", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert client.get("/api/v1/areas/ward/2/parts.csv").headers["ETag"] != tag


class Overtaken(Board):
    """A board whose snapshot and measures are replaced as soon as a view has been told."""

    publish: Callable[[], None]

    def layer(self, layer: str) -> LayerView:
        view = super().layer(layer)
        self.publish()
        return view

    def area(self, layer: str, area: str, beside: str = "") -> AreaView:
        view = super().area(layer, area, beside)
        self.publish()
        return view


@pytest.mark.parametrize("path", ["community.csv?ward=1", "ward.csv", "ward/1/parts.csv"])
def test_a_file_says_what_its_own_rows_are_of_when_newer_data_overtakes_it(
    measures: Measures, tmp_path: Path, path: str
) -> None:
    old = WORLD.snapshot
    new = replace(old, meta=replace(old.meta, version="20241004T130000Z-000002"))
    later = replace(measures, meta=replace(measures.meta, id="20241004T130100Z-000002"))
    shown: Any = Held(old)
    measured: Any = Held(measures)

    def publish() -> None:
        shown.held, measured.held = new, later

    settings = Settings(data_dir=tmp_path)
    board = Overtaken(shown, load_profile("calgary"), settings, measured=measured)
    board.publish = publish
    client = client_of(board)
    first = client.get(f"/api/v1/areas/{path}")
    assert first.headers["Livemaps-Version"] == old.version
    assert first.headers["Livemaps-Measured"].startswith(measures.meta.id)
    told = {"If-None-Match": first.headers["ETag"]}
    second = client.get(f"/api/v1/areas/{path}", headers=told)
    assert second.status_code == 200
    assert second.headers["Livemaps-Version"] == new.version
    assert second.headers["Livemaps-Measured"].startswith(later.meta.id)
    third = client.get(f"/api/v1/areas/{path}", headers={"If-None-Match": second.headers["ETag"]})
    assert third.status_code == 304


def test_figures_that_are_still_worked_out_are_not_told_as_missing(tmp_path: Path) -> None:
    client = client_of(board_of(MeasuresPending("not yet"), tmp_path))
    for path in ("ward.csv", "ward/1/services.csv"):
        answer = client.get(f"/api/v1/areas/{path}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
