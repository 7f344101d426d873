"""The folder of boundary files: fetched once, kept, replaced while running, never broken."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from livemaps.errors import BoundaryError, FeedUnavailable
from livemaps.feeds.boundary_folder import BoundaryFolder, write_atomically
from livemaps.feeds.profile import Profile, profile_from_mapping
from tests.feeds.areas import geojson

CITY = shapely.box(-1, -1, 3, 2)
LEFT, RIGHT = shapely.box(0.1, 0, 1, 1), shapely.box(1, 0, 2, 1)
NOW = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
COMMUNITIES = {"A": LEFT, "B": RIGHT}
WARDS = {"1": LEFT, "2": RIGHT}


class Portal:
    """A portal in memory; `calls` lists what was asked of it."""

    def __init__(self, content: Mapping[str, bytes | Exception]) -> None:
        self.content = dict(content)
        self.calls: list[str] = []

    def fetch_dataset(self, dataset: str, format: str) -> bytes:  # noqa: A002
        assert format == "geojson"
        return self._answer(dataset)

    def fetch_url(self, url: str) -> bytes:
        return self._answer(url)

    def _answer(self, name: str) -> bytes:
        self.calls.append(name)
        answer = self.content[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def profile(ward_source: str = "ward-0001", **more: Any) -> Profile:
    layer = {"name": "x", "names": "xs", "key_field": "key"}
    return profile_from_mapping(
        {
            "id": "town",
            "name": "Town",
            "time_zone": "UTC",
            "feed": {"platform": "socrata", "address": "https://x.example", "dataset": "aaaa-bbbb"},
            "fields": {
                "service_request_id": "id", "requested_datetime": "d", "status": "s",
                "service_name": "n", "area_codes": {"community": "c"},
            },
            "precision": {"time": "day", "place": "area centre"},
            "statuses": {"Open": {"stage": "received"}, "Closed": {"stage": "resolved"}},
            "attribution": "From Town.",
            "licence": "Town Licence",
            "map": {"long": 1.0, "lat": 0.5, "zoom": 9},
            "layers": [
                layer | {"id": "community", "source": "comm-0001", "within": "ward"},
                layer | {"id": "ward", "source": ward_source, "licence": "Ward Licence"} | more,
            ],
        }
    )  # fmt: skip


@pytest.fixture
def portal() -> Portal:
    return Portal({"comm-0001": geojson(COMMUNITIES), "ward-0001": geojson(WARDS)})


@pytest.fixture
def folder(tmp_path: Path) -> BoundaryFolder:
    return BoundaryFolder(tmp_path)


def fetch(folder: BoundaryFolder, portal: Portal, city: Profile | None = None) -> tuple[str, ...]:
    return folder.fetch(city or profile(), portal, clock=lambda: NOW)


def keys(folder: BoundaryFolder, city: Profile | None = None) -> list[list[str]]:
    return [[area.key for area in layer.areas] for layer in folder.load(city or profile())]


class TestFetching:
    def test_layers_are_fetched_once(self, folder: BoundaryFolder, portal: Portal) -> None:
        assert fetch(folder, portal) == ("community", "ward")
        assert fetch(folder, portal) == ()
        assert portal.calls == ["comm-0001", "ward-0001"]
        assert keys(folder) == [["A", "B"], ["1", "2"]]

    def test_source_licence_date_and_digest_are_kept_beside_the_file(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        fetch(folder, portal)
        record = json.loads((folder.folder / "ward.source.json").read_bytes())
        content = (folder.folder / record["file"]).read_bytes()
        assert content == geojson(WARDS)
        assert record == {
            "layer": "ward",
            "file": "ward.geojson",
            "source": "https://x.example/d/ward-0001",
            "licence": "Ward Licence",
            "attribution": "From Town.",
            "fetched": "2026-11-21T20:30:00Z",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    def test_a_loaded_layer_says_where_it_came_from(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        fetch(folder, portal)
        ward = folder.load(profile())[1]
        assert (ward.source, ward.fetched) == ("https://x.example/d/ward-0001", NOW)
        assert ward.trouble == ()

    def test_communities_get_their_wards(self, folder: BoundaryFolder, portal: Portal) -> None:
        fetch(folder, portal)
        community = folder.load(profile())[0]
        assert [area.parent for area in community.areas] == ["1", "2"]

    def test_a_web_address_is_fetched_as_it_is(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        url = "https://y.example/wards.json.gz"
        portal.content[url] = gzip.compress(geojson({"7": CITY}))
        fetch(folder, portal, profile(url))
        assert (folder.folder / "ward.geojson.gz").is_file()
        assert keys(folder, profile(url))[1] == ["7"]

    def test_another_source_in_the_profile_is_fetched(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        fetch(folder, portal)
        portal.content["ward-0002"] = geojson({"9": CITY})
        assert fetch(folder, portal, profile("ward-0002")) == ("ward",)
        assert keys(folder, profile("ward-0002"))[1] == ["9"]

    def test_all_are_fetched_again_on_demand(self, folder: BoundaryFolder, portal: Portal) -> None:
        fetch(folder, portal)
        portal.content["ward-0001"] = geojson({"1": CITY})
        assert folder.fetch(profile(), portal, again=True) == ("community", "ward")
        assert keys(folder)[1] == ["1"]

    @pytest.mark.parametrize(
        "answer", [FeedUnavailable("down"), b"<html>", geojson({}), geojson({"x": None})]
    )
    def test_a_failed_fetch_leaves_what_was_there(
        self, folder: BoundaryFolder, portal: Portal, answer: bytes | Exception
    ) -> None:
        fetch(folder, portal)
        before = (folder.folder / "ward.geojson").read_bytes()
        portal.content["ward-0001"] = answer
        with pytest.raises((FeedUnavailable, BoundaryError)):
            folder.fetch(profile(), portal, again=True)
        assert (folder.folder / "ward.geojson").read_bytes() == before
        assert keys(folder)[1] == ["1", "2"]
        assert folder.load(profile())[1].trouble == ()

    def test_the_first_fetch_of_a_bad_file_says_which_layer(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        portal.content["ward-0001"] = b"<html>busy</html>"
        with pytest.raises(BoundaryError, match=r"boundaries of ward .*d/ward-0001.* web page"):
            fetch(folder, portal)

    def test_areas_far_from_the_map_s_centre_are_refused(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        portal.content["ward-0001"] = geojson({"1": shapely.box(40, -74, 41, -73)})
        with pytest.raises(BoundaryError, match="far from the map's centre"):
            fetch(folder, portal)


class TestReplacing:
    @pytest.fixture(autouse=True)
    def _fetched(self, folder: BoundaryFolder, portal: Portal) -> None:
        fetch(folder, portal)
        folder.load(profile())

    def test_the_signature_stays_while_nothing_changes(self, folder: BoundaryFolder) -> None:
        before = folder.signature(profile())
        folder.load(profile())
        assert folder.signature(profile()) == before
        assert BoundaryFolder(folder.folder.parent).signature(profile()) == before

    def test_a_file_put_into_the_folder_takes_effect(self, folder: BoundaryFolder) -> None:
        before = folder.signature(profile())
        (folder.folder / "ward.csv").write_text(f'key,geom\n5.0,"{CITY.wkt}"\n')
        assert folder.signature(profile()) != before
        ward = folder.load(profile())[1]
        assert [area.key for area in ward.areas] == ["5"]
        assert ward.source == str(folder.folder / "ward.csv")

    def test_the_file_put_there_last_counts_though_it_was_written_long_ago(
        self, folder: BoundaryFolder
    ) -> None:
        path = folder.folder / "ward.json"
        path.write_bytes(geojson({"8": CITY}))
        os.utime(path, (0, 0))
        assert keys(folder)[1] == ["8"]

    def test_what_an_operator_put_there_is_not_fetched_over(
        self, folder: BoundaryFolder, portal: Portal
    ) -> None:
        (folder.folder / "ward.csv").write_text(f'key,geom\n5,"{CITY.wkt}"\n')
        assert fetch(folder, portal, profile("ward-0002")) == ()
        assert keys(folder)[1] == ["5"]

    def test_a_file_replaced_in_place_takes_effect(self, folder: BoundaryFolder) -> None:
        before = folder.signature(profile())
        write_atomically(folder.folder / "ward.geojson", geojson({"3": LEFT, "4": RIGHT}))
        assert folder.signature(profile()) != before
        assert keys(folder)[1] == ["3", "4"]

    @pytest.mark.parametrize(
        "content",
        [b"", b"<html>", geojson(WARDS)[:-40], geojson({}), b"key,geom\n1,POLYGON((0 0\n"],
    )
    def test_a_bad_new_file_leaves_the_old_one_in_use_and_is_told(
        self, folder: BoundaryFolder, content: bytes
    ) -> None:
        before = folder.load(profile())[1]
        (folder.folder / "ward.csv").write_bytes(content)
        ward = folder.load(profile())[1]
        assert ward.areas == before.areas
        assert ward.digest == before.digest
        (told,) = ward.trouble
        assert str(folder.folder / "ward.csv") in told
        assert "those of 2026-11-21 from https://x.example/d/ward-0001 stay in use" in told
        assert (ward.stands_in, before.stands_in) == (told, "")

    def test_the_old_one_outlives_a_restart_and_the_loss_of_the_file(
        self, folder: BoundaryFolder, tmp_path: Path
    ) -> None:
        (folder.folder / "ward.geojson").unlink()
        ward = BoundaryFolder(tmp_path).load(profile())[1]
        assert [area.key for area in ward.areas] == ["1", "2"]
        assert "stay in use" in ward.trouble[0]

    def test_a_mended_file_ends_the_trouble(self, folder: BoundaryFolder) -> None:
        path = folder.folder / "ward.csv"
        path.write_text("key,ge")
        assert folder.load(profile())[1].trouble
        path.write_text(f'key,geom\n5,"{CITY.wkt}"\n')
        ward = folder.load(profile())[1]
        assert (ward.trouble, [area.key for area in ward.areas]) == ((), ["5"])

    def test_a_key_field_that_no_file_has_is_no_case_for_the_old_one(
        self, folder: BoundaryFolder
    ) -> None:
        with pytest.raises(BoundaryError, match="no field 'ward_no'"):
            folder.load(profile(key_field="ward_no"))


class TestLocalFiles:
    def test_they_need_no_fetching_and_are_read_where_they_lie(
        self, folder: BoundaryFolder, portal: Portal, tmp_path: Path
    ) -> None:
        path = tmp_path / "own" / "wards.geojson"
        path.parent.mkdir()
        path.write_bytes(geojson(WARDS))
        city = profile(str(path))
        assert fetch(folder, portal, city) == ("community",)
        assert keys(folder, city)[1] == ["1", "2"]
        before = folder.signature(city)
        path.write_bytes(geojson({"6": CITY}))
        assert folder.signature(city) != before
        assert keys(folder, city)[1] == ["6"]
        path.write_bytes(b"{")
        ward = folder.load(city)[1]
        assert [area.key for area in ward.areas] == ["6"]
        assert str(path) in ward.trouble[0]

    def test_every_part_of_a_shapefile_counts_for_the_signature(
        self, folder: BoundaryFolder, portal: Portal, tmp_path: Path
    ) -> None:
        frame = geopandas.GeoDataFrame({"key": [1.0, 2.0]}, geometry=[LEFT, RIGHT], crs=4326)
        frame.to_file(tmp_path / "wards.shp")
        city = profile(str(tmp_path / "wards.shp"))
        fetch(folder, portal, city)
        assert keys(folder, city)[1] == ["1", "2"]
        before = folder.signature(city)
        (tmp_path / "wards.dbf").touch()
        assert folder.signature(city) != before
        (tmp_path / "wards.shp").unlink()
        assert "No such file" in folder.load(city)[1].trouble[0]


def test_without_any_file_the_error_says_how_to_get_one(folder: BoundaryFolder) -> None:
    with pytest.raises(BoundaryError, match="run `livemaps boundaries`"):
        folder.load(profile())


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ward.geojson"
    write_atomically(path, b"old")

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["ward.geojson"]


def test_a_folder_that_cannot_be_written_is_named(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "boundaries").write_text("a file where the folder should be")
    with pytest.raises(BoundaryError, match=r"boundaries/community\.geojson cannot be written"):
        fetch(BoundaryFolder(tmp_path), portal)


def test_real_files_of_calgary_can_be_put_into_the_folder(
    folder: BoundaryFolder, calgary: Profile, shared_data: Path
) -> None:
    folder.folder.mkdir(parents=True)
    for layer, file in (
        ("community", "community_district_boundaries_2024-02.csv"),
        ("ward", "ward_boundaries_2025-11.csv"),
    ):
        content = (shared_data / "calgary" / file).read_bytes()
        (folder.folder / f"{layer}.csv").write_bytes(content)
    communities, wards = folder.load(calgary)
    assert (len(communities.areas), len(wards.areas)) == (310, 14)
    assert communities.trouble == wards.trouble == ()
