"""Where the board gets what it answers from: snapshots and measures as others publish them."""

from __future__ import annotations

from typing import Protocol

from livemaps.measures.contents import Measures
from livemaps.snapshot import Snapshot


class SnapshotSource(Protocol):
    """Where the current snapshot comes from: a `SnapshotReader`."""

    def latest(self) -> Snapshot:
        """Return the current snapshot; NoSnapshot before the first."""
        ...


class MeasuresSource(Protocol):
    """Where the current measures come from: a `MeasuresReader`."""

    def latest(self) -> Measures:
        """Return the current measures; MeasuresPending before the first."""
        ...
