"""Neighbours: across gaps and overlaps of a few metres, in drawn and in real boundaries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from livemaps.feeds.boundaries import load_layer
from livemaps.feeds.plane import Plane
from livemaps.feeds.profile import load_profile
from livemaps.statistics.neighbours import TOUCH_METRES, neighbour_pairs


def boxes(*sides: tuple[float, float, float, float]) -> np.ndarray:
    shapes: np.ndarray = shapely.box(*np.array(sides, float).T)
    return shapes


def test_an_edge_a_corner_an_overlap_and_a_sliver_of_a_gap_make_neighbours() -> None:
    shapes = boxes(
        (0, 0, 100, 100),
        (100, 0, 200, 100),
        (197, 100, 300, 200),
        (0, 106, 100, 200),
        (500, 500, 600, 600),
    )
    assert neighbour_pairs(shapes).tolist() == [[0, 1], [0, 3], [1, 2], [1, 3]]


def test_across_a_street_there_are_none() -> None:
    apart = boxes((0, 0, 100, 100), (100 + TOUCH_METRES + 1, 0, 300, 100))
    assert neighbour_pairs(apart).tolist() == []


def test_one_area_or_none_has_no_neighbours() -> None:
    assert neighbour_pairs(boxes((0, 0, 1, 1))).shape == (0, 2)
    assert neighbour_pairs(np.empty(0, object)).shape == (0, 2)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("layer", "file"),
    [
        ("community", "community_district_boundaries_2024-02.csv"),
        ("ward", "ward_boundaries_2025-11.csv"),
    ],
)
def test_calgarys_neighbours_are_those_whose_outlines_meet_when_widened(
    shared_data: Path, layer: str, file: str
) -> None:
    spec = load_profile("calgary").layer(layer).model_copy(update={"within": None})
    shapes = load_layer(spec, shared_data / "calgary" / file).shapes
    metres = Plane.around(shapes).metres(shapes)
    wide = shapely.buffer(metres, TOUCH_METRES / 2, quad_segs=64)
    one, two = shapely.STRtree(wide).query(wide, predicate="intersects")
    meeting = {(a, b) for a, b in zip(one.tolist(), two.tolist(), strict=True) if a < b}
    found = {tuple(pair) for pair in neighbour_pairs(metres).tolist()}
    # A round corner of 64 segments falls short of the circle by a millimetre.
    assert meeting <= found
    assert all(shapely.distance(metres[a], metres[b]) > 9.99 for a, b in found - meeting)
    assert len(np.unique(list(found))) == len(shapes)
