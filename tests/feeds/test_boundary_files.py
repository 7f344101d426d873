"""Boundary files of every format that portals publish."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.errors import BoundaryError
from livemaps.feeds.boundary_files import RawAreas, file_format, read_areas, read_content

TOKENS = st.sampled_from(
    [b"null", b"[]", b"{}", b"nan", b"1e999", b'"', b"\xff", b"PK", b"(", b"}"]
)
SQUARE = "POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))"
OUTLINE = json.loads(shapely.to_geojson(shapely.from_wkt(SQUARE)))
CSV = f'ward,the_geom,label\n1,"{SQUARE}",one\n2,"{SQUARE}",N/A\n'


def geojson(*features: object, **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features} | more).encode()


def feature(geometry: object = OUTLINE, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def portal_rows(*rows: list[object]) -> bytes:
    columns = [{"fieldName": name, "dataTypeName": "text"} for name in (":sid", "geom", "ward")]
    return json.dumps({"meta": {"view": {"columns": columns}}, "data": rows}).encode()


def zipped(**files: bytes) -> bytes:
    """Pack files; `a_shp` becomes a.shp."""
    return packed({name.replace("_", "."): content for name, content in files.items()})


def packed(files: dict[str, bytes]) -> bytes:
    archive_bytes = io.BytesIO()
    with zipfile.ZipFile(archive_bytes, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return archive_bytes.getvalue()


@pytest.fixture
def shapefile(tmp_path: Path) -> Path:
    frame = geopandas.GeoDataFrame(
        {"ward": [1, 2], "label": ["Métis", "Dene"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs="EPSG:3780",
    )
    frame.to_file(tmp_path / "wards.shp", encoding="utf-8")
    return tmp_path / "wards.shp"


def columns(raw: RawAreas) -> dict[str, list[object]]:
    return {name: list(values) for name, values in raw.columns.items()}


class TestTables:
    def test_the_column_of_outlines_is_found_by_its_content(self) -> None:
        raw = read_areas(CSV.encode())
        assert columns(raw) == {"ward": ["1", "2"], "label": ["one", "N/A"]}
        assert [shape.wkt for shape in raw.shapes] == [SQUARE, SQUARE]

    def test_a_byte_order_mark_makes_no_difference(self) -> None:
        assert columns(read_areas(b"\xef\xbb\xbf" + CSV.encode())) == columns(
            read_areas(CSV.encode())
        )

    @pytest.mark.parametrize("separator", [";", "\t", "|"])
    def test_other_separators_are_understood(self, separator: str) -> None:
        text = f"ward{separator}geom\n1{separator}POLYGON ((0 0, 0 1, 1 1, 0 0))\n"
        assert columns(read_areas(text.encode())) == {"ward": ["1"]}

    def test_words_that_look_like_nothing_stay_words(self) -> None:
        assert columns(read_areas(CSV.encode()))["label"] == ["one", "N/A"]

    def test_outlines_may_be_geojson_in_cells(self) -> None:
        cell = json.dumps(OUTLINE).replace('"', '""')
        raw = read_areas(f'ward,geometry\n1,"{cell}"\n'.encode())
        assert raw.shapes[0].equals(shapely.from_wkt(SQUARE))

    def test_a_spatial_reference_in_the_text_is_taken(self) -> None:
        assert read_areas(CSV.replace("POLYGON", "SRID=3780;POLYGON").encode()).crs == "EPSG:3780"

    def test_a_blank_outline_is_none(self) -> None:
        raw = read_areas(f'ward,geom\n1,"{SQUARE}"\n2,\n'.encode())
        assert [shape is None for shape in raw.shapes] == [False, True]

    def test_a_table_without_outlines_is_refused_with_its_columns(self) -> None:
        with pytest.raises(BoundaryError, match=r"\(ward, label\) holds outlines"):
            read_areas(b"ward,label\n1,one\n")

    def test_a_cut_outline_is_refused(self) -> None:
        with pytest.raises(BoundaryError, match="broken or cut"):
            read_areas(b'ward,geom\n1,"POLYGON ((0 0, 0 1, 1"\n')

    def test_a_table_cut_in_the_middle_of_a_cell_is_refused(self) -> None:
        with pytest.raises(BoundaryError, match="no table that can be read"):
            read_areas(CSV.encode()[:-30])

    def test_another_encoding_is_refused_with_the_remedy(self) -> None:
        with pytest.raises(BoundaryError, match="save it as UTF-8"):
            read_areas(CSV.replace("one", "Québec").encode("latin-1"))

    def test_mixed_spatial_references_are_refused(self) -> None:
        mixed = CSV.replace("POLYGON", "SRID=3780;POLYGON", 1).replace(
            '"POLYGON', '"SRID=4326;POLYGON'
        )
        with pytest.raises(BoundaryError, match="different coordinate systems"):
            read_areas(mixed.encode())


class TestGeojson:
    def test_values_keep_their_types_and_absent_ones_are_none(self) -> None:
        raw = read_areas(geojson(feature(ward=1, label="one"), feature(ward="01B")))
        assert columns(raw) == {"ward": [1, "01B"], "label": ["one", None]}
        assert (raw.crs, raw.usual_crs) == (None, "EPSG:4326")

    def test_the_coordinate_system_that_older_files_name_is_taken(self) -> None:
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3780"}}
        assert read_areas(geojson(feature(), crs=crs)).crs == "urn:ogc:def:crs:EPSG::3780"

    def test_a_feature_without_geometry_is_none(self) -> None:
        shapes = read_areas(geojson(feature(None, ward=1), {"properties": {"ward": 2}})).shapes
        assert [shape is None for shape in shapes] == [True, True]

    @pytest.mark.parametrize(
        "content",
        [
            geojson(feature(ward=1))[:-20],
            b'{"error": true, "message": "Not found"}',
            b'{"type": "FeatureCollection", "features": 3}',
            geojson({"geometry": {"type": "Polygon", "coordinates": [[[0]]]}, "properties": {}}),
        ],
    )
    def test_what_is_cut_or_no_collection_is_refused(self, content: bytes) -> None:
        with pytest.raises(BoundaryError, match="cut"):
            read_areas(content)


class TestPortalRows:
    def test_columns_are_named_by_the_view_and_system_columns_left_out(self) -> None:
        raw = read_areas(portal_rows(["row-1", SQUARE, "5"], ["row-2", None, "6"]))
        assert columns(raw) == {"ward": ["5", "6"]}
        assert [shape is None for shape in raw.shapes] == [False, True]

    def test_gzip_is_unpacked(self) -> None:
        assert columns(read_areas(gzip.compress(portal_rows(["r", SQUARE, "5"])))) == {
            "ward": ["5"]
        }

    def test_a_list_of_rows_is_read_too(self) -> None:
        rows = json.dumps([{"ward": "5", "the_geom": OUTLINE}]).encode()
        assert columns(read_areas(rows)) == {"ward": ["5"]}

    def test_rows_of_another_length_are_refused(self) -> None:
        with pytest.raises(BoundaryError, match=r"meta\.view"):
            read_areas(portal_rows(["row-1", SQUARE]))

    def test_broken_gzip_is_refused(self) -> None:
        with pytest.raises(BoundaryError, match="fetch it again"):
            read_areas(gzip.compress(portal_rows(["r", SQUARE, "5"]))[:-12])


class TestShapefiles:
    def test_a_path_is_packed_with_the_files_beside_it(self, shapefile: Path) -> None:
        raw = read_areas(read_content(shapefile))
        assert columns(raw) == {"ward": [1, 2], "label": ["Métis", "Dene"]}
        assert raw.crs == "EPSG:3780"

    def test_packing_the_same_files_gives_the_same_bytes(self, shapefile: Path) -> None:
        before = read_content(shapefile)
        for part in shapefile.parent.iterdir():
            part.touch()
        assert read_content(shapefile) == before

    def test_a_zip_may_hold_folders_and_other_files(self, shapefile: Path) -> None:
        parts = {f"a/b/{part.name}": part.read_bytes() for part in shapefile.parent.iterdir()}
        others = {"readme.txt": b"hello", "__MACOSX/a/b/._wards.shp": b"x"}
        assert columns(read_areas(packed(parts | others)))["ward"] == [1, 2]

    def test_without_a_prj_no_system_is_assumed(self, shapefile: Path) -> None:
        shapefile.with_suffix(".prj").unlink()
        raw = read_areas(read_content(shapefile))
        assert (raw.crs, raw.usual_crs) == (None, None)

    @pytest.mark.parametrize("missing", [".shx", ".dbf"])
    def test_a_part_that_is_missing_is_told(self, shapefile: Path, missing: str) -> None:
        shapefile.with_suffix(missing).unlink()
        with pytest.raises(BoundaryError, match=rf"lacks its {missing}"):
            read_areas(read_content(shapefile))

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (zipped(readme_txt=b"x"), "exactly one .shp file, it holds none"),
            (zipped(a_shp=b"x", b_shp=b"y"), "it holds a.shp, b.shp"),
            (zipped(a_shp=b"x")[:-9], "packing is broken"),
            (zipped(a_shp=b"x", a_shx=b"y", a_dbf=b"z"), "cannot be read"),
        ],
    )
    def test_a_zip_that_holds_no_shapefile_is_refused(self, content: bytes, reason: str) -> None:
        with pytest.raises(BoundaryError, match=reason.replace(".", r"\.")):
            read_areas(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html>busy</html>", "a web page"),
        (b"\x00\x01\xff", "UTF-8"),
    ],
)
def test_other_content_is_refused_for_what_it_is(content: bytes, reason: str) -> None:
    with pytest.raises(BoundaryError, match=reason):
        read_areas(content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CSV.encode(), "csv"),
        (geojson(), "geojson"),
        (portal_rows(), "rows.json"),
        (b"[]", "json"),
        (zipped(a_shp=b""), "zip"),
        (gzip.compress(geojson()), "geojson"),
    ],
)
def test_a_format_is_told_by_content_whatever_the_name(content: bytes, kind: str) -> None:
    assert file_format(content) == kind


def test_a_missing_file_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="No such file"):
        read_content(tmp_path / "wards.csv")
    with pytest.raises(BoundaryError, match="No such file"):
        read_content(tmp_path / "wards.shp")


@pytest.mark.parametrize("number", ["NaN", "1e999", "-inf"])
def test_coordinates_that_are_no_numbers_are_refused(number: str) -> None:
    with pytest.raises(BoundaryError, match=r"broken or cut|no numbers"):
        read_areas(CSV.replace("0 1", f"0 {number}").encode())


def whole_files() -> list[bytes]:
    frame = geopandas.GeoDataFrame({"ward": [1]}, geometry=[shapely.from_wkt(SQUARE)], crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "wards.shp")
        shapefile = read_content(Path(folder) / "wards.shp")
    rows = portal_rows(["row-1", SQUARE, "5"])
    return [CSV.encode(), geojson(feature(ward=1)), rows, gzip.compress(rows), shapefile]


WHOLE_FILES = whole_files()


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_mutilated_file_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE_FILES)))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content[start : start + length] = data.draw(st.one_of(st.binary(max_size=4), TOKENS))
    try:
        raw = read_areas(bytes(content))
    except BoundaryError:
        return
    assert all(len(values) == len(raw.shapes) for values in raw.columns.values())
