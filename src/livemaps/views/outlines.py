"""The outlines of a layer's areas as paths to draw: for plans that need no map library."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from livemaps.errors import SnapshotDamaged
from livemaps.snapshot import SnapshotLayer

WIDTH = 1000
"""Units across; a unit of Calgary is about 40 m, as exact as the outlines are."""

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Outlines:
    """The areas of one layer on a plane, north up."""

    paths: tuple[str, ...]
    """By area code: an SVG path; empty where the area has no outline."""
    boxes: tuple[tuple[float, float, float, float], ...]
    """By area code: left, top, right and bottom of its outline."""
    width: int
    height: int

    def box(self, codes: Iterable[int]) -> tuple[float, float, float, float]:
        """Return left, top, width and height of the part of the plane that some areas need."""
        boxes = [self.boxes[code] for code in codes if self.paths[code]]
        if not boxes:
            return 0, 0, self.width, self.height
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        return left, top, right - left, bottom - top


def read_outlines(folder: Path, layer: SnapshotLayer) -> Outlines:
    """Read the outlines that were published with a layer, from `<data-dir>/areas`.

    Longitudes are shortened by the cosine of the middle latitude (equirectangular projection):
    within a city nobody can tell it from a map's own.

    Raises:
        SnapshotDamaged: the file is missing or does not hold what it should.
    """
    path = folder / layer.areas_file
    try:
        rings = _rings(msgspec.json.decode(path.read_bytes()))
        return _projected([rings.get(key, []) for key in layer.keys])
    except (OSError, msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
        raise SnapshotDamaged(f"{path} cannot be read: {error}") from error


def _rings(
    collection: Mapping[str, list[Mapping[str, Mapping[str, object]]]],
) -> dict[str, list[Ring]]:
    """Return all rings of each area by its key; an area may have none."""
    return {
        str(feature["properties"]["key"]): _of_geometry(feature["geometry"])
        for feature in collection["features"]
    }


def _of_geometry(geometry: Mapping[str, object] | None) -> list[Ring]:
    if geometry is None:
        return []
    coordinates: object = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return [ring for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]


def _projected(areas: Sequence[Sequence[Ring]]) -> Outlines:
    """Lay all areas on one plane of `WIDTH` units across."""
    points = [point for rings in areas for ring in rings for point in ring]
    if not points:
        return Outlines(("",) * len(areas), ((0, 0, 0, 0),) * len(areas), WIDTH, WIDTH)
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * shrink, (north - south), 1e-9)

    def place(point: Sequence[float]) -> Point:
        return round((point[0] - west) * shrink * scale, 1), round((north - point[1]) * scale, 1)

    drawn = [[[place(point) for point in ring] for ring in rings] for rings in areas]
    return Outlines(
        paths=tuple(_path(rings) for rings in drawn),
        boxes=tuple(_box(rings) for rings in drawn),
        width=math.ceil((east - west) * shrink * scale),
        height=math.ceil((north - south) * scale),
    )


def _path(rings: Sequence[Sequence[Point]]) -> str:
    return "".join(f"M{'L'.join(f'{x:g} {y:g}' for x, y in ring)}Z" for ring in rings if ring)


def _box(rings: Sequence[Sequence[Point]]) -> tuple[float, float, float, float]:
    points = [point for ring in rings for point in ring]
    if not points:
        return 0, 0, 0, 0
    across, down = [p[0] for p in points], [p[1] for p in points]
    return min(across), min(down), max(across), max(down)
