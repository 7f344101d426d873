"""Putting a finished snapshot where readers find it, and taking away what none uses any more."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from livemaps.errors import SnapshotDamaged
from livemaps.snapshot import folder as names
from livemaps.snapshot import versions as published
from livemaps.snapshot.areas import remove_areas
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import SnapshotLayer, SnapshotMeta, Vocabularies
from livemaps.snapshot.description import read_description, write_description
from livemaps.snapshot.files import write_arrays
from livemaps.snapshot.folder import versions

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def publishing(data_dir: Path) -> Iterator[Path]:
    """Be the only one to publish snapshots in a data folder; yields its folder of snapshots.

    Raises:
        SnapshotError: see `versions.publishing`.
    """
    snapshots = data_dir / names.SNAPSHOTS
    with published.publishing(snapshots, "snapshot"):
        yield snapshots


def publish(
    snapshots: Path,
    meta: SnapshotMeta,
    vocab: Vocabularies,
    layers: tuple[SnapshotLayer, ...],
    arrays: Mapping[str, Column],
) -> None:
    """Write a snapshot and make it current. Until the last step nobody sees it; then all of it."""

    def write(draft: Path) -> None:
        write_arrays(draft / names.ROWS, arrays)
        write_description(draft / names.VOCABULARIES, vocab)
        write_description(draft / names.LAYERS, layers)
        write_description(draft / names.META, meta)

    published.publish(snapshots, meta.version, write)


def prune(data_dir: Path) -> None:
    """Remove the snapshots, bases and polygons that are neither new nor in use.

    What cannot be removed is logged and tried again after the next publication.
    """
    snapshots = data_dir / names.SNAPSHOTS
    try:
        published.prune(snapshots)
        _remove_unreferenced(data_dir)
    except OSError as error:
        _log.warning("old snapshots could not be removed from %s: %s", snapshots, error)


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
            published.remove(base)
    remove_areas(data_dir / names.AREAS, polygons)
