"""How the family of comparisons is laid out, for who computes it and for who reads it."""

from __future__ import annotations

FAMILY = "compare"

REQUESTS, OVER_FOUR_WEEKS, RESOLVED, ON_TIME = MEASURES = (
    "requests",
    "over-four-weeks",
    "resolved-in-28-days",
    "on-time",
)
"""What can be compared."""

WINDOW = 28
"""Days in which requests are counted."""

FOUR_WEEKS = 28
"""The age from which an open request is over four weeks, and the days to be resolved in."""

COHORT = 91
"""Days of requesting, or of being due, whose share is compared: enough for small areas."""
