"""Fixtures that every test may use."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from livemaps.time_zones import use_newest_rules

# As the refresher computes: threads of linear algebra that wait for each other by spinning take
# what other tests need. Read when numpy is loaded, so before any test is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A test decides what is right, never how fast: a busy machine must not fail it. Every run draws other
# examples, so a few of them each time find what many at once would; `thorough` is for a night.
settings.register_profile("livemaps", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("LIVEMAPS_TEST_EXAMPLES", "livemaps"))

SHARED_DATA = Path(
    os.environ.get("LIVEMAPS_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real rows and boundaries that lies beside the repository, read in place."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real rows and boundaries are not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _newest_time_zones() -> None:
    """Let the same clock rules hold in every test: a command that one runs sets them too."""
    use_newest_rules()


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a command does to the log of its process: here it is that of all tests."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the run's summary when the real data was absent, so that nobody overlooks it."""
    if not SHARED_DATA.is_dir():
        terminalreporter.section("real data absent")
        terminalreporter.write_line(
            f"Tests on real rows and boundaries were skipped: {SHARED_DATA} does not exist. "
            "Set LIVEMAPS_TEST_DATA to the folder that holds them."
        )
