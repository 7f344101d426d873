"""A flat grid in metres around a city, for measuring and simplifying without a projection's name."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

METRES_PER_DEGREE = 111_320.0
"""The length of a degree of latitude; it varies by 0.5 % from equator to pole."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Degrees times constants: straight lines stay straight, and the way back is exact.

    Distances are right to about 1 % within a city, which is all that outlines need; shared
    edges stay shared, which a projection of curved lines does not promise.
    """

    metres_per_degree_long: float
    metres_per_degree_lat: float = METRES_PER_DEGREE

    @classmethod
    def around(cls, shapes: NDArray[np.object_]) -> Plane:
        """Return the plane for outlines in longitude and latitude."""
        _, south, _, north = shapely.total_bounds(shapes)
        return cls(METRES_PER_DEGREE * max(math.cos(math.radians((south + north) / 2)), 0.01))

    @property
    def _scale(self) -> NDArray[np.float64]:
        return np.array([self.metres_per_degree_long, self.metres_per_degree_lat])

    def metres(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return outlines in degrees as outlines in metres."""
        flat: NDArray[np.object_] = shapely.transform(shapes, lambda points: points * self._scale)
        return flat

    def degrees(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return outlines in metres as outlines in degrees."""
        round_again: NDArray[np.object_] = shapely.transform(
            shapes, lambda points: points / self._scale
        )
        return round_again
