"""Which areas are neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOUCH_METRES = 10.0
"""Areas closer than this are neighbours.

Published outlines gape and overlap by slivers of up to a few metres, because each was drawn by
itself; streets and rivers between areas that only face each other are wider.
"""


def neighbour_pairs(shapes: NDArray[np.object_], touch: float = TOUCH_METRES) -> NDArray[np.int64]:
    """Return the pairs of areas that share an edge or a corner, or come within `touch` of it.

    This is queen contiguity that forgives how outlines were drawn.

    Args:
        shapes: outlines in metres, empty or missing ones have no neighbours.
        touch: the widest gap between neighbours, in metres.

    Returns:
        Positions in `shapes`, one pair a row, the smaller first, in order.

    Source: queen contiguity as in Anselin, Luc and Rey, Sergio (2014), Modern Spatial
    Econometrics in Practice, ch. 3, by `shapely.STRtree.query(predicate="dwithin")`.
    """
    import shapely

    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=touch)
    pairs = np.stack([first, second], axis=1)[first < second]
    ordered: NDArray[np.int64] = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int64)
    return ordered
