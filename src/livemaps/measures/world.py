"""Everything that measures are computed from: the rows that count, their days, their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.days import Days
from livemaps.measures.levels import by_service, level_codes, level_names, level_size
from livemaps.model import Stage, Standing
from livemaps.snapshot import Snapshot
from livemaps.snapshot.columns import Column
from livemaps.statistics.orders import IMPOSSIBLE, impossible

if TYPE_CHECKING:
    from livemaps.feeds.boundaries import BoundaryLayer
    from livemaps.feeds.profile import Profile

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Level:
    """One way of grouping requests: each row has a code below `size`."""

    name: str
    size: int
    codes: Column
    """By row of the world: the group's code."""
    included: Mask | None
    """By row: whether it counts in this level; None: all do."""


@dataclass(frozen=True)
class World:
    """One snapshot, ready to be measured.

    Its rows are all requests that count (`Standing.COUNTS`) and whose days are possible, in no
    order to rely on; `column(name)` gives a column of them. `layers` are the polygons, empty
    where a measure is computed without (then there are no neighbours). `data_dir` is where the
    store can be read, None where there is none (then nothing observed is known).
    """

    snapshot: Snapshot
    profile: Profile
    days: Days
    layers: Sequence[BoundaryLayer] = ()
    data_dir: Path | None = None
    _columns: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.column("requested_day"))

    def column(self, name: str) -> Column:
        """Return a column of the snapshot's tables for the rows; kept once it was asked for."""
        if name not in self._columns:
            self._columns[name] = self._all(name)[self._possible]
        return self._columns[name]

    def forget(self) -> None:
        """Let go of the columns that are kept; what asks for them again pays again."""
        self._columns.clear()

    @cached_property
    def resolved(self) -> Mask:
        """Which rows are resolved; their closed day is one."""
        done: Mask = self.column("stage") == Stage.RESOLVED
        return done

    @cached_property
    def apart(self) -> Mask:
        """Which rows are of a service that the profile sets apart."""
        apart: Mask = self.snapshot.vocab.service_apart[self.column("service")]
        return apart

    @cached_property
    def left_out(self) -> Mapping[str, int]:
        """How many requests that count are no rows here, by reason."""
        return {
            reason: int(count) for reason, count in zip(IMPOSSIBLE, self._left_out, strict=True)
        }

    def levels(self) -> tuple[str, ...]:
        """Return the names of all levels that this city has."""
        return level_names([layer.id for layer in self.snapshot.layers], combined=True)

    def level(self, name: str) -> Level:
        """Return a level by its name. KeyError where there is none."""
        every = by_service(name) or not self.apart.any()
        codes = level_codes(self.snapshot, name, self.column)
        return Level(name, level_size(self.snapshot, name), codes, None if every else ~self.apart)

    def _all(self, name: str) -> Column:
        """Return a column of all true rows: those of the base that still count, and the fresh."""
        return np.concatenate([self.snapshot.base[name][self._kept], self.snapshot.fresh[name]])

    @cached_property
    def _kept(self) -> Mask:
        kept = np.ones(self.snapshot.base.rows, bool)
        kept[self.snapshot.superseded["base_row"]] = False
        return kept

    @cached_property
    def _reasons(self) -> NDArray[np.uint8]:
        """Return for each true row 0 if it is possible, 1 + the reason, or 255: it does not count."""
        reasons = impossible(
            self._all("requested_day"),
            self._all("closed_day"),
            self._all("stage") == Stage.RESOLVED,
            self.days.as_of,
        )
        reasons[self._all("standing") != Standing.COUNTS] = 255
        return reasons

    @cached_property
    def _possible(self) -> Mask:
        possible: Mask = self._reasons == 0
        return possible

    @cached_property
    def _left_out(self) -> NDArray[np.int64]:
        return np.bincount(self._reasons, minlength=256)[1 : len(IMPOSSIBLE) + 1]
