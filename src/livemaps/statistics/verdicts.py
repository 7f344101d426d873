"""What is said of an area or a group, by the code that tables hold, and by which bounds.

Apart from the methods, so that a page can name what it reads without their libraries.
"""

from __future__ import annotations

from enum import IntEnum


class SurgeWord(IntEnum):
    """What is said of a group's day or week against what it was to bring."""

    SURGE = 0
    AS_EXPECTED = 1
    FEWER = 2
    TOO_FEW = 3
    INCOMPLETE = 4
    """The feed still fills the day, and how far is not known."""


WORDS = ("too_few", "fewer", "as_expected", "more")
"""What is said to the public of an area against what was expected."""

TOO_FEW, FEWER, AS_EXPECTED, MORE = range(4)

LEAST_EXPECTED = 5.0
"""Below this a ratio says nothing: chance alone doubles or halves it."""

LEAST_EFFECT = 1.25
"""A smoothed ratio between 1 / this and this is as expected, however sure it is."""

MOST_FALSE = 0.05
"""The largest expected share of false ones among the words "more" and "fewer", and among spots."""

SPOTS = ("not_tested", "none", "hot_spot", "cold_spot")
"""What Gi* finds."""

NOT_TESTED, NONE, HOT, COLD = range(4)

CLUSTERS = (
    "not_tested",
    "none",
    "high_among_high",
    "low_among_high",
    "low_among_low",
    "high_among_low",
)
"""What local Moran finds: 1 + esda's quadrant where it finds anything."""

PERMUTATIONS = 9_999
"""With 999 no p is below 0.002, which no cluster of less than 13 in 310 areas would survive."""

POSITIONS = ("not_compared", "within", "above", "below")
"""Where a group lies in a funnel; above and below are beyond the outer limits."""

NOT_COMPARED, WITHIN, ABOVE, BELOW = range(4)

INNER, OUTER = 0.95, 0.998
"""What a funnel's pairs of limits hold of groups like the whole: 2 and 3 standard deviations."""
