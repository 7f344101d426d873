"""What `by` of each measure may be in a city: the levels that its figures are told by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from livemaps.measures.world import CITY, COMBINED, VOCABULARY_LEVELS
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


def _plain(layers: Layers) -> tuple[str, ...]:
    return (CITY, *VOCABULARY_LEVELS, *layers)


def _combined(layers: Layers) -> tuple[str, ...]:
    """Also by service in each containing layer."""
    return (*_plain(layers), *(COMBINED + layer for layer in layers[1:]))


def _open(layers: Layers) -> tuple[str, ...]:
    return (*_plain(layers), STAGE, AGE)


def _compared(layers: Layers) -> tuple[str, ...]:
    return (*layers, "agency")


def _areas(layers: Layers) -> tuple[str, ...]:
    return layers


def _judged(layers: Layers) -> tuple[str, ...]:
    """Surges are not told by channel."""
    return tuple(level for level in _plain(layers) if level != "channel")


LEVELS: Mapping[str, Callable[[Layers], tuple[str, ...]]] = MappingProxyType(
    {
        "life": _plain,
        "backlog": _open,
        "flow": _plain,
        "queues": _combined,
        "unattended": _open,
        "standards": _combined,
        "re-reported": _plain,
        "expected": _areas,
        "compare": _compared,
        "time-to-close": _combined,
        "surge": _judged,
    }
)
"""By measure, where its levels are the city's; a test asks each measure by each of them."""
