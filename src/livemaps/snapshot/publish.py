"""Putting a finished snapshot where readers find it, and taking away what none uses any more."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from livemaps.errors import SnapshotDamaged, SnapshotError
from livemaps.snapshot import folder as names
from livemaps.snapshot.areas import remove_areas
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import SnapshotLayer, SnapshotMeta, Vocabularies
from livemaps.snapshot.description import read_description, write_description
from livemaps.snapshot.files import sync, sync_folder, write_arrays, write_whole
from livemaps.snapshot.folder import Lock, number, read_pointer, versions

KEPT = 2
"""How many of the newest snapshots stay even if nobody reads them."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def publishing(data_dir: Path) -> Iterator[Path]:
    """Be the only one to publish in a data folder; yields its folder of snapshots.

    Removes what an interrupted publication left behind.

    Raises:
        SnapshotError: another process is publishing, or the disk does not take what is written.
    """
    snapshots = data_dir / names.SNAPSHOTS
    try:
        snapshots.mkdir(parents=True, exist_ok=True)
        lock = Lock(snapshots / names.PUBLISHING, exclusive=True, create=True)
    except BlockingIOError as error:
        raise SnapshotError(f"another process is publishing in {snapshots}") from error
    except OSError as error:
        raise SnapshotError(f"{snapshots} cannot be used: {error}") from error
    try:
        _remove_unfinished(snapshots)
        yield snapshots
    except OSError as error:
        raise SnapshotError(
            f"no snapshot could be written in {snapshots}: {error}; the last one stays in use"
        ) from error
    finally:
        lock.release()


def next_version(snapshots: Path, now: datetime) -> str:
    """Return a version that sorts after all others, even if the clock was set back."""
    taken = versions(snapshots)
    with contextlib.suppress(SnapshotError):
        taken.append(read_pointer(snapshots))
    stamps = [version.split("-")[0] for version in taken]
    stamp = max([*stamps, now.strftime("%Y%m%dT%H%M%SZ")])
    return f"{stamp}-{max(map(number, taken), default=0) + 1:06}"


def publish(
    snapshots: Path,
    meta: SnapshotMeta,
    vocab: Vocabularies,
    layers: tuple[SnapshotLayer, ...],
    arrays: Mapping[str, Column],
) -> None:
    """Write a snapshot and make it current. Until the last step nobody sees it; then all of it."""
    draft = snapshots / f"{names.UNFINISHED}{meta.version}"
    draft.mkdir()
    try:
        write_arrays(draft / names.ROWS, arrays)
        write_description(draft / names.VOCABULARIES, vocab)
        write_description(draft / names.LAYERS, layers)
        write_description(draft / names.META, meta)
        (draft / names.LEASE).touch()
        sync_folder(draft)
        draft.rename(snapshots / meta.version)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync(snapshots)
    write_whole(snapshots / names.POINTER, f"{meta.version}\n".encode())


def prune(data_dir: Path) -> None:
    """Remove the snapshots, bases and polygons that are neither new nor in use.

    What cannot be removed is logged and tried again after the next publication.
    """
    snapshots = data_dir / names.SNAPSHOTS
    try:
        for version in versions(snapshots)[:-KEPT]:
            if version != read_pointer(snapshots):
                _remove_unless_read(snapshots / version)
        _remove_unreferenced(data_dir)
    except OSError as error:
        _log.warning("old snapshots could not be removed from %s: %s", snapshots, error)


def _remove_unless_read(version: Path) -> None:
    """Remove a snapshot, at once for all who look, unless somebody holds its lease."""
    try:
        lock = Lock(version / names.LEASE, exclusive=True)
    except BlockingIOError:
        return
    except FileNotFoundError:
        _remove(version)
        return
    try:
        _remove(version)
    finally:
        lock.release()


def _remove_unreferenced(data_dir: Path) -> None:
    """Remove the bases and polygons that no remaining snapshot refers to."""
    snapshots = data_dir / names.SNAPSHOTS
    bases: set[str] = set()
    polygons: set[str] = set()
    for version in versions(snapshots):
        with contextlib.suppress(SnapshotDamaged, FileNotFoundError):
            bases.add(read_description(snapshots / version / names.META, SnapshotMeta).base_id)
            layers = snapshots / version / names.LAYERS
            described = read_description(layers, tuple[SnapshotLayer, ...])
            polygons.update(layer.areas_file for layer in described)
    for base in snapshots.glob(f"{names.BASE}*"):
        if base.name not in bases:
            _remove(base)
    remove_areas(data_dir / names.AREAS, polygons)


def _remove(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all."""
    doomed = folder.with_name(f"{names.UNFINISHED}removed-{folder.name}")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def _remove_unfinished(snapshots: Path) -> None:
    for path in snapshots.glob(f"{names.UNFINISHED}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
