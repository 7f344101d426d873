"""An address that was typed: the area in which the city's address search finds it.

The search is asked by this server, so that no visitor's browser asks another host; what was found
is told as an area, never kept with who asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from livemaps.errors import SnapshotDamaged, UnknownValue, VisitorError
from livemaps.model import AddressPoint
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views.memo import Memo
from livemaps.views.query import printable

MOST_FOUND = 5
MOST_REMEMBERED = 512
SHORTEST_ADDRESS = 3
LONGEST_ADDRESS = 120

Polygons = Sequence[Sequence[Sequence[Sequence[float]]]]
"""Polygons of rings of points: the first ring is the outline, others are holes."""


class AddressSearch(Protocol):
    """What finds addresses: `livemaps.feeds.geocoder.Geocoding`."""

    def find(self, text: str) -> tuple[AddressPoint, ...]:
        """Return what a text may mean, best first. FeedError where it cannot be asked."""
        ...


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address, and the areas that it lies in: layer, key and name, finest first."""

    label: str
    areas: tuple[tuple[str, str, str], ...]


class AddressBook:
    """The city's address search with the answers that were asked for last; it may have none."""

    def __init__(self, search: AddressSearch | None) -> None:
        self._search = search
        self._found = Memo(MOST_REMEMBERED)

    @property
    def exists(self) -> bool:
        """Whether the city has an address search."""
        return self._search is not None

    def find(self, text: str) -> tuple[AddressPoint, ...]:
        """Return what a text may mean, best first; the search is asked once for each text.

        Raises:
            UnknownValue: the city has no address search.
            VisitorError: the text is too short or too long for an address.
            FeedError: the address search cannot be asked now.
        """
        wanted, asked = asked_address(text), self._search
        if asked is None:
            raise UnknownValue("addresses", printable(wanted), "this city has no address search")
        return self._found.get(wanted, lambda: asked.find(wanted))


def asked_address(text: str) -> str:
    """Return the text of an address as it is asked for. VisitorError where it can be none."""
    wanted = " ".join(text.encode("utf-8", "replace").decode().split())
    if not SHORTEST_ADDRESS <= len(wanted) <= LONGEST_ADDRESS:
        lengths = f"{SHORTEST_ADDRESS} to {LONGEST_ADDRESS} letters"
        raise VisitorError(f"q has {len(wanted)} letters", f"write an address of {lengths}")
    return wanted


def located(
    snapshot: Snapshot, folder: Path, places: Sequence[AddressPoint]
) -> tuple[FoundAddress, ...]:
    """Return addresses with the areas around them; those outside all areas are left out.

    `folder` holds the outlines that were published with the snapshot.

    Raises:
        SnapshotDamaged: the outlines cannot be read.
    """
    layers = [(layer, _polygons(folder, layer)) for layer in snapshot.layers] if places else []
    found: dict[str, FoundAddress] = {}
    for place in places:
        areas = tuple(
            (layer.id, key, name)
            for layer, polygons in layers
            for key, name in zip(layer.keys, layer.area_names, strict=True)
            if _holds(polygons.get(key, ()), place.long, place.lat)
        )
        if areas:
            found.setdefault(place.label, FoundAddress(place.label, areas))
    return tuple(found.values())[:MOST_FOUND]


def _polygons(folder: Path, layer: SnapshotLayer) -> dict[str, Polygons]:
    """Return the polygons of each area by its key."""
    path = folder / layer.areas_file
    try:
        features = msgspec.json.decode(path.read_bytes())["features"]
        return {str(one["properties"]["key"]): _parts(one["geometry"]) for one in features}
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"{path} cannot be read: {error!r}") from error


def _parts(geometry: Mapping[str, Any]) -> Polygons:
    coordinates: Any = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else coordinates


def _holds(polygons: Polygons, long: float, lat: float) -> bool:
    """Whether a point lies in one of the polygons and in none of its holes."""
    return any(
        _around(outline, long, lat) and not any(_around(hole, long, lat) for hole in holes)
        for outline, *holes in polygons
    )


def _around(ring: Sequence[Sequence[float]], x: float, y: float) -> bool:
    """Whether a ring goes around a point: crossings of a ray to the east are odd."""
    inside = False
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[-1:], *ring[:-1]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
