"""Boundaries in a snapshot, and requests by their ids."""

from __future__ import annotations

import gzip
import json

import brotli
import pytest

from livemaps.snapshot import Changes, row_of
from tests.snapshot.hamlet import IN_A, SQUARES, Hamlet, area_of, layers, request


def test_new_boundaries_move_every_request_and_are_no_change_of_it(hamlet: Hamlet) -> None:
    by_point = IN_A._replace(codes=(None,), long=-114.105)
    hamlet.apply(request("26-1", place=by_point))
    before = hamlet.published()
    assert area_of(before, "community") == {"26-1": "A"}
    hamlet.areas = layers(-0.01)
    after = hamlet.published()
    assert area_of(after, "community") == {"26-1": "B"}
    assert area_of(after, "ward") == {"26-1": "2"}
    assert after.meta.base_id != before.meta.base_id
    assert after.meta.changes == Changes()


def test_layers_say_what_readers_need(hamlet: Hamlet) -> None:
    community, ward = hamlet.published().layers
    assert (community.keys, ward.keys) == (("A", "B", "C", "D"), ("1", "2"))
    assert community.area_names == ("Area A", "Area B", "Area C", "Area D")
    assert community.parents == ("1", "2", "1", "2")
    assert community.within == "ward"
    assert community.called(0, "fr") == "Area A"
    assert [ward.called(1, language) for language in ("en", "fr", "de")] == [
        "Ward 2", "Quartier 2", "Ward 2",
    ]  # fmt: skip
    assert community.code_of["unplaced:outside"] == 6
    assert community.codes == 7
    west, south, east, north = SQUARES["community"]["A"]
    assert west < community.long[0] < east
    assert south < community.lat[0] < north


def test_the_polygons_are_published_compressed_under_a_name_of_their_content(
    hamlet: Hamlet,
) -> None:
    file = hamlet.published().layers[0].areas_file
    areas = hamlet.data_dir / "areas"
    plain = (areas / file).read_bytes()
    assert [feature["id"] for feature in json.loads(plain)["features"]] == ["A", "B", "C", "D"]
    assert brotli.decompress((areas / f"{file}.br").read_bytes()) == plain
    assert gzip.decompress((areas / f"{file}.gz").read_bytes()) == plain
    hamlet.areas = layers(-0.01)
    assert hamlet.published().layers[0].areas_file != file


@pytest.mark.parametrize("name", ["26-00000001", "É-ß-東京", "x" * 500, "é" * 300, " ", "a\tb"])
def test_a_request_is_found_by_its_id_whatever_it_looks_like(hamlet: Hamlet, name: str) -> None:
    hamlet.apply(request(name), request("x" * 499 + "y"), request("0"))
    snapshot = hamlet.published()
    found = row_of(snapshot, name)
    assert found is not None
    table, row = found
    assert table == "base"
    assert snapshot.base.ids()[row] == name or len(name) > 64
    hamlet.apply(request(name, agency="Water"))
    assert row_of(hamlet.published(), name) == ("fresh", 0)
    hamlet.vanish(name)
    assert row_of(hamlet.published(), name) is None
    assert row_of(hamlet.snapshot(), "no such") is None


def test_an_id_longer_than_any_in_the_base_is_held_beside_it(hamlet: Hamlet) -> None:
    hamlet.apply(request("1"))
    hamlet.publish()
    hamlet.apply(request("1-and-more"))
    assert hamlet.published().current.ids() == ["1", "1-and-more"]
