"""The web's side: find the current snapshot and map it into memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from livemaps.errors import NoSnapshot, SnapshotDamaged
from livemaps.snapshot import folder as names
from livemaps.snapshot import versions
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
from livemaps.snapshot.versions import Latest

BaseOpener = Callable[[Path], Base]


class SnapshotReader:
    """Opens what was published in a data folder. One for a process; safe between threads."""

    def __init__(self, data_dir: Path) -> None:
        snapshots = data_dir / names.SNAPSHOTS
        # Not a method of this object: what refers to itself lets go of its leases too late.
        opener = partial(open_current, snapshots, _Bases().open)
        self._latest = Latest(snapshots, opener, "snapshot")

    def latest(self) -> Snapshot:
        """Return the current snapshot: the same object until another is published.

        Costs one `stat` when nothing changed. Where the new one is damaged, the one before stays
        until yet another is published.

        Raises:
            NoSnapshot: nothing was published yet.
            SnapshotDamaged: published files are missing or unreadable, and none was opened before.
        """
        return self._latest.get()


class _Bases:
    """Opens a base once for all the snapshots that refer to it."""

    def __init__(self) -> None:
        self._base: Base | None = None

    def open(self, folder: Path) -> Base:
        """Return the base in a folder. Raises FileNotFoundError or SnapshotDamaged."""
        if self._base is None or self._base.meta.base_id != folder.name:
            self._base = open_base(folder)
        return self._base


def open_current(snapshots: Path, base_opener: BaseOpener = open_base) -> Snapshot:
    """Map the current snapshot into memory, again if another is published meanwhile.

    Raises:
        NoSnapshot: nothing was published yet.
        SnapshotDamaged: published files are missing or unreadable.
    """
    return versions.open_current(
        snapshots, lambda version: _open(snapshots, version, base_opener), "snapshot"
    )


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
