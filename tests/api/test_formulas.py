"""No CSV file, of no route, holds a cell that a spreadsheet would run; none is translated."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.api.exports import FORMULA_STARTS
from livemaps.feeds.profile import Translation, load_profile
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.views import Board
from livemaps.views.area_tables import AREA_TABLES
from livemaps.views.measures.registry import MEASURES
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of

HOSTILE = "=Finance"
SERVICE = Row().service
ROWS = [
    *(Row(requested=TODAY - 5 - at % 300, agency=HOSTILE) for at in range(400)),
    *(
        Row(requested=TODAY - 60 - at, closed=TODAY - 40 - at, stage=Stage.RESOLVED, agency=HOSTILE)
        for at in range(300)
    ),
]


class Held:
    """One snapshot and its measures, always there."""

    def __init__(self, held: object) -> None:
        self.held = held

    def latest(self) -> object:
        return self.held


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("formulas")
    told = Translation(services={SERVICE: "Voirie"}, agencies={HOSTILE: "Finances"})
    profile = load_profile("calgary").model_copy(update={"translations": {"fr": told}})
    shown: Snapshot = snapshot_of(ROWS)
    layers = tuple(
        replace(layer, area_names=("=cmd|' /C calc'!A0", *layer.area_names[1:]))
        for layer in shown.layers
    )
    measures: Measures = measures_of(world_of(ROWS, layers=areas()), FAMILIES)
    board = Board(
        Held(replace(shown, layers=layers)),  # type: ignore[arg-type]
        profile,
        Settings(data_dir=folder),
        measured=Held(measures),  # type: ignore[arg-type]
    )
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, Settings(data_dir=folder)))
    return app.test_client()


ROUTES = [
    "requests.csv",
    "areas.csv",
    "areas/ward.csv",
    "areas/community.csv",
    *(f"areas/ward/2/{table}.csv" for table in AREA_TABLES),
    *(f"measures/{name}.csv" for name in sorted(MEASURES)),
    *(
        f"measures/{name}.csv?by=agency"
        for name, view in sorted(MEASURES.items())
        if any(p.name == "by" and "agency" in (p.choices or ()) for p in view.parameters)
    ),
]


@pytest.mark.parametrize("route", ROUTES)
def test_no_cell_runs_and_every_name_is_the_published_one(client: FlaskClient, route: str) -> None:
    joined = "&" if "?" in route else "?"
    answer = client.get(f"/api/v1/{route}{joined}lang=fr")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline="")))
    cells = [cell for row in rows for cell in row]
    assert cells
    running = [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not _number(cell)]
    assert running == []
    assert not {"Voirie", "Finances"} & set(cells)


def _number(cell: str) -> bool:
    """Whether a cell is a number, which may begin with a sign."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
