"""What `by` of each measure may be in a city: the levels that its figures are told by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from livemaps.measures.levels import level_names
from livemaps.measures.surge_names import NOT_JUDGED
from livemaps.views.measures.open_rows import AGE, STAGE
from livemaps.views.measures.values import MeasureView, Parameter

Layers = tuple[str, ...]
"""The ids of a snapshot's boundary layers, the finest first."""

BY = "by"


def choices_of(view: MeasureView, parameter: Parameter, layers: Layers) -> tuple[str, ...]:
    """Return what a parameter may be; empty where anything may stand, or no layer is known yet.

    `layers` are those of the snapshot on show, empty before the first.
    """
    if parameter.choices or parameter.name != BY or not layers:
        return parameter.choices
    told = LEVELS.get(view.name)
    return told(layers) if told else ()


def _combined(layers: Layers) -> tuple[str, ...]:
    return level_names(layers, combined=True)


def _open(layers: Layers) -> tuple[str, ...]:
    return (*level_names(layers), STAGE, AGE)


def _compared(layers: Layers) -> tuple[str, ...]:
    return (*layers, "agency")


def _areas(layers: Layers) -> tuple[str, ...]:
    return layers


def _judged(layers: Layers) -> tuple[str, ...]:
    return tuple(level for level in level_names(layers) if level not in NOT_JUDGED)


LEVELS: Mapping[str, Callable[[Layers], tuple[str, ...]]] = MappingProxyType(
    {
        "life": level_names,
        "backlog": _open,
        "flow": level_names,
        "queues": _combined,
        "unattended": _open,
        "standards": _combined,
        "re-reported": level_names,
        "expected": _areas,
        "compare": _compared,
        "time-to-close": _combined,
        "surge": _judged,
    }
)
"""By measure, where its levels are the city's; a test asks each measure by each of them."""
