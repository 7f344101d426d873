"""Orders of days that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.statistics.orders import IMPOSSIBLE, NO_DAY, impossible

TODAY = 20_000
near_today = st.integers(TODAY - 3, TODAY + 3)


def reason(requested: int, closed: int, resolved: bool) -> str | None:
    """Return the reason for one request."""
    columns = np.array([requested], np.int32), np.array([closed], np.int32), np.array([resolved])
    (code,) = impossible(*columns, TODAY).tolist()
    return IMPOSSIBLE[code - 1] if code else None


@pytest.mark.parametrize(
    ("requested", "closed", "resolved", "expected"),
    [
        (TODAY, TODAY, True, None),
        (TODAY, NO_DAY, False, None),
        (TODAY + 1, NO_DAY, False, "requested in the future"),
        (TODAY + 1, TODAY, True, "requested in the future"),
        (TODAY, NO_DAY, True, "resolved without a closed day"),
        (TODAY, TODAY - 1, True, "closed before requested"),
        (TODAY, TODAY + 1, True, "closed in the future"),
        (TODAY, TODAY - 1, False, None),
        (TODAY, TODAY + 1, False, None),
    ],
)
def test_the_first_reason_that_holds_is_given(
    requested: int, closed: int, resolved: bool, expected: str | None
) -> None:
    assert reason(requested, closed, resolved) == expected


@given(near_today, st.one_of(st.just(NO_DAY), near_today))
def test_the_closed_day_of_what_is_open_decides_nothing(requested: int, closed: int) -> None:
    assert reason(requested, closed, False) == reason(requested, NO_DAY, False)


def test_no_requests_have_no_reasons() -> None:
    none = np.zeros(0, np.int32)
    assert impossible(none, none, none.astype(bool), TODAY).tolist() == []
