"""Fixtures of the measures' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snapshot.hamlet import TODAY, Hamlet, hamlet_in, request


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    """A hamlet of three published requests, one of them done, nothing measured yet."""
    with hamlet_in(tmp_path) as built:
        built.apply(
            request("26-1"),
            request("26-2", day=TODAY - 40),
            request("26-3", day=TODAY - 9, status="Closed", closed=TODAY - 7),
        )
        built.publish()
        yield built
