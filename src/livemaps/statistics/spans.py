"""Lengths of time in days, the same for every method."""

from __future__ import annotations

from typing import Final

WEEK: Final = 7

YEAR: Final = 365.25
"""A year of the seasons, on average: the period of what comes back every year."""

WHOLE_YEAR: Final = 365
"""A year of whole days, such as the last one."""
