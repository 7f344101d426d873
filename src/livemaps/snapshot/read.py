"""The web's side: find the current snapshot and map it into memory."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from livemaps.errors import NoSnapshot, SnapshotDamaged
from livemaps.snapshot import folder as names
from livemaps.snapshot.columns import Table, encode_id, find_ids
from livemaps.snapshot.contents import (
    Places,
    Snapshot,
    SnapshotLayer,
    SnapshotMeta,
    Vocabularies,
)
from livemaps.snapshot.description import read_description
from livemaps.snapshot.files import read_arrays
from livemaps.snapshot.folder import Lock, read_pointer
from livemaps.snapshot.history import Base, open_base
from livemaps.snapshot.rows import unresolved_count

logger = logging.getLogger(__name__)

ATTEMPTS = 50
PAUSE = 0.01
"""Seconds between attempts: a publication that a reader runs into is over much sooner."""

BaseOpener = Callable[[Path], Base]


class SnapshotReader:
    """Opens what was published in a data folder. One for a process; safe between threads."""

    def __init__(self, data_dir: Path) -> None:
        self._snapshots = data_dir / names.SNAPSHOTS
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._latest: Snapshot | None = None
        self._base: Base | None = None

    def latest(self) -> Snapshot:
        """Return the current snapshot: the same object until another is published.

        Costs one `stat` when nothing changed. Where the new one is damaged, the one before stays
        until yet another is published.

        Raises:
            NoSnapshot: nothing was published yet.
            SnapshotDamaged: published files are missing or unreadable, and none was opened before.
        """
        latest, seen = self._latest, self._stat()
        if latest is not None and seen == self._seen:
            return latest
        with self._lock:
            seen = self._stat()
            if self._latest is None or seen != self._seen:
                self._latest = self._open_or_keep()
                self._seen = seen
            return self._latest

    def _open_or_keep(self) -> Snapshot:
        """Open the current snapshot; where it is damaged, return the good one that is open."""
        try:
            return open_current(self._snapshots, self._open_base)
        except SnapshotDamaged as error:
            if self._latest is None:
                raise
            logger.error(  # noqa: TRY400 - the sentence says it all
                "the new snapshot cannot be shown, %s stays: %s", self._latest.version, error
            )
            return self._latest

    def _stat(self) -> tuple[int, int] | None:
        """Return what is different once the pointer was replaced."""
        try:
            pointer = (self._snapshots / names.POINTER).stat()
        except FileNotFoundError:
            return None
        return pointer.st_ino, pointer.st_mtime_ns

    def _open_base(self, folder: Path) -> Base:
        """Open a base once for all the snapshots that refer to it."""
        if self._base is None or self._base.meta.base_id != folder.name:
            self._base = open_base(folder)
        return self._base


def open_current(snapshots: Path, base_opener: BaseOpener = open_base) -> Snapshot:
    """Map the current snapshot into memory, again if another is published meanwhile.

    Raises:
        NoSnapshot: nothing was published yet.
        SnapshotDamaged: published files are missing or unreadable.
    """
    failure: OSError | None = None
    for attempt in range(ATTEMPTS):
        version = read_pointer(snapshots)
        try:
            return _open(snapshots, version, base_opener)
        except (FileNotFoundError, BlockingIOError) as error:
            failure = error
            if attempt and version == read_pointer(snapshots):
                time.sleep(PAUSE)
        except OSError as error:
            raise SnapshotDamaged(f"{snapshots / version} cannot be read: {error}") from error
    raise SnapshotDamaged(f"the snapshot {version} lacks a file: {failure}") from failure


def read_meta(data_dir: Path) -> SnapshotMeta | None:
    """Return what is true of the current snapshot, None before the first. SnapshotDamaged if unreadable."""
    snapshots = data_dir / names.SNAPSHOTS
    try:
        version = read_pointer(snapshots)
        return read_description(snapshots / version / names.META, SnapshotMeta)
    except NoSnapshot:
        return None
    except OSError as error:
        raise SnapshotDamaged(f"the current snapshot cannot be read: {error}") from error


def row_of(snapshot: Snapshot, service_request_id: str) -> tuple[str, int] | None:
    """Find a request: the name of its table (`fresh` or `base`) and its row there, if any."""
    wanted = np.array([encode_id(service_request_id)])
    ids = snapshot.fresh["service_request_id"]
    row = int(find_ids(ids, np.argsort(ids), wanted)[0])
    if row >= 0:
        return "fresh", row
    row = int(find_ids(snapshot.base["service_request_id"], snapshot.id_order, wanted)[0])
    gone = row < 0 or row in snapshot.superseded["base_row"]
    return None if gone else ("base", row)


def _open(snapshots: Path, version: str, base_opener: BaseOpener) -> Snapshot:
    """Map one version; FileNotFoundError or BlockingIOError if it is being removed."""
    folder = snapshots / version
    lease = Lock(folder / names.LEASE, exclusive=False)
    meta = read_description(folder / names.META, SnapshotMeta)
    arrays = read_arrays(folder / names.ROWS)
    base = base_opener(snapshots / meta.base_id)
    tables = {
        prefix: Table(
            {
                name.removeprefix(f"{prefix}/"): column
                for name, column in arrays.items()
                if name.startswith(f"{prefix}/")
            }
        )
        for prefix in ("current", "superseded", "fresh", "places")
    }
    return Snapshot(
        meta=meta,
        vocab=read_description(folder / names.VOCABULARIES, Vocabularies),
        layers=read_description(folder / names.LAYERS, tuple[SnapshotLayer, ...]),
        places=Places(base.places, tables["places"]),
        current=tables["current"],
        open_rows=unresolved_count(tables["current"]),
        base=base.table,
        superseded=tables["superseded"],
        fresh=tables["fresh"],
        cubes=base.cubes,
        id_order=base.id_order,
        lease=lease,
    )
