"""Outlines for the map: small, and with neighbours that still touch."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.plane import Plane
from livemaps.feeds.simplify import simplified, simplified_geojson
from tests.feeds.areas import layer_of, layer_profile

SLIVERS = 300.0
"""Square metres: the largest overlap of two real neighbours is 240."""

TOLERANCES = (0.0, 40.0)


def drawn(layer: BoundaryLayer, tolerance: float | None = None) -> NDArray[np.object_]:
    collection = json.loads(simplified_geojson(layer, tolerance))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]
    return np.array([*shapes, None], dtype=object)[:-1]


def square_metres(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = shapely.area(Plane.around(shapes).metres(shapes))
    return areas


def gaps(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the holes in the union of shapes."""
    return holes_of(shapely.union_all(shapes))


def holes_of(covered: shapely.Geometry) -> NDArray[np.object_]:
    """Return the holes in what is covered."""
    parts = shapely.get_parts(covered)
    holes = itertools.chain.from_iterable(part.interiors for part in parts)
    return np.array([*map(shapely.Polygon, holes), None], dtype=object)[:-1]


@pytest.fixture(
    scope="module",
    params=[
        "communities",
        "wards",
        ("edmonton/neighbourhoods_utm12n.shp", "Neighbou_1"),
        ("toronto/wards_2010_44.geojson", "SCODE_NAME"),
        ("new_york/community_districts.geojson", "BoroCD"),
    ],
    ids=str,
)
def real(request: pytest.FixtureRequest, shared_data: Path) -> BoundaryLayer:
    if isinstance(request.param, str):
        layer: BoundaryLayer = request.getfixturevalue(request.param)
        return layer
    file, key = request.param
    return load_layer(layer_profile(key_field=key), shared_data / file)


@pytest.fixture(scope="module")
def covered(real: BoundaryLayer) -> shapely.Geometry:
    """All that the areas of a layer cover."""
    return shapely.union_all(real.shapes)


@pytest.fixture(scope="module", params=TOLERANCES)
def outlines(request: pytest.FixtureRequest, real: BoundaryLayer) -> NDArray[np.object_]:
    """A layer's areas as they are drawn."""
    return drawn(real, request.param)


def test_simplified_neighbours_meet_edge_to_edge(outlines: NDArray[np.object_]) -> None:
    assert shapely.is_valid(outlines).all()
    assert not shapely.is_empty(outlines).any()
    assert shapely.coverage_is_valid(outlines)


def test_no_gap_opens_on_what_was_covered(
    outlines: NDArray[np.object_], covered: shapely.Geometry
) -> None:
    known = shapely.union_all(holes_of(covered))
    shapely.prepare(known)
    holes = gaps(outlines)
    holes = holes[~shapely.intersects(known, holes)]
    opened = shapely.area(shapely.intersection(holes, covered)) > 0.5 * shapely.area(holes)
    assert not opened.any()


def test_areas_stay_about_where_they_were(communities: BoundaryLayer) -> None:
    shapes = drawn(communities)
    moved = square_metres(shapely.symmetric_difference(shapes, communities.shapes))
    assert (moved / square_metres(communities.shapes)).max() < 0.05
    assert square_metres(shapes).sum() == pytest.approx(
        square_metres(communities.shapes).sum(), rel=1e-4
    )


def test_without_tolerance_only_slivers_and_roundings_move(wards: BoundaryLayer) -> None:
    shapes = drawn(wards, 0.0)
    lost = square_metres(
        shapely.difference(shapely.union_all(wards.shapes), [shapely.union_all(shapes)])
    )
    assert lost.sum() < 0.0001 * square_metres(wards.shapes).sum()
    first, second = np.triu_indices(len(shapes), 1)
    shared = shapely.intersection(shapes[first], shapes[second])
    assert square_metres(shared).max() == 0.0
    before = shapely.intersection(wards.shapes[first], wards.shapes[second])
    assert 0 < square_metres(before).max() < SLIVERS


def test_calgary_s_communities_are_small_enough_to_send(communities: BoundaryLayer) -> None:
    assert len(simplified_geojson(communities)) <= 200_000


def test_features_carry_key_name_and_parent_in_the_layer_s_order(
    communities: BoundaryLayer, wards: BoundaryLayer
) -> None:
    features = json.loads(simplified_geojson(communities))["features"]
    assert [feature["id"] for feature in features] == [area.key for area in communities.areas]
    beltline = next(feature for feature in features if feature["id"] == "BLN")
    assert beltline["properties"] == {"key": "BLN", "name": "Beltline", "parent": "8"}
    ward = json.loads(simplified_geojson(wards))["features"][0]
    assert ward["properties"] == {"key": "1", "name": "Ward 1"}


def numbers(value: Any) -> list[float]:
    return (
        [value] if isinstance(value, float | int) else [n for item in value for n in numbers(item)]
    )


def test_coordinates_have_at_most_five_decimals(communities: BoundaryLayer) -> None:
    features = json.loads(simplified_geojson(communities))["features"]
    written = numbers([feature["geometry"]["coordinates"] for feature in features])
    assert all(round(number, 5) == number for number in written)


def test_the_same_layer_gives_the_same_bytes(wards: BoundaryLayer) -> None:
    assert simplified_geojson(wards) == simplified_geojson(wards)


def test_an_overlap_is_drawn_in_the_area_that_counts_it() -> None:
    layer = layer_of({"10": shapely.box(0, 0, 0.6, 1), "2": shapely.box(0.4, 0, 1, 1)})
    two, ten = drawn(layer, 0.0)
    assert two.equals(shapely.box(0.4, 0, 1, 1))
    assert ten.equals(shapely.box(0, 0, 0.4, 1))


def test_an_area_wholly_below_another_is_still_drawn() -> None:
    layer = layer_of({"1": shapely.box(0, 0, 1, 1), "2": shapely.box(0.2, 0.2, 0.4, 0.4)})
    assert not shapely.is_empty(drawn(layer, 40.0)).any()


def test_a_hole_that_rounding_closes_is_left_out() -> None:
    pinhole = shapely.box(0, 0, 1, 1).difference(shapely.box(0.5, 0.5, 0.500002, 0.500002))
    (shape,) = simplified(np.array([pinhole]), 0.0)
    assert shape.equals(shapely.box(0, 0, 1, 1))


ends = st.tuples(st.integers(-50, 250), st.integers(-50, 250))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(ends, ends), min_size=1, max_size=12), st.sampled_from(TOLERANCES))
def test_any_city_cut_by_any_streets_stays_a_map_without_gaps_or_overlaps(
    streets: list[tuple[tuple[int, int], tuple[int, int]]], tolerance: float
) -> None:
    city = shapely.box(0, 0, 0.2, 0.2)
    lines = [shapely.LineString(np.array(street) / 1000) for street in streets]
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all([city.boundary, *lines])]))
    cells = cells[shapely.area(shapely.intersection(cells, city)) > 1e-6]
    shapes = simplified(cells, tolerance)
    assert len(shapes) == len(cells)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
