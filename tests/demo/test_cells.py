"""The approximate areas: a valid coverage without gaps, from centre points alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.demo.births import Facts
from livemaps.demo.cells import Cell, community_cells, outline, voronoi_within, ward_cells
from livemaps.demo.gazetteer import to_degrees, to_metres

REAL_SQUARE_KILOMETRES = 852.5


@pytest.fixture(scope="module")
def communities(facts: Facts) -> tuple[Cell, ...]:
    return community_cells(facts.gazetteer)


@pytest.fixture(scope="module")
def wards(communities: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return ward_cells(communities)


def shapes(cells: tuple[Cell, ...]) -> np.ndarray:
    return np.array([cell.shape for cell in cells])


def test_every_community_on_the_map_has_one_area(
    facts: Facts, communities: tuple[Cell, ...]
) -> None:
    codes = [cell.properties["comm_code"] for cell in communities]
    assert codes == [community.code for community in facts.gazetteer.mapped]
    assert len(codes) == 307


def test_communities_and_wards_are_valid_coverages(
    communities: tuple[Cell, ...], wards: tuple[Cell, ...]
) -> None:
    for cells in (shapes(communities), shapes(wards)):
        assert shapely.is_valid(cells).all()
        assert shapely.coverage_is_valid(cells)


def test_communities_leave_no_gap(communities: tuple[Cell, ...]) -> None:
    city = shapely.coverage_union_all(shapes(communities))
    polygons = shapely.get_parts(city)
    assert len(polygons) == 1
    assert shapely.get_num_interior_rings(polygons[0]) == 0


def test_wards_are_made_of_their_communities(
    communities: tuple[Cell, ...], wards: tuple[Cell, ...]
) -> None:
    assert [ward.properties["ward_num"] for ward in wards] == [str(n) for n in range(1, 15)]
    for ward in wards:
        members = [
            cell.shape
            for cell in communities
            if cell.properties["ward_num"] == ward.properties["ward_num"]
        ]
        assert ward.shape.area == pytest.approx(sum(shape.area for shape in members))


def test_every_centre_point_lies_in_its_own_area_only(
    facts: Facts, communities: tuple[Cell, ...]
) -> None:
    points = shapely.points([(c.long, c.lat) for c in facts.gazetteer.mapped])
    tree = shapely.STRtree(shapes(communities))
    found = tree.query(points, predicate="intersects")
    assert found[0].tolist() == found[1].tolist() == list(range(len(points)))


def test_the_city_is_about_as_large_as_the_real_one(
    facts: Facts, communities: tuple[Cell, ...]
) -> None:
    middle = facts.gazetteer.middle()
    in_metres = shapely.transform(shapes(communities), lambda degrees: to_metres(degrees, middle))
    assert shapely.area(in_metres).sum() / 1e6 == pytest.approx(REAL_SQUARE_KILOMETRES, rel=0.05)


def test_every_area_says_that_it_is_approximate(
    communities: tuple[Cell, ...], wards: tuple[Cell, ...]
) -> None:
    assert all(cell.properties["approximate"] == "true" for cell in (*communities, *wards))


def test_degrees_and_metres_turn_into_each_other(facts: Facts) -> None:
    middle = facts.gazetteer.middle()
    degrees = np.array([[-114.3, 50.9], [-113.9, 51.2]])
    assert to_degrees(to_metres(degrees, middle), middle) == pytest.approx(degrees)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=4, max_size=40, unique=True
    )
)
def test_any_points_divide_their_outline_without_loss(places: list[tuple[int, int]]) -> None:
    points = shapely.points(np.array(places, dtype=float) * 150)
    city = outline(points)
    cells = voronoi_within(points, city)
    assert sum(cell.area for cell in cells) == pytest.approx(city.area, rel=1e-6)
    assert all(cell.intersects(point) for cell, point in zip(cells, points, strict=True))
