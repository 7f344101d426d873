"""The join: each distinct place to exactly one area of each layer, or to a reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.model import Place


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
    """Place every place in every layer."""
    raise NotImplementedError
