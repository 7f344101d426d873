"""From arrays and day numbers to the plain values of an answer; what is not known is None."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.model import day_date


def day_value(day: int | None) -> str | None:
    """Return a day number as a date such as `2026-08-31`."""
    return None if day is None else day_date(day).isoformat()


def number_value(number: Any) -> float | None:
    """Return one number of an array, None where it is NaN or infinite."""
    value = float(number)
    return value if isfinite(value) else None


def number_values(numbers: NDArray[Any]) -> list[Any]:
    """Return the numbers of an array, whole ones whole, None where one is NaN or infinite."""
    values: NDArray[np.object_] = numbers.astype(object)
    values[~np.isfinite(numbers)] = None
    found: list[Any] = values.tolist()
    return found
