"""Areas for the simulated city, derived from the communities' centre points alone.

The city's outline is a concave hull of the points, widened; each community is the part of it
that is nearest to its point (a Voronoi cell); a ward is the union of its communities. The
result resembles the city and is no map of it: the legend says so (`demo/profile.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from livemaps.demo.gazetteer import Gazetteer, to_degrees, to_metres

HULL_RATIO = 0.28
"""How closely the outline follows the points: 0 is tightest, 1 the convex hull."""

MARGIN_METRES = 900.0
"""How far the city reaches beyond its outermost centre points."""

DECIMALS = 5
"""Of the coordinates: about a metre."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One area: its properties as a boundary dataset has them, and its shape in degrees."""

    properties: Mapping[str, str]
    shape: MultiPolygon


def community_cells(gazetteer: Gazetteer) -> tuple[Cell, ...]:
    """Return a cell for each community on the map; together they cover the outline, no gaps."""
    communities, middle = gazetteer.mapped, gazetteer.middle()
    degrees = np.array([(c.long, c.lat) for c in communities], dtype=float)
    points = shapely.points(to_metres(degrees, middle))
    cells = voronoi_within(points, outline(points))
    return tuple(
        Cell(
            {
                "comm_code": community.code,
                "name": community.name,
                "class": community.kind,
                "sector": community.sector,
                "ward_num": str(community.ward),
                "approximate": "true",
            },
            _in_degrees(cell, middle),
        )
        for community, cell in zip(communities, cells, strict=True)
    )


def ward_cells(communities: Iterable[Cell]) -> tuple[Cell, ...]:
    """Dissolve community cells into wards; shared edges stay shared."""
    by_ward: dict[int, list[MultiPolygon]] = {}
    for cell in communities:
        by_ward.setdefault(int(cell.properties["ward_num"]), []).append(cell.shape)
    return tuple(
        Cell(
            {"ward_num": str(ward), "label": f"WARD {ward}", "approximate": "true"},
            _multi(shapely.coverage_union_all(shapes)),
        )
        for ward, shapes in sorted(by_ward.items())
    )


def outline(points: np.ndarray) -> Polygon:
    """Return the city's outline around centre points in metres, rounded at its corners."""
    hull = shapely.concave_hull(shapely.MultiPoint(list(points)), ratio=HULL_RATIO)
    widened = hull.buffer(3 * MARGIN_METRES).buffer(-2 * MARGIN_METRES)
    return widened.simplify(MARGIN_METRES / 20)


def voronoi_within(points: np.ndarray, city: Polygon) -> list[BaseGeometry]:
    """Return the part of `city` that is nearest to each point, in the points' order."""
    diagram = shapely.voronoi_polygons(
        shapely.MultiPoint(list(points)), extend_to=city.envelope, ordered=True
    )
    return [cell.intersection(city) for cell in diagram.geoms]


def _in_degrees(shape: BaseGeometry, middle: tuple[float, float]) -> MultiPolygon:
    """Turn a shape in metres into degrees; equal corners stay equal, so neighbours still meet."""
    return _multi(
        shapely.transform(shape, lambda metres: to_degrees(metres, middle).round(DECIMALS))
    )


def _multi(shape: BaseGeometry) -> MultiPolygon:
    """Return a shape as a MultiPolygon, as portals publish them."""
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
