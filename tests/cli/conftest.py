"""Fixtures of the commands' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quadville import Quadville, quadville

REFRESH_FIELDS = [
    *("outcome", "started", "finished", "received", "inserted", "updated", "unchanged"),
    *("removed", "rejected", "unplaced", "open", "snapshot", "error"),
]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Quadville]:
    with quadville(tmp_path) as running:
        yield running
