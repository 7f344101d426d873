"""All areas of a layer and the whole city, with the same figures of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from livemaps.measures.compare_names import ON_TIME, OVER_FOUR_WEEKS, REQUESTS, RESOLVED
from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY as CITY_LEVEL
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views.area.rows import AreaRows
from livemaps.views.area.values import CITY, Basis, Figures, Measured
from livemaps.views.area.weeks import weeks
from livemaps.views.areas import layer_of
from livemaps.views.comparing import lagging
from livemaps.views.measures.compare import Compared, compared
from livemaps.views.measures.compare_times import medians
from livemaps.views.measures.expected import word_of
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.standards import publishes_standards, record_of
from livemaps.views.measures.told import if_told

WEEKS = 26
"""Of the small path beside each area."""


@dataclass(frozen=True, slots=True)
class LayerView:
    """All areas of a layer in the order of their keys: none is ranked."""

    basis: Basis
    layer: str
    city: Figures
    areas: tuple[Figures, ...]


def layer_view(
    snapshot: Snapshot, measures: Measures | None, layer: str, rows: AreaRows
) -> LayerView:
    """Return the figures of all areas of a layer; `measures` is None while there are none.

    Raises:
        UnknownValue: there is no such layer.
    """
    found = layer_of(snapshot, layer)
    return LayerView(
        basis=basis_of(snapshot, measures, rows),
        layer=found.id,
        city=city_figures(measures, rows),
        areas=figures(measures, found, in_order(found), rows),
    )


def basis_of(snapshot: Snapshot, measures: Measures | None, rows: AreaRows) -> Basis:
    """Return what a page of areas is told of."""
    return Basis(
        meta=snapshot.meta,
        measured=measures.meta if measures else None,
        as_of=lagging(snapshot, measures),
        since=rows.since,
        until=rows.until,
        standards=bool(if_told(measures, publishes_standards)),
    )


def in_order(layer: SnapshotLayer) -> list[int]:
    """Return the codes of a layer's areas, numbers in their keys in the order of numbers."""
    return sorted(range(len(layer.keys)), key=lambda code: natural(layer.keys[code]))


def natural(key: str) -> list[tuple[str, int]]:
    """Return what sorts keys as people do: 2 before 10."""
    return [(text, int(part or 0)) for text, part in re.findall(r"([^0-9]*)([0-9]*)", key)]


def figures(
    measures: Measures | None, layer: SnapshotLayer, codes: Sequence[int], rows: AreaRows
) -> tuple[Figures, ...]:
    """Return the figures of some areas of a layer."""
    return tuple(
        Figures(
            code=code,
            key=layer.keys[code],
            name=layer.area_names[code],
            parent=layer.parents[code],
            measured=_measured(measures, layer, code) if measures else None,
            **_counted(rows, layer.id, code),
        )
        for code in codes
    )


def city_figures(measures: Measures | None, rows: AreaRows) -> Figures:
    """Return the figures of the whole city, requests without a place among them."""
    return Figures(
        code=0,
        key=CITY,
        name="",
        parent=None,
        measured=_of_city(measures) if measures else None,
        **_counted(rows, CITY, 0),
    )


def _counted(rows: AreaRows, layer: str, code: int) -> Mapping[str, Any]:
    """Return what is counted of an area on the snapshot, as `Figures` calls it."""
    moved = rows.moves[layer]
    return {
        **{name: counts[code] for name, counts in rows.counts[layer].items()},
        "change": moved.change(code) if moved else None,
        "inflow": int(moved.came[code]) if moved else None,
        "outflow": int(moved.went[code]) if moved else None,
    }


def _measured(measures: Measures, layer: SnapshotLayer, code: int) -> Measured:
    """Look up what is worked out of one area."""
    key = layer.keys[code]

    def beside(of: str) -> Compared | None:
        return if_told(measures, lambda held: compared(held, layer.id, key, of))

    return Measured(
        backlog=_path(weeks(measures, layer.id, key, WEEKS)),
        word=if_told(measures, lambda held: word_of(held, layer.id, key)),
        rate=beside(REQUESTS),
        over_four_weeks=beside(OVER_FOUR_WEEKS),
        resolved=beside(RESOLVED),
        on_time=beside(ON_TIME),
        median_days=if_told(measures, lambda held: _median(held, layer.id, code)),
        record=if_told(measures, lambda held: record_of(held, layer.id, code)),
    )


def _of_city(measures: Measures) -> Measured:
    """Look up what is worked out of the whole city."""
    return Measured(
        backlog=_path(weeks(measures, CITY_LEVEL, CITY_LEVEL, WEEKS)),
        median_days=if_told(measures, lambda held: _median(held, CITY_LEVEL, 0)),
        record=if_told(measures, lambda held: record_of(held, CITY_LEVEL, 0)),
    )


def _path(path: FlowPath | None) -> tuple[int, ...]:
    """Return the backlog at the end of each complete week, nothing where it is not told."""
    return path.backlog[: sum(period.complete for period in path.periods)] if path else ()


def _median(measures: Measures, level: str, code: int) -> float | None:
    """Return a group's own median time to close, None where it has too few or was not reached."""
    value = float(medians(measures, level, np.array([code]))[0][0])
    return value if np.isfinite(value) else None
