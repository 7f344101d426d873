"""Marks for a map of exact places: few enough for any browser, however many requests.

Requests are first counted by place, then places are put together by the cells of a grid in the
map's own projection. The grid's cells halve with each zoom level and stay where they are when
the map is moved, so that marks do not jump about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.model import Filters, PlacePrecision
from livemaps.snapshot import Snapshot
from livemaps.views.masks import parts, sieve
from livemaps.views.values import Bounds, Mark, Marks

MOST_MARKS = 2_000
CELLS_PER_TILE = 5
"""A map tile is 512 pixels wide: two to this power are cells of 16 pixels."""
DEEPEST_GRID = 30
STEEPEST = 85.05
"""The latitude where the map's projection ends."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Points:
    """Places with their requests: equally long arrays."""

    long: Floats
    lat: Floats
    count: NDArray[np.int64]
    places: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> _Points:
        """Return some of the points."""
        return _Points(self.long[chosen], self.lat[chosen], self.count[chosen], self.places[chosen])


def marks(snapshot: Snapshot, filters: Filters, bounds: Bounds, zoom: float) -> Marks:
    """Return the requests under the filters as at most `MOST_MARKS` marks within a viewport.

    Raises:
        UnknownValue: the feed's points are not the places of its requests.
    """
    if snapshot.meta.place_precision is not PlacePrecision.EXACT:
        remedy = "this city's points are the centres of areas: draw the areas and their counts"
        raise UnknownValue("marks", snapshot.meta.city, remedy)
    points, placeless = _by_place(snapshot, filters)
    inside = _inside(points, bounds)
    shown = _thinned(points.of(inside), zoom)
    rows = zip(
        shown.long.round(6).tolist(),
        shown.lat.round(6).tolist(),
        shown.count.tolist(),
        shown.places.tolist(),
        strict=True,
    )
    return Marks(
        version=snapshot.version,
        marks=tuple(Mark(*row) for row in rows),
        total=int(shown.count.sum()),
        elsewhere=int(points.count.sum() - shown.count.sum()),
        placeless=placeless,
    )


def _by_place(snapshot: Snapshot, filters: Filters) -> tuple[_Points, int]:
    """Count the requests under the filters by place, and those without a point."""
    found = sieve(snapshot, filters)
    places, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for part in parts(snapshot, filters):
        for rows in part.chunks():
            codes = part.table["place"][found.passing(part, rows)].astype(np.int64)
            places, at = np.unique(np.concatenate((places, codes)), return_inverse=True)
            weights = np.concatenate((counts, np.ones(len(codes), np.int64)))
            counts = np.bincount(at, weights, len(places)).astype(np.int64)
    long, lat = snapshot.places.points(places)
    known = np.isfinite(long) & np.isfinite(lat)
    points = _Points(long, lat, counts, np.ones(len(counts), np.int64))
    return points.of(known), int(counts[~known].sum())


def _inside(points: _Points, bounds: Bounds) -> NDArray[np.bool_]:
    """Tell which points lie in a viewport; one over the date line has its west east of its east."""
    east_of, west_of = points.long >= bounds.west, points.long <= bounds.east
    across = east_of & west_of if bounds.west <= bounds.east else east_of | west_of
    return across & (points.lat >= bounds.south) & (points.lat <= bounds.north)


def _thinned(points: _Points, zoom: float) -> _Points:
    """Put points together by the cells of ever coarser grids until there are few enough."""
    level = min(max(math.floor(zoom), 0) + CELLS_PER_TILE, DEEPEST_GRID)
    points = _gridded(points, level)
    while len(points.count) > MOST_MARKS:
        level -= 1
        points = _gridded(points, level)
    return points


def _gridded(points: _Points, level: int) -> _Points:
    """Put the points of each cell together at the mean place of their requests."""
    cells, at = np.unique(_cells(points, level), return_inverse=True)
    size = len(cells)
    count = np.bincount(at, points.count, size).astype(np.int64)
    return _Points(
        np.bincount(at, points.long * points.count, size) / np.maximum(count, 1),
        np.bincount(at, points.lat * points.count, size) / np.maximum(count, 1),
        count,
        np.bincount(at, points.places, size).astype(np.int64),
    )


def _cells(points: _Points, level: int) -> NDArray[np.int64]:
    """Return the number of the grid cell of each point, in Web Mercator with 2^level columns."""
    columns = 1 << level
    north = np.radians(np.clip(points.lat, -STEEPEST, STEEPEST))
    x = (points.long + 180.0) / 360.0
    y = 0.5 - np.arcsinh(np.tan(north)) / (2 * np.pi)
    column = np.clip(np.floor(x * columns), 0, columns - 1).astype(np.int64)
    row = np.clip(np.floor(y * columns), 0, columns - 1).astype(np.int64)
    cells: NDArray[np.int64] = row * columns + column
    return cells
