"""Boundary layers: areas read from a file, checked, and each given the area that contains it.

`boundary_files` reads the formats, `boundary_folder` keeps the files, `simplify` draws the
map's outlines, `places` finds the area of each place.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from livemaps.errors import BoundaryError
from livemaps.feeds.area_keys import area_key, natural_order
from livemaps.feeds.boundary_files import (
    LONGITUDE_LATITUDE,
    RawAreas,
    read_areas,
    read_content,
)
from livemaps.feeds.plane import Plane
from livemaps.feeds.profile import LayerProfile
from livemaps.feeds.profile.values import nearest

STRADDLES_BELOW = 0.99
"""An area with a smaller share than this in its containing area is said to straddle."""

OVERLAP_WORTH_TELLING = 0.01
"""Two areas that share more than this part of the smaller one overlap by more than slivers."""

LABEL_METRES = 10.0
"""How exactly a label's point is sought."""

FAR_AWAY_DEGREES = 3.0
"""Areas that lie farther than this from the map's centre are not those of the city."""

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
    already loaded, `near` a longitude and latitude in the city (None: not checked). `source` (None: the profile's) and `fetched` are kept with the layer;
    errors and troubles name the source.

    Raises:
        BoundaryError: the file cannot be read, has no area, lacks the key field, gives one key
            to areas of different names, or its coordinates are not on earth or not `near`.
    """
    name = source or (str(content) if isinstance(content, Path) else spec.source)
    data = _prefixed(spec, name, read_content, content) if isinstance(content, Path) else content
    raw = _prefixed(spec, name, read_areas, data)
    table, trouble = _prefixed(spec, name, _checked, spec, raw, near)
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


def _checked(
    spec: LayerProfile, raw: RawAreas, near: tuple[float, float] | None
) -> tuple[geopandas.GeoDataFrame, list[str]]:
    """Return key, name and valid outline of each area in order, and what was not quite right."""
    keys = [area_key(value) for value in _column(raw, spec.key_field, "key_field")]
    names = _names(spec, raw, keys)
    found, doubts = _on_earth(spec, raw)
    shapes, repairs = _valid(found, keys)
    trouble = doubts + repairs
    usable = [at for at, key in enumerate(keys) if key is not None and shapes[at] is not None]
    no_key = sum(key is None for key in keys)
    if no_key:
        trouble.append(f"{no_key} of {len(keys)} areas have no {spec.key_field} and were left out")
    if not usable:
        raise BoundaryError("no area in it has both a key and an outline")
    _check_near(shapes[usable], near)
    frame = geopandas.GeoDataFrame(
        {"key": [keys[at] for at in usable], "name": [names[at] for at in usable]},
        geometry=shapes[usable],
        crs=LONGITUDE_LATITUDE,
    )
    frame, joined = _one_row_per_key(spec, frame)
    order = sorted(range(len(frame)), key=lambda at: natural_order(frame["key"].iat[at]))
    table = frame.iloc[order].reset_index(drop=True)
    return table, trouble + joined + _overlaps(table)


def _column(raw: RawAreas, wanted: str, setting: str) -> Sequence[Any]:
    """Return a field's values; case and blanks in its name do not matter, exports differ in them."""
    folded = {_folded(name): name for name in raw.columns}
    name = wanted if wanted in raw.columns else folded.get(_folded(wanted))
    if name is None:
        known = ", ".join(raw.columns) or "none"
        hint = nearest(wanted, list(raw.columns))
        raise BoundaryError(
            f"it has no field {wanted!r}{hint}: set {setting} to one of its fields ({known})"
        )
    return raw.columns[name]


def _folded(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _names(spec: LayerProfile, raw: RawAreas, keys: Sequence[str | None]) -> list[str]:
    """Return how each area is called in English."""
    published: Sequence[Any] = [None] * len(keys)
    if spec.name_field is not None:
        published = _column(raw, spec.name_field, "name_field")
    texts = [area_key(value) for value in published]
    return [spec.area_name(key or "", text) for key, text in zip(keys, texts, strict=True)]


def _on_earth(spec: LayerProfile, raw: RawAreas) -> tuple[NDArray[np.object_], list[str]]:
    """Return the outlines in longitude and latitude, two-dimensional, and what was doubtful."""
    stated = spec.crs or raw.crs or raw.usual_crs
    if stated is None:
        raise BoundaryError(
            "it does not say its coordinate system: add its .prj file, or crs = 'EPSG:…' to the "
            "layer in the city profile"
        )
    flat = shapely.force_2d(raw.shapes)
    try:
        system = pyproj.CRS.from_user_input(stated)
        if not system.is_geographic and _looks_like_degrees(flat):
            doubt = f"its coordinates are degrees although it says {system.name}; taken as degrees"
            return flat, [doubt]
        series = geopandas.GeoSeries(flat, crs=system)
        shapes: NDArray[np.object_] = series.to_crs(LONGITUDE_LATITUDE).to_numpy()
    except pyproj.exceptions.ProjError as error:
        raise BoundaryError(f"its coordinate system {stated!r} is not known ({error})") from error
    _check_degrees(shapes, system.name)
    return shapes, []


def _looks_like_degrees(shapes: NDArray[np.object_]) -> bool:
    """Whether all coordinates would do as degrees; in metres a city spans thousands."""
    if not shapely.get_num_coordinates(shapes).any():
        return True
    west, south, east, north = shapely.total_bounds(shapes)
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def _check_degrees(shapes: NDArray[np.object_], system: str) -> None:
    """Refuse outlines that do not lie on earth: another system, or latitude before longitude."""
    if not _looks_like_degrees(shapes):
        west, south, east, north = shapely.total_bounds(shapes)
        raise BoundaryError(
            f"its coordinates ({west:.6g} to {east:.6g}, {south:.6g} to {north:.6g}) are not "
            f"longitude and latitude as {system} says: add crs = 'EPSG:…' to the layer in the "
            "city profile, or put the longitude first"
        )


def _check_near(shapes: NDArray[np.object_], near: tuple[float, float] | None) -> None:
    """Refuse areas that lie somewhere else than the city: latitude and longitude are swapped."""
    if near is None:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    long, lat = near
    if max(west - long, long - east, south - lat, lat - north) > FAR_AWAY_DEGREES:
        raise BoundaryError(
            f"its areas lie around {(west + east) / 2:.4g}, {(south + north) / 2:.4g}, far from "
            f"the map's centre {long:.4g}, {lat:.4g} (longitude, latitude): correct crs or "
            "source in the layer, or [map] in the city profile"
        )


def _valid(
    shapes: NDArray[np.object_], keys: Sequence[str | None]
) -> tuple[NDArray[np.object_], list[str]]:
    """Repair outlines, keep only what has an area (None elsewhere), and say what was done."""
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    repaired = shapes.copy()
    repaired[broken] = shapely.make_valid(shapes[broken])
    repaired = np.array([_polygons(shape) for shape in repaired] + [None], dtype=object)[:-1]
    none = shapely.is_missing(repaired)
    trouble = []
    if (broken & ~none).any():
        trouble.append(f"repaired the outline of {_listed(keys, broken & ~none)}")
    if none.any():
        kinds = ", ".join(sorted({shape.geom_type for shape in shapes[none] if shape is not None}))
        found = f" ({kinds} instead)" if kinds else ""
        trouble.append(f"left out {_listed(keys, none)}: no outline{found}")
    return repaired, trouble


def _polygons(shape: Any) -> Any:
    """Return the parts of a shape that have an area, None where there are none."""
    if shape is None:
        return None
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        shape = shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
    return shape if shape.area > 0 else None


def _listed(keys: Sequence[str | None], chosen: NDArray[np.bool_]) -> str:
    """Return "3 of 310 areas (A, B, C)", with at most five keys."""
    named = [str(key) for key, is_one in zip(keys, chosen, strict=True) if is_one]
    more = ", …" if len(named) > 5 else ""
    return f"{len(named)} of {len(keys)} areas ({', '.join(named[:5])}{more})"


def _one_row_per_key(
    spec: LayerProfile, frame: geopandas.GeoDataFrame
) -> tuple[geopandas.GeoDataFrame, list[str]]:
    """Join the parts of an area that stand in several rows; refuse one key for two names."""
    counts = Counter(frame["key"])
    repeated = [key for key, count in counts.items() if count > 1]
    if not repeated:
        return frame, []
    for key in repeated:
        names = sorted(set(frame.loc[frame["key"] == key, "name"]))
        if len(names) > 1:
            raise BoundaryError(
                f"the key {key!r} belongs to {counts[key]} areas of different names "
                f"({', '.join(names[:5])}): set key_field to a field that tells areas apart, "
                f"{spec.key_field!r} does not"
            )
    joined = frame.dissolve(by="key", as_index=False, sort=False)[["key", "name", "geometry"]]
    listed = ", ".join(repeated[:5]) + (", …" if len(repeated) > 5 else "")
    return joined, [
        f"joined the parts of {len(repeated)} areas that stand in several rows ({listed})"
    ]


def _overlaps(table: geopandas.GeoDataFrame) -> list[str]:
    """Tell of areas that overlap by more than slivers: requests there count in one of them."""
    shapes = table.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    once = first < second
    first, second = first[once], second[once]
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    shares = shapely.area(shapely.intersection(shapes[first], shapes[second])) / smaller
    keys = table["key"].to_numpy()
    large = [
        f"{keys[first[at]]} and {keys[second[at]]} by {shares[at]:.0%}"
        for at in np.flatnonzero(shares > OVERLAP_WORTH_TELLING)
    ]
    if not large:
        return []
    more = ", …" if len(large) > 5 else ""
    return [f"areas overlap ({', '.join(large[:5])}{more}); points there count in the smaller key"]


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
