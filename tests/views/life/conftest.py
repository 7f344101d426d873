"""A hamlet in the evening, and the life of one of its requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livemaps.feeds.profile import Profile
from livemaps.model import SECONDS_PER_DAY
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.views import Board, RequestLife
from tests.snapshot.hamlet import TODAY, Hamlet, hamlet_in

# 03:30 UTC of the day after is still the evening of TODAY in Alberta.
EVENING = datetime.fromtimestamp((TODAY + 1) * SECONDS_PER_DAY + 3.5 * 3600, UTC)


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    with hamlet_in(tmp_path) as found:
        found.now = EVENING
        yield found


def board_of(hamlet: Hamlet, city: Profile | None = None) -> Board:
    reader = SnapshotReader(hamlet.data_dir)
    return Board(reader, city or hamlet.city, Settings(data_dir=hamlet.data_dir))


def life_of(hamlet: Hamlet, name: str = "26-1") -> RequestLife:
    hamlet.publish()
    found = board_of(hamlet).life(name)
    assert found is not None
    return found
