"""How requests are grouped: the levels of a city, and the group of each row in a level.

The only place that knows which column, or which two, a level is read from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from livemaps.snapshot import Snapshot
from livemaps.snapshot.columns import Column

CITY = "city"
VOCABULARY_LEVELS = ("category", "service", "agency", "channel")
COMBINED = "service-"
"""Begins the name of the level of a service in an area of a containing layer: `service-ward`."""


def level_names(layers: Sequence[str], *, combined: bool = False) -> tuple[str, ...]:
    """Return the levels of a city with boundary layers of these ids, the finest first.

    With `combined` also those of a service in an area of each containing layer.
    """
    both = [COMBINED + layer for layer in layers[1:]] if combined else []
    return (CITY, *VOCABULARY_LEVELS, *layers, *both)


def by_service(level: str) -> bool:
    """Whether each group is of one service: only such groups count services set apart."""
    return level == "service" or level.startswith(COMBINED)


def level_size(snapshot: Snapshot, level: str) -> int:
    """Return how many codes a level has, `Unplaced` reasons and unused ones included.

    Raises:
        KeyError: there is no such level.
    """
    if level == CITY:
        return 1
    if level.startswith(COMBINED):
        layer = snapshot.layer(level.removeprefix(COMBINED))
        return snapshot.code_count("service") * layer.codes
    return snapshot.code_count(_column(snapshot, level))


def level_codes(snapshot: Snapshot, level: str, column: Callable[[str], Column]) -> Column:
    """Return by row the code of its group in a level, below `level_size`.

    `column` gives the rows' values of a column of `Table`, by its name. The code of a service in
    an area is `service * codes of the layer + area`.

    Raises:
        KeyError: there is no such level.
    """
    if level == CITY:
        return np.zeros(len(column("service")), np.uint8)
    if level == "category":
        return snapshot.vocab.service_category[column("service")]
    if level.startswith(COMBINED):
        layer = snapshot.layer(level.removeprefix(COMBINED))
        return column("service").astype(np.int32) * layer.codes + column(layer.column)
    return column(_column(snapshot, level))


def _column(snapshot: Snapshot, level: str) -> str:
    """Return the column that a level of names or of areas has its codes, or their number, from."""
    return level if level in VOCABULARY_LEVELS else snapshot.layer(level).column
