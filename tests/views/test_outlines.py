"""Outlines of areas for plans: north up, one plane for a layer, damage told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from livemaps.errors import SnapshotDamaged
from livemaps.snapshot import SnapshotLayer
from livemaps.views.outlines import read_outlines
from tests.views.town import Row, snapshot_of


def layer_of(folder: Path, **rings: list[list[float]]) -> SnapshotLayer:
    """Return a layer whose areas have one ring each, published in a folder."""
    features = [
        {"properties": {"key": key}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for key, ring in rings.items()
    ]
    (folder / "town.geojson").write_bytes(msgspec.json.encode({"features": features}))
    return replace(snapshot_of([Row()]).layers[0], areas_file="town.geojson")


SQUARE = [[-114.0, 51.0], [-113.9, 51.0], [-113.9, 51.1], [-114.0, 51.1], [-114.0, 51.0]]
NORTH = [[-114.0, 51.1], [-113.9, 51.1], [-113.9, 51.2], [-114.0, 51.2], [-114.0, 51.1]]


def test_areas_lie_on_one_plane_with_north_up_and_true_proportions(tmp_path: Path) -> None:
    outlines = read_outlines(tmp_path, layer_of(tmp_path, ALT=SQUARE, BLN=NORTH))
    south, north = outlines.boxes[0], outlines.boxes[1]
    assert north[3] == pytest.approx(south[1], abs=0.2)
    width, height = south[2] - south[0], south[3] - south[1]
    assert width / height == pytest.approx(0.628, abs=0.003)
    assert outlines.height == 1000


def test_a_part_of_the_plane_holds_just_the_areas_asked_for(tmp_path: Path) -> None:
    outlines = read_outlines(tmp_path, layer_of(tmp_path, ALT=SQUARE, BLN=NORTH))
    _, top, _, height = outlines.box([1])
    assert top == pytest.approx(0, abs=0.2)
    assert height == pytest.approx(500, abs=1)
    assert outlines.box([]) == (0, 0, outlines.width, outlines.height)


def test_an_area_without_an_outline_has_none(tmp_path: Path) -> None:
    outlines = read_outlines(tmp_path, layer_of(tmp_path, ALT=SQUARE))
    assert outlines.paths[0].startswith("M")
    assert outlines.paths[1:] == ("",) * 3


@pytest.mark.parametrize("content", [b"", b"{}", b'{"features": [{}]}', b"[1]"])
def test_a_file_that_holds_something_else_is_told(tmp_path: Path, content: bytes) -> None:
    layer = layer_of(tmp_path, ALT=SQUARE)
    (tmp_path / "town.geojson").write_bytes(content)
    with pytest.raises(SnapshotDamaged, match=r"town\.geojson"):
        read_outlines(tmp_path, layer)
