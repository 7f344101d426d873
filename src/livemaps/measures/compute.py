"""All families of measures of one snapshot, computed one after another and published together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from livemaps import __version__
from livemaps.errors import LivemapsError
from livemaps.measures.contents import NO_REQUEST, Computed, FamilyResult, Measures, MeasuresMeta
from livemaps.measures.days import days_of
from livemaps.measures.families import FAMILIES, Family
from livemaps.measures.publish import publish
from livemaps.measures.world import World
from livemaps.model import Clock
from livemaps.snapshot import Snapshot

if TYPE_CHECKING:
    from livemaps.feeds.boundaries import BoundaryLayer
    from livemaps.feeds.profile import Profile

logger = logging.getLogger(__name__)


def compute_measures(
    snapshot: Snapshot,
    profile: Profile,
    layers: Sequence[BoundaryLayer],
    data_dir: Path,
    *,
    clock: Clock,
    families: Sequence[Family] = FAMILIES,
    on_progress: Callable[[int, int], None] = lambda _done, _expected: None,
) -> MeasuresMeta:
    """Compute and publish all measures of a snapshot, and return what was published.

    `layers` are the polygons that the snapshot was built with. `on_progress` is called with how
    many families are done, of how many.

    Raises:
        SnapshotError: they could not be written; what was published before stays.
    """
    computation = Computation(snapshot, profile, layers, data_dir, clock=clock, families=families)
    for done in range(1, len(families) + 1):
        computation.step()
        on_progress(done, len(families))
    return computation.publish()


class Computation:
    """The measures of one snapshot while they are computed, a family at a time.

    Between two families the process can do other work. A family that fails is logged and noted;
    the others go on.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        profile: Profile,
        layers: Sequence[BoundaryLayer],
        data_dir: Path,
        *,
        clock: Clock,
        families: Sequence[Family] = FAMILIES,
    ) -> None:
        days = days_of(snapshot)
        self._snapshot = snapshot
        self._world = World(snapshot, profile, days, layers, data_dir) if days else None
        self._data_dir = data_dir
        self._clock = clock
        self._left = list(families) if days else []
        self._results: dict[str, FamilyResult] = {}
        self._computed: dict[str, Computed] = {}
        self._failed = {} if days else {family.name: NO_REQUEST for family in families}
        self._seconds = 0.0

    def step(self) -> bool:
        """Compute the next family, if one is left; returns whether there are more."""
        if self._world is not None and self._left:
            started = self._clock()
            self._compute(self._left.pop(0), self._world, started)
            self._world.forget()
            self._seconds += (self._clock() - started).total_seconds()
        return bool(self._left)

    def publish(self) -> MeasuresMeta:
        """Publish what was computed.

        Raises:
            SnapshotError: it could not be written; what was published before stays.
        """
        now = self._clock()
        snapshot = self._snapshot
        measures = Measures(self._meta(now), snapshot.vocab, snapshot.layers, self._results)
        meta = publish(self._data_dir, measures, now)
        logger.info("measures of %s computed in %.1f s", snapshot.version, meta.seconds)
        return meta

    def _compute(self, family: Family, world: World, started: datetime) -> None:
        """Compute one family; whatever it raises is its own failure only.

        Linear algebra stays on one core: its matrices are small, and threads that wait for each
        other by spinning would take what web workers and the next refresh need.
        """
        from threadpoolctl import threadpool_limits

        try:
            with threadpool_limits(1):
                result = family.compute(world)
        except Exception as error:
            logger.exception("the measures of %s could not be computed", family.name)
            own = isinstance(error, LivemapsError)
            self._failed[family.name] = str(error) if own else f"{type(error).__name__}: {error}"
            return
        values = sum(array.size for array in result.arrays.values())
        seconds = (self._clock() - started).total_seconds()
        self._results[family.name] = result
        self._computed[family.name] = Computed(seconds, values)

    def _meta(self, now: datetime) -> MeasuresMeta:
        meta, days = self._snapshot.meta, self._world.days if self._world else None
        return MeasuresMeta(
            id="",
            snapshot=meta.version,
            city=meta.city,
            as_of_day=meta.as_of_day,
            data_day=days.data if days else None,
            complete_day=days.complete if days else None,
            sequence=meta.sequence,
            rules=meta.rules,
            database=meta.database,
            computed=now,
            seconds=self._seconds,
            left_out=self._world.left_out if self._world else {},
            failed=self._failed,
            families=self._computed,
            complete_since=meta.complete_since,
            program=__version__,
        )
