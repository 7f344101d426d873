"""Writing measures where readers find them, whole or not at all.

<data-dir>/measures/current   names the computation that is current
<data-dir>/measures/<id>/     its files, see `write`; what else is there: `snapshot/versions.py`
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from livemaps.measures.contents import FamilyResult, Measures, MeasuresMeta
from livemaps.snapshot import folder as names
from livemaps.snapshot import versions
from livemaps.snapshot.columns import Column
from livemaps.snapshot.description import write_description
from livemaps.snapshot.files import write_arrays

MEASURES = "measures"
ARRAYS, FACTS = "arrays.columns", "facts.json"

logger = logging.getLogger(__name__)


def publish(data_dir: Path, measures: Measures, now: datetime) -> MeasuresMeta:
    """Write measures and make them current; older ones that nobody reads are removed.

    Returns their description with the id that they were given.

    Raises:
        SnapshotError: another process publishes measures, or the disk does not take them. What
            was current before stays.
    """
    folder = data_dir / MEASURES
    with versions.publishing(folder, "measures"):
        meta = replace(measures.meta, id=versions.next_version(folder, now))
        versions.publish(folder, meta.id, writer(measures, meta))
        try:
            versions.prune(folder)
        except OSError as error:
            logger.warning("old measures could not be removed from %s: %s", folder, error)
    return meta


def writer(measures: Measures, meta: MeasuresMeta) -> Callable[[Path], None]:
    """Return what writes the files of measures into a folder."""

    def write(draft: Path) -> None:
        write_arrays(draft / ARRAYS, _arrays(measures.families))
        facts = {name: result.facts for name, result in measures.families.items()}
        write_description(draft / FACTS, facts)
        write_description(draft / names.VOCABULARIES, measures.vocab)
        write_description(draft / names.LAYERS, measures.layers)
        write_description(draft / names.META, meta)

    return write


def _arrays(families: Mapping[str, FamilyResult]) -> dict[str, Column]:
    """Return the arrays of all families under one name each."""
    return {
        f"{family}/{name}": array
        for family, result in families.items()
        for name, array in result.arrays.items()
    }
