"""The groups of a level by name, and which of them the filters of an address choose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.levels import CITY, COMBINED, level_names
from livemaps.model import Filters
from livemaps.snapshot import UNPLACED_KEYS, SnapshotLayer
from livemaps.snapshot.contents import Vocabularies


class Group(NamedTuple):
    """One group of a level: `key` as filters and addresses have it, `name` for people.

    Of a service in an area, they are the service's, and `area` and `area_name` the area's.
    """

    key: str
    name: str
    area: str | None = None
    area_name: str | None = None


class Words(NamedTuple):
    """The vocabularies and layers that codes refer to: of a snapshot, or of its measures."""

    vocab: Vocabularies
    layers: Sequence[SnapshotLayer]

    def levels(self, combined: bool = False) -> tuple[str, ...]:
        """Return the names of the levels, those of service x containing layer where asked."""
        return level_names([layer.id for layer in self.layers], combined=combined)

    def layer(self, name: str) -> SnapshotLayer | None:
        """Return the layer of a level, None where it is none."""
        return next((layer for layer in self.layers if layer.id == name), None)

    def checked(self, level: str, combined: bool = False) -> str:
        """Return a level that there is.

        Raises:
            UnknownValue: there is none of that name.
        """
        known = self.levels(combined)
        if level not in known:
            raise UnknownValue("by", level, f"choose one of {', '.join(known)}")
        return level

    def group(self, level: str, code: int) -> Group:
        """Return the group of a code."""
        if level == CITY:
            return Group(CITY, CITY)
        if level.startswith(COMBINED):
            return self._both(level.removeprefix(COMBINED), code)
        layer = self.layer(level)
        if layer is None:
            name = self.vocab.of(level).names[code]
            return Group(name, name)
        if code >= len(layer.keys):
            return Group(tuple(UNPLACED_KEYS.values())[code - len(layer.keys)], "")
        return Group(layer.keys[code], layer.area_names[code])

    def codes(self, level: str, values: Collection[str]) -> NDArray[np.intp]:
        """Return the codes of names or keys, in order; of those that are not known, none."""
        layer = self.layer(level)
        known = layer.code_of if layer else self.vocab.of(level).codes
        return np.array(sorted(known[value] for value in values if value in known), np.intp)

    def is_area(self, level: str, codes: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which codes of a level are no `Unplaced` reasons; all outside of layers."""
        combined = level.startswith(COMBINED)
        layer = self.layer(level.removeprefix(COMBINED) if combined else level)
        if layer is None:
            return np.ones(len(codes), bool)
        placed: NDArray[np.bool_] = (codes % layer.codes) < len(layer.keys)
        return placed

    def _both(self, layer: str, code: int) -> Group:
        """Return the group of a service in an area."""
        found = self.layer(layer)
        if found is None:
            raise KeyError(layer)
        service, area = divmod(code, found.codes)
        named, placed = self.group("service", service), self.group(layer, area)
        return Group(named.key, named.name, placed.key, placed.name)


def chosen(filters: Filters) -> dict[str, frozenset[str]]:
    """Return the values that filters choose, by the level whose groups they are."""
    found = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        **dict(filters.areas),
    }
    return {level: values for level, values in found.items() if values}
