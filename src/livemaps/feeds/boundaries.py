"""Boundary layers: areas read from a file, checked, and each given the area that contains it.

`boundary_files` reads the formats, `boundary_checks` finds what is wrong with them,
`boundary_folder` keeps the files, `simplify` draws the map's outlines, `places` finds the area of
each place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from livemaps.errors import BoundaryError
from livemaps.feeds.boundary_checks import checked_areas
from livemaps.feeds.boundary_files import read_areas, read_content
from livemaps.feeds.plane import Plane
from livemaps.feeds.profile import LayerProfile
from livemaps.model import STRADDLES_BELOW

LABEL_METRES = 10.0
"""How exactly a label's point is sought."""

LOADING_RULES = "1"
"""Part of the digest: count it up when the same file is to be read differently."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a layer.

    `parent` is the key of the area of the containing layer that holds the larger share of this
    one, `parent_share` that share of this one's area (0 to 1; None and 0.0 where no layer
    contains this one, or no area touches it). `long` and `lat` are a point well inside, for a
    label.
    """

    key: str
    name: str
    long: float
    lat: float
    parent: str | None = None
    parent_share: float = 0.0

    @property
    def straddles(self) -> bool:
        """Whether more than a sliver of this area lies outside its parent."""
        return self.parent is not None and self.parent_share < STRADDLES_BELOW


@dataclass(frozen=True, slots=True, eq=False)
class BoundaryLayer:
    """The areas of one layer, in the order of their keys (numbers by value, then text).

    `geometry` has one row for each area in the same order, in longitude and latitude
    (EPSG:4326). `digest` changes whenever anything that places or pictures depend on does.
    `trouble` says, for an operator, what was not quite right with the file; `stands_in` why an
    earlier file is used where the newest cannot be, empty where it is the newest.
    """

    profile: LayerProfile
    areas: tuple[Area, ...]
    geometry: geopandas.GeoDataFrame
    digest: str
    source: str
    fetched: datetime | None
    trouble: tuple[str, ...] = ()
    stands_in: str = ""

    @property
    def shapes(self) -> NDArray[np.object_]:
        """The outlines as an array, in the order of `areas`."""
        shapes: NDArray[np.object_] = self.geometry.geometry.to_numpy()
        return shapes


def load_layer(
    spec: LayerProfile,
    content: bytes | Path,
    *,
    within: BoundaryLayer | None = None,
    near: tuple[float, float] | None = None,
    source: str | None = None,
    fetched: datetime | None = None,
) -> BoundaryLayer:
    """Read and check one layer.

    `content` is a boundary file or its path, `within` the layer that contains this one,
    already loaded, `near` a longitude and latitude in the city (None: not checked). `source`
    (None: the profile's) and `fetched` are kept with the layer; errors and troubles name the
    source.

    Raises:
        BoundaryError: the file cannot be read, has no area, lacks the key field, gives one key
            to areas of different names, or its coordinates are not on earth or not `near`.
    """
    name = source or (str(content) if isinstance(content, Path) else spec.source)
    data = _prefixed(spec, name, read_content, content) if isinstance(content, Path) else content
    raw = _prefixed(spec, name, read_areas, data)
    table, trouble = _prefixed(spec, name, checked_areas, spec, raw, near)
    areas = _areas(table)
    if within is not None:
        areas = _with_parents(areas, table.geometry.to_numpy(), within)
    return BoundaryLayer(
        profile=spec,
        areas=areas,
        geometry=table[["key", "name", "geometry"]],
        digest=_digest(spec, data, within),
        source=name,
        fetched=fetched,
        trouble=tuple(f"boundaries of {spec.id} ({name}): {sentence}" for sentence in trouble),
    )


def _prefixed(spec: LayerProfile, name: str, step: Any, *arguments: Any) -> Any:
    """Run a step of loading; an error of it says which layer and file it is about."""
    try:
        return step(*arguments)
    except BoundaryError as error:
        raise BoundaryError(
            f"the boundaries of {spec.id} ({name}) cannot be used: {error}"
        ) from error


def _areas(table: geopandas.GeoDataFrame) -> tuple[Area, ...]:
    """Return the areas, each with the centre of its largest inscribed circle."""
    shapes = table.geometry.to_numpy()
    plane = Plane.around(shapes)
    radii = shapely.maximum_inscribed_circle(plane.metres(shapes), tolerance=LABEL_METRES)
    centres = shapely.get_coordinates(plane.degrees(shapely.get_point(radii, 0)))
    return tuple(
        Area(key, name, round(float(long), 6), round(float(lat), 6))
        for key, name, (long, lat) in zip(table["key"], table["name"], centres, strict=True)
    )


def _with_parents(
    areas: Sequence[Area], shapes: NDArray[np.object_], within: BoundaryLayer
) -> tuple[Area, ...]:
    """Give each area the one of the containing layer that holds the larger share of it.

    Shares are ratios of areas in degrees: the distortion is the same above and below the line.
    """
    child, parent = shapely.STRtree(within.shapes).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[child], within.shapes[parent]))
    shares = shared / shapely.area(shapes[child])
    linked = list(areas)
    for at in np.lexsort((-parent, shares)):
        if shares[at] > 0:
            key = within.areas[parent[at]].key
            share = min(float(shares[at]), 1.0)
            linked[child[at]] = replace(linked[child[at]], parent=key, parent_share=share)
    return tuple(linked)


def _digest(spec: LayerProfile, data: bytes, within: BoundaryLayer | None) -> str:
    """Return 16 hexadecimal digits over the file, how it is read, and what contains it."""
    parts = (
        LOADING_RULES,
        hashlib.sha256(data).hexdigest(),
        spec.model_dump_json(exclude={"source", "licence", "attribution"}),
        within.digest if within is not None else "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
