"""The web's side: find the current measures and map them into memory."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from livemaps.errors import MeasuresPending, NoSnapshot, SnapshotDamaged
from livemaps.measures.contents import FamilyResult, Measures, MeasuresMeta
from livemaps.measures.publish import ARRAYS, FACTS, MEASURES
from livemaps.snapshot import SnapshotLayer, Vocabularies, versions
from livemaps.snapshot import folder as names
from livemaps.snapshot.columns import Column
from livemaps.snapshot.description import read_description
from livemaps.snapshot.files import read_arrays
from livemaps.snapshot.folder import Lock, read_pointer

PENDING = "the measures are not computed yet: they follow the first refresh within minutes"


class MeasuresReader:
    """Opens the measures of a data folder. One for a process; safe between threads."""

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / MEASURES
        self._latest = versions.Latest(folder, partial(open_current, folder), "measures")

    def latest(self) -> Measures:
        """Return the current measures: the same object until others are published.

        Costs one `stat` when nothing changed. Where the new ones are damaged, those before stay
        until yet others are published.

        Raises:
            MeasuresPending: none were published yet.
            SnapshotDamaged: published files are missing or unreadable, and none were opened before.
        """
        try:
            return self._latest.get()
        except NoSnapshot as error:
            raise MeasuresPending(PENDING) from error


def open_current(folder: Path) -> Measures:
    """Map the current measures in a folder into memory. Raises NoSnapshot or SnapshotDamaged."""
    return versions.open_current(folder, partial(_open, folder), "computation of measures")


def read_meta(data_dir: Path) -> MeasuresMeta | None:
    """Return what is true of the current measures, None before the first.

    Raises:
        SnapshotDamaged: it cannot be read.
    """
    folder = data_dir / MEASURES
    try:
        return read_description(folder / read_pointer(folder) / names.META, MeasuresMeta)
    except NoSnapshot:
        return None
    except OSError as error:
        raise SnapshotDamaged(f"the current measures cannot be read: {error}") from error


def _open(folder: Path, version: str) -> Measures:
    """Map one computation; FileNotFoundError or BlockingIOError if it is being removed."""
    files = folder / version
    lease = Lock(files / names.LEASE, exclusive=False)
    facts = read_description(files / FACTS, dict[str, dict[str, Any]])
    arrays: dict[str, dict[str, Column]] = {family: {} for family in facts}
    for name, array in read_arrays(files / ARRAYS).items():
        family, _, own = name.partition("/")
        arrays.setdefault(family, {})[own] = array
    return Measures(
        meta=read_description(files / names.META, MeasuresMeta),
        vocab=read_description(files / names.VOCABULARIES, Vocabularies),
        layers=read_description(files / names.LAYERS, tuple[SnapshotLayer, ...]),
        families={
            family: FamilyResult(named, facts.get(family, {})) for family, named in arrays.items()
        },
        lease=lease,
    )
