"""What may be wrong with a boundary file: refused, or mended and told.

Refused is what would put requests into wrong places, mended what would not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import geopandas
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from livemaps.errors import BoundaryError
from livemaps.feeds.area_keys import area_key, natural_order
from livemaps.feeds.boundary_files import LONGITUDE_LATITUDE, RawAreas
from livemaps.feeds.profile import LayerProfile
from livemaps.feeds.profile.values import nearest

OVERLAP_WORTH_TELLING = 0.01
"""Two areas that share more than this part of the smaller one overlap by more than slivers."""

FAR_AWAY_DEGREES = 3.0
"""Areas that lie farther than this from the map's centre are not those of the city."""


def checked_areas(
    spec: LayerProfile, raw: RawAreas, near: tuple[float, float] | None
) -> tuple[geopandas.GeoDataFrame, list[str]]:
    """Return key, name and valid outline of each area in order, and what was not quite right.

    The frame is in longitude and latitude, one row for each key, in the natural order of keys.
    `near` is a longitude and latitude in the city, None where it is not known.

    Raises:
        BoundaryError: see `livemaps.feeds.boundaries.load_layer`.
    """
    if not len(raw.shapes):
        raise BoundaryError("there is no area in it")
    keys = [area_key(value) for value in _column(raw, spec.key_field, "key_field")]
    published = _published_names(spec, raw, len(keys))
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
        {"key": [keys[at] for at in usable], "published": [published[at] for at in usable]},
        geometry=shapes[usable],
        crs=LONGITUDE_LATITUDE,
    )
    frame, joined = _one_row_per_key(spec, frame)
    order = sorted(range(len(frame)), key=lambda at: natural_order(frame["key"].iat[at]))
    table = frame.iloc[order].reset_index(drop=True)
    named = zip(table["key"], table["published"], strict=True)
    table["name"] = [spec.area_name(key, text) for key, text in named]
    return table[["key", "name", "geometry"]], trouble + joined + _overlaps(table)


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


def _published_names(spec: LayerProfile, raw: RawAreas, count: int) -> list[str]:
    """Return the name that the file gives each area, empty where it gives none."""
    if spec.name_field is None:
        return [""] * count
    return [area_key(value) or "" for value in _column(raw, spec.name_field, "name_field")]


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
    """Refuse areas of somewhere else, as they come out where latitude and longitude are swapped."""
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
        names = sorted(set(frame.loc[frame["key"] == key, "published"]))
        if len(names) > 1:
            raise BoundaryError(
                f"the key {key!r} belongs to {counts[key]} areas of different names "
                f"({', '.join(names[:5])}): set key_field to a field that tells areas apart, "
                f"{spec.key_field!r} does not"
            )
    joined = frame.dissolve(by="key", as_index=False, sort=False)
    listed = ", ".join(repeated[:5]) + (", …" if len(repeated) > 5 else "")
    return joined, [
        f"joined the parts of {len(repeated)} areas that stand in several rows ({listed})"
    ]


def _overlaps(table: geopandas.GeoDataFrame) -> list[str]:
    """Tell of areas that overlap by more than slivers: requests there count in one of them."""
    shapes = table.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    pairs = np.hstack([tree.query(shapes, predicate=kind) for kind in ("overlaps", "contains")])
    pairs = np.unique(np.sort(pairs[:, pairs[0] != pairs[1]], axis=0), axis=1)
    first, second = pairs
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
