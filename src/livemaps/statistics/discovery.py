"""Many tests at once: how surely a finding is none of those that chance alone would give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def q_values(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Benjamini and Hochberg's adjusted p-values; NaN where there was no test.

    Calling everything with `q <= 0.05` a finding keeps the expected share of false ones among
    the findings at or below 5 %, for tests that are independent or positively dependent.

    Args:
        p: p-values of one family of tests, of any shape; NaN marks what was not tested and
            does not count among the tests.

    Returns:
        An array of the same shape.

    Source: Benjamini and Hochberg (1995), J. R. Statist. Soc. B 57, 289-300, by
    `scipy.stats.false_discovery_control(method="bh")`.
    """
    from scipy import stats

    tested = ~np.isnan(p)
    adjusted = np.full(p.shape, np.nan)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    return adjusted
