"""Fixtures of the simulated city: its facts, and nine months of its life at full size."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from livemaps.demo.births import Facts, births
from livemaps.demo.lives import States, states_on
from livemaps.demo.run import load_facts
from livemaps.model import day_number


@pytest.fixture(scope="session")
def facts() -> Facts:
    return load_facts()


@pytest.fixture(scope="session")
def cohort(facts: Facts) -> np.ndarray:
    """All requests from January to September 2026, as the real city would have them."""
    days = np.arange(day_number(date(2026, 1, 1)), day_number(date(2026, 10, 1)))
    return births(np.random.default_rng(2026), facts, days, share=1.0)


@pytest.fixture(scope="session")
def snapshot_day() -> int:
    """The newest day that a client knew on 2026-10-04, when the real figures were taken."""
    return day_number(date(2026, 10, 3))


@pytest.fixture(scope="session")
def snapshot(cohort: np.ndarray, snapshot_day: int) -> States:
    return states_on(cohort, snapshot_day)


@pytest.fixture
def wait_for() -> Callable[..., bool]:
    """Wait until something is so, at most for some seconds; tell whether it came to be."""

    def wait(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
        pause = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if condition():
                return True
            pause.wait(0.02)
        return condition()

    return wait
