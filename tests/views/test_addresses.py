"""Addresses: what the city's search finds becomes an area, and is asked for once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from livemaps.errors import FeedUnavailable, SnapshotDamaged, UnknownValue, VisitorError
from livemaps.model import AddressPoint
from livemaps.views.addresses import AddressBook, located
from tests.views.town import Row, snapshot_of


class Found:
    """An address search that knows one answer, and notes what it is asked."""

    def __init__(self, *points: AddressPoint) -> None:
        self.points = points
        self.asked: list[str] = []

    def find(self, text: str) -> tuple[AddressPoint, ...]:
        self.asked.append(text)
        if "broken" in text:
            raise FeedUnavailable("no answer")
        return self.points


def test_a_text_is_asked_once_and_a_failure_again() -> None:
    search = Found(AddressPoint("1 Main St", -114.0, 51.0))
    book = AddressBook(search)
    assert book.find(" 1  Main St ") == book.find("1 Main St") == search.points
    assert search.asked == ["1 Main St"]
    for _ in range(2):
        with pytest.raises(FeedUnavailable):
            book.find("broken street")
    assert search.asked[1:] == ["broken street"] * 2


@pytest.mark.parametrize("text", ["", " ", "ab", "x" * 121])
def test_what_can_be_no_address_is_not_asked(text: str) -> None:
    search = Found()
    with pytest.raises(VisitorError, match="3 to 120 letters"):
        AddressBook(search).find(text)
    assert search.asked == []


def test_a_city_without_a_search_says_so() -> None:
    book = AddressBook(None)
    assert not book.exists
    with pytest.raises(UnknownValue, match="no address search"):
        book.find("1 Main St")


def test_a_point_is_told_as_its_areas_and_one_outside_is_left_out(tmp_path: Path) -> None:
    snapshot = snapshot_of([Row()])
    west, east = ring(-114.2, -114.1), ring(-114.1, -114.0)
    hole = [[-114.16, 51.04], [-114.16, 51.06], [-114.14, 51.06], [-114.16, 51.04]]
    for layer in snapshot.layers:
        shapes = [{"type": "Polygon", "coordinates": [west, hole]}]
        shapes.append({"type": "MultiPolygon", "coordinates": [[east]]})
        features = [
            {"properties": {"key": key}, "geometry": shape}
            for key, shape in zip(layer.keys, shapes, strict=False)
        ]
        (tmp_path / layer.areas_file).write_text(json.dumps({"features": features}))
    points = [
        AddressPoint("far away", 0.0, 0.0),
        AddressPoint("in the hole", -114.157, 51.05),
        AddressPoint("west", -114.19, 51.05),
        AddressPoint("west", -114.18, 51.05),
        AddressPoint("east", -114.05, 51.05),
    ]
    found = located(snapshot, tmp_path, points)
    keys = [layer.keys for layer in snapshot.layers]
    assert [address.label for address in found] == ["west", "east"]
    assert [key for _, key, _ in found[0].areas] == [known[0] for known in keys]
    assert [key for _, key, _ in found[1].areas] == [known[1] for known in keys]
    with pytest.raises(SnapshotDamaged):
        located(snapshot, tmp_path / "nowhere", points)


def ring(west: float, east: float) -> list[list[float]]:
    return [[west, 51.0], [east, 51.0], [east, 51.1], [west, 51.1], [west, 51.0]]
