"""The names of what the forecast family keeps; the web's side reads it by them."""

from __future__ import annotations

from typing import Final

from livemaps.measures.levels import CITY

FAMILY: Final = "forecast"

LEVELS = (CITY, "agency", "category")
"""The levels whose groups are forecast."""

BOUNDS = ("low80", "high80", "low95", "high95")
"""The bounds of the intervals, each an array of [series x days ahead]; NaN: not told."""

TOO_SHORT: Final = "history too short"
TOO_FEW: Final = "too few origins"
NOT_BETTER: Final = "not better than last week's same day"
REASONS = (None, TOO_SHORT, TOO_FEW, NOT_BETTER)
"""Why a forecast is not shown, by the code that is kept of it; None: it is shown."""
