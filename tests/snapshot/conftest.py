"""Fixtures of the snapshot's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snapshot.hamlet import Hamlet, hamlet_in


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    """A hamlet without requests, nothing published yet."""
    with hamlet_in(tmp_path) as built:
        yield built
