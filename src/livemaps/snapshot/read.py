"""The web's side: find the current snapshot and map it into memory."""

from __future__ import annotations

from pathlib import Path

from livemaps.snapshot.contents import Snapshot


class SnapshotReader:
    """Opens what was published in a data folder. One for a process; safe between threads."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def latest(self) -> Snapshot:
        """Return the current snapshot: the same object until another is published.

        Costs one `stat` when nothing changed.

        Raises:
            NoSnapshot: nothing was published yet.
            SnapshotDamaged: published files are missing or unreadable.
        """
        raise NotImplementedError


def row_of(snapshot: Snapshot, service_request_id: str) -> tuple[str, int] | None:
    """Find a request: the name of its table (`current`, `fresh`, `base`) and its row there."""
    raise NotImplementedError
