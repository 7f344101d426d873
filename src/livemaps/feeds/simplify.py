"""Outlines for the map: fewer vertices, with neighbours still sharing their edges.

Published areas overlap and gape by slivers, because each was drawn by itself. Simplified as
they are, every sliver would grow. So they are first made a coverage: where two overlap, the
smaller key takes the sliver (as `places` counts a point there), and gaps narrower than a
metre close. Then shared edges are simplified once, for both sides.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from livemaps.feeds.boundaries import Area, BoundaryLayer
from livemaps.feeds.plane import Plane

GAP_METRES = 1.0
"""Gaps narrower than this are drawing noise."""

DECIMALS = 5
"""Digits of a degree that are written: about a metre."""

ROUNDINGS = 8
"""How often rounding is tried; real boundaries need one or two."""


def simplified_geojson(layer: BoundaryLayer, tolerance_metres: float | None = None) -> bytes:
    """Return a layer as compact GeoJSON for the map.

    `tolerance_metres` (None: as the layer's profile says) is the side of a square: a vertex
    goes where the triangle with its neighbours is smaller. Features keep the layer's order;
    each has its key as `id` and as the property `key`, its `name`, and its `parent` if any.
    """
    tolerance = layer.profile.simplify_metres if tolerance_metres is None else tolerance_metres
    features = [
        {
            "type": "Feature",
            "id": area.key,
            "properties": _properties(area),
            "geometry": shapely.geometry.mapping(outline),
        }
        for area, outline in zip(layer.areas, simplified(layer.shapes, tolerance), strict=True)
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def simplified(shapes: NDArray[np.object_], tolerance_metres: float) -> NDArray[np.object_]:
    """Return outlines in degrees, simplified and rounded to `DECIMALS`.

    No two of them overlap, and no gap opens between neighbours. Only an area that lies wholly
    below others (there is nothing left of it to draw) keeps an outline of its own, over them.
    """
    plane = Plane.around(shapes)
    coverage = _coverage(plane.metres(shapes), gap_width=GAP_METRES)
    drawn = _soundly_rounded(plane.degrees(shapely.coverage_simplify(coverage, tolerance_metres)))
    covered = np.flatnonzero(shapely.is_empty(drawn))
    drawn[covered] = _rounded(shapes[covered])
    return drawn


def _properties(area: Area) -> dict[str, str]:
    properties = {"key": area.key, "name": area.name}
    return properties if area.parent is None else properties | {"parent": area.parent}


def _coverage(shapes: NDArray[np.object_], gap_width: float = 0.0) -> NDArray[np.object_]:
    """Return outlines that meet edge to edge; the first of two that overlap takes it all."""
    clean: NDArray[np.object_] = shapely.coverage_clean(
        shapes, gap_width=gap_width, merge_strategy="min_index"
    )
    return clean


def _soundly_rounded(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Round a coverage, and mend it where rounding made edges cross.

    Mending puts new vertices where edges crossed, which have to be rounded in turn.
    """
    rounded = _rounded(shapes)
    for _ in range(ROUNDINGS):
        if shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded):
            break
        valid = shapely.make_valid(rounded, method="structure", keep_collapsed=False)
        rounded = _rounded(_coverage(valid))
    return rounded


def _rounded(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Round every vertex alike, so that shared edges stay shared; leave out what collapses."""
    return np.array([*map(_rounded_shape, shapes), None], dtype=object)[:-1]


def _rounded_shape(shape: Any) -> Any:
    polygons = []
    for polygon in shapely.get_parts(shape):
        outer = _rounded_ring(polygon.exterior)
        holes = [ring for inner in polygon.interiors if (ring := _rounded_ring(inner)) is not None]
        if outer is not None:
            polygons.append(shapely.Polygon(outer, holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _rounded_ring(ring: Any) -> NDArray[np.float64] | None:
    """Return the rounded vertices of a ring without repetitions; None if no area is left."""
    points = np.round(shapely.get_coordinates(ring), DECIMALS)
    distinct = points[:-1][(points[1:] != points[:-1]).any(axis=1)]
    return distinct if len(distinct) >= 3 else None
