"""The join: every place in exactly one area of each layer, or in none for one stated reason."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.feeds.area_keys import natural_order
from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.places import How, Placements, place_all
from livemaps.model import Place, Unplaced
from tests.feeds.areas import layer_of, layer_profile

LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)


def at(long: float | None, lat: float | None, *codes: str | None) -> Place:
    return Place(codes or (None, None), None, long, lat)


def nowhere(*codes: str | None) -> Place:
    return at(None, None, *codes)


def found(layers: Sequence[BoundaryLayer], place: Place) -> tuple[tuple[str | Unplaced, How], ...]:
    """Return the key (or reason) and the rule for one place in each layer."""
    placed = place_all(layers, [place])
    return tuple(
        (told(layer, int(placed.areas[0, column])), How(placed.how[0, column]))
        for column, layer in enumerate(layers)
    )


def told(layer: BoundaryLayer, index: int) -> str | Unplaced:
    if index < len(layer.areas):
        return layer.areas[index].key
    return Unplaced(index - len(layer.areas))


def keys_of(layer: BoundaryLayer, placed: Placements, column: int) -> list[str | Unplaced]:
    return [told(layer, int(index)) for index in placed.areas[:, column]]


@pytest.fixture(scope="module")
def small() -> tuple[BoundaryLayer, BoundaryLayer]:
    """Communities A (ward 1), B (ward 2) and S (straddling, mostly in ward 2)."""
    wards = layer_of({"1": LEFT, "2": RIGHT})
    shapes = {
        "A": shapely.box(0, 0, 0.5, 1),
        "B": shapely.box(1.5, 0, 2, 1),
        "S": shapely.box(0.5, 0, 1.5, 0.9).difference(shapely.box(0.5, 0, 0.6, 1)),
    }
    return layer_of(shapes, "community", within=wards), wards


class TestTheRule:
    def test_a_code_wins_over_the_point(self, small: tuple[BoundaryLayer, BoundaryLayer]) -> None:
        assert found(small, at(1.9, 0.5, "A", "1")) == (("A", How.CODE), ("1", How.CODE))

    def test_without_a_code_the_point_decides(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(1.9, 0.5)) == (("B", How.POINT), ("2", How.POINT))

    def test_an_unknown_code_leaves_it_to_the_point(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(0.1, 0.1, "HUX", None)) == (("A", How.POINT), ("1", How.POINT))

    def test_without_a_point_the_ward_is_that_of_the_larger_share(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, nowhere("A", None)) == (("A", How.CODE), ("1", How.LARGER_SHARE))
        assert found(small, nowhere("S", None)) == (("S", How.CODE), ("2", How.LARGER_SHARE))

    def test_a_community_that_straddles_wards_follows_its_requests_point(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(0.7, 0.5, "S", None)) == (("S", How.CODE), ("1", How.POINT))
        assert found(small, at(1.3, 0.5, "S", None)) == (("S", How.CODE), ("2", How.POINT))

    def test_a_point_outside_every_ward_leaves_it_to_the_larger_share(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(9, 9, "A", None)) == (("A", How.CODE), ("1", How.LARGER_SHARE))

    def test_a_point_in_a_ward_but_no_community(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(1.2, 0.95)) == (
            (Unplaced.OUTSIDE, How.UNPLACED),
            ("2", How.POINT),
        )

    @pytest.mark.parametrize(
        ("place", "reason"),
        [
            (nowhere(None, None), Unplaced.NO_PLACE),
            (nowhere("", " "), Unplaced.NO_PLACE),
            (nowhere("HUX", None), Unplaced.UNKNOWN_CODE),
            (nowhere(None, "99"), Unplaced.UNKNOWN_CODE),
            (at(9, 9), Unplaced.OUTSIDE),
            (at(9, 9, "HUX", None), Unplaced.OUTSIDE),
        ],
    )
    def test_what_lies_nowhere_says_why(
        self, small: tuple[BoundaryLayer, BoundaryLayer], place: Place, reason: Unplaced
    ) -> None:
        assert found(small, place) == ((reason, How.UNPLACED), (reason, How.UNPLACED))

    @pytest.mark.parametrize(
        ("long", "lat"),
        [
            (0.0, 0.0),
            (math.nan, 0.5),
            (0.5, math.inf),
            (None, 0.5),
            (0.5, None),
            (0.5, 91.0),
            (-181.0, 0.5),
        ],
    )
    def test_impossible_points_are_no_points(
        self, small: tuple[BoundaryLayer, BoundaryLayer], long: float | None, lat: float | None
    ) -> None:
        assert found(small, at(long, lat))[0] == (Unplaced.NO_PLACE, How.UNPLACED)

    def test_greenwich_and_the_equator_are_possible(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        assert found(small, at(0.0, 0.5))[1] == ("1", How.POINT)
        assert found(small, at(0.5, 0.0))[1] == ("1", How.POINT)

    @pytest.mark.parametrize("code", ["5", "5.0", " 5", "5.", "05b", "05B", "05b "])
    def test_codes_match_in_any_spelling(self, code: str) -> None:
        layer = layer_of({5: LEFT, "05B": RIGHT})
        expected = "5" if "b" not in code.lower() else "05B"
        assert found([layer], Place((code,), None, None, None)) == ((expected, How.CODE),)

    def test_case_decides_where_two_keys_differ_in_nothing_else(self) -> None:
        layer = layer_of({"a": LEFT, "A": RIGHT})
        for code in ("a", "A"):
            assert found([layer], Place((code,), None, None, None)) == ((code, How.CODE),)

    def test_a_feed_may_give_codes_for_the_first_layers_only(
        self, small: tuple[BoundaryLayer, BoundaryLayer]
    ) -> None:
        place = Place(("A",), None, None, None)
        assert found(small, place) == (("A", How.CODE), ("1", How.LARGER_SHARE))


class TestTies:
    @pytest.mark.parametrize("keys", [("2", "10"), ("10", "2"), ("2", "B"), ("B", "2")])
    def test_a_point_on_a_shared_edge_goes_to_the_smaller_key(self, keys: tuple[str, str]) -> None:
        layer = layer_of(dict(zip(keys, (LEFT, RIGHT), strict=True)))
        assert found([layer], at(1.0, 0.5)) == (("2", How.POINT),)

    def test_a_point_where_neighbours_overlap_goes_to_the_smaller_key(self) -> None:
        layer = layer_of({"2": LEFT, "1": shapely.box(0.999, 0, 2, 1)})
        assert found([layer], at(0.9995, 0.5)) == (("1", How.POINT),)

    def test_the_order_of_features_in_the_file_does_not_matter(self) -> None:
        one, other = layer_of({"1": LEFT, "2": RIGHT}), layer_of({"2": RIGHT, "1": LEFT})
        for place in (at(1.0, 0.5), at(0.5, 0.5), at(2.0, 1.0)):
            assert found([one], place) == found([other], place)

    def test_every_vertex_of_real_wards_lies_in_exactly_one(self, wards: BoundaryLayer) -> None:
        corners = shapely.get_coordinates(wards.shapes)
        placed = place_all([wards], [at(float(x), float(y)) for x, y in corners])
        assert (placed.how == How.POINT).all()
        touching, corner = shapely.STRtree(shapely.points(corners)).query(
            wards.shapes, predicate="intersects"
        )
        smallest = np.full(len(corners), 99)
        np.minimum.at(smallest, corner, touching)
        assert np.array_equal(placed.areas[:, 0], smallest)
        assert len(corner) > len(corners), "some vertices are shared"


class TestRealPlaces:
    def test_every_community_point_lies_in_the_ward_that_the_city_lists(
        self, communities: BoundaryLayer, wards: BoundaryLayer, shared_data: Path
    ) -> None:
        folder = shared_data / "calgary"
        with (folder / "communities_by_ward_2026-06.csv").open(encoding="utf-8") as file:
            listed = {row["name"]: row for row in csv.DictReader(file)}
        with (folder / "community_points_2026-08.csv").open(encoding="utf-8") as file:
            points = list(csv.DictReader(file))
        known = [point for point in points if point["comm_name"] in listed]
        assert len(known) >= 170
        places = [at(float(row["longitude"]), float(row["latitude"])) for row in known]
        placed = place_all((communities, wards), places)
        expected = [listed[row["comm_name"]] for row in known]
        assert keys_of(wards, placed, 1) == [row["ward_num"] for row in expected]
        in_2024 = {area.key for area in communities.areas}
        pairs = zip(keys_of(communities, placed, 0), expected, strict=True)
        assert all(key == row["comm_code"] for key, row in pairs if row["comm_code"] in in_2024)

    def test_rows_of_new_york_lie_in_their_community_district(self, shared_data: Path) -> None:
        layer = load_layer(
            layer_profile(key_field="BoroCD"),
            shared_data / "new_york" / "community_districts.geojson",
        )
        rows = json.loads((shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes())
        places = [
            at(float(row["longitude"]), float(row["latitude"])) for row in rows if "latitude" in row
        ]
        placed = place_all([layer], places)
        assert len(places) == 988
        assert (placed.how == How.POINT).all()

    @pytest.mark.parametrize(
        ("file", "key", "outside"),
        [("wards_2018_25.geojson", "AREA_S_CD", 5), ("wards_2010_44.geojson", "SCODE_NAME", 0)],
    )
    def test_points_of_toronto_outside_its_wards_are_counted(
        self, shared_data: Path, file: str, key: str, outside: int
    ) -> None:
        # One more lies on the edge of two wards: `within` loses it, `intersects` doubles it.
        folder = shared_data / "toronto"
        layer = load_layer(layer_profile(key_field=key), folder / file)
        rows = json.loads((folder / "open311_requests_2018-10.json").read_bytes())
        places = [at(row["long"], row["lat"]) for row in rows["service_requests"]]
        reasons = keys_of(layer, place_all([layer], places), 0)
        assert reasons.count(Unplaced.NO_PLACE) == 4
        assert reasons.count(Unplaced.OUTSIDE) == outside

    def test_it_agrees_with_geopandas_on_real_areas(self, communities: BoundaryLayer) -> None:
        west, south, east, north = communities.geometry.total_bounds
        random = np.random.default_rng(20261121)
        points = random.uniform((west, south), (east, north), (20_000, 2))
        placed = place_all([communities], [at(float(x), float(y)) for x, y in points])
        joined = joined_by_geopandas(communities, points)
        assert [
            key if isinstance(key, str) else None for key in keys_of(communities, placed, 0)
        ] == joined


def joined_by_geopandas(layer: BoundaryLayer, points: np.ndarray) -> list[str | None]:
    """Return the smallest of the keys that geopandas joins to each point."""
    frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T), crs=4326)
    joined = geopandas.sjoin(frame, layer.geometry, how="left", predicate="intersects")
    keys: list[list[str]] = [[] for _ in points]
    for row, key in zip(joined.index, joined["key"], strict=True):
        if isinstance(key, str):
            keys[row].append(key)
    return [min(found, key=natural_order) if found else None for found in keys]


def test_no_places_are_no_problem(small: tuple[BoundaryLayer, BoundaryLayer]) -> None:
    placed = place_all(small, [])
    assert placed.areas.shape == placed.how.shape == (0, 2)
    assert placed.areas.dtype == np.int32
    assert placed.how.dtype == np.uint8


def test_places_without_any_point_are_no_problem(
    small: tuple[BoundaryLayer, BoundaryLayer],
) -> None:
    assert (place_all(small, [nowhere(None, None)] * 3).how == How.UNPLACED).all()


numbers = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0]), st.floats(-1, 3))
codes = st.sampled_from([None, "", "A", "a", "B", "S", "HUX", "1", "2.0"])
any_place = st.builds(Place, st.tuples(codes, codes), st.none(), numbers, numbers)


@settings(deadline=None)
@given(st.lists(any_place, max_size=30))
def test_every_place_lands_exactly_once_and_none_is_lost(places: list[Place]) -> None:
    wards = layer_of({"1": LEFT, "2": RIGHT})
    shapes = {"A": LEFT, "B": shapely.box(1, 0, 1.5, 1), "S": shapely.box(1.5, 0, 2, 1)}
    layers = (layer_of(shapes, "community", within=wards), wards)
    placed = place_all(layers, places)
    for column, layer in enumerate(layers):
        slots = len(layer.areas) + len(Unplaced)
        counts = np.bincount(placed.areas[:, column], minlength=slots)
        assert len(counts) == slots
        assert counts.sum() == len(places)
        unplaced = placed.areas[:, column] >= len(layer.areas)
        assert np.array_equal(unplaced, placed.how[:, column] == How.UNPLACED)
    for row, place in enumerate(places):
        alone = place_all(layers, [place])
        assert np.array_equal(alone.areas[0], placed.areas[row]), "others do not matter"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4)),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.tuples(st.integers(-1, 26), st.integers(-1, 26)), min_size=1, max_size=30),
)
def test_on_any_map_points_fall_as_geopandas_joins_them_with_ties_to_the_smallest_key(
    boxes: list[tuple[int, int, int, int]], halves: list[tuple[int, int]]
) -> None:
    shapes = {str(n): shapely.box(x, y, x + w, y + h) for n, (x, y, w, h) in enumerate(boxes, 7)}
    layer = layer_of(shapes)
    points = np.array(halves) / 2
    points = points[points.any(axis=1)]
    placed = place_all([layer], [at(float(x), float(y)) for x, y in points])
    keys = [key if isinstance(key, str) else None for key in keys_of(layer, placed, 0)]
    assert keys == joined_by_geopandas(layer, points)
