"""The median time to close of areas and agencies beside that of the whole city."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.measures.lifetimes import Lifetimes

TIME_TO_CLOSE = "time-to-close"

MEDIAN = 0
"""The first of the shares that are told; its first number is the day, bounds follow."""

Floats = NDArray[np.float64]


def medians(measures: Measures, level: str, codes: Any) -> tuple[Floats, Floats, float | None]:
    """Return the medians of groups in days, how many requests they are of, and the city's.

    NaN where a group has too few of its own (it is not told a wider group's here), or where the
    median was not reached.

    Raises:
        MeasuresPending: the time to close is not computed yet.
    """
    lives = Lifetimes(measures)
    days = lives.told(level, "told_days")[codes, MEDIAN, 0].astype(np.float64)
    place = lives.levels.index(level)
    own = lives.told(level, "told_level")[codes] == place
    requests = lives.told(level, "requests")[codes].astype(np.float64)
    whole = int(lives.told(CITY, "told_days")[0, MEDIAN, 0])
    reached = own & (days != NOT_REACHED)
    return np.where(reached, days, np.nan), requests, None if whole == NOT_REACHED else whole
