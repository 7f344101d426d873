"""The town's board behind the pages, and a way to ask a callback without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from livemaps import web
from livemaps.feeds.profile import Profile, load_profile
from livemaps.measures.contents import Measures
from livemaps.model import Stage, Standing
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.status import State, Status, write_status
from livemaps.text import Catalogue
from livemaps.views import Board
from livemaps.web.app import site_of
from livemaps.web.site import Site
from tests.views.town import SET_APART, TODAY, Row, snapshot_of

TextOf = Callable[[Any], str]
"""The fixture `text_of`."""

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


@dataclass
class Town:
    """A site over a snapshot that can be taken away, and a client of its pages."""

    profile: Profile
    settings: Settings
    shown: Snapshot | Exception
    catalogue: Catalogue = field(default_factory=Catalogue.load)

    def latest(self) -> Snapshot:
        if isinstance(self.shown, Exception):
            raise self.shown
        return self.shown

    @property
    def site(self) -> Site:
        board = Board(self, self.profile, self.settings, lambda: NOW)
        return site_of(board, self.profile, self.settings, self.catalogue)

    @property
    def app(self) -> dash.Dash:
        return web.build(self.site.board, self.profile, self.settings, self.catalogue)

    @property
    def client(self) -> FlaskClient:
        client: FlaskClient = self.app.server.test_client()
        return client

    def say(self, state: State = State.OK, **changes: Any) -> None:
        """Write how refreshing goes, as the refresher does."""
        checked = {"last_checked": NOW - timedelta(minutes=2), "last_success": NOW}
        write_status(self.settings.data_dir, Status(state, **(checked | changes)))

    def ask(self, output: str, **values: Any) -> dict[str, Any]:
        """Call the callback that draws `output` (an id, or a callback's whole name).

        `values` are those of its inputs and state, by id; returns its answer by id.
        """
        app = self.app
        name, callback = next(
            (name, callback)
            for name, callback in app.callback_map.items()
            if output == name or output in re.split(r"\.[a-zA-Z]+(?:\.\.\.)?", name.strip("."))
        )
        inputs = [{**item, "value": values.get(item["id"])} for item in callback["inputs"]]
        state = [{**item, "value": values.get(item["id"])} for item in callback["state"]]
        outputs = [
            dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
            for part in name.strip(".").split("...")
        ]
        body = {
            "output": name,
            "outputs": outputs if name.startswith("..") else outputs[0],
            "inputs": inputs,
            "state": state,
            "changedPropIds": [],
        }
        answer = app.server.test_client().post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()["response"]
        return found


class Always:
    """Measures that are always there."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def latest(self) -> Measures:
        return self._measures


@dataclass
class MeasuredTown(Town):
    """A town with its measures, where there are any."""

    measures: Measures | None = None

    @property
    def site(self) -> Site:
        measured = Always(self.measures) if self.measures else None
        board = Board(self, self.profile, self.settings, lambda: NOW, measured)
        return replace(super().site, board=board)


def outlines(town: Town) -> None:
    """Keep the outlines of the areas where a refresh keeps them."""
    for layer in town.latest().layers:
        ring = [[-114.2, 51.0], [-114.1, 51.0], [-114.1, 51.1], [-114.2, 51.0]]
        features = [
            {"properties": {"key": key}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for key in layer.keys
        ]
        path = town.settings.data_dir / "areas" / layer.areas_file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"features": features}), encoding="utf-8")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    settings = Settings(data_dir=tmp_path)
    built = Town(load_profile("calgary"), settings, snapshot_of(ROWS, places=PLACES))
    built.say()
    return built


@pytest.fixture
def text_of() -> Callable[[Any], str]:
    """Return all text in a tree of elements, joined by spaces."""

    def texts(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            children = node[2:] if len(node) > 1 and isinstance(node[1], dict) else node
            for child in children:
                yield from texts(child)

    return lambda tree: " ".join(" ".join(texts(tree)).split())


def elements(node: Any) -> Iterator[list[Any]]:
    """Yield every element of a tree."""
    if isinstance(node, list):
        if len(node) > 1 and isinstance(node[0], str) and isinstance(node[1], dict):
            yield node
        for child in node:
            yield from elements(child)


def named(node: Any, name: str) -> list[list[Any]]:
    """Return every element of a name in a tree."""
    return [one for one in elements(node) if one[0] == name]


def twice(tree: Any) -> list[str]:
    """Return the keys that siblings share: React would keep the old one with every update."""
    if not isinstance(tree, list):
        return []
    children = tree[2:] if len(tree) > 1 and isinstance(tree[1], dict) else tree
    keys = [
        child[1]["key"]
        for child in children
        if isinstance(child, list) and len(child) > 1 and "key" in child[1]
    ]
    found = [key for key in set(keys) if keys.count(key) > 1]
    return found + [key for child in children for key in twice(child)]
