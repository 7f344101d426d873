"""All areas of a layer and the whole city, with the same figures of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from livemaps.errors import MeasuresPending
from livemaps.measures.compare_names import ON_TIME, OVER_FOUR_WEEKS, REQUESTS, RESOLVED
from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY as CITY_LEVEL
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.statistics.spans import WEEK
from livemaps.views.area.rows import AreaRows
from livemaps.views.area.values import CITY, Figures, Measured
from livemaps.views.areas import layer_of
from livemaps.views.comparing import lagging
from livemaps.views.measures.compare import Compared, compared
from livemaps.views.measures.compare_times import medians
from livemaps.views.measures.expected import word_of
from livemaps.views.measures.flow import FlowPath, flow_path
from livemaps.views.measures.standards import Record, publishes_standards, record_of

WEEKS = 26
"""Of the small path beside each area."""

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class LayerView:
    """All areas of a layer in the order of their keys: none is ranked."""

    version: str
    as_of_day: int
    as_of: int | None
    """The last complete day of what is measured, where that is behind `until`."""
    since: int | None
    """The first and the last of the days of the last four complete weeks."""
    until: int | None
    layer: str
    city: Figures
    areas: tuple[Figures, ...]
    pending: bool
    """Whether figures are still being worked out."""
    standards: bool
    """Whether the city publishes standards."""


def layer_view(
    snapshot: Snapshot, measures: Measures | None, layer: str, rows: AreaRows
) -> LayerView:
    """Return the figures of all areas of a layer; `measures` is None while there are none.

    Raises:
        UnknownValue: there is no such layer.
    """
    found = layer_of(snapshot, layer)
    return LayerView(
        version=snapshot.version,
        as_of_day=snapshot.meta.as_of_day,
        as_of=lagging(snapshot, measures),
        since=rows.since,
        until=rows.until,
        layer=found.id,
        city=city_figures(measures, rows),
        areas=figures(measures, found, in_order(found), rows),
        pending=measures is None,
        standards=has_standards(measures),
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
        _counted(
            rows,
            (layer.id, code),
            (layer.keys[code], layer.area_names[code]),
            None if measures is None else _measured(measures, layer, code),
        )
        for code in codes
    )


def city_figures(measures: Measures | None, rows: AreaRows) -> Figures:
    """Return the figures of the whole city, requests without a place among them."""
    measured = None if measures is None else _of_city(measures)
    return _counted(rows, (CITY, 0), (CITY, ""), measured)


def if_told(work: Callable[[], Told]) -> Told | None:
    """Return what a look-up tells, None while its family is not worked out."""
    try:
        return work()
    except MeasuresPending:
        return None


def has_standards(measures: Measures | None) -> bool:
    """Whether the city publishes standards, as far as is known."""
    return measures is not None and bool(if_told(lambda: publishes_standards(measures)))


def weeks(measures: Measures, level: str, key: str, count: int) -> FlowPath | None:
    """Return the flow of a group over the last complete weeks and what follows, if it is told."""
    complete = measures.meta.complete_day
    if complete is None:
        return None
    since = complete - count * WEEK + 1
    return if_told(lambda: flow_path(measures, level, key, "week", since))


def _counted(
    rows: AreaRows, at: tuple[str, int], named: tuple[str, str], measured: Measured | None
) -> Figures:
    """Return what is counted of an area, beside what is worked out of it.

    `at` are its layer and its code, `named` are its key and its name.
    """
    (layer, code), (key, name) = at, named
    moved = rows.moves[layer]
    return Figures(
        key=key,
        name=name,
        change=moved.change(code) if moved else None,
        inflow=int(moved.came[code]) if moved else None,
        outflow=int(moved.went[code]) if moved else None,
        measured=measured,
        **{kind: counts[code] for kind, counts in rows.counts[layer].items()},
    )


def _measured(measures: Measures, layer: SnapshotLayer, code: int) -> Measured:
    """Look up what is worked out of one area."""
    key = layer.keys[code]

    def beside(of: str) -> Compared | None:
        return if_told(lambda: compared(measures, layer.id, key, of))

    return Measured(
        backlog=_path(weeks(measures, layer.id, key, WEEKS)),
        word=if_told(lambda: word_of(measures, layer.id, key)),
        rate=beside(REQUESTS),
        over_four_weeks=beside(OVER_FOUR_WEEKS),
        resolved=beside(RESOLVED),
        on_time=beside(ON_TIME),
        median_days=if_told(lambda: _median(measures, layer.id, code)),
        record=_record(measures, layer.id, code),
    )


def _of_city(measures: Measures) -> Measured:
    """Look up what is worked out of the whole city."""
    return Measured(
        backlog=_path(weeks(measures, CITY_LEVEL, CITY_LEVEL, WEEKS)),
        median_days=if_told(lambda: _median(measures, CITY_LEVEL, 0)),
        record=_record(measures, CITY_LEVEL, 0),
    )


def _record(measures: Measures, level: str, code: int) -> Record | None:
    return if_told(lambda: record_of(measures, level, code))


def _path(path: FlowPath | None) -> tuple[int, ...]:
    """Return the backlog at the end of each complete week, nothing where it is not told."""
    return path.backlog[: sum(period.complete for period in path.periods)] if path else ()


def _median(measures: Measures, level: str, code: int) -> float | None:
    """Return a group's own median time to close, None where it has too few or was not reached."""
    value = float(medians(measures, level, np.array([code]))[0][0])
    return value if np.isfinite(value) else None
