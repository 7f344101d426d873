"""Boundary layers: what is read from real files, and what is refused, repaired and told."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from livemaps.errors import BoundaryError
from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import Profile
from tests.feeds.areas import geojson, layer_of, layer_profile

LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)


def refusal(content: bytes | Path, **spec: Any) -> str:
    with pytest.raises(BoundaryError) as caught:
        load_layer(layer_profile(**spec), content)
    return str(caught.value)


class TestRealCalgary:
    def test_there_are_310_communities_and_14_wards_without_trouble(
        self, communities: BoundaryLayer, wards: BoundaryLayer
    ) -> None:
        assert (len(communities.areas), communities.trouble) == (310, ())
        assert (len(wards.areas), wards.trouble) == (14, ())

    def test_wards_are_in_the_order_of_their_numbers(self, wards: BoundaryLayer) -> None:
        assert [area.key for area in wards.areas] == [str(number) for number in range(1, 15)]
        assert wards.areas[9].name == "Ward 10"

    def test_csv_and_geojson_of_the_wards_are_the_same_layer(
        self, calgary: Profile, shared_data: Path, wards: BoundaryLayer
    ) -> None:
        path = shared_data / "calgary" / "ward_boundaries_2025-11.geojson"
        other = load_layer(calgary.layer("ward"), path)
        assert other.areas == wards.areas
        assert shapely.equals_exact(other.shapes, wards.shapes, 1e-7).all()

    @pytest.mark.parametrize(
        ("file", "count"),
        [
            ("community_district_boundaries_2022.geojson", 308),
            ("community_boundaries_2018_rows.json.gz", 303),
        ],
    )
    def test_older_communities_load_from_their_own_formats(
        self, calgary: Profile, shared_data: Path, wards: BoundaryLayer, file: str, count: int
    ) -> None:
        spec = calgary.layer("community")
        layer = load_layer(spec, shared_data / "calgary" / file, within=wards)
        assert len(layer.areas) == count
        beltline = next(area for area in layer.areas if area.key == "BLN")
        assert (beltline.name, beltline.parent) == ("Beltline", "8")

    @pytest.mark.parametrize("year", [2013, 2017])
    def test_older_ward_maps_load_in_the_same_order(
        self, calgary: Profile, shared_data: Path, wards: BoundaryLayer, year: int
    ) -> None:
        path = shared_data / "calgary" / f"ward_boundaries_{year}.geojson"
        older = load_layer(calgary.layer("ward"), path)
        assert [area.key for area in older.areas] == [area.key for area in wards.areas]
        assert older.digest != wards.digest

    def test_each_community_s_parent_is_the_ward_that_the_city_lists(
        self, communities: BoundaryLayer, shared_data: Path
    ) -> None:
        path = shared_data / "calgary" / "communities_by_ward_2026-06.csv"
        with path.open(newline="", encoding="utf-8") as file:
            listed = {row["comm_code"]: row["ward_num"] for row in csv.DictReader(file)}
        both = [area for area in communities.areas if area.key in listed]
        assert len(both) == 307
        assert {area.key: area.parent for area in both} == {a.key: listed[a.key] for a in both}

    def test_only_a_few_communities_straddle_by_more_than_slivers(
        self, communities: BoundaryLayer
    ) -> None:
        straddling = {area.key: area for area in communities.areas if area.straddles}
        assert len(straddling) == 8
        assert straddling["FPK"].parent == "14"
        assert straddling["FPK"].parent_share == pytest.approx(0.67, abs=0.01)
        assert straddling["ST4"].parent == "5"
        assert straddling["ST4"].parent_share == pytest.approx(0.57, abs=0.01)

    def test_every_label_lies_well_inside_its_own_area(self, communities: BoundaryLayer) -> None:
        points = shapely.points([(area.long, area.lat) for area in communities.areas])
        assert shapely.contains_properly(communities.shapes, points).all()

    def test_a_wrong_key_field_is_told_with_the_fields_there_are(
        self, calgary: Profile, shared_data: Path
    ) -> None:
        spec = calgary.layer("community").model_copy(update={"key_field": "com_code"})
        path = shared_data / "calgary" / "community_district_boundaries_2024-02.csv"
        with pytest.raises(BoundaryError) as caught:
            load_layer(spec, path)
        for said in (str(path), "'com_code'", "did you mean 'COMM_CODE'", "key_field", "SECTOR"):
            assert said in str(caught.value)

    def test_a_key_field_that_does_not_tell_areas_apart_is_refused(
        self, calgary: Profile, shared_data: Path
    ) -> None:
        spec = calgary.layer("community").model_copy(update={"key_field": "class_code"})
        path = shared_data / "calgary" / "community_district_boundaries_2022.geojson"
        with pytest.raises(BoundaryError, match=r"the key '2' belongs to .* different names"):
            load_layer(spec, path)


def test_one_key_for_two_published_names_is_refused_though_areas_are_called_by_key() -> None:
    table = f'key,title,geom\n1,Left,"{LEFT.wkt}"\n1,Right,"{RIGHT.wkt}"\n'.encode()
    said = refusal(table, name_field="title", key_label="Ward {key}")
    assert "different names (Left, Right)" in said


@pytest.mark.parametrize(
    ("file", "fields", "count", "sample", "troubled"),
    [
        ("edmonton/ward_boundaries_2024-05.shp", {"key_field": "name_1"}, 12, "Métis", False),
        ("edmonton/neighbourhoods_utm12n.shp", {"key_field": "Neighbou_1", "name_field": "Descriptiv"}, 403, "2010", True),
        ("toronto/wards_2018_25.geojson", {"key_field": "AREA_S_CD", "name_field": "AREA_NAME"}, 25, "03", False),
        ("toronto/wards_2010_44.geojson", {"key_field": "SCODE_NAME", "name_field": "NAME"}, 44, "41", False),
        ("new_york/community_districts.geojson", {"key_field": "BoroCD"}, 71, "112", False),
    ],
)  # fmt: skip
def test_other_cities_load_whatever_their_format_system_and_type_of_key(
    shared_data: Path, file: str, fields: dict[str, str], count: int, sample: str, troubled: bool
) -> None:
    layer = load_layer(layer_profile(**fields), shared_data / file)
    assert len(layer.areas) == count
    assert sample in {area.key for area in layer.areas}
    assert bool(layer.trouble) is troubled
    assert layer.geometry.crs.to_epsg() == 4326


def test_a_shapefile_that_calls_its_degrees_metres_is_read_as_degrees_and_told(
    shared_data: Path,
) -> None:
    spec = layer_profile(key_field="Neighbou_1")
    layer = load_layer(spec, shared_data / "edmonton" / "neighbourhoods_utm12n.shp")
    assert "degrees although it says WGS 84 / UTM zone 12N" in layer.trouble[0]
    edmonton = shapely.Point(-113.49, 53.54)
    assert shapely.intersects(layer.shapes, edmonton).any()


def test_a_file_in_metres_is_turned_to_degrees(
    tmp_path: Path, wards: BoundaryLayer, calgary: Profile
) -> None:
    metres = wards.geometry.to_crs("EPSG:3780").rename(columns={"key": "ward_num"})
    metres.to_file(tmp_path / "wards.shp")
    layer = load_layer(calgary.layer("ward"), tmp_path / "wards.shp")
    assert [area.key for area in layer.areas] == [area.key for area in wards.areas]
    assert shapely.hausdorff_distance(layer.shapes, wards.shapes).max() < 1e-6


@pytest.mark.parametrize("keys", [("1", "2"), (1, 2), (1.0, 2.0), ("1.0", "2.0"), (" 1", "2 ")])
def test_keys_match_whether_text_integer_or_float(keys: tuple[object, object]) -> None:
    layer = layer_of(dict(zip(keys, (LEFT, RIGHT), strict=True)))
    assert [area.key for area in layer.areas] == ["1", "2"]


def test_the_system_in_the_profile_wins_over_the_file_s() -> None:
    metres = geopandas.GeoSeries([LEFT], crs=4326).to_crs("EPSG:3857").iloc[0]
    layer = load_layer(layer_profile(crs="EPSG:3857"), geojson({"1": metres}))
    assert layer.geometry.total_bounds == pytest.approx([0, 0, 1, 1], abs=1e-6)


class TestRefusals:
    def test_coordinates_that_are_no_degrees_are_told_with_their_range(self) -> None:
        said = refusal(geojson({"1": shapely.box(-5000, 5_650_000, 5000, 5_660_000)}))
        assert "5.66e+06" in said
        assert "crs = 'EPSG:" in said

    def test_latitude_before_longitude_is_noticed(self) -> None:
        said = refusal(geojson({"1": shapely.box(51, -114.2, 51.1, -114)}))
        assert "put the longitude first" in said

    def test_areas_of_another_city_are_noticed(self) -> None:
        content = geojson({"1": shapely.box(40.6, -74.1, 40.8, -73.9)})
        with pytest.raises(BoundaryError, match=r"far from the map's centre -74, 40\.7"):
            load_layer(layer_profile(), content, near=(-74.0, 40.7))

    def test_a_shapefile_without_a_system_is_refused_until_the_profile_names_it(
        self, tmp_path: Path
    ) -> None:
        frame = geopandas.GeoDataFrame({"key": [1]}, geometry=[LEFT], crs="EPSG:4326")
        frame.to_file(tmp_path / "a.shp")
        (tmp_path / "a.prj").unlink()
        assert "does not say its coordinate system" in refusal(tmp_path / "a.shp")
        assert load_layer(layer_profile(crs="EPSG:4326"), tmp_path / "a.shp").areas[0].key == "1"

    def test_a_system_that_nobody_knows_is_named(self) -> None:
        assert "'EPSG:999999' is not known" in refusal(geojson({"1": LEFT}), crs="EPSG:999999")

    @pytest.mark.parametrize(
        "content",
        [
            geojson({}),
            geojson({None: LEFT}),
            geojson({"1": None}),
            geojson({"1": shapely.Point(0, 0)}),
            geojson({"1": shapely.Polygon()}),
            b"key,the_geom\n",
        ],
    )
    def test_a_file_without_any_area_is_refused(self, content: bytes) -> None:
        assert "no area in it" in refusal(content)

    def test_the_layer_and_the_file_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "wards.geojson"
        path.write_text("busy")
        assert refusal(path).startswith(f"the boundaries of ward ({path}) cannot be used: ")


class TestTroubles:
    def test_areas_without_a_key_are_left_out_and_counted(self) -> None:
        layer = layer_of({"1": LEFT, "": RIGHT})
        assert len(layer.areas) == 1
        assert "1 of 2 areas have no key and were left out" in layer.trouble[0]

    def test_areas_without_an_outline_are_left_out_and_named(self) -> None:
        layer = layer_of({"1": LEFT, "2": None, "3": shapely.Point(0, 0)})
        assert len(layer.areas) == 1
        assert "left out 2 of 3 areas (2, 3): no outline (Point instead)" in layer.trouble[0]

    def test_a_crossed_outline_is_repaired_and_named(self) -> None:
        bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
        layer = layer_of({"1": bow_tie})
        assert layer.geometry.geometry.is_valid.all()
        assert "repaired the outline of 1 of 1 areas (1)" in layer.trouble[0]

    def test_lines_beside_the_polygons_of_an_area_are_dropped(self) -> None:
        spiked = shapely.GeometryCollection([LEFT, shapely.LineString([(5, 5), (6, 6)])])
        assert layer_of({"1": spiked}).shapes[0].equals(LEFT)

    def test_parts_in_several_rows_are_joined_and_told(self) -> None:
        layer = layer_of({"1": LEFT, "1.0": RIGHT})
        assert layer.shapes[0].area == pytest.approx(2)
        assert "joined the parts of 1 areas" in layer.trouble[0]

    def test_areas_that_overlap_by_more_than_slivers_are_named(self) -> None:
        layer = layer_of({"1": LEFT, "2": shapely.box(0.5, 0, 2, 1)})
        assert "1 and 2 by 50%" in layer.trouble[0]

    def test_an_area_inside_another_and_one_that_comes_twice_are_named_too(self) -> None:
        inside = shapely.box(0.2, 0.2, 0.4, 0.4)
        told = layer_of({"1": LEFT, "2": inside, "3": RIGHT, "4": RIGHT}).trouble
        assert len(told) == 1
        assert "(1 and 2 by 100%, 3 and 4 by 100%)" in told[0]

    def test_heights_are_dropped(self) -> None:
        assert not layer_of({"1": shapely.force_3d(LEFT, 7)}).shapes[0].has_z


class TestParents:
    def test_the_larger_share_wins_and_is_kept(self) -> None:
        wards = layer_of({"1": LEFT, "2": RIGHT})
        area = layer_of({"A": shapely.box(0.8, 0, 1.8, 1)}, "community", within=wards).areas[0]
        assert area.parent == "2"
        assert area.parent_share == pytest.approx(0.8)
        assert area.straddles

    def test_equal_shares_go_to_the_smaller_key(self) -> None:
        wards = layer_of({"10": LEFT, "2": RIGHT})
        area = layer_of({"A": shapely.box(0.5, 0, 1.5, 1)}, "community", within=wards).areas[0]
        assert area.parent == "2"

    def test_an_area_inside_does_not_straddle(self) -> None:
        wards = layer_of({"1": LEFT, "2": RIGHT})
        area = layer_of({"A": LEFT}, "community", within=wards).areas[0]
        assert (area.parent, area.parent_share, area.straddles) == ("1", 1.0, False)

    def test_an_area_that_only_touches_has_no_parent(self) -> None:
        wards = layer_of({"1": LEFT})
        area = layer_of({"A": RIGHT}, "community", within=wards).areas[0]
        assert (area.parent, area.parent_share, area.straddles) == (None, 0.0, False)


class TestDigest:
    def test_the_same_file_has_the_same_digest(self) -> None:
        assert layer_of({"1": LEFT}).digest == layer_of({"1": LEFT}).digest

    def test_it_differs_with_the_file_the_reading_and_the_containing_layer(self) -> None:
        wards, others = layer_of({"1": LEFT}), layer_of({"1": RIGHT})
        digests = [
            layer_of({"A": LEFT}, "community", within=wards).digest,
            layer_of({"A": LEFT}, "community", within=others).digest,
            layer_of({"A": LEFT}, "community").digest,
            layer_of({"A": LEFT}, "community", simplify_metres=7).digest,
            layer_of({"B": LEFT}, "community").digest,
        ]
        assert len(set(digests)) == len(digests)

    def test_it_does_not_depend_on_where_the_file_lies(self, tmp_path: Path) -> None:
        path = tmp_path / "wards.geojson"
        path.write_bytes(geojson({"1": LEFT}))
        assert load_layer(layer_profile(), path).digest == layer_of({"1": LEFT}).digest


def test_no_area_of_real_communities_is_lost_in_reading(
    communities: BoundaryLayer, shared_data: Path
) -> None:
    path = shared_data / "calgary" / "community_district_boundaries_2024-02.csv"
    published = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    by_code = dict(zip(published["COMM_CODE"], published["MULTIPOLYGON"], strict=True))
    expected = shapely.from_wkt([by_code[area.key] for area in communities.areas])
    assert np.array_equal(shapely.area(expected), shapely.area(communities.shapes))
