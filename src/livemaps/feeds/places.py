"""The join: each distinct place to exactly one area of each layer, or to a reason why not.

The rule, for one place and one layer, the first that applies:

1. The row's own code for the layer, where an area has that key.
2. The area that the point lies in or on the edge of. Of several (a shared edge, a sliver
   where neighbours overlap) the smallest key: numbers by value, then text.
3. The area that holds the larger share of the place's area in a layer within this one: the
   ward of a community. So a community that straddles wards follows its requests' point if
   they have one.
4. No area: `OUTSIDE` where there is a point, `UNKNOWN_CODE` where there is only a code,
   `NO_PLACE` where there is neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from livemaps.feeds.area_keys import area_key
from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.model import Place, Unplaced

NOWHERE = -1


class How(IntEnum):
    """By which rule a place was placed."""

    CODE = 0
    POINT = 1
    LARGER_SHARE = 2
    UNPLACED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Placements:
    """Where places lie: both arrays are [place, layer], in the orders given to `place_all`.

    `areas` holds the index into the layer's areas, or the number of its areas plus an
    `Unplaced` reason; `how` holds a `How`.
    """

    areas: NDArray[np.int32]
    how: NDArray[np.uint8]


def place_all(layers: Sequence[BoundaryLayer], places: Sequence[Place]) -> Placements:
    """Place every place in every layer, by the rule above.

    `layers` are in the profile's order (a layer before the one that contains it), which is
    also that of `Place.codes`. A point of a place counts only if both numbers are finite,
    lie on earth, and are not 0, 0.
    """
    areas = np.full((len(places), len(layers)), NOWHERE, dtype=np.int32)
    how = np.full(areas.shape, How.UNPLACED, dtype=np.uint8)
    points = _Points.of(places)
    for at, layer in enumerate(layers):
        for rule, found in (
            (How.CODE, _by_code(layer, [_code(place, at) for place in places])),
            (How.POINT, _by_point(layer, points)),
            (How.LARGER_SHARE, _by_larger_share(layers, at, areas)),
        ):
            taken = (areas[:, at] == NOWHERE) & (found != NOWHERE)
            areas[taken, at] = found[taken]
            how[taken, at] = rule
    reasons = _reasons(places, points)
    for at, layer in enumerate(layers):
        nowhere = areas[:, at] == NOWHERE
        areas[nowhere, at] = len(layer.areas) + reasons[nowhere]
    return Placements(areas, how)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """The points of those places that have one, to be asked by the areas.

    `given` says for every place whether it has a point, `tree` holds these points in order.
    The tree is over the points, because shapely prepares the shapes that ask.
    """

    given: NDArray[np.bool_]
    tree: shapely.STRtree

    @classmethod
    def of(cls, places: Sequence[Place]) -> _Points:
        numbers = np.array(
            [(place.long, place.lat) for place in places] or np.empty((0, 2)), dtype=np.float64
        )
        on_earth = (np.abs(numbers) <= (180.0, 90.0)).all(axis=1)
        given = np.logical_and(on_earth, (numbers != 0.0).any(axis=1))
        return cls(given, shapely.STRtree(shapely.points(numbers[given])))


def _code(place: Place, at: int) -> str | None:
    """Return the place's own code for a layer; a feed may give codes for the first ones only."""
    return place.codes[at] if at < len(place.codes) else None


def _by_code(layer: BoundaryLayer, codes: Sequence[str | None]) -> NDArray[np.int32]:
    """Return the area of each place's own code; case matters only where two keys differ in it."""
    exact = {area.key: at for at, area in enumerate(layer.areas)}
    folded = {key.casefold(): at for key, at in reversed(exact.items())}
    area_of = {code: _area_of_code(code, exact, folded) for code in set(codes)}
    return np.fromiter((area_of[code] for code in codes), dtype=np.int32, count=len(codes))


def _area_of_code(code: str | None, exact: Mapping[str, int], folded: Mapping[str, int]) -> int:
    key = area_key(code)
    if key is None:
        return NOWHERE
    return exact.get(key, folded.get(key.casefold(), NOWHERE))


def _by_point(layer: BoundaryLayer, points: _Points) -> NDArray[np.int32]:
    """Return the first area (the smallest key) that each point touches."""
    area, point = points.tree.query(layer.shapes, predicate="intersects")
    first = np.full(len(points.tree), len(layer.areas), dtype=np.int32)
    np.minimum.at(first, point, area.astype(np.int32))
    found = np.full(len(points.given), NOWHERE, dtype=np.int32)
    found[points.given] = np.where(first == len(layer.areas), NOWHERE, first)
    return found


def _by_larger_share(
    layers: Sequence[BoundaryLayer], at: int, areas: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return the parent of each place's area in a layer within this one."""
    found = np.full(len(areas), NOWHERE, dtype=np.int32)
    index = {area.key: position for position, area in enumerate(layers[at].areas)}
    for finer in range(at - 1, -1, -1):
        if layers[finer].profile.within != layers[at].profile.id:
            continue
        parents = [index.get(area.parent or "", NOWHERE) for area in layers[finer].areas]
        parent_of = np.array([*parents, NOWHERE], dtype=np.int32)
        found = np.where(found == NOWHERE, parent_of[areas[:, finer]], found)
    return found


def _reasons(places: Sequence[Place], points: _Points) -> NDArray[np.int32]:
    """Return why each place would be unplaced, if it is."""
    known = {codes: any(map(area_key, codes)) for codes in {place.codes for place in places}}
    has_code = np.fromiter((known[place.codes] for place in places), dtype=bool, count=len(places))
    reasons = np.where(has_code, Unplaced.UNKNOWN_CODE, Unplaced.NO_PLACE).astype(np.int32)
    reasons[points.given] = Unplaced.OUTSIDE
    return reasons
