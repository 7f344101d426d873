"""Fixtures of the evaluation: one small city for all tests."""

from __future__ import annotations

import pytest

from livemaps.evaluation.city import simulated
from livemaps.evaluation.history import History


@pytest.fixture(scope="session")
def city() -> History:
    """A simulated city of 20,000 requests over four years."""
    return simulated(20_000, 4, seed=7)
