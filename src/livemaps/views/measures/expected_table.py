"""The tables of what is expected, read back: one layer and window, and its groups by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.expected_names import (
    ALL,
    CATEGORY,
    FAMILY,
    KINDS,
    MIX,
    PAST,
    SERVICE,
    SPOT_WINDOW,
)
from livemaps.model import Filters
from livemaps.snapshot import SnapshotLayer
from livemaps.snapshot.contents import Vocabularies
from livemaps.statistics.verdicts import CLUSTERS, COLD, HOT, SPOTS, TOO_FEW
from livemaps.views.measures.plain import number_value
from livemaps.views.query import printable

Codes = NDArray[np.intp]

KIND_OF = MappingProxyType({name: kind for kind, name in enumerate(KINDS)})


@dataclass(frozen=True)
class Table:
    """One layer and window. Cells are asked for by the area's code and the group's position."""

    vocab: Vocabularies
    layer: SnapshotLayer
    window: int
    family: FamilyResult

    @property
    def told(self) -> bool:
        """Whether the window is wholly held, so that there is anything to tell."""
        return self._name("groups") in self.family.arrays

    @property
    def facts(self) -> dict[str, Any]:
        """What holds for the whole table."""
        windows, own = self.family.facts["windows"], self.family.facts[self.layer.id]
        days = windows[str(self.window)]
        return {
            "window_days": self.window,
            "from": days["days"][0] if days else None,
            "to": days["days"][1] if days else None,
            "past": days["past"] if days else [],
            "population": own["population"],
            "neighbours": own["neighbours"],
        }

    @property
    def basis(self) -> str:
        """What areas are set against if nothing else is asked: their past where it is held."""
        return PAST if self._name(f"{PAST}/word") in self.family.arrays else MIX

    def column(self, name: str) -> Any:
        """Return an array of the table, None where there is none of the name."""
        return self.family.arrays.get(self._name(name))

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """Return kind and code of each group."""
        found: NDArray[np.int32] = np.asarray(self.family.arrays[self._name("groups")])
        return found

    def of_kind(self, kind: int) -> Codes:
        """Return the positions of all groups of a kind."""
        return np.flatnonzero(self.groups[:, 0] == kind)

    def named(self, kind: int, names: Collection[str]) -> Codes:
        """Return the positions of the groups of some names; those too small to be told have none."""
        codes = (self.vocab.service if kind == SERVICE else self.vocab.category).codes
        wanted = [codes[name] for name in names if name in codes]
        groups = self.groups
        return np.flatnonzero((groups[:, 0] == kind) & np.isin(groups[:, 1], wanted))

    def group_name(self, group: int) -> str | None:
        """Return the name of a group's category or service, None of all requests."""
        kind, code = (int(number) for number in self.groups[group])
        if kind == ALL:
            return None
        return (self.vocab.service if kind == SERVICE else self.vocab.category).names[code]

    def cell(self, name: str, area: int, group: int) -> float | None:
        """Return a number of a cell, None where there is none."""
        column = self.column(name)
        return None if column is None else number_value(column[area, group])

    def word(self, basis: str, area: int, group: int) -> int:
        """Return the word of a cell as a position in `WORDS`."""
        column = self.column(f"{basis}/word")
        return TOO_FEW if column is None else int(column[area, group])

    @cached_property
    def spot_groups(self) -> dict[int, int]:
        """Return the groups in which hot spots were sought, and where they are in `spots/`."""
        main = self.column("spots")
        return {} if main is None else {int(group): at for at, group in enumerate(main)}

    def spot(self, area: int, group: int) -> Spot:
        """Return what was found of an area and its neighbours."""
        at = self.spot_groups.get(group)
        if at is None:
            return NO_SPOT
        values = {name: self.cell(f"spots/{name}", area, at) for name in _SPOT_NUMBERS}
        spot, cluster = (int(self.column(f"spots/{name}")[area, at]) for name in _SPOT_CODES)
        return Spot(**values, spot=SPOTS[spot], cluster=CLUSTERS[cluster])

    def _name(self, name: str) -> str:
        return f"{self.layer.id}/{self.window}/{name}"


_SPOT_NUMBERS = ("z", "z_p", "z_q", "moran", "moran_p", "moran_q")
_SPOT_CODES = ("spot", "cluster")


@dataclass(frozen=True, slots=True)
class Spot:
    """An area together with its neighbours; figures are None where it was not tested."""

    z: float | None
    z_p: float | None
    z_q: float | None
    moran: float | None
    moran_p: float | None
    moran_q: float | None
    spot: str
    cluster: str

    @property
    def part_of_cluster(self) -> bool:
        """Whether it is high or low together with its neighbours."""
        return together(self.spot, self.cluster)


def together(spot: str, cluster: str) -> bool:
    """Whether an area of which this was found is high or low together with its neighbours."""
    alike = ("high_among_high", "low_among_low")
    return spot in (SPOTS[HOT], SPOTS[COLD]) or cluster in alike


NO_SPOT = Spot(None, None, None, None, None, None, SPOTS[0], CLUSTERS[0])


def table_of(measures: Measures, layer: str, window: int = SPOT_WINDOW) -> Table:
    """Return the table of a layer and window.

    Raises:
        UnknownValue: there is no such layer.
        MeasuresPending: it is not computed yet.
    """
    family = measures.family(FAMILY)
    for known in measures.layers:
        if known.id == layer and layer in family.facts:
            return Table(measures.vocab, known, window, family)
    names = ", ".join(known.id for known in measures.layers)
    raise UnknownValue("by", printable(layer), f"areas are compared; choose one of {names}")


def groups_asked(table: Table, filters: Filters, of: str | None) -> Codes:
    """Return the groups that are asked for: those named, else all of a kind, else all requests."""
    if filters.services or filters.categories:
        chosen = (
            table.named(SERVICE, filters.services),
            table.named(CATEGORY, filters.categories),
        )
        return np.sort(np.concatenate(chosen))
    return table.of_kind(KIND_OF[of] if of else ALL)


def areas_asked(layer: SnapshotLayer, filters: Filters) -> Codes:
    """Return the areas of a layer that the filters leave.

    Areas of the layer that contains it choose those of which they hold the larger part.

    Raises:
        UnknownValue: areas of another layer are chosen.
    """
    left = np.ones(len(layer.keys), bool)
    for name, keys in filters.areas:
        if name == layer.id:
            left &= np.isin(np.array(layer.keys), list(keys))
        elif name == layer.within:
            left &= np.array([parent in keys for parent in layer.parents])
        else:
            known = " or ".join(filter(None, (layer.id, layer.within)))
            raise UnknownValue(
                name, printable(", ".join(sorted(keys))), f"choose areas of {known} here"
            )
    return np.flatnonzero(left)
