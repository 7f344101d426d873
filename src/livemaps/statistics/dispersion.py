"""By how much groups vary more than by chance alone.

Source: Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics
in Medicine 24, 1185-1202: winsorised scores and the multiplicative dispersion (section 3.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINSORISED = 0.1
"""The share of scores at either end that is drawn in before the dispersion is estimated."""

LEAST_GROUPS = 10
"""Of fewer groups no dispersion is estimated: an extreme one would widen its own limits."""


def dispersion(scores: Floats) -> float:
    """Return the mean square of the winsorised scores, 1 unless many groups put it clearly over 1.

    A score is how many standard deviations of chance alone a group lies from the whole.
    """
    if len(scores) < LEAST_GROUPS:
        return 1.0
    low, high = np.quantile(scores, [WINSORISED, 1 - WINSORISED])
    spread = float((np.clip(scores, low, high) ** 2).mean())
    return spread if spread > 1 + 2 * np.sqrt(2 / len(scores)) else 1.0
