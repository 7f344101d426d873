"""Orders of days that cannot be: such requests are left out of everything that needs time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

IMPOSSIBLE = (
    "requested in the future",
    "resolved without a closed day",
    "closed before requested",
    "closed in the future",
)
"""Why a request cannot be measured in time, in the order in which they are looked for."""

NO_DAY = -1
"""Stands for "no such day", as in the columns of a snapshot."""

Days = NDArray[Any]
Mask = NDArray[np.bool_]


def impossible(requested: Days, closed: Days, resolved: Mask, as_of: int) -> NDArray[np.uint8]:
    """Return for each request 0 where its days are possible, else 1 + the index of the reason.

    `requested` and `closed` are day numbers (`closed` is `NO_DAY` where there is none),
    `resolved` says which requests are resolved, `as_of` is today. The first reason of
    `IMPOSSIBLE` that holds is given, so that each request is counted once. The closed day of a
    request that is not resolved decides nothing: it was re-opened.
    """
    faults = (
        requested > as_of,
        resolved & (closed == NO_DAY),
        resolved & (closed < requested),
        resolved & (closed > as_of),
    )
    return np.select(faults, range(1, len(faults) + 1), 0).astype(np.uint8)
