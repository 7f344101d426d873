"""The map's numbers and the status breakdown, read from a tally."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.model import Filters, Unplaced
from livemaps.snapshot import UNPLACED_KEYS, Snapshot, SnapshotLayer, Vocabulary
from livemaps.views.tally import Tally, tally
from livemaps.views.values import AreaValues, Breakdown, Group


def layer_of(snapshot: Snapshot, layer: str) -> SnapshotLayer:
    """Return a boundary layer by its id; the empty id is the finest one.

    Raises:
        UnknownValue: there is no such layer.
    """
    known = {candidate.id: candidate for candidate in snapshot.layers}
    found = known.get(layer or next(iter(known), ""))
    if found is None:
        raise UnknownValue("layer", layer, f"choose one of {', '.join(known)}")
    return found


def area_values(
    snapshot: Snapshot, filters: Filters, layer: str = "", counted: Tally | None = None
) -> AreaValues:
    """Return the count of each area of a layer under the filters, and of what lies in none.

    Raises:
        UnknownValue: there is no such layer.
    """
    chosen = layer_of(snapshot, layer)
    counted = counted or tally(snapshot, filters)
    counts = counted.areas[chosen.id].tolist()
    unplaced = {UNPLACED_KEYS[reason]: counts[chosen.unplaced_code(reason)] for reason in Unplaced}
    return AreaValues(
        version=snapshot.version,
        layer=chosen.id,
        measure=filters.measure,
        keys=chosen.keys,
        names=chosen.area_names,
        counts=tuple(counts[: len(chosen.keys)]),
        unplaced=MappingProxyType(unplaced),
        total=counted.total,
    )


def breakdown(snapshot: Snapshot, filters: Filters, counted: Tally | None = None) -> Breakdown:
    """Return the requests under the filters by stage and age band, agency and category."""
    counted = counted or tally(snapshot, filters)
    return Breakdown(
        version=snapshot.version,
        total=counted.total,
        table=tuple(tuple(row) for row in counted.table.tolist()),
        agencies=_groups(snapshot.vocab.agency, counted.agencies),
        categories=_groups(snapshot.vocab.category, counted.categories),
    )


def _groups(vocabulary: Vocabulary, counts: NDArray[np.int64]) -> tuple[Group, ...]:
    """Return a group for each code with a count, largest first; `counts` is code x stage x band."""
    totals = counts.sum(axis=(1, 2))
    present = np.flatnonzero(totals)
    order = present[np.argsort(-totals[present], kind="stable")]
    stages = counts[order].sum(axis=2).tolist()
    ages = counts[order].sum(axis=1).tolist()
    return tuple(
        Group(vocabulary.names[code], total, tuple(by_stage), tuple(by_age))
        for code, total, by_stage, by_age in zip(
            order.tolist(), totals[order].tolist(), stages, ages, strict=True
        )
    )
