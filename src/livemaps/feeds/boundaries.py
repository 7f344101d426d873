"""Boundary layers: areas read from a file, checked, and each given the area that contains it.

`boundary_files` reads the formats, `boundary_folder` keeps the files, `simplify` draws the
map's outlines, `places` finds the area of each place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import geopandas

from livemaps.feeds.profile import LayerProfile

STRADDLES_BELOW = 0.99
"""An area with a smaller share than this in its containing area is said to straddle."""


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
    `trouble` says, for an operator, what was not quite right with the file.
    """

    profile: LayerProfile
    areas: tuple[Area, ...]
    geometry: geopandas.GeoDataFrame
    digest: str
    source: str
    fetched: datetime | None
    trouble: tuple[str, ...] = ()


def load_layer(
    spec: LayerProfile,
    content: bytes | Path,
    *,
    within: BoundaryLayer | None = None,
    source: str | None = None,
    fetched: datetime | None = None,
) -> BoundaryLayer:
    """Read and check one layer. `within` is the layer that contains it, already loaded."""
    raise NotImplementedError
