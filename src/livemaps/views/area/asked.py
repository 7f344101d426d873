"""One area that is asked for, and what all that is told of it is read from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.contents import Measures
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views.area.rows import AreaRows
from livemaps.views.areas import layer_of
from livemaps.views.query import printable


@dataclass(frozen=True, slots=True)
class AreaAsked:
    """An area of a layer."""

    snapshot: Snapshot
    measures: Measures | None
    """None while there are none."""
    rows: AreaRows
    layer: SnapshotLayer
    code: int

    @property
    def key(self) -> str:
        """The key of the area."""
        return self.layer.keys[self.code]

    @property
    def open(self) -> NDArray[np.intp]:
        """Where its requests are among those open, the oldest first."""
        return np.flatnonzero(self.rows.open[self.layer.column] == self.code)

    def other(self, name: str, key: str) -> AreaAsked:
        """Return another area of the layer; `name` is the part of the address that asks for it.

        Raises:
            UnknownValue: the layer has no such area.
        """
        return replace(self, code=_code(self.layer, name, key))


def area_asked(
    snapshot: Snapshot, measures: Measures | None, rows: AreaRows, layer: str, key: str
) -> AreaAsked:
    """Return the area of a key.

    Raises:
        UnknownValue: there is no such layer or area.
    """
    found = layer_of(snapshot, layer)
    return AreaAsked(snapshot, measures, rows, found, _code(found, layer, key))


def _code(layer: SnapshotLayer, name: str, key: str) -> int:
    """Return the code of an area. UnknownValue where the layer has none of the key."""
    code = layer.code_of.get(key, len(layer.keys))
    if code >= len(layer.keys):
        raise UnknownValue(name, printable(key), f"give the key of an area of {layer.id}")
    return code
